"""What is handed out for a stretch is what is expected in it, to the very dose."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from plans.rules.collecting import Moment, handed_out, stretches
from plans.rules.schedule import Away, Schedule, SupplyLine, expected_on, last_day, supply
from tests.plans.rules import facts_in_full as facts
from tests.plans.rules.published import PUBLISHED
from tests.plans.signing import published

DAY = timedelta(days=1)
CLOSED = [letter for letter in sorted(PUBLISHED) if not PUBLISHED[letter].open]


def counted(lines: tuple[SupplyLine, ...]) -> dict[str, Fraction]:
    return {line.product.key: line.quantity for line in lines}


def whole(schedule: Schedule) -> tuple[Moment, Moment]:
    end = last_day(schedule)
    assert end is not None
    return Moment(min(step.first_day for step in schedule.steps)), Moment(end + DAY)


@pytest.mark.parametrize("letter", CLOSED)
def test_all_collections_together_are_the_supply_of_the_whole_plan(letter: str) -> None:
    schedule = published(letter)
    begin, end = whole(schedule)
    together = supply(schedule, begin.day, end.day - DAY)
    assert counted(handed_out(schedule, begin, end)) == counted(together)
    sums: dict[str, Fraction] = {}
    days = [begin, Moment.at(begin.day + 5 * DAY, "evening"), Moment.at(begin.day + 9 * DAY, "")]
    for first, until in stretches(days, end):
        for key, count in counted(handed_out(schedule, first, until)).items():
            sums[key] = sums.get(key, Fraction(0)) + count
    assert sums == counted(together)


@pytest.mark.parametrize("letter", CLOSED)
def test_the_steps_together_are_the_supply_of_the_whole_plan(letter: str) -> None:
    schedule = published(letter)
    begin, end = whole(schedule)
    sums: dict[str, Fraction] = {}
    for step in schedule.steps:
        for key, count in counted(handed_out(schedule, begin, end, step=step)).items():
            sums[key] = sums.get(key, Fraction(0)) + count
    assert sums == counted(supply(schedule, begin.day, end.day - DAY))


def test_a_collection_at_midday_leaves_the_morning_to_the_one_before() -> None:
    schedule = published("F")
    day = min(step.first_day for step in schedule.steps)
    morning = handed_out(schedule, Moment(day), Moment.at(day, "midday"))
    rest = handed_out(schedule, Moment.at(day, "midday"), Moment(day + DAY))
    both = handed_out(schedule, Moment(day), Moment(day + DAY))
    assert counted(morning) != counted(both)
    for key, count in counted(both).items():
        parts = counted(morning).get(key, Fraction(0)) + counted(rest).get(key, Fraction(0))
        assert parts == count


def test_the_last_collection_of_a_plan_without_an_end_has_no_count() -> None:
    first, second = Moment(date(2026, 12, 1)), Moment(date(2026, 12, 8))
    assert stretches([second, first], None) == [(first, second)]


def test_the_order_of_moments_is_that_of_the_day() -> None:
    day = date(2026, 12, 1)
    moments = [
        Moment(day), Moment.at(day, "00:00"), Moment.at(day, "morning"), Moment.at(day, "midday"),
        Moment.at(day, "bedtime"), Moment(day + DAY),
    ]  # fmt: skip

    assert all(one < other for one, other in pairwise(moments))
    assert Moment.at(day, "") == Moment(day)


def test_a_stretch_begins_with_its_moment_and_ends_before_the_next() -> None:
    schedule = published("F")
    day = min(step.first_day for step in schedule.steps)
    bedtime = Moment.at(day, "bedtime")
    both = handed_out(schedule, Moment(day), Moment(day + DAY))

    # Each dose of the day is in one of the two, that of the moment itself in the second.
    before = counted(handed_out(schedule, Moment(day), bedtime))
    after = counted(handed_out(schedule, bedtime, Moment(day + DAY)))
    assert set(before) == {"clz"}
    assert set(after) == {"clz", "dzp"}
    assert counted(both) == {
        key: before.get(key, Fraction(0)) + after.get(key, Fraction(0)) for key in after
    }
    assert handed_out(schedule, bedtime, bedtime) == ()
    assert handed_out(schedule, Moment(day + DAY), Moment(day)) == ()
    # A product stated only as 0 has a line of 0.
    assert after["dzp"] == 0


def test_a_step_is_handed_out_by_itself() -> None:
    schedule = published("F")
    begin, end = whole(schedule)
    first, second, *_rest = schedule.steps
    alone = counted(handed_out(schedule, begin, end, step=first))

    assert alone == counted(handed_out(schedule, begin, Moment(second.first_day)))
    assert alone != counted(handed_out(schedule, begin, end))


def test_collections_last_until_the_next_or_the_end() -> None:
    first, second, third = (Moment(date(2026, 12, day)) for day in (1, 8, 15))

    assert stretches([third, first, second], Moment(date(2026, 12, 20))) == [
        (first, second), (second, third), (third, Moment(date(2026, 12, 20))),
    ]  # fmt: skip
    # One after the end is left out, and so is the second of two at the same moment.
    assert stretches([first, third], second) == [(first, third)]
    assert stretches([first, first], second) == [(first, second)]
    assert stretches([], second) == []


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        ([], 8),
        # One that is over, one within, one to come; in whatever order they stand.
        ([(1, 2)], 8),
        ([(1, 3)], 8),
        ([(1, 4)], 7),
        ([(1, 2), (5, 6)], 6),
        ([(12, 13), (5, 6)], 6),
        ([(11, 11), (5, 6)], 5),
        ([(5, 6), (1, 2), (9, 20)], 3),
        ([(8, None)], 4),
        ([(1, None)], 0),
        ([(12, None)], 8),
        ([(5, 6), (7, 8)], 4),
    ],
)
def test_days_that_somebody_else_sets_are_left_out_of_a_supply(
    away: list[tuple[int, int | None]], expected: int
) -> None:
    """From day 4 to day 11, one a day."""
    schedule = facts.one(
        facts.step(1, 1, 14, facts.dose("pa", "1")),
        away=tuple(
            Away(facts.day(first), None if last is None else facts.day(last), "a ward")
            for first, last in away
        ),
    )
    found = supply(schedule, facts.day(4), facts.day(11))

    assert sum(line.quantity for line in found) == expected
    by_day = sum(one.quantity for n in range(4, 12) for one in expected_on(schedule, facts.day(n)))
    assert by_day == expected
