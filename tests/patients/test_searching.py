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
from taperplan.kept import Kept
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


def very_many(monkeypatch: pytest.MonkeyPatch, most: int, *, page: int = 3) -> None:
    monkeypatch.setattr(access, "MOST", most)
    monkeypatch.setattr(access, "SHARED", most)
    monkeypatch.setattr(access, "PAGE", page)
    # The text of a statement holds these figures.
    for kept in ("_kept_hits", "_kept_common", "_kept_shared"):
        monkeypatch.setattr(access, kept, Kept())


def test_of_very_many_a_page_and_that_they_are_more_is_shown(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    very_many(monkeypatch, 4)
    for place in range(8):
        patient = PatientFactory(
            clinic=clinic, family_name=f"Sample{place}", given_names="Otto",
            changed_at=REGISTERED - timedelta(days=place),
        )  # fmt: skip
        if place % 2:
            CareTeamFactory(patient=patient, user=clare)

    # Of two words nobody knows how many have both: they are read up to the most that is counted.
    for asked, known in (("sam otto", 4), ("s o", 4), ("s", 3), ("sam", 3)):
        first, second, third = (access.find(clare, asked, page=page) for page in (1, 2, 3))
        assert [one.family_name for one in first.rows] == ["Sample0", "Sample1", "Sample2"]
        assert [one.family_name for one in second.rows] == ["Sample3", "Sample4", "Sample5"]
        assert [one.family_name for one in third.rows] == ["Sample6", "Sample7"]
        assert (first.count, first.more, first.older) == (known, True, 2)
        assert (second.count, second.more, second.older) == (6, True, 3)
        assert (third.count, third.more, third.older, third.end) == (8, False, None, 8)
        assert access.find(clare, asked, page=9).rows == first.rows
    assert names(clare, "sam otto", mine=True) == ["Sample1", "Sample3", "Sample5"]
    # Mine are few, and each is asked: however many share the word, they are counted.
    mine = access.find(clare, "sam", mine=True)
    assert (mine.count, mine.more, mine.older) == (4, False, 2)
    assert [one.family_name for one in access.find(clare, "sam", mine=True, page=2).rows] == [
        "Sample7"
    ]


def test_what_many_share_finds_whom_a_rare_word_would(
    clinic: Clinic, other_clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways of looking, over joined, restricted, archived and other clinics' records."""
    heads = []
    for place in range(12):
        patient = PatientFactory(
            clinic=other_clinic if place % 6 == 5 else clinic,
            family_name=("Sample", "Samuel", "Muster")[place % 3], given_names=f"Otto{place}",
            restricted=place % 4 == 1, archived_at=REGISTERED if place == 6 else None,
            changed_at=REGISTERED - timedelta(days=place % 5),
        )  # fmt: skip
        if place == 1:
            CareTeamFactory(patient=patient, user=clare)
        heads.append(patient)
    # Found by what they were called once: seen, restricted to others, and of an archived head.
    for head, restricted in ((2, False), (8, True), (6, False), (11, False)):
        PatientFactory(
            clinic=heads[head].clinic, family_name="Samson", joined_to=heads[head],
            restricted=restricted,
        )  # fmt: skip

    few = {asked: access.find(clare, asked).rows for asked in ("sam", "s", "samson", "otto")}
    assert [one.given_names for one in few["samson"]] == ["Otto2"]
    very_many(monkeypatch, 0, page=50)
    assert {asked: access.find(clare, asked).rows for asked in few} == few
    assert {asked: [one.pk for one in access.suggested(clare, asked)] for asked in few} == {
        asked: [one.pk for one in rows][: access.SUGGESTED] for asked, rows in few.items()
    }


@pytest.mark.one_engine
def test_a_word_of_many_is_looked_for_in_the_order_of_the_list(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's row is read who is not shown, and joined records are begun with those there are."""
    very_many(monkeypatch, 0)
    forget_statistics()
    PatientFactory(clinic=clinic, otto=True)
    assert clare.membership is not None
    with CaptureQueriesContext(connection) as made:
        access.find(clare, "otto")
    assert len(made) == 2
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {made[1]['sql']}")
            steps = [row[-1] for row in cursor.fetchall()]
        of_patients = [step for step in steps if "patients_patient " in step or " W0 " in step]
        assert ["patient_recent" in of_patients[0], "patient_joined" in of_patients[1]] == [
            True
        ] * 2
        assert len(of_patients) == 2
        # The words are listed before anybody's row is looked at.
        said = "; ".join(steps)
        assert '+"patients_patient"."id" IN' in made[1]["sql"], "a large clinic's keys lead instead"
        assert said.index("LIST SUBQUERY") < said.index("CORRELATED SCALAR SUBQUERY")


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
    assert len(made) <= 3
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in made.captured_queries[:-1]:
                cursor.execute(f"EXPLAIN QUERY PLAN {statement['sql']}")
                plan = str(cursor.fetchall()).replace("SCAN counted", "")
                assert "INDEX search_word" in plan, statement["sql"]
                assert "SCAN" not in plan


def test_a_word_of_no_patient_belongs_to_nobody(clinic: Clinic, clare: User) -> None:
    SearchWord.objects.create(kind=searching.NAME, word="ghost", patient_key=uuid.uuid4())
    assert names(clare, "ghost") == []
