"""Two versions, and two drafts, are compared cell by cell in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from plans.rules.cells import blank_drug, cells_from, read
from plans.rules.compare import Kind, compare, compare_cells
from plans.rules.holds import held
from plans.rules.schedule import Schedule
from plans.rules.schedule_words import Rhythm
from tests.plans.rules import facts_in_full as facts
from tests.plans.rules.facts_in_full import CYCLE, day
from tests.plans.rules.published import PUBLISHED, dose, step
from tests.plans.rules.strategies import START, schedules

TODAY = date(2026, 9, 1)
quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def draft(letter: str) -> Any:
    return PUBLISHED[letter].cells()


def schedule_of(cells: Any) -> Schedule:
    return read(cells, today=TODAY).so_far


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_a_stay_is_other_dates_and_no_other_dose() -> None:
    one = schedule_of(draft("C"))
    comparison = compare(one, held(one, date(2026, 11, 18), 14))
    assert [plain(pair.words) for pair in comparison.steps] == [
        "unchanged",
        "unchanged",
        "unchanged",
        "Ends 14 days later. Dose unchanged.",
        "Dates changed: 14 days later. Dose unchanged.",
        "Dates changed: 14 days later. Dose unchanged.",
        "Dates changed: 14 days later. Dose unchanged.",
    ]
    counts = (
        comparison.added,
        comparison.with_other_dates,
        comparison.with_other_doses,
        comparison.removed,
    )
    assert counts == (0, 4, 0, 0)
    assert [
        (plain(t.label), plain(t.before or ""), plain(t.after or "")) for t in comparison.totals
    ] == [
        ("Days", "77 days", "91 days"),
        ("clonazepam", "108.5 mg", "122.5 mg"),
        ("clonazepam 0.5 mg tablet", "217 tablets", "245 tablets"),
    ]


def test_a_changed_dose_is_shown_as_it_was_and_as_it_is() -> None:
    cells = draft("C")
    cells["steps"][1]["doses"][0]["quantity"] = "4 1/2"
    comparison = compare(schedule_of(draft("C")), schedule_of(cells))
    pair = comparison.steps[1]
    assert (pair.kind, pair.doses_changed, pair.words) == (Kind.CHANGED, True, "Dose changed.")
    (cell,) = pair.cells
    assert cell.where == "steps.s2.doses.p1.bedtime.quantity"
    assert (plain(cell.before), plain(cell.after)) == (
        "4 tablets of 0.5 mg (2 mg)",
        "4 and a half tablets of 0.5 mg (2.25 mg)",
    )
    assert cell.place == "Step 2, bedtime, clonazepam"


def test_a_step_added_between_two_others_stands_between_them() -> None:
    cells = draft("C")
    cells["steps"].insert(2, step("new", "7", {"bedtime": {"p1": "3 1/2"}}))
    del cells["steps"][5]
    comparison = compare(schedule_of(draft("C")), schedule_of(cells))
    kinds = [(pair.kind, (pair.after or pair.before).key) for pair in comparison.steps]  # type: ignore[union-attr]
    assert kinds == [
        (Kind.UNCHANGED, "s1"),
        (Kind.UNCHANGED, "s2"),
        (Kind.ADDED, "new"),
        (Kind.CHANGED, "s3"),
        (Kind.CHANGED, "s4"),
        (Kind.REMOVED, "s5"),
        (Kind.UNCHANGED, "s6"),
        (Kind.UNCHANGED, "s7"),
    ]
    assert [pair.words for pair in comparison.steps if pair.kind is Kind.ADDED] == ["Step added."]


def test_an_end_that_opens_or_closes_is_said() -> None:
    cells = draft("C")
    cells["steps"][6].update(days="", open="yes")
    one, two = schedule_of(draft("C")), schedule_of(cells)
    assert compare(one, two).steps[6].words == "No last day now. Dose unchanged."
    assert plain(compare(two, one).steps[6].words) == "Ends Wed 9 Dec 2026 now. Dose unchanged."
    assert compare(one, two).totals[0].after is None


def test_drugs_products_and_as_needed_lines_are_compared_too() -> None:
    cells = draft("J")
    cells["drugs"][0]["end"] = "refer"
    cells["products"][0]["parts"] = "2"
    cells["as_needed"][0]["maximum"] = "2"
    others = compare(schedule_of(draft("J")), schedule_of(cells)).others
    assert [(plain(d.place), plain(d.before), plain(d.after)) for d in others] == [
        ("clonazepam, end", "stop", "refer"),
        ("clonazepam 0.125 mg tablet, parts it may be split into", "1", "2"),
        (
            "As needed, clonazepam 0.125 mg tablet, maximum in 24 hours",
            "3 tablets",
            "2 tablets",
        ),
    ]


def test_versions_typed_apart_are_compared_by_the_number_of_the_step() -> None:
    cells = draft("C")
    for number, one_step in enumerate(cells["steps"]):
        one_step["key"] = f"other-{number}"
    kinds = {pair.kind for pair in compare(schedule_of(draft("C")), schedule_of(cells)).steps}
    assert kinds == {Kind.UNCHANGED}


@given(schedules())
@quick
def test_a_schedule_differs_from_itself_in_nothing(schedule: Schedule) -> None:
    assert compare(schedule, schedule).nothing
    cells = cells_from(schedule, in_force_from=START)
    assert compare_cells(cells, cells) == ()


@given(schedules(), schedules())
@quick
def test_what_differs_is_found_from_both_sides(one: Schedule, other: Schedule) -> None:
    comparison, back = compare(one, other), compare(other, one)
    assert comparison.nothing == back.nothing
    assert comparison.nothing or one != other
    mine, theirs = cells_from(one), cells_from(other)
    there = {(d.where, d.before, d.after) for d in compare_cells(mine, theirs) if "." in d.where}
    returned = {(d.where, d.after, d.before) for d in compare_cells(theirs, mine) if "." in d.where}
    assert there == returned
    assert bool(compare_cells(mine, theirs)) == (mine != theirs)


def test_two_people_who_typed_at_once_see_both_and_lose_nothing() -> None:
    theirs, yours = draft("F"), draft("F")
    theirs["steps"][1]["doses"][2]["quantity"] = "1"
    yours["steps"][1]["doses"][2]["quantity"] = "1,5"
    yours["steps"][2]["reason"] = ""
    differences = compare_cells(theirs, yours)
    assert [(d.place, d.before, d.after) for d in differences] == [
        ("Step 2, bedtime, clonazepam", "1", "1,5"),
        ("Step 3, reason", "The next stage of the change.", ""),
    ]


def test_lines_that_one_of_two_added_or_moved_are_named() -> None:
    theirs, yours = draft("F"), draft("F")
    yours["drugs"].append(blank_drug("d3"))
    yours["steps"][0], yours["steps"][1] = yours["steps"][1], yours["steps"][0]
    yours["steps"][2]["doses"].append(dose("dzp", "bedtime", "5"))
    assert [(d.place, d.before, d.after) for d in compare_cells(theirs, yours)] == [
        ("Drug 3", "", "in the draft"),
        ("Step 3, bedtime, diazepam", "", "5"),
        ("steps, their order", "Step 1, Step 2, Step 3", "Step 2, Step 1, Step 3"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (CYCLE, {**CYCLE, "cycle_from": day(2)}, "Dose changed."),
        (CYCLE, {"rhythm": Rhythm.CYCLE, "cycle_days": 4}, "Dose changed."),
        ({}, CYCLE, "Dose changed."),
        (CYCLE, {**CYCLE, "reason": "as agreed"}, "Dose unchanged."),
        (CYCLE, CYCLE, "unchanged"),
    ],
)
def test_another_pattern_of_the_same_quantities_is_another_dose(
    before: dict[str, Any], after: dict[str, Any], words: str
) -> None:
    one_dose = facts.dose("pa", "1")
    was, now = (facts.one(facts.step(1, 1, 7, one_dose, **more)) for more in (before, after))
    (pair,) = compare(was, now).steps

    assert pair.words == words
    assert pair.doses_changed is (words == "Dose changed.")


def test_what_was_not_stated_before_is_blank_there() -> None:
    open_end = facts.one(facts.step(1, 1, 7, facts.X), of=facts.drug("a", "abazepam", end=None))
    (found,) = compare(open_end, facts.one(facts.step(1, 1, 7, facts.X))).others

    assert (found.where, found.place, found.before, found.after) == (
        "drugs.a.end", "abazepam, end", "", "stop",
    )  # fmt: skip
