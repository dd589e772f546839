"""Inviting, changing and ending accounts.

Every action that could leave a clinic without an administrator locks the clinic's row first,
so of two at once one comes second and sees what the first did. Nobody changes their own
rights: what one administrator may do to another's account, another does to theirs.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from taperplan.accounts import links
from taperplan.accounts.actions.sessions import end_every_session
from taperplan.accounts.models import Clinic, Membership, OneTimeLink, User
from taperplan.accounts.refusals import Difference, DiffersError, NotDoneError
from taperplan.accounts.rights import rights_of
from taperplan.accounts.roles import Role
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from taperplan.accounts.rights import NewPerson, Rights

State = Membership.State


# --- Invitations ----------------------------------------------------------------------------


@transaction.atomic
def invite(
    *, clinic: Clinic, token: uuid.UUID, person: NewPerson, now: datetime, by: User
) -> OneTimeLink:
    """Invite somebody. An account that they have in another clinic is used, and not spoken of.

    Raises:
        NotDoneError: no role, or the person has an account in this clinic already.
        DiffersError: this form was sent before, with other content.
    """
    person.rights.check()
    clinic = _locked(clinic)
    before = OneTimeLink.objects.select_related("membership__user").filter(pk=token).first()
    if before is not None:
        return _same_invitation(before, person)
    user = User.objects.filter(email=person.email).first()
    membership = clinic.memberships.filter(user=user).first() if user else None
    if membership is not None:
        raise NotDoneError(
            _("This address has an account in this clinic already. It stands in the list.")
        )
    if user is None:
        user = User.objects.create_user(email=person.email, name=person.name)
    membership = Membership.objects.create(
        user=user,
        clinic=clinic,
        invited_at=now,
        invited_name=person.name,
        **person.rights.columns(),
    )
    link = _link(membership, token, OneTimeLink.Purpose.INVITATION, now=now, by=by)
    detail = {"roles": str(person.rights)}
    trail.record(Verb.INVITED, user, clinic=clinic, detail=detail, by=by)
    return link


def _same_invitation(before: OneTimeLink, person: NewPerson) -> OneTimeLink:
    membership = before.membership
    pairs = {
        "email": (membership.user.email, person.email),
        "roles": (str(rights_of(membership)), str(person.rights)),
    }
    differences = [
        Difference(name, stands, sent) for name, (stands, sent) in pairs.items() if stands != sent
    ]
    if differences:
        raise DiffersError(before, differences)
    return before


@transaction.atomic
def invite_again(
    *, membership: Membership, token: uuid.UUID, now: datetime, by: User
) -> OneTimeLink:
    """A new link; the one before stops working. Also brings a withdrawn invitation back."""
    _locked(membership.clinic)
    membership = _fresh(membership)
    before = OneTimeLink.objects.filter(pk=token).first()
    if before is not None:
        return before
    if membership.state not in (State.INVITED, State.WITHDRAWN):
        raise NotDoneError(_("This person has joined already."))
    membership.deactivated_at = None
    membership.invited_at = now
    _save(membership)
    link = _link(membership, token, OneTimeLink.Purpose.INVITATION, now=now, by=by)
    trail.record(Verb.INVITED_AGAIN, membership.user, clinic=membership.clinic, by=by)
    return link


@transaction.atomic
def withdraw(*, membership: Membership, now: datetime, by: User) -> Membership:
    _locked(membership.clinic)
    membership = _fresh(membership)
    if membership.state is State.WITHDRAWN:
        return membership
    if membership.state is not State.INVITED:
        raise NotDoneError(_("This person has joined already. Deactivate the account instead."))
    membership.deactivated_at = now
    _save(membership)
    trail.record(Verb.INVITATION_WITHDRAWN, membership.user, clinic=membership.clinic, by=by)
    return membership


@transaction.atomic
def accept(*, token: str, password: str, now: datetime) -> User:
    """Set the password that a one-time link allows, once. The account joins the clinic.

    Raises:
        NotDoneError: the link was used, withdrawn, replaced or is too old.
    """
    link = _open(token, now)
    user = link.membership.user
    if link.purpose == OneTimeLink.Purpose.INVITATION and has_a_clinic(user):
        raise NotDoneError(_("Sign in to join. You have a password already."))
    user.set_password(password)
    user.save(update_fields=["password"])
    end_every_session(user)
    _join(link, now)
    verb = (
        Verb.INVITATION_ACCEPTED
        if link.purpose == OneTimeLink.Purpose.INVITATION
        else Verb.PASSWORD_CHANGED
    )
    trail.record(verb, user, clinic=link.membership.clinic, by=user)
    return user


@transaction.atomic
def join(*, token: str, now: datetime, by: User) -> Membership:
    """Join a further clinic, signed in as the person who was invited."""
    link = _open(token, now)
    if link.membership.user_id != by.pk:
        raise NotDoneError(_("This invitation is for somebody else."))
    _join(link, now)
    trail.record(Verb.INVITATION_ACCEPTED, by, clinic=link.membership.clinic, by=by)
    return link.membership


def has_a_clinic(user: User) -> bool:
    """Whether this person can sign in already, so that their password is not to be touched."""
    return Membership.objects.standing().filter(user=user).exists()


def _open(token: str, now: datetime) -> OneTimeLink:
    link = links.find(token, now=now)
    if link is not None:
        # Two at once: the second looks again after the first is done.
        _locked(link.membership.clinic)
        link = links.find(token, now=now)
    if link is None:
        raise NotDoneError(
            _("This link does not work any more. Ask your administrator for a new one.")
        )
    return link


def _join(link: OneTimeLink, now: datetime) -> None:
    if link.membership.accepted_at is None and link.membership.invited_at is not None:
        link.membership.accepted_at = now
        _save(link.membership)


@transaction.atomic
def make_password_link(
    *, membership: Membership, token: uuid.UUID, now: datetime, by: User
) -> OneTimeLink:
    """For somebody who has lost their password. The second step is not touched."""
    _locked(membership.clinic)
    membership = _fresh(membership)
    _not_oneself(membership, by)
    before = OneTimeLink.objects.filter(pk=token).first()
    if before is not None:
        return before
    _works_only_here(membership)
    if _did_since_they_signed_in(membership, Verb.SECOND_STEP_RESET, by):
        raise NotDoneError(
            _(
                "You reset the second step of this person, who has not signed in since. "
                "Another administrator makes the link."
            )
        )
    link = _link(membership, token, OneTimeLink.Purpose.NEW_PASSWORD, now=now, by=by)
    trail.record(Verb.PASSWORD_LINK_MADE, membership.user, clinic=membership.clinic, by=by)
    return link


# --- Rights ---------------------------------------------------------------------------------


@transaction.atomic
def change_roles(*, membership: Membership, revision: int, rights: Rights, by: User) -> Membership:
    """Raises: NotDoneError; DiffersError when somebody else changed them since `revision`."""
    rights.check()
    _locked(membership.clinic)
    membership = _fresh(membership)
    _not_oneself(membership, by)
    before = rights_of(membership)
    if before == rights:
        return membership
    if membership.revision != revision:
        raise DiffersError(membership, _differing(before, rights))
    if Role.ADMINISTRATOR in before.roles - rights.roles:
        _somebody_administers_without(membership)
    for column, held in rights.columns().items():
        setattr(membership, column, held)
    _save(membership)
    end_every_session(membership.user)
    trail.record(
        Verb.ROLES_CHANGED,
        membership.user,
        clinic=membership.clinic,
        detail={"from": str(before), "to": str(rights)},
        by=by,
    )
    return membership


def _differing(stands: Rights, sent: Rights) -> list[Difference]:
    there, here = stands.columns(), sent.columns()
    return [
        Difference(name, there[name], here[name]) for name in there if there[name] != here[name]
    ]


@transaction.atomic
def deactivate(*, membership: Membership, now: datetime, by: User) -> Membership:
    """End the account in this clinic, and every session of it, at once."""
    _locked(membership.clinic)
    membership = _fresh(membership)
    _not_oneself(membership, by)
    if membership.state is State.DEACTIVATED:
        return membership
    if membership.state is not State.ACTIVE:
        raise NotDoneError(_("This person has not joined. Withdraw the invitation instead."))
    if membership.administrator:
        _somebody_administers_without(membership)
    membership.deactivated_at = now
    _save(membership)
    end_every_session(membership.user)
    trail.record(Verb.DEACTIVATED, membership.user, clinic=membership.clinic, by=by)
    return membership


@transaction.atomic
def reactivate(*, membership: Membership, by: User) -> Membership:
    _locked(membership.clinic)
    membership = _fresh(membership)
    if membership.state is State.ACTIVE:
        return membership
    if membership.state is not State.DEACTIVATED:
        raise NotDoneError(_("This person has not joined. Send the invitation again instead."))
    membership.deactivated_at = None
    _save(membership)
    trail.record(Verb.REACTIVATED, membership.user, clinic=membership.clinic, by=by)
    return membership


@transaction.atomic
def reset_second_step(*, membership: Membership, by: User) -> Membership:
    """Forget every app, passkey and recovery code; the next sign-in sets up a new one."""
    _locked(membership.clinic)
    membership = _fresh(membership)
    _not_oneself(membership, by)
    _works_only_here(membership)
    if _did_since_they_signed_in(membership, Verb.PASSWORD_LINK_MADE, by):
        raise NotDoneError(
            _(
                "You made a new password link for this person, who has not signed in since. "
                "Another administrator resets the second step."
            )
        )
    Authenticator.objects.filter(user=membership.user).delete()
    end_every_session(membership.user)
    trail.record(Verb.SECOND_STEP_RESET, membership.user, clinic=membership.clinic, by=by)
    return membership


PROFILE = ("name", "qualification", "registration_number", "telephone", "theme", "single_keys")


@transaction.atomic
def amend_profile(*, revision: int, changes: Mapping[str, object], by: User) -> User:
    """One's own particulars. Raises: DiffersError."""
    if unknown := set(changes) - set(PROFILE):
        message = f"not one's own to amend: {sorted(unknown)}"
        raise ValueError(message)
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    changed = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if not changed:
        return user
    if user.revision != revision:
        raise DiffersError(
            user, [Difference(name, getattr(user, name), value) for name, value in changed.items()]
        )
    for name, value in changed.items():
        setattr(user, name, value)
    user.revision += 1
    user.save(update_fields=[*changed, "revision"])
    trail.record(Verb.PROFILE_AMENDED, user, detail={"fields": ", ".join(changed)}, by=by)
    return user


