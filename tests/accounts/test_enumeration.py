"""Nobody learns whether an account exists: the same answer for the same work, whoever is named.

Work is counted, because it hangs on no clock: passwords hashed, statements asked, mails sent.
`test_assigning.py` measures what it takes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from taperplan.accounts.models import User
from tests.accounts.conftest import give_password
from tests.conftest import PASSWORD, person
from tests.doors import Client
from tests.harness.chromium import enrol

if TYPE_CHECKING:
    from pytest_django import Settings

    from taperplan.accounts.models import Clinic

pytestmark = pytest.mark.django_db

NOBODY = "nobody@northfield.example"


class Work:
    """What one sign-in took."""

    def __init__(self, response: Any, hashed: int, asked: list[str], mails: int) -> None:
        body = response.content.decode()
        self.status = response.status_code
        self.words = re.sub(r'"\w{64}"|nonce="[^"]*"|value="[^"]*@[^"]*"', "", body)
        self.hashed, self.mails = hashed, mails
        self.kinds = [re.sub(r"'[^']*'|\b[0-9a-f]{32}\b|\d+|%s", "?", sql) for sql in asked]

    def seen(self) -> tuple[object, ...]:
        return self.status, self.words, self.hashed, self.mails, len(self.kinds)


@pytest.fixture
def people(clinic: Clinic, clare: User, settings: Settings) -> dict[str, str]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    left = person("Lena Fort", clinic, monitor=True)
    left.memberships.update(deactivated_at=timezone.now())
    inactive = person("Ina Aus", clinic, monitor=True)
    User.objects.filter(pk=inactive.pk).update(is_active=False)
    invited = person("Ivo Neu", clinic, monitor=True)
    invited.set_unusable_password()
    invited.save()
    passkey = person("Petra Key", clinic, monitor=True)
    enrol(passkey)
    for one in (clare, left, passkey):
        one.set_password(PASSWORD)
        one.save()
    named = {"left": left, "inactive": inactive, "invited": invited, "passkey": passkey}
    return {"there": clare.email, **{how: one.email for how, one in named.items()}}


def sign_in(email: str, password: str, monkeypatch: pytest.MonkeyPatch) -> Work:
    hashed = []
    encode = Argon2PasswordHasher.encode

    def counted(self: Argon2PasswordHasher, *args: Any, **kwargs: Any) -> Any:
        hashed.append("made")
        return encode(self, *args, **kwargs)

    verify = Argon2PasswordHasher.verify

    def looked_at(self: Argon2PasswordHasher, *args: Any, **kwargs: Any) -> Any:
        hashed.append("compared")
        return verify(self, *args, **kwargs)

    before = len(mail.outbox)
    with monkeypatch.context() as patch:
        patch.setattr(Argon2PasswordHasher, "encode", counted)
        patch.setattr(Argon2PasswordHasher, "verify", looked_at)
        client = Client(raise_request_exception=False)
        client.get(reverse("account_login"))
        with CaptureQueriesContext(connection) as asked:
            answer = give_password(client, email, password)
    sql = [str(query["sql"]) for query in asked.captured_queries]
    return Work(answer, len(hashed), sql, len(mail.outbox) - before)


@pytest.mark.parametrize("how", ["left", "inactive", "invited", "passkey"])
def test_a_wrong_password_takes_the_same_work_whoever_is_named(
    how: str, people: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in("warm@northfield.example", "what is asked once", monkeypatch)
    cache.clear()
    absent = sign_in(NOBODY, "a wrong long guess", monkeypatch)
    cache.clear()
    there = sign_in(people["there"], "a wrong long guess", monkeypatch)
    cache.clear()
    other = sign_in(people[how], "a wrong long guess", monkeypatch)

    assert absent.hashed == there.hashed == other.hashed == 1
    assert absent.mails == there.mails == other.mails == 0
    assert absent.status == there.status == other.status == 200
    assert absent.words == there.words == other.words
    assert absent.kinds == there.kinds == other.kinds


@pytest.mark.parametrize("how", ["there", "left", "nobody"])
def test_a_lock_is_the_same_for_an_account_that_is_not_there(
    how: str, people: dict[str, str], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1000/m/ip"}
    email = people.get(how, NOBODY)
    answers = [sign_in(email, "a wrong long guess", monkeypatch).status for _guess in range(5)]
    locked = sign_in(email, PASSWORD, monkeypatch)

    assert answers == [200, 200, 200, 200, 429]
    assert locked.status == 429
    assert locked.hashed == 0, "what is locked is not looked at, right or wrong"
    assert locked.mails == 0
    assert AccessAttempt.objects.filter(username=email).exists()
    assert email not in locked.words


def test_too_many_guesses_are_refused_alike(
    people: dict[str, str], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.AXES_ENABLED = False
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/5m/key"}
    seen = []
    for email in (people["there"], NOBODY, people["left"]):
        for _guess in range(2):
            sign_in(email, "a wrong long guess", monkeypatch)
        seen.append(sign_in(email, "a wrong long guess", monkeypatch))

    assert {work.hashed for work in seen} == {0}
    assert len({work.words for work in seen}) == 1
    assert len({tuple(work.kinds) for work in seen}) == 1


def test_a_passkey_is_asked_for_without_naming_an_account(people: dict[str, str]) -> None:
    answers = [
        Client(HTTP_X_REQUESTED_WITH="XMLHttpRequest").get(
            reverse("mfa_login_webauthn"), {"login": email}
        )
        for email in (people["passkey"], NOBODY)
    ]
    options = [json.loads(answer.content)["request_options"]["publicKey"] for answer in answers]

    for asked in options:
        asked.pop("challenge")
        assert not asked.get("allowCredentials")
    assert options[0] == options[1]


def test_nobody_asks_for_a_password_by_mail() -> None:
    for name in ("account_reset_password", "account_signup", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
