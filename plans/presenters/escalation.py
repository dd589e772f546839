"""Red flags in words: on every page of the patient, in the clinic's list, on their own page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, F, Value, When
from django.urls import reverse

from patients.models import ContactPerson, within_reach
from patients.presenters import person_in_words
from patients.vocabulary import Answer, ContactKind
from plans.models import Escalation, EscalationMove, Sending
from plans.rules import check_in as answers_of
from plans.rules import limits
from plans.rules.notices import fault_words
from plans.rules.reach import told
from plans.rules.redflags import (
    EscalationState,
    EscalationVerb,
    Facts,
    Level,
    Reached,
    Source,
    facts,
    missing_to_close,
    overdue_since,
)
from plans.rules.symptoms import SUICIDAL_THOUGHTS, SUICIDE_PLAN
from taperplan import formats
from taperplan.accounts.models import ProtocolText, Rung, TimeLimits
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, User

LIST_LIMIT = 100
_V = EscalationVerb
_BEGINNINGS = (_V.RAISE.value, _V.REPORT.value, _V.REOPEN.value)


@dataclass(frozen=True)
class Flag:
    """One open red flag, as the bar and the lists say it."""

    reference: str
    title: str
    who: str
    line: str
    url: str
    acknowledge_url: str
    level: str
    kind: str
    open: bool
    overdue: str = ""
    born: str = ""
    patient_url: str = ""
    raised: str = ""
    state: str = ""
    key: str = ""


def flag(
    row: Escalation, *, zone: ZoneInfo, now: datetime, who: str = "", minutes: int | None = None
) -> Flag:
    state = EscalationState(row.state)
    url = reverse("plans:red-flag", kwargs={"escalation": row.pk})
    return Flag(
        reference=row.reference,
        title=_("{level} red flag open: {what}").format(
            level=level_word(row.level), what=told(row.symptom, row.label)
        )
        if state.open
        else _("{level} red flag: {what}").format(level=level_word(row.level), what=row.label),
        who=who,
        line=_line(row, zone, now),
        url=url,
        acknowledge_url=reverse("plans:acknowledge", kwargs={"escalation": row.pk})
        if state.open and row.acknowledged_at is None
        else "",
        level=row.level,
        kind="emergency" if row.level == Level.EMERGENCY.value else "same-day",
        open=state.open,
        overdue=_overdue(row, state, minutes, now),
        raised=at(row.raised_at, zone, now),
        state=state.label,
        key=str(row.pk),
    )


def level_word(level: str) -> str:
    return _("Emergency") if level == Level.EMERGENCY.value else _("Same-day")


def at(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The clock alone today, with the day before it else."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return formats.clock(local)
    return formats.moment(local)


def _line(row: Escalation, zone: ZoneInfo, now: datetime) -> str:
    state = EscalationState(row.state)
    raised = _("raised {when} by {name}").format(
        when=at(row.raised_at, zone, now), name=row.raised_by.name
    )
    if not state.open:
        return f"{raised}, {state.label}"
    if row.acknowledged_by is None or row.acknowledged_at is None:
        waits = formats.duration(now - row.reported_at)
        return _("{raised}, not acknowledged for {span}").format(raised=raised, span=waits)
    taken = _("acknowledged {when} by {name}").format(
        when=at(row.acknowledged_at, zone, now), name=row.acknowledged_by.name
    )
    if state is EscalationState.ACKNOWLEDGED:
        waits = formats.duration(now - row.acknowledged_at)
        return _("{raised}, {taken}, no contact recorded for {span}").format(
            raised=raised, taken=taken, span=waits
        )
    return f"{raised}, {taken}, {state.label}"


def _overdue(row: Escalation, state: EscalationState, minutes: int | None, now: datetime) -> str:
    """How long the clinic's own limit has been over; empty while it is not."""
    since = overdue_since(
        state=state,
        reported_at=row.reported_at,
        acknowledged_at=row.acknowledged_at,
        minutes=minutes,
    )
    if since is None or since > now:
        return ""
    return _("{span} over the clinic's time limit").format(span=formats.duration(now - since))


# --- the lists ------------------------------------------------------------------------------


