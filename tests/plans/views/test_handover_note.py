"""What is written for the handover sheet stands beside the red flag, and every wording stays."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from patients.models import Patient
from plans.actions.handover import Handover, NoteDiffersError, write_handover_note
from plans.models import Escalation, HandoverNote
from taperplan import tokens
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from tests.doors import Client
from tests.factories import PatientFactory
from tests.plans.typing import NOW, SEIZURE, keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_that_day() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(minutes=7)):
        yield


@pytest.fixture
def flag(clinic: Clinic, clare: User, theo: User) -> Escalation:
    otto: Patient = PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    return keep(otto, theo, SEIZURE).raised[0]


def sent(flag: Escalation, by: User, **typed: str) -> dict[str, str]:
    token = tokens.issue(by, f"handover:{flag.pk}")
    return {"token": token, "number": "0", "situation": "", "background": "", **typed}


def url(flag: Escalation, name: str = "red-flag-handover") -> str:
    return reverse(f"plans:{name}", kwargs={"escalation": flag.pk})


def written(flag: Escalation, by: User, number: int = 0, **parts: str) -> HandoverNote:
    return write_handover_note(
        escalation=flag,
        key=uuid.uuid4(),
        number=number,
        handover=Handover(**parts),
        frozen_now=NOW,
        by=by,
    )


def test_what_is_written_stands_on_the_page_with_its_name(
    theo_client: Client, theo: User, flag: Escalation
) -> None:
    typed = sent(flag, theo, situation="one seizure, awake now", done="ambulance called 09:44")
    assert theo_client.post(url(flag), typed).status_code == 302
    page = theo_client.get(url(flag, "red-flag")).content.decode()
    assert "one seizure, awake now" in page
    assert "ambulance called 09:44" in page
    assert "Written 09:48 by Theo Mocksen" in page
    assert AuditEvent.objects.filter(verb="handover note written").count() == 1
    assert Escalation.objects.get().state == "raised"


def test_pressed_twice_it_is_written_once(
    theo_client: Client, theo: User, flag: Escalation
) -> None:
    typed = sent(flag, theo, assessment="drowsy")
    assert [theo_client.post(url(flag), typed).status_code for _ in range(2)] == [302, 302]
    assert HandoverNote.objects.count() == 1


def test_nothing_typed_is_not_a_note(theo_client: Client, theo: User, flag: Escalation) -> None:
    page = theo_client.post(url(flag), sent(flag, theo)).content.decode()
    assert "Type at least one of the four." in page
    assert not HandoverNote.objects.exists()


def test_nobody_writes_over_a_note_that_they_have_not_read(
    theo_client: Client, theo: User, clare: User, flag: Escalation
) -> None:
    written(flag, clare, situation="hers")
    typed = sent(flag, theo, situation="his")
    page = theo_client.post(url(flag), typed).content.decode()
    assert "Clare Exampleton has written this meanwhile." in page
    assert "\nhis</textarea>" in page
    assert theo_client.post(url(flag), {**typed, "number": "1"}).status_code == 302
    assert [row.situation for row in HandoverNote.objects.order_by("number")] == ["hers", "his"]
    assert HandoverNote.objects.standing(flag) == HandoverNote.objects.get(number=2)
    assert list(HandoverNote.objects.of(Escalation.objects.all())) == [
        HandoverNote.objects.get(number=2)
    ]


def test_the_second_of_two_at_once_learns_who_was_first(flag: Escalation, clare: User) -> None:
    written(flag, clare, done="hers")
    with pytest.raises(NoteDiffersError, match="Clare Exampleton"):
        written(flag, clare, done="again")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("handover_note_number_once", {"number": 1, "done": "x"}),
        ("handover_note_says_something", {"number": 2}),
    ],
)
def test_the_table_refuses(name: str, values: dict[str, object], flag: Escalation) -> None:
    written(flag, flag.raised_by, done="hers")
    row = {
        "id": uuid.uuid4(),
        "escalation": flag,
        "written_at": NOW,
        "written_by": flag.raised_by,
        **values,
    }
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        HandoverNote.objects.create(**row)
    assert name in str(refused.value) or "escalation_id" in str(refused.value)
