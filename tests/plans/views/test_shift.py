"""Later dates of a draft, moved on its page: typed, shown, confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from patients.models import Patient
from plans.models import Draft, Plan
from taperplan.accounts.models import Clinic, User
from tests import doors
from tests.factories import PatientFactory, draft_plan

LATER = {"step": "s2", "days": "4", "way": "later"}


@pytest.fixture
def plan(clinic: Clinic, clare: User) -> Plan:
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    made: Plan = draft_plan(otto, clare)
    return made


def post(client: doors.Client, plan: Plan, **typed: str) -> Any:
    revision = str(Draft.objects.get().revision)
    return client.post(
        reverse("plans:shift", kwargs={"plan": plan.pk}), {"revision": revision, **typed}
    )


def test_the_dates_are_shown_first_and_moved_by_a_second_press(
    plan: Plan, clare_client: doors.Client
) -> None:
    before = Draft.objects.get().cells
    editor = clare_client.get(reverse("plans:draft", kwargs={"plan": plan.pk}))
    assert 'value="shift"' in editor.content.decode()

    page = post(clare_client, plan, **LATER).content.decode().replace("\u00a0", " ")
    assert "Dates changed: 4 days later. Dose unchanged." in page
    assert "1 step keeps its dates." in page
    assert Draft.objects.get().cells == before

    post(clare_client, plan, **LATER, act="confirm")
    steps = Draft.objects.get().cells["steps"]
    assert [step["first_day"] for step in steps] == ["30 Nov 2026", "11 Dec 2026", ""]
    assert [step["doses"] for step in steps] == [step["doses"] for step in before["steps"]]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"step": ""}, "Choose the step."),
        ({"days": "1,5"}, "1,5 has a comma"),
        ({"days": ""}, "Nothing is typed here yet."),
        ({"way": ""}, "Choose one answer."),
    ],
)
def test_what_cannot_be_read_is_refused(
    typed: dict[str, str], said: str, plan: Plan, clare_client: doors.Client
) -> None:
    page = post(clare_client, plan, **{**LATER, **typed})

    assert page.status_code == 422
    assert said in page.content.decode()


def test_a_draft_changed_meanwhile_is_not_moved(plan: Plan, clare_client: doors.Client) -> None:
    page = post(clare_client, plan, **LATER, act="confirm", revision="1")

    assert page.status_code == 302
    assert Draft.objects.get().cells["steps"][1]["chained"] == "yes"
