"""The same form from eight windows, and two people at the same red flag, at the same moment."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from patients.models import Patient
from plans.actions import escalation as red_flags
from plans.actions.escalation import AlreadyAcknowledgedError
from plans.models import CheckIn, CheckInDraft, Escalation, EscalationMove, Outbox
from plans.rules.redflags import Source
from taperplan.accounts.models import Clinic, User
from taperplan.audit import trail
from tests.factories import PatientFactory
from tests.plans.typing import NOW, ROUTINE, SEIZURE, complete, keep

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run all acts in threads of their own, begun together; what each gave or raised."""
    gate = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            answers[place] = act()
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_eight_equal_forms_at_once_are_one_check_in_and_one_red_flag(
    otto: Patient, theo: User
) -> None:
    key = uuid.uuid4()
    answers = at_once(*[lambda: complete(otto, theo, {**ROUTINE, **SEIZURE}, key=key)] * 8)
    assert [type(one).__name__ for one in answers] == ["Completed"] * 8
    assert all(one.check_in.pk == key for one in answers)  # type: ignore[attr-defined]
    assert CheckIn.objects.count() == 1
    assert Escalation.objects.count() == 1
    assert Outbox.objects.count() == 1
    assert list(trail.faults()) == []


def test_eight_equal_autosaves_at_once_are_one_draft_and_one_red_flag(
    otto: Patient, theo: User
) -> None:
    key = uuid.uuid4()
    at_once(*[lambda: keep(otto, theo, SEIZURE, key=key)] * 8)
    assert CheckInDraft.objects.get().answers == SEIZURE
    assert Escalation.objects.count() == 1
    assert Outbox.objects.count() == 1


def test_two_drafts_that_tell_of_one_seizure_at_once_meet_in_one_red_flag(
    otto: Patient, theo: User, clare: User
) -> None:
    answers = at_once(lambda: keep(otto, theo, SEIZURE), lambda: keep(otto, clare, SEIZURE))
    assert not [one for one in answers if isinstance(one, Exception)]
    flag = Escalation.objects.get()
    assert sorted(move.verb for move in flag.moves.all()) == ["raise", "report again"]
    assert Outbox.objects.count() == 2


def test_two_acknowledge_at_once_and_one_learns_who_was_first(
    otto: Patient, theo: User, clare: User
) -> None:
    flag = keep(otto, theo, SEIZURE).raised[0]
    answers = at_once(
        lambda: red_flags.acknowledge(escalation=flag, frozen_now=NOW, by=theo),
        lambda: red_flags.acknowledge(escalation=flag, frozen_now=NOW, by=clare),
    )
    (beaten,) = [one for one in answers if isinstance(one, Exception)]
    assert isinstance(beaten, AlreadyAcknowledgedError)
    flag.refresh_from_db()
    assert flag.acknowledged_by is not None
    assert flag.acknowledged_by.name in beaten.sentence
    assert EscalationMove.objects.filter(verb="acknowledge").count() == 1


def test_eight_equal_reports_at_once_are_one(otto: Patient, theo: User) -> None:
    report = red_flags.Report(symptom="overdose", source=Source.REPORT, form=uuid.uuid4())
    answers = at_once(
        *[lambda: red_flags.report_red_flag(patient=otto, report=report, frozen_now=NOW, by=theo)]
        * 8
    )
    assert not [one for one in answers if isinstance(one, Exception)]
    assert EscalationMove.objects.count() == 1
    assert Outbox.objects.count() == 1
