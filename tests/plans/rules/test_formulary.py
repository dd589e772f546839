"""A site formulary as a table: every line read exactly, or every fault with its place."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from plans.rules.formulary import (
    COLUMNS,
    NOT_STATED,
    Entry,
    entries_of,
    not_to_be_split,
    rows_of,
)
from plans.rules.schedule import Drug, Product, Schedule
from plans.rules.schedule_words import DrugClass, DrugRole, Form, Unit
from taperplan import tables

TABLET = Entry(
    "Fictazepam", "Fictalin", Form.TABLET, "by mouth", Fraction(5, 2), Unit.MG, Fraction(1), True
)
LIQUID = Entry("Fictazepam", "", Form.LIQUID, "by mouth", Fraction(2), Unit.MG, Fraction(5), False)
SACHET = Entry("Mockaprazole", "", Form.SACHET, "", None, None, Fraction(1), False)
LINES = (
    ("Fictazepam", "Fictalin", "tablet", "by mouth", "2.5", "mg", "", "yes"),
    ("Fictazepam", "", "liquid", "by mouth", "2", "mg", "5", ""),
    ("Mockaprazole", "", "sachet", "", "not stated", "", "", ""),
)
GOOD = {"drug": "Fictazepam", "form": "tablet", "strength": "5", "unit": "mg"}


def table(*lines: dict[str, str]) -> tables.Table:
    columns = tuple(dict.fromkeys(name for line in lines for name in line))
    rows = tuple(tables.Row(2 + at, line) for at, line in enumerate(lines))
    return tables.Table(columns, rows)


def read(**cells: str) -> Entry:
    entries, faults = entries_of(table(GOOD | cells))
    assert faults == ()
    (entry,) = entries
    return entry


def faults(**cells: str) -> list[tuple[str, str]]:
    entries, found = entries_of(table(GOOD | cells))
    assert entries == ()
    assert {fault.line for fault in found} == {2}
    return [(fault.column, fault.sentence) for fault in found]


def test_what_is_written_is_read_back() -> None:
    entries = (TABLET, LIQUID, SACHET)

    assert tuple(rows_of(entries)) == LINES
    assert entries_of(tables.read(tables.write(COLUMNS, LINES))) == (entries, ())
    assert NOT_STATED == "not stated"


def test_a_volume_is_written_only_for_what_is_measured_and_has_a_strength() -> None:
    volumes = {
        entry: row[6]
        for entry in (TABLET, LIQUID, replace(LIQUID, strength=None, unit=None))
        for row in rows_of([entry])
    }
    assert [*volumes.values()] == ["", "5", ""]


def test_the_four_columns_that_are_needed_are_enough() -> None:
    assert read() == Entry(
        "Fictazepam", "", Form.TABLET, "", Fraction(5), Unit.MG, Fraction(1), False
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"form": "Tablet"}, {"form": Form.TABLET}),
        ({"unit": "MG"}, {"unit": Unit.MG}),
        ({"strength": "1/3"}, {"strength": Fraction(1, 3)}),
        ({"do not split": "YES"}, {"do_not_split": True}),
        ({"do not split": "No"}, {"do_not_split": False}),
        ({"strength": "Not Stated", "unit": ""}, {"strength": None, "unit": None}),
        (
            {"form": "liquid", "in mL": "5"},
            {"form": Form.LIQUID, "per": Fraction(5)},
        ),
        ({"form": "injection", "in mL": "0.5"}, {"form": Form.INJECTION, "per": Fraction(1, 2)}),
        # What is measured and has no strength stated has no volume either.
        (
            {"form": "liquid", "strength": "not stated", "unit": ""},
            {"form": Form.LIQUID, "strength": None, "unit": None},
        ),
        ({"drug": " Fictazepam "}, {}),
        ({"name": "x" * 120}, {"name": "x" * 120}),
        ({"drug": "x" * 120}, {"drug": "x" * 120}),
        ({"route": "x" * 60}, {"route": "x" * 60}),
    ],
)
def test_a_line_is_read_exactly(cells: dict[str, str], expected: dict[str, object]) -> None:
    plain = Entry("Fictazepam", "", Form.TABLET, "", Fraction(5), Unit.MG, Fraction(1), False)

    assert read(**cells) == replace(plain, **expected)  # type: ignore[arg-type]


NOTHING = "Nothing is typed here yet."
TOO_LONG = "This is too long for this field."
FORMS = (
    "tablet, capsule, bead, patch, liquid, drop, film, lozenge, spray, suppository, "
    "injection, sachet, puff"
)
UNITS = "microgram, mg, g, unit, microgram/h"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"drug": ""}, [("drug", NOTHING)]),
        ({"form": ""}, [("form", NOTHING)]),
        ({"strength": ""}, [("strength", NOTHING)]),
        ({"unit": ""}, [("unit", NOTHING)]),
        ({"drug": "x" * 121}, [("drug", TOO_LONG)]),
        ({"name": "x" * 121}, [("name", TOO_LONG)]),
        ({"route": "x" * 61}, [("route", TOO_LONG)]),
        ({"form": "pill"}, [("form", f"pill is not one of these: {FORMS}.")]),
        ({"unit": "mcg"}, [("unit", f"mcg is not one of these: {UNITS}.")]),
        ({"unit": "x" * 50}, [("unit", f"{'x' * 40} is not one of these: {UNITS}.")]),
        (
            {"strength": "not stated"},
            [("unit", "A unit is typed, and the strength is marked as not stated.")],
        ),
        ({"strength": "0"}, [("strength", "The figure is more than nothing here.")]),
        ({"form": "liquid"}, [("in mL", NOTHING)]),
        (
            {"form": "liquid", "in mL": "0"},
            [("in mL", "The figure is more than nothing here.")],
        ),
        ({"in mL": "5"}, [("in mL", "An amount in mL belongs to a form that is measured.")]),
        ({"do not split": "maybe"}, [("do not split", "Type yes or no.")]),
        # Every fault of a line is named.
        (
            {"drug": "", "unit": "mcg", "do not split": "x"},
            [
                ("drug", NOTHING),
                ("unit", f"mcg is not one of these: {UNITS}."),
                ("do not split", "Type yes or no."),
            ],
        ),
    ],
)
def test_a_line_is_refused_where_it_is_wrong(
    cells: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert faults(**cells) == expected


def test_a_figure_is_refused_in_the_words_of_the_grammar() -> None:
    ((column, sentence),) = faults(strength="1.5e3")

    assert column == "strength"
    assert sentence.startswith("1.5e3 ")


def test_one_wrong_line_leaves_no_entry_of_the_others() -> None:
    entries, found = entries_of(table(GOOD, GOOD | {"drug": ""}, GOOD | {"unit": "x"}))

    assert entries == ()
    assert [(fault.line, fault.column) for fault in found] == [(3, "drug"), (4, "unit")]


def test_the_columns_are_looked_at_before_any_line() -> None:
    entries, found = entries_of(table({"drug": "", "dose": "5", "unit": ""}))

    assert entries == ()
    assert [(fault.line, fault.column, fault.sentence) for fault in found] == [
        (1, "dose", "A formulary has no column of this name."),
        (1, "form", "The column is missing."),
        (1, "strength", "The column is missing."),
    ]
    _entries, found = entries_of(table({"name": ""}))
    assert [fault.column for fault in found] == ["drug", "form", "strength", "unit"]


def test_a_table_without_a_line_says_so() -> None:
    entries, found = entries_of(tables.Table(COLUMNS, ()))

    assert entries == ()
    assert [(fault.line, fault.column, fault.sentence) for fault in found] == [
        (2, "", "No row stands below the heads.")
    ]


def test_where_a_column_is_missing_nothing_is_said_of_rows() -> None:
    _entries, found = entries_of(tables.Table(("drug", "form", "strength"), ()))

    assert [(fault.line, fault.column) for fault in found] == [(1, "unit")]


# --- Do not split --------------------------------------------------------------------------------


def test_what_the_formulary_marks_is_found_among_the_products_of_a_plan() -> None:
    drug = Drug("d1", "fictazepam", DrugRole.TAPERED, DrugClass.BENZODIAZEPINE)
    marked = Product(
        key="p1", drug="d1", name="FICTALIN", form=Form.TABLET, strength=Fraction(5, 2),
        unit=Unit.MG,
    )  # fmt: skip
    others = (
        replace(marked, key="p2", name="Fictalin Retard"),
        replace(marked, key="p3", form=Form.CAPSULE),
        replace(marked, key="p4", strength=Fraction(5)),
        replace(marked, key="p5", unit=Unit.MICROGRAM),
        replace(marked, key="p6", drug="d2"),
    )
    schedule = Schedule(
        drugs=(drug, replace(drug, key="d2", name="Mockaprazole")),
        products=(marked, *others),
        steps=(),
    )

    assert not_to_be_split(schedule, [TABLET, LIQUID]) == {"p1"}
    assert not_to_be_split(schedule, [replace(TABLET, do_not_split=False), LIQUID]) == frozenset()
