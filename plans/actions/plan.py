"""What is done to a plan: drafted, signed, moved on. Each by a named person, and once.

A draft's key is the form's token and becomes the version's key, so a form that arrives twice
finds what its first arrival made. Signing reads the draft once and writes the version's rows
from the leaves up, the version last, which seals them.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q

from patients.intake import SigningGaps
from patients.presenters import signing_gaps
from plans.actions import formulary
from plans.actions.check_in import answer_within
from plans.models import (
    Acceptance,
    AsNeeded,
    Dose,
    Draft,
    Drug,
    Move,
    Plan,
    Product,
    Request,
    Step,
    Version,
)
from plans.models.exact import exact
from plans.models.plan import away_columns, aways_of
from plans.rules import cells as rule_cells
from plans.rules.cells import Reading
from plans.rules.compare import compare
from plans.rules.draft import Cells, shaped
from plans.rules.findings import Finding, findings, standing
from plans.rules.holds import stays_until
from plans.rules.lifecycle import (
    MoveRefused,
    PlanState,
    PlanVerb,
    VersionKind,
    can_move,
    check_move,
    verb_of,
)
from taperplan import formats
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from patients.models import Patient
    from plans.models.check_in import RequestQuerySet
    from plans.rules import schedule as rules
    from taperplan.accounts.models import User

_OVER = (
    PlanState.AFTERCARE,
    PlanState.COMPLETED,
    PlanState.STOPPED,
    PlanState.TRANSFERRED,
    PlanState.LOST_TO_CONTACT,
)


class NotDoneError(Exception):
    """Refused, with sentences for the person who asked. Nothing was changed."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class StaleDraftError(Exception):
    """Somebody else saved first. Nothing was changed; `draft` is what stands."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.reference)
        self.draft = draft


# --- Drafting -----------------------------------------------------------------------------------


def begin(*, key: uuid.UUID, patient: Patient, now: datetime, by: User) -> Draft | Version:
    """A new plan with a blank draft. `key` is the form's token: the same one, the same plan.

    The second arrival of a form whose draft is signed meanwhile gets the version.
    """
    if (made := _made(key)) is not None:
        return made
    if patient.died_on or patient.joined_to_id:
        raise NotDoneError(_("A plan cannot begin on this record."))
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                id=uuid.uuid5(key, "plan"), patient=patient, begun_at=now, begun_by=by
            )
            draft = open_draft(
                key=key, plan=plan, cells=rule_cells.blank_document(), replaces=None,
                kind=VersionKind.FIRST, now=now, by=by,
            )  # fmt: skip
            trail.record(Verb.DRAFT_OPENED, draft, patient=patient, by=by)
    except IntegrityError:
        if (made := _made(key)) is not None:
            return made
        raise
    return draft


def _made(key: uuid.UUID) -> Draft | Version | None:
    """What an earlier arrival of this form has made."""
    draft = Draft.objects.select_related("plan").filter(pk=key).first()
    return draft or Version.objects.select_related("plan").filter(pk=key).first()


def open_draft(
    *,
    key: uuid.UUID,
    plan: Plan,
    cells: Cells,
    replaces: Version | None,
    kind: VersionKind,
    now: datetime,
    by: User,
    **days: Any,
) -> Draft:
    """The row of a draft; `days` are those that a stay or an interruption is about."""
    return Draft.objects.create(
        id=key,
        plan=plan,
        replaces=replaces,
        kind=kind.value,
        cells=cells,
        opened_at=now,
        opened_by=by,
        changed_at=now,
        changed_by=by,
        **days,
    )


def revise(*, key: uuid.UUID, plan: Plan, now: datetime, by: User) -> Draft | Version:
    """A draft of the next version, a copy of the signed one. One draft a plan: an open one is
    given back, whoever opened it."""
    if (made := _made(key)) is not None:
        return made
    standing_draft = Draft.objects.select_related("plan").filter(plan=plan).first()
    if standing_draft is not None:
        return standing_draft
    latest = Version.objects.filter(plan=plan).order_by("-number").first()
    kind = _kind(PlanState(plan.state), latest)
    if not can_move(PlanState(plan.state), verb_of(kind)):
        _refuse_move(plan, verb_of(kind))
    cells = rule_cells.blank_document() if latest is None else copy_of(latest)
    over, today = kind is VersionKind.RESTART, plan.patient.clinic.day(now)
    try:
        with transaction.atomic():
            draft = open_draft(
                key=key, plan=plan, cells=cells, replaces=latest, kind=kind, now=now, by=by,
                **(standing_days(latest, today, over=over) if latest else {}),
            )  # fmt: skip
            trail.record(Verb.DRAFT_OPENED, draft, patient=plan.patient, by=by)
    except IntegrityError:
        made = _made(key) or Draft.objects.select_related("plan").filter(plan=plan).first()
        if made is not None:
            return made
        raise
    return draft


def standing_days(version: Version, today: date, *, over: bool = False) -> dict[str, Any]:
    """The stay and the interruption that a change does not end: they go on in the next version,
    and past days of an interruption stay answered as they were. `over`: the plan was over, so
    that what was open has ended.
    """
    days: dict[str, Any] = {}
    stays = version.hold_until is None or version.hold_until >= today
    if version.hold_from and stays and not over:
        days["hold_from"] = version.hold_from
    ended = today - timedelta(days=1)
    aways = [
        replace(one, last_day=ended) if over and one.last_day is None else one
        for one in aways_of(version)
    ]
    aways = [one for one in aways if one.last_day is None or one.last_day >= one.first_day]
    return days | (away_columns(aways) if aways else {})


def copy_of(version: Version) -> Cells:
    """What was typed and signed, to be changed: not from when it counts, and not why."""
    return rule_cells.cells_from(
        version.schedule(),
        title=version.title,
        texts=_texts(version),
        missed_dose_text=version.missed_dose_text,
    )


def _texts(version: Version) -> rules.Texts:
    from plans.rules.schedule import Texts

    return Texts(
        patient=version.patient_text, pharmacy=version.pharmacy_text, team=version.team_text
    )


def _refuse_move(plan: Plan, verb: PlanVerb) -> None:
    try:
        check_move(PlanState(plan.state), verb, signed=True, reason="-")
    except MoveRefused as refused:
        raise NotDoneError(refused.sentence) from refused


def save(*, draft: Draft, cells: Cells, revision: int, now: datetime, by: User) -> Draft:
    """Keep what is typed, whatever it is. Leaves no row in the trail.

    One UPDATE, and only on the revision that was shown: else StaleDraftError, and both documents
    are still there.
    """
    document, _unfit = shaped(cells)
    if revision == draft.revision and document == draft.cells:
        return draft
    saved = Draft.objects.filter(pk=draft.pk, revision=revision).update(
        cells=document, revision=F("revision") + 1, changed_at=now, changed_by=by
    )
    if not saved:
        raise StaleDraftError(Draft.objects.select_related("changed_by").get(pk=draft.pk))
    draft.cells, draft.revision = dict(document), revision + 1
    draft.changed_at, draft.changed_by = now, by
    return draft


def discard(*, draft: Draft, revision: int, now: datetime, by: User) -> Plan:
    """The draft goes. A plan that was never signed is then entered in error; others stay."""
    plan = draft.plan
    with transaction.atomic():
        plan = (
            Plan.objects.select_for_update(of=("self",)).select_related("patient").get(pk=plan.pk)
        )
        gone, _rows = Draft.objects.filter(pk=draft.pk, revision=revision).delete()
        if not gone:
            standing_draft = Draft.objects.filter(pk=draft.pk).first()
            if standing_draft is not None:
                raise StaleDraftError(standing_draft)
            return plan
        if PlanState(plan.state) is PlanState.DRAFT:
            _move(
                plan,
                PlanVerb.ENTER_IN_ERROR,
                PlanState.ENTERED_IN_ERROR,
                token=uuid.uuid5(draft.pk, "discard"),
                reason=_("The draft was discarded before it was signed."),
                now=now,
                by=by,
            )
        trail.record(Verb.DRAFT_DISCARDED, draft, patient=plan.patient, by=by)
    return plan


# --- Signing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Readiness:
    """What a draft reads as, and everything that stands between it and a signature."""

    reading: Reading
    open: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, str], ...]
    gaps: SigningGaps
    refusals: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether only a reason for what was not asked may be lacking."""
        return not (self.reading.refusals or self.open or self.gaps.refused or self.refusals)


