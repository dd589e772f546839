"""What somebody who leaves would leave behind: references and counts, nothing clinical.

An administrator reads this, so no patient, drug or symptom is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from patients.models import CareTeam, Patient
from patients.vocabulary import TeamRole
from plans.models import CheckInDraft, Draft, Escalation, FollowUp, Plan, Request, Version
from plans.rules.lifecycle import PlanState
from taperplan.accounts.models import Membership
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet

    from taperplan.accounts.models import User

# References that one line names; the count is always whole.
NAMED = 12
_RUNNING = (PlanState.ACTIVE.value, PlanState.AFTERCARE.value)


class Kind(StrEnum):
    DRAFTS = "drafts"
    REQUESTS = "requests"
    INSTRUCTIONS = "instructions"
    RED_FLAGS = "red_flags"
    CHECK_INS = "check_ins"
    PLANS = "plans"

    @property
    def label(self) -> str:
        return {
            Kind.DRAFTS: _("Drafts of plans and check-ins that they began"),
            Kind.REQUESTS: _("Requests of theirs that nobody has answered"),
            Kind.INSTRUCTIONS: _("Instructions by telephone that they have not signed"),
            Kind.RED_FLAGS: _("Open red flags that they raised or are dealing with"),
            Kind.CHECK_INS: _("Check-ins due for patients whom they look after"),
            Kind.PLANS: _("Running plans without another active prescriber"),
        }[self]

    @property
    def for_prescribers(self) -> bool:
        """Whether only somebody who signs plans can take it."""
        return self in (Kind.INSTRUCTIONS, Kind.PLANS)


@dataclass(frozen=True)
class Held:
    """Everything of one kind."""

    kind: Kind
    # Each with the patient that it is about.
    items: tuple[tuple[str, uuid.UUID], ...]

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(reference for reference, _patient in self.items)

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def named(self) -> str:
        more = self.count - NAMED
        words = ", ".join(self.references[:NAMED])
        return f"{words} {_('and %(more)s more') % {'more': more}}" if more > 0 else words


def held_by(membership: Membership) -> tuple[Held, ...]:
    """A fixed number of statements; kinds of which there is nothing are left out."""
    found = []
    for kind, pairs in _rows(membership.user, membership.clinic_id).items():
        if pairs:
            found.append(Held(kind, tuple(dict.fromkeys(pairs))))
    return tuple(found)


def _rows(user: User, clinic: Any) -> dict[Kind, list[tuple[str, uuid.UUID]]]:
    team = CareTeam.objects.filter(user=user, until=None, patient__clinic=clinic)
    cared_for = Patient.objects.filter(Exists(team.filter(patient=OuterRef("pk")))).under_care()
    drafts: list[tuple[str, uuid.UUID]] = [
        (draft.reference, draft.plan.patient_id)
        for draft in Draft.objects.filter(
            Q(opened_by=user) | Q(changed_by=user), plan__patient__clinic=clinic
        ).select_related("plan")
    ]
    drafts += _pairs(
        CheckInDraft.objects.filter(
            Q(opened_by=user) | Q(changed_by=user), patient__clinic=clinic
        ).still_open()
    )
    asked = Request.objects.filter(patient__clinic=clinic).unanswered()
    flags = Escalation.objects.filter(patient__clinic=clinic).still_open()
    due = FollowUp.objects.filter(patient__in=cared_for, due_on__isnull=False)
    return {
        Kind.DRAFTS: drafts,
        Kind.REQUESTS: _pairs(asked.filter(by=user, given_by=None)),
        Kind.INSTRUCTIONS: _pairs(asked.filter(given_by=user)),
        Kind.RED_FLAGS: _pairs(flags.filter(Q(raised_by=user) | Q(acknowledged_by=user))),
        Kind.CHECK_INS: [
            (row.patient.reference, row.patient_id) for row in due.select_related("patient")
        ],
        Kind.PLANS: _pairs(_left_alone(user, clinic)),
    }


def _pairs(rows: QuerySet[Any]) -> list[tuple[str, uuid.UUID]]:
    return [(row.reference, row.patient_id) for row in rows]


def _left_alone(user: User, clinic: Any) -> QuerySet[Plan]:
    """Running plans that this person signed last or prescribes for, and nobody else active does."""
    prescribing = Membership.objects.standing().filter(clinic=clinic, prescriber=True)
    others = CareTeam.objects.filter(
        patient=OuterRef("patient"),
        until=None,
        role=TeamRole.PRESCRIBER.value,
        user__in=prescribing.exclude(user=user).values("user"),
    )
    theirs = CareTeam.objects.filter(
        patient=OuterRef("patient"), until=None, role=TeamRole.PRESCRIBER.value, user=user
    )
    newer = Version.objects.filter(plan=OuterRef("plan"), number__gt=OuterRef("number"))
    signed = Version.objects.filter(~Exists(newer), plan=OuterRef("pk"), signed_by=user)
    return Plan.objects.filter(
        Exists(theirs) | Exists(signed),
        ~Exists(others),
        patient__in=Patient.objects.filter(clinic=clinic).under_care(),
        state__in=_RUNNING,
    )
