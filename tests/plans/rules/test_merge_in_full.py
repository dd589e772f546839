"""Every kind of difference of two drafts, named and chosen one at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from plans.rules.draft import blank_as_needed, blank_document, blank_drug, blank_product
from plans.rules.merge import Clash, Side, clashes, merged
from tests.plans.rules.cells_in_full import dose, rich
from tests.plans.rules.test_merge import plain

Change = Callable[[Any], None]


def typed(*path: str | int, text: object) -> Change:
    def change(cells: Any) -> None:
        for name in path[:-1]:
            cells = cells[name]
        cells[path[-1]] = text

    return change


def taken_out(head: str, at: int) -> Change:
    return lambda cells: cells[head].pop(at)


def added(head: str, at: int, line: Any) -> Change:
    return lambda cells: cells[head].insert(at, line)


def turned(head: str) -> Change:
    return lambda cells: cells[head].reverse()


DRUG = blank_drug("d9") | {"name": "Newdrug"}

ONE_BY_ONE: list[tuple[Change, list[tuple[str, str, str, str]]]] = [
    (typed("title", text="Other"), [("title", "title", " Evening plan ", "Other")]),
    (typed("title", text=""), [("title", "title", " Evening plan ", "")]),
    (typed("reason", text="x"), [("reason", "reason", " as agreed ", "x")]),
    (
        typed("drugs", 0, "name", text="Y"),
        [("drugs.d1.name", "Y, name", " Examplazepam ", "Y")],
    ),
    (
        typed("products", 0, "times", text=["morning", "bedtime", "08:00"]),
        [
            (
                "products.p1.times",
                "Examplazepam, times of day",
                "morning, bedtime",
                "morning, bedtime, 08:00",
            )
        ],
    ),
    (
        typed("steps", 0, "days", text="8"),
        [("steps.s1.days", "Step 1, days", "7", "8")],
    ),
    (
        typed("steps", 0, "doses", 0, "quantity", text="2"),
        [
            (
                "steps.s1.doses.p1.morning.quantity",
                "Step 1, morning, Examplazepam 0.5\u00a0mg",
                " 1/2 ",
                "2",
            )
        ],
    ),
    (
        typed("steps", 1, "doses", 0, "on", text="1"),
        [
            (
                "steps.s2.doses.p1.morning.1-3.quantity",
                "Step 2, morning, Examplazepam 0.5\u00a0mg",
                "1/4",
                "",
            ),
            (
                "steps.s2.doses.p1.morning.1.quantity",
                "Step 2, morning, Examplazepam 0.5\u00a0mg",
                "",
                "1/4",
            ),
        ],
    ),
    (
        typed("as_needed", 0, "gap", text="8 h"),
        [("as_needed.a1.gap", "As-needed line 1, time between doses", "6 h", "8 h")],
    ),
    (
        typed("acceptances", 0, "reason", text="x"),
        [("acceptances.gap.s1 d1", "Reason of an accepted finding", " known ", "x")],
    ),
    # A line that only one of them has is one choice.
    (
        taken_out("as_needed", 1),
        [("as_needed.a2", "As-needed line 2", "1/2 and 7 Dec 2026", "not in this draft")],
    ),
    (
        added("drugs", 1, DRUG),
        [("drugs.d9", "Newdrug", "not in this draft", "Newdrug")],
    ),
    (
        added("as_needed", 0, blank_as_needed("a9")),
        [("as_needed.a9", "As-needed line 1", "not in this draft", "nothing typed yet")],
    ),
    (
        added("products", 5, blank_product("p9", "")),
        [("products.p9", "Product 6", "not in this draft", "nothing typed yet")],
    ),
    (
        taken_out("steps", 2),
        [
            (
                "steps.s3",
                "Step 3",
                "yes, 8, weekdays, 1 and 1",
                "not in this draft",
            )
        ],
    ),
    # An order of lines is one choice, and only where it is another one.
    (
        turned("drugs"),
        [
            (
                "drugs",
                "drugs, their order",
                "Examplazepam, Mockisone, Opifict",
                "Opifict, Mockisone, Examplazepam",
            )
        ],
    ),
    (
        turned("as_needed"),
        [
            (
                "as_needed",
                "as-needed lines, their order",
                "As-needed line 1, As-needed line 2",
                "As-needed line 2, As-needed line 1",
            )
        ],
    ),
]


def other(*changes: Change) -> Any:
    cells = copy.deepcopy(rich())
    for change in changes:
        change(cells)
    return cells


@pytest.mark.parametrize(("change", "expected"), ONE_BY_ONE, ids=range(len(ONE_BY_ONE)))
def test_a_difference_is_named_with_what_each_of_them_typed(
    change: Change, expected: list[tuple[str, str, str, str]]
) -> None:
    theirs, yours = rich(), other(change)
    found = clashes(theirs, yours)

    assert found == tuple(Clash(*one) for one in expected)
    before = copy.deepcopy((theirs, yours))
    assert merged(theirs, yours, {clash.key: Side.THEIRS for clash in found}) == theirs
    taken = merged(theirs, yours, {clash.key: Side.YOURS for clash in found})
    assert plain(taken) == plain(yours)
    assert (theirs, yours) == before


def test_each_choice_is_made_by_itself() -> None:
    changes = [change for change, _expected in ONE_BY_ONE][:6]
    theirs, yours = rich(), other(*changes)
    every = clashes(theirs, yours)

    for one in every:
        chosen = {clash.key: Side.YOURS if clash is one else Side.THEIRS for clash in every}
        kept = merged(theirs, yours, chosen)
        left = {clash.key for clash in clashes(theirs, kept)}
        assert left == {one.key}


def lines(cells: Any, head: str) -> list[str]:
    return [line["key"] for line in cells[head]]


@pytest.mark.parametrize(
    ("theirs", "yours", "expected"),
    [
        # Behind the nearest line that stands above it in yours, first where none does.
        ("d1 d2 d3", "d1 d9 d2 d3", "d1 d9 d2 d3"),
        ("d1 d2 d3", "d9 d1 d2 d3", "d9 d1 d2 d3"),
        ("d1 d2 d3", "d1 d2 d3 d9", "d1 d2 d3 d9"),
        ("d1 d3", "d1 d2 d9 d3", "d1 d9 d3"),
        ("d3", "d1 d2 d9", "d9 d3"),
    ],
)
def test_a_line_is_taken_to_where_it_stands_in_yours(
    theirs: str, yours: str, expected: str
) -> None:
    def document(keys: str) -> Any:
        return blank_document() | {"drugs": [blank_drug(key) for key in keys.split()]}

    mine, other_one = document(theirs), document(yours)
    found = clashes(mine, other_one)
    chosen = {clash.key: Side.YOURS if clash.key == "drugs.d9" else Side.THEIRS for clash in found}

    assert lines(merged(mine, other_one, chosen), "drugs") == expected.split()


def test_lines_of_one_side_alone_stand_last_where_the_order_is_yours() -> None:
    theirs, yours = other(added("drugs", 0, DRUG)), other(turned("drugs"))
    found = clashes(theirs, yours)

    assert {clash.key for clash in found} == {"drugs", "drugs.d9"}
    kept = merged(theirs, yours, {"drugs": Side.YOURS, "drugs.d9": Side.THEIRS})
    assert lines(kept, "drugs") == ["d3", "d2", "d1", "d9"]
    assert lines(theirs, "drugs") == ["d9", "d1", "d2", "d3"]


def test_the_same_dose_typed_twice_is_two_differences() -> None:
    theirs, yours = rich(), rich()
    for cells, quantities in ((theirs, ("1", "2")), (yours, ("3", "4"))):
        cells["steps"][0]["doses"] = [dose("p1", "morning", text) for text in quantities]
    first, second = clashes(theirs, yours)

    assert (first.key, first.theirs, first.yours) == (
        "steps.s1.doses.p1.morning.quantity", "1", "3",
    )  # fmt: skip
    assert (second.key, second.theirs, second.yours) == (
        "steps.s1.doses.p1.morning.quantity.2", "2", "4",
    )  # fmt: skip
    kept = merged(theirs, yours, {first.key: Side.THEIRS, second.key: Side.YOURS})
    assert sorted(one["quantity"] for one in kept["steps"][0]["doses"]) == ["1", "4"]


def test_a_long_line_is_told_by_its_first_twelve_words() -> None:
    long = blank_product("p9", "d1") | {
        name: f"word-{n}"
        for n, name in enumerate(
            ("name", "form", "route", "strength", "unit", "per", "parts", "stated_supply",
             "wear_hours", "preparation", "given_by", "keep_until", "device"),
            2,
        )
    }  # fmt: skip
    found = clashes(rich(), other(added("products", 5, long)))

    (clash,) = found
    assert clash.yours == ", ".join(f"word-{n}" for n in range(2, 13)) + " and word-13"


def test_of_two_accepted_findings_each_is_chosen_by_itself() -> None:
    theirs = rich()
    yours = other(
        typed("acceptances", 0, "reason", text="x"), typed("acceptances", 1, "reason", text="y")
    )
    first, second = clashes(theirs, yours)
    kept = merged(theirs, yours, {first.key: Side.THEIRS, second.key: Side.YOURS})

    assert [(line["subject"], line["reason"]) for line in kept["acceptances"]] == [
        ("s1 d1", " known "), ("s2 d1", "y"),
    ]  # fmt: skip


def test_a_blank_quantity_is_not_among_what_is_typed() -> None:
    theirs = rich()
    theirs["steps"][2]["doses"].append(dose("p1", "bedtime", ""))
    (clash,) = clashes(theirs, other(taken_out("steps", 2)))

    assert clash.theirs == "yes, 8, weekdays, 1 and 1"
