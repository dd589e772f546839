"""Collection days as typed, one a line; and the chosen weekdays of a stretch of days."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from plans.rules.schedule import When
from plans.rules.schedule_words import Slot
from taperplan import formats, grammar
from taperplan.words import gettext as _

MOST_LINES = 400
_DAY = timedelta(days=1)
_SLOTS = tuple(slot.value for slot in Slot if slot is not Slot.CLOCK)
_MOVED = re.compile(r"^(?P<day>.*?)\s+for\s+(?P<from>.+)$", re.IGNORECASE)
_TIMED = re.compile(rf"^(?P<day>.*?)\s+(?P<time>{'|'.join(_SLOTS)}|\d\d:\d\d)$", re.IGNORECASE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class CollectionDay:
    """``slot`` is a token, "" for the whole day; ``moved_from``: the day it was moved from."""

    day: date
    slot: str = ""
    moved_from: date | None = None


class Refused(ValueError):
    """``sentences`` each name the line that they are about."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def read(text: str) -> tuple[CollectionDay, ...]:
    """Lines as "30 Nov 2026", "7 Dec 2026 evening", "24 Dec 2026 for 25 Dec 2026", in order.

    Raises ``Refused`` with a sentence for each line that cannot be read, or that is there twice.
    """
    found: dict[date, CollectionDay] = {}
    refused: list[str] = []
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise Refused([_("More than {most} lines are typed.").format(most=MOST_LINES)])
    for number, line in lines:
        try:
            one = _one(line)
            if one.day in found:
                raise grammar.Refused(_("{day} is there twice.").format(day=formats.day(one.day)))
            found[one.day] = one
        except grammar.Refused as wrong:
            refused.append(_("Line {n}: {why}").format(n=number, why=wrong.sentence))
    if refused:
        raise Refused(refused)
    return tuple(found[day] for day in sorted(found))


def _one(line: str) -> CollectionDay:
    moved = _MOVED.match(line)
    typed = moved["day"] if moved else line
    timed = _TIMED.match(typed)
    slot = ""
    if timed:
        typed, time = timed["day"], timed["time"].lower()
        slot = time if time in _SLOTS else When(Slot.CLOCK, grammar.clock(time)).token
    return CollectionDay(
        day=grammar.date(typed),
        slot=slot,
        moved_from=grammar.date(moved["from"]) if moved else None,
    )


def typed(one: CollectionDay) -> str:
    words = [_typed_day(one.day), one.slot]
    if one.moved_from:
        words.append(f"for {_typed_day(one.moved_from)}")
    return " ".join(word for word in words if word)


def _typed_day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def weekdays(first: date, last: date, chosen: Collection[int]) -> Iterator[CollectionDay]:
    """The chosen weekdays (0 is Monday) from first to last, both included."""
    for n in range((last - first).days + 1):
        day = first + n * _DAY
        if day.weekday() in chosen:
            yield CollectionDay(day)
