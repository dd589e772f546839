"""A patient's record as facts for another program, loaded a part at a time.

What a third person told in confidence is left out and said to be left out; what is written for
the team alone stays with the team; a draft is nobody's plan and is not in it.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils.translation import gettext_noop as noop

from patients.identity import squeezed
from patients.models import Consent, Patient, RecordNumber
from patients.restriction import only_by_emergency
from plans.fhir import people, record
from plans.fhir import plan as plan_resources
from plans.models import CheckIn, Document, Escalation, Version
from plans.models.schedules import schedules
from plans.rules.check_in import How, Kind, Reporter, TakenAs, YesNo
from plans.rules.exchange import WHOLE, Part
from plans.rules.lifecycle import PlanState
from plans.rules.paper import DocumentKind
from plans.rules.paper import Recipient as Given
from plans.rules.redflags import EscalationState, EscalationVerb, Level
from plans.rules.symptoms import BY_KEY, Suicide
from plans.rules.vital_words import Vital, VitalUnit
from plans.sheets.exchange import (
    Accepted,
    Act,
    AmountTaken,
    Answer,
    CheckInFacts,
    ConsentFacts,
    Finding,
    FlagFacts,
    FlagMove,
    Measurement,
    Named,
    Number,
    PrintFacts,
    Score,
    SignedVersion,
    Subject,
    TakenOfDrug,
)
from taperplan.accounts.models import Membership, ProtocolText, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from plans.fhir.writing import Resource
    from plans.models import TakenAmount
    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import Clinic

AT_ONCE = 40
# A check-in with the lists of `_rows_of_a_check_in`.
LoadedCheckIn = Any
# What a row of the trail may say that it is handed out: something of the record was written.
WRITES = (
    Verb.REGISTERED, Verb.AMENDED, Verb.ASSESSED, Verb.JOINED, Verb.PARTED, Verb.MARKED_DIED,
    Verb.MARKED_TRANSFERRED, Verb.MARK_TAKEN_BACK, Verb.RECORDED, Verb.CORRECTED,
    Verb.STRUCK_OUT, Verb.CONSENT_WITHDRAWN, Verb.SIGNED, Verb.MOVED, Verb.TOLD,
    Verb.INSTRUCTION_TAKEN, Verb.SUPPLY_ARRANGED, Verb.CHECK_IN_COMPLETED, Verb.CHECK_IN_CORRECTED,
    Verb.CHECK_IN_ENTERED_IN_ERROR, Verb.RED_FLAG_RAISED, Verb.RED_FLAG_REPORTED_AGAIN,
    Verb.RED_FLAG_ACKNOWLEDGED, Verb.RED_FLAG_CONTACTED, Verb.RED_FLAG_OUTCOME,
    Verb.RED_FLAG_CLOSED, Verb.RED_FLAG_ENTERED_IN_ERROR, Verb.RED_FLAG_REOPENED,
    Verb.RED_FLAG_REPORT_TAKEN_BACK, Verb.RED_FLAG_DONE_INSTEAD, Verb.PRINTED,
)  # fmt: skip
_DAY = timedelta(days=1)


class Record:
    """One patient's record, read in parts; `people` grows by whoever is named in what was read."""

    def __init__(self, patient: Patient, today: date, by: User | None = None) -> None:
        """`by`: who hands it out. A restricted record that is joined to this one goes only where
        its own care team hands it out."""
        self.patient, self.today = patient, today
        self.keys = [patient.pk, *(one.pk for one in _joined(patient, by))]
        self.people: dict[str, Named] = {}
        self.labels = _Labels()

    def resources(self, parts: Iterable[Part] = WHOLE) -> Iterator[Resource]:
        """Every resource, in one order that depends on nothing but the record and the day."""
        wanted = frozenset(parts)
        yield people.organization(_clinic(self.patient.clinic))
        for subject in self.subjects():
            yield people.patient(subject)
        for part in Part:
            if part in wanted:
                yield from self.part(part)
        for person in self.people.values():
            yield people.practitioner(person)

    def part(self, part: Part, only: uuid.UUID | None = None) -> Iterator[Resource]:
        """The resources of one part, or those of one thing in it."""
        match part:
            case Part.PLANS:
                found = (plan_resources.resources(facts) for facts in self.versions(only))
            case Part.CHECK_INS:
                found = (record.check_in(facts) for facts in self.check_ins(only))
            case Part.RED_FLAGS:
                found = (record.red_flag(facts) for facts in self.red_flags(only))
            case Part.CONSENTS:
                found = (iter([record.consent(facts)]) for facts in self.consents(only))
            case Part.PRINTS:
                found = (iter([record.printed(facts)]) for facts in self.prints(only))
            case Part.TRAIL:
                found = (iter([record.act(facts)]) for facts in self.acts(only))
        return chain.from_iterable(found)

    def subjects(self) -> Iterator[Subject]:
        """This record, then those that are joined to it."""
        numbers = defaultdict(list)
        rows = RecordNumber.objects.filter(patient__in=self.keys, withdrawn_at=None)
        for row in rows.order_by("issuer", "recorded_at", "pk"):
            numbers[row.patient_id].append(Number(row.issuer, row.number))
        joined = Patient.objects.filter(joined_to=self.patient, pk__in=self.keys)
        joined = joined.order_by("registered_at", "pk")
        for patient in (self.patient, *joined):
            yield Subject(
                key=str(patient.pk),
                clinic=_clinic(self.patient.clinic),
                family=patient.family_name,
                given=patient.given_names,
                preferred=patient.preferred_name,
                born=patient.born,
                sex=patient.sex,
                phone=patient.phone,
                address=patient.address,
                language=patient.language,
                died_on=patient.died_on,
                numbers=tuple(numbers[patient.pk]),
                joined_to=str(patient.joined_to_id or ""),
                latin=patient.latin_name,
            )

    def _named(self, user: User) -> Named:
        key = str(user.pk)
        if key not in self.people:
            self.people[key] = Named(key, user.name)
        return self.people[key]

    # --- Plans -------------------------------------------------------------------------------

    def versions(self, only: uuid.UUID | None = None) -> Iterator[SignedVersion]:
        rows = list(
            Version.objects.filter(plan__patient__in=self.keys)
            .select_related("plan", "signed_by")
            .order_by("plan__begun_at", "plan", "number")
        )
        later: dict[uuid.UUID, list[Version]] = defaultdict(list)
        for row in rows:
            later[row.plan_id].append(row)
        chosen = [row for row in rows if only in (None, row.pk)]
        for at in range(0, len(chosen), AT_ONCE):
            some = chosen[at : at + AT_ONCE]
            found = schedules(some)
            accepted = defaultdict(list)
            for version in Version.objects.filter(pk__in=[v.pk for v in some]).prefetch_related(
                "acceptances"
            ):
                for row_ in sorted(version.acceptances.all(), key=lambda row: row.pk):
                    accepted[version.pk].append(Accepted(row_.code, row_.sentence, row_.reason))
            for version in some:
                followers = [v for v in later[version.plan_id] if v.number > version.number]
                yield self._version(version, found[version.pk], followers, accepted[version.pk])

    def _version(
        self,
        version: Version,
        schedule: Schedule,
        followers: Sequence[Version],
        accepted: Sequence[Accepted],
    ) -> SignedVersion:
        ends = [
            later.in_force_from if later.in_force_slot else later.in_force_from - _DAY
            for later in followers
        ]
        return SignedVersion(
            key=str(version.pk),
            patient=str(version.plan.patient_id),
            plan=str(version.plan_id),
            number=version.number,
            title=version.title,
            state=PlanState(version.plan.state),
            replaces=str(version.replaces_id or ""),
            superseded=any(later.in_force_from <= self.today for later in followers),
            in_force_from=version.in_force_from,
            in_force_when=version.in_force_when,
            until=min(ends, default=None),
            hold=(version.hold_from, version.hold_until) if version.hold_from else None,
            assessment=version.assessment,
            reason=version.reason,
            patient_text=version.patient_text,
            pharmacy_text=version.pharmacy_text,
            missed_dose_text=version.missed_dose_text,
            signed_at=version.signed_at,
            signed_by=self._named(version.signed_by),
            schedule=schedule,
            accepted=tuple(accepted),
        )

    # --- Check-ins ---------------------------------------------------------------------------

    def check_ins(self, only: uuid.UUID | None = None) -> Iterator[CheckInFacts]:
        rows = CheckIn.objects.filter(patient__in=self.keys)
        if only is not None:
            rows = rows.filter(pk=only)
        keys = list(rows.order_by("happened_at", "recorded_at", "pk").values_list("pk", flat=True))
        for at in range(0, len(keys), AT_ONCE):
            some = (
                CheckIn.objects.select_related("recorded_by", "entered_in_error")
                .prefetch_related(*_rows_of_a_check_in())
                .in_bulk(keys[at : at + AT_ONCE])
            )
            for key in keys[at : at + AT_ONCE]:
                yield self._check_in(some[key])

    def _check_in(self, row: LoadedCheckIn) -> CheckInFacts:
        return CheckInFacts(
            key=str(row.pk),
            patient=str(row.patient_id),
            kind=Kind(row.kind),
            version=str(row.version_id or ""),
            period=(row.period_from, row.period_until) if row.period_from else None,
            supersedes=str(row.supersedes_id or ""),
            in_error=hasattr(row, "entered_in_error"),
            happened_at=row.happened_at,
            told_at=row.told_at,
            recorded_at=row.recorded_at,
            recorded_by=self._named(row.recorded_by),
            how=How(row.how),
            reported_by=Reporter(row.reported_by),
            reporter_name=row.reporter_name or Reporter(row.reported_by).label,
            answers=tuple(_answers(row, self.labels)),
            findings=tuple(_findings(row)),
            measurements=tuple(
                Measurement(Vital(v.vital), v.value, VitalUnit(v.unit))
                for v in _ordered(row.rows_measured)
            ),
            scores=tuple(
                Score(s.scale, s.version, s.total, s.rated_on, s.rater)
                for s in _ordered(row.rows_scored)
            ),
            taken=tuple(_taken(row)),
        )

    # --- Red flags, consents, prints ---------------------------------------------------------

    def red_flags(self, only: uuid.UUID | None = None) -> Iterator[FlagFacts]:
        rows = Escalation.objects.filter(patient__in=self.keys)
        if only is not None:
            rows = rows.filter(pk=only)
        rows = rows.select_related("raised_by", "acknowledged_by").prefetch_related("moves__by")
        for row in rows.order_by("raised_at", "pk").iterator(chunk_size=AT_ONCE):
            yield FlagFacts(
                key=str(row.pk),
                patient=str(row.patient_id),
                symptom=row.symptom,
                label=row.label,
                level=Level(row.level),
                state=EscalationState(row.state),
                raised_at=row.raised_at,
                raised_by=self._named(row.raised_by),
                acknowledged_by=self._named(row.acknowledged_by) if row.acknowledged_by else None,
                moves=tuple(
                    FlagMove(
                        number=move.number,
                        verb=EscalationVerb(move.verb),
                        at=move.at,
                        by=self._named(move.by) if move.by else None,
                        text=move.text,
                        whom=move.whom,
                        how=move.how,
                    )
                    for move in row.moves.all()
                ),
            )

    def consents(self, only: uuid.UUID | None = None) -> Iterator[ConsentFacts]:
        rows = Consent.objects.filter(patient__in=self.keys)
        if only is not None:
            rows = rows.filter(pk=only)
        for row in rows.select_related("replaced_by", "withdrawal").order_by("recorded_at", "pk"):
            withdrawal = getattr(row, "withdrawal", None)
            yield ConsentFacts(
                key=str(row.pk),
                patient=str(row.patient_id),
                may_tell=row.may_tell,
                whom=row.whom,
                what=row.what,
                purpose=row.purpose,
                since=row.since,
                until=row.until,
                until_event=row.until_event,
                recorded_at=row.recorded_at,
                struck=row.struck,
                replaced=getattr(row, "replaced_by", None) is not None,
                withdrawn_on=withdrawal.withdrawn_on if withdrawal else None,
            )

    def prints(self, only: uuid.UUID | None = None) -> Iterator[PrintFacts]:
        rows = Document.objects.filter(patient__in=self.keys).without_content()
        if only is not None:
            rows = rows.filter(pk=only)
        rows = rows.select_related("printed_by").order_by("printed_at", "pk")
        for row in rows.iterator(chunk_size=AT_ONCE):
            kind = DocumentKind(row.kind)
            yield PrintFacts(
                key=str(row.pk),
                patient=str(row.patient_id),
                kind=row.kind,
                title=f"{kind.words} {row.reference}",
                version=str(row.version_id or ""),
                language=row.language,
                recipient=row.recipient_name or Given(row.recipient).words,
                pages=row.pages,
                sha256=row.sha256,
                printed_at=row.printed_at,
                printed_by=self._named(row.printed_by),
            )

    # --- The trail ---------------------------------------------------------------------------

    def acts(self, only: uuid.UUID | None = None) -> Iterator[Act]:
        """What was written, by whom; `only` is a patient's key.

        Who looked, and what left, is not in it: with that, reading a record would change it. Nor
        is what guards the record (care team, restriction, legal hold).
        """
        keys = [key for key in self.keys if only in (None, key)]
        clinic = str(self.patient.clinic_id)
        rows = AuditEvent.objects.filter(
            clinic__in=[clinic, ""],
            patient__in=[f"patient:{key}" for key in keys],
            verb__in=[verb.value for verb in WRITES],
        ).order_by("number")
        things = self._things(keys)
        actors = rows.order_by().values_list("actor", flat=True).distinct()
        staff = User.objects.in_bulk([_key(actor) for actor in actors if actor])
        for row in rows.iterator(chunk_size=500):
            kind, _colon, key = row.target.partition(":")
            if key in things.get(kind, ()):
                yield Act(
                    number=row.number,
                    patient=_key(row.patient),
                    clinic=clinic,
                    verb=row.verb,
                    at=datetime.fromisoformat(row.at),
                    by=self._named(staff[uuid.UUID(_key(row.actor))]) if row.actor else None,
                    kind=kind,
                    key=key,
                )

    def _things(self, keys: Sequence[uuid.UUID]) -> dict[str, set[str]]:
        """What of this record is handed out: a row may speak of another patient's too."""
        versions = Version.objects.filter(plan__patient__in=keys).values_list("pk", "plan_id")
        found = {
            "patient": set(map(str, self.keys)),
            "version": {str(version) for version, _plan in versions},
            "plan": {str(plan) for _version, plan in versions},
        }
        for rows in (CheckIn, Escalation, Consent, Document):
            of = rows.objects.filter(patient__in=keys).values_list("pk", flat=True)
            found[str(rows._meta.model_name)] = set(map(str, of))
        return found


