"""A schedule as a table, and a table as a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from plans.rules.cells import read
from plans.rules.schedule import Schedule
from plans.rules.table import COLUMNS, Imported, cells_of, rows_of
from taperplan import tables
from tests.plans.rules.published import PUBLISHED
from tests.plans.rules.strategies import START, schedules
from tests.plans.rules.worked import typed

TODAY = date(2026, 11, 23)


def imported(text: str | bytes, today: date = TODAY) -> Imported:
    return cells_of(tables.read(text), today=today)


def renamed(schedule: Schedule) -> Schedule:
    """The same schedule, its lines named by their order: a table holds no names of lines."""
    drugs = {drug.key: f"d{n}" for n, drug in enumerate(schedule.drugs, 1)}
    products = {product.key: f"p{n}" for n, product in enumerate(schedule.products, 1)}
    return Schedule(
        drugs=tuple(replace(d, key=drugs[d.key]) for d in schedule.drugs),
        products=tuple(
            replace(p, key=products[p.key], drug=drugs[p.drug]) for p in schedule.products
        ),
        steps=tuple(
            replace(
                s,
                key=f"s{s.number}",
                doses=tuple(replace(d, product=products[d.product]) for d in s.doses),
            )
            for s in schedule.steps
        ),
        as_needed=tuple(
            replace(a, key=f"a{n}", product=products[a.product])
            for n, a in enumerate(schedule.as_needed, 1)
        ),
    )


@settings(deadline=None)
@given(schedules())
def test_an_exported_schedule_is_imported_as_the_same_schedule(schedule: Schedule) -> None:
    back = imported(tables.write(COLUMNS, rows_of(schedule)), START)

    assert back.faults == ()
    reading = read(back.cells, today=START)
    assert reading.so_far == renamed(schedule)
    assert {refusal.where for refusal in reading.refusals} == {"in_force_from"}


@pytest.mark.parametrize("letter", sorted(PUBLISHED))
def test_a_published_schedule_comes_back_from_its_table(letter: str) -> None:
    schedule = typed(letter) if letter != "E frequency" else typed("E frequency")
    back = imported(tables.write(COLUMNS, rows_of(schedule)))

    assert read(back.cells, today=TODAY).so_far == renamed(schedule)


PASTED = """\
drug\tform\tstrength\tunit\tparts\trole\tclass\tend\tfirst day\tdays\tpattern\ttime\tquantity
examplazepam\ttablet\t1\tmg\t2\ttapered\tbenzodiazepine\tstop\t30 Nov 2026\t7\tdaily\tmorning\t1
examplazepam\t\t\t\t\t\t\t\t\t\t\tbedtime\t2
examplazepam\t\t\t\t\t\t\t\tafter\t7\tdaily\tmorning\t1/2
examplazepam\t\t\t\t\t\t\t\tafter\t7\tdaily\tbedtime\tnone
"""


def test_a_table_pasted_from_a_spreadsheet_is_a_draft_as_typed() -> None:
    back = imported(PASTED)

    assert back.faults == ()
    assert back.cells is not None
    assert [step["chained"] for step in back.cells["steps"]] == ["", "yes", "yes"]
    assert back.cells["steps"][1]["doses"][0]["quantity"] == "1/2"
    schedule = read(back.cells, today=TODAY).so_far
    assert [(str(s.first_day), str(s.last_day)) for s in schedule.steps] == [
        ("2026-11-30", "2026-12-06"), ("2026-12-07", "2026-12-13"), ("2026-12-14", "2026-12-20"),
    ]  # fmt: skip


def test_what_a_table_does_not_say_is_blank_in_the_draft() -> None:
    back = imported("drug,form,quantity,time\nexamplazepam,tablet,1,morning\n")

    assert back.cells is not None
    assert back.cells["products"][0]["parts"] == ""
    assert back.cells["steps"][0]["rhythm"] == ""
    assert back.cells["in_force_from"] == ""


@pytest.mark.parametrize(
    ("text", "line", "column", "sentence"),
    [
        ("drug,dose\nx,1\n", 1, "dose", "no column of this name"),
        ("form\ntablet\n", 1, "drug", "The column is missing."),
        ("drug\n", 2, "", "No row stands below"),
        ("drug,form\nx,pill\n", 2, "form", "pill is not one of these: tablet"),
        (",".join(("drug", "form", "time", "quantity")) + '\nx,tablet,morning,"1,5"\n', 2,
         "quantity", "has a comma"),
        ("drug,form,time,quantity\nx,tablet,morning,1\nx,tablet,morning,2\n", 3, "quantity",
         "stands on line 2 already"),
        ("drug,role\nx,tapered\nx,rescue\n", 3, "role", "tapered on line 2"),
        ("drug,form,time,quantity\nx,tablet,noon,1\n", 2, "time", "noon"),
        ("drug,form,first day,days,time,quantity\nx,tablet,31 Nov 2026,7,morning,1\n", 2,
         "first day", "31"),
        ("drug,form\n,tablet\n", 2, "drug", "Nothing is typed here yet."),
        ("drug,time,quantity\nx,morning,1\n", 2, "product", "Which product of x"),
        ("drug,product,form\nx,1,tablet\ny,1,tablet\n", 3, "drug", "belongs to another drug"),
        ("drug,form,quantity\nx,tablet,1\n", 2, "time", "Nothing is typed here yet."),
        ("drug,form,as needed,quantity\nx,tablet,1,1\nx,tablet,1,2\n", 3, "as needed", "Two"),
        ('drug,form,end note\nx,tablet,"a\nb"\nx,pill,\n', 4, "form", "pill"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_its_column_and_nothing_is_taken(
    text: str, line: int, column: str, sentence: str
) -> None:
    back = imported(text)

    assert back.cells is None
    found = [(f.line, f.column) for f in back.faults]
    assert (line, column) in found
    assert any(sentence in fault.sentence for fault in back.faults)


def test_every_fault_is_reported_at_once() -> None:
    back = imported("drug,form,role,time,quantity\nx,pill,boss,morning,1\ny,tablet,,morning,1_5\n")

    assert [(f.line, f.column) for f in back.faults] == [
        (2, "role"), (2, "form"), (3, "quantity"),
    ]  # fmt: skip
