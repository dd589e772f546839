"""What happened, as FHIR: check-ins with what was observed and taken, red flags with what was done
about them, consents, prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plans.fhir.writing import (
    OWN,
    Resource,
    coded,
    element,
    moment,
    of_form,
    period,
    quantity,
    resource,
    text,
    to,
    words,
)
from plans.rules.check_in import TakenAs
from plans.rules.redflags import EscalationState, EscalationVerb
from plans.rules.vital_words import Vital, VitalUnit
from taperplan import formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plans.sheets.exchange import (
        Act,
        Answer,
        CheckInFacts,
        ConsentFacts,
        Finding,
        FlagFacts,
        FlagMove,
        Measurement,
        Named,
        PrintFacts,
        TakenOfDrug,
    )

_TERMS = "http://terminology.hl7.org/CodeSystem/"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"

# Only codes that say no more than what was measured: none for a position or an instrument.
_LOINC = {
    Vital.PULSE: "8867-4",
    Vital.TEMPERATURE: "8310-5",
    Vital.BREATHING: "9279-1",
    Vital.WEIGHT: "29463-7",
}
_UNITS = {
    VitalUnit.MMHG: "mm[Hg]",
    VitalUnit.PER_MINUTE: "/min",
    VitalUnit.CELSIUS: "Cel",
    VitalUnit.FAHRENHEIT: "[degF]",
    VitalUnit.PERCENT: "%",
    VitalUnit.KG: "kg",
    VitalUnit.LB: "[lb_av]",
    VitalUnit.HOURS: "h",
}
_TAKEN = {
    TakenAs.PLANNED: "active",
    TakenAs.MISSED: "active",
    TakenAs.EXTRA: "active",
    TakenAs.STOPPED: "stopped",
    TakenAs.RAN_OUT: "stopped",
    TakenAs.NOT_KNOWN: "unknown",
}


def _by(person: Named) -> dict[str, str]:
    return to("Practitioner", person.key, person.name)


# --- Check-ins ---------------------------------------------------------------------------------


def check_in(facts: CheckInFacts) -> Iterator[Resource]:
    """The answers, then what is derived from them; names begin with the check-in's key."""
    yield _answers(facts)
    number = 0
    for finding in facts.findings:
        number += 1
        yield _finding(facts, finding, number)
    for measurement in facts.measurements:
        number += 1
        yield _measurement(facts, measurement, number)
    for score in facts.scores:
        number += 1
        yield _observation(
            facts,
            number,
            code=words(f"{score.scale} {score.version}"),
            effectiveDateTime=score.rated_on.isoformat(),
            performer=[{"display": text(score.rater)}],
            valueQuantity=quantity(score.total, "score", "{score}"),
        )
    for place, taken in enumerate(facts.taken, start=1):
        yield _statement(facts, taken, place)


def _answers(facts: CheckInFacts) -> Resource:
    state = "amended" if facts.supersedes else "completed"
    return resource(
        "QuestionnaireResponse",
        facts.key,
        extension=[
            {
                "url": f"{OWN}supersedes",
                "valueReference": to("QuestionnaireResponse", facts.supersedes),
            }
        ]
        if facts.supersedes
        else [],
        basedOn=[to("CarePlan", facts.version)] if facts.version else [],
        status="entered-in-error" if facts.in_error else state,
        subject=to("Patient", facts.patient),
        authored=moment(facts.recorded_at),
        author=_by(facts.recorded_by),
        source=to("Patient", facts.patient) if facts.reported_by.value == "patient" else None,
        item=[_item(answer) for answer in facts.answers],
    )


def _item(answer: Answer) -> dict[str, Any]:
    """A group where there are questions inside and no answer, else a question."""
    inside = [_item(inner) for inner in answer.inside]
    given = element(valueString=text(answer.value))
    return element(
        linkId=answer.key,
        text=text(answer.label),
        answer=[{**given, **element(item=inside)}] if given else [],
        item=[] if given else inside,
    )


def _observation(facts: CheckInFacts, number: int, **elements: Any) -> Resource:
    return resource(
        "Observation",
        f"{facts.key}.o{number}",
        status="entered-in-error" if facts.in_error else "final",
        **{
            "category": None,
            "code": None,
            "subject": to("Patient", facts.patient),
            "effectiveDateTime": moment(facts.happened_at),
            "issued": moment(facts.recorded_at),
            "performer": [_by(facts.recorded_by)],
            **elements,
            "derivedFrom": [to("QuestionnaireResponse", facts.key)],
        },
    )


