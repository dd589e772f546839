"""From an invitation to a first day at work, by the real forms."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings as site
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from taperplan import tokens
from taperplan.accounts import actions, links
from taperplan.accounts.models import Clinic, Membership, OneTimeLink, User
from taperplan.accounts.refusals import DiffersError, NotDoneError
from taperplan.accounts.rights import NewPerson, Rights
from taperplan.accounts.roles import Role
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.accounts.conftest import give_password
from tests.conftest import PASSWORD, person
from tests.doors import Client

if TYPE_CHECKING:
    from pytest_django import Settings

MONITOR = Rights(frozenset({Role.MONITOR}))
NEW = NewPerson("maria@northfield.example", "Μαρία Δοκιμή", MONITOR)


def filled_in(by: User, **changes: Any) -> dict[str, Any]:
    return {
        "email": NEW.email,
        "name": NEW.name,
        "roles": ["monitor"],
        "token": tokens.issue(by, "invite"),
        **changes,
    }


def shown_link(client: Client) -> str:
    """The link on the page that follows the invitation."""
    membership = Membership.objects.latest("pk")
    body = client.get(reverse("accounts:link", args=[membership.pk])).content.decode()
    found = re.search(r"/accounts/join/[0-9a-f]+/", body)
    return found.group() if found else ""


@pytest.fixture
def link(ada: User, ada_client: Client) -> str:
    assert ada_client.post(reverse("accounts:invite"), filled_in(ada)).status_code == 302
    return shown_link(ada_client)


@pytest.fixture
def invited(link: str) -> Membership:
    return Membership.objects.latest("pk")


# --- Inviting -----------------------------------------------------------------------------


def test_the_link_is_shown_once_when_no_mail_server_is_set(ada_client: Client, link: str) -> None:
    assert link
    assert shown_link(ada_client) == ""


def test_the_link_is_mailed_and_not_shown_when_a_mail_server_is_set(
    ada: User, ada_client: Client, settings: Settings, mailoutbox: list[Any]
) -> None:
    settings.EMAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    answer = ada_client.post(reverse("accounts:invite"), filled_in(ada))

    assert answer["Location"] == reverse("accounts:list")
    (mail,) = mailoutbox
    assert mail.to == [NEW.email]
    assert "http://testserver/accounts/join/" in mail.body
    assert shown_link(ada_client) == ""


def test_a_mail_server_that_is_down_is_said_and_loses_nothing(
    ada: User, ada_client: Client, settings: Settings
) -> None:
    settings.EMAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1

    answer = ada_client.post(reverse("accounts:invite"), filled_in(ada), follow=True)

    assert "could not be sent" in answer.content.decode()
    assert Membership.objects.latest("pk").state is Membership.State.INVITED


def test_the_same_form_sent_twice_is_one_invitation(ada: User, ada_client: Client) -> None:
    form = filled_in(ada)
    for _time in range(2):
        assert ada_client.post(reverse("accounts:invite"), form).status_code == 302

    assert OneTimeLink.objects.count() == 1
    assert AuditEvent.objects.filter(verb=Verb.INVITED).count() == 1


def test_the_same_form_with_other_content_is_told_apart(clinic: Clinic, ada: User) -> None:
    token, now = uuid.uuid4(), timezone.now()
    actions.invite(clinic=clinic, token=token, person=NEW, now=now, by=ada)
    other = NewPerson(NEW.email, NEW.name, Rights(frozenset({Role.PRESCRIBER})))

    with pytest.raises(DiffersError) as differs:
        actions.invite(clinic=clinic, token=token, person=other, now=now, by=ada)
    assert [line.field for line in differs.value.differences] == ["roles"]


def test_the_form_of_somebody_else_is_refused(ada: User, theo: User, ada_client: Client) -> None:
    form = filled_in(ada, token=tokens.issue(theo, "invite"))

    assert "somebody else" in ada_client.post(reverse("accounts:invite"), form).content.decode()
    assert not OneTimeLink.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("email", "not an address", "This is not an email address"),
        ("email", "", "Nothing is typed here yet."),
        ("email", "a@b.example\nBcc: x@y.example", "Type this in one line."),
        ("name", "", "Nothing is typed here yet."),
        ("name", "N\0ra", "a character that cannot be shown"),
        ("name", "x" * 201, "200 characters are the most"),
        ("roles", [], "Choose at least one role."),
        ("roles", ["superuser"], "Choose from the roles shown."),
        ("marks", ["protocol_owner"], "The protocol owner is a prescriber."),
    ],
)
def test_what_is_refused_gets_a_sentence_and_stays_typed(
    ada: User, ada_client: Client, field: str, typed: Any, sentence: str
) -> None:
    answer = ada_client.post(reverse("accounts:invite"), filled_in(ada, **{field: typed}))

    body = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in body
    assert field == "email" or NEW.email in body
    assert not OneTimeLink.objects.exists()


@pytest.mark.parametrize("name", ["O'Brien", "<script>alert(1)</script>", "=1+1", "Zoë Γιώργος"])
def test_a_name_is_kept_and_shown_as_it_was_typed(ada: User, ada_client: Client, name: str) -> None:
    ada_client.post(reverse("accounts:invite"), filled_in(ada, name=name))

    assert Membership.objects.latest("pk").user.name == name
    body = ada_client.get(reverse("accounts:list")).content.decode()
    assert "<script>alert" not in body


def test_what_the_form_does_not_ask_cannot_be_set(
    ada: User, ada_client: Client, other_clinic: Clinic
) -> None:
    more = {"clinic": str(other_clinic.pk), "administrator": "on", "accepted_at": "2026-01-01"}
    ada_client.post(reverse("accounts:invite"), filled_in(ada, **more))

    membership = Membership.objects.latest("pk")
    assert membership.clinic == ada.clinic
    assert membership.roles == {Role.MONITOR}
    assert membership.state is Membership.State.INVITED


def test_somebody_who_works_here_is_not_invited_again(
    ada: User, theo: User, ada_client: Client
) -> None:
    form = filled_in(ada, email=theo.email.upper())

    assert "an account in this clinic already" in (
        ada_client.post(reverse("accounts:invite"), form).content.decode()
    )


# --- Joining ------------------------------------------------------------------------------


def accept(link: str, password: str = PASSWORD, again: str | None = None) -> Any:
    return Client().post(link, {"password": password, "again": again or password})


def test_the_invited_person_sets_a_password_and_then_a_second_step(
    link: str, invited: Membership
) -> None:
    client = Client()
    assert give_password(client, NEW.email).status_code == 200, "nothing to sign in with yet"

    assert accept(link)["Location"] == reverse("account_login")
    give_password(client, NEW.email)

    assert client.get(reverse("accounts:me"))["Location"] == reverse("mfa_activate_totp")
    invited.refresh_from_db()
    assert invited.state is Membership.State.ACTIVE
    assert AuditEvent.objects.filter(verb=Verb.INVITATION_ACCEPTED).count() == 1


def test_opening_the_link_changes_nothing(link: str, invited: Membership) -> None:
    for _scanner in range(3):
        assert Client().get(link).status_code == 200
        assert Client().head(link).status_code == 200

    invited.refresh_from_db()
    assert invited.state is Membership.State.INVITED


def test_the_link_works_once(link: str) -> None:
    accept(link)

    second = accept(link, "another long passphrase")
    assert second.status_code == 404
    user = User.objects.get(email=NEW.email)
    assert user.check_password(PASSWORD)


def test_the_link_works_for_three_days(link: str) -> None:
    lifetime = site.INVITATION_LIFETIME
    assert lifetime == timedelta(days=3)
    with time_machine.travel(timezone.now() + lifetime - timedelta(minutes=1), tick=False):
        assert Client().get(link).status_code == 200
    with time_machine.travel(timezone.now() + lifetime + timedelta(minutes=1), tick=False):
        assert Client().get(link).status_code == 404
        assert accept(link).status_code == 404


def test_a_newer_link_ends_the_older(
    ada: User, ada_client: Client, link: str, invited: Membership
) -> None:
    ada_client.post(
        reverse("accounts:invite-again", args=[invited.pk]),
        {"token": tokens.issue(ada, "one-time-link")},
    )
    newer = shown_link(ada_client)

    assert newer != link
    assert accept(link).status_code == 404
    assert accept(newer).status_code == 302


def test_a_withdrawn_invitation_is_dead_until_it_is_sent_again(
    ada: User, ada_client: Client, link: str, invited: Membership
) -> None:
    ada_client.post(reverse("accounts:withdraw", args=[invited.pk]))
    assert Client().get(link).status_code == 404

    ada_client.post(
        reverse("accounts:invite-again", args=[invited.pk]),
        {"token": tokens.issue(ada, "one-time-link")},
    )
    assert Client().get(shown_link(ada_client)).status_code == 200


@pytest.mark.parametrize("end", ["", "0", "f" * 64])
def test_a_link_that_was_not_given_opens_nothing(link: str, end: str) -> None:
    # A link that happens to end in 0 would be itself.
    end = "1" if end == "0" and link.endswith("0/") else end
    forged = link[: -1 - max(1, len(end))] + end + "/"

    assert forged != link
    assert Client().get(forged).status_code == 404


def test_a_link_that_never_was_reads_like_one_that_was_used(link: str) -> None:
    accept(link)
    used, never = Client().get(link), Client().get(f"/accounts/join/{'0' * 96}/")

    assert used.status_code == never.status_code == 404
    clean = [re.sub(r'"\w{64}"', "", answer.content.decode()) for answer in (used, never)]
    assert clean[0] == clean[1]


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "too short"),
        ("a long enough passphrase", "a different one", "differ"),
        ("maria@northfield.example", None, "too similar"),
        ("Μαρία Δοκιμή!!", None, "too similar"),
        ("", "", "Nothing is typed here yet."),
    ],
)
def test_a_weak_password_is_refused_with_a_sentence(
    link: str, password: str, again: str | None, sentence: str
) -> None:
    answer = accept(link, password, again)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not User.objects.get(email=NEW.email).has_usable_password()


def test_a_long_password_is_kept_whole(link: str) -> None:
    accept(link, "x9 " * 500)

    assert not User.objects.get(email=NEW.email).check_password("x9 " * 499)


# --- Somebody with an account in another clinic -------------------------------------------


@pytest.fixture
def sams_link(ada: User, ada_client: Client, sam: User) -> str:
    ada_client.post(reverse("accounts:invite"), filled_in(ada, email=sam.email, name="S. Typed"))
    return shown_link(ada_client)


def test_inviting_them_says_nothing_about_the_other_clinic(
    ada_client: Client, sam: User, sams_link: str
) -> None:
    Authenticator.objects.create(user=sam, type="totp", data={})
    User.objects.filter(pk=sam.pk).update(last_seen=timezone.now())

    body = ada_client.get(reverse("accounts:list")).content.decode()

    assert "S. Typed" in body
    assert sam.name not in body
    assert "not set up" in body
    assert "never" in body


def test_they_join_signed_in_with_both_steps_and_keep_their_password(
    sam: User, sams_link: str, clinic: Clinic
) -> None:
    for visitor in (Client(), doors.signed_in(sam, second_step=False)):
        answer = visitor.post(sams_link, {"password": "a new one, long enough", "again": ""})
        assert answer.status_code == 200
    sam.refresh_from_db()
    assert sam.check_password(PASSWORD)

    doors.signed_in(sam).post(sams_link)

    joined = Membership.objects.get(user=sam, clinic=clinic)
    assert joined.state is Membership.State.ACTIVE


def test_nobody_else_joins_in_their_place(
    theo_client: Client, sam: User, sams_link: str, clinic: Clinic
) -> None:
    theo_client.post(sams_link)

    assert Membership.objects.get(user=sam, clinic=clinic).state is Membership.State.INVITED


def test_an_open_invitation_lets_nobody_work(sam: User, sams_link: str, clinic: Clinic) -> None:
    client = doors.signed_in(sam)

    assert clinic.name not in client.get(reverse("accounts:me")).content.decode()


# --- A new password -----------------------------------------------------------------------


def test_a_lost_password_is_set_anew_and_the_second_step_stays(
    ada: User, theo: User, ada_client: Client
) -> None:
    Authenticator.objects.create(user=theo, type="totp", data={})
    theos = theo.memberships.get()
    answer = ada_client.post(
        reverse("accounts:new-password", args=[theos.pk]),
        {"token": tokens.issue(ada, "one-time-link")},
        follow=True,
    )
    found = re.search(r"/accounts/join/[0-9a-f]+/", answer.content.decode())
    assert found is not None

    accept(found.group(), "a brand new passphrase")

    theo.refresh_from_db()
    assert theo.check_password("a brand new passphrase")
    assert Authenticator.objects.filter(user=theo).exists()
    assert accept(found.group()).status_code == 404


def test_the_administrator_of_one_clinic_gets_no_hold_on_an_account_of_two(
    ada: User, clinic: Clinic, sam: User
) -> None:
    here = Membership.objects.create(user=sam, clinic=clinic, monitor=True)

    with pytest.raises(NotDoneError, match="another clinic too"):
        actions.make_password_link(membership=here, token=uuid.uuid4(), now=timezone.now(), by=ada)
    with pytest.raises(NotDoneError, match="another clinic too"):
        actions.reset_second_step(membership=here, by=ada)


def test_the_second_step_of_somebody_invited_is_not_ours_to_reset(
    ada: User, sam: User, sams_link: str, clinic: Clinic
) -> None:
    Authenticator.objects.create(user=sam, type="totp", data={})

    with pytest.raises(NotDoneError):
        actions.reset_second_step(membership=sam.memberships.get(clinic=clinic), by=ada)
    assert Authenticator.objects.filter(user=sam).exists()


# --- What the database refuses ------------------------------------------------------------


def test_the_database_refuses_nonsense_about_people(clinic: Clinic, theo: User) -> None:
    for refused in (
        {"user": theo, "clinic": clinic, "monitor": True},  # membership_once
        {"user": person_without_clinic(), "clinic": clinic},  # membership_has_a_role
        {  # protocol_owner_prescribes
            "user": person_without_clinic("b"),
            "clinic": clinic,
            "monitor": True,
            "protocol_owner": True,
        },
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(**refused)
    with pytest.raises(IntegrityError), transaction.atomic():  # user_email_once
        User.objects.create(email=theo.email.upper(), name="Twice")
    with pytest.raises(IntegrityError), transaction.atomic():  # user_has_a_name
        User.objects.create(email="nameless@northfield.example", name="")


def person_without_clinic(mark: str = "a") -> User:
    return User.objects.create_user(email=f"{mark}@nowhere.example", name="Nora Nowhere")


def test_one_link_has_one_number(ada: User, invited: Membership) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():  # one_time_link_numbered_once
        OneTimeLink.objects.create(
            membership=invited,
            number=1,
            purpose="invitation",
            at=timezone.now(),
            expires_at=timezone.now(),
            by=ada,
        )


def test_a_token_is_as_long_as_it_must_be(invited: Membership) -> None:
    made = invited.one_time_links.select_related("membership__user").get()

    assert len(links.token(made)) == 32 + 64
    assert links.find("ü" * 96, now=timezone.now()) is None
    assert links.find("", now=timezone.now()) is None


def test_somebody_who_left_everywhere_sets_a_new_password(
    ada: User, ada_client: Client, other_clinic: Clinic
) -> None:
    gone = person("Gerd Gone", other_clinic, monitor=True)
    gone.memberships.update(deactivated_at=timezone.now())
    ada_client.post(reverse("accounts:invite"), filled_in(ada, email=gone.email))

    assert accept(shown_link(ada_client), "a brand new passphrase").status_code == 302
    gone.refresh_from_db()
    assert gone.check_password("a brand new passphrase")
