"""What waits is found from what waits, not from everybody who is registered."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Patient
from plans.presenters.waiting import Waiting, Whose
from tests import doors
from tests.access.world import World
from tests.harness.databases import forget_statistics

MANY = 3000
# How each engine says that it reads every patient, or every patient of a clinic.
EVERYBODY = re.compile(
    r"SCAN patients_patient|SCAN U\d+ .*patients_patient|USING INDEX patients_patient_clinic"
    r"|Seq Scan on patients_patient|patients_patient_clinic\w* on patients_patient"
)


@pytest.fixture
def crowded(world: World) -> Iterator[World]:
    world.fill()
    like = world.patient
    Patient.objects.bulk_create(
        Patient(
            pk=uuid.uuid4(),
            clinic=like.clinic,
            family_name="CROWD",
            given_names=f"Number {number}",
            name_search=f" crowd number {number}",
            born=date(1970, 1, 1),
            registered_by=like.registered_by,
            registered_at=like.registered_at,
            changed_at=like.changed_at,
        )
        for number in range(MANY)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield world
    forget_statistics()


def plan_of(sql: str) -> str:
    """How the engine means to answer."""
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql.replace("%", "%%"), [])
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["help", "plans:home"])
def test_no_page_reads_every_patient_of_a_clinic_to_say_what_waits(
    crowded: World, name: str
) -> None:
    client = doors.signed_in(crowded.clare)
    client.get(reverse("help"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(name)).status_code == 200
    large = [
        query["sql"] for query in captured.captured_queries if "plans_followup" in query["sql"]
    ]

    assert large
    for sql in large:
        assert not EVERYBODY.search(plan_of(sql)), plan_of(sql)


@pytest.mark.django_db
def test_a_statement_that_reads_every_patient_is_found(crowded: World) -> None:
    of_clinic = Patient.objects.filter(clinic=crowded.patient.clinic_id, family_name="CROWD")
    waiting = Waiting(crowded.clare, date(2026, 3, 2), Whose.EVERYBODY)
    with CaptureQueriesContext(connection) as captured:
        list(of_clinic.values("pk"))
        list(waiting.overdue.values("pk"))
    everybody, few = (query["sql"] for query in captured.captured_queries)

    assert EVERYBODY.search(plan_of(everybody))
    assert not EVERYBODY.search(plan_of(few))
