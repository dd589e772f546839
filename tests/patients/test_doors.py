"""Every address of this room, at every door."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from patients import urls
from patients.models import Patient
from patients.vocabulary import Kind
from taperplan.accounts.models import User
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.factories import AllergyFactory, CareTeamFactory, ConsentFactory, PatientFactory

pytestmark = pytest.mark.one_engine

VERBS = ("get", "post", "head", "put", "patch", "delete", "options")
OPEN = {"list", "register"}
NAMES = [pattern.name for pattern in urls.urlpatterns]
OF_A_PATIENT = [name for name in NAMES if name not in OPEN]


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
    }


def address(name: str, keys: dict[str, Any]) -> str:
    pattern = next(pattern for pattern in urls.urlpatterns if pattern.name == name)
    return reverse(
        f"patients:{name}",
        kwargs={key: keys[key] for key in pattern.pattern.converters},
    )


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", OF_A_PATIENT)
def test_a_stranger_meets_nothing_whatever_the_address_and_the_verb(
    sam_client: doors.Client, keys: dict[str, Any], name: str, verb: str
) -> None:
    before = Patient.objects.values().get(pk=keys["patient"])

    response = getattr(sam_client, verb)(address(name, keys))

    assert response.status_code in (404, 405)
    assert b"Sample" not in response.content
    assert Patient.objects.values().get(pk=keys["patient"]) == before
    assert not AuditEvent.objects.filter(patient=f"patient:{keys['patient']}").exists()


@pytest.mark.parametrize("name", OF_A_PATIENT)
def test_unknown_and_somebody_elses_are_the_same_answer(
    sam_client: doors.Client, keys: dict[str, Any], name: str
) -> None:
    unknown = {key: uuid.uuid4() if isinstance(keys[key], uuid.UUID) else keys[key] for key in keys}

    theirs = sam_client.get(address(name, keys))
    nobodys = sam_client.get(address(name, unknown))

    assert theirs.status_code == nobodys.status_code
    assert theirs.status_code in (404, 405)


@pytest.mark.parametrize("name", NAMES)
def test_those_without_a_clinical_role_are_refused(
    ada_client: doors.Client, ole_client: doors.Client, keys: dict[str, Any], name: str
) -> None:
    for client in (ada_client, ole_client):
        for verb in ("get", "post"):
            response = getattr(client, verb)(address(name, keys))
            assert response.status_code in (403, 405)
            assert b"Sample" not in response.content


@pytest.mark.parametrize("name", NAMES)
def test_whoever_is_not_signed_in_is_asked_to(
    client: doors.Client, keys: dict[str, Any], name: str
) -> None:
    response = client.get(address(name, keys))

    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


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
