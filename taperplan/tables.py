"""CSV in and out, the one way. UTF-8 with a mark at its start, so that a spreadsheet knows.

A spreadsheet runs a cell that begins with = + - @ as a formula. Such a cell is written behind an
apostrophe, and `read` takes that apostrophe off again: what `write` wrote comes back unchanged,
an apostrophe that somebody typed included. Pure Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from taperplan.words import gettext as _

MOST_BYTES = 5_000_000
MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 20_000

_MARK = "'"
# Blanks and signs that are not shown are skipped by some programs before they look.
_RUNS = re.compile(
    "'*(?:[\t\r\n]|[\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212])"
)
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_PLAIN = {mark: re.compile(rf"[^{mark}\r\n]*") for mark in (",", ";", "\t")}
_LINE_END = re.compile(r"\r\n|\n|\r")
_NEEDS_QUOTES = re.compile(r'[",;\t\r\n]|^\s|\s$')


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: the line as an editor counts it, the column by its name."""

    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        if not self.column:
            return _("Line {line}: {sentence}").format(line=self.line, sentence=self.sentence)
        return _("Line {line}, column {column}: {sentence}").format(
            line=self.line, column=self.column, sentence=self.sentence
        )


class Unreadable(ValueError):
    """The text is not a table; `faults` say why, the first ones first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Row:
    """One row: `line` is where it begins in the text, `cells` are by the column's name."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, column: str, sentence: str) -> Fault:
        return Fault(self.line, column, sentence)


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


# --- Writing -------------------------------------------------------------------------------


def neutral(cell: str) -> str:
    """`cell` so that no spreadsheet runs it."""
    return _MARK + cell if _RUNS.match(cell) else cell


def lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The table as `write` makes it, a row at a time."""
    yield b"\xef\xbb\xbf" + _line(columns)
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{len(row)} cells for {len(columns)} columns")
        yield _line(row)


def write(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table as UTF-8 text with commas; the same rows give the same bytes."""
    return b"".join(lines(columns, rows))


def _line(cells: Sequence[str]) -> bytes:
    alone = len(cells) == 1
    return (",".join(_cell(cell, alone) for cell in cells) + "\r\n").encode()


def _cell(cell: str, alone: bool) -> str:
    safe = neutral(cell)
    # An empty line would be no row at all.
    if _NEEDS_QUOTES.search(safe) or (alone and not safe):
        return '"' + safe.replace('"', '""') + '"'
    return safe


# --- Reading -------------------------------------------------------------------------------


def read(
    data: bytes | str,
    *,
    columns: Sequence[str] | None = None,
    most_bytes: int = MOST_BYTES,
    most_rows: int = MOST_ROWS,
) -> Table:
    """The table in `data`; with `columns`, exactly these are expected, in any order.

    A comma, a semicolon or a tab may part the cells: a spreadsheet saves as its country does.

    Raises:
        Unreadable: with every fault found, each with its line and column.
    """
    text = _text(data, most_bytes)
    found = _cells(text)
    first = next(found, None)
    if first is None:
        raise Unreadable([Fault(1, "", _("The file holds no row."))])
    line, heads = first
    names = tuple(_unmarked(head).strip() for head in heads)
    faults = _faults_of_heads(line, names, columns)
    if faults:
        raise Unreadable(faults)
    rows: list[Row] = []
    for line, cells in found:
        if len(rows) == most_rows:
            raise Unreadable([*faults, Fault(line, "", _too_many_rows(most_rows))])
        if len(cells) != len(names):
            faults.append(Fault(line, "", _wrong_count(len(cells), len(names))))
        else:
            rows.append(Row(line, dict(zip(names, map(_unmarked, cells), strict=True))))
        if len(faults) == 100:
            break
    if faults:
        raise Unreadable(faults)
    return Table(names, tuple(rows))


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith(_MARK) and _RUNS.match(cell) else cell


def _text(data: bytes | str, most: int) -> str:
    if len(data) > most:
        words = _("The file is longer than {most} MB.").format(most=most // 1_000_000)
        raise Unreadable([Fault(1, "", words)])
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(_LINE_END.findall(data[: error.start].decode("latin-1"))) + 1
        words = _("The text is not UTF-8. Save the table as CSV in UTF-8.")
        raise Unreadable([Fault(line, "", words)]) from error


def _separator(text: str) -> str:
    """What parts the cells of the first line: what stands there most often outside quotes."""
    heads = _LINE_END.split(_QUOTED.sub("", text[:LONGEST_CELL]), maxsplit=1)[0]
    return max(_PLAIN, key=heads.count)


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not an empty line, with the line on which it begins."""
    plain = _PLAIN[separator := _separator(text)]
    at, line, size = 0, 1, len(text)
    while at < size:
        began = line
        cells: list[str] = []
        while True:
            quoted = text.startswith('"', at)
            match = (_QUOTED if quoted else plain).match(text, at)
            if match is None:
                words = _("A quotation mark opens a cell and no other closes it.")
                raise Unreadable([Fault(line, str(len(cells) + 1), words)])
            cell = match[1].replace('""', '"') if quoted else match[0]
            _check(cell, line, len(cells) + 1)
            cells.append(cell)
            line += len(_LINE_END.findall(match[0])) if quoted else 0
            at = match.end()
            if not text.startswith(separator, at) or at >= size:
                break
            at += 1
        ending = _LINE_END.match(text, at)
        if ending is None and at < size:
            words = _("Something stands behind the quotation mark that closes a cell.")
            raise Unreadable([Fault(line, str(len(cells)), words)])
        at = ending.end() if ending else size
        line += 1
        if cells != [""] or quoted:
            yield began, cells


def _check(cell: str, line: int, number: int) -> None:
    if number > MOST_COLUMNS:
        words = _("There are more than {most} columns.").format(most=MOST_COLUMNS)
        raise Unreadable([Fault(line, "", words)])
    if len(cell) > LONGEST_CELL:
        words = _("The cell is longer than {most} characters.").format(most=LONGEST_CELL)
        raise Unreadable([Fault(line, str(number), words)])
    if "\0" in cell or any("\ud800" <= letter <= "\udfff" for letter in cell):
        words = _("The cell holds a character that is no text.")
        raise Unreadable([Fault(line, str(number), words)])


def _faults_of_heads(
    line: int, names: tuple[str, ...], expected: Sequence[str] | None
) -> list[Fault]:
    faults: list[Fault] = []
    for number, name in enumerate(names, start=1):
        if not name:
            faults.append(Fault(line, str(number), _("The column has no name.")))
        elif name in names[: number - 1]:
            faults.append(Fault(line, name, _("Two columns have this name.")))
        elif expected is not None and name not in expected:
            faults.append(Fault(line, name, _("This table has no column of this name.")))
    for name in expected or ():
        if name not in names:
            faults.append(Fault(line, name, _("The column is missing.")))
    return faults


def _wrong_count(found: int, expected: int) -> str:
    return _("The row has {found} cells; the first row names {expected} columns.").format(
        found=found, expected=expected
    )


def _too_many_rows(most: int) -> str:
    return _("The table has more than {most} rows.").format(most=most)
