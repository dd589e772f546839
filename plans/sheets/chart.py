"""The chart of a plan: planned, taken, symptoms and red flags on one axis of days.

Figures are finished words; the exact amounts beside them are only for their place on paper.
One panel is one drug with its own axis: two drugs never share one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from plans.sheets.paper import Listing


@dataclass(frozen=True, slots=True)
class Stair:
    """A planned amount from `first` to `last`, both included."""

    first: date
    last: date
    amount: Fraction
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: Fraction
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One drug. Ticks begin at 0 and reach at least the largest amount."""

    heading: str
    ticks: tuple[Tick, ...]
    stairs: tuple[Stair, ...]
    earlier: tuple[Stair, ...] = ()
    """What a replaced version planned, only where it differed."""


class Taken(StrEnum):
    AS_PLANNED = "as_planned"
    DIFFERENT = "different"
    STOPPED = "stopped"
    NOT_KNOWN = "not_known"
    NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was told about some days; the words are the clinician's."""

    first: date
    last: date
    taken: Taken
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    first: date
    last: date
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    day: date
    label: str


@dataclass(frozen=True, slots=True)
class Pile:
    """Symptoms recorded present at one check-in, counted by severity; never a score."""

    day: date
    mild: int
    moderate: int
    severe: int
    events: int
    """Present without a severity: events, and what is only present or not."""
    total: str
    """As "3 of 52": present, of what was asked."""


@dataclass(frozen=True, slots=True)
class Labels:
    taken: str
    symptoms: str
    mild: str
    moderate: str
    severe: str
    event: str
    flags: str


@dataclass(frozen=True, slots=True)
class Chart:
    heading: str
    described: str
    """The drawing in words, for whoever cannot see it."""
    first: date
    last: date
    days: tuple[Mark, ...]
    """Dates written below the axis."""
    panels: tuple[Panel, ...]
    holds: tuple[Band, ...]
    versions: tuple[Mark, ...]
    today: Mark | None
    taken: tuple[Stretch, ...]
    piles: tuple[Pile, ...]
    flags: tuple[Mark, ...]
    labels: Labels
    table: Listing
    """The same figures as a table; it always stands beside the drawing."""
    told: Listing
    """Symptoms by severity and amounts taken, check-in by check-in, as a table."""
