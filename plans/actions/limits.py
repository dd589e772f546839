"""Limits of vital signs: typed by an administrator for the clinic and confirmed by the protocol
owner, or typed by a prescriber for one patient. Nothing is rewritten; a change is a further set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from patients.models import Patient
from plans.models import LimitConfirmation, LimitSet, VitalLimit
from taperplan.accounts.models import Clinic
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from plans.rules.limits import TypedLimit
    from taperplan.accounts.models import User


def write_limits(
    *,
    clinic: Clinic,
    patient: Patient | None,
    token: uuid.UUID,
    number: int,
    lines: Sequence[TypedLimit],
    now: datetime,
    by: User,
) -> LimitSet:
    """A further set; `number` is that of the one that was read, 0 for none.

    Raises: NotDoneError.
    """
    with transaction.atomic():
        Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
        before = LimitSet.objects.filter(pk=token, clinic=clinic, patient=patient).first()
        if before is not None:
            return before
        sets = (
            LimitSet.objects.of_patient(patient) if patient else LimitSet.objects.of_clinic(clinic)
        )
        stands = sets.select_related("written_by").first()
        if (stands.number if stands else 0) != number:
            name = stands.written_by.name if stands else ""
            raise NotDoneError(
                _("{name} has changed this since you read it. Read it again.").format(name=name)
            )
        row = LimitSet(
            id=token,
            clinic=clinic,
            patient=patient,
            number=number + 1,
            written_at=now,
            written_by=by,
        )
        VitalLimit.objects.bulk_create(
            VitalLimit(
                limits=row,
                vital=line.limit.vital.value,
                side=line.limit.side.value,
                level=line.limit.level.value,
                value_numerator=line.limit.value.numerator,
                value_denominator=line.limit.value.denominator,
                unit=line.limit.unit.value,
                typed=line.typed,
            )
            for line in lines
        )
        row.save(force_insert=True)
        trail.record(
            Verb.LIMITS_WRITTEN,
            row,
            clinic=clinic,
            patient=patient,
            detail={"limits": str(len(lines))},
            by=by,
        )
    return row


def confirm_limits(*, limits: LimitSet, now: datetime, by: User) -> LimitConfirmation:
    """The protocol owner's name under this very set. Raises: NotDoneError."""
    if by.clinic != limits.clinic or not by.may(Permission.CONFIRM_PROTOCOL):
        raise NotDoneError(_("Only the protocol owner of this clinic confirms."))
    with transaction.atomic():
        Clinic.objects.select_for_update(no_key=True).get(pk=limits.clinic_id)
        before = LimitConfirmation.objects.filter(limits=limits).first()
        if before is not None:
            return before
        if LimitSet.objects.of_clinic(limits.clinic).first() != limits:
            raise NotDoneError(_("Somebody has changed this since you read it. Read it again."))
        row = LimitConfirmation.objects.create(limits=limits, at=now, by=by)
        trail.record(Verb.CONFIRMED, limits, clinic=limits.clinic, by=by)
    return row
