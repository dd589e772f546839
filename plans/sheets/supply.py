"""The pharmacy's supply sheet, in finished words."""

from __future__ import annotations

from dataclasses import dataclass

from plans.sheets.paper import Footing, Letterhead, Line, Person, Section


@dataclass(frozen=True, slots=True)
class SupplySheet:
    """Every word of a supply sheet. Diagnosis, symptoms and red flags have no place here."""

    language: str
    name: str
    """The document's own title for a reader's window; never a person's name."""
    title: str
    below: tuple[Line, ...]
    letterhead: Letterhead
    person: Person
    notice: Line
    """Boxed below the head: it is not a prescription."""
    sections: tuple[Section, ...]
    unprintable: str
    """What stands at the end when a letter could not be printed; has {mark}."""
    footing: Footing