def _joined(patient: Patient, by: User | None) -> list[Patient]:
    """The records joined to it; for somebody, those that they reach without emergency access."""
    joined = Patient.objects.filter(joined_to=patient)
    if by is None:
        return list(joined)
    return [one for one in joined.visible_to(by) if not only_by_emergency(by, one)]


def _key(reference: str) -> str:
    """Of what the trail names: "patient:..."."""
    return reference.partition(":")[2]


def _clinic(clinic: Clinic) -> Named:
    return Named(str(clinic.pk), clinic.name, clinic.telephone)


def _ordered(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.pk)


def _rows_of_a_check_in() -> Iterator[Prefetch[str, Any, str]]:
    """As plain lists: of thousands, asking each check-in's manager takes longer than reading."""
    for name, more, to in (
        ("present", "", "rows_present"),
        ("declined", "", "rows_declined"),
        ("vital_signs", "", "rows_measured"),
        ("scale_totals", "", "rows_scored"),
        ("taken", "drug", "rows_taken"),
        ("taken_amounts", "product__drug", "rows_amounts"),
    ):
        model: Any = CheckIn._meta.get_field(name).related_model
        rows = model.objects.select_related(more) if more else model.objects.all()
        yield Prefetch(name, rows, to_attr=to)


# --- A check-in's answers ------------------------------------------------------------------------


