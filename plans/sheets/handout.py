"""The patient's handout, in finished words."""

from __future__ import annotations

from dataclasses import dataclass

from plans.sheets.paper import Footing, Letterhead, Line, Passage, Person, Phone


@dataclass(frozen=True, slots=True)
class Taking:
    """What to take at one time of the day; `when` is empty where the heading says it."""

    when: str
    what: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One dated step, or the end of a drug."""

    first: str
    last: str
    days: str
    takings: tuple[Taking, ...]
    stacked: tuple[str, ...] = ()
    """The last day and the days as they stand below the first day where paper is narrow."""
    notes: tuple[Line, ...] = ()
    end: bool = False


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of a pattern that is not the same every day."""

    day: str
    """With the weekday: "Thu 3 Dec 2026"."""
    short: str
    """Without it, for a column that is headed by the weekday: "3 Dec"."""
    weekday: int
    """The column it stands in: how many days of its week have passed before it."""
    """0 is Monday."""
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a step whose doses alternate, dated one by one."""

    heading: str
    weekdays: tuple[str, ...]
    days: tuple[CalendarDay, ...]
    labels: tuple[str, str]
    """Column heads where the days are listed below each other: day, what to take."""


@dataclass(frozen=True, slots=True)
class ScheduleTable:
    """The dated steps of drugs that change together."""

    heading: str
    labels: tuple[str, str, str, str, str]
    """First day, last day, days, when, what to take."""
    rows: tuple[ScheduleRow, ...]
    calendars: tuple[Calendar, ...] = ()


@dataclass(frozen=True, slots=True)
class Handout:
    """Every word of a handout. Open red flags have no place here, by design."""

    language: str
    name: str
    """The document's own title for a reader's window; never a person's name."""
    title: str
    made: str
    replaces: Line
    letterhead: Letterhead
    person: Person
    products: tuple[Line, ...]
    tables: tuple[ScheduleTable, ...]
    as_needed: Passage | None
    plan_text: tuple[str, ...]
    warning: tuple[Line, ...]
    """The do-not-stop box, from the sets that the clinic has confirmed; empty until then."""
    next_check_in: Passage | None
    other_plans: Line
    call: Passage | None
    numbers_heading: str
    numbers: tuple[Phone, ...]
    missed_dose: Passage
    advice: tuple[Passage, ...]
    texts_source: str
    questions_heading: str
    questions: int
    unprintable: str
    """What stands at the end when a letter could not be printed; has {mark}."""
    footing: Footing