def clinic_flags(user: User, *, now: datetime) -> tuple[Flag, ...]:
    """Every open red flag that `user` may see; overdue first, then emergencies, then the longest
    waiting. Two statements.
    """
    clinic = user.clinic
    if clinic is None:
        return ()
    limits = TimeLimits.objects.in_force(clinic)
    rows = (
        Escalation.objects.visible_to(user)
        .still_open()
        .select_related("raised_by", "acknowledged_by", "patient")
        .annotate(
            named=Case(
                When(within_reach(user, "patient__"), then=Value(True)), default=Value(False)
            )
        )
        .order_by("level", "reported_at", "pk")[:LIST_LIMIT]
    )
    found = [with_person(row, clinic, now, _minutes(limits, row.level)) for row in rows]
    return tuple(sorted(found, key=lambda one: not one.overdue))


def with_person(row: Escalation, clinic: Clinic, now: datetime, minutes: int | None) -> Flag:
    """Whose it is, only to those who may see the record; opening the red flag is in the trail."""
    if not getattr(row, "named", False):
        made = flag(row, zone=clinic.zone, now=now, who=_("Restricted record"), minutes=minutes)
        return Flag(**{**made.__dict__, "patient_url": made.url})
    who = person_in_words(row.patient)
    made = flag(row, zone=clinic.zone, now=now, who=who, minutes=minutes)
    return Flag(
        **{
            **made.__dict__,
            "born": formats.date_of_birth(row.patient.born, clinic.day(now)),
            "patient_url": reverse("plans:red-flags", kwargs={"patient": row.patient_id}),
        }
    )


def _minutes(limits: TimeLimits | None, level: str) -> int | None:
    if limits is None:
        return None
    return limits.emergency_minutes if level == Level.EMERGENCY.value else limits.same_day_minutes


def patient_flags(patient: Patient, *, now: datetime) -> tuple[Flag, ...]:
    """All red flags of a patient: open ones first, of them those over the clinic's time limit,
    then the newest. Two statements.
    """
    limits = TimeLimits.objects.in_force(patient.clinic)
    rows = (
        Escalation.objects.about(patient)
        .select_related("raised_by", "acknowledged_by")
        .order_by("-raised_at", "pk")[:LIST_LIMIT]
    )
    made = [
        flag(row, zone=patient.clinic.zone, now=now, minutes=_minutes(limits, row.level))
        for row in rows
    ]
    return tuple(sorted(made, key=lambda one: (not one.open, not one.overdue)))


# --- the page of one red flag -----------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    word: str
    state: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Number:
    label: str
    number: str
    note: str = ""


@dataclass(frozen=True)
class Protocol:
    """The clinic's own text for a level, and whom to call. Nothing in it is ours."""

    lines: tuple[str, ...]
    provenance: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Event:
    """One row of the log, newest first; rows are only added."""

    when: str
    who: str
    icon: str
    fact: str
    line: str = ""


@dataclass(frozen=True)
class Notice:
    """One message of the delivery log: to whom, by what, and what became of it."""

    when: str
    rung: str
    to: str
    by: str
    became: str
    arrived: bool


@dataclass(frozen=True)
class Check:
    done: bool
    words: str


@dataclass(frozen=True)
class FlagPage:
    flag: Flag
    heading: str
    reports: tuple[str, ...]
    phone: str
    protocol: Protocol
    stages: tuple[Stage, ...]
    events: tuple[Event, ...]
    acknowledged: bool
    open: bool
    ended: str
    waits: tuple[str, ...]
    to_close: tuple[Check, ...]
    attempted: bool
    notices: tuple[Notice, ...]
    known: Facts = field(default_factory=Facts)


def flag_page(escalation: Escalation, *, now: datetime) -> FlagPage:
    """Four statements: the moves; the clinic's text and the people to call; the notices; the
    time limits."""
    patient = escalation.patient
    zone = patient.clinic.zone
    moves = list(escalation.moves.select_related("by", "draft", "contact").order_by("number"))
    known = facts([EscalationVerb(move.verb) for move in moves])
    state = EscalationState(escalation.state)
    minutes = _minutes(TimeLimits.objects.in_force(patient.clinic), escalation.level)
    shown = flag(escalation, zone=zone, now=now, minutes=minutes)
    return FlagPage(
        flag=shown,
        heading=_("{level} red flag: {what}").format(
            level=level_word(escalation.level), what=escalation.label
        ),
        reports=tuple(
            _report(move, escalation, zone, now) for move in moves if move.verb in _BEGINNINGS
        ),
        phone=patient.phone,
        protocol=protocol(patient, Level(escalation.level)),
        stages=stages(state, moves, zone, now),
        events=tuple(_event(move, zone, now) for move in reversed(moves)),
        acknowledged=escalation.acknowledged_at is not None,
        open=state.open,
        ended="" if state.open else state.label,
        waits=missing_to_close(known),
        to_close=_to_close(known),
        attempted=bool(known.attempts) and not known.contacts,
        notices=_notices(escalation, zone, now),
        known=known,
    )


