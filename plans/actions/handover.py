"""Writing what the handover sheet says beside a red flag."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from plans.models import Escalation, HandoverNote
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from taperplan.accounts.models import User


@dataclass(frozen=True)
class Handover:
    """The four parts, each as typed."""

    situation: str = ""
    background: str = ""
    assessment: str = ""
    done: str = ""


class NoteDiffersError(NotDoneError):
    """Somebody else wrote one since this form was drawn; `stands` is theirs."""

    def __init__(self, stands: HandoverNote) -> None:
        super().__init__(
            _("{name} has written this meanwhile. Read it; sending yours again adds it.").format(
                name=stands.written_by.name
            )
        )
        self.stands = stands


def write_handover_note(
    *,
    escalation: Escalation,
    key: uuid.UUID,
    number: int,
    handover: Handover,
    frozen_now: datetime,
    by: User,
) -> HandoverNote:
    """A further row; `number` is that of the note that was read, 0 for none.

    Raises:
        NoteDiffersError: another was written since.
    """
    with transaction.atomic():
        locked = (
            Escalation.objects.select_for_update(of=("self",))
            .select_related("patient")
            .get(pk=escalation.pk)
        )
        first = HandoverNote.objects.filter(pk=key, escalation=locked).first()
        if first is not None:
            return first
        stands = HandoverNote.objects.standing(locked)
        if (stands.number if stands else 0) != number and stands is not None:
            raise NoteDiffersError(stands)
        note = HandoverNote.objects.create(
            id=key,
            escalation=locked,
            number=(stands.number if stands else 0) + 1,
            written_at=frozen_now,
            written_by=by,
            **asdict(handover),
        )
        trail.record(Verb.HANDOVER_NOTE_WRITTEN, note, patient=locked.patient, by=by)
    return note