def accounts_exported(*, count: int, by: User) -> None:
    trail.record(Verb.EXPORTED, detail={"what": "accounts", "count": str(count)}, by=by)


# --- Inside ---------------------------------------------------------------------------------


def _locked(clinic: Clinic) -> Clinic:
    return Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)


def _fresh(membership: Membership) -> Membership:
    return Membership.objects.select_related("user", "clinic").get(pk=membership.pk)


def _save(membership: Membership) -> None:
    membership.revision += 1
    membership.save()


def _link(
    membership: Membership,
    token: uuid.UUID,
    purpose: OneTimeLink.Purpose,
    *,
    now: datetime,
    by: User | None,
) -> OneTimeLink:
    return OneTimeLink.objects.create(
        pk=token,
        membership=membership,
        number=membership.one_time_links.count() + 1,
        purpose=purpose,
        at=now,
        expires_at=now + settings.INVITATION_LIFETIME,
        by=by,
    )


def _not_oneself(membership: Membership, by: User) -> None:
    if membership.user_id == by.pk:
        raise NotDoneError(_("Your own account is changed by another administrator."))


def _works_only_here(membership: Membership) -> None:
    """The administrator of one clinic must not get at an account that opens another."""
    if membership.state is not State.ACTIVE:
        raise NotDoneError(_("This account is not active."))
    elsewhere = Membership.objects.standing().filter(user=membership.user).exclude(pk=membership.pk)
    if elsewhere.exists():
        raise NotDoneError(
            _("This person works in another clinic too, so only they can change this.")
        )


