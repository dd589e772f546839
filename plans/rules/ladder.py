"""When which rung of a clinic's ladder is told of a red flag. Pure: rows in, what is owed out.

A rung is told when the minutes typed for the rungs before it have passed, and told again, as a
reminder, until somebody acknowledges. What was due before that is owed all the same, even where
no worker lived to send it.

A moment that lies in the future is the mark of a clock that was set back. It counts as long
past: too early is better than silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# How far two machines' clocks may differ before one of them counts as set back.
SKEW = timedelta(seconds=45)
# A reminder comes at the latest after this; with every delay that remains under an hour.
LONGEST_SILENCE = timedelta(minutes=50)
# The one rung that there is while nobody stands on the ladder, and its minutes.
EVERYBODY = ((1, 15),)


@dataclass(frozen=True)
class Owed:
    """A rung to be told; `turn` 0 is the first time, each reminder has the next."""

    rung: int
    turn: int
    due: datetime


@dataclass(frozen=True)
class Told:
    """A rung that was told, or for which a notice stands in the outbox."""

    rung: int
    turn: int
    at: datetime


def passed(then: datetime, now: datetime) -> timedelta:
    """How long ago; without end where `then` lies in the future."""
    if then - now > SKEW:
        return timedelta.max
    return max(now - then, timedelta())


def owed(
    rungs: Sequence[tuple[int, int]],
    told: Iterable[Told],
    *,
    since: datetime,
    now: datetime,
    stopped: datetime | None = None,
    first_always: bool = True,
) -> tuple[Owed, ...]:
    """What one report is owed now.

    `rungs` are those on which somebody stands, with their minutes; `since` when the time of the
    first one came; `stopped` when somebody acknowledged, or the red flag ended; `first_always`
    whether the first rung is told even where it was acknowledged in the same breath (an
    emergency).
    """
    last: dict[int, Told] = {}
    for one in sorted(told, key=lambda row: row.turn):
        last[one.rung] = one
    again = min(LONGEST_SILENCE, timedelta(minutes=sum(wait for _rung, wait in rungs)))
    found = []
    due = since
    for place, (rung, wait) in enumerate(rungs):
        before = last.get(rung)
        if before is None:
            first = place == 0 and first_always
            in_time = stopped is None or first or due < stopped
            if in_time and passed(since, now) >= due - since:
                found.append(Owed(rung, 0, due))
        elif stopped is None and passed(before.at, now) >= again:
            found.append(Owed(rung, before.turn + 1, now))
        due += timedelta(minutes=wait)
    return tuple(found)


def owed_without_contact(
    rungs: Sequence[int],
    told: Sequence[Told],
    *,
    highest: int,
    since: datetime,
    minutes: int,
    now: datetime,
) -> Owed | None:
    """Acknowledged, and no contact within the limit: the next rung is told, then the next.

    `told` for want of a contact so far, oldest first; `highest` rung told before that.
    """
    limit = timedelta(minutes=minutes)
    if not told:
        due = passed(since, now) >= limit
        return Owed(_after(highest, rungs), 0, since + limit) if due else None
    last = told[-1]
    if passed(last.at, now) < min(limit, LONGEST_SILENCE):
        return None
    return Owed(_after(last.rung, rungs), last.turn + 1, now)


def _after(rung: int, rungs: Sequence[int]) -> int:
    """The next rung on which somebody stands; after the last one the first."""
    return next((one for one in rungs if one > rung), rungs[0])


def substitute(rung: int, rungs: Sequence[int]) -> int:
    """The rung itself, or where nobody stands on it any more, the next one."""
    return rung if rung in rungs else _after(rung, rungs)
