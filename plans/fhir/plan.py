"""A signed version as FHIR: the plan, one request for each product, the end of each drug, the
findings it was signed with, and who signed. Every request is of intent "plan", never an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plans.fhir.dosage import dosages, stated_none
from plans.fhir.writing import (
    OWN,
    Resource,
    coded,
    day,
    element,
    moment,
    period,
    resource,
    strength,
    text,
    to,
    words,
)
from plans.rules import wording
from plans.rules.lifecycle import PlanState
from plans.rules.schedule import first_day, last_day
from plans.rules.schedule_words import End
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plans.rules.schedule import Drug, Product
    from plans.sheets.exchange import SignedVersion

ROLE = f"{OWN}role"
END = f"{OWN}end"
IN_FORCE_FROM = f"{OWN}in-force-from-time"
AWAY = f"{OWN}set-elsewhere"
STATED = f"{OWN}parts"

_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_STATUS = {
    PlanState.DRAFT: "draft",
    PlanState.ACTIVE: "active",
    PlanState.AFTERCARE: "active",
    PlanState.COMPLETED: "completed",
    PlanState.STOPPED: "revoked",
    PlanState.TRANSFERRED: "revoked",
    PlanState.LOST_TO_CONTACT: "unknown",
    PlanState.ENTERED_IN_ERROR: "entered-in-error",
}
# A request says "stopped" where a plan says "revoked".
_REQUEST = {"revoked": "stopped"}


def status(version: SignedVersion) -> str:
    """What a reader may take it for. Staying on a dose is not "on hold": doses go on."""
    if version.state is PlanState.ENTERED_IN_ERROR:
        return "entered-in-error"
    return "revoked" if version.superseded else _STATUS[version.state]


def resources(version: SignedVersion) -> Iterator[Resource]:
    """Everything about one version; names in it begin with the version's key."""
    yield _care_plan(version)
    for number, drug in enumerate(version.schedule.drugs, start=1):
        if drug.end is not None:
            yield _goal(version, drug, number)
    for number, product in enumerate(version.schedule.products, start=1):
        yield _medication(version, product, number)
        yield _request(version, product, number)
    for number, accepted in enumerate(version.accepted, start=1):
        yield resource(
            "DetectedIssue",
            f"{version.key}.i{number}",
            status="entered-in-error" if status(version) == "entered-in-error" else "final",
            code=words(accepted.code),
            patient=to("Patient", version.patient),
            identifiedDateTime=moment(version.signed_at),
            author=_signer(version),
            implicated=[to("CarePlan", version.key)],
            detail=text(accepted.sentence),
            mitigation=[
                element(
                    action=words(accepted.reason),
                    date=moment(version.signed_at),
                    author=_signer(version),
                )
            ],
        )
    yield _provenance(version)


def _signer(version: SignedVersion) -> dict[str, str]:
    return to("Practitioner", version.signed_by.key, version.signed_by.name)


def _care_plan(version: SignedVersion) -> Resource:
    schedule = version.schedule
    first, last = first_day(schedule), version.until
    if last is None and schedule.steps:
        last = last_day(schedule)
    begins = version.in_force_from if first is None else max(version.in_force_from, first)
    return resource(
        "CarePlan",
        version.key,
        extension=[
            *(
                [{"url": IN_FORCE_FROM, "valueString": version.in_force_when.token}]
                if version.in_force_when
                else []
            ),
            *(
                {
                    "url": AWAY,
                    "extension": [
                        {"url": "days", "valuePeriod": period(away.first_day, away.last_day)},
                        {"url": "where", "valueString": text(away.where)},
                    ],
                }
                for away in schedule.away
            ),
        ],
        identifier=[{"system": f"{OWN}plan-version", "value": f"{version.plan}/{version.number}"}],
        replaces=[to("CarePlan", version.replaces)] if version.replaces else [],
        status=status(version),
        intent="plan",
        title=text(version.title),
        description=text(_("Version {number} of the plan").format(number=version.number)),
        subject=to("Patient", version.patient),
        # Who counts days takes the first on which it is in force; the doses have their own.
        period=period(begins, last if last is None or last >= begins else begins),
        created=moment(version.signed_at),
        author=_signer(version),
        goal=[
            to("Goal", f"{version.key}.g{number}")
            for number, drug in enumerate(schedule.drugs, start=1)
            if drug.end is not None
        ],
        activity=[
            {"reference": to("MedicationRequest", f"{version.key}.p{number}")}
            for number in range(1, len(schedule.products) + 1)
        ],
        note=[
            {
                "authorReference": _signer(version),
                "time": moment(version.signed_at),
                "text": text(note),
            }
            for note in _notes(version)
        ],
    )


