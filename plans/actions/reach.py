"""Calls that nobody answered; after as many in a row as the clinic typed, a same-day red flag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from patients.models import Patient
from plans.actions.escalation import Report, TrailRow, again_if_beaten, raise_within
from plans.models import CallAttempt, CallLimit, Escalation
from plans.rules.reach import is_flag, label
from plans.rules.redflags import Level, Source
from plans.rules.symptoms import UNANSWERED_CALLS
from taperplan.accounts.models import Clinic
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from plans.rules.redflags import Reached
    from taperplan.accounts.models import User


@dataclass(frozen=True)
class Unanswered:
    """Whom, at which number or place, how it ended, when."""

    whom: str
    ended: Reached
    at: datetime
    place: str = ""
    note: str = ""


def record_attempt(
    *, patient: Patient, key: uuid.UUID, call: Unanswered, frozen_now: datetime, by: User
) -> CallAttempt:
    """The same form twice is one call. The one that makes the clinic's number raises the flag."""

    def act() -> CallAttempt:
        # One call about a person at a time, so that each is counted once.
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        first = CallAttempt.objects.filter(pk=key, patient=patient).first()
        if first is not None:
            return first
        rows, raised = _flag(patient, call, frozen_now, by)
        attempt = CallAttempt.objects.create(
            id=key,
            patient=patient,
            whom=call.whom,
            place=call.place,
            ended=call.ended.value,
            note=call.note,
            raised=raised,
            at=call.at,
            recorded_at=frozen_now,
            recorded_by=by,
        )
        trail.record_all([*rows, (Verb.CALL_NOT_ANSWERED, attempt)], patient=patient, by=by)
        return attempt

    return again_if_beaten(act)


def _flag(
    patient: Patient, call: Unanswered, now: datetime, by: User
) -> tuple[list[TrailRow], Escalation | None]:
    limit = CallLimit.objects.in_force(patient.clinic)
    attempts = CallAttempt.objects.in_a_row(patient).count() + 1
    open_now = (
        Escalation.objects.still_open().filter(patient=patient, symptom=UNANSWERED_CALLS).exists()
    )
    if not is_flag(attempts, limit.calls if limit else None, open_now=open_now):
        return [], None
    report = Report(
        symptom=UNANSWERED_CALLS,
        source=Source.CALLS,
        text=call.note,
        label=label(attempts),
        level=Level.SAME_DAY,
    )
    rows = raise_within(patient=patient, reports=[report], now=now, by=by)
    return rows, rows[0][1]


def write_call_limit(
    *,
    clinic: Clinic,
    token: uuid.UUID,
    number: int,
    calls: int | None,
    now: datetime,
    by: User,
) -> CallLimit:
    """A further row; `number` is that of the one that was read. Raises: NotDoneError."""
    with transaction.atomic():
        Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
        before = CallLimit.objects.filter(pk=token, clinic=clinic).first()
        if before is not None:
            return before
        stands = CallLimit.objects.in_force(clinic)
        if (stands.number if stands else 0) != number:
            name = stands.written_by.name if stands else ""
            raise NotDoneError(
                _("{name} has changed this since you read it. Read it again.").format(name=name)
            )
        row = CallLimit.objects.create(
            id=token, clinic=clinic, number=number + 1, calls=calls, written_at=now, written_by=by
        )
        trail.record(Verb.CALL_LIMIT_WRITTEN, row, clinic=clinic, by=by)
    return row
