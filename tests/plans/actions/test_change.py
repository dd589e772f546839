"""Staying on a dose, going on, interruptions and restarts: drafts that a prescriber signs."""

from __future__ import annotations

import copy
import uuid
from datetime import date
from typing import Any

import pytest

from patients.models import Patient
from plans.actions import change as actions
from plans.actions import plan as plan_actions
from plans.models import Draft, Plan, Version
from plans.rules.compare import compare
from plans.rules.lifecycle import PlanState, VersionKind, expected_in_force
from plans.rules.schedule import away_on, expected_on
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.factories import DRAFTED, PatientFactory, next_version, signed_plan

TODAY = date(2026, 11, 23)
WED = date(2026, 12, 2)


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True)
    return patient


@pytest.fixture
def plan(otto: Patient, clare: User) -> Plan:
    """Three steps of 7 days from Mon 30 Nov 2026."""
    made: Plan = signed_plan(otto, clare)
    return made


def draft(plan: Plan, change: actions.Change, by: User, **given: Any) -> Draft:
    values: dict[str, Any] = {
        "key": uuid.uuid4(),
        "plan": plan,
        "change": change,
        "now": DRAFTED,
        "by": by,
    }
    return actions.draft(**(values | given))


def sign(made: Draft, by: User) -> Version:
    made.refresh_from_db()
    return plan_actions.sign(
        key=made.pk,
        plan=made.plan,
        revision=made.revision,
        not_asked_reason="Asked at the next visit.",
        now=DRAFTED,
        today=TODAY,
        by=by,
    )


def stay(plan: Plan, **given: Any) -> actions.Change:
    values: dict[str, Any] = {
        "plan": plan,
        "from_day": WED,
        "reason": "Sleep is worse.",
        "today": TODAY,
    }
    return actions.staying(**(values | given))


def signed(plan: Plan, change: actions.Change, by: User) -> Version:
    return sign(draft(plan, change, by), by)


# --- Interrupted again ---------------------------------------------------------------------------


def away(plan: Plan, first: date, last: date | None, where: str) -> actions.Change:
    return actions.interrupting(plan=plan, from_day=first, until=last, where=where, reason="x")


def test_a_second_interruption_leaves_the_first_as_it_was_signed(plan: Plan, clare: User) -> None:
    signed(plan, away(plan, WED, date(2026, 12, 4), "Ward A"), clare)
    signed(plan, away(plan, date(2026, 12, 10), None, "Ward B"), clare)
    third = signed(
        plan,
        actions.restarting(plan=plan, from_day=date(2026, 12, 14), later=False, reason="Home."),
        clare,
    )
    # A version typed anew keeps them too.
    fourth = next_version(plan, clare)

    days = [("Ward A", WED, date(2026, 12, 4)), ("Ward B", date(2026, 12, 10), date(2026, 12, 13))]
    for version in (third, fourth):
        kept = Version.objects.get(pk=version.pk).schedule().away
        assert [(one.where, one.first_day, one.last_day) for one in kept] == days
    assert plan.versions.get(number=1).schedule().away == ()


def test_a_plan_interrupted_on_every_day_of_it_can_be_signed(plan: Plan, clare: User) -> None:
    first = date(2026, 11, 30)

    version = signed(plan, away(plan, first, None, "Ward A"), clare)

    assert expected_on(version.schedule(), first) == ()


def test_moving_to_another_ward_ends_the_days_of_the_first(plan: Plan, clare: User) -> None:
    signed(plan, away(plan, WED, None, "Ward A"), clare)

    moved = away(plan, date(2026, 12, 5), date(2026, 12, 9), "Ward B")

    assert [(one.where, one.last_day) for one in moved.after.away] == [
        ("Ward A", date(2026, 12, 4)), ("Ward B", date(2026, 12, 9)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 12, 3), date(2026, 12, 4)), (date(2026, 12, 1), None)]
)
def test_days_that_somebody_else_sets_already_are_not_set_twice(
    first: date, last: date | None, plan: Plan, clare: User
) -> None:
    signed(plan, away(plan, WED, date(2026, 12, 6), "Ward A"), clare)

    with pytest.raises(plan_actions.NotDoneError, match="set by Ward A already"):
        away(plan, first, last, "Ward B")


