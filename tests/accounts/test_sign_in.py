"""Signing in and out, and what is refused, by the real forms."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user
from django.urls import reverse

from taperplan.accounts import recovery
from taperplan.accounts.models import Clinic, Membership, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.accounts.conftest import come_in, give_code, give_password
from tests.conftest import PASSWORD
from tests.doors import Client
from tests.harness.chromium import code, enrol

if TYPE_CHECKING:
    pass

SIGN_IN = "/account/sign-in/"


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))


def signed_in_as(client: Client) -> object:
    request = type("Request", (), {"session": client.session, "META": {}})()
    return getattr(get_user(request), "pk", None)


def without_tokens(response: object) -> str:
    body = response.content.decode()  # type: ignore[attr-defined]
    return re.sub(r'"\w{64}"', "", body)


@pytest.fixture
def secret(clare: User) -> str:
    return enrol(clare)


def test_a_password_and_a_code_let_a_clinician_in(clare: User, secret: str) -> None:
    client = Client()

    first = give_password(client, clare)
    assert first.status_code == 302
    assert first["Location"] == reverse("mfa_authenticate")
    assert signed_in_as(client) is None, "the password alone signs nobody in"

    assert give_code(client, secret).status_code == 302
    assert signed_in_as(client) == clare.pk
    assert verbs() == [Verb.SIGNED_IN]
    clare.refresh_from_db()
    assert clare.last_seen is not None


def test_a_recovery_code_works_once(clare: User, secret: str) -> None:
    codes, data = recovery.made()
    recovery.replace(clare, data)
    kept = codes[0]
    for attempt in ("first", "second"):
        client = Client()
        give_password(client, clare)
        answer = client.post(reverse("mfa_authenticate"), {"code": kept})

        assert (signed_in_as(client) == clare.pk) is (attempt == "first")
        assert answer.status_code == (302 if attempt == "first" else 200)


def test_a_code_works_once(clare: User, secret: str) -> None:
    moment = time.time()
    with time_machine.travel(moment, tick=False):
        come_in(clare, secret)
        again = Client()
        give_password(again, clare)
        give_code(again, secret)

    assert signed_in_as(again) is None


def test_an_unknown_address_and_a_wrong_password_read_the_same(clare: User, secret: str) -> None:
    wrong = give_password(Client(), clare, "not the passphrase")
    unknown = give_password(Client(), "nobody@northfield.example", "not the passphrase")

    assert wrong.status_code == unknown.status_code == 200
    assert without_tokens(wrong).replace(clare.email, "") == without_tokens(unknown).replace(
        "nobody@northfield.example", ""
    )


def test_somebody_who_left_reads_what_a_wrong_password_reads(clare: User, theo: User) -> None:
    Membership.objects.filter(user=clare).update(deactivated_at="2026-10-01T00:00Z")
    left = give_password(Client(), clare)
    wrong = give_password(Client(), theo, "not the passphrase")

    assert left.status_code == 200
    assert without_tokens(left).replace(clare.email, "") == without_tokens(wrong).replace(
        theo.email, ""
    )


def test_whoever_leaves_between_the_two_steps_does_not_come_in(clare: User, secret: str) -> None:
    client = Client()
    give_password(client, clare)
    Membership.objects.filter(user=clare).update(deactivated_at="2026-10-01T00:00Z")

    answer = give_code(client, secret)

    assert answer["Location"] == SIGN_IN
    assert signed_in_as(client) is None
    assert Verb.SIGNED_IN not in verbs()


def test_the_sixth_guess_from_one_place_is_not_even_looked_at(clare: User, secret: str) -> None:
    client = Client()
    for _guess in range(4):
        assert give_password(client, clare, "wrong").status_code == 200
    assert give_password(client, clare, "wrong").status_code == 429

    locked = give_password(client, clare)
    unknown = Client()
    for _guess in range(5):
        give_password(unknown, "nobody@northfield.example", "wrong")
    never_was = give_password(unknown, "nobody@northfield.example", "wrong")

    assert locked.status_code == never_was.status_code == 429
    assert without_tokens(locked) == without_tokens(never_was)
    assert verbs().count(Verb.SIGN_IN_REFUSED) == 12


def test_the_address_counts_the_same_however_it_is_typed(clare: User, secret: str) -> None:
    client = Client()
    for typed in (clare.email, clare.email.upper(), f" {clare.email} ", clare.email.title()):
        give_password(client, typed, "wrong")

    assert give_password(client, clare.email, "wrong").status_code == 429


def test_a_lock_in_one_place_leaves_the_clinician_elsewhere_alone(clare: User, secret: str) -> None:
    attacker = Client(REMOTE_ADDR="203.0.113.9")
    for _guess in range(5):
        give_password(attacker, clare, "wrong")

    assert give_password(attacker, clare).status_code == 429
    assert signed_in_as(come_in(clare, secret)) == clare.pk


def test_a_lock_ends_after_fifteen_minutes(clare: User, secret: str) -> None:
    client = Client()
    with time_machine.travel("2026-11-24 09:00Z", tick=False) as clock:
        for _guess in range(5):
            give_password(client, clare, "wrong")
        assert give_password(client, clare).status_code == 429
        clock.shift(14 * 60)
        assert give_password(client, clare).status_code == 429
        clock.shift(2 * 60)
        assert give_password(client, clare).status_code == 302


def test_codes_cannot_be_guessed_without_end(clare: User, secret: str) -> None:
    client = Client()
    give_password(client, clare)
    wrong = "000000" if code(secret) != "000000" else "000001"
    for _guess in range(10):
        client.post(reverse("mfa_authenticate"), {"code": wrong})

    give_code(client, secret)

    assert signed_in_as(client) is None
    assert verbs().count(Verb.SIGN_IN_REFUSED) == 10


def test_what_a_stranger_typed_is_not_in_the_trail(clinic: Clinic) -> None:
    give_password(Client(), "my-password-by-mistake@northfield.example", "another secret")

    row = AuditEvent.objects.get()
    assert row.verb == Verb.SIGN_IN_REFUSED
    assert "mistake" not in f"{row.detail}{row.target}{row.actor_name}"
    assert row.address == "127.0.0.1"


@pytest.mark.parametrize("typed", ["a\0b@northfield.example", "\ud800@x.example", "x" * 100_000])
def test_an_address_that_cannot_be_one_is_refused_and_not_an_error(
    clinic: Clinic, typed: str
) -> None:
    answer = Client().post(
        SIGN_IN,
        b"password=x&login=" + quote(typed.encode("utf-8", "surrogatepass")).encode(),
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 200


def test_signing_in_makes_a_new_session(clare: User, secret: str) -> None:
    client = Client()
    client.get(SIGN_IN)
    give_password(client, clare)
    planted = client.session.session_key

    give_code(client, secret)

    assert client.session.session_key != planted


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/accounts/me/", "/accounts/me/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_one_is_led_on_only_inside_the_site(
    clare: User, secret: str, asked: str, led_to: str
) -> None:
    client = Client()
    client.post(SIGN_IN, {"login": clare.email, "password": PASSWORD, "next": asked})

    assert give_code(client, secret)["Location"] == led_to


def test_sign_out_is_a_post_and_empties_the_browser(clare: User, clare_client: Client) -> None:
    assert clare_client.get(reverse("account_logout")).status_code == 405
    assert signed_in_as(clare_client) == clare.pk

    answer = clare_client.post(reverse("account_logout"))

    assert answer["Location"] == SIGN_IN
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert signed_in_as(clare_client) is None
    assert verbs() == [Verb.SIGNED_OUT]


def test_nothing_of_a_signed_in_page_stays_in_the_browser(clare_client: Client) -> None:
    assert clare_client.get(reverse("accounts:me"))["Cache-Control"] == "no-store"


def test_a_password_is_changed_only_by_whoever_knows_it(clare: User, clare_client: Client) -> None:
    new = "an even longer passphrase"
    page = reverse("account_change_password")
    other = come_in(clare, enrol(clare))

    refused = clare_client.post(page, {"oldpassword": "wrong", "password1": new, "password2": new})
    assert refused.status_code == 200
    changed = clare_client.post(page, {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert changed.status_code == 302
    clare.refresh_from_db()
    assert clare.check_password(new)
    assert verbs()[-1] == Verb.PASSWORD_CHANGED
    assert signed_in_as(clare_client) == clare.pk
    assert signed_in_as(other) is None, "every other session of this person has ended"


@pytest.fixture
def closed_pages() -> list[str]:
    return ["/account/signup/", "/account/email/", "/account/password/reset/", "/account/3rdparty/"]


def test_nobody_signs_up_or_resets_a_password_by_mail(
    clare_client: Client, closed_pages: list[str]
) -> None:
    assert [clare_client.get(page).status_code for page in closed_pages] == [404] * 4


def test_passwords_are_kept_with_argon2() -> None:
    from taperplan import settings as written

    assert written.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_the_limit_of_one_account_stays_above_the_lock_of_one_place() -> None:
    per_key = settings.ACCOUNT_RATE_LIMITS["login_failed"].split(",")[1]

    assert int(per_key.split("/")[0]) > settings.AXES_FAILURE_LIMIT


def test_a_place_that_asks_too_often_is_told_to_wait(clinic: Clinic) -> None:
    client = Client()
    answers = [give_password(client, f"nr{number}@x.example", "x") for number in range(31)]

    assert answers[-1].status_code == 429
    assert "Wait a few minutes" in answers[-1].content.decode()
