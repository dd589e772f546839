"""When the database takes nothing: a clear answer, the draft kept, nothing half, sent again."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from patients.models import Patient
from plans.models import CheckIn, CheckInDraft, Escalation
from taperplan import tokens
from taperplan.accounts.models import Clinic, User
from taperplan.audit import trail
from tests import doors
from tests.factories import PatientFactory
from tests.plans.actions.test_loss import check_nothing_is_half, counts
from tests.plans.typing import ROUTINE, SEIZURE, keep

pytestmark = pytest.mark.django_db(transaction=True)

# Longer than any page of the file has room for.
LONG = 'said "Übel, <b> & très mal" ' * 140


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    return patient


@contextmanager
def full_disk() -> Iterator[None]:
    """SQLite itself says that the disk is full: the file may not grow by one page.

    PostgreSQL is told to take no changes, which is how a full standby or a guarded server answers.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # No page of it is free either.
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA max_page_count")
            (before,) = cursor.fetchone()
            cursor.execute("PRAGMA max_page_count = 1")
        else:
            cursor.execute("SET default_transaction_read_only = on")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(f"PRAGMA max_page_count = {before}")
            else:
                cursor.execute("SET default_transaction_read_only = off")


def client_of(user: User) -> doors.Client:
    client = doors.signed_in(user)
    # As a server answers, instead of raising into the test.
    client.raise_request_exception = False
    return client


def again(page: str) -> dict[str, str]:
    """What the page holds of what was typed."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def typed(otto: Patient, theo: User, **more: str) -> dict[str, str]:
    token = tokens.issue(theo, f"check-in:{otto.pk}")
    return {**ROUTINE, **SEIZURE, "token": token, "revision": "0", "next_2": "2099", **more}


def test_on_a_full_disk_nothing_is_half_and_what_was_typed_is_sent_again(
    otto: Patient, theo: User
) -> None:
    client = client_of(theo)
    draft = keep(otto, theo, {"note": "slept badly"}, key=uuid.uuid4(), now=timezone.now()).draft
    url = reverse("plans:check-in-new", args=[otto.pk])
    sent = typed(otto, theo, act="complete", note=LONG)
    stood = counts()
    with full_disk():
        refused = client.post(url, sent)
        by_script = client.post(url, sent, headers={"HX-Request": "true"})
    assert (refused.status_code, by_script.status_code) == (503, 503)
    assert refused["Cache-Control"] == "no-store"
    page = refused.content.decode()
    assert "Not saved" in page
    if connection.vendor == "sqlite":
        assert "The disk of the database is full." in page
    assert "A red flag does not wait for this page." in page
    # Nothing is half, and the draft that was saved stands as it was.
    assert counts() == stood
    check_nothing_is_half()
    assert CheckInDraft.objects.get().answers == draft.answers
    # Every box is on the page, as it was typed.
    assert again(page) == sent

    for _time in range(2):
        assert client.post(url, again(page)).status_code == 302
    assert CheckIn.objects.count() == Escalation.objects.count() == 1
    check_nothing_is_half()
    assert list(trail.faults()) == []


SAID = {
    "database or disk is full": "The disk of the database is full.",
    "could not extend file: No space left on device": "The disk of the database is full.",
    "attempt to write a readonly database": "takes no changes at present",
    "database is locked": "busy with something else",
    "couldn't get a connection after 10.00 sec": "busy with something else",
    "server closed the connection unexpectedly": "The database does not answer.",
}


def test_whatever_the_database_says_is_said_in_plain_words(otto: Patient, theo: User) -> None:
    client = client_of(theo)
    url = reverse("plans:check-in-new", args=[otto.pk])
    form = typed(otto, theo, act="save")
    for said, words in SAID.items():

        def refuse(*_asked: Any, said: str = said) -> Any:
            raise OperationalError(said)

        with connection.execute_wrapper(refuse):
            asked = client.get(url)
            sent = client.post(url, form)
        for answer in (asked, sent):
            assert answer.status_code == 503
            page = html.unescape(answer.content.decode())
            assert words in page
            # Nothing of what the database said, and nobody's name.
            assert said not in page
            assert otto.family_name not in page
        assert "Ask again" in asked.content.decode()
        assert again(sent.content.decode()) == form


def test_any_other_fault_is_not_taken_for_the_database(theo: User) -> None:
    def broken(*_asked: Any) -> Any:
        raise RuntimeError("a fault of ours")

    client = client_of(theo)
    with connection.execute_wrapper(broken):
        answer = client.get(reverse("plans:home"))
    assert answer.status_code == 500
    assert "Something broke here" in answer.content.decode()
