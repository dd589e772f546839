"""What every page says of red flags and of what waits, in one statement."""

from __future__ import annotations

import uuid
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from patients.models import Patient
from plans.models import FollowUp
from plans.presenters.frame import MOST, Frame
from plans.presenters.waiting import Waiting
from taperplan.accounts import actions as accounts
from taperplan.accounts.models import TestMessage
from tests.factories import CareTeamFactory, PatientFactory, draft_plan
from tests.plans.typing import NOW, ROUTINE, SEIZURE, completed, keep

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from taperplan.accounts.models import Clinic, User

HALLUCINATION = {"s-hallucination": "yes", "s-hallucination-confirmed": "yes"}


def frame(user: User, *, flags: bool = False) -> Frame:
    """As the context processor makes it, at the moment of the other tests."""
    assert user.clinic is not None
    request = SimpleNamespace(user=user, clinic=user.clinic, now=NOW, today=user.clinic.day(NOW))
    return Frame(request, flags=flags)


def test_a_test_message_waits_for_whom_it_was_sent_to_until_answered(
    clinic: Clinic, clare: User, theo: User, ada: User
) -> None:
    sent: dict[str, Any] = {"clinic": clinic, "now": NOW, "by": ada}
    accounts.write_ladder(token=uuid.uuid4(), number=0, rungs=[(theo, 10), (clare, 10)], **sent)
    accounts.send_test(token=uuid.uuid4(), to=theo, **sent)

    assert (frame(theo).tests, frame(clare).tests) == (1, 0)

    message = TestMessage.objects.get()
    accounts.acknowledge_test(message=message, now=NOW, by=theo)
    assert frame(theo).tests == 0


def test_nothing_is_asked_of_the_database_before_a_page_asks(
    clinic: Clinic, clare: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert clare.membership is not None
    with django_assert_num_queries(0):
        frame(clare)


def test_everything_the_frame_says_is_one_statement(
    clinic: Clinic, clare: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    otto = PatientFactory(clinic=clinic, otto=True)
    keep(otto, clare, {**ROUTINE, **SEIZURE})
    assert clare.membership is not None
    shown = frame(clare)
    shown.attend(otto)

    with django_assert_num_queries(1):
        assert shown.red_flags == 1
        assert len(shown.of_patient) == 1
        assert shown.worklist == "2"  # the red flag, and the check-in that is not completed

    everybodys = frame(clare, flags=True)
    with django_assert_num_queries(1):
        assert everybodys.flags[0].tag == "emergency"
        assert everybodys.red_flags == 1
        assert everybodys.worklist == "2"
    # A page that did not say that it shows them shows them all the same.
    assert shown.flags == everybodys.flags


def test_an_open_red_flag_says_who_raised_it_and_that_nobody_acknowledged_it(
    clinic: Clinic, clare: User, theo: User
) -> None:
    otto = PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17")
    keep(otto, theo, {**ROUTINE, **SEIZURE}, now=NOW - timedelta(minutes=7))

    flag = frame(clare).flags[0]

    assert flag.name == "SAMPLE, Otto"
    assert flag.record == "DEMO 0042 17"
    assert "Theo Mocksen" in flag.line
    assert "not acknowledged for 7\u00a0min" in flag.line
    assert flag.acknowledge_url


def test_a_red_flag_of_another_clinic_is_not_counted(
    clinic: Clinic, other_clinic: Clinic, clare: User, sam: User
) -> None:
    keep(PatientFactory(clinic=other_clinic), sam, {**ROUTINE, **SEIZURE})

    assert frame(clare).red_flags == 0
    assert frame(clare).flags == ()
    assert frame(sam).red_flags == 1


def test_flags_of_a_joined_record_stand_on_the_record_that_is_kept(
    clinic: Clinic, clare: User
) -> None:
    kept = PatientFactory(clinic=clinic)
    joined = PatientFactory(clinic=clinic)
    keep(joined, clare, {**ROUTINE, **SEIZURE})
    joined.joined_to = kept
    joined.save()

    shown = frame(clare)
    shown.attend(kept)

    assert len(shown.of_patient) == 1


def test_no_flag_of_the_patient_on_the_page_is_cut_off_by_those_of_others(
    clinic: Clinic, clare: User
) -> None:
    for _patient in range(MOST + 2):
        keep(PatientFactory(clinic=clinic), clare, {**ROUTINE, **SEIZURE})
    last = PatientFactory(clinic=clinic)
    keep(last, clare, {**ROUTINE, **SEIZURE, **HALLUCINATION}, now=NOW + timedelta(minutes=1))

    shown = frame(clare)
    shown.attend(last)

    assert len(shown.of_patient) == 2
    assert shown.of_patient_words == "2 red flags open"
    assert shown.red_flags == MOST + 4
    assert len(shown.flags) == MOST
    everybodys = frame(clare, flags=True)
    everybodys.attend(last)
    assert everybodys.of_patient == shown.of_patient


def test_what_waits_is_counted_for_mine_once_i_look_after_somebody(
    clinic: Clinic, clare: User, theo: User
) -> None:
    mine, others = PatientFactory(clinic=clinic), PatientFactory(clinic=clinic)
    for patient in (mine, others):
        completed(patient, theo, {**ROUTINE, "next_0": "25", "next_1": "11"})
        draft_plan(patient, clare)
    assert frame(clare).worklist == "2"

    CareTeamFactory(patient=mine, user=clare)
    assert frame(clare).worklist == "1"


def test_who_died_or_was_transferred_waits_for_nobody(clinic: Clinic, clare: User) -> None:
    for patient in (PatientFactory(clinic=clinic), PatientFactory(clinic=clinic)):
        completed(patient, clare, {**ROUTINE, "next_0": "24", "next_1": "11"})
    assert frame(clare).worklist == "2"

    dead, gone = clinic.patients.order_by("family_name")
    dead.died_on, dead.died_told_by = NOW.date(), "Ingrid Sample"
    dead.save()
    gone.transferred_to, gone.transfer_accepted_on = "Eastfield", NOW.date()
    gone.transfer_told_by = "Eastfield"
    gone.save()
    assert frame(clare).worklist == "0"


@pytest.mark.parametrize("who", ["clare", "theo", "ada", "sam"])
def test_a_worklist_is_about_those_whom_its_reader_may_see(
    clinic: Clinic, other_clinic: Clinic, who: str, request: pytest.FixtureRequest
) -> None:
    user: User = request.getfixturevalue(who)
    for place in (clinic, other_clinic):
        for trait in ({}, {"died": True}, {"transferred": True}):
            patient = PatientFactory(clinic=place, **trait)
            FollowUp.objects.create(
                patient=patient,
                due_on=NOW.date(),
                as_of=NOW,
                safety_open=False,
                set_at=NOW,
                set_by=patient.registered_by,
            )

    waiting = Waiting(user, NOW.date()).due.values_list("patient", flat=True)

    may_see = Patient.objects.visible_to(user).under_care()
    assert set(waiting) == set(may_see.values_list("pk", flat=True))


def test_drafts_and_requests_wait_for_prescribers_only(
    clinic: Clinic, clare: User, theo: User
) -> None:
    draft_plan(PatientFactory(clinic=clinic), clare)

    assert frame(clare).worklist == "1"
    assert frame(theo).worklist == "0"
