"""What of a patient still goes on, for whoever would put the record away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from patients.models import of_one_person
from plans.models import CheckInDraft, Draft, Escalation, Plan
from plans.rules.lifecycle import PlanState
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from patients.models import Patient

_OVER = (
    PlanState.COMPLETED.value, PlanState.STOPPED.value, PlanState.TRANSFERRED.value,
    PlanState.ENTERED_IN_ERROR.value,
)  # fmt: skip


def obstacle(patient: Patient) -> str:
    """A sentence; "" where nothing goes on."""
    keys = of_one_person([patient])
    if Escalation.objects.still_open().filter(patient__in=keys).exists():
        return _("A red flag is open. Close it first.")
    if Plan.objects.filter(patient__in=keys).exclude(state__in=_OVER).exists():
        return _("A plan goes on. Complete, stop or transfer it first.")
    if Draft.objects.filter(plan__patient__in=keys).exists():
        return _("A draft of a plan is open. Sign or discard it first.")
    if CheckInDraft.objects.still_open().filter(Q(patient__in=keys)).exists():
        return _("A check-in is begun and not completed. Complete or discard it first.")
    return ""
