"""Past days on which two schedules differ: exactly those, as ranges."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from plans.rules.past import past_differences
from plans.rules.schedule import Away, Schedule, Step, When
from plans.rules.schedule_words import Form, Unit
from tests.plans.rules.facts_in_full import CYCLE, PA, A, X, Y, day, dose, one, product, step

SEVEN = step(1, 1, 7, X)
THEN = step(2, 8, 14, Y)
BOTH = one(SEVEN, THEN)


def ranges(schedule: Schedule, replaced: Schedule, before: int = 60) -> list[tuple[int, int]]:
    found = past_differences(schedule, replaced, before=day(before))
    assert found == past_differences(replaced, schedule, before=day(before))
    return [((first - day(1)).days + 1, (last - day(1)).days + 1) for first, last in found]


def other(*steps: Step) -> Schedule:
    return one(*steps)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (BOTH, []),
        (Schedule(), [(1, 14)]),
        (other(SEVEN), [(8, 14)]),
        (other(step(1, 1, 6, X), THEN), [(7, 7)]),
        (other(step(1, 2, 7, X), THEN), [(1, 1)]),
        (other(step(1, 1, 7, Y), THEN), [(1, 7)]),
        # Two differences that touch are one range, two that do not are two.
        (other(step(1, 1, 7, Y), step(2, 8, 14, X)), [(1, 14)]),
        (other(step(1, 2, 7, X), step(2, 8, 13, Y)), [(1, 1), (14, 14)]),
        (other(SEVEN, step(2, 8, 15, Y)), [(15, 15)]),
        (other(SEVEN, step(2, 8, None, Y)), [(15, 59)]),
        (other(step(1, 0, 7, X), THEN), [(0, 0)]),
        # Every third day of a cycle.
        (
            other(step(1, 1, 7, dose("pa", "2", on=0b011), **CYCLE), THEN),
            [(3, 3), (6, 6)],
        ),
        # A step from the evening leaves the morning to the one before.
        (
            other(step(1, 1, 7, X), step(2, 8, 14, Y, from_slot=When.of("evening"))),
            [],
        ),
        (
            other(step(1, 1, 7, X), step(2, 8, 14, Y, from_slot=When.of("23:59"))),
            [(8, 8)],
        ),
        # A ward sets the doses.
        (replace(BOTH, away=(Away(day(3), day(4), "a ward"),)), [(3, 4)]),
        (replace(BOTH, away=(Away(day(3), None, "a ward"),)), [(3, 14)]),
        (replace(BOTH, away=(Away(day(20), day(30), "a ward"),)), []),
    ],
)
def test_the_days_that_differ_are_named(
    schedule: Schedule, expected: list[tuple[int, int]]
) -> None:
    assert ranges(schedule, BOTH) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [(0, []), (1, []), (2, [(1, 1)]), (5, [(1, 4)]), (8, [(1, 7)]), (9, [(1, 7)])],
)
def test_only_days_before_the_date_count(before: int, expected: list[tuple[int, int]]) -> None:
    assert ranges(other(step(1, 1, 7, Y), THEN), BOTH, before) == expected


def test_nothing_stated_differs_in_nothing() -> None:
    assert ranges(Schedule(), Schedule()) == []
    assert ranges(one(), one()) == []


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"key": "other"}, True),
        ({"route": "by mouth", "parts": 4}, True),
        ({"name": "Brand"}, False),
        ({"form": Form.CAPSULE}, False),
        ({"strength": Fraction(2)}, False),
        ({"unit": Unit.G}, False),
        ({"per": Fraction(2)}, False),
    ],
)
def test_products_are_the_same_by_what_they_are(change: dict[str, object], same: bool) -> None:
    other_one = replace(PA, **change)  # type: ignore[arg-type]
    doses = replace(X, product=other_one.key)
    schedule = one(step(1, 1, 7, doses), by=other_one)

    assert ranges(schedule, one(SEVEN)) == ([] if same else [(1, 7)])


def test_names_are_the_same_in_any_case_of_letters() -> None:
    shouted = one(SEVEN, of=replace(A, name="ABAZEPAM"), by=replace(PA, name="BRAND"))

    assert ranges(shouted, one(SEVEN, by=replace(PA, name="brand"))) == []


def test_two_doses_of_one_time_are_added_up() -> None:
    half = product("pb", "a")
    schedule = Schedule(
        drugs=(A,), products=(PA, half), steps=(step(1, 1, 7, dose("pa", "1"), dose("pb", "1")),)
    )

    assert ranges(schedule, one(SEVEN)) == []
    assert ranges(one(step(1, 1, 7, dose("pa", "2", "morning"))), one(SEVEN)) == [(1, 7)]
