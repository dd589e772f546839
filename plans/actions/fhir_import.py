"""Taking over what somebody else had set, from their FHIR file: kept in words, never counted."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from patients.models import Patient
from plans.models import TakenOver, TakenOverRow
from taperplan import formats
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from plans.fhir.reading import Told
    from taperplan.accounts.models import User


@dataclass(frozen=True)
class Source:
    """Who had set it and where it comes from, as typed; the digest is of the file's bytes."""

    set_by: str
    words: str
    digest: str


def source(*, set_by: str, words: str, data: bytes) -> Source:
    return Source(set_by=set_by, words=words, digest=hashlib.sha256(data).hexdigest())


def refuse_another(told: Told, patient: Patient, by: User) -> None:
    """A file about somebody else is kept in nobody's record.

    A key of another site says nothing here, and is looked up nowhere but among the records that
    `by` sees; a date of birth does.

    Raises:
        NotDoneError: it is about another patient than this one.
    """
    about = told.about
    if about is None:
        return
    if about.born is not None and about.born != patient.born:
        raise NotDoneError(
            _("It is about somebody born on {said}. This patient was born on {born}.").format(
                said=formats.day(about.born), born=formats.day(patient.born)
            )
        )
    try:
        key = uuid.UUID(about.key)
    except ValueError:
        return
    own = {patient.pk, patient.joined_to_id}
    another = Patient.objects.visible_to(by).filter(pk=key).exclude(joined_to=patient)
    if key not in own and another.exists():
        raise NotDoneError(_("It is about another record of this clinic."))


def take_over(
    *, key: uuid.UUID, patient: Patient, told: Told, source: Source, now: datetime, by: User
) -> tuple[TakenOver, bool]:
    """The row of this form, and whether this arrival made it. It is history, not a draft.

    Raises:
        NotDoneError: it is about another patient.
    """
    refuse_another(told, patient, by)
    before = TakenOver.objects.filter(pk=key, patient=patient).first()
    if before is not None:
        return before, False
    first, last = told.first, told.last
    try:
        with transaction.atomic():
            row = TakenOver.objects.create(
                id=key,
                patient=patient,
                set_by=source.set_by,
                source=source.words,
                source_digest=source.digest,
                since=first,
                until=last if first is None or last is None or last >= first else None,
                as_told=as_told(told),
                at=now,
                by=by,
            )
            TakenOverRow.objects.bulk_create(
                TakenOverRow(
                    taken_over=row,
                    number=number,
                    said="\n".join(carried.said),
                    pattern=carried.pattern(),
                )
                for number, carried in enumerate(told.rows, start=1)
            )
            trail.record(
                Verb.RECORDED,
                row,
                patient=patient,
                detail={
                    "taken over": "FHIR",
                    "dosages": str(len(told.doses)),
                    "not understood": str(len(told.not_understood)),
                },
                by=by,
            )
    except IntegrityError:
        return TakenOver.objects.get(pk=key, patient=patient), False
    return row, True


def as_told(told: Told) -> str:
    """Its lines; then where it contradicts itself, and what was not understood, with the place."""
    parts = [told.as_told]
    if told.about is not None and told.about.name:
        parts.append(_("It names its patient: {name}").format(name=told.about.name))
    if told.findings:
        parts.append("\n".join([_("It contradicts itself:"), *told.findings]))
    if told.not_understood:
        strange = [f"{one.where}: {one.what}" for one in told.not_understood]
        parts.append("\n".join([_("Not understood:"), *strange]))
    return "\n\n".join(parts)
