"""All drugs on one axis: the dates at which anything changes, and what is stated between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from plans.rules.schedule import (
    Away,
    Dose,
    Drug,
    Product,
    Schedule,
    Step,
    away_on,
    counts_at,
    in_force,
    position,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stated:
    """A dose that counts in a span, on the days of its step's pattern."""

    step: Step
    dose: Dose
    product: Product
    drug: Drug


@dataclass(frozen=True)
class Span:
    """Days on which the same steps answer; ``last`` None: with no last day. A single day states
    what counts on it; more days state each dose of the steps' patterns."""

    first: date
    last: date | None
    stated: tuple[Stated, ...]
    away: Away | None

    def steps_of(self, drug: Drug) -> tuple[Step, ...]:
        """The steps that answer for this drug, in the order of the schedule."""
        return tuple(
            {one.step.key: one.step for one in self.stated if one.drug.key == drug.key}.values()
        )


def spans(schedule: Schedule) -> Iterator[Span]:
    """From the first stated day to the last, without a day left out.

    A day on which a step begins at a time of day stands by itself, since it belongs to two steps.
    """
    edges = _edges(schedule)
    if not edges:
        return
    open_ended = any(step.last_day is None for step in schedule.steps)
    for first, after in zip(edges, [*edges[1:], None], strict=True):
        if after is not None:
            yield _span(schedule, first, after - _DAY)
        elif open_ended:
            yield _span(schedule, first, None)


def _edges(schedule: Schedule) -> list[date]:
    """The days on which something begins, and the day after each on which something ends."""
    begins = {step.first_day for step in schedule.steps}
    ends = {step.last_day + _DAY for step in schedule.steps if step.last_day is not None}
    after = {step.first_day + _DAY for step in schedule.steps if step.from_slot is not None}
    if not begins:
        return []
    first = min(begins)
    last = None if any(step.last_day is None for step in schedule.steps) else max(ends)
    aways = {away.first_day for away in schedule.away}
    aways |= {away.last_day + _DAY for away in schedule.away if away.last_day is not None}
    return sorted(
        edge
        for edge in begins | ends | after | aways
        if first <= edge and (last is None or edge <= last)
    )


def _span(schedule: Schedule, first: date, last: date | None) -> Span:
    away = away_on(schedule, first)
    stated = () if away is not None else tuple(_stated(schedule, first))
    if first == last:
        stated = tuple(one for one in stated if one.dose.on_days >> position(one.step, first) & 1)
    return Span(first, last, stated, away)


def _stated(schedule: Schedule, day: date) -> Iterator[Stated]:
    for step in schedule.steps:
        if not in_force(step, day):
            continue
        for dose in step.doses:
            product = schedule.known_product(dose.product)
            if product is None:
                continue
            drug = schedule.drug(product.drug)
            if counts_at(schedule, step, drug, day, dose.when):
                yield Stated(step, dose, product, drug)
