"""Typing, completing and correcting a check-in; each atomic, the trail row last.

What is typed is kept whatever it is. A starred answer that was confirmed raises its red flag in
the transaction that stores it, in a draft too. Completing reads the draft once and seals it:
rows first, the check-in last, under the key that the form brought.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from plans.actions.escalation import (
    Report,
    TrailRow,
    again_if_beaten,
    raise_within,
    take_back_within,
)
from plans.models import (
    CheckIn,
    CheckInDraft,
    Contact,
    DeclinedSymptom,
    EnteredInError,
    FollowUp,
    MissedCheckIn,
    PresentSymptom,
    Request,
    RequestAnswer,
    ScaleTotal,
    Taken,
    TakenAmount,
    VitalSign,
)
from plans.models.catalogues import catalogue_of
from plans.presenters.check_in import Around, last_standing
from plans.rules import check_in as rules
from plans.rules import limits
from plans.rules.catalogue import SHIPPED
from plans.rules.check_in import ContactHow, DraftState, Kind, Reading, Reporter
from plans.rules.redflags import Source
from plans.rules.symptoms import SAFETY_QUESTIONS, SUICIDAL_THOUGHTS, SUICIDE_PLAN
from taperplan import kept
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.inserts import insert
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import date, datetime

    from django.db.models import QuerySet

    from patients.models import Patient
    from plans.models import Escalation, Version
    from plans.rules.catalogue import Catalogue
    from plans.rules.redflags import Level
    from plans.rules.vitals import Field
    from taperplan.accounts.models import User


class DraftClosedError(NotDoneError):
    """The draft was completed or discarded meanwhile; what was sent now is in nothing."""

    def __init__(self, draft: CheckInDraft) -> None:
        super().__init__(_("This check-in is no longer a draft."))
        self.draft = draft


@dataclass(frozen=True)
class Kept:
    """What became of one arrival. `differs`: boxes in which somebody else saved first; what
    stands in them is theirs, and nothing of either is lost while both are shown.
    """

    draft: CheckInDraft
    raised: tuple[Escalation, ...] = ()
    differs: tuple[str, ...] = ()
    # Who saved first, where something differs.
    first: str = ""


@dataclass(frozen=True)
class Completed:
    """`check_in` is None while the reading still lacks something; the draft is kept then."""

    draft: CheckInDraft
    reading: Reading
    check_in: CheckIn | None = None
    raised: tuple[Escalation, ...] = ()
    differs: tuple[str, ...] = ()
    first: str = ""


@dataclass
class _Work:
    """One arrival while its draft is locked."""

    draft: CheckInDraft
    new: bool
    now: datetime
    by: User
    # The clinic's own, so that its stars are told from what is no star.
    catalogue: Catalogue
    free: frozenset[str] = frozenset()
    rows: list[TrailRow] = field(default_factory=list)
    differs: tuple[str, ...] = ()
    first: str = ""

    @property
    def nothing_of_it(self) -> bool:
        """Somebody else saved first, and no red flag arrived: what stands is left alone."""
        return bool(self.differs) and not self.rows


def keep(
    *,
    patient: Patient,
    key: uuid.UUID,
    answers: Mapping[str, str],
    revision: int,
    frozen_now: datetime,
    by: User,
) -> Kept:
    """Save what is typed, complete or not. `revision` is the one that the page was given; 0
    before the first saving. Autosaves leave no trail row; opening and a red flag do.
    """

    def act() -> Kept:
        work = _locked(patient, key, frozen_now, by, catalogue_of(patient.clinic, patient))
        _settle(work, answers, revision)
        if not work.nothing_of_it:
            _write(work)
            _leave_trail(work, patient)
        return Kept(work.draft, _flags(work), work.differs, work.first)

    return again_if_beaten(act)


def complete(
    *,
    patient: Patient,
    key: uuid.UUID,
    answers: Mapping[str, str],
    revision: int,
    around: Around,
    frozen_now: datetime,
    by: User,
) -> Completed:
    """Seal the check-in, or keep the draft and say what it still lacks.

    The same form twice finds the check-in that the first one made.
    """

    def act() -> Completed:
        try:
            work = _locked(patient, key, frozen_now, by, around.asking.catalogue)
        except DraftClosedError as closed:
            done = _made_before(closed.draft)
            if done is None:
                raise
            differs = _differences(closed.draft.answers, answers)
            reading = rules.read(closed.draft.answers, around.asking)
            return Completed(closed.draft, reading, done, differs=differs)
        _settle(work, answers, revision)
        reading = rules.read(work.draft.answers, around.asking)
        if not reading.complete or work.differs:
            if not work.nothing_of_it:
                _write(work)
                _leave_trail(work, patient)
            return Completed(work.draft, reading, None, _flags(work), work.differs, work.first)
        return _sealed(work, reading, around)

    return again_if_beaten(act)


def blank_draft(
    *,
    patient: Patient,
    key: uuid.UUID,
    frozen_now: datetime,
    by: User,
    answers: Mapping[str, str] | None = None,
) -> CheckInDraft:
    """A draft that stands nowhere yet: the page is drawn from it, the first saving inserts it."""
    return CheckInDraft(
        id=key,
        patient=patient,
        state=DraftState.OPEN.value,
        answers=dict(answers or {}),
        revision=0,
        opened_at=frozen_now,
        opened_by=by,
        changed_at=frozen_now,
        changed_by=by,
    )


def _locked(
    patient: Patient,
    key: uuid.UUID,
    now: datetime,
    by: User,
    catalogue: Catalogue = SHIPPED,
) -> _Work:
    found = _kept_draft.objects("", kept.about(draft=key), _asked_draft)
    if not found:
        draft = blank_draft(patient=patient, key=key, frozen_now=now, by=by)
        return _Work(draft, True, now, by, catalogue)
    draft = found[0]
    if draft.patient_id != patient.pk:
        raise NotDoneError(_("This check-in is of another patient."))
    draft.patient = patient
    if draft.state != DraftState.OPEN.value:
        raise DraftClosedError(draft)
    return _Work(draft, False, now, by, catalogue, free=corrected_stars(draft) or frozenset())


_kept_draft = kept.Kept()


def _asked_draft(marks: kept.Values) -> QuerySet[CheckInDraft]:
    return CheckInDraft.objects.select_for_update().filter(pk=marks.keys["draft"])


def corrected_stars(draft: CheckInDraft) -> frozenset[str] | None:
    """The starred items of the check-in that this draft corrects; None where it corrects none."""
    if draft.corrects_id is None:
        return None
    typed = CheckInDraft.objects.filter(pk=draft.corrects_id).values_list("answers", flat=True)
    return rules.raised(typed[0])


def _settle(work: _Work, answers: Mapping[str, str], revision: int) -> None:
    """Put what arrived into the draft, and raise what it newly records present.

    A stale page does not write over what somebody else saved, but a red flag on it counts.
    """
    old: dict[str, str] = work.draft.answers
    arrived = {name: text for name, text in answers.items() if text}
    settled = rules.settle(old, arrived, catalogue=work.catalogue, free=work.free)
    if not work.new and work.draft.revision != revision and settled != old:
        work.differs, work.first = _differences(old, settled), work.draft.changed_by.name
        flagged = rules.raised(settled) - rules.raised(old)
        settled = {**old, **rules.red_flag_boxes(settled, flagged)}
    raised = rules.raised(settled) - rules.raised(old) - work.free
    work.draft.answers = settled
    work.rows = raise_within(
        patient=work.draft.patient,
        reports=[_report(work, key, settled) for key in sorted(raised)],
        now=work.now,
        by=work.by,
        catalogue=work.catalogue,
    )


def _report(work: _Work, key: str, answers: Mapping[str, str]) -> Report:
    if (figure := limits.of_key(key)) is not None:
        return _report_of_figure(work, *figure, answers)
    suicide = key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN)
    words = answers.get("suicide-words" if suicide else rules.box(key, "note"), "")
    when = answers.get(rules.box(key, "when_each"), "") or answers.get(rules.box(key, "onset"), "")
    who = answers.get(rules.box("suicide" if suicide else key, "by"), "") or answers.get(
        "reported_by", ""
    )
    return Report(
        symptom=key,
        source=Source.CHECK_IN,
        draft=work.draft,
        text=words[: rules.NOTE_LIMIT],
        happened=when[: rules.LINE_LIMIT],
        said_by=Reporter(who).label if who in [r.value for r in Reporter] else "",
    )


def _report_of_figure(
    work: _Work, place: Field, level: Level, answers: Mapping[str, str]
) -> Report:
    """A vital sign beyond a limit, with the figure and the limit in words."""
    typed = answers.get(f"v-{place.value}", "").strip()
    found = limits.beyond(place, typed, work.catalogue.limits)
    told = found.told if found else limits.in_words(place, typed)
    return Report(
        symptom=limits.key_of(place, level),
        source=Source.CHECK_IN,
        draft=work.draft,
        text=told,
        label=told if found else "",
        level=level,
    )


def _differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[str, ...]:
    names = sorted(ours.keys() | theirs.keys())
    return tuple(name for name in names if ours.get(name, "") != theirs.get(name, ""))


def _write(work: _Work, state: DraftState = DraftState.OPEN) -> None:
    draft = work.draft
    draft.state = state.value
    draft.revision += 1
    draft.changed_at, draft.changed_by = work.now, work.by
    if work.new:
        insert(draft)
    else:
        draft.save(update_fields=["answers", "state", "revision", "changed_at", "changed_by"])


def _leave_trail(work: _Work, patient: Patient) -> None:
    rows: list[tuple[Verb, Any]] = [(Verb.CHECK_IN_OPENED, work.draft)] if work.new else []
    rows += work.rows
    if rows:
        trail.record_all(rows, patient=patient, by=work.by)


def _flags(work: _Work) -> tuple[Escalation, ...]:
    return tuple(escalation for _said, escalation in work.rows)


def _made_before(draft: CheckInDraft) -> CheckIn | None:
    if draft.state != DraftState.COMPLETED.value:
        return None
    return CheckIn.objects.select_related("patient").get(pk=draft.pk)


# --- sealing --------------------------------------------------------------------------------


def _sealed(work: _Work, reading: Reading, around: Around) -> Completed:
    draft, patient, by = work.draft, around.patient, work.by
    corrects = _still_standing(draft)
    _write(work, DraftState.COMPLETED)
    check_in = _check_in(work, reading, around, corrects)
    _insert_rows(check_in, reading, around)
    insert(check_in)
    _ask(check_in, reading, around, work)
    if reading.taken_back:
        work.rows += take_back_within(
            patient=patient,
            reasons=dict(reading.taken_back),
            drafts=_chain(corrects),
            now=work.now,
            by=by,
        )
    _set_follow_up(check_in, reading, by=by)
    verb = Verb.CHECK_IN_CORRECTED if corrects else Verb.CHECK_IN_COMPLETED
    answers = len(reading.present) + len(reading.declined) + sum(map(len, reading.denied.values()))
    trail.record_all(
        [*work.rows, (verb, check_in)],
        patient=patient,
        detail={"answers": str(answers), "red flags": str(len(reading.raised))},
        by=by,
    )
    return Completed(draft, reading, check_in, _flags(work))


def _still_standing(draft: CheckInDraft) -> CheckIn | None:
    """The check-in to correct, refused when somebody else was first."""
    if draft.corrects_id is None:
        return None
    corrects = CheckIn.objects.select_for_update().get(pk=draft.corrects_id)
    later = CheckIn.objects.select_related("recorded_by").filter(supersedes=corrects).first()
    if later is not None:
        raise NotDoneError(
            _("{name} has corrected this check-in already.").format(name=later.recorded_by.name)
        )
    if EnteredInError.objects.filter(check_in=corrects).exists():
        raise NotDoneError(_("This check-in is marked as entered in error."))
    return corrects


def _chain(check_in: CheckIn | None) -> list[uuid.UUID]:
    """The drafts of a check-in and of those that it superseded."""
    keys = []
    while check_in is not None:
        keys.append(check_in.pk)
        check_in = check_in.supersedes
    return keys


def _check_in(work: _Work, reading: Reading, around: Around, corrects: CheckIn | None) -> CheckIn:
    detail = vars(reading.suicide_detail)
    return CheckIn(
        id=work.draft.pk,
        patient=around.patient,
        kind=(Kind.FOLLOW_UP if around.version else Kind.BASELINE).value,
        version=around.version,
        period_from=around.period_from,
        period_until=around.period_until,
        supersedes=corrects,
        correction_reason=reading.correction_reason,
        happened_at=reading.happened_at,
        told_at=reading.told_at,
        recorded_at=work.now,
        recorded_by=work.by,
        how=reading.how.value if reading.how else "",
        reported_by=reading.reported_by.value if reading.reported_by else "",
        reporter_name=reading.reporter_name,
        where_now=reading.where_now,
        call_back=reading.call_back,
        denied={who: list(keys) for who, keys in reading.denied.items()},
        rest_denied=reading.rest_denied,
        suicide=reading.suicide.value if reading.suicide else "",
        suicide_asked_by=detail["asked_by"],
        suicide_why_not=detail["why_not"],
        suicide_words=detail["words"],
        suicide_earlier_attempts=detail["earlier_attempts"],
        suicide_means=detail["means"],
        suicide_means_done=detail["means_done"],
        suicide_protects=detail["protects"],
        suicide_safety_plan=detail["safety_plan"],
        suicide_copy_given=detail["copy_given"],
        suicide_told=detail["told"],
        mood=reading.mood,
        alcohol_and_drugs=reading.alcohol_and_drugs,
        driving=reading.driving,
        note=reading.note,
        in_confidence=reading.in_confidence,
        decision=reading.decision.value if reading.decision else "",
        decision_reason=reading.decision_reason,
        next_on=reading.next_on,
        next_how=reading.next_how.value if reading.next_how else "",
        no_next_reason=reading.no_next_reason,
    )


def _insert_rows(check_in: CheckIn, reading: Reading, around: Around) -> None:
    """The children, before their parent seals them. A table with nothing to say is left alone."""
    insert(
        *(
            PresentSymptom(
                check_in=check_in,
                answered_by=line.by.value,
                **{name: value for name, value in vars(line).items() if name != "by"},
            )
            for line in reading.present
        )
    )
    insert(
        *(
            DeclinedSymptom(
                check_in=check_in,
                key=line.key,
                label=line.label,
                could_be_asked=line.could_be_asked,
                why=line.why,
                answered_by=line.by.value,
            )
            for line in reading.declined
        )
    )
    insert(
        *(
            VitalSign(
                check_in=check_in,
                vital=line.measured.vital.value,
                value_numerator=line.measured.value.numerator,
                value_denominator=line.measured.value.denominator,
                unit=line.measured.unit.value,
                typed=line.typed,
                beyond=line.beyond,
            )
            for line in reading.vital_signs
        )
    )
    insert(
        *(
            ScaleTotal(
                check_in=check_in,
                scale=line.scale.value,
                version=line.version,
                total_numerator=line.total.numerator,
                total_denominator=line.total.denominator,
                rated_on=line.rated_on,
                rater=line.rater,
            )
            for line in reading.scales
        )
    )
    _insert_taken(check_in, reading, around)


def _insert_taken(check_in: CheckIn, reading: Reading, around: Around) -> None:
    insert(
        *(
            Taken(
                check_in=check_in,
                drug=around.drugs[line.drug],
                answer=line.answer.value,
                note=line.note,
                last_product=line.last_product,
                last_strength=line.last_strength,
                last_amount=line.last_amount,
                last_when=line.last_when,
                in_hand=line.in_hand,
            )
            for line in reading.taken
        )
    )
    insert(
        *(
            TakenAmount(
                check_in=check_in,
                product=around.products[line.product],
                position=position,
                first_day=line.first_day,
                last_day=line.last_day,
                quantity_numerator=line.quantity.numerator,
                quantity_denominator=line.quantity.denominator,
                typed=line.typed,
            )
            for position, line in enumerate(reading.amounts, start=1)
        )
    )


def _ask(check_in: CheckIn, reading: Reading, around: Around, work: _Work) -> None:
    """A decision does not alter the plan: it asks a prescriber, and waits for the answer."""
    asked = reading.decision.asked if reading.decision else None
    if asked is None:
        return
    Request.objects.create(
        id=check_in.pk,
        patient=around.patient,
        plan=around.version.plan if around.version else None,
        check_in=check_in,
        asked=asked.value,
        words=reading.decision_reason,
        at=work.now,
        by=work.by,
    )


def _set_follow_up(check_in: CheckIn, reading: Reading, *, by: User) -> None:
    """The date that this check-in set, unless a later one has set another meanwhile."""
    corrected = check_in.supersedes_id
    values = {
        "due_on": reading.next_on,
        "how": reading.next_how.value if reading.next_how else "",
        "check_in": check_in,
        "as_of": check_in.happened_at,
        "safety_open": reading.safety_open,
        "set_at": check_in.recorded_at,
        "set_by": by,
    }
    standing = FollowUp.objects.filter(patient=check_in.patient)
    if corrected is not None and standing.filter(check_in=corrected).update(**values):
        return
    if not _move_follow_up(values, of=check_in.patient_id):
        FollowUp.objects.bulk_create(
            [FollowUp(patient=check_in.patient, **values)], ignore_conflicts=True
        )


_kept_follow_up = kept.Kept()


def _move_follow_up(values: Mapping[str, Any], *, of: uuid.UUID) -> int:
    """Where it was set by a check-in that was no later: how many were moved, one or none."""
    day: date | None = values["due_on"]
    same = {name: values[name] for name in ("how", "safety_open")}

    def made(marks: kept.Values) -> tuple[QuerySet[FollowUp], dict[str, Any]]:
        rows = FollowUp.objects.filter(patient=marks.keys["of"])
        rows = rows.filter(as_of__lte=marks.moments["as_of"])
        named = {name: marks.keys[name] for name in ("check_in", "set_by")}
        return rows, {**same, **named, **marks.moments, "due_on": marks.days.get("due_on")}

    asked = kept.about(of=of, check_in=values["check_in"].pk, set_by=values["set_by"].pk)
    asked = replace(
        asked,
        days={} if day is None else {"due_on": day},
        moments={"as_of": values["as_of"], "set_at": values["set_at"]},
    )
    return _kept_follow_up.update((day is None, *same.values()), asked, made)


# --- taken back, corrected, in error ----------------------------------------------------------


def take_back(
    *, draft: CheckInDraft, symptom: str, reason: str, frozen_now: datetime, by: User
) -> Kept:
    """A starred answer was a mistake: its red flag closes as entered in error, with the reason."""
    if not reason.strip():
        raise NotDoneError(_("Type why it is taken back."))

    def act() -> Kept:
        work = _locked(draft.patient, draft.pk, frozen_now, by)
        if symptom not in rules.raised(work.draft.answers):
            return Kept(work.draft)
        work.draft.answers = rules.without(work.draft.answers, symptom)
        work.rows = take_back_within(
            patient=work.draft.patient,
            reasons={symptom: reason.strip()},
            drafts=[draft.pk],
            now=frozen_now,
            by=by,
        )
        _write(work)
        _leave_trail(work, work.draft.patient)
        return Kept(work.draft)

    return again_if_beaten(act)


def discard(*, draft: CheckInDraft, frozen_now: datetime, by: User) -> CheckInDraft:
    """Put a draft away. A red flag that it raised stays open until a person closes it."""
    with transaction.atomic():
        work = _locked(draft.patient, draft.pk, frozen_now, by)
        _write(work, DraftState.DISCARDED)
        trail.record(Verb.CHECK_IN_DISCARDED, work.draft, patient=draft.patient, by=by)
    return work.draft


def take_out_again(*, draft: CheckInDraft, frozen_now: datetime, by: User) -> CheckInDraft:
    """Undo a discard: the draft goes on as it was left. Pressed twice, it is open once.

    Raises:
        NotDoneError: it corrected a check-in that is corrected otherwise by now.
    """
    with transaction.atomic():
        row = CheckInDraft.objects.select_for_update().get(pk=draft.pk)
        if row.state == DraftState.DISCARDED.value:
            row.patient = draft.patient
            _still_standing(row)
            if row.corrects_id and (
                CheckInDraft.objects.filter(corrects=row.corrects_id).still_open().exists()
            ):
                raise NotDoneError(_("Another correction of this check-in has been begun."))
            _write(_Work(row, False, frozen_now, by, SHIPPED), DraftState.OPEN)
            trail.record(Verb.CHECK_IN_OPENED, row, patient=draft.patient, by=by)
    return row


def open_correction(
    *, check_in: CheckIn, key: uuid.UUID, frozen_now: datetime, by: User
) -> CheckInDraft:
    """A draft that begins as what was typed then. One at a time; the second finds the first."""

    def act() -> CheckInDraft:
        standing = CheckInDraft.objects.filter(corrects=check_in).still_open().first()
        if standing is not None:
            return standing
        typed = CheckInDraft.objects.get(pk=check_in.pk)
        draft = CheckInDraft(
            id=key,
            patient=check_in.patient,
            corrects=check_in,
            state=DraftState.OPEN.value,
            answers=typed.answers,
            revision=1,
            opened_at=check_in.happened_at,
            opened_by=by,
            changed_at=frozen_now,
            changed_by=by,
        )
        _still_standing(draft)
        insert(draft)
        trail.record(Verb.CHECK_IN_OPENED, draft, patient=check_in.patient, by=by)
        return draft

    return again_if_beaten(act)


def enter_in_error(
    *,
    check_in: CheckIn,
    reason: str,
    right_patient: Patient | None,
    key: uuid.UUID,
    frozen_now: datetime,
    by: User,
) -> CheckInDraft | None:
    """Recorded on the wrong patient: it leaves every list, its red flags close as entered in
    error, and what was typed opens as a draft on the right patient, whose red flags are raised.
    """
    if not reason.strip():
        raise NotDoneError(_("Type why it was entered in error."))
    if right_patient is not None and right_patient.pk == check_in.patient_id:
        raise NotDoneError(_("This check-in is of that patient already."))

    def act() -> CheckInDraft | None:
        locked = CheckIn.objects.select_for_update(of=("self",)).select_related("patient__clinic")
        wrong = locked.get(pk=check_in.pk)
        first = EnteredInError.objects.select_related("by", "reopened_as").filter(check_in=wrong)
        if (done := first.first()) is not None:
            if done.by_id == by.pk:
                return done.reopened_as
            raise NotDoneError(
                _("{name} has marked it as entered in error already.").format(name=done.by.name)
            )
        typed = CheckInDraft.objects.get(pk=wrong.pk)
        rows = take_back_within(
            patient=wrong.patient,
            reasons=dict.fromkeys(rules.raised(typed.answers), reason.strip()),
            drafts=_chain(wrong),
            now=frozen_now,
            by=by,
        )
        opened = None
        if right_patient is not None:
            opened, moved = _reopened(typed, right_patient, key, frozen_now, by)
        EnteredInError.objects.create(
            check_in=wrong, reason=reason.strip(), reopened_as=opened, at=frozen_now, by=by
        )
        _set_follow_up_back(wrong.patient, by=by, now=frozen_now)
        rows_of_both: list[tuple[Verb, Any]] = [*rows, (Verb.CHECK_IN_ENTERED_IN_ERROR, wrong)]
        trail.record_all(rows_of_both, patient=wrong.patient, by=by)
        if right_patient is not None and opened is not None:
            trail.record_all([*moved, (Verb.CHECK_IN_OPENED, opened)], patient=right_patient, by=by)
        return opened

    return again_if_beaten(act)


def _reopened(
    typed: CheckInDraft, right_patient: Patient, key: uuid.UUID, now: datetime, by: User
) -> tuple[CheckInDraft, list[TrailRow]]:
    draft = CheckInDraft(
        id=key,
        patient=right_patient,
        state=DraftState.OPEN.value,
        answers=typed.answers,
        revision=1,
        opened_at=typed.opened_at,
        opened_by=by,
        changed_at=now,
        changed_by=by,
    )
    draft.save(force_insert=True)
    known = catalogue_of(right_patient.clinic, right_patient)
    work = _Work(draft, True, now, by, known)
    reports = [_report(work, one, draft.answers) for one in sorted(rules.raised(draft.answers))]
    rows = raise_within(patient=right_patient, reports=reports, now=now, by=by, catalogue=known)
    return draft, rows


def _set_follow_up_back(patient: Patient, *, by: User, now: datetime) -> None:
    """The date that the newest check-in still standing had set."""
    last = last_standing(patient)
    standing = FollowUp.objects.filter(patient=patient)
    if last is None:
        standing.update(
            due_on=None, how="", check_in=None, safety_open=False, set_at=now, set_by=by
        )
        return
    open_ = last.declined.filter(key__in=SAFETY_QUESTIONS).exists()
    standing.update(
        due_on=last.next_on,
        how=last.next_how,
        check_in=last,
        as_of=last.happened_at,
        safety_open=open_,
        set_at=now,
        set_by=by,
    )


# --- beside check-ins -------------------------------------------------------------------------


@dataclass(frozen=True)
class ContactTold:
    """A call, message or letter that is not a check-in."""

    how: ContactHow
    with_whom: str
    about: str
    happened_at: datetime
    agreed: str = ""
    question: str = ""
    question_to: User | None = None
    # A starred item that was reported in it.
    symptom: str = ""


def record_contact(
    *, patient: Patient, key: uuid.UUID, told: ContactTold, frozen_now: datetime, by: User
) -> Contact:
    """The same form twice is one contact; a starred item told in it raises its red flag."""

    def act() -> Contact:
        first = Contact.objects.filter(pk=key, patient=patient).first()
        if first is not None:
            return first
        contact = Contact.objects.create(
            id=key,
            patient=patient,
            how=told.how.value,
            with_whom=told.with_whom,
            about=told.about,
            agreed=told.agreed,
            question=told.question,
            question_to=told.question_to,
            happened_at=told.happened_at,
            recorded_at=frozen_now,
            recorded_by=by,
        )
        report = Report(
            symptom=told.symptom,
            source=Source.CONTACT,
            contact=contact,
            text=told.about,
            said_by=told.with_whom,
        )
        rows = raise_within(
            patient=patient, reports=[report] if told.symptom else [], now=frozen_now, by=by
        )
        trail.record_all([*rows, (Verb.CONTACT_RECORDED, contact)], patient=patient, by=by)
        return contact

    return again_if_beaten(act)


def record_missed(
    *,
    patient: Patient,
    key: uuid.UUID,
    due_on: date,
    tried: str,
    next_on: date | None,
    next_how: str = "",
    frozen_now: datetime,
    by: User,
) -> MissedCheckIn:
    """A check-in that was due did not happen; what was tried, and the date that is typed next."""

    def act() -> MissedCheckIn:
        first = MissedCheckIn.objects.filter(patient=patient, due_on=due_on).first()
        if first is not None:
            return first
        missed = MissedCheckIn.objects.create(
            id=key,
            patient=patient,
            due_on=due_on,
            tried=tried,
            next_on=next_on,
            next_how=next_how,
            at=frozen_now,
            by=by,
        )
        FollowUp.objects.filter(patient=patient, due_on=due_on).update(
            due_on=next_on, how=next_how, set_at=frozen_now, set_by=by
        )
        trail.record(Verb.CHECK_IN_MISSED, missed, patient=patient, by=by)
        return missed

    return again_if_beaten(act)


def answer_within(
    *, request: Request, version: Version | None, declined_because: str, now: datetime, by: User
) -> RequestAnswer:
    """A prescriber's answer, inside the transaction of what answers it. The caller's trail row
    speaks for it, or `answer_request` does.
    """
    if request.given_by_id is not None and request.given_by_id != by.pk:
        raise NotDoneError(
            _("{name} gave this instruction, and signs it or rejects it.").format(
                name=request.given_by.name if request.given_by else ""
            )
        )
    # Of two answers at once, one comes second and sees the first.
    Request.objects.select_for_update(of=("self",)).get(pk=request.pk)
    first = RequestAnswer.objects.select_related("by").filter(request=request).first()
    if first is not None:
        raise NotDoneError(_("{name} has answered this already.").format(name=first.by.name))
    return RequestAnswer.objects.create(
        request=request, version=version, declined_because=declined_because, at=now, by=by
    )


def decline_request(
    *, request: Request, reason: str, frozen_now: datetime, by: User
) -> RequestAnswer:
    if not reason.strip():
        raise NotDoneError(_("Type why it is declined."))
    with transaction.atomic():
        answer = answer_within(
            request=request, version=None, declined_because=reason.strip(), now=frozen_now, by=by
        )
        trail.record(Verb.REQUEST_ANSWERED, request, patient=request.patient, by=by)
    return answer
