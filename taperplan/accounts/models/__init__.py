"""Facts about the clinic: its people, its numbers, its texts, its ladder."""

from __future__ import annotations

from taperplan.accounts.models.clinic import Clinic
from taperplan.accounts.models.limits import Use
from taperplan.accounts.models.notices import Absence, AbsenceEnd, Webhook, Week, WeekSpan
from taperplan.accounts.models.people import Membership, OneTimeLink, User
from taperplan.accounts.models.protocol import (
    Confirmation,
    Ladder,
    LevelSet,
    ProtocolText,
    Rung,
    TestAcknowledgement,
    TestMessage,
    TimeLimits,
)

__all__ = [
    "Absence",
    "AbsenceEnd",
    "Clinic",
    "Confirmation",
    "Ladder",
    "LevelSet",
    "Membership",
    "OneTimeLink",
    "ProtocolText",
    "Rung",
    "TestAcknowledgement",
    "TestMessage",
    "TimeLimits",
    "Use",
    "User",
    "Webhook",
    "Week",
    "WeekSpan",
]
