"""Days and periods across the versions of a plan: each day from the version in force on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from plans.rules.lifecycle import InForce, expected_in_force, version_on
from plans.rules.schedule import (
    AsNeeded,
    Away,
    Drug,
    Expected,
    PatchAct,
    Product,
    Schedule,
    Worn,
    as_needed_on,
    away_on,
    first_day,
    last_day,
    supply,
    worn_on,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayOf:
    """One day: ``version`` answers as the day ends, None before the first is in force.

    ``worn``: patches only kept on or removed; those applied are among ``doses``.
    """

    day: date
    version: InForce | None
    doses: tuple[tuple[InForce, Expected], ...]
    worn: tuple[Worn, ...]
    as_needed: tuple[AsNeeded, ...]
    away: Away | None


@dataclass(frozen=True)
class SupplyOf:
    """A product over a period, whatever its versions call it; ``quantity`` is exact."""

    product: Product
    drug: Drug
    quantity: Fraction


def days(
    versions: Sequence[InForce], schedules: Mapping[int, Schedule], first: date, last: date
) -> Iterator[DayOf]:
    """Every day from first to last, both included. ``schedules`` by version number."""
    for n in range((last - first).days + 1):
        day = first + n * _DAY
        version = version_on(versions, day)
        schedule = schedules.get(version.number, Schedule()) if version else Schedule()
        yield DayOf(
            day=day,
            version=version,
            doses=expected_in_force(versions, schedules, day),
            worn=tuple(w for w in worn_on(schedule, day) if w.act is not PatchAct.APPLY),
            as_needed=as_needed_on(schedule, day),
            away=away_on(schedule, day),
        )


def supply_in_force(
    versions: Sequence[InForce], schedules: Mapping[int, Schedule], first: date, last: date
) -> tuple[SupplyOf, ...]:
    """How many of each product the steps state over a period, both days included.

    Whole days of one version at a time; a day on which a version begins at a time of day is asked
    by itself. As-needed lines are not in it: their supply is typed, never computed.
    """
    sums: dict[tuple[object, ...], SupplyOf] = {}
    torn = {one.in_force_from for one in versions if one.in_force_when is not None}
    edges = {first, *(one.in_force_from for one in versions), *(day + _DAY for day in torn)}
    starts = sorted(edge for edge in edges if first <= edge <= last)
    ends = [*starts[1:], last + _DAY] if starts else []
    for start, after in zip(starts, ends, strict=True):
        version = version_on(versions, start)
        if start in torn:
            for whose, one in expected_in_force(versions, schedules, start):
                _add(sums, schedules[whose.number], one.product, one.quantity)
            start += _DAY
        if version is not None and start < after and version.number in schedules:
            schedule = schedules[version.number]
            for line in supply(schedule, start, after - _DAY):
                _add(sums, schedule, line.product, line.quantity)
    return tuple(sums.values())


def _add(
    sums: dict[tuple[object, ...], SupplyOf],
    schedule: Schedule,
    product: Product,
    quantity: Fraction,
) -> None:
    drug = schedule.drug(product.drug)
    key = (
        drug.name.casefold(),
        product.name.casefold(),
        product.form,
        product.strength,
        product.unit,
        product.per,
    )
    known = sums.get(key)
    if known is not None:
        quantity += known.quantity
    sums[key] = SupplyOf(product, drug, quantity)


def period_of(
    versions: Iterable[InForce], schedules: Mapping[int, Schedule]
) -> tuple[date | None, date | None]:
    """From the first day of any version to the last day of the newest; None: none, or open."""
    known = [schedules[one.number] for one in sorted(versions, key=lambda v: v.number)]
    starts = [day for one in known if (day := first_day(one)) is not None]
    return min(starts, default=None), last_day(known[-1]) if known else None
