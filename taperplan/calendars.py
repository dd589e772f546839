"""iCalendar (RFC 5545) out, the one way. Days and wall-clock times, never an instant.

A time is written without a zone: it is the clock on the wall wherever the reader is, before and
after a clock change. Pure Python; the same events give the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WIDTH = 75
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Event:
    """`uid` is the same for the same thing ever after; `at` None is the whole day."""

    uid: str
    day: date
    title: str
    changed: datetime
    at: time | None = None
    note: str = ""


def write(name: str, events: Iterable[Event]) -> bytes:
    return "".join(
        f"{folded}\r\n" for line in _lines(name, events) for folded in _fold(line)
    ).encode()


def _lines(name: str, events: Iterable[Event]) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//taperplan//calendar//EN"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield f"X-WR-CALNAME:{_text(name)}"
    for event in events:
        yield from _event(event)
    yield "END:VCALENDAR"


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    stamp = f"{event.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTAMP:{stamp}"
    yield f"LAST-MODIFIED:{stamp}"
    if event.at is None:
        yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    else:
        yield f"DTSTART:{event.day:%Y%m%d}T{event.at:%H%M%S}"
        yield "DURATION:PT15M"
    yield f"SUMMARY:{_text(event.title)}"
    if event.note:
        yield f"DESCRIPTION:{_text(event.note)}"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """No line break, comma or semicolon of a text ends what it stands in."""
    plain = _NOT_TEXT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    for letter in ("\\", ";", ","):
        plain = plain.replace(letter, f"\\{letter}")
    return plain.replace("\n", "\\n")


def _fold(line: str) -> Iterator[str]:
    """Pieces of at most 75 octets; no letter is cut in two."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _WIDTH:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += octets
    yield piece