# --- Staying on a dose ----------------------------------------------------------------------------


def test_staying_repeats_what_was_signed_and_moves_dates_only(plan: Plan, clare: User) -> None:
    first = plan.versions.get().schedule()

    second = signed(plan, stay(plan, days=14), clare)

    assert (second.kind, second.number, second.reason) == ("hold", 2, "Sleep is worse.")
    assert (second.hold_from, second.hold_until) == (WED, date(2026, 12, 20))
    assert second.in_force_from == WED
    found = compare(first, second.schedule())
    assert found.with_other_doses == 0
    assert found.with_other_dates == 3
    assert [step.doses for step in second.schedule().steps] == [s.doses for s in first.steps]
    assert plan.versions.get(number=1).schedule() == first
    assert plan.moves.latest("number").verb == "hold"


def test_staying_up_to_a_day_is_the_days_from_the_signed_last_day_to_it(plan: Plan) -> None:
    until = stay(plan, until=date(2026, 12, 20))

    assert until.after == stay(plan, days=14).after


@pytest.mark.parametrize("day", [date(2026, 12, 6), date(2026, 12, 1)])
def test_a_day_that_is_not_after_the_signed_last_day_is_refused(plan: Plan, day: date) -> None:
    with pytest.raises(plan_actions.NotDoneError, match="is not after it"):
        stay(plan, until=day)


def test_no_step_in_force_nothing_to_stay_on(plan: Plan) -> None:
    with pytest.raises(plan_actions.NotDoneError, match="No step is in force"):
        stay(plan, from_day=date(2026, 11, 24), days=3)


def test_a_draft_of_a_stay_cannot_be_signed_with_another_dose(plan: Plan, clare: User) -> None:
    made = draft(plan, stay(plan, days=14), clare)
    cells = copy.deepcopy(made.cells)
    cells["steps"][1]["doses"][0]["quantity"] = "1/2"
    plan_actions.save(draft=made, cells=cells, revision=made.revision, now=DRAFTED, by=clare)

    with pytest.raises(plan_actions.NotDoneError, match="step 2 has other doses than version 1"):
        sign(made, clare)


def test_until_when_follows_the_dates_that_are_signed(plan: Plan, clare: User) -> None:
    made = draft(plan, stay(plan, days=14), clare)
    cells = copy.deepcopy(made.cells)
    cells["steps"][0]["last_day"] = "13 Dec 2026"
    for step, first, last in ((1, "14 Dec 2026", "20 Dec 2026"), (2, "21 Dec 2026", "27 Dec 2026")):
        cells["steps"][step].update(first_day=first, last_day=last)
    plan_actions.save(draft=made, cells=cells, revision=made.revision, now=DRAFTED, by=clare)

    assert sign(made, clare).hold_until == date(2026, 12, 13)


def test_an_open_stay_waits_for_its_end_to_be_stated(plan: Plan, clare: User) -> None:
    made = draft(plan, stay(plan), clare)
    with pytest.raises(plan_actions.NotDoneError, match="has no last day"):
        sign(made, clare)

    cells = copy.deepcopy(made.cells)
    cells["drugs"][0].update(end="maintain", review_on="11 Jan 2027")
    plan_actions.save(draft=made, cells=cells, revision=made.revision, now=DRAFTED, by=clare)
    second = sign(made, clare)

    assert (second.hold_from, second.hold_until) == (WED, None)
    assert len(second.schedule().steps) == 1


def open_stay(plan: Plan, by: User) -> Version:
    made = draft(plan, stay(plan), by)
    cells = copy.deepcopy(made.cells)
    cells["drugs"][0].update(end="maintain", review_on="11 Jan 2027")
    plan_actions.save(draft=made, cells=cells, revision=made.revision, now=DRAFTED, by=by)
    return sign(made, by)


