"""A schedule that arrives as a table becomes a draft: whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from plans.actions.change import waits_for
from plans.actions.plan import NotDoneError, begin, revise, save
from plans.models import Draft, Version
from plans.rules.draft import shaped

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from patients.models import Patient
    from plans.models import Plan
    from plans.rules.draft import Cells
    from taperplan.accounts.models import User


def begin_with(
    *, key: uuid.UUID, patient: Patient, cells: Cells, now: datetime, by: User
) -> Draft | Version:
    """A new plan whose draft is what the table says. The same form, the same plan."""
    with transaction.atomic():
        made = begin(key=key, patient=patient, now=now, by=by)
        return _filled(made, cells, now, by)


def revise_with(
    *, key: uuid.UUID, plan: Plan, cells: Cells, now: datetime, by: User
) -> Draft | Version:
    """The next version, with the schedule of the table; title and texts stay as signed.

    Raises:
        NotDoneError: another draft is open, or the plan has no such move.
    """
    with transaction.atomic():
        made = Draft.objects.filter(pk=key, plan=plan).first()
        if made is None and (waits := waits_for(plan)):
            raise NotDoneError(waits)
        opened = revise(key=key, plan=plan, now=now, by=by)
        return _filled(opened, cells, now, by)


def _filled(made: Draft | Version, cells: Cells, now: datetime, by: User) -> Draft | Version:
    """Only a draft that nobody has typed in yet: a second arrival changes nothing."""
    if isinstance(made, Version) or made.revision != 1:
        return made
    kept, _unfit = shaped(made.cells)
    kept["drugs"], kept["products"] = cells["drugs"], cells["products"]
    kept["steps"], kept["as_needed"] = cells["steps"], cells["as_needed"]
    return save(draft=made, cells=kept, revision=made.revision, now=now, by=by)