def _finding(facts: CheckInFacts, finding: Finding, number: int) -> Resource:
    severity = element(code=words("severity"), valueString=text(finding.severity))
    return _observation(
        facts,
        number,
        category=[coded(f"{_TERMS}observation-category", "survey")],
        code=coded(SNOMED, finding.code, finding.label) if finding.code else words(finding.label),
        valueBoolean=None if finding.absent else True,
        dataAbsentReason=coded(f"{_TERMS}data-absent-reason", finding.absent)
        if finding.absent
        else None,
        note=[{"text": text(finding.note)}] if finding.note.strip() else [],
        component=[severity] if finding.severity else [],
    )


def _measurement(facts: CheckInFacts, measured: Measurement, number: int) -> Resource:
    code = _LOINC.get(measured.vital)
    unit = _UNITS[measured.unit]
    return _observation(
        facts,
        number,
        category=[coded(f"{_TERMS}observation-category", "vital-signs")],
        code=coded(LOINC, code, measured.vital.value) if code else words(measured.vital.value),
        valueQuantity=quantity(measured.value, measured.unit.value, unit),
    )


def _statement(facts: CheckInFacts, taken: TakenOfDrug, place: int) -> Resource:
    notes = [taken.note]
    if taken.last_dose:
        notes.append(taken.last_dose)
    if taken.in_hand:
        notes.append(taken.in_hand)
    return resource(
        "MedicationStatement",
        f"{facts.key}.t{place}",
        basedOn=[to("CarePlan", facts.version)] if facts.version else [],
        status="entered-in-error" if facts.in_error else _TAKEN[taken.answer],
        statusReason=[words(taken.answer.value)],
        medicationCodeableConcept=words(taken.drug),
        subject=to("Patient", facts.patient),
        effectivePeriod=period(*facts.period) if facts.period else None,
        dateAsserted=moment(facts.told_at),
        informationSource=to("Patient", facts.patient)
        if facts.reported_by.value == "patient"
        else element(display=text(facts.reporter_name)),
        derivedFrom=[to("QuestionnaireResponse", facts.key)],
        note=[{"text": text(note)} for note in notes if note.strip()],
        # As told: a quantity of nothing is written in words, never as a dose of 0.
        dosage=[
            element(
                text=text(
                    f"{amount.label}: {formats.quantity(amount.quantity, amount.form)}"
                    f" ({amount.typed})"
                ),
                timing={"repeat": {"boundsPeriod": period(amount.first, amount.last)}},
                doseAndRate=[{"doseQuantity": of_form(amount.quantity, amount.form)}]
                if amount.quantity
                else [],
            )
            for amount in taken.amounts
        ],
    )


# --- Red flags ---------------------------------------------------------------------------------

_TASK = {
    EscalationState.RAISED: "requested",
    EscalationState.NOTIFIED: "received",
    EscalationState.ACKNOWLEDGED: "accepted",
    EscalationState.CONTACTED: "in-progress",
    EscalationState.OUTCOME_RECORDED: "in-progress",
    EscalationState.CLOSED: "completed",
    EscalationState.ENTERED_IN_ERROR: "entered-in-error",
}
_TOLD = frozenset({EscalationVerb.CONTACT, EscalationVerb.ATTEMPT})


def red_flag(facts: FlagFacts) -> Iterator[Resource]:
    """The flag, the task of answering it, and each contact; names begin with the flag's key."""
    last = facts.moves[-1].at if facts.moves else facts.raised_at
    in_error = facts.state is EscalationState.ENTERED_IN_ERROR
    ended = in_error or facts.state is EscalationState.CLOSED
    owner = facts.acknowledged_by
    yield resource(
        "Flag",
        facts.key,
        status="entered-in-error" if in_error else "inactive" if ended else "active",
        category=[words(facts.level.label)],
        code=words(facts.label),
        subject=to("Patient", facts.patient),
        period=element(start=moment(facts.raised_at), end=moment(last) if ended else None),
        author=_by(facts.raised_by),
    )
    yield resource(
        "Task",
        facts.key,
        status=_TASK[facts.state],
        businessStatus=words(facts.state.value),
        intent="order",
        description=text(facts.label),
        focus=to("Flag", facts.key),
        for_=to("Patient", facts.patient),
        authoredOn=moment(facts.raised_at),
        lastModified=moment(last),
        requester=_by(facts.raised_by),
        owner=_by(owner) if owner else None,
        note=[
            element(
                authorReference=_by(move.by) if move.by else None,
                time=moment(move.at),
                text=text(f"{move.verb.value}: {move.text}" if move.text else move.verb.value),
            )
            for move in facts.moves
            if move.verb not in _TOLD
        ],
    )
    for move in facts.moves:
        if move.verb in _TOLD:
            yield _communication(facts, move)


