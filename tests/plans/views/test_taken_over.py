"""A plan that was in force elsewhere: kept as told, and nothing is set by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from patients.models import Patient
from plans.models import Plan, TakenOver
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.factories import PatientFactory, signed_plan

TOLD = {
    "set_by": "Southfield Hospital",
    "source": "Discharge letter of 3 Nov 2026",
    "as_told": "examplazepam 1 mg at night\nto be reduced by the clinic",
}


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True)
    return patient


def send(client: doors.Client, patient: Patient, **given: str) -> Any:
    url = reverse("plans:taken-over", args=[patient.pk])
    token = client.get(url).context["form"]["token"].value()
    return client.post(url, {"token": token, **TOLD, **given}, follow=True)


def test_it_is_kept_in_the_words_of_the_paper(otto: Patient, theo_client: doors.Client) -> None:
    page = send(theo_client, otto).content.decode()

    assert "As told, not signed here" in page
    assert "Set by Southfield Hospital; from: Discharge letter of 3 Nov 2026" in page
    assert "examplazepam 1 mg at night<br>to be reduced by the clinic" in page
    assert "In force from: not recorded" in page
    assert not Plan.objects.exists()
    assert AuditEvent.objects.filter(verb=Verb.TAKEN_OVER).count() == 1
    assert TakenOver.objects.get().reference.startswith("TO-")


@pytest.mark.parametrize("name", sorted(TOLD))
def test_from_whom_and_what_is_asked(otto: Patient, theo_client: doors.Client, name: str) -> None:
    assert send(theo_client, otto, **{name: " "}).status_code == 422
    assert not TakenOver.objects.exists()


def test_its_days_are_in_order(otto: Patient, theo_client: doors.Client) -> None:
    page = send(
        theo_client, otto, since_0="3", since_1="11", since_2="2026", until_0="2", until_1="11",
        until_2="2026",
    )  # fmt: skip
    assert page.status_code == 422


def test_who_is_not_told_of_a_version_stands_on_the_worklist(
    otto: Patient, clare: User, clare_client: doors.Client
) -> None:
    plan = signed_plan(otto, clare)
    url = reverse("plans:told", kwargs={"plan": plan.pk, "number": 1})
    assert "Not everybody is told" in clare_client.get("/").content.decode()

    for audience in ("patient", "pharmacy", "primary care", "support person"):
        assert url in clare_client.get("/").content.decode()
        token = clare_client.get(url).context["form"]["token"].value()
        clare_client.post(
            url,
            {"token": token, "audience": audience, "answer": "not needed", "reason": "Was there."},
        )

    assert "Not everybody is told" not in clare_client.get("/").content.decode()
