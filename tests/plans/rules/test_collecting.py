"""What is handed out for a stretch is what is expected in it, to the very dose."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from plans.rules.collecting import Moment, handed_out, stretches
from plans.rules.schedule import Schedule, SupplyLine, last_day, supply
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
