"""One's own sessions and clinics; asking again before what counts; guesses from elsewhere."""

from __future__ import annotations

import time

from allauth.usersessions.models import UserSession
from django.urls import reverse
from pytest_django import Settings

from taperplan import tables
from taperplan.accounts.models import Clinic, Membership, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.accounts.conftest import come_in, give_password
from tests.conftest import PASSWORD
from tests.doors import Client
from tests.harness.chromium import code, enrol

ME = "/accounts/me/"


def stale(client: Client, seconds: int) -> None:
    """As if the code was given so long ago."""
    session = client.session
    session["account_authentication_methods"] = [
        {**one, "at": time.time() - seconds} for one in session["account_authentication_methods"]
    ]
    session.save()


# --- Sessions -----------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in_and_ends_it_there(clare: User) -> None:
    secret = enrol(clare)
    lost = come_in(clare, secret)
    UserSession.objects.update(user_agent="Mozilla/5.0 (Windows NT 10.0) Firefox/144.0")
    here = doors.signed_in(clare)
    assert lost.get(ME).status_code == 200

    shown = here.get(ME).content.decode()
    assert "Firefox on Windows" in shown
    there = UserSession.objects.get()
    here.post(reverse("accounts:end-session", args=[there.pk]))

    assert lost.get(ME).status_code == 302
    assert here.get(ME).status_code == 200
    assert AuditEvent.objects.filter(verb=Verb.SESSIONS_ENDED).count() == 1


def test_every_other_session_ends_and_this_one_stays(clare: User) -> None:
    secret = enrol(clare)
    lost = come_in(clare, secret)
    here = doors.signed_in(clare)

    here.post(reverse("accounts:end-other-sessions"))

    assert lost.get(ME).status_code == 302
    assert here.get(ME).status_code == 200


def test_nobody_ends_the_session_of_somebody_else(clare: User, theo: User) -> None:
    come_in(theo, enrol(theo))
    theirs = UserSession.objects.get()

    answer = doors.signed_in(clare).post(reverse("accounts:end-session", args=[theirs.pk]))

    assert answer.status_code == 404
    assert UserSession.objects.filter(pk=theirs.pk).exists()


# --- Several clinics ----------------------------------------------------------------------


def test_whoever_works_in_two_clinics_switches_in_plain_sight(
    clare: User, clinic: Clinic, other_clinic: Clinic
) -> None:
    there = Membership.objects.create(user=clare, clinic=other_clinic, auditor=True)
    client = doors.signed_in(clare)
    shown = client.get(ME).content.decode()
    assert f"prescriber, {clinic.name}" in " ".join(shown.split()).lower().replace(
        clinic.name.lower(), clinic.name
    )
    assert client.get(reverse("audit:list")).status_code == 403

    answer = client.post(reverse("accounts:choose-clinic"), {"membership": there.pk}, follow=True)

    assert f"You work in {other_clinic.name} now" in answer.content.decode()
    assert client.get(reverse("audit:list")).status_code == 200
    assert client.get(reverse("patients:list")).status_code == 403
    row = AuditEvent.objects.get(verb=Verb.CLINIC_CHOSEN)
    assert row.clinic == str(other_clinic.pk)


def test_whoever_works_in_one_clinic_is_offered_no_other(clare_client: Client, sam: User) -> None:
    assert "another clinic" not in clare_client.get(ME).content.decode()
    theirs = sam.memberships.get()
    answer = clare_client.post(reverse("accounts:choose-clinic"), {"membership": theirs.pk})
    assert answer.status_code == 404


# --- Asked again --------------------------------------------------------------------------


def test_rights_are_changed_by_somebody_who_just_showed_who_they_are(ada: User, theo: User) -> None:
    secret = enrol(ada)
    client = doors.signed_in(ada)
    page = reverse("accounts:change", args=[theo.memberships.get().pk])
    assert client.get(page).status_code == 200
    stale(client, 6 * 60)

    asked = client.get(page)
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    # What was being typed may still be sent; half an hour later it may not.
    assert client.post(page, {"roles": ["monitor"], "revision": "1"}).status_code == 302
    stale(client, 31 * 60)
    late = client.post(page, {"roles": ["auditor"], "revision": "1"})
    assert late["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not theo.memberships.get().auditor

    answer = client.post(asked["Location"], {"code": code(secret)})
    assert answer["Location"] == page
    assert client.get(page).status_code == 200


def test_the_demo_asks_nobody_again(ada_client: Client, clinic: Clinic) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(demo=True)
    stale(ada_client, 3600)
    assert (
        ada_client.get(reverse("accounts:file"), headers={"Host": "localhost"}).status_code == 200
    )


def test_accounts_leave_as_a_file_without_formulas(
    ada: User, clinic: Clinic, ada_client: Client
) -> None:
    ada.name = "=cmd()"
    ada.save()
    answer = ada_client.get(reverse("accounts:file"))

    assert answer["Content-Type"].startswith("text/csv")
    assert b"'=cmd()" in answer.content
    read = tables.read(answer.content)
    assert read.rows[0]["name"] == "=cmd()"
    assert AuditEvent.objects.filter(verb=Verb.EXPORTED).count() == 1
    stale(ada_client, 3600)
    assert ada_client.get(reverse("accounts:file")).status_code == 302


# --- Guesses from elsewhere ---------------------------------------------------------------


def test_a_flood_from_elsewhere_keeps_nobody_from_their_own_desk(
    clare: User, settings: Settings
) -> None:
    secret = enrol(clare)
    desk = come_in(clare, secret)
    desk.post(reverse("account_logout"))
    settings.PROXIES = 1
    for number in range(12):
        Client().post(
            reverse("account_login"),
            {"login": clare.email, "password": "wrong"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )

    stranger = Client()
    refused = stranger.post(
        reverse("account_login"),
        {"login": clare.email, "password": PASSWORD},
        headers={"X-Forwarded-For": "198.51.100.99"},
    )
    assert refused.status_code == 200, "the right password opens nothing from elsewhere now"
    assert "Too many attempts" in refused.content.decode()
    settings.PROXIES = 0
    assert give_password(desk, clare).status_code == 302


def test_a_device_of_one_person_is_unknown_for_another(clare: User, theo: User) -> None:
    desk = come_in(clare, enrol(clare))
    desk.post(reverse("account_logout"))
    for _ in range(11):
        give_password(desk, theo, "wrong")
    answer = give_password(desk, theo)
    assert answer.status_code in (200, 429)
