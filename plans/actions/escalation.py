"""What is done about a red flag. Every act locks it, appends a numbered move and leaves a row
in the trail; of two at once one comes second and learns who was first.

`raise_within` and `take_back_within` belong to the transaction of what raised the flag, so that
a stored answer and its red flag can never be parted. They return what the trail has to say.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, transaction

from patients.models import Patient
from plans.models import Escalation, EscalationMove
from plans.models.catalogues import catalogue_of
from plans.notifications import owe
from plans.rules.redflags import (
    CannotMove,
    EscalationState,
    EscalationVerb,
    Facts,
    Reached,
    check_move,
    facts,
)
from taperplan import formats
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from plans.models import CheckInDraft, Contact
    from plans.rules.catalogue import Catalogue
    from plans.rules.redflags import Level, MoveHow, Source
    from taperplan.accounts.models import User

Made = TypeVar("Made")
TrailRow = tuple[Verb, Escalation]
_V = EscalationVerb
_BEGINNINGS = (_V.RAISE.value, _V.REPORT.value, _V.REOPEN.value)


class AlreadyAcknowledgedError(NotDoneError):
    """Somebody else was first; the sentence says who and when."""


@dataclass(frozen=True)
class Report:
    """One starred item told to be present: what, in which words, by whom, from where."""

    symptom: str
    source: Source
    draft: CheckInDraft | None = None
    contact: Contact | None = None
    text: str = ""
    happened: str = ""
    said_by: str = ""
    form: uuid.UUID | None = None
    # Of what is no item of the catalogue: what it is called, and its level.
    label: str = ""
    level: Level | None = None


def again_if_beaten(act: Callable[[], Made]) -> Made:
    """Run `act` in a transaction; once more when a row that came first refused it.

    The second run sees that row and joins it: a further report of an open red flag, or the
    same form arriving twice.
    """
    try:
        with transaction.atomic():
            return act()
    except IntegrityError:
        with transaction.atomic():
            return act()


# --- raised, and taken back ---------------------------------------------------------------


def raise_within(
    *,
    patient: Patient,
    reports: Sequence[Report],
    now: datetime,
    by: User,
    catalogue: Catalogue | None = None,
) -> list[TrailRow]:
    """Raise a red flag for each report, or add the report to the one that is open.

    A further report tells again and needs its own acknowledgement. `catalogue`: the clinic's,
    where it was read already.
    """
    if not reports:
        return []
    keys = [report.symptom for report in reports]
    standing = {
        escalation.symptom: escalation
        for escalation in Escalation.objects.select_for_update()
        .still_open()
        .filter(patient=patient, symptom__in=keys)
    }
    known = catalogue or catalogue_of(patient.clinic)
    new: list[Escalation] = []
    moves: list[EscalationMove] = []
    rows: list[TrailRow] = []
    for report in reports:
        escalation = standing.get(report.symptom)
        verb = _V.REPORT if escalation else _V.RAISE
        if escalation is None:
            escalation = _raised(patient, report, known, now, by)
            new.append(escalation)
        else:
            escalation.reported_at = now
            escalation.acknowledged_at = escalation.acknowledged_by = None
            escalation.state = EscalationState.RAISED.value
            escalation.telling = True
            escalation.revision += 1
        moves.append(_report_move(escalation, verb, report, now, by))
        said = Verb.RED_FLAG_RAISED if verb is _V.RAISE else Verb.RED_FLAG_REPORTED_AGAIN
        rows.append((said, escalation))
    if new:
        Escalation.objects.bulk_create(new)
    if standing:
        Escalation.objects.bulk_update(
            standing.values(),
            ["reported_at", "acknowledged_at", "acknowledged_by", "state", "telling", "revision"],
        )
    EscalationMove.objects.bulk_create(moves)
    owe(moves, now=now)
    return rows


def _raised(
    patient: Patient,
    report: Report,
    catalogue: Catalogue,
    now: datetime,
    by: User,
) -> Escalation:
    return Escalation(
        id=report.form or uuid.uuid4(),
        patient=patient,
        symptom=report.symptom,
        label=report.label or catalogue.label(report.symptom),
        level=(report.level or catalogue.level(report.symptom)).value,
        state=EscalationState.RAISED.value,
        revision=1,
        raised_at=now,
        raised_by=by,
        reported_at=now,
        telling=True,
    )


def _report_move(
    escalation: Escalation, verb: EscalationVerb, report: Report, now: datetime, by: User
) -> EscalationMove:
    return EscalationMove(
        escalation=escalation,
        number=escalation.revision,
        verb=verb.value,
        state=EscalationState.RAISED.value,
        at=now,
        recorded_at=now,
        by=by,
        text=report.text,
        source=report.source.value,
        draft=report.draft,
        contact=report.contact,
        happened=report.happened,
        said_by=report.said_by,
        form=report.form,
    )


def take_back_within(
    *,
    patient: Patient,
    reasons: dict[str, str],
    drafts: Iterable[uuid.UUID],
    now: datetime,
    by: User,
) -> list[TrailRow]:
    """Take back what these drafts reported: symptom -> reason.

    A red flag that nothing else reported closes as entered in error; one that somebody else
    reported too stays open, with a row that says what was taken back.
    """
    if not reasons:
        return []
    sources = frozenset(drafts)
    rows: list[TrailRow] = []
    standing = (
        Escalation.objects.select_for_update()
        .still_open()
        .filter(patient=patient, symptom__in=reasons)
    )
    for escalation in standing:
        ours, others = _reports(escalation, sources)
        if not ours:
            continue
        verb = _V.TAKE_BACK if others else _V.MARK_IN_ERROR
        _append(
            escalation,
            verb,
            Facts(),
            now=now,
            by=by,
            text=reasons[escalation.symptom],
            draft_id=next(iter(ours)),
        )
        said = (
            Verb.RED_FLAG_REPORT_TAKEN_BACK
            if verb is _V.TAKE_BACK
            else Verb.RED_FLAG_ENTERED_IN_ERROR
        )
        rows.append((said, escalation))
    return rows


def _reports(
    escalation: Escalation, sources: frozenset[uuid.UUID]
) -> tuple[set[uuid.UUID], set[int]]:
    """The reports that stand: those of `sources`, and the numbers of all others."""
    ours: set[uuid.UUID] = set()
    others: dict[int, uuid.UUID | None] = {}
    for move in escalation.moves.order_by("number"):
        if move.verb in _BEGINNINGS:
            if move.draft_id in sources and move.draft_id is not None:
                ours.add(move.draft_id)
            else:
                others[move.number] = move.draft_id
        elif move.verb == _V.TAKE_BACK.value and move.draft_id is not None:
            ours.discard(move.draft_id)
            others = {n: draft for n, draft in others.items() if draft != move.draft_id}
    return ours, set(others)


def report_red_flag(
    *, patient: Patient, report: Report, frozen_now: datetime, by: User
) -> Escalation:
    """ "Report now": raises the red flag at once; the check-in follows.

    `report.form` is the form's token: the second arrival finds the first one's red flag.
    """

    def act() -> Escalation:
        # One report about a person at a time: what is asked next must still be so when it is
        # written, or the same form, come twice, would join its own red flag as a second report.
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        first = (
            EscalationMove.objects.select_related("escalation")
            .filter(form=report.form, escalation__patient=patient)
            .first()
        )
        if first is not None:
            return first.escalation
        rows = raise_within(patient=patient, reports=[report], now=frozen_now, by=by)
        trail.record_all(rows, patient=patient, by=by)
        return rows[0][1]

    return again_if_beaten(act)


# --- dealt with ---------------------------------------------------------------------------


def acknowledge(
    *, escalation: Escalation, frozen_now: datetime, by: User, form: uuid.UUID | None = None
) -> Escalation:
    """`by` is dealing with it. Pressed twice by one person it is one acknowledgement.

    Raises:
        AlreadyAcknowledgedError: somebody else was first.
    """
    with transaction.atomic():
        locked = _locked(escalation)
        if locked.acknowledged_by_id == by.pk:
            return locked
        _check_not_acknowledged(locked)
        _append(locked, _V.ACKNOWLEDGE, Facts(), now=frozen_now, by=by, form=form)
        trail.record(Verb.RED_FLAG_ACKNOWLEDGED, locked, patient=locked.patient, by=by)
    return locked


def _check_not_acknowledged(escalation: Escalation) -> None:
    who, when = escalation.acknowledged_by, escalation.acknowledged_at
    if escalation.is_open and who is not None and when is not None:
        raise AlreadyAcknowledgedError(
            _("{name} acknowledged this red flag at {time}. You did not.").format(
                name=who.name,
                time=formats.clock(when.astimezone(escalation.patient.clinic.zone)),
            )
        )


@dataclass(frozen=True)
class ContactMade:
    """Whom, where, how and whether reached; what was said and agreed; when."""

    whom: str
    how: MoveHow
    reached: Reached
    at: datetime
    place: str = ""
    text: str = ""


def record_contact(
    *,
    escalation: Escalation,
    contact: ContactMade,
    form: uuid.UUID,
    frozen_now: datetime,
    by: User,
    acknowledging: bool = False,
) -> Escalation:
    """A contact where the person was reached, an attempt where not.

    `acknowledging`: "I am dealing with it", in the same form.
    """
    verb = _V.CONTACT if contact.reached is Reached.YES else _V.ATTEMPT
    with transaction.atomic():
        locked = _locked(escalation)
        if _done_before(locked, verb, form):
            return locked
        rows: list[TrailRow] = []
        if acknowledging and locked.acknowledged_by_id is None:
            _append(locked, _V.ACKNOWLEDGE, Facts(), now=frozen_now, by=by, form=form)
            rows.append((Verb.RED_FLAG_ACKNOWLEDGED, locked))
        _append(
            locked,
            verb,
            Facts(),
            now=frozen_now,
            by=by,
            form=form,
            at=contact.at,
            whom=contact.whom,
            place=contact.place,
            how=contact.how.value,
            reached=contact.reached.value,
            text=contact.text,
        )
        rows.append((Verb.RED_FLAG_CONTACTED, locked))
        trail.record_all(rows, patient=locked.patient, by=by)
    return locked


_SAID = {
    _V.INSTEAD: Verb.RED_FLAG_DONE_INSTEAD,
    _V.OUTCOME: Verb.RED_FLAG_OUTCOME,
    _V.CLOSE: Verb.RED_FLAG_CLOSED,
    _V.REOPEN: Verb.RED_FLAG_REOPENED,
    _V.MARK_IN_ERROR: Verb.RED_FLAG_ENTERED_IN_ERROR,
}


def record_done_instead(
    *,
    escalation: Escalation,
    text: str,
    at: datetime,
    form: uuid.UUID,
    frozen_now: datetime,
    by: User,
) -> Escalation:
    """What was done where nobody could be reached: a welfare check, the emergency service."""
    return _act(escalation, _V.INSTEAD, form=form, now=frozen_now, by=by, text=text, at=at)


def record_outcome(
    *, escalation: Escalation, text: str, form: uuid.UUID, frozen_now: datetime, by: User
) -> Escalation:
    return _act(escalation, _V.OUTCOME, form=form, now=frozen_now, by=by, text=text)


def close(*, escalation: Escalation, form: uuid.UUID, frozen_now: datetime, by: User) -> Escalation:
    """Only with an outcome, and a contact or the attempts and what was done instead."""
    return _act(escalation, _V.CLOSE, form=form, now=frozen_now, by=by)


def reopen(
    *, escalation: Escalation, reason: str, form: uuid.UUID, frozen_now: datetime, by: User
) -> Escalation:
    """Open again: it tells again, and needs its own acknowledgement, contact and outcome."""
    try:
        return _act(escalation, _V.REOPEN, form=form, now=frozen_now, by=by, text=reason)
    except IntegrityError as error:
        raise NotDoneError(
            _("Another red flag of the same kind is open for this patient.")
        ) from error


def mark_in_error(
    *, escalation: Escalation, reason: str, form: uuid.UUID, frozen_now: datetime, by: User
) -> Escalation:
    return _act(escalation, _V.MARK_IN_ERROR, form=form, now=frozen_now, by=by, text=reason)


def _act(
    escalation: Escalation,
    verb: EscalationVerb,
    *,
    form: uuid.UUID,
    now: datetime,
    by: User,
    text: str = "",
    at: datetime | None = None,
) -> Escalation:
    with transaction.atomic():
        locked = _locked(escalation)
        if _done_before(locked, verb, form):
            return locked
        known = _known(locked) if verb is _V.CLOSE else Facts()
        move = _append(locked, verb, known, now=now, by=by, form=form, text=text, at=at)
        if verb is _V.REOPEN:
            owe([move], now=now)
        trail.record(_SAID[verb], locked, patient=locked.patient, by=by)
    return locked


def _locked(escalation: Escalation) -> Escalation:
    # Who acknowledged is not joined: after waiting for the lock PostgreSQL reads the row anew,
    # but not what was joined to it.
    return (
        Escalation.objects.select_for_update(of=("self",))
        .select_related("patient__clinic")
        .get(pk=escalation.pk)
    )


def _done_before(escalation: Escalation, verb: EscalationVerb, form: uuid.UUID) -> bool:
    return escalation.moves.filter(form=form, verb=verb.value).exists()


def _known(escalation: Escalation) -> Facts:
    verbs = escalation.moves.order_by("number").values_list("verb", flat=True)
    return facts([EscalationVerb(verb) for verb in verbs])


def _append(
    escalation: Escalation,
    verb: EscalationVerb,
    known: Facts,
    *,
    now: datetime,
    by: User,
    at: datetime | None = None,
    **fields: object,
) -> EscalationMove:
    """The next move of a locked escalation, and the state that follows from it."""
    try:
        following = check_move(EscalationState(escalation.state), verb, known)
    except CannotMove as refused:
        raise NotDoneError(refused.sentence) from refused
    escalation.revision += 1
    escalation.state = following.value
    if verb is _V.ACKNOWLEDGE:
        escalation.acknowledged_at, escalation.acknowledged_by = now, by
    elif verb is _V.REOPEN:
        escalation.reported_at = now
        escalation.telling = True
        escalation.acknowledged_at = escalation.acknowledged_by = None
    escalation.save(
        update_fields=[
            "revision",
            "state",
            "reported_at",
            "telling",
            "acknowledged_at",
            "acknowledged_by",
        ]
    )
    return EscalationMove.objects.create(
        escalation=escalation,
        number=escalation.revision,
        verb=verb.value,
        state=following.value,
        at=at or now,
        recorded_at=now,
        by=by,
        **fields,
    )
