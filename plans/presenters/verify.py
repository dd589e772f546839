"""What a stranger who holds a paper learns from its check code: one of three answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plans.models import Document, Move, Version
from plans.rules.lifecycle import PlanState
from plans.rules.paper import CHECK_CODE_LENGTH
from taperplan import formats

if TYPE_CHECKING:
    from datetime import date

# A paper of a plan in one of these states still says what counts.
GOES_ON = (PlanState.ACTIVE, PlanState.AFTERCARE, PlanState.LOST_TO_CONTACT)


class Found(StrEnum):
    MATCHES = "matches"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verified:
    """`on` is a day in words, of what is superseded only. Nothing else is told."""

    found: Found
    on: str = ""


def verified(typed: str) -> Verified:
    """The paper with this code, however the code was spaced and in whatever case."""
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(code) != CHECK_CODE_LENGTH:
        return Verified(Found.UNKNOWN)
    document = (
        Document.objects.without_content()
        .select_related("plan", "version", "patient__clinic")
        .filter(check_code=code)
        .first()
    )
    if document is None:
        return Verified(Found.UNKNOWN)
    days = _days_it_ended(document)
    if days:
        return Verified(Found.SUPERSEDED, formats.day(min(days)))
    return Verified(Found.MATCHES)


def _days_it_ended(document: Document) -> list[date]:
    """From when a later version counts, and when the plan was over. A version that is signed
    ahead replaces this paper on the day from which it counts."""
    plan, version = document.plan, document.version
    if plan is None or version is None:
        return []
    later = Version.objects.filter(plan=plan, number__gt=version.number).order_by()
    days = list(later.values_list("in_force_from", flat=True))
    if PlanState(plan.state) not in GOES_ON:
        moved = Move.objects.filter(plan=plan, state=plan.state).order_by("-number").first()
        if moved is not None:
            days.append(document.patient.clinic.day(moved.at))
    return days
