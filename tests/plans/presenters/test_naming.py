"""A name in other letters, and whether a file's title says whose it is."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from patients.models import Patient
from plans.actions.document import Wish, print_document
from plans.models import Document, Plan
from plans.rules.paper import DocumentKind, PageSize, PrintSize, Recipient
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from tests.factories import PatientFactory
from tests.plans.signing import a_plan, published, sign

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, 20, tzinfo=UTC)
HAN = {"family_name": "\u9673", "given_names": "\u7f8e\u73b2", "latin_name": "Mei-Ling Sample"}


def printed(patient: Patient, plan: Plan, kind: DocumentKind, by: User) -> Document:
    wish = Wish(
        kind=kind, page=PageSize.A4, size=PrintSize.STANDARD, recipient=Recipient.OWN_TEAM,
        step="s1", discreet=False,
    )  # fmt: skip
    document, _made = print_document(
        key=uuid.uuid4(), patient=patient, plan=plan, wish=wish, now=NOW, by=by
    )
    return document


KINDS = [
    DocumentKind.HANDOUT,
    DocumentKind.DIARY,
    DocumentKind.SUPPLY,
    DocumentKind.SUMMARY,
    DocumentKind.TRANSFER,
]


def test_a_file_s_title_names_the_patient_only_where_the_clinic_says_so(
    clinic: Clinic, clare: User
) -> None:
    otto = PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)
    plan = a_plan(otto, clare)
    sign(plan, published("C"), clare)

    def named(kind: DocumentKind) -> bool:
        document = printed(otto, plan, kind, clare)
        reader = PdfReader(BytesIO(bytes(document.content)))
        assert reader.metadata is not None
        xmp = reader.xmp_metadata
        assert xmp is not None
        assert (xmp.dc_title or {})["x-default"] == reader.metadata.title
        return "SAMPLE" in str(reader.metadata.title)

    assert not any(named(kind) for kind in KINDS)
    otto.clinic.file_title = Clinic.FileTitle.NAME
    assert all(named(kind) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_no_font_holds_stands_in_latin_letters_beside_the_mark_and_is_logged(
    kind: DocumentKind, clinic: Clinic, clare: User
) -> None:
    patient = PatientFactory(clinic=clinic, number="DEMO 0099 01", registered_by=clare, **HAN)
    plan = a_plan(patient, clare)
    sign(plan, published("C"), clare)
    document = printed(patient, plan, kind, clare)
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(bytes(document.content))).pages)
    assert "\ufffd Mei-Ling Sample" in text
    assert document.unprintable > 0
    event = AuditEvent.objects.filter(verb="printed").latest("pk")
    assert f'"letters not printed": "{document.unprintable}"' in event.detail


def test_a_name_in_latin_letters_is_typed_on_the_forms_found_and_refused_in_others(
    clinic: Clinic, clare: User, clare_client: Client
) -> None:
    patient = PatientFactory(clinic=clinic, number="DEMO 0099 01", registered_by=clare, **HAN)
    assert 'name="latin_name"' in clare_client.get(reverse("patients:register")).content.decode()
    page = reverse("patients:amend", kwargs={"patient": patient.pk, "part": "names"})
    typed = {
        "family_name": patient.family_name, "given_names": patient.given_names,
        "preferred_name": "", "latin_name": "\u9673", "born_0": "3", "born_1": "4",
        "born_2": "1970", "sex": "", "revision": "1", "why": "",
    }  # fmt: skip
    refused = clare_client.post(page, typed)
    assert "Type it in Latin letters only." in refused.content.decode()
    assert clare_client.post(page, {**typed, "latin_name": "Chen Mei-Ling"}).status_code == 302
    patient.refresh_from_db()
    assert patient.latin_name == "Chen Mei-Ling"
    found = clare_client.post(reverse("patients:list"), {"q": "chen"}, follow=True).content.decode()
    assert str(patient.pk) in found