class _Labels(dict[str, str]):
    """The label of each item, worded once."""

    def __missing__(self, key: str) -> str:
        self[key] = BY_KEY[key].label if key in BY_KEY else key
        return self[key]


def _answers(row: LoadedCheckIn, labels: _Labels) -> Iterator[Answer]:
    yield Answer("circumstances", _("Circumstances"), "", tuple(_circumstances(row)))
    present = [_present(symptom) for symptom in _ordered(row.rows_present)]
    if present:
        yield Answer("present", _("Present"), "", tuple(present))
    declined = [
        Answer(
            f"declined.{item.key}",
            item.label,
            _("declined or could not answer") if item.could_be_asked else _("could not be asked"),
            tuple(_details(f"declined.{item.key}", why=(noop("Why"), item.why))),
        )
        for item in _ordered(row.rows_declined)
    ]
    if declined:
        yield Answer("declined", _("Declined or could not be asked"), "", tuple(declined))
    none = _("none")
    denied = [
        Answer(f"denied.{key}", labels[key], none) for keys in row.denied.values() for key in keys
    ]
    if denied:
        yield Answer("denied", _("Asked: none"), "", tuple(denied))
    yield Answer("suicide", _("Suicide"), "", tuple(_suicide(row)))
    yield Answer("course", _("Course and decision"), "", tuple(_course(row)))


