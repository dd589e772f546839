"""How much a draft holds: each list, each cell, to the last line and the last character."""

from __future__ import annotations

from typing import Any

import pytest

from plans.rules.draft import (
    blank_as_needed,
    blank_document,
    blank_dose,
    blank_drug,
    blank_product,
    blank_step,
    dose_path,
    shaped,
)
from tests.plans.rules.cells_in_full import rich

PATHS = {"": "", "drugs": "drugs.k", "products": "products.k", "steps": "steps.k"} | {
    "as_needed": "as_needed.k",
    "acceptances": "acceptances.0",
}
LONGEST = """
: title 200, in_force_from 200, in_force_slot 200, reason 4000, patient_text 4000,
    pharmacy_text 4000, team_text 4000, missed_dose_text 4000
drugs: name 120, role 24, drug_class 24, end 200, review_on 200, end_note 4000
products: drug 200, name 120, form 24, route 60, strength 200, strength_not_stated 200, unit 200,
    per 200, parts 200, stated_supply 200, wear_hours 200, preparation 4000, given_by 200,
    keep_until 200, device 200, patient_text 4000, pharmacy_text 4000, team_text 4000
steps: first_day 200, chained 200, from_slot 200, days 200, last_day 200, open 200, rhythm 200,
    cycle_days 200, cycle_from 200, reason 4000, stated_days 200, patient_text 4000,
    pharmacy_text 4000, team_text 4000
as_needed: product 200, quantity 200, maximum 200, gap 200, reason 4000, first_day 200,
    last_day 200
acceptances: code 200, subject 200, reason 4000
"""
CELLS = [
    (of, cell.split()[0], int(cell.split()[1]))
    for line in LONGEST.replace("\n    ", " ").strip().splitlines()
    for of, _colon, cells in [line.partition(":")]
    for cell in cells.split(",")
]


def document(of: str, name: str, text: object) -> Any:
    line = {"key": "k", name: text} if of != "acceptances" else {name: text}
    return {of: [line]} if of else {name: text}


def kept(cells: Any, of: str, name: str) -> Any:
    return cells[of][0][name] if of else cells[name]


@pytest.mark.parametrize(("of", "name", "longest"), CELLS)
def test_a_cell_holds_so_many_characters_and_no_more(of: str, name: str, longest: int) -> None:
    full, over = "x" * longest, "x" * (longest + 1)
    shown = f"{longest:,}", f"{longest + 1:,}"
    where = f"{PATHS[of]}.{name}" if of else name

    cells, refusals = shaped(document(of, name, full))
    assert refusals == ()
    assert kept(cells, of, name) == full
    cells, refusals = shaped(document(of, name, over))
    assert [(refusal.where, refusal.sentence) for refusal in refusals] == [
        (where, f"{shown[1]} characters are typed. This cell holds {shown[0]}.")
    ]
    # It is refused, and not cut.
    assert kept(cells, of, name) == over


@pytest.mark.parametrize(
    ("name", "most"),
    [("drugs", 12), ("products", 20), ("steps", 200), ("as_needed", 20), ("acceptances", 500)],
)
def test_a_list_holds_so_many_lines_and_no_more(name: str, most: int) -> None:
    lines = [{"key": f"k{n}"} if name != "acceptances" else {} for n in range(most + 1)]

    cells, refusals = shaped({name: lines[:most]})
    assert refusals == ()
    assert len(cells[name]) == most  # type: ignore[literal-required]
    cells, refusals = shaped({name: lines})
    assert [(refusal.where, refusal.sentence) for refusal in refusals] == [
        (name, f"{most + 1} lines are more than this part of a plan holds.")
    ]
    assert len(cells[name]) == most  # type: ignore[literal-required]


def test_a_product_has_so_many_times_and_a_step_so_many_quantities() -> None:
    def product(many: int, time: str = "08:00") -> Any:
        return {"products": [{"key": "p1", "times": [time] * many}]}

    def step(many: int) -> Any:
        return {"steps": [{"key": "s1", "doses": [blank_dose("p1", "morning")] * many}]}

    def said(given: Any) -> list[tuple[str, str]]:
        return [(refusal.where, refusal.sentence) for refusal in shaped(given)[1]]

    assert said(product(24)) == []
    assert said(product(25)) == [
        ("products.p1.times", "25 times of day are more than a product holds.")
    ]
    assert len(shaped(product(25))[0]["products"][0]["times"]) == 24
    assert said(product(1, "x" * 8)) == []
    assert said(product(1, "x" * 9)) == [
        ("products.p1.times", "9 characters are typed. This cell holds 8.")
    ]
    assert said(step(480)) == []
    assert said(step(481)) == [("steps.s1.doses", "481 quantities are more than a step holds.")]
    assert len(shaped(step(481))[0]["steps"][0]["doses"]) == 480


