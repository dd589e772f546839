"""A file that leaves: the row of the patient's accounting and the row of the trail, then the file.

The form's token names the accounting row, so the same form sent again is the same disclosure.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from patients.models import Disclosure
from plans.fhir.bundle import COLLECTION, bundle
from plans.presenters import files
from plans.presenters.exchange import Record, under_part_2
from plans.rules.exchange import FileKind
from plans.rules.paper import Recipient
from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from patients.models import Consent, Patient
    from patients.vocabulary import Ground
    from taperplan.accounts.models import User


@dataclass(frozen=True)
class Handing:
    """What is handed to whom, on what ground."""

    what: FileKind
    recipient: Recipient
    recipient_name: str = ""
    ground: Ground | None = None
    consent: Consent | None = None
    why: str = ""
    facility: str = ""
    emergency: str = ""


def hand_over(
    *, key: uuid.UUID, patient: Patient, handing: Handing, now: datetime, by: User
) -> None:
    """Write down that it leaves. What stays with our own team is in the trail alone."""
    row = uuid.uuid5(key, "disclosure")
    with transaction.atomic():
        if handing.ground is not None and handing.recipient is not Recipient.OWN_TEAM:
            Disclosure.objects.get_or_create(
                id=row,
                defaults={
                    "patient": patient,
                    "recipient": handing.recipient_name or handing.recipient.words,
                    "what": handing.what.words,
                    "subject": patient.reference,
                    "ground": handing.ground.value,
                    "consent": handing.consent,
                    "why": handing.why,
                    "facility": handing.facility,
                    "emergency": handing.emergency,
                    "disclosed_at": now,
                    "disclosed_by": by,
                },
            )
        trail.record(
            Verb.EXPORTED,
            patient,
            patient=patient,
            detail={
                "what": handing.what.value,
                "recipient": handing.recipient.value,
                "ground": handing.ground.value if handing.ground else "",
            },
            by=by,
        )


def content(
    what: FileKind, patient: Patient, *, now: datetime, base: str, by: User
) -> Iterator[bytes]:
    """The file, a piece at a time."""
    today = patient.clinic.day(now)
    match what:
        case FileKind.FHIR:
            found = Record(patient, today, by).resources()
            part_2 = under_part_2(patient.clinic)
            pieces = bundle(COLLECTION, found, base=base, key=str(patient.pk), part_2=part_2)
            for piece in pieces:
                yield piece.encode()
        case FileKind.CALENDAR | FileKind.PATIENT_CALENDAR:
            yield files.calendar(what, patient, today, by)
        case _:
            yield files.table(what, patient, today, by)


def worklist_taken(*, rows: int, by: User) -> None:
    """The worklist left the screen as a file: our own team's, and in the trail."""
    trail.record(Verb.EXPORTED, detail={"what": "worklist", "rows": str(rows)}, by=by)
