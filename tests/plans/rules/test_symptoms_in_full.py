"""The catalogue as it was read and agreed, a line for each item.

Where an item is changed on purpose, the file is written again and read again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import (
    ASKED_AS_SAFETY,
    BY_KEY,
    CATALOGUE,
    OTHER,
    OTHER_LINES,
    SUICIDAL_THOUGHTS,
    SUICIDE,
    SUICIDE_PLAN,
    Group,
    Symptom,
    is_starred,
    starred,
)

WRITTEN = Path(__file__).with_name("symptoms_in_full.txt")


def line(symptom: Symptom) -> str:
    marks = [
        *(["star"] if symptom.star else []),
        *(["fixed"] if symptom.fixed else []),
        *sorted(symptom.classes),
    ]
    return " | ".join(
        (
            symptom.key,
            symptom.group.label,
            symptom.label,
            " ".join(marks),
            symptom.shape.value,
            symptom.code,
            symptom.asked_as,
            symptom.note_label,
            ", ".join(symptom.also),
        )
    )


def test_each_item_is_asked_as_it_was_read_and_agreed() -> None:
    whole = "".join(f"{line(symptom)}\n" for symptom in CATALOGUE)

    assert whole == WRITTEN.read_text(encoding="utf-8")


def test_the_items_are_found_by_their_keys() -> None:
    assert [*BY_KEY.values()] == [*CATALOGUE]
    assert [BY_KEY[symptom.key] for symptom in CATALOGUE] == [*CATALOGUE]
    assert starred() == tuple(symptom for symptom in CATALOGUE if symptom.star)


@pytest.mark.parametrize(
    ("key", "star"), [("seizure", True), ("collapse", True), ("tremor", False), ("hiccups", False)]
)
def test_a_star_is_known_by_its_key(key: str, star: bool) -> None:
    assert is_starred(key) is star


def test_the_keys_that_other_rooms_name_are_these() -> None:
    assert (SUICIDE, SUICIDAL_THOUGHTS, SUICIDE_PLAN) == (
        "suicide", "suicidal_thoughts", "suicide_plan",
    )  # fmt: skip
    assert (OTHER, OTHER_LINES) == ("other", ("other_1", "other_2", "other_3"))
    assert {
        "seizure", "hallucination", "confusion", "loss_of_consciousness", "suicidal_thoughts",
        "suicide_plan", "overdose",
    } == ASKED_AS_SAFETY  # fmt: skip


def test_what_an_item_does_not_say_of_itself() -> None:
    plain = Symptom("hiccups", Group.GUT, "hiccups")

    assert line(plain) == (
        "hiccups | gut | hiccups |  | severity |  | hiccups | In the person's words | "
    )
    assert line(Symptom("x", Group.OTHER, "y", classes=frozenset({DrugClass.OPIOID}))).split(" | ")[
        1:4
    ] == ["other", "y", "opioid"]
