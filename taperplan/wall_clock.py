"""A time on the clinic's wall as the moment that it was. Pure.

Twice a year a wall shows an hour that was not, or one hour twice. Two moments of one zone are
compared by Python as the walls show them, so whatever is compared here is compared in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from taperplan import formats
from taperplan.grammar import Refused
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from datetime import date, time


def moment(day: date, clock: time, *, now: datetime) -> datetime:
    """When a clock in the zone of `now` showed this. Of an hour that came twice, the later one
    that is not still to come: what is written down has mostly just happened.

    Raises:
        Refused: the wall never showed it, or has not yet.
    """
    first = _wall(day, clock, now)
    both = [first, first.replace(fold=1)]
    if missing(day, clock, now=now):
        raise Refused(
            _("{clock} does not exist on {day}: the clocks went forward then.").format(
                clock=formats.clock(clock), day=formats.short_day(day)
            )
        )
    past = [one for one in both if one.astimezone(UTC) <= now.astimezone(UTC)]
    if not past:
        raise Refused(_("{when} is still to come.").format(when=formats.moment(first)))
    return max(past, key=lambda one: one.astimezone(UTC))


def missing(day: date, clock: time, *, now: datetime) -> bool:
    """Whether the clocks went forward past it."""
    wall = _wall(day, clock, now)
    shown = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return shown.replace(tzinfo=None) != wall.replace(tzinfo=None)


def _wall(day: date, clock: time, now: datetime) -> datetime:
    return datetime.combine(day, clock, tzinfo=now.tzinfo)
