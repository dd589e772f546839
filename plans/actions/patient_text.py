"""Confirming our fixed words for patients as the clinic's own, and withdrawing that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from plans.models import ConfirmedTextSet, WithdrawnTextSet
from plans.rules.patient_texts import SetKey, text_sets
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from taperplan.accounts.models import Clinic, User


def confirm_text_set(
    *, clinic: Clinic, key: SetKey, digest: str, now: datetime, by: User
) -> ConfirmedTextSet:
    """The protocol owner's name under the words with this digest: those that were read.

    Raises:
        NotDoneError: somebody else, or the words are others by now.
    """
    if by.clinic != clinic or not by.may(Permission.CONFIRM_PROTOCOL):
        raise NotDoneError(_("Only the protocol owner of this clinic confirms."))
    one = next(one for one in text_sets() if one.key is key)
    if one.digest != digest:
        raise NotDoneError(_("These words have changed since you read them. Read them again."))
    mine = ConfirmedTextSet.objects.filter(clinic=clinic, key=key.value, digest=digest)
    if (before := mine.filter(withdrawal=None).first()) is not None:
        return before
    try:
        with transaction.atomic():
            row = ConfirmedTextSet.objects.create(
                clinic=clinic,
                key=key.value,
                version=one.version,
                digest=digest,
                number=mine.count() + 1,
                words="\n".join(one.sentences),
                confirmed_at=now,
                confirmed_by=by,
            )
            trail.record(
                Verb.CONFIRMED,
                row,
                clinic=clinic,
                detail={"handout words": key.value, "version": str(one.version)},
                by=by,
            )
    except IntegrityError:
        # Two clicks at once: the other was first.
        return mine.get(withdrawal=None)
    return row


def withdraw_text_set(*, clinic: Clinic, key: SetKey, why: str, now: datetime, by: User) -> bool:
    """End the confirmation of a set in the words of today: nothing of it is printed from now
    on, until it is confirmed anew. False where none stands any more: another was first.

    Raises:
        NotDoneError: somebody else than the protocol owner.
    """
    if by.clinic != clinic or not by.may(Permission.CONFIRM_PROTOCOL):
        raise NotDoneError(_("Only the protocol owner of this clinic withdraws."))
    one = next(one for one in text_sets() if one.key is key)
    standing = ConfirmedTextSet.objects.of(clinic).get((key.value, one.digest))
    if standing is None:
        return False
    try:
        with transaction.atomic():
            WithdrawnTextSet.objects.create(confirmed=standing, why=why, at=now, by=by)
            trail.record(
                Verb.CONFIRMATION_WITHDRAWN,
                standing,
                clinic=clinic,
                detail={"handout words": key.value, "version": str(standing.version)},
                by=by,
            )
    except IntegrityError:
        return False
    return True
