"""The site formulary: lines are added and retired by an administrator, none is changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from plans.models import FormularyEntry
from plans.models.exact import exact
from plans.rules.formulary import Entry, not_to_be_split
from plans.rules.schedule_words import Form, Unit
from taperplan.accounts.models import Clinic
from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import User


def entry_of(row: FormularyEntry) -> Entry:
    return Entry(
        drug=row.drug,
        name=row.name,
        form=Form(row.form),
        route=row.route,
        strength=row.strength,
        unit=Unit(row.unit) if row.unit else None,
        per=row.per,
        do_not_split=row.do_not_split,
    )


def lines(clinic: Clinic) -> list[tuple[str, Entry]]:
    """The lines in use, each with its key. One query."""
    rows = FormularyEntry.objects.filter(clinic=clinic).in_use().order_by("drug", "name", "pk")
    return [(str(row.pk), entry_of(row)) for row in rows]


def chosen(clinic: Clinic, key: str) -> Entry | None:
    return dict(lines(clinic)).get(key)


def marked(clinic: Clinic, schedule: Schedule) -> frozenset[str]:
    """The keys of the products of a schedule that are not to be split here."""
    rows = FormularyEntry.objects.filter(clinic=clinic, do_not_split=True).in_use()
    return not_to_be_split(schedule, [entry_of(row) for row in rows])


def write(*, clinic: Clinic, entries: Sequence[Entry], now: datetime, by: User) -> int:
    """Add the lines that are not there yet; how many were. All of them, or none."""
    with transaction.atomic():
        # One import at a time: of two that bring the same line, the second finds it there.
        Clinic.objects.select_for_update(of=("self",)).get(pk=clinic.pk)
        known = {entry.identity for _key, entry in lines(clinic)}
        new = {one.identity: one for one in entries if one.identity not in known}
        FormularyEntry.objects.bulk_create(
            FormularyEntry(
                id=uuid.uuid4(),
                clinic=clinic,
                drug=one.drug,
                name=one.name,
                form=one.form.value,
                route=one.route,
                **exact("strength", one.strength),
                unit=one.unit.value if one.unit else "",
                **exact("per", one.per),
                do_not_split=one.do_not_split,
                written_at=now,
                written_by=by,
            )
            for one in new.values()
        )
        if new:
            detail = {"added": str(len(new))}
            trail.record(Verb.FORMULARY_WRITTEN, clinic, detail=detail, by=by)
    return len(new)


def retire(*, clinic: Clinic, key: str, now: datetime, by: User) -> bool:
    """No longer offered; plans that name it stay as they are. False: it is not in use."""
    if key not in dict(lines(clinic)):
        return False
    with transaction.atomic():
        gone = FormularyEntry.objects.filter(pk=key, clinic=clinic, retired_at=None).update(
            retired_at=now, retired_by=by
        )
        if gone:
            trail.record(Verb.FORMULARY_WRITTEN, clinic, detail={"retired": "1"}, by=by)
    return bool(gone)
