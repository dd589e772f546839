"""The words for parts of a schedule, each with the figures at which they change."""

from __future__ import annotations

from fractions import Fraction

import pytest

from plans.rules import wording
from plans.rules.draft import (
    AsNeededCells,
    Cells,
    DrugCells,
    ProductCells,
    StepCells,
)
from plans.rules.schedule import Direction, Product
from plans.rules.schedule_words import Form, Rhythm
from tests.plans.rules.facts_in_full import (
    CYCLE,
    PA,
    WEEK,
    A,
    dose,
    liquid,
    one,
    patch,
    product,
    step,
)

TABLET = product("pa", "a", "0.5")
UNSTATED = product("pa", "a", "", unit=None)


@pytest.mark.parametrize(
    ("of", "quantity", "under", "figure"),
    [
        (TABLET, "0", "no tablet", "none"),
        (TABLET, "1", "0.5 mg", "1"),
        (TABLET, "1/2", "half, 0.25 mg", "1/2"),
        (TABLET, "3/2", "1 and a half, 0.75 mg", "1 1/2"),
        (TABLET, "1/3", "a third, 1/6 mg", "1/3"),
        (TABLET, "7/4", "1 and three quarters, 0.875 mg", "1 3/4"),
        (TABLET, "9/8", "1 and an eighth, 0.5625 mg", "1 1/8"),
        (TABLET, "1/5", "0.2, 0.1 mg", "0.2"),
        (TABLET, "12345/2", "6,172 and a half, 3,086.25 mg", "6,172 1/2"),
        (UNSTATED, "2", "2 tablets", "2"),
        (UNSTATED, "1/2", "half a tablet", "1/2"),
        (liquid("pl", "2", per=5), "5/2", "2.5 mL, 1 mg", "2.5"),
        (liquid("pl", "2", per=5), "0", "none", "none"),
        (liquid("pl", "2", per=5), "1/8", "0.125 mL, 0.05 mg", "0.125"),
        (patch(), "1", "12 micrograms per hour", "1"),
        (patch(), "2", "12 micrograms per hour each", "2"),
        (patch(), "1/2", "half, 12 micrograms per hour each", "1/2"),
    ],
)
def test_a_quantity_under_its_cell_and_in_a_table(
    of: Product, quantity: str, under: str, figure: str
) -> None:
    exact = Fraction(quantity)

    assert wording.amount_under(of, exact).replace("\u00a0", " ") == under
    assert wording.figure(of, exact).replace("\u00a0", " ") == figure


@pytest.mark.parametrize(
    ("of", "label"),
    [
        (TABLET, "abazepam 0.5 mg tablet"),
        (product("pa", "a", "0.5", form=Form.CAPSULE), "abazepam 0.5 mg capsule"),
        (UNSTATED, "abazepam tablet"),
        (liquid("pl", "125", per=5), "abazepam liquid 125 mg in 5 mL"),
        (patch(), "abazepam 12 micrograms per hour patch"),
    ],
)
def test_a_product_is_named_with_its_strength_and_form(of: Product, label: str) -> None:
    assert wording.product_label(of, A).replace("\u00a0", " ") == label


def test_each_direction_and_pattern_has_its_words() -> None:
    assert {way: wording.direction_word(way) for way in Direction} == {
        "first": "first step",
        "starts": "starts",
        "lower": "lower",
        "same": "same",
        "higher": "higher",
        "ends": "ends",
        "none": "",
    }
    patterns = [
        wording.pattern_words(step(1, 1, 7, **more))
        for more in ({}, WEEK, CYCLE, {"rhythm": Rhythm.CYCLE, "cycle_days": 28})
    ]
    assert [words.replace("\u00a0", " ") for words in patterns] == [
        "every day", "by weekday", "a cycle of 3 days", "a cycle of 28 days",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "days", "words"),
    [
        ({}, [1], "every day"),
        (WEEK, [0b1111111], "every day"),
        (WEEK, [0b0010101], "Mon, Wed and Fri"),
        (WEEK, [0b1000000], "Sun"),
        (CYCLE, [0b111], "every day"),
        (CYCLE, [0b001], "every 3 days"),
        (CYCLE, [0b010], "day 2 of 3"),
        (CYCLE, [0b011], "2 days on, 1 day off"),
        (CYCLE, [0b101], "days 1 and 3 of 3"),
        (CYCLE, [0b110], "days 2 and 3 of 3"),
        # Another dose of the drug at the same time on other days: they alternate.
        (CYCLE, [0b001, 0b110], "day 1 of 3"),
        (CYCLE, [0b011, 0b100], "days 1 and 2 of 3"),
    ],
)
def test_the_days_of_a_dose(pattern: dict[str, object], days: list[int], words: str) -> None:
    first, *more = (dose("pa", "1", on=mask) for mask in days)
    found = step(1, 1, 30, first, *more, **pattern)

    said = wording.days_words(one(found), found, first)
    assert said.replace("\u00a0", " ") == words


