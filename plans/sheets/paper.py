"""What every sheet of paper is made of: finished words, nothing more.

A sheet is what the reader will see, already translated and already formatted. Pages, paper
and interchange take sheets, so none of them can word a dose or a date in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one weight."""

    text: str
    strong: bool = False


Line = tuple[Run, ...]


def plain(text: str) -> Line:
    return (Run(text),)


def strong(text: str) -> Line:
    return (Run(text, strong=True),)


def text_of(line: Line) -> str:
    """The words of a line without their weight."""
    return "".join(run.text for run in line)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number to call, with what it is for."""

    label: str
    number: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The clinic as it stands at the head of a document."""

    name: str
    hours: str
    phone: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whose paper it is. `name` is the whole name in the order this document uses."""

    name: str
    born: Line
    identifier: Line
    details: tuple[str, ...] = ()
    latin: str = ""
    """The name in Latin letters, where somebody typed it."""


@dataclass(frozen=True, slots=True)
class Footing:
    """The foot of every page; the drawing adds the page's own number."""

    name: str
    identity: str
    printed: str
    purpose: str
    page: str
    """A pattern with {page} and {pages}, so that a translation decides the order."""
    latin: str = ""
    """The name in Latin letters, where somebody typed it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A heading and labelled answers below it."""

    heading: str
    rows: tuple[tuple[str, Line], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `share` is its part of the free width."""

    label: str
    share: int = 1
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `note` runs over its whole width below the cells."""

    cells: tuple[Line, ...]
    note: Line = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A heading and a table. `empty` is said instead when there are no rows."""

    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str
    notes: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading and paragraphs; `bullets` prints them as a list."""

    heading: str
    lines: tuple[Line, ...]
    bullets: bool = False


Section = Facts | Listing | Passage
"""What a clinician's document is made of, each under its own heading."""


@dataclass(frozen=True, slots=True)
class OpenFlag:
    """A red flag that is not closed; it stands above the title."""

    what: str
    detail: str
