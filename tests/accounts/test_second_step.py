"""No page without a second step in this very session."""

from __future__ import annotations

import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.urls import reverse

from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.accounts.conftest import come_in, give_password
from tests.conftest import PASSWORD
from tests.doors import Client
from tests.harness.chromium import code, enrol

ENROL = "mfa_activate_totp"
CONFIRM = "mfa_reauthenticate"
PAGES = ("accounts:me", "mfa_index", "mfa_view_recovery_codes", "account_change_password", "help")


def test_whoever_has_none_is_led_to_set_one_up(clare: User) -> None:
    client = Client()
    give_password(client, clare)

    for page in PAGES:
        assert client.get(reverse(page))["Location"] == reverse(ENROL)


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_proves_this_session(clare: User) -> None:
    client = Client()
    give_password(client, clare)
    page = client.get(reverse(ENROL))
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.content.decode())
    assert secret is not None

    refused = client.post(reverse(ENROL), {"code": "000000"})
    assert refused.status_code == 200
    answer = client.post(reverse(ENROL), {"code": code(secret.group())})

    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(answer["Location"]).status_code == 200
    assert client.get(reverse("accounts:me")).status_code == 200
    rows = AuditEvent.objects.filter(verb=Verb.SECOND_STEP_SET).values_list("detail", flat=True)
    assert sorted(rows) == ['{"kind": "recovery_codes"}', '{"kind": "totp"}']


def test_a_session_with_a_password_alone_cannot_be_walked_past(clare: User) -> None:
    """An enrolled device proves nothing about who holds this session."""
    enrol(clare)
    client = doors.signed_in(clare, second_step=False)

    for page in (*PAGES, ENROL, "mfa_add_webauthn", "mfa_deactivate_totp"):
        answer = client.get(reverse(page))
        assert answer.status_code == 302, page
        assert answer["Location"].startswith(reverse(CONFIRM)), page
        assert client.post(reverse(page)).status_code == 302, page
    assert Authenticator.objects.filter(user=clare, type="totp").exists()


def test_the_code_given_there_opens_the_session(clare: User) -> None:
    secret = enrol(clare)
    client = doors.signed_in(clare, second_step=False)
    wanted = reverse("accounts:me")
    led = client.get(wanted)["Location"]

    answer = client.post(led, {"code": code(secret)})

    assert answer["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_the_records_of_somebody_else_do_not_count(clare: User, theo: User) -> None:
    client = doors.signed_in(clare)
    session = client.session
    session["account_authentication_methods_user"] = str(theo.pk)
    session.save()

    assert client.get(reverse("accounts:me")).status_code == 302


def test_signing_out_needs_no_second_step(clare: User) -> None:
    client = doors.signed_in(clare, second_step=False)

    assert client.post(reverse("account_logout"))["Location"] == reverse("account_login")


def test_the_last_second_step_cannot_be_taken_away(clare: User) -> None:
    client = come_in(clare, enrol(clare))
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=clare, type="totp").exists()

    Authenticator.objects.filter(user=clare).delete()
    key = Authenticator.objects.create(user=clare, type="webauthn", data={"name": "Key"})
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_one_of_two_can_be_taken_away(clare: User) -> None:
    client = come_in(clare, enrol(clare))
    key = Authenticator.objects.create(user=clare, type="webauthn", data={"name": "Key"})

    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))

    assert not Authenticator.objects.filter(pk=key.pk).exists()
    assert AuditEvent.objects.filter(verb=Verb.SECOND_STEP_REMOVED).exists()


def test_another_persons_passkey_is_out_of_reach(clare: User, theo: User) -> None:
    client = come_in(clare, enrol(clare))
    theirs = Authenticator.objects.create(user=theo, type="webauthn", data={"name": "Key"})

    for page in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.post(reverse(page, args=[theirs.pk])).status_code == 404


def test_some_minutes_after_signing_in_a_change_asks_again(clare: User) -> None:
    secret = enrol(clare)
    with time_machine.travel("2026-11-24 09:00Z", tick=False) as clock:
        client = come_in(clare, secret)
        page = reverse("mfa_generate_recovery_codes")
        assert client.get(page).status_code == 200
        clock.shift(6 * 60)

        asked = client.get(page)
        assert asked["Location"].startswith(reverse("account_reauthenticate"))
        client.post(asked["Location"], {"password": PASSWORD})
        assert client.get(page).status_code == 200


# --- The demo -----------------------------------------------------------------------------


@pytest.fixture
def demo(clinic: Clinic) -> Clinic:
    Clinic.objects.filter(pk=clinic.pk).update(demo=True)
    return clinic


def test_people_of_the_demo_need_no_second_step(demo: Clinic, clare: User) -> None:
    client = Client(HTTP_HOST="localhost")
    give_password(client, clare)

    assert client.get(reverse("accounts:me")).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_the_demo_answers_its_own_machine(demo: Clinic, host: str) -> None:
    assert Client(HTTP_HOST=host).get(reverse("account_login")).status_code == 200


@pytest.mark.parametrize(
    "where",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_HOST": "clinic.example"},
        {"HTTP_HOST": "localhost.evil.example"},
        {"REMOTE_ADDR": "2001:db8::1"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_the_demo_answers_nobody_else(
    demo: Clinic, clare: User, where: dict[str, str], settings: object
) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    stranger, inside = Client(), doors.signed_in(clare)
    stranger.defaults.update(where)
    inside.defaults.update(where)

    for client in (stranger, inside):
        answer = client.get(reverse("account_login"))
        assert answer.status_code == 403
        assert "its own machine only" in answer.content.decode()
    assert stranger.post(reverse("account_login"), {"login": "x"}).status_code == 403


def test_a_real_clinic_answers_from_anywhere(clare_client: Client) -> None:
    clare_client.defaults["REMOTE_ADDR"] = "192.0.2.7"

    assert clare_client.get(reverse("accounts:me")).status_code == 200
