"""What is shown of a patient is in the trail. Who may come in: tests/access."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from patients import records, urls
from patients.models import Patient
from patients.vocabulary import Kind
from taperplan.accounts.models import User
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.factories import AllergyFactory, CareTeamFactory, ConsentFactory, PatientFactory

pytestmark = pytest.mark.one_engine

# Of no one patient, or asked before anything of theirs is shown.
OF_NOBODY = {"list", "suggestions", "register", "reviews", "review", "emergency"}
OF_A_PATIENT = [
    pattern.name
    for pattern in urls.urlpatterns
    if pattern.name
    and pattern.name not in OF_NOBODY
    # A table of many: whoever is registered by it gets rows of their own.
    and not pattern.name.startswith("import")
]


@pytest.fixture
def keys(otto: Patient, clare: User) -> dict[str, Any]:
    """What the addresses name, all of it of our clinic."""
    return {
        "patient": otto.pk,
        "kind": Kind.ALLERGY,
        "recorded": AllergyFactory(patient=otto).pk,
        "consent": ConsentFactory(patient=otto).pk,
        "record_number": otto.numbers.get().pk,
        "team_member": CareTeamFactory(patient=otto, user=clare).pk,
        "other_patient": PatientFactory(clinic=otto.clinic).pk,
        "part": "contact",
        "legal_hold": records.hold(
            patient=otto, token=uuid.uuid4(), why="a claim", now=timezone.now(), by=clare
        ).pk,
    }


def address(name: str, keys: dict[str, Any]) -> str:
    pattern = next(pattern for pattern in urls.urlpatterns if pattern.name == name)
    return reverse(
        f"patients:{name}",
        kwargs={key: keys[key] for key in pattern.pattern.converters},
    )


@pytest.mark.parametrize("name", OF_A_PATIENT)
def test_every_page_of_a_patient_that_is_shown_is_in_the_trail(
    theo_client: doors.Client, theo: User, keys: dict[str, Any], name: str
) -> None:
    response = theo_client.get(address(name, keys))

    rows = AuditEvent.objects.filter(verb="viewed", patient=f"patient:{keys['patient']}")
    assert rows.count() == (1 if response.status_code == 200 else 0)
    for row in rows:
        assert row.actor == f"user:{theo.pk}"
        assert row.detail == f'{{"page": "patients:{name}"}}'


def test_a_form_shown_again_with_its_errors_is_a_view_too(
    theo_client: doors.Client, otto: Patient
) -> None:
    theo_client.post(reverse("patients:died", args=[otto.pk]), {})

    assert AuditEvent.objects.filter(verb="viewed").count() == 1


@pytest.mark.parametrize("word", ["luck", "Allergies", "allergies%00", "..", "new"])
def test_a_word_that_is_no_kind_is_no_address(
    clare_client: doors.Client, otto: Patient, word: str
) -> None:
    assert clare_client.get(f"/patients/{otto.pk}/intake/{word}/new/").status_code == 404
    assert clare_client.get(f"/patients/{otto.pk}/identity/{word}/").status_code == 404