def _did_since_they_signed_in(membership: Membership, verb: Verb, by: User) -> bool:
    """Whether `by` alone holds one of the two keys to this account: nobody may hold both.

    Without a mail server the administrator sees the link that sets a password; with the second
    step reset too, they could sign in as this person. Once the person has signed in with their
    password (a passkey asks for none), both keys are theirs again.
    """
    theirs = AuditEvent.objects.filter(
        clinic=str(membership.clinic_id),
        actor=trail.reference(membership.user),
        verb=Verb.SIGNED_IN.value,
        detail__contains="password",
    ).order_by("-number")
    since = theirs.values_list("number", flat=True).first() or 0
    return AuditEvent.objects.filter(
        clinic=str(membership.clinic_id),
        actor=trail.reference(by),
        verb=verb.value,
        target=trail.reference(membership.user),
        number__gt=since,
    ).exists()


def others_who_administer(membership: Membership) -> bool:
    """Whether somebody else can administer the clinic now; an open invitation does not count."""
    return (
        Membership.objects.standing()
        .filter(clinic=membership.clinic_id, administrator=True)
        .exclude(pk=membership.pk)
        .exists()
    )


def _somebody_administers_without(membership: Membership) -> None:
    if not others_who_administer(membership):
        raise NotDoneError(
            _("This is the only administrator. Invite another before changing this account.")
        )
