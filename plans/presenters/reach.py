"""Calls that nobody answered, and the number that a clinic typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plans.models import CallAttempt, CallLimit
from plans.presenters.escalation import at
from plans.rules.redflags import Reached
from taperplan import formats
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from datetime import datetime

    from patients.models import Patient
    from taperplan.accounts.models import Clinic

SHOWN = 5


@dataclass(frozen=True)
class Limit:
    number: int
    calls: str
    words: str
    written: str


def unanswered(patient: Patient, *, now: datetime) -> tuple[str, ...]:
    """Since somebody spoke with the patient, newest first. Two statements."""
    zone = patient.clinic.zone
    rows = CallAttempt.objects.in_a_row(patient).select_related("recorded_by").order_by("-at")
    found = [
        _("{when}: {whom}, {ended}, recorded by {name}").format(
            when=at(row.at, zone, now),
            whom=row.whom,
            ended=_("no answer") if row.ended == Reached.NO_ANSWER.value else _("left word"),
            name=row.recorded_by.name,
        )
        for row in rows[: SHOWN + 1]
    ]
    return (*found[:SHOWN], *([_("and earlier ones")] if len(found) > SHOWN else []))


def call_limit(clinic: Clinic) -> Limit:
    row = CallLimit.objects.in_force(clinic)
    if row is None:
        return Limit(0, "", _("Not typed. No number of unanswered calls raises a red flag."), "")
    words = _("No number of unanswered calls raises a red flag.")
    if row.calls is not None:
        words = ngettext(
            "{n} unanswered call raises a same-day red flag.",
            "{n} unanswered calls in a row raise a same-day red flag.",
            row.calls,
        ).format(n=formats.number(row.calls))
    written = _("Written by {name}, {when}").format(
        name=row.written_by.name, when=formats.moment(row.written_at.astimezone(clinic.zone))
    )
    return Limit(row.number, str(row.calls or ""), words, written)
