"""The last sheet of a batch: whose handout is not in it, and why. It stays with the clinic."""

from __future__ import annotations

from dataclasses import dataclass

from plans.sheets.paper import Footing, Line, Listing


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Every word of the sheet."""

    language: str
    name: str
    """The document's own title for a reader's window; never a person's name."""
    author: str
    title: str
    below: tuple[Line, ...]
    listing: Listing
    unprintable: str
    """What stands at the end when a letter could not be printed; has {mark}."""
    footing: Footing
