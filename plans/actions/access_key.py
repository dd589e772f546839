"""Keys for programs and calendars: issued, revoked, let in, and every reading written down."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from patients.models import Disclosure
from patients.vocabulary import Ground
from plans.models import AccessKey
from plans.presenters.document import consents_in_force
from plans.rules.exchange import KeyKind, Part
from taperplan.accounts.models import Membership
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from patients.models import Consent, Patient
    from taperplan.accounts.models import Clinic, User

A_MINUTE = 60
"""Questions in one minute; a program that asks more waits for the next."""
LONGEST = timedelta(days=366)
_HEX = 32


@dataclass(frozen=True)
class Reach:
    """What a program's key may read, for whom, on what ground, until when."""

    recipient: str
    parts: frozenset[Part]
    ground: Ground
    why: str
    ends_at: datetime


@dataclass(frozen=True)
class Holder:
    """A key that was shown, with the person whose sight it has."""

    key: AccessKey
    user: User

    @property
    def parts(self) -> frozenset[Part]:
        return frozenset(map(Part, self.key.parts.split()))


# --- Issuing and revoking ----------------------------------------------------------------------


def issue(
    *, token: uuid.UUID, clinic: Clinic, reach: Reach, answers_for: User, now: datetime, by: User
) -> str:
    """The text of a new key for a program; it is shown this once. "" where it was made before.

    Raises:
        NotDoneError: nobody clinical of this clinic answers for it, or it ends too late.
    """
    if by.clinic != clinic or not by.may(Permission.MANAGE_CLINIC):
        raise NotDoneError(_("Only an administrator of this clinic issues a key."))
    if _standing(answers_for.pk, clinic) is None:
        raise NotDoneError(_("A clinician of this clinic answers for the key."))
    if not now < reach.ends_at <= now + LONGEST:
        raise NotDoneError(_("A key ends within a year."))
    return _made(
        token,
        clinic=clinic,
        kind=KeyKind.PROGRAM.value,
        recipient=reach.recipient,
        answers_for=answers_for,
        parts=" ".join(part.value for part in Part if part in reach.parts),
        ground=reach.ground.value,
        why=reach.why,
        issued_at=now,
        issued_by=by,
        ends_at=reach.ends_at,
    )


def issue_calendar(*, token: uuid.UUID, now: datetime, by: User) -> str:
    """The text of a key to one's own calendar; the one before it opens nothing any more."""
    clinic = by.clinic
    if clinic is None or not by.may(Permission.VIEW_PATIENTS):
        raise NotDoneError(_("A calendar is for clinicians."))
    with transaction.atomic():
        for earlier in _own_calendars(by):
            revoke(key=earlier, now=now, by=by)
        return _made(
            token,
            clinic=clinic,
            kind=KeyKind.CALENDAR.value,
            recipient=by.name,
            answers_for=by,
            issued_at=now,
            issued_by=by,
            ends_at=now + LONGEST,
        )


def _own_calendars(by: User) -> Iterable[AccessKey]:
    mine = AccessKey.objects.filter(answers_for=by, clinic=by.clinic, revoked_at=None)
    return mine.filter(kind=KeyKind.CALENDAR.value)


def _made(token: uuid.UUID, **columns: object) -> str:
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            key = AccessKey.objects.create(id=token, digest=_digest(secret), calls=0, **columns)
            trail.record(
                Verb.KEY_ISSUED,
                key,
                clinic=key.clinic,
                detail={"kind": key.kind, "parts": key.parts, "ground": key.ground},
                by=key.issued_by,
            )
    except IntegrityError:
        # The same form a second time: a key is shown once and never again.
        return ""
    return f"{key.pk.hex}{secret}"


def revoke(*, key: AccessKey, now: datetime, by: User) -> None:
    with transaction.atomic():
        mine = AccessKey.objects.filter(pk=key.pk, revoked_at=None)
        if mine.update(revoked_at=now, revoked_by=by):
            trail.record(Verb.KEY_REVOKED, key, clinic=key.clinic, by=by)


