"""What the library writes and the trail's row about it: both, or neither."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.urls import reverse

from taperplan.accounts.models import User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.accounts.conftest import give_code, give_password
from tests.doors import Client
from tests.harness.chromium import code, enrol

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db(transaction=True)
ENROL = "mfa_activate_totp"


@contextmanager
def no_room_in_the_trail() -> Iterator[None]:
    """The trail's row is refused; everything before it was written."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and "audit_auditevent" in sql:
            raise DatabaseError("no room")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def sessions_of(user: User) -> list[str]:
    return [
        row.session_key
        for row in Session.objects.all()
        if row.get_decoded().get("_auth_user_id") == str(user.pk)
    ]


def test_a_sign_in_that_cannot_be_written_down_leaves_no_session(clare: User) -> None:
    secret = enrol(clare)
    client = Client(raise_request_exception=False)
    give_password(client, clare)

    with no_room_in_the_trail():
        answer = give_code(client, secret)

    assert answer.status_code == 500
    assert sessions_of(clare) == []
    assert not UserSession.objects.filter(user=clare).exists()
    clare.refresh_from_db()
    assert clare.last_seen is None
    assert not AuditEvent.objects.filter(verb=Verb.SIGNED_IN).exists()
    assert client.get(reverse("accounts:me")).status_code == 302


def test_a_session_and_its_row_are_there_together(clare: User) -> None:
    client = Client()
    give_password(client, clare)
    assert len(sessions_of(clare)) == 1, "nothing is enrolled, so the password opens a session"
    row = AuditEvent.objects.get(verb=Verb.SIGNED_IN)
    assert row.detail == '{"with": "password"}'


def test_a_second_step_that_cannot_be_written_down_is_not_set(clare: User) -> None:
    client = Client(raise_request_exception=False)
    give_password(client, clare)
    secret = re.search(r"\b[A-Z2-7]{32}\b", client.get(reverse(ENROL)).content.decode())
    assert secret is not None

    with no_room_in_the_trail():
        answer = client.post(reverse(ENROL), {"code": code(secret.group())})

    assert answer.status_code == 500
    assert not Authenticator.objects.filter(user=clare).exists()
    assert client.get(reverse("accounts:me")).status_code == 302, "nor does it open the session"


def test_a_second_step_whose_removal_cannot_be_written_down_stays(clare: User) -> None:
    enrol(clare)
    client = doors.signed_in(clare)
    client.raise_request_exception = False
    session = client.session
    session["account_authentication_methods"] = [
        {**record, "reauthenticated": True} for record in session["account_authentication_methods"]
    ]
    session.save()
    Authenticator.objects.create(user=clare, type="webauthn", data={"name": "key"})
    before = set(Authenticator.objects.values_list("pk", "type"))

    with no_room_in_the_trail():
        answer = client.post(reverse("mfa_deactivate_totp"))

    assert answer.status_code == 500
    assert set(Authenticator.objects.values_list("pk", "type")) == before
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.filter(type="totp").exists()
    assert AuditEvent.objects.filter(verb=Verb.SECOND_STEP_REMOVED).exists()


def test_signing_out_that_cannot_be_written_down_keeps_the_session(clare: User) -> None:
    client = doors.signed_in(clare)
    client.raise_request_exception = False
    with no_room_in_the_trail():
        assert client.post(reverse("account_logout")).status_code == 500
    assert len(sessions_of(clare)) == 1
    assert client.post(reverse("account_logout")).status_code == 302
    assert sessions_of(clare) == []


def test_a_refused_guess_is_counted_and_kept(clare: User) -> None:
    enrol(clare)
    client = Client()
    give_password(client, clare, "not the passphrase")
    assert AccessAttempt.objects.get().failures_since_start == 1
    give_password(client, clare)
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    rows = AuditEvent.objects.filter(verb=Verb.SIGN_IN_REFUSED)
    assert [row.detail for row in rows.order_by("number")] == [
        '{"account": "known", "step": "password"}',
        '{"account": "known", "step": "second step"}',
    ]