def _details(prefix: str, **given: tuple[str, str]) -> Iterator[Answer]:
    """Of each its label, in the words of the language only where there is an answer."""
    for name, (label, value) in given.items():
        if value.strip():
            yield Answer(f"{prefix}.{name}", _(label), value)


def _circumstances(row: CheckIn) -> Iterator[Answer]:
    yield from _details(
        "circumstances",
        kind=(noop("Kind"), row.kind),
        how=(noop("How"), How(row.how).label),
        happened=(noop("Happened"), row.happened_at.isoformat(timespec="seconds")),
        told=(noop("Told to us"), row.told_at.isoformat(timespec="seconds")),
        reported_by=(noop("Reported by"), Reporter(row.reported_by).label),
        reporter=(noop("Who"), row.reporter_name),
        correction=(noop("Corrected because"), row.correction_reason),
    )


def _yes_no(value: str) -> str:
    return YesNo(value).label if value else ""


def _present(symptom: Any) -> Answer:
    prefix = f"present.{symptom.key}"
    interference = "" if symptom.interference is None else str(symptom.interference)
    inside = _details(
        prefix,
        severity=(noop("Severity"), symptom.severity),
        interference=(noop("Interference, 0 to 3"), interference),
        onset=(noop("Onset"), symptom.onset),
        note=(noop("Note"), symptom.note),
        how_many=(noop("How many"), "" if symptom.how_many is None else str(symptom.how_many)),
        when_each=(noop("When each"), symptom.when_each),
        how_long=(noop("How long"), symptom.how_long),
        witnessed_by=(noop("Witnessed by"), symptom.witnessed_by),
        injured=(noop("Injured"), _yes_no(symptom.injured)),
        first_ever=(noop("First ever"), _yes_no(symptom.first_ever)),
        hospital=(noop("Ambulance or hospital"), _yes_no(symptom.ambulance_or_hospital)),
        last_dose_before=(noop("Last dose before"), symptom.last_dose_before),
        answered_by=(noop("Answered by"), Reporter(symptom.answered_by).label),
    )
    return Answer(prefix, symptom.label, _("present"), tuple(inside))


