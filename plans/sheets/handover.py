"""Papers for whoever takes over: the red-flag handover sheet, the cover of a transfer package."""

from __future__ import annotations

from dataclasses import dataclass

from plans.sheets.paper import Footing, Letterhead, Line, OpenFlag, Person, Section


@dataclass(frozen=True, slots=True)
class Handover:
    """Every word, in the order in which it is read; open red flags stand above the title."""

    language: str
    name: str
    """The document's own title for a reader's window; never a person's name."""
    flags_heading: str
    open_flags: tuple[OpenFlag, ...]
    title: str
    below: tuple[Line, ...]
    letterhead: Letterhead
    person: Person
    sections: tuple[Section, ...]
    unprintable: str
    """What stands at the end when a letter could not be printed; has {mark}."""
    footing: Footing
