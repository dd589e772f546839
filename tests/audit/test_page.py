"""The trail as an auditor reads it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.urls import reverse

from taperplan.accounts.models import Clinic, User
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.accounts.conftest import give_password
from tests.doors import Client

PAGE = "audit:list"


class Named:
    """Something that the trail can name: it asks for a kind and a key."""

    def __init__(self, kind: str, key: UUID) -> None:
        self.pk = key
        self._meta = type("Meta", (), {"model_name": kind})


OTTO, IDA = Named("patient", uuid4()), Named("patient", uuid4())


def reference(patient: Named) -> str:
    return f"P-{patient.pk.hex[:8]}"


def verbs_on(body: str) -> list[str]:
    return re.findall(r"<td><b>([^<]+)</b>", body)


def read(client: Client, **asked: str) -> str:
    answer = client.post(reverse(PAGE), asked, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def day(clare: User, theo: User) -> None:
    """Two days of work, around midnight in Berlin."""
    with time_machine.travel("2026-11-23 22:30Z", tick=False):  # 23:30 on the 23rd
        trail.record(Verb.VIEWED, OTTO, patient=OTTO, by=clare)
    with time_machine.travel("2026-11-23 23:30Z", tick=False):  # 00:30 on the 24th
        trail.record(Verb.AMENDED, IDA, patient=IDA, by=theo)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["amended", "viewed"]),
        ({"patient": reference(OTTO)}, ["viewed"]),
        ({"patient": reference(OTTO).upper()}, ["viewed"]),
        ({"patient": str(IDA.pk)}, ["amended"]),
        ({"person": "clare@"}, ["viewed"]),
        ({"person": "THEO@northfield.example"}, ["amended"]),
        ({"verb": "viewed"}, ["viewed"]),
        ({"day_0": "23", "day_1": "11", "day_2": "2026"}, ["viewed"]),
        ({"day_0": "24", "day_1": "11", "day_2": "2026"}, ["amended"]),
        ({"verb": "viewed", "person": "theo"}, []),
    ],
)
def test_rows_are_found_by_patient_person_verb_and_the_clinics_day(
    day: None, ole_client: Client, asked: dict[str, str], found: list[str]
) -> None:
    with time_machine.travel("2026-11-24 09:00Z", tick=False):
        assert verbs_on(read(doors.signed_in(User.objects.get(name="Ole Prove")), **asked)) == found


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"patient": "Otto SAMPLE"}, "Type it like P-"),
        ({"day_0": "30", "day_1": "2", "day_2": "2026"}, "30"),
        ({"day_0": "24"}, "Type the"),
        ({"person": "a\0b"}, "cannot be shown"),
        ({"verb": "x' OR 1=1"}, "valid choice"),
        ({"before": "x"}, "whole number"),
    ],
)
def test_what_cannot_be_searched_gets_a_sentence(
    day: None, ole_client: Client, asked: dict[str, str], sentence: str
) -> None:
    body = read(ole_client, **asked)

    assert sentence in body
    assert verbs_on(body) == []


def test_reading_the_trail_is_in_the_trail(day: None, ole: User, ole_client: Client) -> None:
    read(ole_client, patient=reference(OTTO), person="clare")

    row = AuditEvent.objects.latest("number")
    assert row.verb == Verb.TRAIL_READ
    assert row.actor == f"user:{ole.pk}"
    assert row.detail == f'{{"patient": "{OTTO.pk.hex[:8]}", "person": "yes"}}'


def test_no_other_clinic_is_in_it(day: None, sam: User, ole_client: Client) -> None:
    trail.record(Verb.REGISTERED, OTTO, patient=OTTO, by=sam)

    body = read(ole_client)
    assert "registered" not in verbs_on(body)
    assert sam.email not in body


def test_refused_sign_ins_of_nobody_known_are_seen(clinic: Clinic, ole_client: Client) -> None:
    give_password(Client(), "nobody@northfield.example", "x")

    assert "sign-in refused" in verbs_on(read(ole_client))


def test_it_is_read_page_by_page(clare: User, ole_client: Client) -> None:
    for _row in range(120):
        trail.record(Verb.VIEWED, by=clare)
    seen: list[str] = []
    query = ""
    for _page in range(3):
        body = ole_client.get(reverse(PAGE) + query).content.decode()
        seen += re.findall(r'<td class="number" data-label="Row">(\d+)</td>', body)
        older = re.search(r'href="(\?[^"]*before=\d+[^"]*)"', body)
        query = older.group(1).replace("&amp;", "&") if older else ""

    assert seen == [str(number) for number in range(120, 0, -1)]
    assert query == ""
    for nonsense in ("0", "-5", "9" * 40):
        assert ole_client.get(reverse(PAGE), {"before": nonsense}).status_code == 200


@pytest.mark.parametrize("count", [1, 10, 100])
def test_it_costs_the_same_with_1_10_and_100_rows(
    clare: User, ole_client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for _row in range(count):
        trail.record(Verb.VIEWED, OTTO, patient=OTTO, by=clare)
    with django_assert_max_num_queries(10):
        read(ole_client, patient=reference(OTTO))


def test_only_an_auditor_reads_it(
    clare_client: Client, theo_client: Client, ada_client: Client
) -> None:
    for client in (clare_client, theo_client, ada_client):
        assert client.get(reverse(PAGE)).status_code == 403
