"""A clinician's calendar as a feed: dates and references, no clinical word and no name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from patients.models import Patient
from plans.models import FollowUp
from plans.presenters.files import changes_of, plans_of, uid
from taperplan import calendars
from taperplan.calendars import Event
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from patients.models import PatientQuerySet
    from taperplan.accounts.models import User

AHEAD = timedelta(days=92)


def feed(user: User, today: date) -> bytes:
    """Of those whom `user` looks after, what has a date in the next three months, or is late."""
    mine = Patient.objects.visible_to(user).under_care().cared_for_by(user)
    events = [*_due(mine, today), *_changes(mine, today)]
    return calendars.write(_("Dates"), sorted(events, key=lambda e: (e.day, e.uid)))


def _due(mine: PatientQuerySet, today: date) -> Iterator[Event]:
    rows = FollowUp.objects.filter(patient__in=mine, due_on__lte=today + AHEAD)
    for row in rows.select_related("patient").order_by("due_on", "pk"):
        if row.due_on is not None:
            yield Event(
                uid=uid(row.patient_id, "due"),
                day=row.due_on,
                title=_("Due: {reference}").format(reference=row.patient.reference),
                changed=row.set_at,
            )


def _changes(mine: PatientQuerySet, today: date) -> Iterator[Event]:
    for plan in plans_of(list(mine.values_list("pk", flat=True))):
        for day, _slot, version, _schedule in changes_of(plan):
            if today <= day <= today + AHEAD:
                yield Event(
                    uid=uid(plan.plan.pk, "date", day),
                    day=day,
                    title=_("Look at: {reference}").format(reference=plan.plan.reference),
                    changed=version.signed_at,
                )
