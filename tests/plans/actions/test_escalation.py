"""From raised to closed, each act by a named person, once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from patients.models import Patient
from plans.actions import escalation as actions
from plans.actions.escalation import AlreadyAcknowledgedError, ContactMade, Report
from plans.models import Escalation, EscalationMove, Outbox
from plans.rules.redflags import MoveHow, Reached, Source
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent
from tests.factories import PatientFactory
from tests.plans.typing import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


@pytest.fixture
def flag(otto: Patient, theo: User) -> Escalation:
    return report(otto, theo)


def report(patient: Patient, by: User, form: uuid.UUID | None = None) -> Escalation:
    return actions.report_red_flag(
        patient=patient,
        report=Report(
            symptom="hallucination",
            source=Source.REPORT,
            text="heard his name called",
            happened="about 08:00",
            said_by="Ingrid Sample",
            form=form or uuid.uuid4(),
        ),
        frozen_now=NOW,
        by=by,
    )


def reached(flag: Escalation, by: User, how: Reached = Reached.YES, **more: object) -> Escalation:
    return actions.record_contact(
        escalation=flag,
        contact=ContactMade(
            whom="Ingrid Sample", how=MoveHow.PHONE, reached=how, at=NOW, place="555-0143"
        ),
        form=uuid.uuid4(),
        frozen_now=NOW,
        by=by,
        **more,  # type: ignore[arg-type]
    )


def acknowledge(flag: Escalation, by: User) -> Escalation:
    return actions.acknowledge(escalation=flag, frozen_now=NOW, by=by, form=uuid.uuid4())


def outcome(flag: Escalation, by: User) -> Escalation:
    return actions.record_outcome(
        escalation=flag, text="seen, at home", form=uuid.uuid4(), frozen_now=NOW, by=by
    )


def close(flag: Escalation, by: User) -> Escalation:
    return actions.close(escalation=flag, form=uuid.uuid4(), frozen_now=NOW, by=by)


def moves(flag: Escalation) -> list[str]:
    return [move.verb for move in EscalationMove.objects.filter(escalation=flag).order_by("number")]


def test_report_now_raises_at_once_and_owes_a_notice(otto: Patient, flag: Escalation) -> None:
    assert flag.state == "raised"
    assert flag.level == "emergency"
    notice = Outbox.objects.get()
    assert (notice.escalation, notice.rung, notice.told_at) == (flag, 1, None)
    assert AuditEvent.objects.get(verb="red flag raised").patient == f"patient:{otto.pk}"


def test_the_same_report_eight_times_is_one(otto: Patient, theo: User) -> None:
    form = uuid.uuid4()
    made = {report(otto, theo, form).pk for _time in range(8)}
    assert len(made) == 1
    assert EscalationMove.objects.count() == 1
    assert Outbox.objects.count() == 1


def test_the_whole_way_by_two_people(flag: Escalation, theo: User, clare: User) -> None:
    acknowledge(flag, clare)
    reached(flag, clare)
    outcome(flag, theo)
    closed = close(flag, clare)
    assert closed.state == "closed"
    assert moves(flag) == [
        "raise",
        "acknowledge",
        "record a contact",
        "record the outcome",
        "close",
    ]
    rows = AuditEvent.objects.filter(target=f"escalation:{flag.pk}").order_by("number")
    assert [row.verb for row in rows] == [
        "red flag raised",
        "red flag acknowledged",
        "red flag contact recorded",
        "red flag outcome recorded",
        "red flag closed",
    ]


def test_two_acknowledge_and_the_second_learns_who_was_first(
    flag: Escalation, theo: User, clare: User
) -> None:
    acknowledge(flag, clare)
    with pytest.raises(AlreadyAcknowledgedError, match=r"Clare Exampleton acknowledged.*09:41"):
        acknowledge(flag, theo)
    assert moves(flag) == ["raise", "acknowledge"]


def test_pressing_acknowledge_twice_is_acknowledging_once(flag: Escalation, clare: User) -> None:
    acknowledge(flag, clare)
    acknowledge(flag, clare)
    assert moves(flag) == ["raise", "acknowledge"]


def test_a_contact_before_anybody_acknowledged_says_so(flag: Escalation, clare: User) -> None:
    with pytest.raises(NotDoneError, match="Acknowledge the red flag first"):
        reached(flag, clare)
    assert moves(flag) == ["raise"]


def test_dealing_with_it_and_the_contact_in_one_form(flag: Escalation, clare: User) -> None:
    reached(flag, clare, acknowledging=True)
    assert moves(flag) == ["raise", "acknowledge", "record a contact"]
    flag.refresh_from_db()
    assert flag.acknowledged_by == clare


def test_it_stays_open_without_an_outcome(flag: Escalation, clare: User) -> None:
    acknowledge(flag, clare)
    reached(flag, clare)
    with pytest.raises(NotDoneError, match="An outcome is not recorded yet"):
        close(flag, clare)


def test_attempts_close_it_only_with_what_was_done_instead(flag: Escalation, clare: User) -> None:
    acknowledge(flag, clare)
    reached(flag, clare, Reached.NO_ANSWER)
    outcome(flag, clare)
    with pytest.raises(NotDoneError, match="done instead"):
        close(flag, clare)
    actions.record_done_instead(
        escalation=flag,
        text="welfare check asked of the police",
        at=NOW,
        form=uuid.uuid4(),
        frozen_now=NOW,
        by=clare,
    )
    assert close(flag, clare).state == "closed"


def test_the_same_contact_form_twice_is_one_contact(flag: Escalation, clare: User) -> None:
    acknowledge(flag, clare)
    form = uuid.uuid4()
    for _time in range(8):
        actions.record_contact(
            escalation=flag,
            contact=ContactMade(whom="Otto", how=MoveHow.PHONE, reached=Reached.YES, at=NOW),
            form=form,
            frozen_now=NOW,
            by=clare,
        )
    assert moves(flag) == ["raise", "acknowledge", "record a contact"]


def test_a_further_report_opens_the_question_again(
    otto: Patient, flag: Escalation, theo: User, clare: User
) -> None:
    acknowledge(flag, clare)
    reached(flag, clare)
    outcome(flag, clare)
    again = report(otto, theo)
    assert again.pk == flag.pk
    assert again.state == "raised"
    assert again.acknowledged_by is None
    assert Outbox.objects.count() == 2
    with pytest.raises(NotDoneError):
        close(flag, clare)


def test_a_closed_red_flag_is_followed_by_a_new_one(
    otto: Patient, flag: Escalation, theo: User
) -> None:
    acknowledge(flag, theo)
    reached(flag, theo)
    outcome(flag, theo)
    close(flag, theo)
    assert report(otto, theo).pk != flag.pk


def test_reopening_tells_again(flag: Escalation, theo: User) -> None:
    acknowledge(flag, theo)
    reached(flag, theo)
    outcome(flag, theo)
    close(flag, theo)
    again = actions.reopen(
        escalation=flag, reason="came back", form=uuid.uuid4(), frozen_now=NOW, by=theo
    )
    assert again.is_open
    assert again.acknowledged_by is None
    assert Outbox.objects.count() == 2


def test_it_is_not_reopened_beside_another_of_its_kind(
    otto: Patient, flag: Escalation, theo: User
) -> None:
    actions.mark_in_error(
        escalation=flag, reason="wrong", form=uuid.uuid4(), frozen_now=NOW, by=theo
    )
    report(otto, theo)
    with pytest.raises(NotDoneError, match="Another red flag of the same kind"):
        actions.reopen(
            escalation=flag, reason="it was right", form=uuid.uuid4(), frozen_now=NOW, by=theo
        )


def test_marked_as_an_error_with_who_and_why(flag: Escalation, clare: User) -> None:
    actions.mark_in_error(
        escalation=flag, reason="of another patient", form=uuid.uuid4(), frozen_now=NOW, by=clare
    )
    last = EscalationMove.objects.filter(escalation=flag).last()
    assert last is not None
    assert (last.state, last.by, last.text) == ("entered in error", clare, "of another patient")


def test_a_contact_keeps_when_it_happened_and_when_it_was_written_down(
    flag: Escalation, clare: User
) -> None:
    acknowledge(flag, clare)
    earlier = NOW - timedelta(minutes=5)
    actions.record_contact(
        escalation=flag,
        contact=ContactMade(whom="Otto", how=MoveHow.PHONE, reached=Reached.YES, at=earlier),
        form=uuid.uuid4(),
        frozen_now=NOW,
        by=clare,
    )
    move = EscalationMove.objects.get(verb="record a contact")
    assert (move.at, move.recorded_at) == (earlier, NOW)


def test_the_trail_holds_no_word_of_it(flag: Escalation, clare: User) -> None:
    reached(flag, clare, acknowledging=True)
    outcome(flag, clare)
    text = " ".join(f"{row.target} {row.detail}" for row in AuditEvent.objects.all())
    for word in ("hallucination", "Ingrid", "heard", "seen", "555-"):
        assert word not in text
