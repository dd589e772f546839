"""What people decide after a restore. The machine decides nothing."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from plans.models import Escalation, GapAnswer, Released, held
from taperplan.audit import trail
from taperplan.audit.models import Restore
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from datetime import datetime

    from taperplan.accounts.models import Clinic, User


def let_go_on(*, escalation: Escalation, frozen_now: datetime, by: User) -> bool:
    """The notices of this red flag go on. Pressed twice it is done once."""
    with transaction.atomic():
        locked = Escalation.objects.select_for_update(of=("self",)).select_related(
            "patient__clinic"
        )
        flag = locked.filter(held(), pk=escalation.pk).first()
        if flag is None:
            return False
        # A clock set back since the restore must not keep a person's word from counting.
        last = Restore.objects.latest("at").at
        Released.objects.create(escalation=flag, at=max(frozen_now, last), by=by)
        trail.record(Verb.RED_FLAG_GOES_ON, flag, patient=flag.patient, by=by)
    return True


def answer_gap(
    *, restore: Restore, clinic: Clinic, text: str, form: uuid.UUID, frozen_now: datetime, by: User
) -> None:
    """What was done about it, once for each clinic. Whoever comes second changes nothing."""
    with transaction.atomic():
        _answer, first = GapAnswer.objects.get_or_create(
            restore=restore,
            clinic=clinic,
            defaults={"id": form, "text": text, "at": frozen_now, "by": by},
        )
        if first:
            trail.record(Verb.GAP_ANSWERED, clinic, by=by)
