"""A clinic's figures: counts in cells, and which of them are kept back so that nobody is found.

A cell of one to four people is kept back. So that it cannot be had by subtraction, whatever is
kept back in one line is at least two cells, which together hold at least five people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

SMALLEST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """The cells of one line and their total; None: kept back."""

    cells: tuple[int | None, ...]
    total: int | None


def protected(counts: Sequence[int]) -> Line:
    """What of a line may be shown, where its cells add up to its total."""
    total = sum(counts)
    kept = {place for place, count in enumerate(counts) if 0 < count < SMALLEST}
    if total >= SMALLEST and kept:
        others = sorted((count, place) for place, count in enumerate(counts) if place not in kept)
        # A cell of nobody hides nobody: those with somebody in them first, the smallest of them.
        others.sort(key=lambda other: (not other[0], other))
        while others and (len(kept) < 2 or sum(counts[place] for place in kept) < SMALLEST):
            kept.add(others.pop(0)[1])
    return Line(
        cells=tuple(None if place in kept else count for place, count in enumerate(counts)),
        total=total if total == 0 or total >= SMALLEST else None,
    )


# --- Check-ins -----------------------------------------------------------------------------------


class Done(StrEnum):
    """What became of a check-in whose date has passed."""

    BY_THE_DATE = "by the date"
    LATER = "later"
    NOT_DONE = "not done"

    @property
    def words(self) -> str:
        match self:
            case Done.BY_THE_DATE:
                return _("Done by the date")
            case Done.LATER:
                return _("Done later")
            case Done.NOT_DONE:
                return _("Overdue or not done")


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """A check-in that happened, or one that was missed (`missed` is its date); and the next date
    that was set with it."""

    day: date
    next_on: date | None = None
    missed: date | None = None


def outcomes(events: Iterable[Seen], *, today: date, expected: bool) -> list[tuple[date, Done]]:
    """Each date of one patient that has passed, with what became of it. Not `expected`: who died
    or was transferred is waited for no more."""
    row = sorted(events, key=lambda event: (event.day, event.missed is not None))
    missed = {event.missed for event in row if event.missed}
    found = []
    for at, event in enumerate(row):
        due = event.next_on
        if due is None or due >= today:
            continue
        done = next((later.day for later in row[at + 1 :] if later.missed is None), None)
        if done is not None and done <= due:
            found.append((due, Done.BY_THE_DATE))
        elif done is not None and due not in missed:
            found.append((due, Done.LATER))
        elif expected or due in missed:
            found.append((due, Done.NOT_DONE))
    return found


# --- Red flags -----------------------------------------------------------------------------------


class Answered(StrEnum):
    """How long a red flag waited until a named person acknowledged it."""

    QUARTER = "15 minutes"
    HOUR = "1 hour"
    HOURS = "4 hours"
    DAY = "24 hours"
    LONGER = "longer"
    NOT_YET = "not yet"

    @property
    def words(self) -> str:
        match self:
            case Answered.QUARTER:
                return _("Up to 15 minutes")
            case Answered.HOUR:
                return _("16 to 60 minutes")
            case Answered.HOURS:
                return _("61 to 240 minutes")
            case Answered.DAY:
                return _("241 to 1,440 minutes")
            case Answered.LONGER:
                return _("More than 1,440 minutes")
            case Answered.NOT_YET:
                return _("Not acknowledged")


_WITHIN = (
    (15, Answered.QUARTER),
    (60, Answered.HOUR),
    (240, Answered.HOURS),
    (1440, Answered.DAY),
)


def answered(seconds: float | None) -> Answered:
    if seconds is None:
        return Answered.NOT_YET
    minutes = -(-int(seconds) // 60)
    return next((band for most, band in _WITHIN if minutes <= most), Answered.LONGER)
