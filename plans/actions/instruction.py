"""An instruction that a prescriber gave by telephone, in the words used. It changes nothing:
it stands above the schedule as not yet signed until that prescriber signs or rejects it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from plans.actions.plan import NotDoneError
from plans.models import Request
from taperplan.accounts.models import Membership, User
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from plans.models import Plan
    from plans.rules.check_in import AskedKind
    from taperplan.accounts.models import Clinic


def prescribers(clinic: Clinic, taking: User) -> list[tuple[str, str]]:
    """Who may have given it: the clinic's other prescribers, as (key, name)."""
    found = (
        Membership.objects.filter(clinic=clinic, prescriber=True, user__is_active=True)
        .exclude(user=taking)
        .order_by("user__name")
    )
    return [(str(pk), name) for pk, name in found.values_list("user", "user__name")]


def take(
    *,
    key: uuid.UUID,
    plan: Plan,
    given_by: str,
    given_at: datetime,
    asked: AskedKind,
    words: str,
    read_back: bool,
    now: datetime,
    by: User,
) -> Request:
    """Keep an instruction. `given_by` is the key of a prescriber of this clinic, not of `by`.

    Raises:
        NotDoneError: no such prescriber.
    """
    made = Request.objects.filter(pk=key).first()
    if made is not None:
        return made
    if given_by not in dict(prescribers(plan.patient.clinic, by)):
        raise NotDoneError(_("Choose the prescriber who gave it."))
    try:
        with transaction.atomic():
            request = Request.objects.create(
                id=key,
                patient=plan.patient,
                plan=plan,
                asked=asked.value,
                words=words,
                given_by=User.objects.get(pk=given_by),
                given_at=given_at,
                read_back=read_back,
                at=now,
                by=by,
            )
            trail.record(
                Verb.INSTRUCTION_TAKEN,
                request,
                patient=plan.patient,
                detail={"plan": plan.reference},
                by=by,
            )
    except IntegrityError:
        made = Request.objects.filter(pk=key).first()
        if made is None:
            raise
        return made
    return request
