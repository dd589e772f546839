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
