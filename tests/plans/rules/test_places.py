"""Where a cell stands, in words: a name as it is typed where it can be read, else a number."""

from __future__ import annotations

from typing import Any

import pytest

from plans.rules.places import Places
from tests.plans.rules.cells_in_full import rich


def of(where: str, **names: str) -> str:
    cells: Any = rich()
    cells["drugs"][0]["name"] = names.get("drug", "Examplazepam")
    cells["products"][0]["name"] = names.get("product", "")
    return Places(cells).of(where).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("title", "title"),
        ("in_force_from", "in force from"),
        ("steps", "steps"),
        ("document", ""),
        ("acceptances.gap.s1", ""),
        ("drugs.d1", "Examplazepam"),
        ("drugs.d1.role", "Examplazepam, role"),
        ("drugs.d1.colour", "Examplazepam"),
        ("drugs.d9", "Drug ?"),
        ("products.p1.form", "Examplazepam, form"),
        ("products.p2.form", "Exampladrops, form"),
        ("products.p9.form", "Product ?, form"),
        ("steps.s2", "Step 2"),
        ("steps.s2.days", "Step 2, days"),
        ("steps.s9.days", "Step ?, days"),
        ("steps.s2.doses", "Step 2, quantities"),
        ("as_needed.a2.gap", "As-needed line 2, time between doses"),
        ("steps.s2.doses.p1.morning.quantity", "Step 2, morning, Examplazepam 0.5 mg"),
        ("steps.s2.doses.p1.08:00.1-3.quantity", "Step 2, 08:00, Examplazepam 0.5 mg"),
        ("steps.s2.doses.p9.bedtime.quantity", "Step 2, bedtime, Product ?"),
        # The only product of its drug needs no strength, and one that is not stated has none.
        ("steps.s3.doses.p4.evening.quantity", "Step 3, evening, Opifict"),
    ],
)
def test_a_path_in_words(where: str, place: str) -> None:
    assert of(where) == place


@pytest.mark.parametrize(
    ("drug", "place"),
    [
        ("x" * 60, "x" * 60),
        ("x" * 61, "Drug 1"),
        ("", "Drug 1"),
        (" ", "Drug 1"),
        (" x ", "x"),
        ("turned \u202e round", "Drug 1"),
    ],
)
def test_a_name_is_shown_where_it_can_be_read(drug: str, place: str) -> None:
    assert of("drugs.d1", drug=drug) == place
    expected = place if place != "Drug 1" else "Product 1"
    assert of("products.p1", drug=drug) == expected
    assert of("products.p1", drug=drug, product=" Brand ") == "Brand"
