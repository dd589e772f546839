from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from patients import actions
from patients.models import Joining, Parting, Patient
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.factories import PatientFactory
from tests.patients.sending import fields_of, send, text

NOW = datetime(2026, 11, 24, 8, 49, tzinfo=UTC)


@pytest.fixture
def twin(clinic: Clinic, clare: User) -> Patient:
    """Otto once more, registered by another path."""
    return PatientFactory(
        clinic=clinic, otto=True, given_names="Otto F.", number="DEMO 0099 01",
        registered_by=clare,
    )  # fmt: skip


def page(patient: Patient, other: Patient) -> str:
    return reverse("patients:join", args=[patient.pk, other.pk])


def join(client: doors.Client, patient: Patient, other: Patient, keep: Patient) -> None:
    response = send(client, page(patient, other), keep=str(keep.pk), why="same card shown")
    assert response.status_code == 302


def test_a_similar_record_is_offered_and_any_other_can_be_searched(
    clare_client: doors.Client, otto: Patient, twin: Patient, clinic: Clinic
) -> None:
    PatientFactory(clinic=clinic, zoe=True)
    url = reverse("patients:find-to-join", args=[otto.pk])

    assert "SAMPLE, Otto F." in text(clare_client.get(url))
    assert "FIXTURE" not in text(clare_client.get(url))
    assert "FIXTURE, Zoë" in text(clare_client.post(url, {"q": "zoe"}, follow=True))


def test_which_record_stays_is_chosen_by_somebody_with_a_reason(
    clare_client: doors.Client, otto: Patient, twin: Patient
) -> None:
    fields = fields_of(clare_client.get(page(otto, twin)))
    response = clare_client.post(page(otto, twin), fields)

    assert "keep" not in fields
    assert "Which record stays?: Choose one answer." in text(response)
    assert "How you know that they are one person" in text(response)
    assert not Joining.objects.exists()


def test_joining_keeps_both_numbers_and_one_record_to_work_in(
    clare_client: doors.Client, clare: User, otto: Patient, twin: Patient
) -> None:
    join(clare_client, twin, otto, otto)

    twin.refresh_from_db()
    assert twin.joined_to == otto
    joining = Joining.objects.get()
    assert (joining.patient, joining.into, joining.by) == (twin, otto, clare)
    words = text(clare_client.get(reverse("patients:intake", args=[otto.pk])))
    assert "DEMO 0042 17, DEMO 0099 01" in words.replace("\xa0", " ")
    assert "same card shown" in text(clare_client.get(reverse("patients:history", args=[otto.pk])))
    assert AuditEvent.objects.get(verb="joined").patient == f"patient:{twin.pk}"


def test_joining_in_the_other_direction_keeps_the_other(
    clare_client: doors.Client, otto: Patient, twin: Patient
) -> None:
    join(clare_client, otto, twin, twin)

    otto.refresh_from_db()
    assert otto.joined_to == twin


def test_the_same_joining_sent_eight_times_is_one(
    clare_client: doors.Client, otto: Patient, twin: Patient
) -> None:
    fields = {
        **fields_of(clare_client.get(page(twin, otto))),
        "keep": str(otto.pk),
        "why": "same card shown",
    }

    answers = [clare_client.post(page(twin, otto), fields).status_code for _time in range(8)]

    assert answers == [302] * 8
    assert Joining.objects.count() == 1
    assert AuditEvent.objects.filter(verb="joined").count() == 1


def test_parting_gives_each_record_back_what_is_its_own(
    clare_client: doors.Client, otto: Patient, twin: Patient
) -> None:
    join(clare_client, twin, otto, otto)
    url = reverse("patients:part", args=[twin.pk])
    fields = {**fields_of(clare_client.get(url)), "why": "two brothers"}

    answers = [clare_client.post(url, fields).status_code for _time in range(8)]

    twin.refresh_from_db()
    assert answers == [302] * 8
    assert twin.joined_to is None
    assert Parting.objects.get().why == "two brothers"
    words = text(clare_client.get(reverse("patients:history", args=[twin.pk])))
    assert "Parted" in words
    assert "two brothers" in words
    join(clare_client, twin, otto, otto)
    assert Joining.objects.count() == 2


def test_what_was_never_joined_is_not_parted(clare_client: doors.Client, otto: Patient) -> None:
    response = send(clare_client, reverse("patients:part", args=[otto.pk]), why="x")

    assert "not joined to another one" in text(response)


def attempt(patient: Patient, into: Patient, by: User) -> str:
    with pytest.raises(NotDoneError) as refused:
        actions.join(patient=patient, into=into, token=uuid.uuid4(), why="same", now=NOW, by=by)
    return refused.value.sentence


def test_a_chain_of_joined_records_is_refused(
    clare: User, clinic: Clinic, other_clinic: Clinic, otto: Patient, twin: Patient
) -> None:
    third = PatientFactory(clinic=clinic)
    elsewhere = PatientFactory(clinic=other_clinic)
    actions.join(patient=twin, into=otto, token=uuid.uuid4(), why="same", now=NOW, by=clare)

    assert "one and the same" in attempt(otto, otto, clare)
    assert "joined to another one already" in attempt(twin, third, clare)
    assert "itself joined" in attempt(third, twin, clare)
    assert "Other records are joined to this one" in attempt(otto, third, clare)
    assert "not of one clinic" in attempt(third, elsewhere, clare)


def test_a_record_of_another_clinic_is_not_there_to_join(
    clare_client: doors.Client, otto: Patient, other_clinic: Clinic
) -> None:
    elsewhere = PatientFactory(clinic=other_clinic, otto=True)

    assert clare_client.get(page(otto, elsewhere)).status_code == 404
    assert clare_client.post(page(otto, elsewhere)).status_code == 404
    url = reverse("patients:find-to-join", args=[otto.pk])
    assert str(elsewhere.pk) not in clare_client.get(url).content.decode()


def test_both_records_that_were_compared_are_in_the_trail_as_viewed(
    clare_client: doors.Client, otto: Patient, twin: Patient
) -> None:
    clare_client.get(page(otto, twin))

    viewed = AuditEvent.objects.filter(verb="viewed").values_list("patient", flat=True)
    assert set(viewed) == {f"patient:{otto.pk}", f"patient:{twin.pk}"}
