from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.urls import reverse

from patients import actions
from patients.models import CareTeam, Patient
from patients.vocabulary import TeamRole
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.factories import CareTeamFactory, PatientFactory
from tests.patients.sending import fields_of, send, text

TODAY = date(2026, 11, 24)


def page(patient: Patient) -> str:
    return reverse("patients:team", args=[patient.pk])


def test_somebody_is_put_on_the_care_team_once_however_often_it_is_sent(
    clare_client: doors.Client, clare: User, theo: User, otto: Patient
) -> None:
    fields = {**fields_of(clare_client.get(page(otto))), "who": str(theo.pk), "role": "monitor"}

    answers = [clare_client.post(page(otto), fields).status_code for _time in range(8)]

    assert answers == [302] * 8
    row = CareTeam.objects.get()
    assert (row.user, row.role, row.until) == (theo, "monitor", None)
    assert AuditEvent.objects.get(verb="put on the care team").detail == (
        f'{{"who": "{theo.reference}"}}'
    )


def test_whoever_does_not_treat_patients_here_is_not_offered_and_not_taken(
    clare_client: doors.Client, ada: User, sam: User, theo: User, clare: User, otto: Patient
) -> None:
    body = clare_client.get(page(otto)).content.decode()
    assert str(theo.pk) in body
    for user in (ada, sam):
        assert str(user.pk) not in body
        response = send(clare_client, page(otto), who=str(user.pk), role="monitor")
        assert "Choose one of the answers shown." in text(response)
        with pytest.raises(NotDoneError):
            actions.put_on_care_team(
                patient=otto, token=uuid.uuid4(), user=user, role=TeamRole.MONITOR, today=TODAY,
                by=clare,
            )  # fmt: skip
    assert not CareTeam.objects.exists()


def test_a_monitor_is_not_put_on_as_prescriber(
    clare_client: doors.Client, theo: User, otto: Patient
) -> None:
    response = send(clare_client, page(otto), who=str(theo.pk), role="prescriber")

    assert "not a prescriber" in text(response)


def test_whoever_is_taken_off_was_on_until_today(
    clare_client: doors.Client, clare: User, otto: Patient
) -> None:
    row = CareTeamFactory(patient=otto, user=clare)
    url = reverse("patients:team-off", args=[otto.pk, row.pk])

    assert "Take Clare Exampleton off" in text(clare_client.get(url))
    assert clare_client.post(url).status_code == 302
    assert clare_client.post(url).status_code == 302

    row.refresh_from_db()
    assert row.until is not None
    assert AuditEvent.objects.filter(verb="taken off the care team").count() == 1


def test_a_row_of_another_patient_is_not_reached_through_this_one(
    clare_client: doors.Client, clare: User, otto: Patient, clinic: Clinic
) -> None:
    row = CareTeamFactory(patient=PatientFactory(clinic=clinic), user=clare)
    url = reverse("patients:team-off", args=[otto.pk, row.pk])

    assert clare_client.get(url).status_code == 404
    assert clare_client.post(url).status_code == 404
