"""Each published schedule gives the daily table and the totals that its source states."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from plans.rules import cells, wording
from plans.rules.findings import findings, standing
from plans.rules.schedule import (
    Schedule,
    When,
    as_needed_on,
    day_totals,
    direction,
    expected_on,
    first_day,
    last_day,
    period_totals,
    step_totals,
    supply,
)
from tests.plans.rules.more_published import DISAGREES, DISAGREES_SAYS, MORE
from tests.plans.rules.published import PUBLISHED, Published, exact

every_schedule = pytest.mark.parametrize(
    "published", [*PUBLISHED.values(), *MORE.values()], ids=lambda p: p.letter
)


def read(published: Published) -> Schedule:
    reading = cells.read(published.cells(), today=published.first_day)
    assert reading.refusals == ()
    assert reading.schedule is not None
    return reading.schedule


@every_schedule
def test_every_day_states_what_the_source_states(published: Published) -> None:
    schedule = read(published)
    for day, run in published.table():
        stated = {
            (time, product): exact(quantity)
            for time, quantities in run.doses.items()
            for product, quantity in quantities.items()
        }
        answered = {(e.when.token, e.product.key): e.quantity for e in expected_on(schedule, day)}
        assert answered == stated
        totals = {total.drug.key: total.amount for total in day_totals(schedule, day)}
        assert totals == {drug: Fraction(mg) for drug, mg in run.totals.items()}


@every_schedule
def test_the_whole_adds_up_to_what_the_source_adds_up_to(published: Published) -> None:
    schedule = read(published)
    lines = supply(schedule, published.first_day, published.last_day)
    assert {line.product.key: line.quantity for line in lines} == {
        product: Fraction(quantity) for product, quantity in published.supply.items()
    }
    totals = period_totals(schedule, published.first_day, published.last_day)
    # What a patch gives in an hour is never made into an amount.
    assert {total.drug.key: total.amount for total in totals if total.amounts} == {
        drug: Fraction(mg) for drug, mg in published.amounts.items()
    }


@every_schedule
def test_the_first_and_last_day_are_those_of_the_table(published: Published) -> None:
    schedule = read(published)
    assert first_day(schedule) == published.first_day
    assert last_day(schedule) == (None if published.open else published.last_day)


@every_schedule
def test_each_step_is_compared_with_the_one_before_for_each_drug(published: Published) -> None:
    schedule = read(published)
    assert published.directions == tuple(
        {
            total.drug.key: direction(schedule, step, total.drug).value
            for total in step_totals(schedule, step)
        }
        for step in schedule.steps
    )


@every_schedule
def test_only_the_stated_findings_are_found(published: Published) -> None:
    found = findings(read(published), today=published.first_day)
    assert tuple(finding.code.value for finding in found) == published.findings


def test_what_is_not_whole_tablets_can_be_accepted_with_a_reason() -> None:
    found = findings(read(PUBLISHED["F"]))
    (finding,) = found
    assert finding.detail.replace("\u00a0", " ").startswith("52 and a half tablets from Mon 30 Nov")
    accepted = [(finding.code.value, finding.subject, "The pharmacy halves them.")]
    assert standing(found, accepted) == ((), ((finding, "The pharmacy halves them."),))


def test_no_end_stated_refuses_the_signing_and_no_reason_opens_it() -> None:
    found = findings(read(PUBLISHED["E frequency"]))
    (finding,) = found
    assert finding.severity == "refuse"
    assert standing(found, [(finding.code.value, finding.subject, "later")]) == (found, ())


def test_a_source_that_contradicts_itself_is_reported_with_every_figure() -> None:
    found = findings(read(DISAGREES), today=DISAGREES.first_day)

    assert sorted(finding.code.value for finding in found) == sorted(DISAGREES.findings)
    facts = {f.code.value: f"{f.sentence} {f.detail}".replace("\u00a0", " ") for f in found}
    assert facts == DISAGREES_SAYS


def test_an_as_needed_line_stands_beside_the_steps_and_not_in_their_supply() -> None:
    schedule = read(PUBLISHED["J"])
    (line,) = as_needed_on(schedule, date(2026, 12, 1))
    assert (line.quantity, line.maximum, line.gap_minutes) == (Fraction(1), Fraction(3), 240)
    assert as_needed_on(schedule, date(2026, 12, 9)) == ()
    assert schedule.steps == read(PUBLISHED["B"]).steps


def test_a_step_that_begins_in_the_evening_leaves_the_morning_to_the_one_before() -> None:
    schedule = read(PUBLISHED["G"])
    third = expected_on(schedule, date(2026, 12, 2))
    assert [(e.when, e.quantity, e.step.number) for e in third] == [
        (When.of("morning"), Fraction(2), 1),
        (When.of("evening"), Fraction(1), 2),
    ]


def test_totals_are_said_in_words() -> None:
    schedule = read(PUBLISHED["F"])
    words = [
        [
            wording.step_total_words(total).replace("\u00a0", " ")
            for total in step_totals(schedule, step)
        ]
        for step in schedule.steps
    ]
    assert words == [["1.5 mg", "none"], ["1.25 mg", "5 mg"], ["1 mg", "10 mg"]]
