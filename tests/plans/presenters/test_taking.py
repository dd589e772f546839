"""What is to be taken on a day, as it is read aloud."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from plans.presenters.taking import Taking, takings
from plans.rules.cells import read
from plans.rules.schedule import expected_on
from tests.factories import plan_cells
from tests.plans.signing import published

if TYPE_CHECKING:
    from plans.rules.schedule import Schedule

FIRST = date(2026, 11, 30)


def schedule(**changed: Any) -> Schedule:
    reading = read(plan_cells(**changed), today=FIRST)
    assert reading.schedule is not None, reading.refusals
    return reading.schedule


def said(of: Schedule, day: date = FIRST) -> tuple[Taking, ...]:
    return takings(expected_on(of, day), of, day)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_dose_is_said_as_an_amount_at_a_time_and_then_as_tablets() -> None:
    (one,) = said(schedule())

    assert plain(one.words) == "1 mg in the morning and 2 mg at bedtime"
    assert [plain(line) for line in one.made_of] == [
        "Morning: 1 tablet of examplazepam 1 mg",
        "Bedtime: 2 tablets of examplazepam 1 mg",
    ]


def test_a_typed_nothing_is_said_in_words() -> None:
    cells = plan_cells()
    cells["steps"][0]["doses"][1]["quantity"] = "none"

    (one,) = said(schedule(steps=cells["steps"]))

    assert plain(one.words) == "1 mg in the morning and none tonight"
    assert [plain(line) for line in one.made_of] == ["Morning: 1 tablet of examplazepam 1 mg"]


def test_several_strengths_at_one_time_are_added_within_one_drug() -> None:
    cells = plan_cells()
    second = {**cells["products"][0], "key": "p2", "strength": "0.5"}
    doses = [
        {"product": "p1", "time": "bedtime", "on": "", "quantity": "2"},
        {"product": "p2", "time": "bedtime", "on": "", "quantity": "1"},
    ]
    steps = [{**cells["steps"][0], "doses": doses}]

    (one,) = said(schedule(products=[cells["products"][0], second], steps=steps))

    assert plain(one.words) == "2.5 mg at bedtime"
    assert [plain(line) for line in one.made_of] == [
        "2 tablets of examplazepam 1 mg and 1 tablet of examplazepam 0.5 mg"
    ]


def test_nothing_is_worked_out_for_a_strength_that_is_not_stated() -> None:
    product = {
        **plan_cells()["products"][0], "strength": "", "unit": "", "strength_not_stated": "yes",
    }  # fmt: skip

    (one,) = said(schedule(products=[product]))

    assert plain(one.words) == "1 tablet in the morning and 2 tablets at bedtime"


def test_two_drugs_are_never_added_up() -> None:
    two = said(published("F"), published("F").steps[-1].first_day)

    assert len(two) == 2
    assert {one.drug for one in two} == {drug.name for drug in published("F").drugs}


def test_a_day_without_a_statement_says_nothing() -> None:
    assert said(schedule(), date(2026, 12, 31)) == ()