def _notices(escalation: Escalation, zone: ZoneInfo, now: datetime) -> tuple[Notice, ...]:
    """Newest first. What waits to be told has no message yet and stands in no row."""
    rows = (
        Sending.objects.filter(outbox__escalation=escalation)
        .select_related("outbox", "to")
        .order_by("-made_at", "-outbox__rung")[:LIST_LIMIT]
    )
    return tuple(_notice(row, zone, now) for row in rows)


def _notice(row: Sending, zone: ZoneInfo, now: datetime) -> Notice:
    outbox = row.outbox
    assert outbox is not None  # noqa: S101  # nosec B101  # asked for by its red flag
    rung = _("rung {number}").format(number=outbox.rung)
    if outbox.turn:
        rung = _("{rung}, reminder {turn}").format(rung=rung, turn=outbox.turn)
    if row.sent_at is not None:
        became = _("handed over {when}").format(when=at(row.sent_at, zone, now))
    elif row.given_up_at is not None:
        became = _("given up: {why}").format(why=fault_words(row.fault))
    elif row.tries:
        why = fault_words(row.fault) or _("under way")
        became = _("not handed over, tried {tries} times: {why}").format(tries=row.tries, why=why)
    else:
        became = _("waits to be sent")
    return Notice(
        when=at(row.made_at, zone, now),
        rung=rung,
        to=row.to.name if row.to else row.address or _("the pager"),
        by=str(Rung.Channel(row.channel).label),
        became=became,
        arrived=row.sent_at is not None,
    )


def _to_close(known: Facts) -> tuple[Check, ...]:
    if known.contacts:
        contact = Check(True, _("a contact is recorded"))
    elif known.attempts and known.instead:
        contact = Check(True, _("attempts, and what was done instead, are recorded"))
    elif known.attempts:
        contact = Check(False, _("what was done instead of a contact is not recorded yet"))
    else:
        contact = Check(False, _("a contact is not recorded yet"))
    outcome = (
        Check(True, _("an outcome is recorded"))
        if known.outcomes
        else Check(False, _("an outcome is not recorded yet"))
    )
    acknowledged = (
        Check(True, _("somebody has acknowledged it"))
        if known.acknowledged
        else Check(False, _("nobody has acknowledged it yet"))
    )
    return (acknowledged, contact, outcome)


def _report(move: EscalationMove, escalation: Escalation, zone: ZoneInfo, now: datetime) -> str:
    """As "Recorded present 09:42, check-in by Theo Mocksen: “...” Began about 08:00."."""
    words, began, said_by = _words(move, escalation)
    source = {
        Source.CHECK_IN.value: _("check-in by {name}"),
        Source.REPORT.value: _("reported by {name}"),
        Source.CONTACT.value: _("told in a contact with {name}"),
        Source.CALLS.value: _("call recorded by {name}"),
    }.get(move.source, _("reopened by {name}"))
    measured = limits.of_key(escalation.symptom) is not None
    begins = _("Recorded present {when}, {source}")
    if measured:
        begins = _("Measured {when}, {source}")
    elif move.source == Source.CALLS.value:
        begins = _("Raised {when}, {source}")
    parts = [
        begins.format(
            when=at(move.at, zone, now), source=source.format(name=move.by.name if move.by else "")
        )
    ]
    if said_by:
        parts.append(_(", told by {who}").format(who=said_by))
    sentence = "".join(parts)
    if measured:
        return f"{sentence}: {words}"
    sentence += f": “{words}”" if words else "."
    return f"{sentence} {_('Began {when}.').format(when=began)}" if began else sentence


def _words(move: EscalationMove, escalation: Escalation) -> tuple[str, str, str]:
    """The words of a report. Those typed after the flag was raised stand in the draft."""
    if move.draft is None:
        return move.text, move.happened, move.said_by
    typed = move.draft.answers
    key = escalation.symptom
    suicide = key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN)
    note = typed.get("suicide-words" if suicide else answers_of.box(key, "note"), "")
    began = typed.get(answers_of.box(key, "onset"), "") or typed.get(
        answers_of.box(key, "when_each"), ""
    )
    return note or move.text, began or move.happened, move.said_by


