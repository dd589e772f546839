"""The pages of red flags: reported, listed, answered. Opening a page acknowledges nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from patients.models import Patient
from plans.actions import escalation as actions
from plans.models import Escalation, EscalationMove
from plans.rules.redflags import Source
from taperplan import tokens
from taperplan.accounts.models import Clinic, Confirmation, ProtocolText, TimeLimits, User
from taperplan.audit.models import AuditEvent
from tests.doors import Client
from tests.factories import ContactPersonFactory, PatientFactory
from tests.plans.typing import NOW, SEIZURE, keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_that_day() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(minutes=7)):
        yield


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


@pytest.fixture
def flag(otto: Patient, theo: User) -> Escalation:
    return reported(otto, theo)


def reported(patient: Patient, by: User, symptom: str = "hallucination") -> Escalation:
    return actions.report_red_flag(
        patient=patient,
        report=actions.Report(
            symptom=symptom,
            source=Source.REPORT,
            text="heard his name called",
            happened="about 08:00",
            said_by="Ingrid Sample",
            form=uuid.uuid4(),
        ),
        frozen_now=NOW,
        by=by,
    )


def url(name: str, flag: Escalation) -> str:
    return reverse(f"plans:{name}", kwargs={"escalation": flag.pk})


def given(purpose: str, flag: Escalation, by: User, **typed: str) -> dict[str, str]:
    return {"token": tokens.issue(by, f"{purpose}:{flag.pk}"), **typed}


def state(flag: Escalation) -> str:
    return Escalation.objects.get(pk=flag.pk).state


def test_opening_the_page_acknowledges_nothing(clare_client: Client, flag: Escalation) -> None:
    for _time in range(3):
        assert clare_client.get(url("red-flag", flag)).status_code == 200
    assert state(flag) == "raised"
    assert clare_client.get(url("acknowledge", flag)).status_code == 405
    assert AuditEvent.objects.filter(verb="viewed").count() == 3


def test_the_band_says_what_and_who_and_what_was_told(
    clare_client: Client, flag: Escalation
) -> None:
    body = clare_client.get(url("red-flag", flag)).content.decode()
    assert "Emergency red flag: hallucination" in body
    assert "SAMPLE," in body
    assert "“heard his name called”" in body
    assert "Began about 08:00." in body
    assert "told by Ingrid Sample" in body


def test_words_typed_after_the_flag_was_raised_stand_on_its_page(
    clare_client: Client, otto: Patient, theo: User
) -> None:
    draft = keep(otto, theo, SEIZURE).draft
    keep(otto, theo, {**SEIZURE, "s-seizure-note": "fell in the kitchen"}, key=draft.pk, revision=1)
    body = clare_client.get(url("red-flag", Escalation.objects.get())).content.decode()
    assert "fell in the kitchen" in body


def test_the_clinics_own_text_and_numbers_are_shown(
    clare_client: Client, clinic: Clinic, clare: User, flag: Escalation, otto: Patient
) -> None:
    text = ProtocolText.objects.create(
        clinic=clinic,
        kind="emergency",
        number=1,
        text="Stay on the line.\nCall the on-call doctor.",
        written_at=NOW,
        written_by=clare,
    )
    body = clare_client.get(url("red-flag", flag)).content.decode()
    assert "Stay on the line." not in body
    assert "No text of this clinic is confirmed" in body
    Confirmation.objects.create(text=text, confirmed_at=NOW, confirmed_by=clare)
    ContactPersonFactory(patient=otto)
    body = clare_client.get(url("red-flag", flag)).content.decode()
    assert "<li>Stay on the line.</li>" in body
    for number in ("555-0100", "555-0199", "555-0188", "555-0143"):
        assert number in body


def test_the_whole_way_by_the_pages(
    clare_client: Client, theo_client: Client, flag: Escalation, clare: User, theo: User
) -> None:
    theo_client.post(url("acknowledge", flag))
    clare_client.post(
        url("red-flag-contact", flag),
        given("red-flag-contact", flag, clare, whom="Otto", how="phone", reached="yes"),
    )
    clare_client.post(
        url("red-flag-outcome", flag), given("red-flag-outcome", flag, clare, text="seen at home")
    )
    page = clare_client.get(url("red-flag-close", flag)).content.decode()
    assert "SAMPLE, Otto" in page
    assert "21\xa0Nov\xa01956" in page
    clare_client.post(url("red-flag-close", flag), given("red-flag-close", flag, clare))
    assert state(flag) == "closed"
    assert "This red flag is closed." in clare_client.get(url("red-flag", flag)).content.decode()


def test_closing_too_early_says_what_is_missing(
    clare_client: Client, flag: Escalation, clare: User
) -> None:
    clare_client.post(url("acknowledge", flag))
    body = clare_client.post(
        url("red-flag-close", flag), given("red-flag-close", flag, clare)
    ).content.decode()
    assert "The red flag stays open." in body
    assert "An outcome is not recorded yet." in body
    assert state(flag) == "acknowledged"


def test_the_second_to_acknowledge_learns_who_was_first(
    clare_client: Client, theo_client: Client, flag: Escalation
) -> None:
    clare_client.post(url("acknowledge", flag))
    answer = theo_client.post(url("acknowledge", flag), follow=True)
    assert "Clare Exampleton acknowledged this red flag at 09:48" in answer.content.decode()


def test_a_refused_contact_keeps_what_was_typed(
    clare_client: Client, flag: Escalation, clare: User
) -> None:
    clare_client.post(url("acknowledge", flag))
    body = clare_client.post(
        url("red-flag-contact", flag),
        given("red-flag-contact", flag, clare, whom="O'Brien <script>", clock="23:59", day_0="24"),
    ).content.decode()
    assert "O&#x27;Brien &lt;script&gt;" in body
    assert "Choose one answer." in body
    assert "still to come" in body or "Type the" in body
    assert not EscalationMove.objects.filter(verb="record a contact").exists()


def test_the_same_contact_form_eight_times_is_one_contact(
    clare_client: Client, flag: Escalation, clare: User
) -> None:
    form = given(
        "red-flag-contact", flag, clare, whom="Otto", how="phone", reached="yes", dealing="on"
    )
    for _time in range(8):
        clare_client.post(url("red-flag-contact", flag), form)
    assert [move.verb for move in EscalationMove.objects.order_by("number")] == [
        "raise",
        "acknowledge",
        "record a contact",
    ]


def test_a_stranger_neither_sees_nor_acknowledges(sam_client: Client, flag: Escalation) -> None:
    assert sam_client.get(url("red-flag", flag)).status_code == 404
    assert sam_client.post(url("acknowledge", flag)).status_code == 404
    assert "hallucination" not in sam_client.get(reverse("plans:escalations")).content.decode()
    assert state(flag) == "raised"


def test_report_now_asks_what_when_and_who(theo_client: Client, otto: Patient, theo: User) -> None:
    address = reverse("plans:report", kwargs={"patient": otto.pk})
    token = tokens.issue(theo, f"red-flag-report:{otto.pk}")
    body = theo_client.post(address, {"token": token, "symptom": "seizure"}).content.decode()
    assert not Escalation.objects.exists()
    assert 'id="error-summary"' in body
    form = {"token": token, "symptom": "seizure", "happened": "today", "said_by": "sister"}
    places = {theo_client.post(address, form)["Location"] for _time in range(8)}
    assert len(places) == 1
    assert Escalation.objects.get().symptom == "seizure"


def test_only_a_starred_item_can_be_reported(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    theo_client.post(
        reverse("plans:report", kwargs={"patient": otto.pk}),
        {
            "token": tokens.issue(theo, f"red-flag-report:{otto.pk}"),
            "symptom": "tremor",
            "happened": "today",
            "said_by": "sister",
        },
    )
    assert not Escalation.objects.exists()


def test_the_clinics_list_has_the_overdue_first(
    clare_client: Client, clinic: Clinic, clare: User, otto: Patient, theo: User
) -> None:
    TimeLimits.objects.create(
        clinic=clinic,
        number=1,
        emergency_minutes=5,
        same_day_minutes=600,
        written_at=NOW,
        written_by=clare,
    )
    fresh = reported(otto, theo, "seizure")
    Escalation.objects.filter(pk=fresh.pk).update(
        reported_at=NOW + timedelta(minutes=6), raised_at=NOW - timedelta(days=1)
    )
    late = reported(PatientFactory(clinic=clinic, zoe=True), theo, "delirium")
    Escalation.objects.filter(pk=late.pk).update(level="emergency")
    flags = clare_client.get(reverse("plans:escalations")).context["flags"]
    assert [one.overdue != "" for one in flags] == [True, False]
    assert "FIXTURE, Zoë" in flags[0].who


@pytest.mark.parametrize("many", [1, 10, 100])
def test_lists_and_pages_ask_the_same_however_many_there_are(
    clare_client: Client,
    clinic: Clinic,
    otto: Patient,
    theo: User,
    many: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(many):
        patient = PatientFactory(clinic=clinic) if number else otto
        flag = reported(patient, theo)
    first = Escalation.objects.get(patient=otto)
    for _time in range(many):
        reported(otto, theo)
    del flag
    with django_assert_max_num_queries(10):
        clare_client.get(reverse("plans:escalations"))
    with django_assert_max_num_queries(18):
        clare_client.get(reverse("plans:red-flags", kwargs={"patient": otto.pk}))
    with django_assert_max_num_queries(18):
        clare_client.get(url("red-flag", first))
