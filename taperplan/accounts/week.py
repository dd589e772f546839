"""A week of hours: who is on call when, and when the clinic is open. Pure.

Hours are those of the clock on the clinic's wall. A span that ends at or before it begins runs
past midnight into the next day; one that ends when it begins is a whole day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Who = TypeVar("Who")
DAY = 24 * 60
WEEK = 7 * DAY


@dataclass(frozen=True)
class Span(Generic[Who]):
    """On each of `days` (0 is Monday), from one time of day to another."""

    days: frozenset[int]
    begins: time
    ends: time
    who: Who

    def minutes(self) -> Iterator[tuple[int, int]]:
        """As stretches of the week's minutes; the last of Sunday may run over its end."""
        begins, ends = _minute(self.begins), _minute(self.ends)
        if ends <= begins:
            ends += DAY
        for day in self.days:
            yield day * DAY + begins, day * DAY + ends

    def holds(self, minute: int) -> bool:
        return any(
            begins <= at < ends for begins, ends in self.minutes() for at in (minute, minute + WEEK)
        )


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def minute_of(local: datetime) -> int:
    return local.weekday() * DAY + _minute(local.time())


def on_at(spans: Iterable[Span[Who]], local: datetime) -> list[Who]:
    """Who is on at this moment of the clinic's clock, each once, in the order typed."""
    minute = minute_of(local)
    return list(dict.fromkeys(span.who for span in spans if span.holds(minute)))


def first_gap(spans: Sequence[Span[Who]]) -> tuple[int, time] | None:
    """The first minute of the week that no span holds: its day and its time."""
    # A gap begins where a span ends, or with the week.
    ends = {end % WEEK for span in spans for _begin, end in span.minutes()}
    for minute in sorted({0, *ends}):
        if not any(span.holds(minute) for span in spans):
            return minute // DAY, time(minute % DAY // 60, minute % 60)
    return None


def next_opening(spans: Sequence[Span[Who]], local: datetime) -> datetime:
    """`local` itself inside a span, else when the next one begins, on the same wall clock."""
    if not spans or on_at(spans, local):
        return local
    minute = minute_of(local)
    wait = min((begin - minute) % WEEK for span in spans for begin, _end in span.minutes())
    return local.replace(second=0, microsecond=0) + timedelta(minutes=wait)
