"""A check-in opens on what was recorded since the last one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from patients.models import Patient
from plans.actions import check_in as actions
from plans.models import Request
from plans.rules.check_in import ContactHow
from taperplan.accounts.models import Clinic, User
from tests.doors import Client
from tests.factories import PatientFactory
from tests.plans.signing import a_plan, published, sign
from tests.plans.typing import NOW, ROUTINE, SEIZURE, completed, keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_that_day() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1)):
        yield


def test_it_opens_on_what_was_recorded_since(
    clinic: Clinic, theo_client: Client, clare: User, theo: User
) -> None:
    otto: Patient = PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    url = reverse("plans:check-in-new", kwargs={"patient": otto.pk})
    assert "Since last time" not in theo_client.get(url).content.decode()
    before = {"frozen_now": NOW - timedelta(days=9), "by": theo, "patient": otto}
    told = actions.ContactTold(
        how=ContactHow.CALL, with_whom="Ingrid Sample", about="the old one", happened_at=NOW
    )
    actions.record_contact(
        key=uuid.uuid4(),
        told=actions.ContactTold(**{**vars(told), "happened_at": NOW - timedelta(days=9)}),
        **before,  # type: ignore[arg-type]
    )
    asking = {**ROUTINE, "decision": "hold", "decision_reason": "sleep is worse"}
    completed(otto, theo, asking, now=NOW - timedelta(days=7))
    assert "Nothing else was recorded since." in theo_client.get(url).content.decode()

    sign(
        a_plan(otto, clare), published("A"), clare, in_force_from=date(2026, 11, 20),
        signed_at=NOW - timedelta(days=4),
    )  # fmt: skip
    actions.record_contact(
        patient=otto,
        key=uuid.uuid4(),
        told=actions.ContactTold(
            how=ContactHow.CALL, with_whom="Ingrid Sample", about="the date", happened_at=NOW
        ),
        frozen_now=NOW,
        by=theo,
    )
    keep(otto, theo, SEIZURE)
    actions.decline_request(
        request=Request.objects.get(), reason="seen today", frozen_now=NOW, by=clare
    )
    page = theo_client.get(url)
    words = [fact.words for fact in page.context["page"].since]
    assert sorted(words) == [
        "Contact with Ingrid Sample: the date",
        "Red flag: seizure, raised",
        "Version 1 signed, in force from Fri\u00a020\u00a0Nov\u00a02026",
        "What was asked for was declined by Clare Exampleton: seen today",
    ]