def read(draft: Draft, *, today: date) -> tuple[Reading, tuple[Finding, ...]]:
    """The draft as a schedule as far as it can be read, and every finding about it."""
    reading = rule_cells.read(draft.cells, today=today)
    if aways := aways_of(draft):
        reading = replace(
            reading,
            so_far=replace(reading.so_far, away=aways),
            schedule=reading.schedule and replace(reading.schedule, away=aways),
        )
    replaced = draft.replaces.schedule() if draft.replaces else None
    found = findings(
        reading.so_far,
        today=today,
        replaced=replaced,
        elsewhere=_elsewhere(draft.plan),
        do_not_split=formulary.marked(draft.plan.patient.clinic, reading.so_far),
    )
    return reading, found


def parted(
    reading: Reading, found: tuple[Finding, ...]
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...]]:
    """Findings that are open, and those accepted with a reason."""
    return standing(found, ((a.code, a.subject, a.reason) for a in reading.acceptances))


def _elsewhere(plan: Plan) -> list[tuple[str, str]]:
    """The drugs of this patient's other active plans, each with that plan's title. One query."""
    rows = Drug.objects.filter(
        version__plan__patient=plan.patient_id,
        version__plan__state=PlanState.ACTIVE.value,
        version__replaced_by=None,
    ).exclude(version__plan=plan.pk)
    return [
        (title or _("another plan"), name)
        for title, name in rows.order_by("pk").values_list("version__plan__title", "name")
    ]


