"""A schedule in from a file or a pasted table: a whole draft, or none."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from patients.models import Patient
from plans.models import Draft, Plan
from taperplan.accounts.models import Clinic, User
from tests import doors
from tests.factories import PatientFactory, signed_plan
from tests.plans.rules.test_table import PASTED


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True)
    return patient


def send(client: doors.Client, url: str, **typed: Any) -> Any:
    token = client.get(url).context["form"]["token"].value()
    return client.post(url, {"token": token, **typed})


def test_a_pasted_table_is_a_new_plans_draft(otto: Patient, clare_client: doors.Client) -> None:
    done = send(clare_client, reverse("plans:import-plan", args=[otto.pk]), pasted=PASTED)

    draft = Draft.objects.get()
    assert done.headers["Location"] == reverse("plans:draft", args=[draft.plan_id])
    assert len(draft.cells["steps"]) == 3
    assert draft.cells["title"] == draft.cells["in_force_from"] == ""
    assert clare_client.get(done.headers["Location"]).status_code == 200


@pytest.mark.parametrize("text", ["drug,form\nx,pill\n", "drug\n", "x", '"', "drug,drug\nx,y\n"])
def test_nothing_is_half_imported(otto: Patient, clare_client: doors.Client, text: str) -> None:
    page = send(clare_client, reverse("plans:import-plan", args=[otto.pk]), pasted=text)

    assert page.status_code == 422
    assert "Nothing is imported." in page.content.decode()
    assert "Line " in page.content.decode()
    assert not Plan.objects.exists()


def test_a_file_that_was_exported_is_the_next_version_of_the_plan(
    otto: Patient, clare: User, clare_client: doors.Client
) -> None:
    plan = signed_plan(otto, clare)
    address = reverse("plans:schedule-csv", kwargs={"plan": plan.pk, "number": 1})
    data = clare_client.get(address).content

    file = SimpleUploadedFile("schedule.csv", data, content_type="text/csv")
    send(clare_client, reverse("plans:import-version", args=[plan.pk]), file=file)

    draft = Draft.objects.get()
    assert draft.replaces == plan.versions.get()
    assert draft.cells["title"] == "Examplazepam, reducing"
    signed = plan.versions.get().schedule()
    from plans.rules.cells import read

    assert read(draft.cells, today=otto.clinic.day(draft.opened_at)).so_far == signed


def test_an_open_draft_is_not_written_over(
    otto: Patient, clare: User, clare_client: doors.Client
) -> None:
    from tests.factories import draft_plan

    plan = draft_plan(otto, clare)
    before = Draft.objects.get().cells

    page = send(clare_client, reverse("plans:import-version", args=[plan.pk]), pasted=PASTED)

    assert "A draft is open on this plan" in page.content.decode()
    assert Draft.objects.get().cells == before


def test_a_file_and_a_pasted_table_are_not_both_taken(
    otto: Patient, clare_client: doors.Client
) -> None:
    url = reverse("plans:import-plan", args=[otto.pk])
    file = SimpleUploadedFile("schedule.csv", PASTED.encode())

    both = send(clare_client, url, file=file, pasted=PASTED)
    none = send(clare_client, url)

    assert both.status_code == none.status_code == 422
    assert not Plan.objects.exists()


def test_one_form_is_one_plan(otto: Patient, clare_client: doors.Client) -> None:
    url = reverse("plans:import-plan", args=[otto.pk])
    token = clare_client.get(url).context["form"]["token"].value()

    for _arrival in range(2):
        clare_client.post(url, {"token": token, "pasted": PASTED})

    assert Plan.objects.count() == 1
