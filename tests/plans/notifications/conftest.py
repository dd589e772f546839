"""A clinic with a ladder of two, a mail server, a clock that the test turns."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from plans.notifications.worker import Notifier
from taperplan.accounts import actions as account_actions
from taperplan.accounts.models import Clinic, Membership, User
from tests.conftest import person
from tests.factories import PatientFactory
from tests.plans.notifications.servers import MailServer, Pager, mail_server, pager
from tests.plans.notifications.ward import Errand, Ward
from tests.plans.notifications.ward import report as report
from tests.plans.typing import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from patients.models import Patient
    from plans.models import Escalation
    from taperplan.accounts.models import Ladder


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notifier(clock: Clock) -> Notifier:
    return Notifier(clock=clock)


@pytest.fixture
def smtp(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_CONFIGURED = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "taperplan@northfield.example"
        settings.SITE_URL = "https://taper.northfield.example"
        yield server


@pytest.fixture
def receiver() -> Iterator[Pager]:
    with pager() as state:
        yield state


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    return patient


@pytest.fixture
def ladder(clinic: Clinic, ada: User, clare: User, theo: User) -> Ladder:
    """Theo, and after 5 minutes Clare; 10 minutes later again from the beginning."""
    return write_ladder(clinic, ada, [(theo, 5), (clare, 10)])


def write_ladder(clinic: Clinic, by: User, rungs: Any, *, number: int = 0) -> Ladder:
    return account_actions.write_ladder(
        clinic=clinic, token=uuid.uuid4(), number=number, rungs=rungs, now=NOW, by=by
    )


@pytest.fixture
def flag(otto: Patient, theo: User, ladder: Ladder, clock: Clock) -> Escalation:
    return report(otto, theo, now=clock.now)


@pytest.fixture
def ward(clinic: Clinic, theo: User, ladder: Ladder, clock: Clock, smtp: MailServer) -> Ward:
    def arrived() -> Iterator[tuple[str, str, str]]:
        for mail, to in zip(smtp.mails, smtp.recipients, strict=True):
            key = str(mail["Message-ID"]).strip("<>").partition("@")[0]
            yield key, str(mail["Subject"]).rpartition(" ")[2], to

    return Ward(clinic, theo, clock, arrived)


@pytest.fixture(params=["access", "test"])
def errand(request: pytest.FixtureRequest, ward: Ward, clinic: Clinic, clare: User) -> Errand:
    """The other kinds of sending: of a use of emergency access, of a test message."""
    leads = [clare, person("Petra Schutz", clinic, auditor=True)]
    Membership.objects.filter(user__in=leads).update(privacy_lead=True)
    return Errand(ward, request.param, leads)