def _suicide(row: CheckIn) -> Iterator[Answer]:
    yield from _details(
        "suicide",
        answer=(noop("Answer"), row.suicide),
        asked_by=(noop("Asked by"), row.suicide_asked_by),
        why_not=(noop("Why it could not be asked"), row.suicide_why_not),
        words=(noop("Own words"), row.suicide_words),
        earlier=(noop("Earlier attempts"), row.suicide_earlier_attempts),
        means=(noop("Access to means"), row.suicide_means),
        means_done=(noop("What was done about them"), row.suicide_means_done),
        protects=(noop("What protects"), row.suicide_protects),
        safety_plan=(noop("Safety plan"), row.suicide_safety_plan),
        copy_given=(noop("Copy given"), _yes_no(row.suicide_copy_given)),
        told=(noop("Who was told"), row.suicide_told),
    )


def _course(row: CheckIn) -> Iterator[Answer]:
    confidence = _("told in confidence by a third person; left out")
    yield from _details(
        "course",
        mood=(noop("Mood"), row.mood),
        alcohol_and_drugs=(noop("Alcohol and other drugs"), row.alcohol_and_drugs),
        driving=(noop("Driving"), row.driving),
        note=(noop("Note"), confidence if row.in_confidence else row.note),
        decision=(noop("Decision"), row.decision),
        decision_reason=(noop("Reason"), row.decision_reason),
        next_on=(noop("Next check-in"), row.next_on.isoformat() if row.next_on else ""),
        next_how=(noop("How the next check-in takes place"), row.next_how),
        no_next=(noop("Why there is no next date"), row.no_next_reason),
    )