def readiness(draft: Draft, *, today: date, by: User) -> Readiness:
    reading, found = read(draft, today=today)
    still_open, accepted = parted(reading, found)
    return Readiness(
        reading=reading,
        open=still_open,
        accepted=accepted,
        gaps=signing_gaps(draft.plan.patient),
        refusals=tuple(_refused(draft, reading, by)),
    )


def _refused(draft: Draft, reading: Reading, by: User) -> list[str]:
    """What refuses a signing beside the schedule and the intake."""
    plan, patient = draft.plan, draft.plan.patient
    sentences = []
    if not patient.clinic.open_for_patients:
        sentences.append(_("The clinic is not open for patients yet."))
    if patient.died_on:
        sentences.append(_("The patient is marked as died."))
    if patient.joined_to_id:
        sentences.append(_("This record is joined to another one. The plan belongs there."))
    if draft.replaces_id and not reading.reason:
        sentences.append(_("The reason for this version is not typed."))
    try:
        check_move(
            PlanState(plan.state),
            verb_of(_kind_of(draft, PlanState(plan.state))),
            reason="-",
            signed=True,
        )
    except MoveRefused as refused:
        sentences.append(refused.sentence)
    if draft.kind == VersionKind.HOLD.value and draft.replaces and reading.schedule:
        sentences += _changed_in_a_stay(draft.replaces, reading.schedule)
    return sentences


def _changed_in_a_stay(replaces: Version, schedule: rules.Schedule) -> list[str]:
    """Staying on a dose repeats what was signed; what changes a dose is another version."""
    found = compare(replaces.schedule(), schedule)
    return [
        _(
            "This version stays on the dose, and step {number} has other doses than version "
            "{signed}. Discard it, or type the change as a version of its own."
        ).format(number=formats.number(pair.after.number), signed=replaces.number)
        for pair in found.steps
        if pair.after is not None and (pair.doses_changed or pair.before is None)
    ]


