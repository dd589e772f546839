from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from patients.models import Patient
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.factories import (
    REGISTERED,
    AllergyFactory,
    AnswerFactory,
    CareTeamFactory,
    ConsentFactory,
    ContactPersonFactory,
    OtherMedicineFactory,
    PatientFactory,
    RecordNumberFactory,
    ResultFactory,
)
from tests.patients.sending import text

LIST = reverse("patients:list")


def found(client: doors.Client, asked: str, **more: str) -> list[str]:
    """The names in the list, in its order."""
    response = client.get(LIST, {**doors.asking(client, asked), **more})
    return [row.name for row in response.context["list"].rows]


@pytest.fixture
def cast(clinic: Clinic, otto: Patient) -> None:
    PatientFactory(clinic=clinic, zoe=True, number="DEMO 0039 02")
    PatientFactory(clinic=clinic, giorgos=True)
    PatientFactory(clinic=clinic, obrien=True)


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("otto", ["SAMPLE, Otto"]),
        ("OTT sam", ["SAMPLE, Otto"]),
        ("sample otto", ["SAMPLE, Otto"]),
        ("tto", []),
        ("zoe", ["FIXTURE, Zoë"]),
        ("Zoë fixture", ["FIXTURE, Zoë"]),
        ("ΓΙΏΡΓΟΣ", ["ΔΕΙΓΜΑ, Γιώργος"]),
        ("δειγμα", ["ΔΕΙΓΜΑ, Γιώργος"]),
        ("obrien", ["O'BRIEN-BEISPIEL, Ida"]),
        ("O'Brien", ["O'BRIEN-BEISPIEL, Ida"]),
        ("o\u2019brien beispiel", ["O'BRIEN-BEISPIEL, Ida"]),
        ("brien", ["O'BRIEN-BEISPIEL, Ida"]),
        ("21 Nov 1956", ["SAMPLE, Otto"]),
        ("21.11.1956", ["SAMPLE, Otto"]),
        ("1956-11-21 otto", ["SAMPLE, Otto"]),
        ("otto 1956", ["SAMPLE, Otto"]),
        ("zoe 21 Nov 1956", []),
        ("8/7/1990", ["FIXTURE, Zoë"]),
        ("7/8/1990", ["FIXTURE, Zoë"]),
        ("DEMO 0042 17", ["SAMPLE, Otto"]),
        ("demo004217", ["SAMPLE, Otto"]),
        ("0042 17", ["SAMPLE, Otto"]),
        ("555-0142", ["SAMPLE, Otto"]),
        ("5550142", ["SAMPLE, Otto"]),
        ("nobody", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("<script>", []),
        ("\x00", []),
        ("x" * 10_000, []),
    ],
)
def test_a_patient_is_found_by_names_birth_date_number_or_phone(
    clare_client: doors.Client, asked: str, names: list[str]
) -> None:
    assert found(clare_client, asked) == names


def test_those_whose_record_changed_last_stand_first(
    clare_client: doors.Client, clinic: Clinic
) -> None:
    for days, name in ((3, "Three"), (1, "One"), (2, "Two")):
        PatientFactory(
            clinic=clinic, family_name=name, changed_at=REGISTERED - timedelta(days=days)
        )

    assert found(clare_client, "") == ["ONE, Sample", "TWO, Sample", "THREE, Sample"]


def test_mine_are_those_whose_care_team_i_am_on(
    clare_client: doors.Client, theo_client: doors.Client, clare: User, otto: Patient,
    clinic: Clinic,
) -> None:  # fmt: skip
    PatientFactory(clinic=clinic, zoe=True)
    CareTeamFactory(patient=otto, user=clare)

    assert found(clare_client, "", mine="1") == ["SAMPLE, Otto"]
    assert found(theo_client, "", mine="1") == []
    assert "Nobody is yours yet" in text(theo_client.get(LIST, {"mine": "1"}))


def test_a_joined_record_is_found_as_the_one_it_is_joined_to(
    clare_client: doors.Client, clinic: Clinic, otto: Patient
) -> None:
    PatientFactory(
        clinic=clinic, family_name="Muster", joined_to=otto, number="DEMO 0099", phone="555-0199",
        phone_search="5550199",
    )  # fmt: skip

    for asked in ("DEMO 0099", "muster", "5550199"):
        assert found(clare_client, asked) == ["SAMPLE, Otto"]
    assert found(clare_client, "") == ["SAMPLE, Otto"]
    assert "DEMO 0099" in text(clare_client.get(LIST)).replace("\xa0", " ")