def _notes(version: SignedVersion) -> Iterator[str]:
    """What was typed for others to read. What is for the team alone stays with the team."""
    if version.hold is not None:
        first, last = version.hold
        if last is None:
            yield _("From {day}: staying on the dose in force.").format(day=formats.day(first))
        else:
            yield _("Staying on the dose in force: {days}.").format(
                days=formats.day_range(first, last)
            )
    for label, words_ in (
        (_("Reason"), version.reason),
        (_("Assessment"), version.assessment),
        (_("For the patient"), version.patient_text),
        (_("For the pharmacy"), version.pharmacy_text),
        (_("Missed dose"), version.missed_dose_text),
    ):
        if words_.strip():
            yield f"{label}: {words_}"
    for step in version.schedule.steps:
        if step.reason.strip():
            yield _("Step {number}: {reason}").format(number=step.number, reason=step.reason)


def _goal(version: SignedVersion, drug: Drug, number: int) -> Resource:
    return resource(
        "Goal",
        f"{version.key}.g{number}",
        extension=[{"url": END, "valueCode": drug.end.value if drug.end else ""}],
        lifecycleStatus="entered-in-error"
        if status(version) == "entered-in-error"
        else "cancelled"
        if version.superseded
        else "active",
        description=words(_end_words(drug)),
        subject=to("Patient", version.patient),
        target=[{"dueDate": day(drug.review_on)}] if drug.review_on else [],
        note=[{"text": text(drug.end_note)}] if drug.end_note.strip() else [],
    )


def _end_words(drug: Drug) -> str:
    match drug.end:
        case End.STOP:
            return _("{drug}: stop after the last stated dose").format(drug=drug.name)
        case End.MAINTAIN:
            return _("{drug}: stay on the last stated dose until the review").format(drug=drug.name)
        case End.REFER:
            return _("{drug}: refer").format(drug=drug.name)
        case None:
            return drug.name


def _medication(version: SignedVersion, product: Product, number: int) -> Resource:
    drug = version.schedule.drug(product.drug)
    return resource(
        "Medication",
        f"{version.key}.p{number}",
        code=words(wording.product_label(product, drug)),
        form=words(product.form.value),
        ingredient=[
            element(itemCodeableConcept=words(drug.name), isActive=True, strength=strength(product))
        ],
    )


def _request(version: SignedVersion, product: Product, number: int) -> Resource:
    drug = version.schedule.drug(product.drug)
    standing = status(version)
    return resource(
        "MedicationRequest",
        f"{version.key}.p{number}",
        extension=[
            {"url": ROLE, "valueCode": drug.role.value},
            {"url": STATED, "valuePositiveInt": product.parts},
            *stated_none(version.schedule, product),
        ],
        status=_REQUEST.get(standing, standing),
        intent="plan",
        medicationReference=to(
            "Medication", f"{version.key}.p{number}", wording.product_label(product, drug)
        ),
        subject=to("Patient", version.patient),
        authoredOn=moment(version.signed_at),
        requester=_signer(version),
        basedOn=[to("CarePlan", version.key)],
        groupIdentifier={"system": f"{OWN}plan", "value": version.plan},
        note=[{"text": text(note)} for note in _product_notes(product)],
        dosageInstruction=dosages(version.schedule, product),
    )


def _product_notes(product: Product) -> Iterator[str]:
    for label, value in (
        (_("For the patient"), product.texts.patient),
        (_("For the pharmacy"), product.texts.pharmacy),
        (_("Prepared"), product.preparation),
        (_("Given by"), product.given_by),
        (_("Keep until"), product.keep_until),
        (_("Measured with"), product.device),
    ):
        if value.strip():
            yield f"{label}: {value}"


def _provenance(version: SignedVersion) -> Resource:
    targets: list[dict[str, Any]] = [to("CarePlan", version.key)]
    targets += [
        to("MedicationRequest", f"{version.key}.p{number}")
        for number in range(1, len(version.schedule.products) + 1)
    ]
    return resource(
        "Provenance",
        f"{version.key}.s",
        target=targets,
        recorded=moment(version.signed_at),
        agent=[{"type": coded(_PARTICIPATION, "author"), "who": _signer(version)}],
    )
