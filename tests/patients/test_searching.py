"""The words by which a patient is found are kept by the database, whoever writes the patient."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients import access, searching, watching
from patients.models import Patient, RecordNumber, SearchWord
from tests.factories import REGISTERED, CareTeamFactory, PatientFactory
from tests.harness.databases import forget_statistics

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User


def words(patient: Patient, kind: str) -> set[str]:
    rows = SearchWord.objects.filter(patient_key=patient.pk, kind=kind)
    return set(rows.values_list("word", flat=True))


def names(user: User, asked: str, **more: bool) -> list[str]:
    return [one.family_name for one in access.find(user, asked, **more).rows]


def test_whatever_writes_a_patient_writes_the_words_too(clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic, zoe=True, number="A-17")
    assert {"zoe", "fixture"} <= words(patient, searching.NAME)
    assert words(patient, searching.NUMBER) == {"a17", "17"}
    assert words(patient, searching.YEAR) == {str(patient.born.year)}

    # As an older copy of the program would: past every action of this one.
    Patient.objects.filter(pk=patient.pk).update(
        name_search=" ida o'brien", phone_search="5550142", born="1956-11-21"
    )
    assert words(patient, searching.NAME) == {"ida", "o'brien"}
    assert words(patient, searching.PHONE) == {"5550142", "550142", "50142", "0142", "142", "42"}
    assert words(patient, searching.YEAR) == {"1956"}

    number = RecordNumber.objects.get(patient=patient)
    RecordNumber.objects.filter(pk=number.pk).update(
        withdrawn_at=REGISTERED, withdrawn_by=patient.registered_by, withdrawn_why="typed twice"
    )
    assert words(patient, searching.NUMBER) == set()

    RecordNumber.objects.filter(pk=number.pk).delete()
    Patient.objects.filter(pk=patient.pk)._raw_delete(connection.alias)
    assert not SearchWord.objects.filter(patient_key=patient.pk).exists()


def test_words_that_stand_already_are_written_when_the_triggers_are(
    clinic: Clinic, clare: User
) -> None:
    searching.drop(connection)
    PatientFactory(clinic=clinic, zoe=True, number="A-17")
    assert names(clare, "zoe") == []
    assert any("search_patient_in" in fault for fault in watching.faults())

    call_command("migrate", verbosity=0, stdout=io.StringIO())

    assert names(clare, "zoe") == names(clare, "a17") == ["Fixture"]
    assert watching.faults() == []


def test_of_very_many_a_page_and_that_they_are_more_is_shown(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "MOST", 4)
    monkeypatch.setattr(access, "PAGE", 3)
    for place in range(6):
        patient = PatientFactory(
            clinic=clinic, family_name=f"Sample{place}", given_names="Otto",
            changed_at=REGISTERED - timedelta(days=place),
        )  # fmt: skip
        if place % 2:
            CareTeamFactory(patient=patient, user=clare)

    for asked in ("sam otto", "s o", "s"):
        first, second = (access.find(clare, asked, page=page) for page in (1, 2))
        assert [one.family_name for one in first.rows] == ["Sample0", "Sample1", "Sample2"]
        assert [one.family_name for one in second.rows] == ["Sample3", "Sample4", "Sample5"]
        assert first.more
        assert first.older == 2
        assert second.older is None
    assert names(clare, "sam otto", mine=True) == ["Sample1", "Sample3", "Sample5"]
    assert not access.find(clare, "sam otto", mine=True).more


def test_a_joined_record_of_somebody_elses_patient_is_not_mine(clinic: Clinic, clare: User) -> None:
    head = PatientFactory(clinic=clinic, family_name="Sample")
    PatientFactory(clinic=clinic, family_name="Muster", joined_to=head)

    assert names(clare, "muster") == ["Sample"]
    assert names(clare, "muster", mine=True) == []
    CareTeamFactory(patient=head, user=clare)
    assert names(clare, "muster", mine=True) == ["Sample"]


@pytest.mark.one_engine
@pytest.mark.parametrize("asked", ["otto", "0142", "otto 1956"])
def test_a_search_reads_the_index_from_the_first_letters_on(
    clinic: Clinic, clare: User, asked: str
) -> None:
    forget_statistics()
    PatientFactory(clinic=clinic, otto=True)
    assert clare.membership is not None
    with CaptureQueriesContext(connection) as made:
        access.find(clare, asked)
    assert len(made) <= 2
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {made[0]['sql']}")
            plan = str(cursor.fetchall())
        assert "INDEX search_word" in plan
        assert "SCAN" not in plan


def test_a_word_of_no_patient_belongs_to_nobody(clinic: Clinic, clare: User) -> None:
    SearchWord.objects.create(kind=searching.NAME, word="ghost", patient_key=uuid.uuid4())
    assert names(clare, "ghost") == []
