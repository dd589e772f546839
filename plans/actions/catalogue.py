"""Keeping the symptom catalogue: written by administrators, confirmed by the protocol owner where
a red flag is touched. Nothing is rewritten; a change is a further row with the next number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from plans.models import CatalogueEntry, EntryConfirmation
from plans.models.catalogues import catalogue_of
from plans.rules.catalogue import OWN, CannotChangeError, Entry, check_entry, waits_for_confirming
from plans.rules.symptoms import BY_KEY
from taperplan.accounts.models import Clinic
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from taperplan.accounts.models import User


def own_key(token: uuid.UUID) -> str:
    """The key of an item that a clinic adds; it comes with the form, so it is added once."""
    return f"{OWN}{token.hex[:12]}"


def write_entry(
    *, clinic: Clinic, token: uuid.UUID, number: int, entry: Entry, now: datetime, by: User
) -> CatalogueEntry:
    """A further wording of one item; `number` is that of the row that was read, 0 for none.

    Raises:
        NotDoneError: it may not be said of this item, or somebody else was first.
    """
    with transaction.atomic():
        Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
        before = CatalogueEntry.objects.filter(pk=token, clinic=clinic).first()
        if before is not None:
            return before
        rows = CatalogueEntry.objects.filter(clinic=clinic, key=entry.key)
        stands = rows.select_related("written_by").order_by("-number").first()
        if (stands.number if stands else 0) != number:
            name = stands.written_by.name if stands else ""
            raise NotDoneError(
                _("{name} has changed this since you read it. Read it again.").format(name=name)
            )
        standing = catalogue_of(clinic)
        if stands is None and entry.key not in BY_KEY and entry.key != own_key(token):
            raise NotDoneError(_("This item does not exist."))
        try:
            check_entry(entry, standing)
        except CannotChangeError as refused:
            raise NotDoneError(refused.sentence) from refused
        row = CatalogueEntry.objects.create(
            id=token,
            clinic=clinic,
            key=entry.key,
            number=number + 1,
            label=entry.label,
            group=entry.group.value,
            shape=entry.shape.value,
            classes=sorted(one.value for one in entry.classes),
            level=entry.level.value if entry.level else "",
            after=entry.after,
            retired=entry.retired,
            waits=waits_for_confirming(entry, standing),
            written_at=now,
            written_by=by,
        )
        trail.record(Verb.CATALOGUE_WRITTEN, row, clinic=clinic, detail={"item": row.key}, by=by)
    return row


def confirm_entry(*, entry: CatalogueEntry, now: datetime, by: User) -> EntryConfirmation:
    """The protocol owner's name under this very row. Raises: NotDoneError."""
    if by.clinic != entry.clinic or not by.may(Permission.CONFIRM_PROTOCOL):
        raise NotDoneError(_("Only the protocol owner of this clinic confirms."))
    with transaction.atomic():
        Clinic.objects.select_for_update(no_key=True).get(pk=entry.clinic_id)
        before = EntryConfirmation.objects.filter(entry=entry).first()
        if before is not None:
            return before
        newest = CatalogueEntry.objects.filter(clinic=entry.clinic, key=entry.key)
        if newest.order_by("-number").first() != entry:
            raise NotDoneError(_("Somebody has changed this since you read it. Read it again."))
        row = EntryConfirmation.objects.create(entry=entry, at=now, by=by)
        trail.record(Verb.CONFIRMED, entry, clinic=entry.clinic, by=by)
    return row