@pytest.mark.parametrize("name", ["product", "time", "on", "quantity"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 8, ""),
        ("½", ""),
        ("1\x07", "A character that is not shown is in this text."),
        ("1\x00", "A character that cannot be kept is in this text."),
        (5, "This cell does not hold text."),
        (None, ""),
    ],
)
def test_each_cell_of_a_quantity_is_looked_at(name: str, text: object, sentence: str) -> None:
    given = {**blank_dose("p1", "morning"), name: text}
    cells, refusals = shaped({"steps": [{"key": "s1", "doses": [given]}]})

    assert [(r.where, r.sentence) for r in refusals] == (
        [(f"steps.s1.doses.{name}", sentence)] if sentence else []
    )
    (dose,) = cells["steps"][0]["doses"]
    assert dose[name] == ("" if text is None or text == 5 else str(text).replace("\x00", "\ufffd"))  # type: ignore[literal-required]


def test_a_key_is_a_short_word_of_its_own() -> None:
    keys = ["d1", "A-b_9", "x" * 40, "x" * 41, "", "d 1", "d1", "é", None]
    cells, refusals = shaped({"drugs": [{"key": key} for key in keys]})

    assert [drug["key"] for drug in cells["drugs"]] == [
        "d1", "A-b_9", "x" * 40, "line-3-3", "line-4-4", "line-5-5", "line-6-6", "line-7-7",
        "line-8-8",
    ]  # fmt: skip
    assert {(r.where, r.sentence) for r in refusals} == {
        (f"drugs.{n}", "This line of the draft has no key of its own.") for n in range(3, 9)
    }


def test_blank_lines_are_of_the_shape_of_a_draft() -> None:
    whole = blank_document() | {
        "drugs": [blank_drug("d1")],
        "products": [blank_product("p1", "d1")],
        "steps": [blank_step("s1") | {"doses": [blank_dose("p1", "morning", "1")]}],
        "as_needed": [blank_as_needed("a1")],
    }

    assert shaped(whole) == (whole, ())
    assert whole["products"][0]["drug"] == "d1"
    assert whole["steps"][0]["doses"] == [
        {"product": "p1", "time": "morning", "on": "1", "quantity": ""}
    ]
    assert shaped(rich()) == (rich(), ())


@pytest.mark.parametrize(
    ("on", "path"),
    [
        ("", "steps.s1.doses.p1.morning.quantity"),
        (" ", "steps.s1.doses.p1.morning.quantity"),
        ("1", "steps.s1.doses.p1.morning.1.quantity"),
        ("1  3", "steps.s1.doses.p1.morning.1-3.quantity"),
        ("mon thu", "steps.s1.doses.p1.morning.mon-thu.quantity"),
    ],
)
def test_the_path_of_a_quantity_names_its_days_where_they_are_typed(on: str, path: str) -> None:
    assert dose_path("s1", "p1", "morning", on) == path


NO_LIST = "This part of the draft is not a list."


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (5, [("document", "This is not a draft of a plan.")]),
        ([], [("document", "This is not a draft of a plan.")]),
        (None, [("document", "This is not a draft of a plan.")]),
        ({"colour": ""}, [("document", "An unknown cell is in the draft.")]),
        ({"drugs": {}}, [("drugs", NO_LIST)]),
        ({"steps": "s1"}, [("steps", NO_LIST)]),
        ({"drugs": [5]}, [("drugs.0", "This line of the draft is not readable.")]),
        (
            {"drugs": [{"key": "d1", "colour": ""}]},
            [("drugs.d1", "An unknown cell is in the draft.")],
        ),
        ({"title": []}, [("title", "This cell does not hold text.")]),
        (
            {"products": [{"key": "p1", "times": {}}]},
            [("products.p1.times", "The times of day are not readable.")],
        ),
        (
            {"steps": [{"key": "s1", "doses": [5]}]},
            [("steps.s1.doses", "The quantities are not readable.")],
        ),
    ],
)
def test_a_document_of_another_shape_is_told_where_it_is_none(
    document: object, said: list[tuple[str, str]]
) -> None:
    cells, refusals = shaped(document)

    assert [(refusal.where, refusal.sentence) for refusal in refusals] == said
    assert set(cells) == set(blank_document())


def test_in_a_blank_draft_the_lists_are_empty_and_the_cells_blank() -> None:
    blank: Any = blank_document()

    assert {name for name, value in blank.items() if value == []} == {
        "drugs", "products", "steps", "as_needed", "acceptances",
    }  # fmt: skip
    assert {type(value) for value in blank.values()} == {list, str}
    product: Any = blank_product("p1", "d1")
    assert (product["times"], product["name"]) == ([], "")
    step: Any = blank_step("s1")
    assert (step["doses"], step["days"]) == ([], "")
