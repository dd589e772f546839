"""Drafting, signing and moving a plan on."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from patients.models import Patient
from plans.actions import plan as actions
from plans.models import Acceptance, Draft, Move, Plan, Version
from plans.rules.lifecycle import PlanState, PlanVerb
from plans.rules.schedule import expected_on, supply
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.factories import (
    DRAFTED,
    PatientFactory,
    draft_plan,
    next_version,
    plan_cells,
    ready_to_sign,
    signed_plan,
)
from tests.plans.rules.published import PUBLISHED

TODAY = date(2026, 11, 23)


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True)
    return patient


def sign(plan: Plan, by: User, **given: Any) -> Version:
    draft = plan.draft
    values: dict[str, Any] = {
        "key": draft.pk,
        "plan": plan,
        "revision": draft.revision,
        "not_asked_reason": "Asked at the next visit.",
        "now": DRAFTED,
        "today": TODAY,
        "by": by,
    }
    return actions.sign(**(values | given))


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))


# --- Drafting -----------------------------------------------------------------------------------


def test_a_form_that_arrives_twice_begins_one_plan(otto: Patient, clare: User) -> None:
    key = uuid.uuid4()

    first = actions.begin(key=key, patient=otto, now=DRAFTED, by=clare)
    second = actions.begin(key=key, patient=otto, now=DRAFTED, by=clare)

    assert first.plan == second.plan
    assert Plan.objects.count() == Draft.objects.count() == 1
    assert verbs() == [Verb.DRAFT_OPENED]


def test_what_is_typed_is_kept_as_typed_and_leaves_no_row_in_the_trail(
    otto: Patient, clare: User
) -> None:
    plan = draft_plan(otto, clare)
    before = verbs()
    cells = plan_cells()
    cells["steps"][0]["doses"][0]["quantity"] = "1,5 or so"

    actions.save(draft=plan.draft, cells=cells, revision=plan.draft.revision, now=DRAFTED, by=clare)

    kept = Draft.objects.get().cells
    assert kept["steps"][0]["doses"][0]["quantity"] == "1,5 or so"
    assert verbs() == before


def test_whoever_saves_second_learns_of_the_first_and_loses_nothing(
    otto: Patient, clare: User, theo: User
) -> None:
    draft = draft_plan(otto, clare).draft
    theirs, mine = plan_cells(title="Theirs"), plan_cells(title="Mine")
    seen = draft.revision
    actions.save(draft=Draft.objects.get(), cells=theirs, revision=seen, now=DRAFTED, by=theo)

    with pytest.raises(actions.StaleDraftError) as stale:
        actions.save(draft=draft, cells=mine, revision=seen, now=DRAFTED, by=clare)

    assert stale.value.draft.cells["title"] == "Theirs"
    assert stale.value.draft.changed_by == theo
    assert Draft.objects.get().cells["title"] == "Theirs"


def test_saving_what_stands_already_writes_nothing(otto: Patient, clare: User) -> None:
    draft = draft_plan(otto, clare).draft
    revision = draft.revision

    actions.save(draft=draft, cells=draft.cells, revision=revision, now=DRAFTED, by=clare)

    assert Draft.objects.get().revision == revision


def test_a_discarded_first_draft_leaves_the_plan_entered_in_error(
    otto: Patient, clare: User
) -> None:
    plan = draft_plan(otto, clare)

    actions.discard(draft=plan.draft, revision=plan.draft.revision, now=DRAFTED, by=clare)

    plan.refresh_from_db()
    assert plan.state == PlanState.ENTERED_IN_ERROR
    assert not Draft.objects.exists()
    assert verbs()[-1] == Verb.DRAFT_DISCARDED


def test_a_draft_that_somebody_else_changed_is_not_discarded_unseen(
    otto: Patient, clare: User
) -> None:
    draft = draft_plan(otto, clare).draft

    with pytest.raises(actions.StaleDraftError):
        actions.discard(draft=draft, revision=draft.revision - 1, now=DRAFTED, by=clare)

    assert Draft.objects.exists()


def test_a_discarded_change_leaves_the_signed_plan_as_it_was(otto: Patient, clare: User) -> None:
    plan = signed_plan(otto, clare)
    draft = actions.revise(key=uuid.uuid4(), plan=plan, now=DRAFTED, by=clare)
    assert isinstance(draft, Draft)

    actions.discard(draft=draft, revision=draft.revision, now=DRAFTED, by=clare)

    plan.refresh_from_db()
    assert plan.state == PlanState.ACTIVE
    assert plan.versions.count() == 1


def test_no_plan_begins_for_somebody_who_has_died(clinic: Clinic, clare: User) -> None:
    patient = PatientFactory(clinic=clinic, died=True)

    with pytest.raises(actions.NotDoneError):
        actions.begin(key=uuid.uuid4(), patient=patient, now=DRAFTED, by=clare)


# --- Signing ------------------------------------------------------------------------------------


def test_a_signed_version_says_what_was_typed(otto: Patient, clare: User) -> None:
    plan = signed_plan(otto, clare)

    version = plan.versions.get()
    schedule = version.schedule()
    assert (version.number, version.kind, version.replaces) == (1, "first", None)
    assert version.in_force_from == date(2026, 11, 30)
    assert len(version.digest) == 64
    (line,) = supply(schedule, date(2026, 11, 30), date(2026, 12, 20))
    assert line.quantity == Fraction(42)
    assert plan.state == PlanState.ACTIVE
    assert plan.title == "Examplazepam, reducing"
    assert not Draft.objects.exists()


@pytest.mark.parametrize("letter", list(PUBLISHED))
def test_every_published_schedule_reads_the_same_after_signing(
    letter: str, otto: Patient, clare: User
) -> None:
    published = PUBLISHED[letter]
    cells = published.cells()
    for drug in cells["drugs"]:
        drug["end"] = drug["end"] or "refer"
    ready_to_sign(otto)
    plan = draft_plan(otto, clare, cells)
    day = published.first_day
    ready = actions.readiness(plan.draft, today=day, by=clare)
    cells["acceptances"] = [
        {"code": f.code.value, "subject": f.subject, "reason": "As the source has it."}
        for f in ready.open
    ]
    actions.save(draft=plan.draft, cells=cells, revision=plan.draft.revision, now=DRAFTED, by=clare)

    version = sign(plan, clare, today=day)

    read = version.schedule()
    for at in range(published.days):
        on = published.first_day + timedelta(days=at)
        assert expected_on(read, on) == expected_on(ready.reading.so_far, on)
    assert Acceptance.objects.filter(version=version).count() == len(ready.open)
    again = actions.copy_of(version)
    assert again["steps"]


def test_signing_twice_gives_the_same_version(otto: Patient, clare: User) -> None:
    ready_to_sign(otto)
    plan = draft_plan(otto, clare)
    key, revision = plan.draft.pk, plan.draft.revision

    versions = {
        sign(plan, clare, key=key, revision=revision).pk,
        sign(plan, clare, key=key, revision=revision).pk,
    }

    assert versions == {key}
    assert Move.objects.count() == 1
    assert verbs().count(Verb.SIGNED) == 1


def test_signing_says_everything_it_waits_for_at_once(otto: Patient, clare: User) -> None:
    otto.allergies_status = "not asked"
    otto.save()
    cells = plan_cells()
    cells["drugs"][0]["end"] = ""
    cells["steps"][1]["days"] = ""
    cells["steps"][2]["doses"][0]["quantity"] = "1,5"
    plan = draft_plan(otto, clare, cells)

    with pytest.raises(actions.NotDoneError) as refused:
        sign(plan, clare, not_asked_reason="")

    sentences = " ".join(refused.value.sentences)
    for words in (
        "1,5 has a comma. Type a point.",
        "Step 2, days",
        "the end is not stated",
        "The indication is not recorded.",
        "Allergies: not asked.",
        "The shared decision is not recorded.",
        "not asked. The reason is not typed.",
    ):
        assert words in sentences
    assert not Version.objects.exists()
    assert Draft.objects.exists()


def test_a_finding_without_a_reason_refuses_and_with_one_is_kept(
    otto: Patient, clare: User
) -> None:
    ready_to_sign(otto)
    cells = plan_cells()
    cells["steps"][1].update(first_day="8 Dec 2026", chained="")
    plan = draft_plan(otto, clare, cells)
    with pytest.raises(actions.NotDoneError, match="no dose stated for Mon"):
        sign(plan, clare)
    (gap,) = actions.readiness(plan.draft, today=TODAY, by=clare).open
    cells["acceptances"] = [
        {"code": gap.code.value, "subject": gap.subject, "reason": "A day in hospital."}
    ]
    actions.save(draft=plan.draft, cells=cells, revision=plan.draft.revision, now=DRAFTED, by=clare)

    version = sign(plan, clare)

    accepted = version.acceptances.get()
    assert accepted.reason == "A day in hospital."
    assert "1\u00a0day between them" in accepted.sentence


def test_a_draft_changed_since_the_page_was_shown_is_not_signed(otto: Patient, clare: User) -> None:
    ready_to_sign(otto)
    plan = draft_plan(otto, clare)

    with pytest.raises(actions.StaleDraftError):
        sign(plan, clare, revision=plan.draft.revision - 1)

    assert not Version.objects.exists()


def test_a_clinic_that_is_not_open_signs_nothing(
    otto: Patient, clinic: Clinic, clare: User
) -> None:
    ready_to_sign(otto)
    clinic.opened_at = clinic.opened_by = None
    clinic.save()
    plan = draft_plan(otto, clare)
    plan.draft.plan.patient.refresh_from_db()

    with pytest.raises(actions.NotDoneError, match="not open"):
        sign(plan, clare)


def test_a_version_in_force_before_today_needs_its_reason(otto: Patient, clare: User) -> None:
    ready_to_sign(otto)
    cells = plan_cells(in_force_from="20 Nov 2026")
    plan = draft_plan(otto, clare, cells)

    with pytest.raises(actions.NotDoneError, match="before today"):
        sign(plan, clare)


def test_a_change_is_a_copy_that_names_the_version_it_replaces(otto: Patient, clare: User) -> None:
    plan = signed_plan(otto, clare)
    first = plan.versions.get()

    draft = actions.revise(key=uuid.uuid4(), plan=plan, now=DRAFTED, by=clare)

    assert isinstance(draft, Draft)
    assert draft.replaces == first
    assert draft.cells["in_force_from"] == draft.cells["reason"] == ""
    assert draft.cells["steps"][0]["doses"][1]["quantity"] == "2"
    second = next_version(plan, clare)
    assert (second.number, second.replaces, second.kind) == (2, first, "change")
    plan.refresh_from_db()
    assert plan.version_on(date(2026, 12, 6)) == first
    assert plan.version_on(date(2026, 12, 7)) == second


def test_a_change_without_a_reason_is_refused(otto: Patient, clare: User) -> None:
    plan = signed_plan(otto, clare)

    with pytest.raises(actions.NotDoneError, match="reason for this version"):
        next_version(plan, clare, reason="")


def test_two_people_who_revise_at_once_share_one_draft(
    otto: Patient, clare: User, theo: User
) -> None:
    plan = signed_plan(otto, clare)

    one = actions.revise(key=uuid.uuid4(), plan=plan, now=DRAFTED, by=clare)
    other = actions.revise(key=uuid.uuid4(), plan=plan, now=DRAFTED, by=theo)

    assert one == other
    assert Draft.objects.count() == 1


def test_the_same_drug_in_two_active_plans_is_found(otto: Patient, clare: User) -> None:
    signed_plan(otto, clare)
    second = draft_plan(otto, clare)

    ready = actions.readiness(second.draft, today=TODAY, by=clare)

    assert [f.code.value for f in ready.open] == ["other_plan"]


def test_the_seal_over_a_version_can_be_checked(otto: Patient, clare: User) -> None:
    version = signed_plan(otto, clare).versions.get()

    assert actions.digest(version, version.schedule()) == version.digest
    version.reason = "something else"
    assert actions.digest(version, version.schedule()) != version.digest


# --- Moving on ----------------------------------------------------------------------------------


def move(plan: Plan, verb: PlanVerb, by: User, **given: Any) -> Plan:
    values: dict[str, Any] = {
        "token": uuid.uuid4(),
        "plan": plan,
        "verb": verb,
        "reason": "As agreed.",
        "now": datetime(2026, 12, 1, 9, tzinfo=UTC),
        "by": by,
    }
    return actions.move(**(values | given))


def test_a_plan_is_transferred_once_somebody_has_accepted_it(otto: Patient, clare: User) -> None:
    plan = signed_plan(otto, clare)

    with pytest.raises(actions.NotDoneError, match="Until then check-ins stay due"):
        move(plan, PlanVerb.TRANSFER, clare, receiver="Eastfield Test Clinic")
    moved = move(
        plan,
        PlanVerb.TRANSFER,
        clare,
        receiver="Eastfield Test Clinic",
        accepted_on=date(2026, 12, 1),
    )

    assert moved.state == PlanState.TRANSFERRED
    assert verbs()[-1] == Verb.MOVED


def test_the_same_move_sent_twice_is_one_move(otto: Patient, clare: User) -> None:
    plan = signed_plan(otto, clare)
    token = uuid.uuid4()

    move(plan, PlanVerb.STOP, clare, token=token)
    move(plan, PlanVerb.STOP, clare, token=token)

    assert list(Move.objects.values_list("verb", "state")) == [
        ("sign", "active"),
        ("stop", "stopped"),
    ]


def test_a_stopped_plan_is_not_stopped_again(otto: Patient, clare: User) -> None:
    plan = signed_plan(otto, clare)
    move(plan, PlanVerb.STOP, clare)

    with pytest.raises(actions.NotDoneError):
        move(plan, PlanVerb.STOP, clare)


def test_a_stop_without_a_reason_is_refused(otto: Patient, clare: User) -> None:
    plan = signed_plan(otto, clare)

    with pytest.raises(actions.NotDoneError, match="reason is not typed"):
        move(plan, PlanVerb.STOP, clare, reason=" ")

    plan.refresh_from_db()
    assert plan.state == PlanState.ACTIVE


def test_a_stopped_plan_goes_on_by_a_new_version(otto: Patient, clare: User) -> None:
    plan = signed_plan(otto, clare)
    move(plan, PlanVerb.STOP, clare)
    plan.refresh_from_db()

    version = next_version(plan, clare, reason="Asked to go on.")

    plan.refresh_from_db()
    assert (version.kind, plan.state) == ("restart", PlanState.ACTIVE)