def _findings(row: LoadedCheckIn) -> Iterator[Finding]:
    for symptom in _ordered(row.rows_present):
        known = BY_KEY.get(symptom.key)
        yield Finding(
            key=symptom.key,
            label=symptom.label,
            code=known.code if known else "",
            severity=symptom.severity,
            note=symptom.note,
        )
    for item in _ordered(row.rows_declined):
        absent = "asked-declined" if item.could_be_asked else "not-asked"
        yield Finding(key=item.key, label=item.label, absent=absent)
    asked = Suicide(row.suicide)
    if asked in (Suicide.DECLINED, Suicide.NOT_ASKED_WHY):
        absent = "asked-declined" if asked is Suicide.DECLINED else "not-asked"
        yield Finding(key="suicide", label=_("Suicide"), absent=absent)


def _taken(row: LoadedCheckIn) -> Iterator[TakenOfDrug]:
    amounts: dict[uuid.UUID, list[TakenAmount]] = defaultdict(list)
    for amount in sorted(row.rows_amounts, key=lambda amount: amount.position):
        amounts[amount.product.drug_id].append(amount)
    for taken in _ordered(row.rows_taken):
        last = (taken.last_product, taken.last_strength, taken.last_amount, taken.last_when)
        said = ", ".join(part for part in last if part)
        yield TakenOfDrug(
            drug=taken.drug.name,
            answer=TakenAs(taken.answer),
            note=taken.note,
            last_dose=_("Last dose taken: {dose}").format(dose=said) if said else "",
            in_hand=_("Left in hand: {what}").format(what=taken.in_hand) if taken.in_hand else "",
            amounts=tuple(
                AmountTaken(
                    label=amount.product.name or amount.product.drug.name,
                    form=amount.product.form,
                    quantity=amount.quantity,
                    first=amount.first_day,
                    last=amount.last_day,
                    typed=amount.typed,
                )
                for amount in amounts[taken.drug_id]
            ),
        )


# --- One thing by its name -----------------------------------------------------------------------


_OWNERS: dict[Part, tuple[Any, str]] = {
    Part.PLANS: (Version.objects, "plan__patient"),
    Part.CHECK_INS: (CheckIn.objects, "patient"),
    Part.RED_FLAGS: (Escalation.objects, "patient"),
    Part.CONSENTS: (Consent.objects, "patient"),
    Part.PRINTS: (Document.objects, "patient"),
    Part.TRAIL: (Patient.objects, "pk"),
}


def owner(part: Part, key: uuid.UUID) -> uuid.UUID | None:
    """The patient to whom a version, a check-in, a red flag, a consent or a print belongs."""
    rows, path = _OWNERS[part]
    found: uuid.UUID | None = rows.filter(pk=key).values_list(path, flat=True).first()
    return found


def one(
    patient: Patient, part: Part, key: uuid.UUID, name: str, today: date, by: User
) -> Resource | None:
    """The resource of this name, read with the thing that it comes from."""
    for found in Record(patient, today, by).part(part, key):
        if f"{found['resourceType']}/{found['id']}" == name:
            return found
    return None


def visible(user: User, key: uuid.UUID) -> Patient | None:
    """The record, where `user` sees it without emergency access: that exports nothing."""
    found = Patient.objects.visible_to(user).select_related("clinic").filter(pk=key).first()
    return None if found is None or only_by_emergency(user, found) else found


def by_number(user: User, number: str) -> list[Patient]:
    """Whoever has this very record number, in the clinic of `user`."""
    rows = RecordNumber.objects.filter(number_search=squeezed(number), withdrawn_at=None)
    found = Patient.objects.visible_to(user).filter(pk__in=rows.values("patient"))
    some = found.select_related("clinic").order_by("registered_at", "pk")[:20]
    return [patient for patient in some if not only_by_emergency(user, patient)]


def staff(clinic: Clinic, key: uuid.UUID) -> Resource | None:
    """Somebody who works or worked in this clinic."""
    member = Membership.objects.filter(clinic=clinic, user=key).select_related("user").first()
    return people.practitioner(Named(str(key), member.user.name)) if member else None


def under_part_2(clinic: Clinic) -> bool:
    """Whether what this clinic discloses is labelled: it has a notice of 42 CFR Part 2."""
    return bool(ProtocolText.objects.part_2_notice(clinic))


def clinic_itself(clinic: Clinic) -> Resource:
    return people.organization(_clinic(clinic))


def itself(patient: Patient, today: date) -> Resource:
    return people.patient(next(Record(patient, today).subjects()))