def _digest(secret: str) -> str:
    """A long random text needs no slow hash: there is nothing to guess from."""
    return hashlib.sha256(secret.encode()).hexdigest()


# --- Letting in --------------------------------------------------------------------------------


def holder(text: str, kind: KeyKind, *, now: datetime) -> Holder | None:
    """Whose key this is, if it still opens anything."""
    try:
        pk = uuid.UUID(hex=text[:_HEX])
    except ValueError:
        return None
    key = AccessKey.objects.select_related("clinic").filter(pk=pk, kind=kind.value).first()
    if key is None or not constant_time_compare(key.digest, _digest(text[_HEX:])):
        return None
    membership = _standing(key.answers_for_id, key.clinic)
    if not key.alive(now) or membership is None:
        return None
    user = membership.user
    user.membership = membership
    return Holder(key, user)


def _standing(user: uuid.UUID, clinic: Clinic) -> Membership | None:
    """The account in this clinic, whichever the person works in now, while it is a clinician's."""
    found = (
        Membership.objects.standing()
        .filter(user=user, clinic=clinic)
        .select_related("user", "clinic")
        .first()
    )
    return found if found is not None and found.clinical else None


def admit(held: Holder, *, now: datetime) -> bool:
    """Count this question; whether it is still one of those that a minute allows."""
    minute = now.replace(second=0, microsecond=0)
    mine = AccessKey.objects.filter(pk=held.key.pk)
    this = mine.filter(minute=minute, calls__lt=A_MINUTE)
    # Twice: of two that begin a minute at once, the second finds it begun.
    for _turn in range(2):
        if this.update(calls=F("calls") + 1, used_at=now):
            return True
        if mine.exclude(minute=minute).update(minute=minute, calls=1, used_at=now):
            return True
    return False


# --- Writing down ------------------------------------------------------------------------------


def ground_for(held: Holder, patient: Patient, *, now: datetime) -> tuple[Ground, Consent | None]:
    """On what ground this patient's record is read.

    Raises:
        NotDoneError: the ground is consent, and none that names this recipient is in force.
    """
    ground = Ground(held.key.ground)
    if ground is not Ground.CONSENT:
        return ground, None
    told = held.key.recipient.casefold().strip()
    for consent in consents_in_force(patient, patient.clinic.day(now)):
        if consent.whom.casefold().strip() == told:
            return ground, consent
    raise NotDoneError(_("No consent that names this recipient is in force."))


def disclose(*, held: Holder, patient: Patient, what: str, subject: str, now: datetime) -> None:
    """One row of the accounting and one of the trail, before a single byte is sent.

    Raises:
        NotDoneError: no ground for this patient.
    """
    ground, consent = ground_for(held, patient, now=now)
    with transaction.atomic():
        Disclosure.objects.create(
            patient=patient,
            recipient=held.key.recipient,
            what=what[:200],
            subject=subject[:80],
            ground=ground.value,
            consent=consent,
            why=held.key.why,
            disclosed_at=now,
            disclosed_by=held.user,
        )
        trail.record(
            Verb.READ_BY_PROGRAM,
            held.key,
            patient=patient,
            detail={"what": what, "subject": subject},
            by=held.user,
        )


def note(*, held: Holder, verb: Verb, detail: dict[str, str]) -> None:
    """A question that handed out nothing about a patient, or was refused."""
    trail.record(verb, held.key, detail=detail, by=held.user)


def refused(*, held: Holder, what: str, answer: int) -> None:
    note(held=held, verb=Verb.REFUSED, detail={"page": what, "answer": str(answer)})


def read(*, held: Holder, what: str) -> None:
    note(held=held, verb=Verb.READ_BY_PROGRAM, detail={"what": what})


def calendar_read(*, held: Holder) -> None:
    note(held=held, verb=Verb.CALENDAR_READ, detail={})
