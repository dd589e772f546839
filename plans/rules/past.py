"""Past days on which two schedules differ: a version states the whole, back to its first day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from plans.rules.schedule import (
    Away,
    Schedule,
    Step,
    expected_on,
    first_day,
    in_force,
    position,
)

_DAY = timedelta(days=1)


def past_differences(
    schedule: Schedule, replaced: Schedule, *, before: date
) -> list[tuple[date, date]]:
    """The days before a date on which two schedules state different doses, as ranges.

    Products are the same by drug, name, form and strength, whatever their keys.
    """
    starts = [day for s in (schedule, replaced) if (day := first_day(s)) is not None]
    ranges: list[tuple[date, date]] = []
    if not starts:
        return ranges
    edges = sorted({min(starts), before} | _edges(schedule, before) | _edges(replaced, before))
    for begin, end in pairwise([edge for edge in edges if min(starts) <= edge <= before]):
        for day in _differing(schedule, replaced, begin, end):
            if ranges and ranges[-1][1] + _DAY == day:
                ranges[-1] = (ranges[-1][0], day)
            else:
                ranges.append((day, day))
    return ranges


def _edges(schedule: Schedule, before: date) -> set[date]:
    """The days at which the steps in force, or the times that count, may change."""
    edges: set[date] = set()
    spans: list[Step | Away] = [*schedule.steps, *schedule.away]
    for span in spans:
        edges |= {span.first_day, span.first_day + _DAY}
        if span.last_day is not None:
            edges |= {span.last_day, span.last_day + _DAY}
    return {edge for edge in edges if edge <= before}


def _differing(one: Schedule, other: Schedule, begin: date, end: date) -> Iterator[date]:
    """Days from begin up to, not with, end; asked once for each combination of cycle days."""
    steps = [s for schedule in (one, other) for s in schedule.steps if in_force(s, begin)]
    known: dict[tuple[int, ...], bool] = {}
    for n in range((end - begin).days):
        day = begin + n * _DAY
        places = tuple(position(step, day) for step in steps)
        if places not in known:
            known[places] = _stated(one, day) != _stated(other, day)
        if known[places]:
            yield day


def _stated(schedule: Schedule, day: date) -> dict[tuple[object, ...], Fraction]:
    sums: dict[tuple[object, ...], Fraction] = {}
    for e in expected_on(schedule, day):
        p = e.product
        key = (e.drug.name.casefold(), p.name.casefold(), p.form, p.strength, p.unit, p.per, e.when)
        sums[key] = sums.get(key, Fraction(0)) + e.quantity
    return sums
