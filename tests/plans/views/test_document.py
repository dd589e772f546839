"""Printing on screen: what is offered, what is asked, what comes out."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Disclosure, Patient
from plans.forms.document import PRINT
from plans.models import Document, Plan
from taperplan import tokens
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from tests.factories import ConsentFactory, PatientFactory
from tests.plans.signing import SIGNED_AT, a_plan, published, sign
from tests.plans.typing import SEIZURE, keep

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_day() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)


@pytest.fixture
def plan(otto: Patient, clare: User) -> Plan:
    plan = a_plan(otto, clare, title="Clonazepam, reducing")
    sign(plan, published("C"), clare)
    return plan


def form_of(patient: Patient) -> str:
    return reverse("plans:print-document", kwargs={"patient": patient.pk})


def typed(plan: Plan, by: User, **more: str) -> dict[str, str]:
    return {
        "token": tokens.issue(by, PRINT), "what": f"handout:{plan.pk}", "page": "A4",
        "size": "standard", "recipient": "patient",
    } | more  # fmt: skip


def test_a_handout_is_printed_and_stands_in_the_list(
    theo_client: Client, theo: User, plan: Plan
) -> None:
    answer = theo_client.post(form_of(plan.patient), typed(plan, theo), follow=True)
    document = Document.objects.get()
    text = answer.content.decode()
    assert "Patient handout, plan version 1 is printed." in text
    assert reverse("plans:document", kwargs={"document": document.pk}) in text
    assert "the patient" in text


def test_the_same_form_posted_eight_times_is_one_print(
    theo_client: Client, theo: User, plan: Plan
) -> None:
    said = typed(plan, theo)
    for _time in range(8):
        assert theo_client.post(form_of(plan.patient), said).status_code == 302
    assert Document.objects.count() == 1


def test_a_form_sent_again_with_another_wish_says_that_nothing_else_was_printed(
    theo_client: Client, theo: User, plan: Plan
) -> None:
    said = typed(plan, theo)
    theo_client.post(form_of(plan.patient), said)
    answer = theo_client.post(form_of(plan.patient), said | {"size": "large"}, follow=True)
    assert "Nothing else was printed." in answer.content.decode()
    assert Document.objects.count() == 1


def test_the_file_is_the_stored_bytes_under_a_name_without_a_person(
    theo_client: Client, theo: User, plan: Plan
) -> None:
    theo_client.post(form_of(plan.patient), typed(plan, theo))
    document = Document.objects.get()
    answer = theo_client.get(reverse("plans:document", kwargs={"document": document.pk}))
    assert answer.content == bytes(document.content)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{document.reference}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert AuditEvent.objects.filter(verb="reprinted").count() == 1


def test_nothing_is_preset_but_paper_and_print(theo_client: Client, plan: Plan) -> None:
    page = theo_client.get(form_of(plan.patient)).content.decode()
    checked = re.findall(r'name="(\w+)"[^>]*value="([^"]*)"[^>]*checked', page)
    assert dict(checked) == {"page": "A4", "size": "standard"}


def test_a_link_may_say_what_is_to_be_printed(theo_client: Client, plan: Plan) -> None:
    page = theo_client.get(form_of(plan.patient), {"what": f"handout:{plan.pk}"}).content.decode()
    assert re.search(rf'value="handout:{plan.pk}"[^>]*checked', page)


def test_a_draft_is_named_with_why_it_cannot_be_printed(
    theo_client: Client, otto: Patient, clare: User
) -> None:
    a_plan(otto, clare, state="draft", title="Not signed")
    page = theo_client.get(form_of(otto)).content.decode()
    assert "A draft has no handout." in page
    assert 'value="handout:' not in page


def test_a_forged_choice_of_a_draft_is_refused(
    clare_client: Client, clare: User, otto: Patient
) -> None:
    draft = a_plan(otto, clare, state="draft")
    answer = clare_client.post(form_of(otto), typed(draft, clare))
    assert answer.status_code == 422
    assert not Document.objects.exists()


def test_an_open_red_flag_is_named_and_asked_about_once(
    theo_client: Client, theo: User, plan: Plan
) -> None:
    keep(plan.patient, theo, SEIZURE)
    page = theo_client.get(form_of(plan.patient)).content.decode()
    assert "I know of the open red flag: seizure (emergency)." in page
    seen = re.search(r'name="flags_seen"[^>]*value="([^"]+)"', page)
    assert seen
    refused = theo_client.post(form_of(plan.patient), typed(plan, theo, flags_seen=seen[1]))
    assert refused.status_code == 422
    assert "A red flag is open." in refused.content.decode()
    known = typed(plan, theo, flags_seen=seen[1], flags_known="on")
    assert theo_client.post(form_of(plan.patient), known).status_code == 302
    assert Document.objects.get().open_flags == 1


def test_a_flag_raised_after_the_form_was_shown_is_asked_about_again(
    theo_client: Client, theo: User, plan: Plan
) -> None:
    keep(plan.patient, theo, SEIZURE)
    known = typed(plan, theo, flags_seen=str(uuid.uuid4()), flags_known="on")
    assert theo_client.post(form_of(plan.patient), known).status_code == 422
    assert not Document.objects.exists()


def test_a_summary_needs_no_word_about_the_red_flag(
    theo_client: Client, theo: User, plan: Plan
) -> None:
    keep(plan.patient, theo, SEIZURE)
    said = typed(plan, theo, what="summary", recipient="own team")
    assert theo_client.post(form_of(plan.patient), said).status_code == 302
    assert Document.objects.get().kind == "summary"
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Type who is given it."),
        ({"recipient_name": "Dr Sample"}, "Choose on what ground it is given."),
        (
            {"recipient_name": "Dr Sample", "ground": "treatment"},
            "No consent is the ground: type the reason, once.",
        ),
        (
            {"recipient_name": "Dr Sample", "ground": "consent"},
            "No consent is in force. Choose another ground.",
        ),
    ],
)
def test_what_is_given_away_is_asked_for_name_and_ground(
    theo_client: Client, theo: User, plan: Plan, said: dict[str, str], sentence: str
) -> None:
    wish = typed(plan, theo, what="summary", recipient="primary care", **said)
    answer = theo_client.post(form_of(plan.patient), wish)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    for value in said.values():
        assert value in answer.content.decode()
    assert not Document.objects.exists()


def test_a_consent_in_force_is_a_ground_and_one_that_ended_is_not_offered(
    theo_client: Client, theo: User, plan: Plan
) -> None:
    consent = ConsentFactory(patient=plan.patient, whom="Dr Sample")
    ConsentFactory(
        patient=plan.patient, whom="Long ago", since=date(2020, 1, 1), until=date(2020, 2, 1)
    )
    page = theo_client.get(form_of(plan.patient)).content.decode()
    assert "Dr Sample" in page
    assert "Long ago" not in page
    said = typed(
        plan, theo, what="summary", recipient="primary care", recipient_name="Dr Sample",
        ground="consent", consent=str(consent.pk),
    )  # fmt: skip
    assert theo_client.post(form_of(plan.patient), said).status_code == 302
    assert Disclosure.objects.get().consent == consent


def test_a_plan_of_another_patient_cannot_be_named(
    clare_client: Client, clare: User, plan: Plan, clinic: Clinic
) -> None:
    other = PatientFactory(clinic=clinic, zoe=True, registered_by=clare)
    assert clare_client.post(form_of(other), typed(plan, clare)).status_code == 422
    assert not Document.objects.exists()


def test_an_old_version_s_paper_is_marked_as_superseded(
    clare_client: Client, clare: User, plan: Plan
) -> None:
    clare_client.post(form_of(plan.patient), typed(plan, clare))
    sign(
        plan, published("C2"), clare, number=2, kind="change", replaces=plan.versions.get(),
        reason="Settling.", signed_at=SIGNED_AT + timedelta(days=1),
    )  # fmt: skip
    for name, args in (
        ("plans:patient-documents", {"patient": plan.patient.pk}),
        ("plans:documents", {}),
    ):
        page = clare_client.get(reverse(name, kwargs=args)).content.decode()
        assert "Superseded by version 2" in page


def test_the_clinic_s_list_names_whose_paper_it_is(
    clare_client: Client, clare: User, sam_client: Client, plan: Plan
) -> None:
    clare_client.post(form_of(plan.patient), typed(plan, clare))
    assert "SAMPLE, Otto" in clare_client.get(reverse("plans:documents")).content.decode()
    assert "SAMPLE" not in sam_client.get(reverse("plans:documents")).content.decode()


def test_an_empty_list_says_so(clare_client: Client, otto: Patient) -> None:
    page = clare_client.get(reverse("plans:patient-documents", kwargs={"patient": otto.pk}))
    assert "Nothing is printed for this patient yet" in page.content.decode()


@pytest.mark.parametrize("name", ["plans:chart", "plans:chart-dark"])
def test_the_chart_is_an_image_of_its_own(clare_client: Client, plan: Plan, name: str) -> None:
    answer = clare_client.get(reverse(name, kwargs={"plan": plan.pk}))
    assert answer["Content-Type"] == "image/svg+xml"
    assert "no-store" in answer["Cache-Control"]
    assert b"clonazepam, planned mg a day" in answer.content


def test_a_plan_without_a_signed_version_has_no_chart(
    clare_client: Client, otto: Patient, clare: User
) -> None:
    draft = a_plan(otto, clare, state="draft")
    assert clare_client.get(reverse("plans:chart", kwargs={"plan": draft.pk})).status_code == 404


@pytest.mark.parametrize("name", ["plans:documents", "plans:patient-documents"])
def test_a_list_asks_the_database_no_more_for_fifty_than_for_one(
    clare_client: Client, clare: User, plan: Plan, name: str
) -> None:
    kwargs = {} if name == "plans:documents" else {"patient": plan.patient.pk}
    clare_client.post(form_of(plan.patient), typed(plan, clare))
    first = Document.objects.get()
    counted = []
    for more in (0, 9):
        for number in range(more):
            row = Document.objects.get(pk=first.pk)
            row.pk, row.check_code = uuid.uuid4(), f"{number:Y>12}"
            row.recipient, row.disclosure = "own team", None
            row.save(force_insert=True)
        with CaptureQueriesContext(connection) as queries:
            clare_client.get(reverse(name, kwargs=kwargs))
        counted.append([query["sql"] for query in queries])
    assert len(counted[0]) == len(counted[1]) <= 18
    assert not any('"plans_document"."content"' in sql for sql in counted[1])


def test_of_a_superseded_paper_the_page_says_so_before_the_bytes(
    theo_client: Client, theo: User, plan: Plan, clare: User
) -> None:
    theo_client.post(form_of(plan.patient), typed(plan, theo))
    document = Document.objects.get()
    address = reverse("plans:document", kwargs={"document": document.pk})
    assert theo_client.get(address)["Content-Type"] == "application/pdf"
    first = plan.versions.get()
    sign(plan, published("C"), clare, number=2, replaces=first, kind="change", reason="asked")
    page = theo_client.get(address)
    assert page["Content-Type"].startswith("text/html")
    assert "Superseded by version 2" in page.content.decode()
    assert "no longer says what counts" in page.content.decode()
    anyway = theo_client.get(f"{address}?anyway=yes")
    assert anyway.content == bytes(document.content)
    assert AuditEvent.objects.filter(verb="reprinted").count() == 2


def test_a_diary_sheet_asks_for_its_step(theo_client: Client, theo: User, plan: Plan) -> None:
    said = typed(plan, theo, what=f"diary:{plan.pk}")
    refused = theo_client.post(form_of(plan.patient), said)
    assert refused.status_code == 422
    assert "Choose a step of this plan." in refused.content.decode()
    said = typed(plan, theo, what=f"diary:{plan.pk}", step=f"{plan.pk}:s6", discreet="on")
    assert theo_client.post(form_of(plan.patient), said).status_code == 302
    document = Document.objects.get()
    assert (document.kind, document.step is not None) == ("diary", True)


def test_an_emergency_as_the_ground_asks_for_facility_and_nature(
    theo_client: Client, theo: User, plan: Plan
) -> None:
    keep(plan.patient, theo, SEIZURE)
    said = typed(
        plan, theo, what="handover", recipient="emergency team", recipient_name="Ambulance 7",
        ground="emergency", why="seizure now",
    )  # fmt: skip
    refused = theo_client.post(form_of(plan.patient), said)
    assert refused.content.decode().count("Type it: an emergency is the ground.") >= 2
    whole = {"facility": "North Hospital", "emergency": "a fit that goes on"}
    assert theo_client.post(form_of(plan.patient), said | whole).status_code == 302
    row = Disclosure.objects.get()
    assert (row.recipient, row.facility, row.emergency) == (
        "Ambulance 7", "North Hospital", "a fit that goes on",
    )  # fmt: skip
