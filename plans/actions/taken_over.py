"""A plan that was in force elsewhere, kept as told. It is history: nothing is set by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from plans.models import TakenOver
from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    import uuid
    from datetime import date, datetime

    from patients.models import Patient
    from plans.models import Plan
    from taperplan.accounts.models import User


def take_over(
    *,
    key: uuid.UUID,
    patient: Patient,
    set_by: str,
    source: str,
    as_told: str,
    since: date | None = None,
    until: date | None = None,
    source_digest: str = "",
    plan: Plan | None = None,
    now: datetime,
    by: User,
) -> TakenOver:
    """One form or file, one row. `source_digest`: SHA-256 of a file that it was read from."""
    made = TakenOver.objects.filter(pk=key).first()
    if made is not None:
        return made
    try:
        with transaction.atomic():
            row = TakenOver.objects.create(
                id=key,
                patient=patient,
                plan=plan,
                set_by=set_by,
                source=source,
                source_digest=source_digest,
                since=since,
                until=until,
                as_told=as_told,
                at=now,
                by=by,
            )
            trail.record(Verb.TAKEN_OVER, row, patient=patient, by=by)
    except IntegrityError:
        made = TakenOver.objects.filter(pk=key).first()
        if made is None:
            raise
        return made
    return row