def protocol(patient: Patient, level: Level) -> Protocol:
    """What this clinic does, in its own words, and its own numbers. One statement."""
    return protocols(patient)[level]


def protocols(patient: Patient) -> Mapping[Level, Protocol]:
    """Of both levels. One statement: the texts in force and the people who may be called come as
    rows of one shape.
    """
    clinic = patient.clinic
    texts = (
        ProtocolText.objects.in_force(clinic)
        .filter(kind__in=[level.value for level in Level])
        .order_by()
        .values_list(
            Value("text"),
            F("text"),
            F("confirmation__confirmed_by__name"),
            F("kind"),
            Value(""),
            F("confirmation__confirmed_at"),
            F("number"),
        )
    )
    people = (
        ContactPerson.objects.filter(
            patient=patient, kind__in=(ContactKind.SUPPORT.value, ContactKind.EMERGENCY.value)
        )
        .standing()
        .order_by()
        .values_list(
            Value("person"),
            F("name"),
            F("relation"),
            F("phone"),
            F("may_contact"),
            F("recorded_at"),
            Value(0),
        )
    )
    missing = _("No text of this clinic is confirmed for this level yet.")
    found: dict[Level, tuple[tuple[str, ...], str]] = dict.fromkeys(Level, ((), missing))
    numbers = _clinic_numbers(clinic)
    for what, first, second, third, agreed, when, number in sorted(
        texts.union(people, all=True), key=lambda row: row[5]
    ):
        if what == "person":
            numbers += _person(first, second, third, agreed)
            continue
        lines = tuple(line.strip() for line in first.splitlines() if line.strip())
        provenance = _("{clinic}'s own text, confirmed by {name} on {day}, version {n}.").format(
            clinic=clinic.name,
            name=second,
            day=formats.short_day(when.astimezone(clinic.zone).date()),
            n=formats.number(number),
        )
        found[Level(third)] = (lines, provenance)
    return {level: Protocol(*text, tuple(numbers)) for level, text in found.items()}


def _clinic_numbers(clinic: Clinic) -> list[Number]:
    rows = (
        (_("Clinic"), clinic.telephone, clinic.hours),
        (_("Out of hours"), clinic.out_of_hours, ""),
        (_("Emergency services"), clinic.emergency, ""),
        (_("Crisis line"), clinic.crisis, ""),
    )
    return [Number(label, number, note) for label, number, note in rows if number]


def _person(name: str, relation: str, phone: str, may_contact: str) -> list[Number]:
    """Who may be called about this patient, with what the patient agreed to."""
    agreed = {
        Answer.YES.value: _("agreed to be called"),
        Answer.NO.value: _("the patient does not consent to contact"),
    }.get(may_contact, _("consent to contact not asked"))
    label = ", ".join(filter(None, [name, relation]))
    return [Number(label, phone, agreed)] if phone else []


def stages(
    state: EscalationState, moves: Sequence[EscalationMove], zone: ZoneInfo, now: datetime
) -> tuple[Stage, ...]:
    """The six segments: done, now, to come. They speak of the last report and what followed."""
    since: list[EscalationMove] = []
    for move in moves:
        since = [move] if move.verb in _BEGINNINGS else [*since, move]

    def last(*verbs: EscalationVerb) -> EscalationMove | None:
        wanted = {verb.value for verb in verbs}
        return next((move for move in reversed(since) if move.verb in wanted), None)

    found = (
        (_("Raised"), EscalationState.RAISED, since[0] if since else None, ""),
        (_("Notified"), EscalationState.NOTIFIED, last(_V.NOTIFY), _("no notice sent")),
        (_("Acknowledged"), EscalationState.ACKNOWLEDGED, last(_V.ACKNOWLEDGE), _("not yet")),
        (
            _("Contacted"),
            EscalationState.CONTACTED,
            last(_V.CONTACT) or last(_V.INSTEAD) or last(_V.ATTEMPT),
            _("not recorded"),
        ),
        (_("Outcome"), EscalationState.OUTCOME_RECORDED, last(_V.OUTCOME), _("not recorded")),
        (_("Closed"), EscalationState.CLOSED, last(_V.CLOSE, _V.MARK_IN_ERROR), _("not closed")),
    )
    return tuple(
        _stage(word, at_state, move, otherwise, state, zone, now)
        for word, at_state, move, otherwise in found
    )


