"""Dosages of somebody else's plan put together to rows, as a step of ours would hold them.

Dosages that begin and end together, by the source's own word (one group, one sequence, one last
day), are one row where one pattern holds them; else each is a row by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plans.rules.carried import (
    LONGEST_CYCLE,
    CarriedProduct,
    CarriedRow,
    CarriedSlot,
    is_time,
    rhythm_word,
)
from plans.rules.carried import weekdays as weekday_words
from plans.rules.schedule_words import Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """One dosage: what belongs to its pattern, and its line. `quantity` only tells two doses
    apart; it goes no further."""

    line: str
    product: CarriedProduct
    group: str
    sequence: str
    first: date | None
    last: date | None
    times: tuple[str, ...]
    weekdays: tuple[str, ...]
    frequency: str
    period: str
    unit: str
    as_needed: bool
    quantity: str

    @property
    def every(self) -> int:
        """Every how many days; 0 where that was not understood."""
        days = {"d": 1, "wk": 7}.get(self.unit)
        if days is None or not (self.period.isascii() and self.period.isdecimal()):
            return 0
        every = int(self.period[:4]) * days
        if every != 1 and self.frequency not in ("", "1"):
            return 0
        return every if every <= LONGEST_CYCLE else 0


def rows(pieces: Sequence[Piece]) -> Iterator[CarriedRow]:
    made = 0
    for some in _together(pieces):
        for row in [_row(some)] if _pattern(some) else [_row([one]) for one in some]:
            if made == MOST_ROWS:
                return
            made += 1
            yield row


def _together(pieces: Sequence[Piece]) -> Iterable[list[Piece]]:
    found: dict[object, list[Piece]] = {}
    for number, piece in enumerate(pieces):
        alone = piece.as_needed or not piece.sequence
        key = number if alone else (piece.group, piece.sequence, piece.last)
        found.setdefault(key, []).append(piece)
    return found.values()


def _pattern(pieces: Sequence[Piece]) -> tuple[Rhythm, int] | None:
    """The one pattern that holds them all, with the length of its cycle."""
    if not all(piece.every for piece in pieces):
        return None
    weekly = [piece for piece in pieces if piece.weekdays]
    if weekly:
        return (Rhythm.WEEKDAYS, 0) if all(piece.every in (1, 7) for piece in pieces) else None
    lengths = {piece.every for piece in pieces} - {1}
    if not lengths:
        return Rhythm.DAILY, 0
    # Where a cycle begins is known only from the days of each of its dosages.
    if len(lengths) > 1 or (len(pieces) > 1 and any(piece.first is None for piece in pieces)):
        return None
    return Rhythm.CYCLE, lengths.pop()


def _row(pieces: Sequence[Piece]) -> CarriedRow:
    rhythm, cycle = _pattern(pieces) or (None, 0)
    products = list(dict.fromkeys(piece.product for piece in pieces))
    begin = min((piece.first for piece in pieces if piece.first), default=None)
    on: dict[tuple[int, str, str], set[str]] = {}
    for piece in pieces:
        for time in filter(is_time, piece.times):
            place = (products.index(piece.product), time, piece.quantity)
            on.setdefault(place, set()).update(_days(piece, rhythm, cycle, begin))
    slots = dict.fromkeys(
        CarriedSlot(product, time, _said(days, rhythm, cycle))
        for (product, time, _quantity), days in on.items()
    )
    return CarriedRow(
        said=tuple(piece.line for piece in pieces),
        products=tuple(products),
        slots=tuple(slots),
        rhythm=rhythm_word(rhythm),
        cycle_days=cycle,
        as_needed=pieces[0].as_needed,
    )


def _days(piece: Piece, rhythm: Rhythm | None, cycle: int, begin: date | None) -> Iterable[str]:
    if rhythm is Rhythm.WEEKDAYS:
        return piece.weekdays
    if rhythm is Rhythm.CYCLE and piece.every == 1:
        return map(str, range(1, cycle + 1))
    if rhythm is Rhythm.CYCLE:
        after = (piece.first - begin).days % cycle if piece.first and begin else 0
        return [str(after + 1)]
    return ()


def _said(days: set[str], rhythm: Rhythm | None, cycle: int) -> str:
    if rhythm is Rhythm.WEEKDAYS:
        return weekday_words(sorted(days)) if len(days) < 7 else ""
    if rhythm is Rhythm.CYCLE and len(days) < cycle:
        return " ".join(sorted(days, key=int))
    return ""
