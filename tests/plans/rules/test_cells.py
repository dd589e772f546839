"""A draft is read as it was typed; what cannot be read is said at its cell; nothing raises."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plans.rules.cells import (
    CellState,
    blank_as_needed,
    blank_copy,
    blank_document,
    blank_step,
    cells_from,
    dose_path,
    read,
    shaped,
)
from plans.rules.findings import findings
from plans.rules.schedule import Direction, Texts, When, expected_on
from plans.rules.schedule_words import End, Form, Unit
from tests.plans.rules.published import PUBLISHED, dose
from tests.plans.rules.strategies import START, schedules

TODAY = date(2026, 9, 1)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def draft(letter: str = "F") -> Any:
    return PUBLISHED[letter].cells()


def refused(cells: object) -> dict[str, str]:
    """Sentences by cell."""
    refusals = read(cells, today=TODAY).refusals
    return {refusal.where: refusal.sentence.replace("\u00a0", " ") for refusal in refusals}


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


# What is typed comes back


@given(schedules())
@quick
def test_a_schedule_typed_back_reads_as_the_same_schedule(schedule: Any) -> None:
    for chained in (False, True):
        cells = cells_from(schedule, in_force_from=START, chained=chained)
        reading = read(cells, today=START)
        assert reading.refusals == ()
        assert reading.schedule == schedule
        assert shaped(cells) == (cells, ())


def test_what_stands_beside_the_steps_comes_back_too() -> None:
    schedule = read(draft("J"), today=TODAY).schedule
    assert schedule is not None
    cells = cells_from(
        schedule,
        title="Evening plan",
        in_force_from=date(2026, 12, 7),
        in_force_slot=When.of("evening"),
        reason="Agreed on the phone.",
        texts=Texts("for you", "for the pharmacy", "for us"),
        missed_dose_text="Call us.",
    )
    reading = read(cells, today=TODAY)
    assert reading.schedule == schedule
    assert (reading.title, reading.reason) == ("Evening plan", "Agreed on the phone.")
    assert (reading.in_force_from, reading.in_force_slot) == (
        date(2026, 12, 7),
        When.of("evening"),
    )
    assert reading.texts == Texts("for you", "for the pharmacy", "for us")
    assert reading.missed_dose_text == "Call us."


def test_parts_of_a_tablet_are_typed_back_as_fractions_and_volumes_as_decimals() -> None:
    schedule = read(draft("C"), today=TODAY).schedule
    assert schedule is not None
    quantities = [step["doses"][0]["quantity"] for step in cells_from(schedule)["steps"]]
    assert quantities == ["5", "4", "3", "2", "1 1/2", "1", "1/2"]


def test_chained_steps_follow_the_one_above() -> None:
    cells = draft("C")
    cells["steps"][0]["days"] = "28"
    schedule = read(cells, today=TODAY).schedule
    assert schedule is not None
    assert [step.first_day for step in schedule.steps][1:3] == [
        date(2026, 10, 22),
        date(2026, 11, 5),
    ]


def test_a_copy_of_a_step_has_its_cells_and_no_figure() -> None:
    step = draft("F")["steps"][1]
    step.update(days="7", cycle_days="2", rhythm="cycle", reason="why", stated_days="7")
    copied = blank_copy(step, "s9")
    assert [(d["product"], d["time"], d["quantity"]) for d in copied["doses"]] == [
        (d["product"], d["time"], "") for d in step["doses"]
    ]
    assert (copied["rhythm"], copied["cycle_days"]) == ("cycle", "2")
    assert copied["key"] == "s9"
    for cell in ("days", "last_day", "first_day", "reason", "stated_days"):
        assert copied[cell] == ""


# A half-typed draft


def test_a_draft_in_which_nothing_is_typed_lacks_and_refuses_nothing_else() -> None:
    reading = read(blank_document(), today=TODAY)
    assert reading.schedule is None
    assert all(refusal.missing for refusal in reading.refusals)
    assert {refusal.where for refusal in reading.refusals} == {
        "drugs",
        "products",
        "steps",
        "in_force_from",
    }


def test_each_quantity_is_read_back_under_it_and_in_a_sentence() -> None:
    backs = read(draft("F"), today=TODAY).partial.cells
    half = backs[dose_path("s2", "clz", "bedtime")]
    assert (half.state, plain(half.words)) == (CellState.TYPED, "half, 0.25 mg")
    assert plain(half.sentence) == (
        "Step 2, bedtime, clonazepam: typed 1/2 reads half a tablet of 0.5 mg (0.25 mg)."
    )
    none = backs[dose_path("s1", "dzp", "bedtime")]
    assert (none.state, none.words) == (CellState.NONE, "no tablet")
    assert none.sentence == "Step 1, bedtime, diazepam: typed none reads no tablet."
    assert plain(backs[dose_path("s3", "dzp", "bedtime")].words) == "10 mg"


def test_a_column_of_a_drug_with_several_strengths_names_its_strength() -> None:
    backs = read(draft("D"), today=TODAY).partial.cells
    assert plain(backs[dose_path("s4", "p100", "morning")].place) == (
        "Step 4, morning, lamotrigine 100 mg"
    )


def test_a_liquid_is_read_back_in_volume_and_amount() -> None:
    backs = read(draft("I"), today=TODAY).partial.cells
    cell = backs[dose_path("s2", "weak", "morning")]
    assert plain(cell.words) == "10 mL, 1 mg"
    assert plain(cell.sentence) == (
        "Step 2, morning, morphine 0.1 mg: typed 10 reads 10 mL of 0.1 mg in 1 mL (1 mg)."
    )


def test_a_blank_cell_is_not_typed_and_a_half_typed_step_shows_what_is_known() -> None:
    cells = draft("F")
    cells["steps"].append(blank_copy(cells["steps"][2], "s4"))
    reading = read(cells, today=TODAY)
    back = reading.partial.steps["s4"]
    assert (back.first_day, plain(back.first_words)) == (date(2026, 12, 21), "Monday, chained")
    assert (back.days, back.last_day, back.last_words) == (None, None, "not typed")
    assert [total.words for total in back.totals] == ["not complete", "not complete"]
    assert reading.partial.cells[dose_path("s4", "dzp", "bedtime")].words == "not typed"
    lacking = {refusal.where for refusal in reading.refusals if refusal.missing}
    assert lacking == {"steps.s4.days", "steps.s4.doses"}
    assert len(reading.so_far.steps) == 3


def test_totals_and_their_words_are_shown_beside_each_step() -> None:
    backs = read(draft("F"), today=TODAY).partial.steps
    shown = [
        [(plain(t.words), t.direction_word) for t in backs[key].totals]
        for key in ("s1", "s2", "s3")
    ]
    assert shown == [
        [("1.5 mg", "first step"), ("none", "")],
        [("1.25 mg", "lower"), ("5 mg", "starts")],
        [("1 mg", "lower"), ("10 mg", "higher")],
    ]
    assert backs["s2"].totals[0].direction is Direction.LOWER


def test_a_total_is_not_shown_while_one_of_its_cells_is_refused() -> None:
    cells = draft("F")
    cells["steps"][1]["doses"][0]["quantity"] = "1,5"
    reading = read(cells, today=TODAY)
    totals = reading.partial.steps["s2"].totals
    assert [(plain(t.words), t.complete) for t in totals] == [
        ("not complete", False),
        ("5 mg", True),
    ]
    cell = reading.partial.cells[dose_path("s2", "clz", "morning")]
    assert (cell.state, cell.sentence) == (CellState.REFUSED, "1,5 has a comma. Type a point.")


def test_amounts_wait_for_the_strength() -> None:
    cells = draft("F")
    cells["products"][0]["strength"] = ""
    reading = read(cells, today=TODAY)
    assert reading.partial.cells[dose_path("s2", "clz", "bedtime")].words == "half a tablet"
    totals = reading.partial.steps["s2"].totals
    assert [plain(total.words) for total in totals] == ["not complete", "5 mg"]


def test_findings_show_while_typing() -> None:
    cells = draft("F")
    cells["steps"][2].update(chained="", first_day="22 Dec 2026")
    cells["steps"].append(blank_step("s4"))
    reading = read(cells, today=TODAY)
    assert reading.schedule is None
    assert "gap" in {finding.code.value for finding in findings(reading.so_far)}


# Cells that are refused, each with its sentence


def put(path: str, value: object) -> Callable[[Any], None]:
    """Type a value into a cell: "steps.0.days"."""

    def change(cells: Any) -> None:
        *heads, last = path.split(".")
        for head in heads:
            cells = cells[int(head)] if isinstance(cells, list) else cells[head]
        cells[int(last) if isinstance(cells, list) else last] = value

    return change


SAYS = [
    (
        "products.0.strength",
        "0",
        "products.clz.strength",
        "0 is typed. The figure is more than nothing here.",
    ),
    ("products.0.strength", "0,5", "products.clz.strength", "0,5 has a comma. Type a point."),
    ("products.0.strength", "", "products.clz.strength", "clonazepam, strength: not typed."),
    (
        "products.0.strength_not_stated",
        "yes",
        "products.clz.strength",
        "A strength is typed, and marked as not stated.",
    ),
    ("products.0.unit", "", "products.clz.unit", "clonazepam, unit: not typed."),
    ("products.0.unit", "U", "products.clz.unit", "U is not one of the choices."),
    (
        "products.0.unit",
        "microgram/h",
        "products.clz.unit",
        "Micrograms per hour belong to a patch.",
    ),
    (
        "products.0.per",
        "5",
        "products.clz.per",
        "An amount in mL belongs to a form that is measured.",
    ),
    (
        "products.0.parts",
        "",
        "products.clz.parts",
        "clonazepam, parts it may be split into: not typed.",
    ),
    ("products.0.parts", "5", "products.clz.parts", "5 is not one of the choices."),
    (
        "products.0.wear_hours",
        "72",
        "products.clz.wear_hours",
        "A wearing time belongs to a patch.",
    ),
    ("products.0.drug", "", "products.clz.drug", "Product 1, drug: not typed."),
    ("products.0.drug", "d7", "products.clz.drug", "The drug of this product is not in the plan."),
    ("products.0.form", "pill", "products.clz.form", "pill is not one of the choices."),
    (
        "products.0.times",
        ["morning", "morning"],
        "products.clz.times",
        "morning is among the times of day twice.",
    ),
    (
        "products.0.times",
        ["noonish"],
        "products.clz.times",
        "noonish is not a time of day. Type hours and minutes with a colon.",
    ),
    (
        "products.0.stated_supply",
        "many",
        "products.clz.stated_supply",
        "many is not a number. Type digits with a point, or a fraction.",
    ),
    ("drugs.0.name", "", "drugs.d1.name", "Drug 1, name: not typed."),
    (
        "drugs.0.name",
        "DIAZEPAM",
        "drugs.d2.name",
        "diazepam is in the plan twice. A drug has one line, with all its products.",
    ),
    ("drugs.0.role", "", "drugs.d1.role", "clonazepam, role: not typed."),
    (
        "drugs.0.drug_class",
        "sedative",
        "drugs.d1.drug_class",
        "sedative is not one of the choices.",
    ),
    ("drugs.0.end", "maintain", "drugs.d1.review_on", "clonazepam, review date: not typed."),
    (
        "drugs.0.review_on",
        "01/02/27",
        "drugs.d1.review_on",
        (
            "01/02/27 has slashes, which are read as day first by some, month first by "
            "others. Type day, month and year with spaces between them, the year with "
            "four digits."
        ),
    ),
    ("steps.0.first_day", "", "steps.s1.first_day", "Step 1, first day: not typed."),
    (
        "steps.0.first_day",
        "29 Feb 2027",
        "steps.s1.first_day",
        "29 Feb 2027 does not exist. 2027 has no leap day.",
    ),
    (
        "steps.0.chained",
        "yes",
        "steps.s1.first_day",
        "A first day is typed, and the step begins the day after the one above ends.",
    ),
    ("steps.0.chained", "maybe", "steps.s1.chained", "maybe is not one of the choices."),
    ("steps.0.days", "", "steps.s1.days", "Step 1, days: not typed."),
    ("steps.0.days", "0", "steps.s1.days", "0 is no length. A step lasts one day or more."),
    ("steps.0.days", "4-6", "steps.s1.days", "4-6 is not a number. Type digits only."),
    (
        "steps.0.last_day",
        "1 Dec 2026",
        "steps.s1.last_day",
        "The days typed end on Sun 6 Dec 2026, and the last day typed is Tue 1 Dec 2026.",
    ),
    ("steps.0.open", "yes", "steps.s1.days", "A length is typed, and the step is marked as open."),
    ("steps.0.rhythm", "", "steps.s1.rhythm", "Step 1, pattern: not typed."),
    ("steps.0.rhythm", "cycle", "steps.s1.cycle_days", "Step 1, days of the cycle: not typed."),
    ("steps.0.cycle_days", "2", "steps.s1.cycle_days", "A number of days belongs to a cycle."),
    (
        "steps.0.cycle_from",
        "1 Dec 2026",
        "steps.s1.cycle_from",
        "A day to count from belongs to a cycle.",
    ),
    (
        "steps.0.from_slot",
        "noon",
        "steps.s1.from_slot",
        "noon is not a time of day. Type hours and minutes with a colon.",
    ),
    (
        "steps.0.stated_days",
        "weeks",
        "steps.s1.stated_days",
        "weeks is not a number. Type digits only.",
    ),
    (
        "steps.0.doses.0.quantity",
        "1_5",
        "steps.s1.doses.clz.morning.quantity",
        "1_5 is not a number. Type digits with a point, or a fraction.",
    ),
    (
        "steps.0.doses.0.product",
        "p9",
        "steps.s1.doses.p9.morning.quantity",
        "The product of this quantity is not in the plan.",
    ),
    (
        "steps.0.doses.0.time",
        "evening",
        "steps.s1.doses.clz.evening.quantity",
        "evening is not among the times of day of this product.",
    ),
    (
        "steps.0.doses.0.on",
        "2",
        "steps.s1.doses.clz.morning.2.quantity",
        "2 is not a day of this pattern.",
    ),
    ("in_force_from", "", "in_force_from", "in force from: not typed."),
    (
        "in_force_from",
        "24 Aug 2026",
        "reason",
        "In force from Mon 24 Aug 2026, before today: the reason is not typed.",
    ),
]


@pytest.mark.parametrize(("path", "value", "where", "sentence"), SAYS)
def test_a_cell_says_what_is_wrong_with_it(
    path: str, value: object, where: str, sentence: str
) -> None:
    cells = draft("F")
    put(path, value)(cells)
    assert refused(cells).get(where) == sentence
    assert read(cells, today=TODAY).schedule is None


def test_a_last_day_before_the_first_is_refused_at_its_cell() -> None:
    cells = draft("F")
    cells["steps"][0].update(days="", last_day="29 Nov 2026")
    assert refused(cells)["steps.s1.last_day"] == (
        "The last day, Sun 29 Nov 2026, is before the first day, Mon 30 Nov 2026."
    )


def test_a_step_cannot_follow_one_that_has_no_last_day() -> None:
    cells = draft("F")
    cells["steps"][0].update(days="", open="yes")
    assert refused(cells)["steps.s2.first_day"] == "Step 1 has no last day."
    cells["steps"][0].update(open="")
    reading = read(cells, today=TODAY)
    waits = {r.where: r for r in reading.refusals}["steps.s2.first_day"]
    assert (waits.sentence, waits.missing) == ("Waits for the last day of step 1.", True)


def test_a_step_that_ends_after_the_last_year_read_is_refused() -> None:
    cells = draft("F")
    cells["steps"][0].update(first_day="1 Dec 2199", days="999")
    assert "steps.s1.days" in refused(cells)


def test_the_days_of_a_cycle_are_numbers_and_the_days_of_a_week_are_words() -> None:
    cells = draft("E frequency")
    cells["steps"][2]["doses"][0]["on"] = "1 3"
    assert refused(cells) == {
        "steps.s3.doses.p1.morning.1-3.quantity": "3 is not a day of this pattern."
    }
    cells["steps"][2].update(rhythm="weekdays", cycle_days="")
    assert refused(cells)["steps.s3.doses.p1.morning.1-3.quantity"] == "1 is not a weekday."
    cells["steps"][2]["doses"][0]["on"] = "Mon fri"
    schedule = read(cells, today=TODAY).schedule
    assert schedule is not None
    assert schedule.steps[2].doses[0].on_days == 0b0010001


def test_two_alternating_doses_of_one_time_have_cells_of_their_own() -> None:
    cells = draft("E frequency")
    cells["steps"][2]["doses"] = [
        dose("p1", "morning", "2", on="1"),
        dose("p1", "morning", "1 1/2", on="2"),
    ]
    cells["products"][0]["parts"] = "2"
    reading = read(cells, today=TODAY)
    assert reading.schedule is not None
    quantities = [
        expected_on(reading.schedule, day)[0].quantity
        for day in (date(2026, 12, 6), date(2026, 12, 7))
    ]
    assert quantities == [Fraction(2), Fraction(3, 2)]
    assert {dose_path("s3", "p1", "morning", "1"), dose_path("s3", "p1", "morning", "2")} <= set(
        reading.partial.cells
    )


def test_a_cycle_longer_than_a_month_is_refused() -> None:
    cells = draft("E frequency")
    cells["steps"][2]["cycle_days"] = "32"
    assert refused(cells)["steps.s3.cycle_days"] == (
        "32 is no length of a cycle: two to thirty-one days."
    )


def test_a_patch_needs_its_rate_and_its_wearing_time() -> None:
    cells = draft("B")
    cells["products"][0].update(form="patch", parts="1")
    assert set(refused(cells)) == {"products.p1.unit", "products.p1.wear_hours"}
    cells["products"][0].update(unit="microgram/h", wear_hours="72 h")
    schedule = read(cells, today=TODAY).schedule
    assert schedule is not None
    product = schedule.products[0]
    assert (product.form, product.unit, product.wear_hours) == (
        Form.PATCH,
        Unit.MICROGRAM_PER_HOUR,
        72,
    )
    cells["products"][0].update(wear_hours="800")
    assert refused(cells)["products.p1.wear_hours"] == (
        "800 is longer than a patch is worn: 744 hours at most."
    )


def test_two_patches_show_the_rate_of_each() -> None:
    cells = draft("B")
    cells["products"][0].update(form="patch", parts="1", unit="microgram/h", wear_hours="24")
    backs = read(cells, today=TODAY).partial.cells
    words = [plain(backs[dose_path(key, "p1", "morning")].words) for key in ("s2", "s3")]
    assert words == ["0.125 micrograms per hour each", "0.125 micrograms per hour"]


def test_a_liquid_needs_the_volume_that_holds_its_strength() -> None:
    cells = draft("I")
    cells["products"][0]["per"] = ""
    assert refused(cells) == {
        "products.strong.per": "morphine, mL that hold the strength: not typed."
    }


def test_a_strength_not_stated_is_kept_as_not_stated() -> None:
    cells = draft("B")
    cells["products"][0].update(strength="", unit="", strength_not_stated="yes")
    schedule = read(cells, today=TODAY).schedule
    assert schedule is not None
    assert (schedule.products[0].strength, schedule.products[0].unit) == (None, None)


def test_an_as_needed_line_says_what_it_lacks() -> None:
    cells = draft("B")
    cells["as_needed"] = [blank_as_needed("a1")]
    reading = read(cells, today=TODAY)
    assert {refusal.where for refusal in reading.refusals} == {
        "as_needed.a1.product",
        "as_needed.a1.quantity",
        "as_needed.a1.first_day",
    }
    cells["as_needed"][0].update(
        product="p1", quantity="1", gap="9999", first_day="1 Dec 2026", last_day="30 Nov 2026"
    )
    assert set(refused(cells)) == {"as_needed.a1.gap", "as_needed.a1.last_day"}


def test_a_drug_without_any_quantity_is_named() -> None:
    cells = draft("F")
    for step in cells["steps"]:
        step["doses"] = [d for d in step["doses"] if d["product"] == "clz"]
    assert refused(cells) == {"drugs.d2": "diazepam: no quantity typed."}


def test_end_and_review_are_read() -> None:
    schedule = read(draft("D"), today=TODAY).schedule
    assert schedule is not None
    assert (schedule.drugs[0].end, schedule.drugs[0].review_on) == (End.MAINTAIN, date(2027, 3, 1))


# Hostile input


def test_more_lines_than_a_plan_holds_are_refused_with_a_sentence() -> None:
    cells = draft("B")
    cells["steps"] = [blank_step(f"s{n}") for n in range(10_000)]
    assert refused(cells)["steps"] == "10,000 lines are more than this part of a plan holds."
    cells = draft("B")
    cells["products"][0]["times"] = ["08:00"] * 1000
    sentences = [r.sentence for r in read(cells, today=TODAY).refusals]
    assert "1,000 times of day are more than a product holds." in sentences
    cells = draft("B")
    cells["steps"][0]["doses"] = [dose("p1", "morning", "1")] * 1000
    assert "steps.s1.doses" in refused(cells)


def test_text_that_is_too_long_or_cannot_be_kept_is_refused_and_not_cut() -> None:
    cells = draft("B")
    cells["patient_text"] = "x" * 10_000_000
    assert refused(cells)["patient_text"] == (
        "10,000,000 characters are typed. This cell holds 4,000."
    )
    cells["patient_text"] = "call\x00us"
    cells["team_text"] = "half \ud83d of a sign"
    cells["title"] = "turned \u202e round"
    assert set(refused(cells)) == {"patient_text", "team_text", "title"}
    kept, _refusals = shaped(cells)
    assert kept["patient_text"] == "call\ufffdus"
    kept["team_text"].encode()


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "",
        0,
        {"steps": {}},
        {"steps": [None, 1, [], {"key": 5}, {"key": "s1", "doses": 3}, {"key": "s1"}]},
        {"products": [{"key": "p1", "times": [1, None]}]},
        {"drugs": [{"key": "../../x", "name": 3.5}]},
        {"__proto__": "x", "title": {"a": 1}},
        {"acceptances": [{"code": [], "subject": None}]},
    ],
)
def test_a_document_of_any_other_shape_is_refused_and_raises_nothing(document: object) -> None:
    reading = read(document, today=TODAY)
    assert reading.schedule is None
    assert reading.refusals


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
NUMERIC = st.text(alphabet="0123456789./ -½,", max_size=6)


def replace_one(data: st.DataObject, node: Any) -> None:
    """Walk down at random and put anything in the place of what is there."""
    key = data.draw(st.sampled_from(range(len(node)) if isinstance(node, list) else list(node)))
    deeper = isinstance(node[key], (list, dict)) and node[key] and data.draw(st.integers(0, 9))
    if deeper:
        replace_one(data, node[key])
    else:
        node[key] = data.draw(NUMERIC | st.text(max_size=8) | json)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_cell_may_hold_anything(data: st.DataObject) -> None:
    """Cells of a good draft are replaced at random; reading and findings never raise."""
    letter = data.draw(st.sampled_from(["F", "E frequency", "I", "J", "G"]))
    cells: Any = copy.deepcopy(draft(letter))
    for _change in range(data.draw(st.integers(1, 4))):
        replace_one(data, cells)
    reading = read(cells, today=TODAY)
    findings(reading.so_far, today=TODAY, replaced=reading.so_far, elsewhere=[("x", "y")])
    assert (reading.schedule is None) == bool(reading.refusals)


@given(json)
@settings(max_examples=100, deadline=None)
def test_any_document_may_arrive(document: object) -> None:
    kept, _refusals = shaped(document)
    assert set(kept) == set(blank_document())
    assert shaped(kept)[0] == kept


def test_a_large_draft_is_read() -> None:
    cells = draft("F")
    steps = [copy.deepcopy(cells["steps"][1]) for _n in range(200)]
    for n, step in enumerate(steps):
        step["key"] = f"s{n}"
    steps[0].update(chained="", first_day="30 Nov 2026")
    cells["steps"] = steps
    reading = read(cells, today=TODAY)
    assert reading.schedule is not None
    assert len(findings(reading.schedule)) == 2 * 199
