"""Who was told of a version, or why somebody need not be. Printing is not telling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Exists

from plans.models import Plan, Told, Version
from plans.models.plan import EXPECTED_AUDIENCES, Answer, Audience
from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from taperplan.accounts.models import User


@dataclass(frozen=True)
class Telling:
    """`told_at` None and a reason: not needed."""

    audience: Audience
    answer: Answer
    who: str = ""
    how: str = ""
    told_at: datetime | None = None
    answered_by: str = ""
    reason: str = ""


def telling(given: Mapping[str, Any]) -> Telling:
    """From what a form has read: a reason belongs to one answer, how and when to the other."""
    audience, answer = Audience(given["audience"]), Answer(given["answer"])
    if answer is Answer.NOT_NEEDED:
        return Telling(audience, answer, who=given["who"], reason=given["reason"])
    return Telling(
        audience,
        answer,
        who=given["who"],
        how=given["how"],
        told_at=given["at"],
        answered_by=given["answered_by"],
    )


def record(
    *, version: Version, telling: Telling, token: uuid.UUID, now: datetime, by: User
) -> Told:
    """A row more; an earlier one about the same person stays below it. One form, one row."""
    made = Told.objects.filter(token=token).first()
    if made is not None:
        return made
    try:
        with transaction.atomic():
            # Of two at once the second counts what the first has written.
            plan = Plan.objects.select_for_update(of=("self",)).get(pk=version.plan_id)
            row = Told.objects.create(
                version=version,
                audience=telling.audience.value,
                answer=telling.answer.value,
                who=telling.who,
                how=telling.how,
                told_at=telling.told_at,
                answered_by=telling.answered_by,
                reason=telling.reason,
                token=token,
                at=now,
                by=by,
            )
            _note(plan, version)
            trail.record(
                Verb.TOLD,
                version,
                patient=version.plan.patient,
                detail={"version": version.reference, "answer": telling.answer.value},
                by=by,
            )
    except IntegrityError:
        made = Told.objects.filter(token=token).first()
        if made is None:
            raise
        return made
    return row


def _note(plan: Plan, version: Version) -> None:
    """On the plan, once everybody was told of its newest version: a worklist need not look at it
    again until it moves."""
    told = Told.objects.filter(version=version, audience__in=EXPECTED_AUDIENCES).order_by()
    if told.values("audience").distinct().count() < len(EXPECTED_AUDIENCES):
        return
    newest = ~Exists(Version.objects.filter(replaces=version))
    Plan.objects.filter(newest, pk=plan.pk).update(told_revision=plan.revision)
