"""Whether a worker lives, and what did not arrive: for /healthz and for every page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.utils import timezone

from plans.models import Heartbeat
from taperplan.accounts.models import Clinic

if TYPE_CHECKING:
    from datetime import datetime

# With a page that asks again each half minute, this stays under two minutes.
SILENCE = timedelta(seconds=60)
# A notice that has not arrived after this, or after so many tries, is said on every page.
LATE = timedelta(seconds=60)
TRIES = 3


def lives(beat: datetime | None, now: datetime) -> bool:
    """A beat that lies in the future says nothing either: the clock was set back."""
    return beat is not None and abs(now - beat) <= SILENCE


def faults() -> list[str]:
    """For whoever watches the service; nothing where there is no clinic yet."""
    try:
        beat = Heartbeat.objects.filter(pk=Heartbeat.ONLY).values_list("at", flat=True).first()
        if lives(beat, timezone.now()) or not Clinic.objects.exists():
            return []
    except DatabaseError:
        # Said already, by what looks at the database itself.
        return []
    return ["no notifier lives: red flags reach nobody by message"]
