"""Each move of a plan from each state, in the words said of it; and the order of columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from plans.rules.draft import blank_document, blank_product, blank_step
from plans.rules.grid import columns, groups
from plans.rules.lifecycle import (
    MoveRefused,
    PlanState,
    PlanVerb,
    check_move,
    diagram,
    expected_in_force,
    state_word,
    version_on,
)
from plans.rules.schedule import When
from tests.plans.rules.worked import typed

WRITTEN = Path(__file__).with_name("lifecycle_in_full.txt")
GIVEN: dict[str, Any] = {
    "reason": "as agreed", "receiver": "Southfield", "accepted": date(2026, 12, 1), "signed": True,
}  # fmt: skip


def answer(state: PlanState, verb: PlanVerb, **given: Any) -> str:
    try:
        return check_move(state, verb, **given).value
    except MoveRefused as refused:
        return refused.sentence if refused.args == (refused.sentence,) else repr(refused)


def whole() -> str:
    lines = []
    for state in PlanState:
        lines.append(f"== {state_word(state)}")
        for verb in PlanVerb:
            lines.append(f"{verb.value}: {answer(state, verb, **GIVEN)}")
            for lacking in GIVEN:
                without = {name: value for name, value in GIVEN.items() if name != lacking}
                if (said := answer(state, verb, **without)) != answer(state, verb, **GIVEN):
                    lines.append(f"  without {lacking}: {said}")
    return "\n".join([*lines, diagram()])


def test_every_move_is_answered_as_it_was_read_and_agreed() -> None:
    assert whole() == WRITTEN.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Signed:
    number: int
    in_force_from: date
    in_force_when: When | None = None


def test_of_two_versions_of_one_number_the_first_stands_and_unknown_ones_say_nothing() -> None:
    day, evening = date(2026, 12, 1), When.of("evening")
    first, second = Signed(1, date(2026, 11, 30)), Signed(2, day, evening)
    assert version_on([first, Signed(1, day)], day) is first
    b = typed("B")
    found = expected_in_force([second, first], {1: b, 2: b}, day)
    assert [(one.number, dose.when.token) for one, dose in found] == [
        (1, "morning"), (2, "evening"),
    ]  # fmt: skip
    only = expected_in_force([first, second], {1: b}, day)
    assert [dose.when.token for _one, dose in only] == ["morning"]


def test_columns_stand_in_the_order_of_the_day_and_what_is_unreadable_last() -> None:
    document = blank_document()
    product = blank_product("p1", "d1")
    product["times"] = ["soon", "23:59", "12:00", "bedtime", "clock", "11:59", "midday", "9:05"]
    document["products"] = [product]
    assert [time for _product, time in columns(document)] == [
        "9:05", "11:59", "midday", "12:00", "bedtime", "23:59", "clock", "soon",
    ]  # fmt: skip


def test_one_dose_typed_three_times_makes_three_rows() -> None:
    step = blank_step("s1")
    step["doses"] = [
        {"product": "p1", "time": "bedtime", "on": "", "quantity": str(n)} for n in range(3)
    ]
    assert [dict(row.quantities) for row in groups(step)] == [
        {("p1", "bedtime"): str(n)} for n in range(3)
    ]
