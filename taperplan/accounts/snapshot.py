"""Reads what stands in a clinic, for its checklist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from taperplan.accounts.checklist import Snapshot
from taperplan.accounts.ladder import Standing
from taperplan.accounts.models import (
    LevelSet,
    Membership,
    ProtocolText,
    TestMessage,
    TimeLimits,
)

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic

Kind = ProtocolText.Kind


def take(clinic: Clinic) -> Snapshot:
    """A fixed number of statements, whatever the clinic has written."""
    confirmed = set(ProtocolText.objects.in_force(clinic).values_list("kind", flat=True))
    written = set(ProtocolText.objects.newest(clinic).values_list("kind", flat=True))
    on_ladder = {person.pk for person in Standing(clinic, timezone.now()).people}
    answered = set(
        TestMessage.objects.filter(clinic=clinic, acknowledgement__isnull=False).values_list(
            "to", flat=True
        )
    )
    return Snapshot(
        protocol_owner=Membership.objects.standing()
        .filter(clinic=clinic, protocol_owner=True)
        .exists(),
        levels_confirmed=LevelSet.objects.in_force(clinic) is not None,
        emergency_text_confirmed=Kind.EMERGENCY in confirmed,
        same_day_text_confirmed=Kind.SAME_DAY in confirmed,
        texts_unconfirmed=len(written - confirmed - {Kind.EMERGENCY, Kind.SAME_DAY}),
        people_on_ladder=len(on_ladder),
        time_limits=TimeLimits.objects.in_force(clinic) is not None,
        test_acknowledged=bool(on_ladder & answered),
        emergency_number=bool(clinic.emergency),
        out_of_hours_number=bool(clinic.out_of_hours),
        crisis_number=bool(clinic.crisis),
    )
