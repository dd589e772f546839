"""Uses of emergency access as the privacy lead reads them: references and the typed reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone

from taperplan import formats

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from patients.models import EmergencyAccess


@dataclass(frozen=True)
class EmergencyRow:
    reference: str
    patient: str
    who: str
    when: str
    age: str
    reason: str
    url: str


def emergency_rows(found: Iterable[EmergencyAccess], now: datetime) -> list[EmergencyRow]:
    return [
        EmergencyRow(
            reference=one.reference,
            patient=one.patient.reference,
            who=one.user.name,
            when=formats.moment(timezone.localtime(one.at)),
            age=formats.ago(one.at, now),
            reason=one.reason,
            url=reverse("patients:review", kwargs={"emergency_access": one.pk}),
        )
        for one in found
    ]