def test_going_on_brings_back_what_waited_with_its_doses_and_its_end(
    plan: Plan, clare: User
) -> None:
    first = plan.versions.get().schedule()
    open_stay(plan, clare)
    on = actions.going_on(
        plan=plan, from_day=date(2026, 12, 21), reason="Sleep is better.", today=TODAY
    )

    third = signed(plan, on, clare)

    assert (third.kind, third.number) == ("resume", 3)
    assert (third.hold_from, third.hold_until) == (None, None)
    schedule = third.schedule()
    assert [step.first_day for step in schedule.steps][1:] == [
        date(2026, 12, 21), date(2026, 12, 28),
    ]  # fmt: skip
    assert [step.doses for step in schedule.steps] == [step.doses for step in first.steps]
    assert schedule.drugs == first.drugs


def test_a_change_of_words_during_an_open_stay_leaves_it_standing(plan: Plan, clare: User) -> None:
    open_stay(plan, clare)

    third = next_version(plan, clare, title="Examplazepam, slowly")
    on = actions.going_on(plan=plan, from_day=date(2026, 12, 21), reason="Better.", today=TODAY)

    assert (third.hold_from, third.hold_until) == (WED, None)
    assert len(on.after.steps) == 3


def test_nothing_goes_on_where_nothing_waits(plan: Plan) -> None:
    with pytest.raises(plan_actions.NotDoneError, match="no change waits"):
        actions.going_on(plan=plan, from_day=WED, reason="Better.", today=TODAY)


def test_one_form_drafts_once_and_another_waits_for_it(plan: Plan, clare: User) -> None:
    key, change = uuid.uuid4(), stay(plan, days=14)
    made = draft(plan, change, clare, key=key)

    assert draft(plan, change, clare, key=key) == made
    with pytest.raises(plan_actions.NotDoneError, match="A draft is open"):
        draft(plan, change, clare)
    assert Draft.objects.count() == 1
    opened = [e for e in AuditEvent.objects.all() if e.verb == Verb.DRAFT_OPENED]
    assert len(opened) == 2


def test_a_plan_that_is_over_does_not_stay_on_a_dose(plan: Plan, clare: User) -> None:
    change = stay(plan, days=14)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.STOPPED.value)
    plan.refresh_from_db()

    with pytest.raises(plan_actions.NotDoneError, match="cannot be kept on one dose"):
        draft(plan, change, clare)


def test_what_was_accepted_with_the_same_figures_stays_accepted(otto: Patient, clare: User) -> None:
    from tests.factories import plan_cells

    cells = plan_cells()
    cells["products"][0]["parts"] = "1"
    plan = signed_plan_accepting(otto, clare, cells)

    second = signed(plan, stay(plan, days=14), clare)

    assert {line.reason for line in second.acceptances.all()} == {"Halves are cut at the pharmacy."}


def signed_plan_accepting(patient: Patient, by: User, cells: Any) -> Plan:
    from plans.rules.cells import read
    from plans.rules.findings import findings

    schedule = read(cells, today=TODAY).so_far
    cells["acceptances"] = [
        {
            "code": finding.code.value,
            "subject": finding.subject,
            "reason": "Halves are cut at the pharmacy.",
        }
        for finding in findings(schedule, today=TODAY)
    ]
    made: Plan = signed_plan(patient, by, cells)
    return made


# --- Interruption, restart ------------------------------------------------------------------------


def interrupt(plan: Plan, by: User, until: date | None = None) -> Version:
    change = actions.interrupting(
        plan=plan, from_day=WED, until=until, where="Southfield Hospital", reason="Fracture."
    )
    return signed(plan, change, by)


