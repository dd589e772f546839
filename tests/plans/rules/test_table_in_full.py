"""The whole table of a schedule with everything in it, and each fault of a table in full."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from plans.rules.cells import read
from plans.rules.schedule import Schedule
from plans.rules.table import COLUMNS, Imported, cells_of, rows_of
from taperplan import tables
from tests.plans.rules.cells_in_full import rich

TODAY = date(2026, 11, 23)
WRITTEN = Path(__file__).with_name("table_in_full.csv")


def schedule() -> Schedule:
    found = read(rich(), today=TODAY).schedule
    assert found is not None
    return found


def imported(text: str | bytes) -> Imported:
    return cells_of(tables.read(text), today=TODAY)


def faults(text: str) -> list[tuple[int, str, str]]:
    back = imported(text)
    assert back.cells is None
    return [(fault.line, fault.column, fault.sentence) for fault in back.faults]


def cells(text: str) -> Any:
    back = imported(text)
    assert back.faults == ()
    return back.cells


def test_every_column_is_written_as_it_was_read_and_agreed() -> None:
    assert tables.write(COLUMNS, rows_of(schedule())) == WRITTEN.read_bytes()


def test_without_what_is_for_the_team_alone_the_rest_is_the_same() -> None:
    whole, others = [[*rows_of(schedule(), team=team)] for team in (True, False)]
    hidden = {COLUMNS.index("product for the team"), COLUMNS.index("step for the team")}

    assert any(row[column] for row in whole for column in hidden)
    assert others == [
        tuple("" if at in hidden else cell for at, cell in enumerate(row)) for row in whole
    ]


def test_the_table_is_read_as_the_draft_that_it_was_made_from() -> None:
    back = cells(WRITTEN.read_text(encoding="utf-8-sig"))
    reading = read(back, today=TODAY)

    assert {refusal.where for refusal in reading.refusals} == {"in_force_from"}
    assert reading.so_far == schedule()
    assert [step["key"] for step in back["steps"]] == ["s1", "s2", "s3", "s4"]
    assert [line["key"] for line in back["as_needed"]] == ["a1", "a2"]


def test_the_heads_and_the_words_are_read_in_any_case_of_letters() -> None:
    back = cells(
        "PLAN,Version,DRUG,Role,Class,End,Form,Unit,Strength,"
        "Pattern,First Day,Last day,Time,Quantity\n"
        "a,1,Fictazepam,TAPERED,Benzodiazepine,Stop,Tablet,,Not Stated,"
        "Daily,30 Nov 2026,6 Dec 2026,Bedtime,1\n"
        "a,1,FICTAZEPAM,,,,,,,daily,After,OPEN,08:30,2\n"
    )

    (drug,), (product,) = back["drugs"], back["products"]
    assert (drug["name"], drug["role"], drug["drug_class"], drug["end"]) == (
        "Fictazepam", "tapered", "benzodiazepine", "stop",
    )  # fmt: skip
    assert (product["form"], product["unit"], product["strength"]) == ("tablet", "", "")
    assert (product["strength_not_stated"], product["times"]) == ("yes", ["bedtime", "08:30"])
    first, second = back["steps"]
    assert (first["open"], first["last_day"], first["chained"]) == ("", "6 Dec 2026", "")
    assert (second["open"], second["last_day"], second["chained"]) == ("yes", "", "yes")
    assert second["first_day"] == ""
    assert first["rhythm"] == "daily"


HEAD = "drug,product,name,form,step,first day,time,on days,quantity,as needed\n"


@pytest.mark.parametrize(
    ("rows", "steps", "doses"),
    [
        # Without a label, a first day begins a step, and none goes on with the last.
        ("x,,,tablet,,1 Dec 2026,morning,,1,\nx,,,,,,evening,,2,\n", 1, 2),
        ("x,,,tablet,,1 Dec 2026,morning,,1,\nx,,,,,1 Dec 2026,evening,,2,\n", 1, 2),
        ("x,,,tablet,,1 Dec 2026,morning,,1,\nx,,,,,2 Dec 2026,evening,,2,\n", 2, 2),
        ("x,,,tablet,,1 Dec 2026,morning,,1,\nx,,,,,+,morning,,2,\n", 2, 2),
        # With one, the label says which.
        ("x,,,tablet,a,1 Dec 2026,morning,,1,\nx,,,,b,+,morning,,2,\nx,,,,a,,evening,,3,\n", 2, 3),
        # A line about a product, and one of blanks, begin nothing.
        ("x,,,tablet,,,,,,\n,,,,,,,,,\n", 0, 0),
        ("x,,,,,,,,,\n", 0, 0),
        # A step may be told before its doses.
        ("x,,,tablet,,1 Dec 2026,,,,\n", 1, 0),
        ("x,,,tablet,1,,,,,\n", 1, 0),
        # A time without a quantity is a blank cell.
        ("x,,,tablet,,,morning,,,\n", 1, 1),
        # The same time on other days of the cycle is another cell.
        ("x,,,tablet,,,morning,1,1,\nx,,,,,,morning,2,2,\n", 1, 2),
        ("x,,,tablet,,,,2,,\n", 1, 0),
    ],
)
def test_rows_are_gathered_into_steps(rows: str, steps: int, doses: int) -> None:
    back = cells(HEAD + rows)

    assert len(back["steps"]) == steps
    assert sum(len(step["doses"]) for step in back["steps"]) == doses
    assert [step["key"] for step in back["steps"]] == [f"s{n}" for n in range(1, steps + 1)]


@pytest.mark.parametrize(
    ("rows", "products"),
    [
        # By its label, by what it is, or as the only one of its drug.
        ("x,1,,tablet,,,morning,,1,\nx,1,,,,,evening,,1,\n", ["x"]),
        ("x,1,,tablet,,,morning,,1,\n,1,,,,,evening,,1,\n", ["x"]),
        ("x,1,,tablet,,,morning,,1,\nx,2,,tablet,,,evening,,1,\n", ["x", "x"]),
        ("x,,A,tablet,,,morning,,1,\nx,,A,TABLET,,,evening,,1,\n", ["x"]),
        ("x,,A,tablet,,,morning,,1,\nx,,B,tablet,,,evening,,1,\n", ["x", "x"]),
        ("x,,,tablet,,,morning,,1,\ny,,,tablet,,,morning,,1,\nX,,,,,,evening,,1,\n", ["x", "y"]),
    ],
)
def test_rows_are_gathered_into_products(rows: str, products: list[str]) -> None:
    back = cells(HEAD + rows)
    names = {drug["key"]: drug["name"] for drug in back["drugs"]}

    assert [names[product["drug"]] for product in back["products"]] == products
    assert [product["key"] for product in back["products"]] == [
        f"p{n}" for n in range(1, len(products) + 1)
    ]


FORMS = (
    "tablet, capsule, bead, patch, liquid, drop, film, lozenge, spray, suppository, "
    "injection, sachet, puff"
)
ROLES = "tapered, introduced, unchanged, supportive, rescue"
NOTHING = "Nothing is typed here yet."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "drug,dose,Sum\nx,1,1\n",
            [
                (1, "dose", "A schedule has no column of this name."),
                (1, "Sum", "A schedule has no column of this name."),
            ],
        ),
        ("form,dose\ntablet,1\n", [
            (1, "dose", "A schedule has no column of this name."),
            (1, "drug", "The column is missing."),
        ]),
        ("drug\n", [(2, "", "No row stands below the heads.")]),
        (
            "drug,form\nx,pill\n",
            [
                (2, "form", f"pill is not one of these: {FORMS}."),
            ],
        ),
        ("drug,role\nx,boss\n", [
            (2, "role", f"boss is not one of these: {ROLES}."),
        ]),
        (f"drug,unit,form\nx,{'y' * 50},tablet\n", [
            (2, "unit", f"{'y' * 40} is not one of these: microgram, mg, g, unit, microgram/h."),
        ]),
        ("drug,role\nx,tapered\nX,rescue\n", [
            (3, "role", "rescue stands here, and tapered on line 2."),
        ]),
        (f"drug,end note\nx,{'a' * 50}\nx,{'b' * 50}\n", [
            (3, "end note", f"{'b' * 40} stands here, and {'a' * 40} on line 2."),
        ]),
        # Said twice, it says the same; said on a later row for the first time, it is taken.
        (HEAD + "x,1,A,tablet,1,1 Dec 2026,morning,,1,\nx,1,A,,1,2 Dec 2026,evening,,1,\n", [
            (3, "first day", "2 Dec 2026 stands here, and 1 Dec 2026 on line 2."),
        ]),
        (HEAD + ",,,tablet,,,,,,\n", [(2, "drug", NOTHING)]),
        (HEAD + ",7,,tablet,,,,,,\n", [(2, "drug", NOTHING)]),
        (HEAD + "x,,,,,,morning,,1,\n", [
            (2, "product", "Which product of x this is, is not said."),
        ]),
        (HEAD + "x,1,,tablet,,,,,,\nx,2,,tablet,,,,,,\nx,,,,,,morning,,1,\n", [
            (4, "product", "Which product of x this is, is not said."),
        ]),
        (HEAD + "x,1,,tablet,,,,,,\ny,1,,,,,,,,\n", [
            (3, "drug", "This product belongs to another drug on a line above."),
        ]),
        (HEAD + "x,,,tablet,,,,,1,\n", [(2, "time", NOTHING)]),
        (HEAD + "x,,,tablet,,,morning,,1,\nx,,,,,,Morning,,2,\n", [
            (3, "quantity", "This dose stands on line 2 already."),
        ]),
        (HEAD + "x,,,tablet,,,,,1,1\nx,,,,,,,,2,1\n", [
            (3, "as needed", "Two as-needed lines have this number."),
        ]),
        (HEAD + "x,,,tablet,,31 Nov 2026,morning,,1,\n", [
            (2, "first day", "31 Nov 2026 does not exist. November has 30 days."),
        ]),
        (HEAD + "x,,,tablet,,,noon,,1,\n", [
            (2, "time", "noon is not a time of day. Type hours and minutes with a colon."),
            (2, "quantity", "noon is not a time of day. Type hours and minutes with a colon."),
        ]),
        (HEAD + 'x,,,tablet,,,morning,,"1,5",\n', [
            (2, "quantity", "1,5 has a comma. Type a point."),
        ]),
        (HEAD + "x,,,tablet,,,,,0,1\n", [
            (2, "quantity", "0 is typed. The figure is more than nothing here."),
        ]),
        (HEAD + "x,,A,tablet,,,morning,,1,\nx,,a,tablet,,,evening,,1,\n", [
            (3, "name", "a stands here, and A on line 2."),
        ]),
        # Words that stand for a cell have the place of that cell.
        (("drug,form,first day,last day,time,quantity\n"
         "x,tablet,1 Dec 2026,open,morning,1\nx,,after,,morning,2\n"), [
            (3, "first day", "Step 1 has no last day."),
        ]),
        (("drug,form,first day,last day,step,time,quantity\n"
         "x,tablet,1 Dec 2026,open,1,morning,1\nx,,,2 Dec 2026,1,evening,2\n"), [
            (2, "last day", "A length is typed, and the step is marked as open."),
        ]),
        ("drug,product,form,strength\nx,1,tablet,not stated\nx,1,,5\n", [
            (2, "strength", "A strength is typed, and marked as not stated."),
        ]),
        # In the order of the lines.
        (HEAD + "x,,,tablet,,,morning,,one,\ny,,,pill,,,,,,\n", [
            (2, "quantity", "one is not a number. Type digits with a point, or a fraction."),
            (3, "form", f"pill is not one of these: {FORMS}."),
        ]),
        (
            "plan,version,drug,form\na,1,x,tablet\na,1,y,tablet\nb,2,x,tablet\n",
            [
                (4, "plan", "Another plan begins here. Leave the rows of one."),
                (4, "version", "Another version begins here. Leave the rows of one."),
            ],
        ),
        ("Plan,drug,form\na,x,pill\nb,x,tablet\n", [
            (3, "Plan", "Another plan begins here. Leave the rows of one."),
        ]),
    ],
)  # fmt: skip
def test_a_fault_stands_at_its_line_and_its_column(
    text: str, expected: list[tuple[int, str, str]]
) -> None:
    assert faults(text) == expected


def test_a_fault_of_what_is_said_nowhere_stands_at_its_line() -> None:
    """A patch without a rate: the table has no column of the unit; the row of the product has."""
    text = HEAD + "x,,,patch,1,1 Dec 2026,morning,,1,\n"
    twice = text + "x,,,,1,,mon,,1,\n"

    assert cells(text)["products"][0]["form"] == "patch"
    assert {(line, column) for line, column, _sentence in faults(twice)} == {
        (3, "quantity"),
        (2, "time"),
    }


def test_what_is_lacking_is_no_fault() -> None:
    back = cells("drug,form\nx,tablet\n")

    assert [refusal.missing for refusal in read(back, today=TODAY).refusals] == [True] * 8
