"""Whether a worker lives, for whoever watches the service."""

from __future__ import annotations

from django.db import DatabaseError
from django.utils import timezone

from plans.models import Heartbeat
from plans.rules.notices import lives
from taperplan.accounts.models import Clinic


def faults() -> list[str]:
    """In words for the log; nothing where there is no clinic yet."""
    try:
        beat = Heartbeat.objects.filter(pk=Heartbeat.ONLY).values_list("at", flat=True).first()
        if lives(beat, timezone.now()) or not Clinic.objects.exists():
            return []
    except DatabaseError:
        # Said already, by what looks at the database itself.
        return []
    return ["no notifier lives: red flags reach nobody by message"]
