"""The patient's diary sheet, in finished words."""

from __future__ import annotations

from dataclasses import dataclass

from plans.sheets.paper import Footing, Letterhead, Line, Person


@dataclass(frozen=True, slots=True)
class Entry:
    """What to take, with a box to tick; a stated nothing is said and has none."""

    words: Line
    box: bool = True


@dataclass(frozen=True, slots=True)
class DiaryTime:
    when: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class DiaryDay:
    """One day: what to take at each of the sheet's times, in their order."""

    day: str
    times: tuple[DiaryTime, ...]
    """One for each time of day; without entries where nothing is stated then."""


@dataclass(frozen=True, slots=True)
class Diary:
    """Every word of a diary sheet. A discreet one has neither `letterhead` nor `person`.

    Open red flags have no place here, by design.
    """

    language: str
    name: str
    """The document's own title for a reader's window; never a person's name."""
    title: str
    below: tuple[Line, ...]
    letterhead: Letterhead | None
    person: Person | None
    how: tuple[Line, ...]
    day_label: str
    when_label: str
    take_label: str
    """Heads the one column of all times, where paper is too narrow for one each."""
    symptom_label: str
    days: tuple[DiaryDay, ...]
    as_needed_heading: str
    """Above lines for as-needed doses; empty where the plan has none."""
    notes_heading: str
    unprintable: str
    """What stands at the end when a letter could not be printed; has {mark}."""
    footing: Footing
