"""The privacy lead is told of every use of emergency access, by the same outbox as a red flag."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction

from patients import restriction
from patients.models import EmergencyAccess, Patient
from plans.models import Sending
from plans.notifications.worker import LEASE, Notifier
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from tests.conftest import person
from tests.plans.notifications.conftest import Clock
from tests.plans.notifications.servers import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(otto: Patient, theo: User, clock: Clock) -> EmergencyAccess:
    Patient.objects.filter(pk=otto.pk).update(restricted=True)
    return restriction.open_in_emergency(
        patient=otto, token=uuid.uuid4(), reason="Found at home", now=clock.now, by=theo
    )


def test_every_privacy_lead_is_told_once_by_a_reference_and_a_link(
    used: EmergencyAccess, otto: Patient, clare: User, notifier: Notifier, smtp: MailServer
) -> None:
    clare.memberships.update(privacy_lead=True)
    for _round in range(4):
        notifier.round()
    (mail,) = smtp.mails
    assert smtp.recipients == [clare.email]
    assert used.reference in mail["Subject"]
    assert f"/patients/emergency-access/{used.pk}/review/" in mail.get_content()
    for word in (otto.family_name, otto.given_names, "Found at home", "Northfield Test", "Theo"):
        assert word.casefold() not in mail.get_content().casefold(), word
    row = AuditEvent.objects.get(verb="notice delivered")
    assert row.target.endswith(str(used.pk))


def test_whoever_opened_it_is_not_the_one_who_is_told(
    used: EmergencyAccess, theo: User, ada: User, notifier: Notifier, smtp: MailServer
) -> None:
    """Where the leader opened it and nobody else has the mark, the administrators hear of it."""
    theo.memberships.update(privacy_lead=True)
    notifier.round()
    (mail,) = smtp.mails
    assert smtp.recipients == [ada.email]
    assert "http" not in mail.get_content()
    assert used.reference in mail.get_content()


def test_nobody_there_to_be_told_is_asked_again_until_somebody_is(
    used: EmergencyAccess, clinic: Clinic, notifier: Notifier, smtp: MailServer, clock: Clock
) -> None:
    notifier.round()
    assert not smtp.mails
    person("Petra Schutz", clinic, auditor=True).memberships.update(privacy_lead=True)
    clock.on(minutes=1)
    notifier.round()
    assert [one.split("@")[0] for one in smtp.recipients] == ["petra"]


def test_a_notice_that_was_claimed_and_never_sent_is_sent_by_another(
    used: EmergencyAccess, clare: User, notifier: Notifier, smtp: MailServer, clock: Clock
) -> None:
    clare.memberships.update(privacy_lead=True)
    notifier._prepare()
    notifier._claim(limit=5)
    clock.on(seconds=LEASE.total_seconds() + 1)
    Notifier(clock=clock).round()
    assert len(smtp.mails) == 1
    assert Sending.objects.get().sent_at is not None


def test_the_table_holds_one_message_of_a_use_to_each(
    used: EmergencyAccess, clare: User, notifier: Notifier, clock: Clock
) -> None:
    clare.memberships.update(privacy_lead=True)
    notifier._prepare()
    sending = Sending.objects.get()
    # SQLite names the columns, PostgreSQL the constraint: sending_once_of_an_access.
    with pytest.raises(IntegrityError, match="access"), transaction.atomic():
        Sending.objects.create(
            id=uuid.uuid4(), access=used, address=sending.address, channel=sending.channel,
            made_at=clock.now, next_try_at=clock.now,
        )  # fmt: skip