def test_an_interruption_answers_for_its_days_and_destroys_nothing(plan: Plan, clare: User) -> None:
    first = plan.versions.get().schedule()

    second = interrupt(plan, clare)

    assert (second.kind, second.away_from, second.away_until) == ("interrupt", WED, None)
    assert (second.away_where, second.away_why) == ("Southfield Hospital", "Fracture.")
    schedule = second.schedule()
    assert schedule.steps == first.steps
    assert expected_on(schedule, WED) == ()
    away = away_on(schedule, date(2026, 12, 30))
    assert away is not None
    assert away.where == "Southfield Hospital"
    assert plan_actions.digest(second, schedule) == second.digest


def test_a_restart_ends_the_interruption_and_moves_what_was_not_over(
    plan: Plan, clare: User
) -> None:
    first = plan.versions.get().schedule()
    interrupt(plan, clare)
    back = date(2026, 12, 12)

    third = signed(
        plan,
        actions.restarting(plan=plan, from_day=back, later=True, reason="Home again."),
        clare,
    )

    assert (third.kind, third.away_until) == ("restart", date(2026, 12, 11))
    schedule = third.schedule()
    assert expected_on(schedule, date(2026, 12, 11)) == ()
    # Ten days were not ours: each later day is what it would have been ten days before.
    for n in range(19):
        day = date.fromordinal(back.toordinal() + n)
        before = date.fromordinal(day.toordinal() - 10)
        now = [(e.when, e.quantity) for e in expected_on(schedule, day)]
        assert now == [(e.when, e.quantity) for e in expected_on(first, before)]


def test_a_restart_may_leave_the_dates_as_they_are_signed(plan: Plan, clare: User) -> None:
    first = plan.versions.get().schedule()
    interrupt(plan, clare, until=date(2026, 12, 6))

    third = signed(
        plan,
        actions.restarting(
            plan=plan, from_day=date(2026, 12, 10), later=False, reason="Home again."
        ),
        clare,
    )

    assert third.away_until == date(2026, 12, 6)
    assert third.schedule().steps == first.steps


def test_the_days_before_an_interruption_stay_as_they_were(plan: Plan, clare: User) -> None:
    interrupt(plan, clare)
    signed(
        plan,
        actions.restarting(
            plan=plan, from_day=date(2026, 12, 12), later=True, reason="Home again."
        ),
        clare,
    )
    versions = list(plan.versions.all())
    schedules = {version.number: version.schedule() for version in versions}

    tue = expected_in_force(versions, schedules, date(2026, 12, 1))
    assert [(version.number, str(e.quantity)) for version, e in tue] == [(1, "1"), (1, "2")]
    assert expected_in_force(versions, schedules, date(2026, 12, 5)) == ()
    sat = expected_in_force(versions, schedules, date(2026, 12, 12))
    assert {version.number for version, _e in sat} == {3}


def test_a_change_signed_meanwhile_leaves_the_interruption_standing(
    plan: Plan, clare: User
) -> None:
    interrupt(plan, clare)

    third = next_version(plan, clare, title="Examplazepam, slowly")

    assert (third.away_from, third.away_where) == (WED, "Southfield Hospital")


def test_nothing_is_restarted_that_was_not_interrupted(plan: Plan) -> None:
    with pytest.raises(plan_actions.NotDoneError, match="not interrupted"):
        actions.restarting(plan=plan, from_day=WED, later=False, reason="Home again.")


def test_a_restart_begins_after_the_interruption_did(plan: Plan, clare: User) -> None:
    interrupt(plan, clare)

    with pytest.raises(plan_actions.NotDoneError, match="is not after the first day"):
        actions.restarting(plan=plan, from_day=WED, later=False, reason="Home again.")


def test_a_stopped_plan_that_is_taken_up_again_is_no_longer_interrupted(
    plan: Plan, clare: User
) -> None:
    interrupt(plan, clare)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.STOPPED.value)
    plan.refresh_from_db()

    made = plan_actions.revise(key=uuid.uuid4(), plan=plan, now=DRAFTED, by=clare)

    assert isinstance(made, Draft)
    assert made.kind == VersionKind.RESTART.value
    assert made.away_from is None
