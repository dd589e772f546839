"""Figures, days and times as they are typed back into a draft, and read as the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from plans.rules.schedule import AsNeeded
from plans.rules.schedule_words import Form
from plans.rules.typed import cells_from, typed_day, typed_days_of, typed_number
from taperplan import grammar
from tests.plans.rules.facts_in_full import CYCLE, WEEK, day, dose, needed, one, product, step


def test_each_month_is_typed_so_that_it_is_read_in_any_language() -> None:
    written = [typed_day(date(2026, month, 3)) for month in range(1, 13)]

    assert written == [
        f"3 {month} 2026"
        for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    ]  # fmt: skip
    assert [grammar.date(text).month for text in written] == [*range(1, 13)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"), ("1", "1"), ("10", "10"), ("100", "100"), ("1/2", "0.5"), ("1/10", "0.1"),
        ("1/100", "0.01"), ("1/1000", "0.001"), ("1/10000", "0.0001"), ("12345/10000", "1.2345"),
        ("5/4", "1.25"), ("1/3", "1/3"), ("10/3", "3 1/3"), ("2/3", "2/3"), ("101/10", "10.1"),
    ],
)  # fmt: skip
def test_a_number_is_typed_as_decimals_or_as_the_fraction_it_is(value: str, text: str) -> None:
    assert typed_number(Fraction(value)) == text
    assert grammar.number(text) == Fraction(value)


@pytest.mark.parametrize(
    ("form", "quantity", "text"),
    [
        (Form.TABLET, "0", "none"),
        (Form.TABLET, "1", "1"),
        (Form.TABLET, "1/2", "1/2"),
        (Form.TABLET, "3/2", "1 1/2"),
        (Form.TABLET, "4/3", "1 1/3"),
        (Form.TABLET, "3/4", "3/4"),
        (Form.TABLET, "5/8", "5/8"),
        (Form.TABLET, "1/5", "0.2"),
        (Form.LIQUID, "1/2", "0.5"),
        (Form.LIQUID, "5/4", "1.25"),
        (Form.LIQUID, "1/8", "0.125"),
    ],
)
def test_parts_of_what_is_counted_are_fractions_and_volumes_are_decimals(
    form: Form, quantity: str, text: str
) -> None:
    schedule = one(step(1, 1, 7, dose("pa", quantity)), by=product("pa", "a", form=form))

    assert cells_from(schedule)["steps"][0]["doses"][0]["quantity"] == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(None, ""), (30, "30 min"), (60, "1 h"), (90, "1 h 30 min"), (240, "4 h"), (1, "1 min")],
)
def test_a_time_between_doses_is_typed_in_hours_and_minutes(minutes: int | None, text: str) -> None:
    line: AsNeeded = needed(gap_minutes=minutes, last_day=day(9), maximum=None)
    cells = cells_from(one(as_needed=(line, replace(line, key="n2", last_day=None))))
    first, second = cells["as_needed"]

    assert (first["gap"], first["maximum"], first["quantity"]) == (text, "", "1")
    assert (first["first_day"], first["last_day"]) == ("30 Nov 2026", "8 Dec 2026")
    assert second["last_day"] == ""


@pytest.mark.parametrize(
    ("pattern", "mask", "text"),
    [
        ({}, 0b1, ""),
        (CYCLE, 0b111, ""),
        (CYCLE, 0b101, "1 3"),
        (CYCLE, 0b010, "2"),
        (WEEK, 0b1111111, ""),
        (WEEK, 0b1000001, "mon sun"),
        (WEEK, 0b0110110, "tue wed fri sat"),
    ],
)
def test_the_days_of_a_dose_are_typed_as_they_are_read(
    pattern: dict[str, object], mask: int, text: str
) -> None:
    each = dose("pa", "1", on=mask)

    assert typed_days_of(step(1, 1, 7, each, **pattern), each) == text


def test_a_strength_is_stated_with_its_unit_or_not_at_all() -> None:
    def cells(**change: object) -> tuple[str, str, str]:
        found = cells_from(one(by=replace(product("pa", "a", "5"), **change)))["products"][0]  # type: ignore[arg-type]
        return found["strength"], found["unit"], found["strength_not_stated"]

    assert cells() == ("5", "mg", "")
    assert cells(strength=None, unit=None) == ("", "", "yes")
