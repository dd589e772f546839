"""What a table of ours says is read back as the very values that were written."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plans.rules import columns
from taperplan import tables
from taperplan.columns import Column, Dictionary, Holds, Value, Values

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
VALUES = {
    Holds.TEXT: TEXT | st.text(alphabet="'=+-@\t\r\n \",;", max_size=6),
    Holds.COUNT: st.none() | st.integers(0, 10**6),
    Holds.EXACT: st.none() | st.fractions(0, 10**6, max_denominator=64),
    Holds.DAY: st.none() | st.dates(),
    Holds.MOMENT: st.none()
    | st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0)),
}
ALL = Dictionary("all", "", tuple(Column(kind.value, kind, "") for kind in Holds))


def rows_of(dictionary: Dictionary) -> Any:
    row = st.tuples(*(VALUES[column.holds] for column in dictionary.columns))
    return st.lists(row, max_size=4).map(tuple)


@settings(max_examples=50, deadline=None)
@given(rows=rows_of(ALL))
@example(rows=(("=1+1", None, None, None, None), ("", 0, Fraction(0), None, None)))
@example(rows=(("'=x", 1234567, Fraction(10001, 3), date(1, 1, 1), None),))
def test_values_come_back_from_their_cells_as_they_were(rows: tuple[Any, ...]) -> None:
    data = ALL.write(rows)

    assert ALL.read(data) == rows
    assert ALL.write(ALL.read(data)) == data
    # A cell of nothing is not 0, and no cell runs as a formula where a spreadsheet opens it.
    for cells in list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]:
        assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n")]


@pytest.mark.parametrize("name", columns.EVERY)
def test_each_table_of_ours_has_a_dictionary_that_reads_it_back(name: str) -> None:
    dictionary = columns.EVERY[name]
    one: dict[Holds, Value] = {
        Holds.TEXT: "=1+1",
        Holds.COUNT: 3,
        Holds.EXACT: Fraction(10, 3),
        Holds.DAY: date(2026, 11, 30),
        Holds.MOMENT: datetime(2026, 11, 24, 8, 41, 7, tzinfo=UTC),
    }
    rows: tuple[Values, ...] = (
        tuple(one[column.holds] for column in dictionary.columns),
        tuple("" if c.holds is Holds.TEXT else None for c in dictionary.columns),
    )

    assert dictionary.read(dictionary.write(rows)) == rows
    assert all(column.says for column in dictionary.columns)
    assert len(set(dictionary.heads)) == len(dictionary.columns)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        (1, "1.5"), (1, "-1"), (1, "\u0661"), (1, "1,000"), (2, "1/0"), (2, "1e5"), (2, "0.5 "),
        (2, ".5"), (3, "30 Nov 2026"), (3, "2026-02-30"), (3, "2026-W01-1"),
        (4, "2026-11-24T08:41"), (4, "2026-11-24T08:41:00"), (4, "2026-11-24T25:00:00+00:00"),
    ],
)  # fmt: skip
def test_a_cell_that_we_would_not_write_is_refused_with_its_place(column: int, cell: str) -> None:
    cells = [""] * len(ALL.columns)
    cells[column] = cell

    with pytest.raises(tables.Unreadable) as refused:
        ALL.read(tables.write(ALL.heads, [[""] * 5, cells]))

    (fault,) = refused.value.faults
    assert (fault.line, fault.column) == (3, ALL.heads[column])
    assert fault.sentence == f"This is no {ALL.columns[column].holds.value} as we write it."


def test_a_column_too_many_or_too_few_is_refused() -> None:
    for heads in ([*ALL.heads, "more"], ALL.heads[:-1]):
        with pytest.raises(tables.Unreadable):
            ALL.read(tables.write(heads, []))


def test_what_a_column_does_not_hold_is_never_written() -> None:
    for row in ((None, 1, None, None, None), ("", "1", None, None, None), ("", 1, 0.5, None, None)):
        with pytest.raises(ValueError, match="is no"):
            ALL.write([row])  # type: ignore[list-item]