def test_another_time_another_drug_or_the_same_days_alternate_with_nothing() -> None:
    first = dose("pa", "1", on=0b001)
    for second in (dose("pa", "1", "morning", on=0b110), dose("pa", "2", on=0b001)):
        found = step(1, 1, 30, first, second, **CYCLE)
        assert wording.days_words(one(found), found, first).replace("\u00a0", " ") == "every 3 days"


@pytest.mark.parametrize(
    ("first", "last", "mask", "words"),
    [
        (1, 3, 0b001, "Mon 30 Nov 2026"),
        (1, 4, 0b001, "Mon 30 Nov 2026, Thu 3 Dec 2026"),
        (1, 2, 0b100, "no day"),
        (1, 30, 0b001, 10),
        (1, 31, 0b001, "and so on: 11 days in all"),
        (1, 28, 0b001, 10),
        (1, None, 0b001, "and so on"),
    ],
)
def test_the_dates_of_a_dose(first: int, last: int | None, mask: int, words: str | int) -> None:
    found = step(1, first, last, dose("pa", "1", on=mask), **CYCLE)
    said = wording.dates_words(found, mask).replace("\u00a0", " ")

    if isinstance(words, int):
        assert said.count(" 2026") == words
        assert said.startswith("Mon 30 Nov 2026, Thu 3 Dec 2026, ")
        assert said.endswith("Sun 27 Dec 2026")
    elif words.startswith("and so on"):
        assert said.endswith(f"Sun 27 Dec 2026, {words}")
        assert said.count(" 2026") == wording.MOST_DATES == 10
    else:
        assert said == words


LABELS = """
title: title; in_force_from: in force from; in_force_slot: in force from, time of day
drugs: drugs; products: products; steps: steps; as_needed: as-needed lines; name: name
role: role; drug_class: class; end: end; review_on: review date; end_note: note on the end
drug: drug; product: product; form: form; route: route; strength: strength
strength_not_stated: strength not stated; unit: unit; per: mL that hold the strength
parts: parts it may be split into; stated_supply: supply that the source states
wear_hours: wearing time; preparation: preparation; given_by: given by; keep_until: keep until
device: measuring device; times: times of day; first_day: first day; chained: chained
from_slot: begins at; days: days; last_day: last day; open: open; rhythm: pattern
cycle_days: days of the cycle; cycle_from: cycle counted from; reason: reason
stated_days: days that the source states; doses: quantities; quantity: quantity
maximum: maximum in 24 hours; gap: time between doses; patient_text: text for the patient
pharmacy_text: text for the pharmacy; team_text: text for the team
missed_dose_text: text on a missed dose
"""


def test_every_cell_of_a_draft_has_its_words() -> None:
    written = dict(pair.split(": ") for pair in LABELS.strip().replace("\n", "; ").split("; "))

    assert wording.cell_labels() == written
    for shape in (Cells, DrugCells, ProductCells, StepCells, AsNeededCells):
        assert set(shape.__annotations__) <= {*written, "key", "acceptances"}


@pytest.mark.parametrize(
    ("token", "label"),
    [("morning", "morning"), ("bedtime", "bedtime"), ("08:00", "08:00"), ("20:30", "20:30")],
)
def test_a_time_of_day_inside_a_place(token: str, label: str) -> None:
    assert wording.when_label(token) == label
    assert wording.product_name(PA, A) == "abazepam"
