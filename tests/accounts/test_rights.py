"""Who may do what, changed by whom; and that a clinic always keeps an administrator."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from taperplan.accounts import actions, links
from taperplan.accounts.models import Clinic, Membership, User
from taperplan.accounts.refusals import DiffersError, NotDoneError
from taperplan.accounts.rights import Rights, rights_of
from taperplan.accounts.roles import Role
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.accounts.conftest import give_password
from tests.conftest import person

if TYPE_CHECKING:
    from tests.doors import Client

AUDITOR = Rights(frozenset({Role.AUDITOR}))


@pytest.fixture
def theos(theo: User) -> Membership:
    return theo.memberships.get()


@pytest.fixture
def adas(ada: User) -> Membership:
    return ada.memberships.get()


@pytest.fixture
def bea(clinic: Clinic) -> User:
    return person("Bea Zweit", clinic, administrator=True)


def sent(membership: Membership, *roles: str, **more: Any) -> dict[str, Any]:
    return {"roles": list(roles), "revision": membership.revision, **more}


def change(client: Client, membership: Membership, data: dict[str, Any]) -> Any:
    return client.post(reverse("accounts:change", args=[membership.pk]), data)


# --- Changing -----------------------------------------------------------------------------


def test_roles_are_changed_and_the_trail_says_from_what_to_what(
    ada_client: Client, theos: Membership
) -> None:
    answer = change(
        ada_client, theos, sent(theos, "prescriber", "monitor", marks=["protocol_owner"])
    )

    assert answer["Location"] == reverse("accounts:list")
    theos.refresh_from_db()
    assert theos.roles == {Role.PRESCRIBER, Role.MONITOR}
    assert theos.protocol_owner
    row = AuditEvent.objects.get(verb=Verb.ROLES_CHANGED)
    assert row.detail == '{"from": "monitor", "to": "prescriber, monitor, protocol_owner"}'


def test_saving_what_stands_changes_nothing(ada_client: Client, theos: Membership) -> None:
    change(ada_client, theos, sent(theos, "monitor"))

    theos.refresh_from_db()
    assert theos.revision == 1
    assert not AuditEvent.objects.exists()


def test_a_stale_form_shows_both_and_saves_neither(
    ada: User, bea: User, ada_client: Client, theos: Membership
) -> None:
    mine = sent(theos, "monitor", "auditor")
    actions.change_roles(
        membership=theos, revision=1, rights=Rights(frozenset({Role.PRESCRIBER})), by=bea
    )

    answer = change(ada_client, theos, mine)

    assert answer.status_code == 409
    body = answer.content.decode()
    for right in ("prescriber", "monitor", "auditor"):
        assert f'name="keep_{right}"' in body
    assert "checked" not in body.split("As you sent it")[1].split("</table>")[0]
    theos.refresh_from_db()
    assert theos.roles == {Role.PRESCRIBER}


def test_theirs_and_yours_are_chosen_line_by_line(
    ada: User, bea: User, ada_client: Client, theos: Membership
) -> None:
    mine = sent(theos, "monitor", "auditor")
    actions.change_roles(
        membership=theos, revision=1, rights=Rights(frozenset({Role.PRESCRIBER})), by=bea
    )
    theos.refresh_from_db()
    lines = {"differs": ["prescriber", "monitor", "auditor"], "revision": theos.revision}

    open_line = {**mine, **lines, "keep_prescriber": "theirs", "keep_monitor": "yours"}
    assert change(ada_client, theos, open_line).status_code == 409
    settled = {**open_line, "keep_auditor": "yours"}
    assert change(ada_client, theos, settled).status_code == 302

    theos.refresh_from_db()
    assert theos.roles == {Role.PRESCRIBER, Role.MONITOR, Role.AUDITOR}


def test_nobody_changes_their_own_rights(
    ada: User, bea: User, ada_client: Client, adas: Membership
) -> None:
    answer = change(ada_client, adas, sent(adas, "administrator", "prescriber"))

    assert "changed by another administrator" in answer.content.decode()
    adas.refresh_from_db()
    assert adas.roles == {Role.ADMINISTRATOR}
    for act in ("plans:leaving", "accounts:reset-second-step"):
        ada_client.post(reverse(act, args=[adas.pk]))
    adas.refresh_from_db()
    assert adas.active


@pytest.mark.parametrize("rights", [Rights(frozenset()), Rights(frozenset({Role.MONITOR}), True)])
def test_rights_that_make_no_sense_are_refused(
    ada: User, theos: Membership, rights: Rights
) -> None:
    with pytest.raises(NotDoneError):
        actions.change_roles(membership=theos, revision=1, rights=rights, by=ada)


def test_an_administrator_of_elsewhere_finds_nobody_here(
    other_clinic: Clinic, theos: Membership
) -> None:
    client = doors.signed_in(person("Alan Elsewhere", other_clinic, administrator=True))

    assert change(client, theos, sent(theos, "auditor")).status_code == 404
    theos.refresh_from_db()
    assert theos.roles == {Role.MONITOR}


# --- Ending -------------------------------------------------------------------------------


def test_whoever_is_deactivated_is_signed_out_and_kept_out(
    ada_client: Client, theo: User, theo_client: Client, theos: Membership
) -> None:
    assert theo_client.get(reverse("accounts:me")).status_code == 200

    ada_client.post(reverse("plans:leaving", args=[theos.pk]))

    assert theo_client.get(reverse("accounts:me")).status_code == 302
    assert "_auth_user_id" not in theo_client.session
    assert give_password(theo_client, theo).status_code == 200
    assert AuditEvent.objects.filter(verb=Verb.DEACTIVATED).count() == 1


def test_a_session_of_before_stays_dead_after_reactivation(
    ada_client: Client, theo: User, theo_client: Client, theos: Membership
) -> None:
    ada_client.post(reverse("plans:leaving", args=[theos.pk]))
    ada_client.post(reverse("accounts:reactivate", args=[theos.pk]))

    assert theo_client.get(reverse("accounts:me")).status_code == 302
    assert give_password(theo_client, theo).status_code == 302


def test_resetting_the_second_step_forgets_it_and_signs_out(
    ada_client: Client, theo: User, theo_client: Client, theos: Membership
) -> None:
    for kind in ("totp", "recovery_codes"):
        Authenticator.objects.create(user=theo, type=kind, data={"seed": "x", "used_mask": 0})

    ada_client.post(reverse("accounts:reset-second-step", args=[theos.pk]))

    assert not Authenticator.objects.filter(user=theo).exists()
    assert theo_client.get(reverse("accounts:me")).status_code == 302
    give_password(theo_client, theo)
    assert theo_client.get(reverse("accounts:me"))["Location"] == reverse("mfa_activate_totp")


def test_whoever_makes_the_password_link_does_not_reset_the_second_step_too(
    ada: User, bea: User, theo: User, theos: Membership
) -> None:
    """With both, an administrator without a mail server could sign in as anybody."""
    moment = timezone.now()
    actions.make_password_link(membership=theos, token=uuid.uuid4(), now=moment, by=ada)
    with pytest.raises(NotDoneError, match="Another administrator resets"):
        actions.reset_second_step(membership=theos, by=ada)

    assert actions.reset_second_step(membership=theos, by=bea) == theos
    with pytest.raises(NotDoneError, match="Another administrator makes the link"):
        actions.make_password_link(membership=theos, token=uuid.uuid4(), now=moment, by=bea)

    # Once the person has signed in with their password, both keys are theirs again.
    trail.record(Verb.SIGNED_IN, theo, detail={"with": "webauthn"}, by=theo)
    with pytest.raises(NotDoneError):
        actions.reset_second_step(membership=theos, by=ada)
    trail.record(Verb.SIGNED_IN, theo, detail={"with": "password and totp"}, by=theo)
    assert actions.reset_second_step(membership=theos, by=ada) == theos


def test_a_reset_of_the_second_step_ends_a_password_link(
    ada: User, bea: User, theos: Membership
) -> None:
    moment = timezone.now()
    link = actions.make_password_link(membership=theos, token=uuid.uuid4(), now=moment, by=ada)
    given = links.token(link)
    assert links.find(given, now=moment) is not None

    actions.reset_second_step(membership=theos, by=bea)

    assert links.find(given, now=moment) is None


def test_a_change_of_roles_ends_every_session(
    ada_client: Client, theo_client: Client, theos: Membership
) -> None:
    ada_client.post(
        reverse("accounts:change", args=[theos.pk]), {"roles": ["auditor"], "revision": "1"}
    )

    assert theo_client.get(reverse("accounts:me")).status_code == 302
    assert "_auth_user_id" not in theo_client.session


def test_what_makes_no_sense_for_a_state_is_refused_in_words(ada: User, theos: Membership) -> None:
    with pytest.raises(NotDoneError, match="has joined already"):
        actions.withdraw(membership=theos, now=timezone.now(), by=ada)
    actions.deactivate(membership=theos, now=timezone.now(), by=ada)
    assert actions.deactivate(membership=theos, now=timezone.now(), by=ada).deactivated_at
    with pytest.raises(NotDoneError, match="not active"):
        actions.reset_second_step(membership=theos, by=ada)


# --- The last administrator ---------------------------------------------------------------


def test_the_only_administrator_has_words_and_no_button(
    ada_client: Client, adas: Membership
) -> None:
    body = ada_client.get(reverse("accounts:list")).content.decode()

    assert "the only administrator: invite another before changing" in body
    assert reverse("accounts:change", args=[adas.pk]) not in body


def test_an_open_invitation_is_no_second_administrator(
    ada: User, bea: User, adas: Membership
) -> None:
    bea.memberships.update(invited_at=timezone.now())
    # Asked by somebody else, as nobody changes their own.
    with pytest.raises(NotDoneError, match="only administrator"):
        actions.change_roles(membership=adas, revision=1, rights=AUDITOR, by=bea)


def test_a_deactivated_one_is_no_second_administrator(
    ada: User, bea: User, adas: Membership
) -> None:
    bea.memberships.update(deactivated_at=timezone.now())

    with pytest.raises(NotDoneError, match="only administrator"):
        actions.deactivate(membership=adas, now=timezone.now(), by=bea)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["deactivate", "change_roles"])
def test_two_administrators_who_end_each_other_at_once_leave_one(
    act: str, ada: User, bea: User, adas: Membership
) -> None:
    beas = bea.memberships.get()
    gate = Barrier(2)

    def end(membership: Membership, by: User) -> str:
        gate.wait()
        try:
            if act == "deactivate":
                actions.deactivate(membership=membership, now=timezone.now(), by=by)
            else:
                actions.change_roles(membership=membership, revision=1, rights=AUDITOR, by=by)
        except NotDoneError as refused:
            return refused.sentence
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = [
            future.result() for future in (pool.submit(end, adas, bea), pool.submit(end, beas, ada))
        ]

    assert answers.count("done") == 1
    assert Membership.objects.standing().filter(administrator=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_the_second_learns_of_the_first(
    ada: User, bea: User, theos: Membership
) -> None:
    gate = Barrier(2)

    def give(role: Role, by: User) -> str:
        gate.wait()
        try:
            rights = Rights(frozenset({Role.MONITOR, role}))
            actions.change_roles(membership=theos, revision=1, rights=rights, by=by)
        except DiffersError:
            return "told"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(give, Role.AUDITOR, ada), pool.submit(give, Role.PRESCRIBER, bea)]
        answers = sorted(future.result() for future in futures)

    assert answers == ["done", "told"]
    theos.refresh_from_db()
    assert len(rights_of(theos).roles) == 2


# --- One's own particulars ----------------------------------------------------------------


def particulars(user: User, **changes: Any) -> dict[str, Any]:
    return {
        "name": user.name,
        "qualification": "",
        "registration_number": "",
        "telephone": "",
        "theme": "system",
        "revision": user.revision,
        **changes,
    }


def test_one_keeps_ones_own_particulars(clare: User, clare_client: Client) -> None:
    sent = particulars(clare, qualification="MRCPsych", telephone="555-0123", theme="dark")

    assert clare_client.post(reverse("accounts:me"), sent).status_code == 302
    clare.refresh_from_db()
    assert (clare.qualification, clare.telephone, clare.theme) == ("MRCPsych", "555-0123", "dark")
    assert not clare.single_keys


def test_ones_particulars_are_not_lost_between_two_windows(
    clare: User, clare_client: Client
) -> None:
    first = particulars(clare, qualification="MRCPsych", single_keys="on")
    second = particulars(clare, qualification="FRCPsych", single_keys="on")
    clare_client.post(reverse("accounts:me"), first)

    answer = clare_client.post(reverse("accounts:me"), second)

    assert answer.status_code == 409
    body = answer.content.decode()
    assert "MRCPsych" in body
    assert "FRCPsych" in body
    settled = {**second, "revision": 2, "differs": ["qualification"]}
    assert clare_client.post(reverse("accounts:me"), settled).status_code == 409
    settled["keep_qualification"] = "theirs"
    assert clare_client.post(reverse("accounts:me"), settled).status_code == 302
    clare.refresh_from_db()
    assert clare.qualification == "MRCPsych"


def test_what_is_not_ones_own_cannot_be_set(clare: User, clare_client: Client) -> None:
    sent = particulars(clare, email="x@y.example", is_active="", administrator="on")
    clare_client.post(reverse("accounts:me"), sent)

    clare.refresh_from_db()
    assert clare.email == "clare@northfield.example"
    assert clare.memberships.get().roles == {Role.PRESCRIBER}
    with pytest.raises(ValueError, match="email"):
        actions.amend_profile(revision=1, changes={"email": "x@y.example"}, by=clare)