def _stage(
    word: str,
    at_state: EscalationState,
    move: EscalationMove | None,
    otherwise: str,
    state: EscalationState,
    zone: ZoneInfo,
    now: datetime,
) -> Stage:
    if move is None:
        return Stage(word, "now" if at_state is state else "to-come", (otherwise,))
    # An attempt is not yet a contact.
    undone = move.verb == _V.ATTEMPT.value
    lines = [at(move.at, zone, now)]
    if move.whom:
        lines.append(_contact_fact(move))
    if move.by is not None:
        lines.append(move.by.name)
    if move.verb == _V.INSTEAD.value:
        lines.insert(1, _("Nobody was reached. Something else was done."))
    if move.verb == _V.MARK_IN_ERROR.value:
        lines.insert(0, _("entered in error"))
    if undone:
        return Stage(word, "to-come", tuple(lines))
    return Stage(word, "now" if at_state is state and state.open else "done", tuple(lines))


_ICONS = {
    _V.RAISE: "red-flag",
    _V.REPORT: "red-flag",
    _V.REOPEN: "red-flag",
    _V.TAKE_BACK: "undo",
    _V.NOTIFY: "mail",
    _V.ACKNOWLEDGE: "tick",
    _V.CONTACT: "phone",
    _V.ATTEMPT: "phone",
    _V.INSTEAD: "visit",
    _V.OUTCOME: "document",
    _V.CLOSE: "done",
    _V.MARK_IN_ERROR: "cross",
}


def _event(move: EscalationMove, zone: ZoneInfo, now: datetime) -> Event:
    verb = EscalationVerb(move.verb)
    late = move.recorded_at - move.at
    line = move.text
    if late >= timedelta(minutes=2):
        written = _("Written down {when}.").format(when=at(move.recorded_at, zone, now))
        line = f"{line} {written}".strip()
    return Event(
        when=at(move.at, zone, now),
        who=move.by.name if move.by else _("Notifier"),
        icon=_icon(verb, move),
        fact=_fact(verb, move),
        line=line,
    )


def _icon(verb: EscalationVerb, move: EscalationMove) -> str:
    if verb in (_V.CONTACT, _V.ATTEMPT):
        return {"video": "video", "in person": "visit"}.get(move.how, "phone")
    return _ICONS[verb]


def _fact(verb: EscalationVerb, move: EscalationMove) -> str:  # noqa: C901  (one line a verb)
    match verb:
        case EscalationVerb.RAISE:
            return _("Raised, {source}").format(source=_source(move))
        case EscalationVerb.REPORT:
            return _("Reported again, {source}").format(source=_source(move))
        case EscalationVerb.TAKE_BACK:
            return _("A report was taken back")
        case EscalationVerb.NOTIFY:
            return _("Notice delivered")
        case EscalationVerb.ACKNOWLEDGE:
            return _("Acknowledged")
        case EscalationVerb.CONTACT | EscalationVerb.ATTEMPT:
            return _contact_fact(move)
        case EscalationVerb.INSTEAD:
            return _("Done instead of a contact")
        case EscalationVerb.OUTCOME:
            return _("Outcome")
        case EscalationVerb.CLOSE:
            return _("Closed")
        case EscalationVerb.REOPEN:
            return _("Reopened")
        case EscalationVerb.MARK_IN_ERROR:
            return _("Marked as entered in error")


def _source(move: EscalationMove) -> str:
    match move.source:
        case Source.CHECK_IN.value:
            return _("from a check-in")
        case Source.CONTACT.value:
            return _("from a contact")
        case Source.CALLS.value:
            return _("by unanswered calls, as many as the clinic typed")
        case _report:
            return _("by Report now")


def _contact_fact(move: EscalationMove) -> str:
    how = {
        "phone": _("Called {whom}"),
        "video": _("Video call with {whom}"),
        "in person": _("Went to {whom}"),
    }.get(move.how, "{whom}")
    reached = {
        Reached.YES.value: _("Reached."),
        Reached.NO_ANSWER.value: _("No answer."),
        Reached.LEFT_WORD.value: _("Left word."),
    }.get(move.reached, "")
    whom = ", ".join(filter(None, [move.whom, move.place]))
    return f"{how.format(whom=whom)}. {reached}"
