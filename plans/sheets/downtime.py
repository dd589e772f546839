"""The downtime pack, in finished words: what stands before the patients, and blank sheets."""

from __future__ import annotations

from dataclasses import dataclass

from plans.sheets.paper import Footing, Line, Section


@dataclass(frozen=True, slots=True)
class Cover:
    """The first sheet: when it was made, whom to call, whose sheets follow."""

    language: str
    name: str
    author: str
    title: str
    below: tuple[Line, ...]
    sections: tuple[Section, ...]
    unprintable: str
    """What stands at the end when a letter could not be printed; has {mark}."""
    footing: Footing


@dataclass(frozen=True, slots=True)
class Boxes:
    """Questions, each with boxes to tick; without a question a line to write it on."""

    heading: str
    asked: str
    """Heads the questions."""
    answers: tuple[str, ...]
    questions: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """What is written beside a label."""

    heading: str
    asked: str
    written: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """Lines to write on."""

    heading: str
    lines: int


BlankPart = Boxes | Lines | Room


@dataclass(frozen=True, slots=True)
class BlankCheckIn:
    """A check-in to be written by hand. Nothing on it is filled in."""

    language: str
    name: str
    author: str
    title: str
    below: tuple[Line, ...]
    parts: tuple[BlankPart, ...]
    unprintable: str
    footing: Footing