def _kind_of(draft: Draft, state: PlanState) -> VersionKind:
    """What the draft was opened as; a plan that is over meanwhile is restarted by any."""
    kind = _kind(state, draft.replaces)
    return VersionKind(draft.kind) if kind is VersionKind.CHANGE else kind


def _kind(state: PlanState, replaces: Version | None) -> VersionKind:
    if replaces is None:
        return VersionKind.FIRST
    return VersionKind.RESTART if state in _OVER else VersionKind.CHANGE


def sign(
    *,
    key: uuid.UUID,
    plan: Plan,
    revision: int,
    not_asked_reason: str,
    answers: Collection[uuid.UUID] = (),
    now: datetime,
    today: date,
    by: User,
) -> Version:
    """Seal the draft `key` as the plan's next version. `answers` are the requests that it answers.

    Raises:
        NotDoneError: with every sentence that refuses it.
        StaleDraftError: the draft was changed after the page to sign was shown.
    """
    with transaction.atomic():
        locked = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        signed = Version.objects.filter(pk=key, plan=plan.pk).first()
        if signed is not None:
            return signed
        draft = (
            Draft.objects.select_related("plan__patient__clinic", "replaces")
            .filter(pk=key, plan=plan.pk)
            .first()
        )
        if draft is None:
            raise NotDoneError(_("This draft is no longer there. Nothing was signed."))
        if draft.revision != revision:
            raise StaleDraftError(draft)
        ready = readiness(draft, today=today, by=by)
        _check_ready(ready, not_asked_reason)
        version = _seal(draft, locked, ready, not_asked_reason.strip(), now, by)
        for request in answerable(draft.plan, by).filter(pk__in=answers):
            answer_within(request=request, version=version, declined_because="", now=now, by=by)
        trail.record(
            Verb.SIGNED,
            version,
            patient=draft.plan.patient,
            detail={
                "plan": locked.reference,
                "version": str(version.number),
                "accepted": str(len(ready.accepted)),
                "not asked": str(len(ready.gaps.not_asked)),
            },
            by=by,
        )
    return version


def requests_of(plan: Plan) -> RequestQuerySet:
    """What is asked for and not yet signed: of this plan, or of no plan in particular."""
    about = Q(plan=plan.pk) | Q(plan=None)
    return Request.objects.filter(about, patient=plan.patient_id).unanswered()


def answerable(plan: Plan, by: User) -> RequestQuerySet:
    """Those that this prescriber may answer: an instruction is answered by whoever gave it."""
    return requests_of(plan).filter(Q(given_by=None) | Q(given_by=by))


def _check_ready(ready: Readiness, not_asked_reason: str) -> None:
    sentences = [
        f"{r.place}: {r.sentence}" if r.place and not r.missing else r.sentence
        for r in ready.reading.refusals
    ]
    sentences += [finding.sentence for finding in ready.open]
    sentences += [*ready.gaps.refused, *ready.refusals]
    if ready.gaps.not_asked and not not_asked_reason.strip():
        sentences.append(_("Items of the assessment were not asked. The reason is not typed."))
    if sentences:
        raise NotDoneError(*sentences)


