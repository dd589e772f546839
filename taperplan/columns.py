"""The dictionary of a table: what each column holds, how a value becomes its cell, and how a cell
becomes the same value again. A file of ours is written, read back and described by it. Pure Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from taperplan import formats, tables
from taperplan.tables import Fault, Row, Unreadable
from taperplan.words import gettext as _

Value = str | int | Fraction | date | datetime | None
"""None is no statement; a text is never None."""
Values = tuple[Value, ...]

_COUNT = re.compile(r"\d{1,18}", re.ASCII)
_EXACT = re.compile(r"(\d{1,18})(\.\d{1,18})?|(?:(\d{1,18}) )?(\d{1,18})/(\d{1,18})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)


class Holds(StrEnum):
    TEXT = "text"
    COUNT = "whole number"
    EXACT = "exact number"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True)
class Column:
    """`nothing` is the cell of no statement; `says` is for whoever reads the file."""

    name: str
    holds: Holds
    says: str
    nothing: str = ""


@dataclass(frozen=True)
class Dictionary:
    """`name` is what its file is called by; `says` what one row of it is."""

    name: str
    says: str
    columns: tuple[Column, ...]

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def lines(self, rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
        """The file, a row at a time.

        Raises:
            ValueError: a value is none that its column holds.
        """
        return tables.lines(self.heads, map(self._cells, rows))

    def write(self, rows: Iterable[Sequence[Value]]) -> bytes:
        return b"".join(self.lines(rows))

    def _cells(self, row: Sequence[Value]) -> list[str]:
        return [_cell(column, value) for column, value in zip(self.columns, row, strict=True)]

    def read(self, data: bytes | str) -> tuple[Values, ...]:
        """The very values that `write` was given.

        Raises:
            Unreadable: with each cell that is none of ours, by its line and column.
        """
        faults: list[Fault] = []
        rows = [self._values(row, faults) for row in tables.read(data, columns=self.heads).rows]
        if faults:
            raise Unreadable(faults[:100])
        return tuple(rows)

    def _values(self, row: Row, faults: list[Fault]) -> Values:
        values: list[Value] = []
        for column in self.columns:
            try:
                values.append(_value(column, row[column.name]))
            except ValueError:
                sentence = _("This is no {kind} as we write it.").format(kind=column.holds.value)
                faults.append(row.fault(column.name, sentence))
        return tuple(values)


def exact(value: Fraction) -> str:
    """Without separators: 0.5, 12, 1/3, 3 1/3."""
    return formats.number(value).replace(",", "").replace("\u00a0", " ")


def _cell(column: Column, value: Value) -> str:
    match column.holds, value:
        case Holds.TEXT, str():
            return value
        case Holds.COUNT, int():
            return str(value)
        case Holds.EXACT, Fraction():
            return exact(value)
        case Holds.MOMENT, datetime():
            return value.isoformat(timespec="seconds")
        case Holds.DAY, date():
            return value.isoformat()
        case ((Holds.COUNT | Holds.EXACT | Holds.DAY | Holds.MOMENT), None):
            return column.nothing
        case _:
            raise ValueError(f"{column.name}: {type(value).__name__} is no {column.holds.value}")


def _value(column: Column, cell: str) -> Value:
    if column.holds is Holds.TEXT:
        return cell
    if cell == column.nothing:
        return None
    match column.holds:
        case Holds.COUNT if _COUNT.fullmatch(cell):
            return int(cell)
        case Holds.DAY if _DAY.fullmatch(cell):
            return date.fromisoformat(cell)
        case Holds.MOMENT if _MOMENT.fullmatch(cell):
            return datetime.fromisoformat(cell)
        case Holds.EXACT if found := _EXACT.fullmatch(cell):
            whole, decimals, more, above, below = found.groups()
            if whole is not None:
                return Fraction(whole + (decimals or ""))
            if int(below):
                return int(more or 0) + Fraction(int(above), int(below))
    raise ValueError(cell)
