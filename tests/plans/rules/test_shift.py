"""Later dates of a draft are moved, and nothing else is."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.rules.cells import cells_from, read
from plans.rules.schedule import Schedule
from plans.rules.shift import ShiftRefused, shifted
from tests.plans.rules.published import PUBLISHED
from tests.plans.rules.strategies import DAY, schedules

TODAY = date(2026, 11, 24)


def cells(letter: str = "B") -> Any:
    return PUBLISHED[letter].cells()


def dates(document: Any) -> list[tuple[int, int | None]]:
    steps = read(document, today=TODAY).so_far.steps
    return [(step.first_day.day, step.last_day.day if step.last_day else None) for step in steps]


def test_from_a_step_on_everything_is_later_and_a_gap_stands_before_it() -> None:
    moved = shifted(cells(), "s2", 4, today=TODAY)

    assert dates(moved) == [(30, 2), (7, 9), (10, 12)]
    first, second, third = moved["steps"]
    assert (second["chained"], second["first_day"]) == ("", "7 Dec 2026")
    # What followed the step above goes on following it.
    assert (third["chained"], third["first_day"]) == ("yes", "")
    assert first == cells()["steps"][0]


def test_earlier_is_later_turned_round() -> None:
    there = shifted(cells(), "s2", 4, today=TODAY)
    assert dates(shifted(there, "s2", -4, today=TODAY)) == dates(cells())


@settings(max_examples=40)
@given(schedules(), st.integers(0, 4), st.integers(-30, 400))
def test_no_dose_no_length_and_no_earlier_step_is_touched(
    schedule: Schedule, at: int, days: int
) -> None:
    document: Any = cells_from(schedule, in_force_from=TODAY)
    key = document["steps"][at % len(schedule.steps)]["key"]
    begun = {step.key: step.first_day for step in schedule.steps}

    moved = shifted(document, key, days, today=TODAY)

    after = read(moved, today=TODAY).so_far
    for was, now in zip(schedule.steps, after.steps, strict=True):
        by = days * DAY if begun[was.key] >= begun[key] else 0 * DAY
        assert (now.first_day, now.last_day) == (
            was.first_day + by, was.last_day and was.last_day + by,
        )  # fmt: skip
        assert now.cycle_from == (was.cycle_from and was.cycle_from + by)
        assert now.doses == was.doses
    kept = [{k: v for k, v in s.items() if k not in MOVED} for s in document["steps"]]
    assert [{k: v for k, v in s.items() if k not in MOVED} for s in moved["steps"]] == kept


MOVED = {"first_day", "last_day", "cycle_from", "chained"}


@pytest.mark.parametrize(
    ("change", "key", "days", "sentence"),
    [
        ({}, "s9", 1, "This step is not in the draft."),
        ({"first_day": "soon"}, "s1", 1, "A date of step 1 cannot be read. Mend it first."),
        ({"last_day": "31 Feb 2027"}, "s1", 1, "A date of step 1 cannot be read. Mend it first."),
        ({}, "s1", 80_000, "1900 to 2200 are the years of a plan."),
    ],
)
def test_what_cannot_be_moved_is_said(
    change: dict[str, str], key: str, days: int, sentence: str
) -> None:
    document = cells()
    document["steps"][0].update(change)
    before = copy.deepcopy(document)
    with pytest.raises(ShiftRefused) as refused:
        shifted(document, key, days, today=TODAY)
    assert (refused.value.sentence, str(refused.value)) == (sentence, sentence)
    assert document == before


def test_an_unread_date_of_a_later_step_refuses_all_of_it() -> None:
    document = cells()
    document["steps"][2].update(first_day="soon", chained="")
    with pytest.raises(ShiftRefused, match="step 3"):
        shifted(document, "s1", 1, today=TODAY)


def typed(document: Any) -> list[tuple[str, str, str, str]]:
    return [
        (step["first_day"], step["last_day"], step["chained"], step["cycle_from"])
        for step in document["steps"]
    ]


def three(*steps: dict[str, str]) -> Any:
    document = cells()
    for step, change in zip(document["steps"], steps, strict=True):
        step.update({"first_day": "", "last_day": "", "chained": "", "days": "3", **change})
    return document


def test_every_typed_date_of_a_step_moves_and_its_length_stays() -> None:
    document = three(
        {
            "first_day": "30 Nov 2026",
            "days": "",
            "last_day": "2 Dec 2026",
            "cycle_from": "1 Dec 2026",
        },
        {"first_day": "2026-12-03", "days": "3"},
        {"chained": "yes"},
    )

    assert typed(shifted(document, "s1", 2, today=TODAY)) == [
        ("2 Dec 2026", "4 Dec 2026", "", "3 Dec 2026"), ("5 Dec 2026", "", "", ""),
        ("", "", "yes", ""),
    ]  # fmt: skip
    assert typed(shifted(document, "s2", -1, today=TODAY)) == [
        ("30 Nov 2026", "2 Dec 2026", "", "1 Dec 2026"), ("2 Dec 2026", "", "", ""),
        ("", "", "yes", ""),
    ]  # fmt: skip
    # A step that followed the one above, which stays, has a date of its own from now on.
    assert typed(shifted(document, "s3", 1, today=TODAY))[2] == ("7 Dec 2026", "", "", "")
    assert [step["days"] for step in shifted(document, "s1", 2, today=TODAY)["steps"]] == [
        "", "3", "3",
    ]  # fmt: skip


def test_steps_of_the_same_day_move_together_and_those_before_it_stay() -> None:
    document = three(
        {"first_day": "7 Dec 2026"}, {"first_day": "30 Nov 2026"}, {"first_day": "7 Dec 2026"}
    )

    assert [row[0] for row in typed(shifted(document, "s3", 7, today=TODAY))] == [
        "14 Dec 2026", "30 Nov 2026", "14 Dec 2026",
    ]  # fmt: skip
    assert [row[0] for row in typed(shifted(document, "s2", 7, today=TODAY))] == [
        "14 Dec 2026", "7 Dec 2026", "14 Dec 2026",
    ]  # fmt: skip


def test_the_step_itself_has_a_date_of_its_own_though_the_one_above_moves() -> None:
    """The step above begins later than it: both move, and it follows nothing any more."""
    document = three({"first_day": "7 Dec 2026"}, {"chained": "yes"}, {"first_day": "10 Dec 2026"})
    moved = shifted(document, "s2", 1, today=TODAY)

    assert typed(moved) == [
        ("7 Dec 2026", "", "", ""), ("11 Dec 2026", "", "", ""), ("11 Dec 2026", "", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "days", "moved"),
    [
        ("31 Dec 2199", 366, ""),
        ("31 Dec 2199", 365, "31 Dec 2200"),
        ("1 Jan 1901", -365, "1 Jan 1900"),
        ("1 Jan 1901", -366, ""),
    ],
)
def test_dates_move_within_the_years_of_a_plan(first: str, days: int, moved: str) -> None:
    document = cells()
    document["steps"] = [{**document["steps"][0], "first_day": first, "days": "1"}]
    if moved:
        assert shifted(document, "s1", days, today=TODAY)["steps"][0]["first_day"] == moved
    else:
        with pytest.raises(ShiftRefused, match="1900 to 2200 are the years of a plan"):
            shifted(document, "s1", days, today=TODAY)


def test_a_step_without_a_date_yet_stays_without_one() -> None:
    document = three({"first_day": "30 Nov 2026"}, {}, {"chained": "yes", "days": ""})

    assert typed(shifted(document, "s1", 1, today=TODAY)) == [
        ("1 Dec 2026", "", "", ""), ("", "", "", ""), ("", "", "yes", ""),
    ]  # fmt: skip
    with pytest.raises(ShiftRefused, match="A date of step 2 cannot be read"):
        shifted(document, "s2", 1, today=TODAY)
    document["steps"][1]["cycle_from"] = "soon"
    document["steps"][0]["cycle_from"] = "soon"
    with pytest.raises(ShiftRefused, match="A date of step 1 cannot be read"):
        shifted(document, "s1", 1, today=TODAY)