def _seal(
    draft: Draft, plan: Plan, ready: Readiness, not_asked_reason: str, now: datetime, by: User
) -> Version:
    reading = ready.reading
    schedule, in_force_from = reading.schedule, reading.in_force_from
    if schedule is None or in_force_from is None:
        raise NotDoneError(_("The draft is not complete."))
    kind = _kind_of(draft, PlanState(plan.state))
    version = Version(
        id=draft.pk,
        plan=plan,
        number=draft.replaces.number + 1 if draft.replaces else 1,
        replaces=draft.replaces,
        kind=kind.value,
        title=reading.title,
        in_force_from=in_force_from,
        in_force_slot=reading.in_force_slot.token if reading.in_force_slot else "",
        hold_from=draft.hold_from,
        hold_until=stays_until(schedule, draft.hold_from) if draft.hold_from else None,
        away_from=draft.away_from,
        away_until=draft.away_until,
        away_where=draft.away_where,
        away_why=draft.away_why,
        earlier_away=draft.earlier_away,
        reason=reading.reason,
        not_asked_reason=not_asked_reason if ready.gaps.not_asked else "",
        patient_text=reading.texts.patient,
        pharmacy_text=reading.texts.pharmacy,
        team_text=reading.texts.team,
        missed_dose_text=reading.missed_dose_text,
        signed_at=now,
        signed_by=by,
    )
    version.digest = digest(version, schedule)
    for model, rows in _rows(version, schedule).items():
        model._default_manager.bulk_create(rows)
    Acceptance.objects.bulk_create(
        Acceptance(
            version=version,
            code=finding.code.value,
            subject=finding.subject,
            sentence=f"{finding.sentence} {finding.detail}".strip(),
            reason=reason,
        )
        for finding, reason in ready.accepted
    )
    version.save(force_insert=True)
    state = check_move(
        PlanState(plan.state), verb_of(kind), reason=reading.reason or "-", signed=True
    )
    _move(
        plan, verb_of(kind), state, token=draft.pk, reason=reading.reason, now=now, by=by,
        version=version, title=reading.title,
    )  # fmt: skip
    Draft.objects.filter(pk=draft.pk).delete()
    return version


def _rows(version: Version, schedule: rules.Schedule) -> dict[type[Any], list[Any]]:
    """The rows of a schedule, in the order in which they are inserted: children first."""
    drugs = {
        drug.key: Drug(
            id=uuid.uuid4(),
            version=version,
            position=position,
            key=drug.key,
            name=drug.name,
            role=drug.role.value,
            drug_class=drug.drug_class.value,
            end=drug.end.value if drug.end else "",
            review_on=drug.review_on,
            end_note=drug.end_note,
        )
        for position, drug in enumerate(schedule.drugs, 1)
    }
    products = {
        product.key: _product_row(product, drugs[product.drug], position)
        for position, product in enumerate(schedule.products, 1)
    }
    steps = {
        step.key: Step(
            id=uuid.uuid4(),
            version=version,
            position=position,
            key=step.key,
            first_day=step.first_day,
            from_slot=step.from_slot.token if step.from_slot else "",
            last_day=step.last_day,
            rhythm=step.rhythm.value,
            cycle_days=step.cycle_days,
            cycle_from=step.cycle_from,
            reason=step.reason,
            stated_days=step.stated_days,
            patient_text=step.texts.patient,
            pharmacy_text=step.texts.pharmacy,
            team_text=step.texts.team,
        )
        for position, step in enumerate(schedule.steps, 1)
    }
    doses = [
        Dose(
            step=steps[step.key],
            product=products[dose.product],
            slot=dose.when.slot.value,
            at=dose.when.at,
            **exact("quantity", dose.quantity),
            on_days=dose.on_days,
        )
        for step in schedule.steps
        for dose in step.doses
    ]
    as_needed = [
        AsNeeded(
            id=uuid.uuid4(),
            product=products[line.product],
            position=position,
            key=line.key,
            **exact("quantity", line.quantity),
            **exact("maximum", line.maximum),
            gap_minutes=line.gap_minutes,
            reason=line.reason,
            first_day=line.first_day,
            last_day=line.last_day,
        )
        for position, line in enumerate(schedule.as_needed, 1)
    ]
    return {
        Dose: doses,
        AsNeeded: as_needed,
        Step: list(steps.values()),
        Product: list(products.values()),
        Drug: list(drugs.values()),
    }


def _product_row(product: rules.Product, drug: Drug, position: int) -> Product:
    return Product(
        id=uuid.uuid4(),
        drug=drug,
        position=position,
        key=product.key,
        name=product.name,
        form=product.form.value,
        route=product.route,
        **exact("strength", product.strength),
        unit=product.unit.value if product.unit else "",
        **exact("per", product.per),
        parts=product.parts,
        **exact("stated_supply", product.stated_supply),
        preparation=product.preparation,
        wear_hours=product.wear_hours,
        given_by=product.given_by,
        keep_until=product.keep_until,
        device=product.device,
        patient_text=product.texts.patient,
        pharmacy_text=product.texts.pharmacy,
        team_text=product.texts.team,
    )