def test_a_withdrawn_number_finds_nobody(clare_client: doors.Client, otto: Patient) -> None:
    RecordNumberFactory(
        patient=otto, number="OLD 1", withdrawn_at=REGISTERED,
        withdrawn_by=otto.registered_by, withdrawn_why="typed in error",
    )  # fmt: skip

    assert found(clare_client, "OLD 1") == []


def test_another_clinics_patients_are_not_found(
    clare_client: doors.Client, sam_client: doors.Client, otto: Patient
) -> None:
    for asked in ("otto", "", "21 Nov 1956", "DEMO 0042 17", "555-0142"):
        assert found(sam_client, asked) == []
        assert found(clare_client, asked) == ["SAMPLE, Otto"]


def test_those_who_died_or_were_transferred_say_so_in_words(
    clare_client: doors.Client, clinic: Clinic
) -> None:
    PatientFactory(clinic=clinic, died=True)
    PatientFactory(clinic=clinic, transferred=True)

    words = text(clare_client.get(LIST)).replace("\xa0", " ")
    assert "Died 2 Oct 2026, told by Ingrid Sample, sister" in words
    assert "Transferred to Eastfield Test Clinic, accepted 5 Oct 2026" in words


def test_a_long_list_has_pages_of_fifty(clare_client: doors.Client, clinic: Clinic) -> None:
    for _row in range(101):
        PatientFactory(clinic=clinic)

    assert len(found(clare_client, "")) == 50
    assert len(found(clare_client, "", page="3")) == 1
    asked = doors.asking(clare_client, "fixture")
    second = clare_client.get(LIST, {"page": "2", **asked})
    assert "51 to 100 of 101" in text(second)
    assert f'href="?search={asked["search"]}&amp;page=3"' in second.content.decode()
    for odd in ("0", "-1", "x", "9" * 5_000, "\u0663"):
        assert clare_client.get(LIST, {"page": odd}).status_code == 200


def test_a_search_leaves_its_count_in_the_trail_and_not_its_words(
    clare_client: doors.Client, otto: Patient
) -> None:
    found(clare_client, "otto")

    event = AuditEvent.objects.get(verb="searched")
    assert event.detail == '{"found": "1"}'
    clare_client.get(LIST)
    assert AuditEvent.objects.filter(verb="searched").count() == 1


def test_an_empty_clinic_is_told_so(clare_client: doors.Client) -> None:
    assert "No patient is registered" in text(clare_client.get(LIST))


# --- Statements ---------------------------------------------------------------------------


def everything_about(patient: Patient, user: User, times: int) -> None:
    for number in range(times):
        for made in (
            AllergyFactory, OtherMedicineFactory, ContactPersonFactory, ResultFactory,
            ConsentFactory,
        ):  # fmt: skip
            row: Any = made(patient=patient)
            made(patient=patient, replaces=row, why="corrected")
        AnswerFactory(patient=patient, item="seizures")
        RecordNumberFactory(patient=patient, number=f"X {times} {number}")
    CareTeamFactory(patient=patient, user=user)


@pytest.fixture
def _seen_just_now(clare: User) -> None:
    """Last seen is written once a minute: not what is counted here."""
    User.objects.filter(pk=clare.pk).update(last_seen=datetime.now(UTC))


@pytest.mark.usefixtures("_seen_just_now")
@pytest.mark.parametrize("query", [{}, {"words": "fixture 1970"}, {"words": "demo", "mine": "1"}])
def test_the_list_takes_the_same_statements_for_1_10_and_100(
    clare_client: doors.Client, clare: User, clinic: Clinic, query: dict[str, str],
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    counted = []
    made = 0
    asked = doors.asking(clare_client, query.get("words", ""))
    for rows in (1, 10, 100):
        while made < rows:
            made += 1
            patient = PatientFactory(clinic=clinic, number=f"DEMO {made}")
            CareTeamFactory(patient=patient, user=clare)
        # Session, account, list, frame; a search counts itself and leaves a row in the trail.
        with django_assert_max_num_queries(9 if "words" in query else 4) as statements:
            assert clare_client.get(LIST, {**asked, **query}).status_code == 200
        counted.append(len(statements))

    assert len(set(counted)) == 1


@pytest.mark.usefixtures("_seen_just_now")
@pytest.mark.parametrize("name", ["intake", "assess", "history", "find-to-join", "team"])
def test_a_page_takes_the_same_statements_for_1_10_and_100_of_everything(
    clare_client: doors.Client, clare: User, clinic: Clinic, name: str,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    counted = []
    for times in (1, 10, 100):
        patient = PatientFactory(clinic=clinic)
        everything_about(patient, clare, times)
        url = reverse(f"patients:{name}", args=[patient.pk])
        with django_assert_max_num_queries(18) as statements:
            assert clare_client.get(url).status_code == 200
        counted.append(len(statements))

    assert len(set(counted)) == 1
