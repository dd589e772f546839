"""Programs read with a key, one patient at a time, what the key reaches and no more."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from patients.models import Disclosure
from patients.vocabulary import Ground
from plans.actions import access_key as actions
from plans.forms.access_key import ISSUE
from plans.models import AccessKey
from plans.rules.exchange import WHOLE, KeyKind, Part
from taperplan import tokens
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from tests import doors, factories
from tests.plans.fhir.reader import Site
from tests.plans.typing import ROUTINE, SEIZURE, completed

if TYPE_CHECKING:
    from patients.models import Patient
    from taperplan.accounts.models import Clinic, User

HOSPITAL = "Southfield Test Hospital"


@pytest.fixture
def patient(clinic: Clinic, clare: User) -> Patient:
    made: Patient = factories.PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17")
    factories.signed_plan(made, clare)
    completed(made, clare, {**ROUTINE, **SEIZURE, "s-seizure-many": "1", "v-pulse": "92"})
    factories.ConsentFactory(patient=made)
    return made


def issued(
    clinic: Clinic,
    answers_for: User,
    by: User,
    parts: frozenset[Part] = WHOLE,
    ground: Ground = Ground.TREATMENT,
) -> str:
    now = timezone.now()
    reach = actions.Reach(HOSPITAL, parts, ground, "shared care", now + timedelta(days=30))
    return actions.issue(
        token=uuid.uuid4(), clinic=clinic, reach=reach, answers_for=answers_for, now=now, by=by
    )


@pytest.fixture
def key(clinic: Clinic, clare: User, ada: User) -> str:
    return issued(clinic, clare, ada)


def get(path: str, key: str = "", **query: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Client().get(f"/fhir/{path}", query, headers=headers)


def body(response: Any) -> str:
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    text: str = response.content.decode()
    return text


def test_everything_of_a_patient_is_read_and_each_thing_by_its_name(
    patient: Patient, key: str
) -> None:
    response = get(f"Patient/{patient.pk}/$everything", key)
    site = Site(body(response))

    assert response["Content-Type"] == "application/fhir+json"
    assert response["Cache-Control"] == "no-store"
    assert {one["resourceType"] for one in site.found.values()} >= {
        "Patient", "CarePlan", "MedicationRequest", "QuestionnaireResponse", "Flag", "Consent",
    }  # fmt: skip
    AccessKey.objects.update(calls=0)
    for name in list(site.found)[:50]:
        again = get(name, key)
        assert again.status_code == 200, name
        assert json.loads(body(again)) == json.loads(json.dumps(site.found[name], default=float))


def test_a_search_finds_the_resources_of_its_kind(patient: Patient, key: str) -> None:
    plans = json.loads(body(get("CarePlan", key, patient=str(patient.pk))))
    same = json.loads(body(get("CarePlan", key, patient=f"Patient/{patient.pk}")))
    people = json.loads(body(get("Patient", key, identifier="demo 0042 17")))
    nobody = json.loads(body(get("Patient", key, identifier="nobody's")))

    assert plans["type"] == "searchset"
    assert [e["resource"]["resourceType"] for e in plans["entry"]] == ["CarePlan"]
    assert same["entry"] == plans["entry"]
    assert [e["resource"]["id"] for e in people["entry"]] == [str(patient.pk)]
    assert "entry" not in nobody


def test_each_reading_is_accounted_for_and_in_the_trail(patient: Patient, key: str) -> None:
    get("CarePlan", key, patient=str(patient.pk))
    body(get(f"Patient/{patient.pk}/$everything", key))
    get(f"Patient/{patient.pk}", key)

    rows = Disclosure.objects.filter(patient=patient).order_by("disclosed_at")
    assert [row.what for row in rows] == ["CarePlan", "Patient/$everything", "Patient"]
    assert {(row.recipient, row.ground, row.why) for row in rows} == {
        (HOSPITAL, "treatment", "shared care")
    }
    assert AuditEvent.objects.filter(verb="read by a program").count() == 3
    assert list(trail.faults()) == []


@pytest.mark.parametrize("shown", ["", "x", "0" * 75, "\u00e9" * 40])
def test_without_a_key_nothing_is_read(patient: Patient, key: str, shown: str) -> None:
    for path in (f"Patient/{patient.pk}", f"Patient/{patient.pk}/$everything", "CarePlan"):
        response = get(path, shown.encode("latin-1").decode("latin-1"))
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
        assert json.loads(body(response))["resourceType"] == "OperationOutcome"
    assert not Disclosure.objects.exists()


def test_a_session_is_no_key(patient: Patient, clare_client: doors.Client) -> None:
    assert clare_client.get(f"/fhir/Patient/{patient.pk}").status_code == 401


def test_a_key_opens_nothing_once_revoked_ended_or_its_person_has_left(
    patient: Patient, clinic: Clinic, clare: User, theo: User, ada: User
) -> None:
    revoked, ended, left = issued(clinic, clare, ada), issued(clinic, clare, ada), ""
    left = issued(clinic, theo, ada)
    now = datetime.now(UTC)
    actions.revoke(key=AccessKey.objects.get(pk=uuid.UUID(hex=revoked[:32])), now=now, by=ada)
    AccessKey.objects.filter(pk=uuid.UUID(hex=ended[:32])).update(
        issued_at=now - timedelta(days=40), ends_at=now - timedelta(days=1)
    )
    assert get(f"Patient/{patient.pk}", left).status_code == 200
    theo.memberships.update(deactivated_at=now)

    for key in (revoked, ended, left):
        assert get(f"Patient/{patient.pk}", key).status_code == 401


def test_a_key_reaches_only_its_parts(
    patient: Patient, clinic: Clinic, clare: User, ada: User
) -> None:
    key = issued(clinic, clare, ada, frozenset({Part.PLANS}))

    assert get("CarePlan", key, patient=str(patient.pk)).status_code == 200
    assert get("Flag", key, patient=str(patient.pk)).status_code == 403
    flag = patient.escalations.get()
    assert get(f"Flag/{flag.pk}", key).status_code == 403
    text = body(get(f"Patient/{patient.pk}/$everything", key))
    assert "CarePlan" in text
    assert "seizure" not in text


def test_another_clinic_s_record_is_as_one_that_never_was(
    patient: Patient, clinic: Clinic, other_clinic: Clinic, sam: User, clare: User, key: str
) -> None:
    other_clinic.opened_at, other_clinic.opened_by = timezone.now(), sam
    other_clinic.save()
    theirs = factories.PatientFactory(clinic=other_clinic, number="THEIRS 1")
    plan = factories.signed_plan(theirs, sam)
    version, nobody = plan.versions.get(), uuid.uuid4()

    for kind, found, absent in (
        ("Patient", theirs.pk, nobody),
        ("CarePlan", version.pk, nobody),
        ("MedicationRequest", f"{version.pk}.p1", f"{nobody}.p1"),
        ("Practitioner", sam.pk, nobody),
        ("Organization", other_clinic.pk, nobody),
    ):
        hidden, none = get(f"{kind}/{found}", key), get(f"{kind}/{absent}", key)
        assert hidden.status_code == none.status_code == 404
        assert hidden.content == none.content
    assert get("CarePlan", key, patient=str(theirs.pk)).status_code == 404
    assert get(f"Patient/{theirs.pk}/$everything", key).status_code == 404
    assert "entry" not in json.loads(body(get("Patient", key, identifier="THEIRS 1")))
    assert not Disclosure.objects.filter(patient=theirs).exists()


def test_where_consent_is_the_ground_one_that_names_the_reader_is_in_force(
    patient: Patient, clinic: Clinic, clare: User, ada: User
) -> None:
    key = issued(clinic, clare, ada, ground=Ground.CONSENT)

    assert get(f"Patient/{patient.pk}", key).status_code == 403
    consent = factories.ConsentFactory(patient=patient, whom=HOSPITAL.lower())
    assert get(f"Patient/{patient.pk}", key).status_code == 200
    assert Disclosure.objects.get(patient=patient).consent == consent


def test_a_minute_allows_so_many_questions(
    patient: Patient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "A_MINUTE", 3)
    answers = [get(f"Patient/{patient.pk}", key) for _turn in range(8)]

    # A minute may have turned between two of them.
    assert sum(a.status_code == 200 for a in answers) in range(3, 7)
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"


@pytest.mark.parametrize(
    "path",
    [
        "CarePlan", "CarePlan?patient=", "CarePlan?patient=x&status=active", "Patient",
        "Patient?name=sample", "Observation?_count=1",
    ],
)  # fmt: skip
def test_a_question_that_we_do_not_know_is_not_answered(key: str, path: str) -> None:
    assert get(path, key).status_code == 400


@pytest.mark.parametrize("path", ["CarePlan/x", "CarePlan/..", "Patient/0", "Bogus/1", "Bogus"])
def test_what_is_no_name_is_not_found(key: str, path: str) -> None:
    assert get(path, key).status_code == 404


def test_the_whole_is_read_in_the_same_statements_however_long_the_record(
    patient: Patient, clare: User, key: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        completed(patient, clare, now=datetime(2026, 11, 24, 9 + number, tzinfo=UTC))
    with django_assert_max_num_queries(45):
        body(get(f"Patient/{patient.pk}/$everything", key))


def test_the_description_names_every_address_and_no_other(clinic: Clinic) -> None:
    stated = json.loads(body(get("metadata")))
    described = json.loads(body(get("openapi.json")))

    kinds = {one["type"] for one in stated["rest"][0]["resource"]}
    assert {path.split("/")[1] for path in described["paths"]} == kinds | {"metadata"}
    assert stated["resourceType"] == "CapabilityStatement"


# --- Issuing a key -----------------------------------------------------------------------------


def typed(ada: User, clare: User, **more: Any) -> dict[str, Any]:
    day = datetime.now(UTC) + timedelta(days=30)
    return {
        "recipient": HOSPITAL,
        "parts": ["plans"],
        "ground": "treatment",
        "why": "shared care",
        "answers_for": str(clare.pk),
        "ends_on_0": str(day.day),
        "ends_on_1": str(day.month),
        "ends_on_2": str(day.year),
        "token": tokens.issue(ada, ISSUE),
        **more,
    }


def test_an_administrator_issues_a_key_that_is_shown_once_and_revokes_it(
    patient: Patient, ada: User, ada_client: doors.Client, clare: User
) -> None:
    form = typed(ada, clare)
    page = ada_client.post(reverse("plans:programs"), form).content.decode()
    (text,) = re.findall(r'<code class="key-text">([^<]+)</code>', page)

    assert get(f"Patient/{patient.pk}", text).status_code == 200
    again = ada_client.post(reverse("plans:programs"), form)
    assert again.status_code == 422
    assert text[32:] not in again.content.decode()
    row = AccessKey.objects.get()
    assert text[32:] not in str(vars(row))
    ada_client.post(reverse("plans:revoke-key", kwargs={"access_key": row.pk}))
    assert get(f"Patient/{patient.pk}", text).status_code == 401
    verbs = AuditEvent.objects.values_list("verb", flat=True)
    assert {"key issued", "key revoked", "read by a program"} <= set(verbs)


@pytest.mark.parametrize(
    "more",
    [
        {"recipient": ""}, {"parts": []}, {"parts": ["everything"]}, {"ground": ""},
        {"ground": "patient"}, {"why": ""}, {"ends_on_2": "2031"}, {"ends_on_2": "2020"},
        {"answers_for": "00000000-0000-0000-0000-000000000000"},
    ],
)  # fmt: skip
def test_a_key_without_reach_reason_person_or_end_is_not_issued(
    ada: User, ada_client: doors.Client, clare: User, more: dict[str, Any]
) -> None:
    response = ada_client.post(reverse("plans:programs"), typed(ada, clare, **more))

    assert response.status_code == 422
    assert not AccessKey.objects.exists()


def test_nobody_of_another_clinic_answers_for_a_key(
    ada: User, ada_client: doors.Client, sam: User
) -> None:
    response = ada_client.post(reverse("plans:programs"), typed(ada, sam))

    assert response.status_code == 422
    assert not AccessKey.objects.exists()


# --- The calendar feed -------------------------------------------------------------------------


def test_a_feed_has_dates_and_no_clinical_word_until_it_is_revoked(
    patient: Patient, clare: User, clare_client: doors.Client
) -> None:
    factories.CareTeamFactory(patient=patient, user=clare)
    from plans.forms.access_key import CALENDAR

    form = {"token": tokens.issue(clare, CALENDAR)}
    page = clare_client.post(reverse("plans:my-calendar"), form).content.decode()
    (address,) = re.findall(r'<code class="key-text">([^<]+)</code>', page)

    response = Client().get(address)
    text = response.content.decode()
    assert response.status_code == 200
    assert f"Due: {patient.reference}" in text
    for word in ("Otto", "Sample", "examplazepam", "mg", "taper", "check-in", "dose", "step"):
        assert word.lower() not in text.lower().replace("-//taperplan//", "")
    row = AccessKey.objects.get(kind=KeyKind.CALENDAR.value)
    clare_client.post(reverse("plans:revoke-calendar", kwargs={"calendar_key": row.pk}))
    assert Client().get(address).status_code == 404


def test_a_new_address_ends_the_one_before(clare: User) -> None:
    now = timezone.now()
    first = actions.issue_calendar(token=uuid.uuid4(), now=now, by=clare)
    second = actions.issue_calendar(token=uuid.uuid4(), now=now, by=clare)

    assert actions.holder(first, KeyKind.CALENDAR, now=now) is None
    assert actions.holder(second, KeyKind.CALENDAR, now=now) is not None
    assert actions.holder(second, KeyKind.PROGRAM, now=now) is None