def _communication(facts: FlagFacts, move: FlagMove) -> Resource:
    reached = move.verb is EscalationVerb.CONTACT
    return resource(
        "Communication",
        f"{facts.key}.m{move.number}",
        status="completed" if reached else "not-done",
        statusReason=None if reached else words(move.verb.value),
        medium=[words(move.how)] if move.how else [],
        subject=to("Patient", facts.patient),
        about=[to("Flag", facts.key)],
        sent=moment(move.at) if reached else None,
        recipient=[element(display=text(move.whom))] if move.whom.strip() else [],
        sender=_by(move.by) if move.by else None,
        payload=[{"contentString": text(move.text)}] if move.text.strip() else [],
    )


# --- Consents and prints -----------------------------------------------------------------------


def consent(facts: ConsentFacts) -> Resource:
    if facts.struck:
        state = "entered-in-error"
    else:
        state = "inactive" if facts.withdrawn_on or facts.replaced else "active"
    until = facts.withdrawn_on or facts.until
    if until is not None:
        until = max(until, facts.since)
    return resource(
        "Consent",
        facts.key,
        status=state,
        scope=coded(f"{_TERMS}consentscope", "patient-privacy"),
        category=[coded(LOINC, "59284-0", "consent")],
        patient=to("Patient", facts.patient),
        dateTime=moment(facts.recorded_at),
        policyRule=words(facts.what),
        provision=element(
            type_="permit",
            period=period(facts.since, until),
            actor=[
                {"role": words("may tell"), "reference": {"display": text(facts.may_tell)}},
                {"role": words("may be told"), "reference": {"display": text(facts.whom)}},
            ],
            purpose=[],
            code=[words(facts.purpose)],
        ),
    )


def printed(facts: PrintFacts) -> Resource:
    """A print by its hash; the bytes stay here."""
    return resource(
        "DocumentReference",
        facts.key,
        masterIdentifier={"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{facts.key}"},
        identifier=[{"system": f"{OWN}sha-256", "value": facts.sha256}],
        status="current",
        docStatus="final",
        type_=words(facts.title),
        subject=to("Patient", facts.patient),
        date=moment(facts.printed_at),
        author=[_by(facts.printed_by)],
        description=text(facts.recipient),
        content=[
            {
                "attachment": element(
                    contentType="application/pdf",
                    language=facts.language,
                    title=text(facts.title),
                    creation=moment(facts.printed_at),
                )
            }
        ],
        context=element(related=[to("CarePlan", facts.version)] if facts.version else []),
    )


# --- What the trail says -----------------------------------------------------------------------

_THINGS = {
    "patient": "Patient",
    "version": "CarePlan",
    "checkin": "QuestionnaireResponse",
    "escalation": "Flag",
    "consent": "Consent",
    "document": "DocumentReference",
}


def act(facts: Act) -> Resource:
    """Who wrote what and when, in the trail's own word: no code of another list fits each."""
    return resource(
        "AuditEvent",
        f"{facts.patient}.e{facts.number}",
        type_={"system": f"{OWN}trail", "code": facts.verb},
        recorded=moment(facts.at),
        # A row of the trail stands and falls with what it speaks of.
        outcome="0",
        agent=[
            element(
                who=_by(facts.by) if facts.by else {"display": "taperplan"},
                requestor=facts.by is not None,
            )
        ],
        source={"observer": to("Organization", facts.clinic)},
        entity=[{"what": _thing(facts)}],
    )


def _thing(facts: Act) -> dict[str, Any]:
    """A plan is what its requests have in common, no resource of its own."""
    if facts.kind == "plan":
        return {"identifier": {"system": f"{OWN}plan", "value": facts.key}}
    return to(_THINGS[facts.kind], facts.key)
