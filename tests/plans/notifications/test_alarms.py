"""When no notifier lives, or a notice does not arrive, every page and /healthz say so."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from patients.models import Patient
from plans.models import Escalation, Heartbeat, Sending
from plans.notifications.worker import Notifier
from plans.rules import notices
from taperplan.accounts import actions as account_actions
from taperplan.accounts.models import Clinic, Ladder, User
from tests import doors
from tests.plans.notifications.conftest import Clock
from tests.plans.notifications.servers import MailServer
from tests.plans.notifications.ward import report

pytestmark = pytest.mark.django_db
DEAD = "No notifier is running"
STUCK = "could not be delivered"


@pytest.fixture(autouse=True)
def _silence_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "SILENCE", timedelta(seconds=60))


def pages(clinic: Clinic, *people: User) -> list[str]:
    found = []
    for one in people:
        client = doors.signed_in(one)
        for page in ("help", "accounts:me"):
            found.append(client.get(reverse(page)).content.decode())
    return found


def beat(ago: timedelta) -> None:
    Heartbeat.objects.update(at=timezone.now() - ago)


def test_a_living_notifier_is_not_spoken_of(
    clinic: Clinic, clare: User, theo: User, ada: User, ole: User
) -> None:
    assert not any(DEAD in page for page in pages(clinic, clare, theo, ada, ole))
    assert doors.Client().get(reverse("healthz")).status_code == 200


@pytest.mark.parametrize("ago", [timedelta(seconds=100), timedelta(hours=-3)])
def test_a_frozen_notifier_is_said_to_everybody_within_two_minutes(
    ago: timedelta, clinic: Clinic, clare: User, theo: User, ada: User, ole: User
) -> None:
    beat(ago)
    for page in pages(clinic, clare, theo, ada, ole):
        assert DEAD in page
        assert "555-0100" in page
    assert doors.Client().get(reverse("healthz")).status_code == 503
    # A page that stands open asks for it.
    client = doors.signed_in(ada)
    assert DEAD in client.get(reverse("plans:alarms") + "?shown=0").content.decode()
    assert client.get(reverse("plans:alarms") + "?shown=1").status_code == 204


def test_a_notifier_that_never_ran_is_said_too(clinic: Clinic, clare: User) -> None:
    Heartbeat.objects.all().delete()
    assert all("It has never run." in page for page in pages(clinic, clare))


def test_a_site_without_a_clinic_is_well(db: None) -> None:
    assert doors.Client().get(reverse("healthz")).status_code == 200


def test_an_undelivered_notice_is_said_to_everybody_until_it_arrives(
    otto: Patient, clinic: Clinic, clare: User, theo: User, ada: User, sam: User, ladder: Ladder,
    smtp: MailServer, clock: Clock,
) -> None:  # fmt: skip
    smtp.answers["RCPT"] = "550 no"
    clock.now = timezone.now() - timedelta(seconds=90)
    flag = report(otto, theo, now=clock.now)
    Notifier(clock=clock).round()
    beat(timedelta())

    for page in pages(clinic, clare, theo, ada):
        assert STUCK in page
        assert flag.reference in page
        assert "the mail server refused the address" in page
        assert "555-0100" in page
    link = reverse("plans:red-flag", args=[flag.pk])
    assert link in pages(clinic, clare)[0]
    assert link not in pages(clinic, ada)[0]
    assert not any(STUCK in page for page in pages(clinic, sam))

    smtp.answers.clear()
    clock.on(seconds=60)
    Notifier(clock=clock).round()
    beat(timedelta())
    assert not any(STUCK in page for page in pages(clinic, clare, ada))


def test_a_notice_that_nobody_can_be_told_is_said(
    flag: Escalation, clinic: Clinic, clare: User
) -> None:
    """Its time came, and no message was made of it."""
    Sending.objects.all().delete()
    assert STUCK in pages(clinic, clare)[0]


def test_a_test_message_arrives_by_the_same_way_and_is_answered_on_its_page(
    clinic: Clinic, ada: User, theo: User, ladder: Ladder, smtp: MailServer, clock: Clock
) -> None:
    test = account_actions.send_test(
        clinic=clinic, token=uuid.uuid4(), to=theo, now=clock.now, by=ada
    )
    Notifier(clock=clock).round()
    (mail,) = smtp.mails
    page = reverse("accounts:test-message", args=[test.pk])
    assert page in mail.get_content()
    assert smtp.recipients == [theo.email]
    client = doors.signed_in(theo)
    assert client.get(page).status_code == 200
    test.refresh_from_db()
    assert not hasattr(test, "acknowledgement")
    assert client.post(page).status_code == 302
    test.refresh_from_db()
    assert test.acknowledgement.by == theo
