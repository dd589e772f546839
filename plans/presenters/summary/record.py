"""Everything that a summary is made from, loaded once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patients.models import of_one_person
from patients.presenters import answers, banner
from patients.presenters.rows import standing
from patients.vocabulary import Item, Kind
from plans.models import CheckIn, Escalation, FollowUp, Plan, Request, Told, Version
from plans.models.schedules import schedules
from plans.presenters.chart import TOLD, PlanFacts
from plans.presenters.paper import (
    Printing,
    identifier,
)
from plans.rules.lifecycle import PlanState
from plans.rules.redflags import EscalationState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from patients.intake import Given
    from patients.models import Patient
    from patients.presenters import Banner
    from patients.presenters.rows import Written


@dataclass(frozen=True)
class Record:
    """Everything that the summary is made from, loaded once."""

    patient: Patient
    printing: Printing
    banner: Banner
    number: str
    answers: Mapping[Item, Given]
    written: Mapping[Kind, Sequence[Written]]
    plans: tuple[PlanFacts, ...]
    check_ins: tuple[CheckIn, ...]
    flags: tuple[Escalation, ...]
    requests: tuple[Request, ...]
    follow_up: FollowUp | None
    told: Mapping[object, Sequence[Told]]

    @property
    def today(self) -> date:
        return self.printing.today


def record_of(patient: Patient, printing: Printing) -> Record:
    """Load the record: a fixed number of queries, whatever its length."""
    people = of_one_person([patient])
    versions = list(
        Version.objects.filter(plan__patient__in=people)
        .exclude(plan__state=PlanState.ENTERED_IN_ERROR.value)
        .select_related("plan__patient__clinic", "signed_by", "replaces")
        .order_by("plan__begun_at", "plan", "number")
    )
    found = schedules(versions)
    check_ins = tuple(
        CheckIn.objects.about(patient)
        .standing()
        .select_related("recorded_by")
        .prefetch_related(*TOLD, "vital_signs", "scale_totals")
        .order_by("happened_at", "pk")
    )
    flags = tuple(
        Escalation.objects.about(patient).prefetch_related("moves__by").order_by("raised_at", "pk")
    )
    by_plan: dict[Plan, list[Version]] = {}
    for version in versions:
        by_plan.setdefault(version.plan, []).append(version)
    told: dict[object, list[Told]] = {}
    rows = Told.objects.filter(version__in=versions).select_related("by").order_by("at", "pk")
    for row in rows:
        told.setdefault(row.version_id, []).append(row)
    return Record(
        patient=patient,
        printing=printing,
        banner=banner(patient, printing.today),
        number=identifier(patient),
        answers=answers(patient),
        written=standing(patient),
        plans=tuple(
            PlanFacts(
                plan=plan,
                versions=tuple(of_plan),
                schedules={version.number: found[version.pk] for version in of_plan},
                check_ins=check_ins,
                flags=tuple(f for f in flags if f.state != EscalationState.ENTERED_IN_ERROR),
                today=printing.today,
                zone=printing.clinic.zone,
            )
            for plan, of_plan in by_plan.items()
        ),
        check_ins=check_ins,
        flags=flags,
        requests=tuple(
            Request.objects.filter(patient__in=people)
            .unanswered()
            .select_related("by", "given_by")
            .order_by("at", "pk")
        ),
        follow_up=FollowUp.objects.filter(patient=patient).first(),
        told=told,
    )
