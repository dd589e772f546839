"""The record numbers of a page of patients are found by their patients, not among all there are."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.db.models import OuterRef, Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Patient, RecordNumber
from taperplan.counting import TextsOf
from tests import doors
from tests.access.world import World

pytestmark = pytest.mark.django_db
NUMBERS = "patients_recordnumber"
# "Theirs, or of one of these" leaves PostgreSQL no index: each number there is, for each patient.
EACH_NUMBER = re.compile(rf"on {NUMBERS} [^\n]*\n *Filter: [^\n]*SubPlan")


def reads_each_number(sql: str) -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # It answers both sides of an "or" from an index each.
            cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"), [])
            (alias,) = set(re.findall(rf'"{NUMBERS}" (\w+)', sql))
            return any(str(row[-1]).startswith(f"SCAN {alias}") for row in cursor.fetchall())
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
        return bool(EACH_NUMBER.search("\n".join(row[0] for row in cursor.fetchall())))


@pytest.mark.parametrize("asked", ["", "?page=2"])
def test_a_list_reads_the_numbers_of_those_whom_it_shows(world: World, asked: str) -> None:
    world.fill()
    client = doors.signed_in(world.clare)
    client.get(reverse("patients:list"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse("patients:list") + asked).status_code == 200
    found = [one["sql"] for one in captured.captured_queries if f'"{NUMBERS}"' in one["sql"]]

    assert found
    assert not any(reads_each_number(sql) for sql in found)


def test_a_statement_that_reads_each_number_is_found(world: World) -> None:
    """As it was once: a tenth of a second among 10,000 patients, for PostgreSQL."""
    joined = Patient.objects.filter(joined_to=OuterRef(OuterRef("pk"))).values("pk")
    either = RecordNumber.objects.filter(Q(patient=OuterRef("pk")) | Q(patient__in=joined))
    texts = TextsOf(either.values_list("issuer", "number"))
    with CaptureQueriesContext(connection) as captured:
        list(Patient.objects.annotate(texts=texts).values_list("texts"))

    assert reads_each_number(captured.captured_queries[-1]["sql"]) is (
        connection.vendor == "postgresql"
    )
