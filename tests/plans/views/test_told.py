"""Who was told of a version, and instructions given by telephone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from patients.models import Patient
from plans.actions import plan as plan_actions
from plans.models import Plan, Request, RequestAnswer, Told
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.conftest import person
from tests.factories import DRAFTED, PatientFactory, next_version, signed_plan


@pytest.fixture
def plan(clinic: Clinic, clare: User) -> Plan:
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    made: Plan = signed_plan(otto, clare)
    return made


def send(client: doors.Client, url: str, **typed: str) -> Any:
    token = client.get(url).context["form"]["token"].value()
    return client.post(url, {"token": token, **typed})


def told_url(plan: Plan, number: int = 1) -> str:
    return reverse("plans:told", kwargs={"plan": plan.pk, "number": number})


# --- The told list --------------------------------------------------------------------------------


def test_everybody_is_open_until_told_or_not_needed(plan: Plan, theo_client: doors.Client) -> None:
    assert theo_client.get(told_url(plan)).content.decode().count("Open</span>") == 4

    send(theo_client, told_url(plan), audience="pharmacy", answer="told", how="by phone",
         answered_by="Ms Apotheke")  # fmt: skip
    send(theo_client, told_url(plan), audience="support person", answer="not needed",
         reason="Nobody is named.")  # fmt: skip

    page = theo_client.get(told_url(plan)).content.decode()
    assert page.count("Open</span>") == 2
    assert "by phone" in page
    assert "answered: Ms Apotheke" in page
    assert "Nobody is named." in page
    rows = AuditEvent.objects.filter(verb=Verb.TOLD)
    assert rows.count() == 2
    assert "Apotheke" not in str(list(rows.values()))


def test_a_later_answer_stands_above_the_earlier_one(plan: Plan, theo_client: doors.Client) -> None:
    send(theo_client, told_url(plan), audience="pharmacy", answer="not needed", reason="Closed.")
    send(theo_client, told_url(plan), audience="pharmacy", answer="told", how="letter")

    assert Told.objects.count() == 2
    assert "before: Closed." in theo_client.get(told_url(plan)).content.decode()


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({"audience": "pharmacy", "answer": "told"}, "Type how."),
        ({"audience": "pharmacy", "answer": "not needed"}, "Type the reason."),
        ({"audience": "other", "answer": "told", "how": "phone"}, "Type who it is."),
        ({"answer": "told", "how": "phone"}, "Choose one answer."),
        ({"audience": "pharmacy", "answer": "told", "how": "x", "clock": "25:00"}, "25:00"),
    ],
)
def test_what_is_missing_is_asked_for(
    plan: Plan, theo_client: doors.Client, typed: dict[str, str], refused: str
) -> None:
    page = send(theo_client, told_url(plan), **typed)

    assert page.status_code == 422
    assert refused in page.content.decode()
    assert not Told.objects.exists()


def test_one_form_is_one_row(plan: Plan, theo_client: doors.Client) -> None:
    url = told_url(plan)
    token = theo_client.get(url).context["form"]["token"].value()
    typed = {"token": token, "audience": "patient", "answer": "told", "how": "in person"}

    theo_client.post(url, typed)
    theo_client.post(url, typed)

    assert Told.objects.count() == 1


# --- Instructions by telephone --------------------------------------------------------------------


def instruction_url(plan: Plan) -> str:
    return reverse("plans:instruction", kwargs={"plan": plan.pk})


@pytest.fixture
def given(plan: Plan, clare: User, theo_client: doors.Client) -> Request:
    done = send(
        theo_client, instruction_url(plan), given_by=str(clare.pk), asked="hold",
        words="Stay on three for a fortnight.", read_back="yes",
    )  # fmt: skip
    assert done.status_code == 302
    return Request.objects.get()


def test_an_instruction_is_kept_in_the_words_used_and_changes_nothing(
    plan: Plan, given: Request, clare: User, theo: User, clare_client: doors.Client
) -> None:
    assert (given.given_by, given.by, given.read_back) == (clare, theo, True)
    assert given.given_at is not None
    page = clare_client.get(reverse("plans:plan", kwargs={"plan": plan.pk})).content.decode()
    assert "Clare Exampleton by telephone" in page
    assert "taken by Theo Mocksen, read back" in page
    assert "Stay on three for a fortnight." in page
    assert "asked for, not yet signed" in page
    assert plan.versions.count() == 1
    assert AuditEvent.objects.filter(verb=Verb.INSTRUCTION_TAKEN).count() == 1


def test_whoever_gave_it_signs_it(plan: Plan, given: Request, clare: User) -> None:
    draft = plan_actions.revise(key=uuid.uuid4(), plan=plan, now=DRAFTED, by=clare)
    assert given in plan_actions.answerable(draft.plan, clare)


def test_another_prescriber_neither_signs_nor_rejects_it(
    plan: Plan, given: Request, clinic: Clinic
) -> None:
    pia = person("Pia Prescriber", clinic, prescriber=True)
    assert given not in plan_actions.answerable(plan, pia)

    client = doors.signed_in(pia)
    url = reverse("plans:request-decline", kwargs={"asked": given.pk})
    page = send(client, url, text="I would not.")

    assert "Clare Exampleton gave this instruction" in page.content.decode()
    assert not RequestAnswer.objects.exists()
    next_version(plan, pia)
    assert not RequestAnswer.objects.exists()


def test_nobody_gives_an_instruction_to_themselves_nor_a_monitor_one(
    plan: Plan, clare: User, theo: User, clare_client: doors.Client
) -> None:
    for who in (clare, theo):
        page = send(
            clare_client, instruction_url(plan), given_by=str(who.pk), asked="hold",
            words="Stay.", read_back="yes",
        )  # fmt: skip
        assert page.status_code == 422
    assert not Request.objects.exists()


def test_whether_it_was_read_back_is_asked_and_not_preset(
    plan: Plan, clare: User, theo_client: doors.Client
) -> None:
    page = send(
        theo_client, instruction_url(plan), given_by=str(clare.pk), asked="hold", words="Stay."
    )

    assert page.status_code == 422
    assert "Choose one answer." in page.content.decode()
    assert "checked" not in page.content.decode().split('name="read_back"')[1][:80]
