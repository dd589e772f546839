"""A table goes out and comes back the same, and no cell of it runs as a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taperplan import tables

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
TRICKY = st.text(alphabet="'=+-@\t\r\n \",;a1\ufeff\uff1d", max_size=6)
CELL = st.one_of(TEXT, TRICKY)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=5)


def cells(table: tables.Table) -> list[list[str]]:
    return [list(row.cells.values()) for row in table.rows]


def faults(data: bytes | str, columns: list[str] | None = None) -> list[str]:
    with pytest.raises(tables.Unreadable) as refused:
        tables.read(data, columns=columns)
    return [str(fault) for fault in refused.value.faults]


@given(rows=ROWS)
@example(rows=[["=1+1", "'=1", "''@x"], ["", "", ""], ["\ta", "\rb", "\nc"]])
def test_what_is_written_is_read_back_unchanged(rows: list[list[str]]) -> None:
    written = tables.write(["a", "b", "c"], rows)

    assert cells(tables.read(written)) == rows
    assert tables.write(["a", "b", "c"], rows) == written


@given(rows=ROWS)
def test_another_reader_sees_the_same_cells_and_none_that_runs(rows: list[list[str]]) -> None:
    text = tables.write(["a", "b", "c"], rows).decode("utf-8-sig")

    seen = list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]

    assert seen == [[tables.neutral(cell) for cell in row] for row in rows]
    for row in seen:
        for cell in row:
            assert cell[:1] not in set("=+-@\t\r\n")
            assert cell.lstrip("\ufeff \u200b")[:1] not in set("=+-@\uff1d")


@given(cell=CELL)
def test_a_column_of_its_own_keeps_its_empty_cells(cell: str) -> None:
    assert cells(tables.read(tables.write(["only"], [[cell], [""]]))) == [[cell], [""]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\ufeff=", "\uff1d"])
def test_a_cell_that_could_run_stands_behind_a_mark(start: str) -> None:
    assert tables.neutral(start + "cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("plain", ["5 mg", "", "o'clock", "'quoted'", "1/2", "a=b"])
def test_a_plain_cell_is_left_alone(plain: str) -> None:
    assert tables.neutral(plain) == plain


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_saved_by_a_spreadsheet_of_any_country_is_read(separator: str, end: str) -> None:
    text = end.join(separator.join(row) for row in (["day", "dose"], ["Mon", '"1,5; a"'], [""]))

    table = tables.read(text)

    assert table.columns == ("day", "dose")
    assert cells(table) == [["Mon", "1,5; a"]]


def test_a_row_knows_the_line_on_which_it_begins() -> None:
    table = tables.read('a,b\n"two\nlines",2\n\n3,4\n')

    assert [row.line for row in table.rows] == [2, 5]
    assert str(table.rows[1].fault("b", "Wrong.")) == "Line 5, column b: Wrong."
    assert table.rows[0]["a"] == "two\nlines"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Line 1: The file holds no row."),
        (b"a,b\n1,\xff", "Line 2: The text is not UTF-8. Save the table as CSV in UTF-8."),
        ("a,b\n1", "Line 2: The row has 1 cells; the first row names 2 columns."),
        ("a,b\n1,2,3", "Line 2: The row has 3 cells; the first row names 2 columns."),
        ('a,b\n1,"x\n', "Line 2, column 2: A quotation mark opens a cell and no other closes it."),
        (
            'a,b\n"1" x,2',
            "Line 2, column 1: Something stands behind the quotation mark that closes a cell.",
        ),
        ("a,a\n", "Line 1, column a: Two columns have this name."),
        ("a,\n", "Line 1, column 2: The column has no name."),
        ("a\n\0", "Line 2, column 1: The cell holds a character that is no text."),
        ("a\n\ud800", "Line 2, column 1: The cell holds a character that is no text."),
        ("a\n" + "x" * 20_001, "Line 2, column 1: The cell is longer than 20000 characters."),
        ("," * 300, "Line 1: There are more than 200 columns."),
        ("a\n" + "1\n" * 50_001, "Line 50002: The table has more than 50000 rows."),
        (b"a" * 5_000_001, "Line 1: The file is longer than 5 MB."),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(data: bytes | str, sentence: str) -> None:
    assert faults(data) == [sentence]


def test_every_column_expected_is_there_and_no_other() -> None:
    assert faults("day,dose\n", ["day", "slot"]) == [
        "Line 1, column dose: This table has no column of this name.",
        "Line 1, column slot: The column is missing.",
    ]
    assert tables.read("slot,day\n1,2", columns=["day", "slot"]).rows[0]["day"] == "2"


def test_faults_end_somewhere_and_a_long_table_is_read_at_once() -> None:
    assert len(faults("a,b\n" + "1\n" * 1000)) == 100
    assert len(tables.read("a,b\n" + '1,"two"\n' * 50_000).rows) == 50_000


@given(data=st.one_of(st.binary(max_size=40), st.text(max_size=40)))
def test_anything_is_read_or_refused(data: bytes | str) -> None:
    try:
        table = tables.read(data)
    except tables.Unreadable as refused:
        found = refused.faults
    else:
        found = ()
        assert all(set(row.cells) == set(table.columns) for row in table.rows)

    assert all(fault.line >= 1 and fault.sentence for fault in found)
