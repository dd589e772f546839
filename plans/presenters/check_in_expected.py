"""What was expected since the last check-in, each day from the version that was in force then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from plans.presenters.dosing import dose_line
from plans.rules.lifecycle import expected_in_force, version_on
from plans.rules.schedule import away_on, day_totals
from plans.rules.wording import total_words
from plans.sheets.paper import text_of
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from plans.models import Version
    from plans.rules.schedule import Schedule

_DAY = timedelta(days=1)
LONGEST_PERIOD = 92


@dataclass(frozen=True)
class TakenPeriod:
    """Days in a row on which the same was expected: when, what, which days, by which version."""

    days: str
    doses: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class _Day:
    doses: tuple[str, ...]
    total: str
    version: str


def days_of(period: tuple[date, date] | None) -> tuple[date, ...]:
    """The days to compare, the last of them the day before the check-in: what is due tonight
    was not missed this morning. A longer time than is told from memory begins where that ends.
    """
    if period is None:
        return ()
    first, until = period
    first = max(first, until - (LONGEST_PERIOD + 1) * _DAY)
    return tuple(first + n * _DAY for n in range((until - first).days))


def answering(
    versions: Sequence[Version], period: tuple[date, date] | None, day: date
) -> tuple[Version, ...]:
    """Of one plan the versions that answer for some hour of the period, the one of `day` first."""
    now = version_on(versions, day)
    found = {now.pk: now} if now else {}
    days = days_of(period)
    for one in (*days, days[0] - _DAY) if days else ():
        standing = version_on(versions, one)
        if standing is not None:
            found.setdefault(standing.pk, standing)
    return tuple(found.values())


def taken_periods(
    versions: Sequence[Version],
    schedules: Mapping[uuid.UUID, Schedule],
    drug: str,
    period: tuple[date, date] | None,
) -> tuple[TakenPeriod, ...]:
    """`versions`: those of one plan that answer for the period; `drug` by its key in the plan."""
    known = {version.number: schedules[version.pk] for version in versions}
    days = ((day, _day(versions, known, drug, day)) for day in days_of(period))
    return tuple(
        _stretch(said, [day for day, _said in group])
        for said, group in groupby(days, key=lambda pair: pair[1])
        if said.version
    )


def _stretch(said: _Day, days: Sequence[date]) -> TakenPeriod:
    return TakenPeriod(
        _("{range}, {days}, {version}").format(
            range=formats.day_range(days[0], days[-1]),
            days=formats.length(len(days)),
            version=said.version,
        ),
        said.doses or (_("nothing stated"),),
        said.total,
    )


def _day(versions: Sequence[Version], known: Mapping[int, Schedule], drug: str, day: date) -> _Day:
    """Each time of day from the version in force at that time."""
    standing = version_on(versions, day)
    found = [
        (version, one)
        for version, one in expected_in_force(versions, known, day)
        if one.drug.key == drug
    ]
    numbers = {version.number for version, _one in found}
    if standing is not None:
        numbers.add(standing.number)
        away = away_on(known[standing.number], day)
        if away is not None and not found:
            words = _("Set by {where}, not recorded here").format(where=away.where)
            return _Day((words,), "", _numbered(numbers))
    doses = tuple(
        _("{dose} {at_time}").format(
            dose=text_of(dose_line(one.product, one.drug, one.quantity, named=False)),
            at_time=formats.at(one.when.token),
        )
        for _version, one in found
    )
    return _Day(doses, _total(known, numbers, drug, day), _numbered(numbers))


def _total(known: Mapping[int, Schedule], numbers: set[int], drug: str, day: date) -> str:
    """The day's total, where one version answers for the whole of the day."""
    if len(numbers) != 1:
        return ""
    totals = day_totals(known[next(iter(numbers))], day)
    return next((total_words(one) for one in totals if one.drug.key == drug), "")


def _numbered(numbers: Iterable[int]) -> str:
    words = [formats.number(number) for number in sorted(numbers)]
    if not words:
        return ""
    return _("version {n}").format(n=formats.listing(words))
