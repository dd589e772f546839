"""What of somebody else's plan is carried over: never a quantity, a day or a length."""

from __future__ import annotations

import pytest

from plans.rules.carried import (
    LONGEST_CYCLE,
    CarriedProduct,
    CarriedRow,
    CarriedSlot,
    form_of,
    is_time,
    rhythm_word,
    row_of,
    strength_text,
    unit_of,
    weekdays,
)
from plans.rules.schedule_words import Rhythm

ROW = CarriedRow(
    said=("one at night", "two in the morning"),
    products=(
        CarriedProduct("Fictazepam", "tablet", "2", "mg", ""),
        CarriedProduct("Fictazepam", "liquid", "2", "mg", "5"),
    ),
    slots=(CarriedSlot(0, "bedtime"), CarriedSlot(1, "08:00", "1 3")),
    rhythm="cycle",
    cycle_days=3,
    as_needed=True,
)
KEPT = {
    "products": [
        {"drug": "Fictazepam", "form": "tablet", "strength": "2", "unit": "mg", "per": ""},
        {"drug": "Fictazepam", "form": "liquid", "strength": "2", "unit": "mg", "per": "5"},
    ],
    "slots": [[0, "bedtime", ""], [1, "08:00", "1 3"]],
    "rhythm": "cycle",
    "cycle_days": 3,
    "as_needed": True,
}


def test_a_row_is_kept_with_no_place_for_a_quantity_and_comes_back_as_it_was() -> None:
    assert ROW.pattern() == KEPT
    assert row_of("one at night\ntwo in the morning", KEPT) == ROW
    assert LONGEST_CYCLE == 366


def test_what_the_source_does_not_say_is_nothing() -> None:
    row = CarriedRow(said=(), products=(CarriedProduct("Fictazepam"),))

    assert row.pattern() == {
        "products": [{"drug": "Fictazepam", "form": "", "strength": "", "unit": "", "per": ""}],
        "slots": [],
        "rhythm": "",
        "cycle_days": 0,
        "as_needed": False,
    }
    assert row_of("", row.pattern()) == row


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("morning", True),
        ("midday", True),
        ("evening", True),
        ("bedtime", True),
        ("00:00", True),
        ("09:59", True),
        ("19:30", True),
        ("23:59", True),
        ("24:00", False),
        ("9:00", False),
        ("12:60", False),
        ("08:00 ", False),
        ("noon", False),
        ("Morning", False),
        ("", False),
    ],
)
def test_a_time_is_a_slot_or_a_time_of_the_clock(text: str, time: bool) -> None:
    assert is_time(text) is time


@pytest.mark.parametrize(
    ("text", "divisor", "typed"),
    [
        ("5", 1, "5"),
        ("0.25", 1, "0.25"),
        ("12345", 1, "12345"),
        ("5", 2, "2.5"),
        ("5", 8, "0.625"),
        ("1", 3, "1/3"),
        ("10", 3, "3 1/3"),
        ("0.125", 1, "0.125"),
        # Not said here exactly, and so not said.
        ("5", 0, ""),
        ("5", -1, ""),
        ("5", 9, ""),
        ("9", 9, ""),
        ("0", 1, ""),
        ("0.0", 1, ""),
        ("123456", 1, ""),
        ("5,5", 1, ""),
        ("1e3", 1, ""),
        ("-5", 1, ""),
        (".5", 1, ""),
        ("5.", 1, ""),
        ("5 ", 1, ""),
        ("", 1, ""),
        ("0.1234567", 1, ""),
        ("0.000001", 7, ""),
    ],
)
def test_a_strength_is_carried_where_it_can_be_typed_exactly(
    text: str, divisor: int, typed: str
) -> None:
    assert strength_text(text, divisor) == typed


def test_a_strength_is_undivided_unless_the_source_divides_it() -> None:
    assert strength_text("5") == "5"


def test_units_are_read_by_their_codes_alone() -> None:
    codes = ("mg", "g", "ug", "ug/h", "{unit}", "MG", "mL", "%", "")

    assert [unit_of(code) for code in codes] == [
        "mg", "g", "microgram", "microgram/h", "unit", "", "", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "form"),
    [
        (["tablet"], "tablet"),
        (["Tablets"], "tablet"),
        (["{tablet}"], "tablet"),
        (["{ Capsules }"], "capsule"),
        (["TAB"], "tablet"),
        (["CAP"], "capsule"),
        (["something", "CAP"], "capsule"),
        # The first word that names one for certain.
        (["patch", "TAB"], "patch"),
        (["tab"], ""),
        (["Xtablet"], ""),
        (["tabletss"], ""),
        (["film-coated tablet"], ""),
        ([""], ""),
        ([], ""),
    ],
)
def test_a_form_is_named_for_certain_or_not_at_all(said: list[str], form: str) -> None:
    assert form_of(*said) == form


def test_weekdays_stand_in_the_order_of_the_week() -> None:
    assert weekdays(["sun", "mon", "thu"]) == "mon thu sun"
    assert weekdays(["monday"]) == ""
    assert weekdays([]) == ""


def test_a_pattern_that_was_not_understood_has_no_word() -> None:
    assert [rhythm_word(rhythm) for rhythm in (*Rhythm, None)] == [*map(str, Rhythm), ""]
