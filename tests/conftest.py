"""The cast and their doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from plans.models import Heartbeat
from plans.rules import notices
from taperplan.accounts.models import Clinic, Membership, User
from tests import doors

pytest_plugins = [
    "tests.harness.databases",
    "tests.harness.chromium",
    # Last: it asks the two above what a test needs.
    "tests.harness.selection",
]

PASSWORD = "a long enough passphrase"


@pytest.fixture(autouse=True)
def _fast_hashing(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _a_notifier_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat written for a test stands for as long as it runs; tests of silence shorten it."""
    monkeypatch.setattr(notices, "SILENCE", timedelta(days=365))


@pytest.fixture
def clinic(db: None) -> Clinic:
    # A notifier lives, or every page would say that none does.
    Heartbeat.objects.create(id=Heartbeat.ONLY, at=timezone.now(), worker="tests")
    # Open for patients; whoever opened it has left long ago.
    opener = User.objects.create_user(
        email="opener@northfield.example", name="Olga Opener", is_active=False
    )
    return Clinic.objects.create(
        opened_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        opened_by=opener,
        name="Northfield Test Clinic",
        time_zone="Europe/Berlin",
        telephone="555-0110",
        hours="Mon to Fri 08:00 to 17:00",
        out_of_hours="555-0100",
        emergency="555-0199",
        crisis="555-0188",
    )


@pytest.fixture
def other_clinic(db: None) -> Clinic:
    return Clinic.objects.create(name="Southfield Test Clinic", time_zone="America/New_York")


def person(name: str, clinic: Clinic, **roles: bool) -> User:
    user = User.objects.create_user(
        email=f"{name.split()[0].lower()}@{clinic.name.split()[0].lower()}.example",
        password=PASSWORD,
        name=name,
    )
    Membership.objects.create(user=user, clinic=clinic, **roles)
    return user


@pytest.fixture
def clare(clinic: Clinic) -> User:
    return person("Clare Exampleton", clinic, prescriber=True, protocol_owner=True)


@pytest.fixture
def theo(clinic: Clinic) -> User:
    return person("Theo Mocksen", clinic, monitor=True)


@pytest.fixture
def ada(clinic: Clinic) -> User:
    return person("Ada Fiktiv", clinic, administrator=True)


@pytest.fixture
def ole(clinic: Clinic) -> User:
    return person("Ole Prove", clinic, auditor=True)


@pytest.fixture
def sam(other_clinic: Clinic) -> User:
    return person("Sam Stranger", other_clinic, prescriber=True, protocol_owner=True)


@pytest.fixture
def clare_client(clare: User) -> doors.Client:
    return doors.signed_in(clare)


@pytest.fixture
def theo_client(theo: User) -> doors.Client:
    return doors.signed_in(theo)


@pytest.fixture
def ada_client(ada: User) -> doors.Client:
    return doors.signed_in(ada)


@pytest.fixture
def ole_client(ole: User) -> doors.Client:
    return doors.signed_in(ole)


@pytest.fixture
def sam_client(sam: User) -> doors.Client:
    return doors.signed_in(sam)
