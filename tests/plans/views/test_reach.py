"""Who cannot be reached: calls counted, and a same-day red flag at the number that was typed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from patients.models import Patient
from plans.actions import check_in as check_ins
from plans.actions import escalation as escalations
from plans.actions.reach import Unanswered, record_attempt, write_call_limit
from plans.models import CallAttempt, CallLimit, Escalation, Outbox
from plans.rules.check_in import ContactHow
from plans.rules.redflags import MoveHow, Reached
from taperplan import tokens
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent
from tests.doors import Client
from tests.factories import PatientFactory
from tests.plans.typing import NOW, ROUTINE, completed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_that_day() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=3)):
        yield


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


def limit(clinic: Clinic, by: User, calls: int | None, number: int = 0) -> CallLimit:
    return write_call_limit(
        clinic=clinic, token=uuid.uuid4(), number=number, calls=calls, now=NOW, by=by
    )


def called(patient: Patient, by: User, minutes: int) -> CallAttempt:
    at = NOW + timedelta(minutes=minutes)
    return record_attempt(
        patient=patient,
        key=uuid.uuid4(),
        call=Unanswered(whom="Otto", ended=Reached.NO_ANSWER, at=at),
        frozen_now=at,
        by=by,
    )


def test_at_the_number_that_the_clinic_typed_a_same_day_red_flag_is_raised(
    clinic: Clinic, otto: Patient, ada: User, theo: User, theo_client: Client
) -> None:
    limit(clinic, ada, 3)
    assert [called(otto, theo, n).raised for n in (1, 2)] == [None, None]
    third = called(otto, theo, 3)
    flag = Escalation.objects.get()
    assert third.raised == flag
    assert (flag.level, flag.label) == ("same_day", "unanswered calls (3 in a row)")
    assert Outbox.objects.count() == 1
    assert called(otto, theo, 4).raised is None
    page = theo_client.get(reverse("plans:red-flag", kwargs={"escalation": flag.pk}))
    shown = page.content.decode()
    assert "call recorded by Theo Mocksen" in shown
    # Counted, not told: nobody recorded it present.
    on_every_page = theo_client.get(reverse("plans:check-ins", args=[otto.pk])).content.decode()
    assert "Same-day red flag open: unanswered calls (3 in a row)" in on_every_page
    listed = theo_client.get(reverse("plans:home")).content.decode()
    assert "Unanswered calls (3 in a row)" in listed
    assert "calls (3 in a row) recorded present" not in shown + listed + on_every_page
    assert AuditEvent.objects.filter(verb="call not answered").count() == 4


def test_until_a_number_is_typed_no_count_raises_anything(
    clinic: Clinic, otto: Patient, ada: User, theo: User
) -> None:
    for n in range(5):
        called(otto, theo, n)
    limit(clinic, ada, None)
    called(otto, theo, 6)
    assert not Escalation.objects.exists()


@pytest.mark.parametrize("heard", ["check-in", "contact"])
def test_whoever_was_spoken_with_begins_the_count_anew(
    clinic: Clinic, otto: Patient, ada: User, theo: User, heard: str
) -> None:
    limit(clinic, ada, 2)
    called(otto, theo, 1)
    then = NOW + timedelta(minutes=2)
    if heard == "check-in":
        completed(otto, theo, ROUTINE, now=then)
    else:
        told = check_ins.ContactTold(
            how=ContactHow.CALL, with_whom="Otto", about="well", happened_at=then
        )
        check_ins.record_contact(
            patient=otto, key=uuid.uuid4(), told=told, frozen_now=then, by=theo
        )
    assert called(otto, theo, 3).raised is None
    assert called(otto, theo, 4).raised is not None


def test_after_the_flag_is_closed_the_count_begins_anew(
    clinic: Clinic, otto: Patient, ada: User, theo: User
) -> None:
    limit(clinic, ada, 1)
    flag = called(otto, theo, 1).raised
    assert flag is not None
    act: dict[str, Any] = {"escalation": flag, "by": theo}
    now = NOW + timedelta(minutes=2)
    escalations.record_contact(
        contact=escalations.ContactMade("sister", MoveHow.PHONE, Reached.YES, now),
        form=uuid.uuid4(),
        frozen_now=now,
        acknowledging=True,
        **act,
    )
    escalations.record_outcome(text="well", form=uuid.uuid4(), frozen_now=now, **act)
    escalations.close(form=uuid.uuid4(), frozen_now=now, **act)
    assert called(otto, theo, 3).raised not in (None, flag)


def test_a_form_pressed_twice_is_one_call(
    theo_client: Client, theo: User, otto: Patient, clinic: Clinic, ada: User
) -> None:
    limit(clinic, ada, 2)
    url = reverse("plans:call-attempt", kwargs={"patient": otto.pk})
    token = tokens.issue(theo, f"call-attempt:{otto.pk}")
    sent = {"token": token, "whom": "Otto", "ended": "left word"}
    assert [theo_client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert CallAttempt.objects.count() == 1
    page = theo_client.get(reverse("plans:check-ins", kwargs={"patient": otto.pk}))
    assert "Otto, left word, recorded by Theo Mocksen" in page.content.decode()


def test_the_number_is_typed_by_an_administrator_and_has_no_default(
    ada_client: Client, ada: User, clinic: Clinic
) -> None:
    url = reverse("plans:call-limit")
    assert "Not typed." in ada_client.get(url).content.decode()
    sent = {"token": tokens.issue(ada, f"call-limit:{clinic.pk}"), "number": "0"}
    assert "At least one call." in ada_client.post(url, {**sent, "calls": "0"}).content.decode()
    assert ada_client.post(url, {**sent, "calls": "three"}).status_code == 200
    assert ada_client.post(url, {**sent, "calls": "3"}).status_code == 302
    assert "3 unanswered calls in a row raise" in ada_client.get(url).content.decode()
    with pytest.raises(NotDoneError, match="Ada Fiktiv"):
        limit(clinic, ada, 4)


@pytest.mark.parametrize(
    ("name", "model", "values"),
    [
        ("call_limit_numbered_once", CallLimit, {}),
        ("call_limit_typed", CallLimit, {"number": 2, "calls": 0}),
        ("call_attempt_names_whom", CallAttempt, {"whom": ""}),
        ("call_attempt_reached_nobody", CallAttempt, {"ended": "yes"}),
        ("call_attempt_before_recorded", CallAttempt, {"at": NOW + timedelta(hours=1)}),
    ],
)
def test_the_table_refuses(
    name: str, model: Any, values: dict[str, Any], clinic: Clinic, otto: Patient, ada: User
) -> None:
    limit(clinic, ada, 3)
    rows: dict[Any, dict[str, Any]] = {
        CallLimit: {"clinic": clinic, "number": 1, "calls": 3, "written_at": NOW},
        CallAttempt: {
            "patient": otto, "whom": "Otto", "ended": "no answer", "at": NOW,
            "recorded_at": NOW, "recorded_by": ada,
        },
    }  # fmt: skip
    if model is CallLimit:
        rows[CallLimit]["written_by"] = ada
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        model.objects.create(id=uuid.uuid4(), **{**rows[model], **values})
    assert name in str(refused.value) or "clinic_id, plans_calllimit.number" in str(refused.value)
