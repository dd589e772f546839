"""What leaves the record as a file is in the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from plans.models import Plan
    from taperplan.accounts.models import User


def exported(*, plan: Plan, what: str, by: User) -> None:
    with transaction.atomic():
        trail.record(
            Verb.EXPORTED,
            plan,
            patient=plan.patient,
            detail={"plan": plan.reference, "what": what},
            by=by,
        )