def digest(version: Version, schedule: rules.Schedule) -> str:
    """SHA-256 over everything that was signed, in one canonical writing."""
    facts = {
        "plan": str(version.plan_id),
        "number": version.number,
        "replaces": str(version.replaces_id or ""),
        "kind": version.kind,
        "title": version.title,
        "in force": [version.in_force_from.isoformat(), version.in_force_slot],
        "hold": [version.hold_from, version.hold_until],
        "away": [version.away_from, version.away_until, version.away_where, version.away_why],
        "reason": version.reason,
        "not asked": version.not_asked_reason,
        "texts": [
            version.patient_text,
            version.pharmacy_text,
            version.team_text,
            version.missed_dose_text,
        ],
        "signed": [version.signed_at.isoformat(), str(version.signed_by_id)],
        "schedule": {
            name: [asdict(line) for line in getattr(schedule, name)]
            for name in ("drugs", "products", "steps", "as_needed", "away")
        },
    }
    written = json.dumps(facts, sort_keys=True, ensure_ascii=True, default=_written)
    return hashlib.sha256(written.encode()).hexdigest()


def _written(value: object) -> str:
    match value:
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case date() | time():
            return value.isoformat()
        case _:
            raise TypeError(value)


# --- Moving on ------------------------------------------------------------------------------------


def move(
    *,
    token: uuid.UUID,
    plan: Plan,
    verb: PlanVerb,
    reason: str,
    receiver: str = "",
    accepted_on: date | None = None,
    now: datetime,
    by: User,
) -> Plan:
    """Complete, stop, transfer ...: what needs no new version. The table of the rules decides.

    Raises:
        NotDoneError: the table has no such move, or what it needs is not typed.
    """
    with transaction.atomic():
        locked = (
            Plan.objects.select_for_update(of=("self",)).select_related("patient").get(pk=plan.pk)
        )
        if Move.objects.filter(token=token).exists():
            return locked
        try:
            state = check_move(
                PlanState(locked.state),
                verb,
                reason=reason,
                receiver=receiver,
                accepted=accepted_on,
            )
        except MoveRefused as refused:
            raise NotDoneError(refused.sentence) from refused
        _move(
            locked, verb, state, token=token, reason=reason.strip(), now=now, by=by,
            receiver=receiver.strip(), accepted_on=accepted_on,
        )  # fmt: skip
        trail.record(
            Verb.MOVED,
            locked,
            patient=locked.patient,
            detail={"plan": locked.reference, "move": verb.value, "state": state.value},
            by=by,
        )
    return locked


def _move(
    plan: Plan,
    verb: PlanVerb,
    state: PlanState,
    *,
    token: uuid.UUID,
    reason: str,
    now: datetime,
    by: User,
    version: Version | None = None,
    title: str | None = None,
    receiver: str = "",
    accepted_on: date | None = None,
) -> None:
    """The move's row and the plan's new state; of two at once the number lets one win."""
    last = Move.objects.filter(plan=plan).aggregate(last=Max("number"))["last"] or 0
    Move.objects.create(
        plan=plan,
        number=last + 1,
        verb=verb.value,
        state=state.value,
        version=version,
        at=now,
        by=by,
        reason=reason,
        receiver=receiver,
        accepted_on=accepted_on,
        token=token,
    )
    changes: dict[str, Any] = {"title": title} if title is not None else {}
    if version is not None:
        changes["signed_at"] = version.signed_at
    Plan.objects.filter(pk=plan.pk).update(state=state.value, revision=F("revision") + 1, **changes)
    plan.state, plan.revision = state.value, plan.revision + 1
    if title is not None:
        plan.title = title
