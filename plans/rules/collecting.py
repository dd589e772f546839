"""What is handed out for a stretch that begins and ends at a time of day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from plans.rules.schedule import Schedule, Step, SupplyLine, When, expected_on

_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Moment:
    """A day and the time of day from which it counts; the whole day without one."""

    day: date
    place: tuple[int, int] = (-1, 0)

    @classmethod
    def at(cls, day: date, slot: str) -> Moment:
        return cls(day, When.of(slot).place) if slot else cls(day)


def handed_out(
    schedule: Schedule, begin: Moment, end: Moment, *, step: Step | None = None
) -> tuple[SupplyLine, ...]:
    """How many of each product are to be taken from `begin` on and before `end` (of one `step`).

    As-needed lines are not in it: their supply is typed, never computed. A product stated only
    as 0 has a line of 0.
    """
    sums: dict[str, Fraction] = {}
    day = begin.day
    while day <= end.day:
        for expected in expected_on(schedule, day):
            if step is not None and expected.step.key != step.key:
                continue
            if begin <= Moment(day, expected.when.place) < end:
                key = expected.product.key
                sums[key] = sums.get(key, Fraction(0)) + expected.quantity
        day += _DAY
    return tuple(
        SupplyLine(product=product, quantity=sums[product.key])
        for product in schedule.products
        if product.key in sums
    )


def stretches(collections: Iterable[Moment], end: Moment | None) -> list[tuple[Moment, Moment]]:
    """Each collection with the moment up to which it has to last: the next one, or `end`.

    The last of a plan without an end has none, and is left out.
    """
    ordered = sorted(collections)
    bounds: list[Moment | None] = [*ordered[1:], end] if ordered else []
    return [
        (begin, until)
        for begin, until in zip(ordered, bounds, strict=True)
        if until is not None and begin < until
    ]
