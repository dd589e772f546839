"""What happened: red flags with every act, and check-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.models import CheckIn, Escalation
from plans.presenters.chart import asked, present_of_asked, taken_words
from plans.rules.check_in import Decision, How, Reporter, YesNo
from plans.rules.reach import told
from plans.rules.redflags import EscalationState, EscalationVerb, Level
from plans.rules.symptoms import Severity, Suicide
from plans.sheets.paper import (
    Column,
    Line,
    Listing,
    OpenFlag,
    Row,
    plain,
    strong,
)
from taperplan import formats
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from plans.models import EscalationMove
    from plans.presenters.summary.record import Record


def _still_open(record: Record) -> list[Escalation]:
    return [flag for flag in record.flags if flag.is_open]


def flags_heading(record: Record) -> str:
    count = len(_still_open(record))
    return ngettext("{n} red flag is open", "{n} red flags are open", count).format(n=count)


def open_flags(record: Record) -> Iterable[OpenFlag]:
    for flag in _still_open(record):
        yield open_flag(flag, record.printing.moment)


def open_flag(flag: Escalation, moment: Callable[[datetime], str]) -> OpenFlag:
    """How an open red flag stands above a document; `moment` says when, by the clinic's clock."""
    acts = [
        _("Raised {when}.").format(when=moment(flag.raised_at)),
        *_reported_since(flag, moment),
        (
            _("Acknowledged {when} by {who}.").format(
                when=moment(flag.acknowledged_at),
                who=flag.acknowledged_by.name if flag.acknowledged_by else "",
            )
            if flag.acknowledged_at
            else _("Not acknowledged yet.")
        ),
        _("Now: {state}.").format(state=EscalationState(flag.state).label),
    ]
    return OpenFlag(
        what=_("{level}: {what}").format(
            level=_first_capital(Level(flag.level).label),
            what=told(flag.symptom, flag.label),
        ),
        detail=" ".join(acts),
    )


def _reported_since(flag: Escalation, moment: Callable[[datetime], str]) -> Iterable[str]:
    if flag.reported_at != flag.raised_at:
        yield _("Last reported {when}.").format(when=moment(flag.reported_at))


def _first_capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def red_flags(record: Record) -> Listing:
    return acts(record, list(reversed(record.flags)), _("Red flags"))


def acts(record: Record, flags: Sequence[Escalation], heading: str) -> Listing:
    """Every act on these red flags, in the order in which it was done."""
    rows = []
    for flag in flags:
        for number, move in enumerate(flag.moves.all()):
            rows.append(
                Row(
                    (
                        strong(flag.label) if number == 0 else plain(""),
                        plain(record.printing.moment(move.at)),
                        plain(_move_words(flag, move)),
                        plain(move.by.name if move.by else _("the system")),
                    )
                )
            )
    return Listing(
        heading=heading,
        columns=(Column(_("Red flag"), 2), Column(_("When"), 2), Column(_("What"), 4),
                 Column(_("Who"), 2)),
        rows=tuple(rows),
        empty=_("No red flag is recorded."),
    )  # fmt: skip


def _move_words(flag: Escalation, move: EscalationMove) -> str:
    """One act on a red flag, with whatever was written down about it."""
    words = [_VERBS[EscalationVerb(move.verb)]()]
    if move.verb in (EscalationVerb.RAISE, EscalationVerb.REPORT):
        words.append(Level(flag.level).label)
    for pattern, value in (
        (_("happened {}"), move.happened),
        (_("said by {}"), move.said_by),
        (_("with {}"), move.whom),
        (_("at {}"), move.place),
    ):
        if value:
            words.append(pattern.format(value))
    head = ", ".join(words)
    return f"{head}: {move.text}" if move.text else head


_VERBS: Mapping[EscalationVerb, Callable[[], str]] = {
    EscalationVerb.RAISE: lambda: _("raised"),
    EscalationVerb.REPORT: lambda: _("reported again"),
    EscalationVerb.TAKE_BACK: lambda: _("one report taken back"),
    EscalationVerb.NOTIFY: lambda: _("notice delivered"),
    EscalationVerb.ACKNOWLEDGE: lambda: _("acknowledged"),
    EscalationVerb.CONTACT: lambda: _("contact"),
    EscalationVerb.ATTEMPT: lambda: _("contact tried"),
    EscalationVerb.INSTEAD: lambda: _("done instead of a contact"),
    EscalationVerb.OUTCOME: lambda: _("outcome"),
    EscalationVerb.CLOSE: lambda: _("closed"),
    EscalationVerb.REOPEN: lambda: _("opened again"),
    EscalationVerb.MARK_IN_ERROR: lambda: _("entered in error"),
}


def check_ins(record: Record) -> Listing:
    rows = []
    for check_in in reversed(record.check_ins):
        how = How(check_in.how).label
        reporter = Reporter(check_in.reported_by).label
        rows.append(
            Row(
                (
                    plain(record.printing.moment(check_in.happened_at)),
                    plain(f"{how}, {reporter}"),
                    plain(_symptoms(check_in)),
                    plain(_told_taken(check_in)),
                    plain(_decision(check_in)),
                ),
                note=details(record, check_in),
            )
        )
    return Listing(
        heading=_("Check-ins"),
        columns=(
            Column(_("When"), 2),
            Column(_("How"), 2),
            Column(_("Present"), 4),
            Column(_("Taken, as told"), 3),
            Column(_("Decision"), 3),
        ),
        rows=tuple(rows),
        empty=_("No check-in is recorded."),
    )


def _symptoms(check_in: CheckIn) -> str:
    words = [
        f"{row.label} ({_severity_word(row.severity)})" if row.severity else row.label
        for row in check_in.present.all()
    ]
    if words:
        words[0] = _("{count} asked: {first}").format(
            count=present_of_asked(check_in), first=words[0]
        )
    elif number := asked(check_in):
        words.append(_("none present of {number} asked").format(number=formats.number(number)))
    suicide = Suicide(check_in.suicide)
    if suicide is not Suicide.NONE:
        words.append(_("suicide question: {answer}").format(answer=_suicide_word(suicide)))
    declined = [row.label for row in check_in.declined.all()]
    if declined:
        words.append(_("no answer on: {items}").format(items=", ".join(declined)))
    return "; ".join(words) or _("no symptom was asked about")


def symptoms_in_full(check_in: CheckIn) -> Line:
    """Each symptom on a line of its own, with all that was told of it."""
    lines = []
    for row in check_in.present.all():
        facts = [
            pattern.format(value)
            for pattern, value in (
                ("{}", _severity_word(row.severity)),
                (_("interferes {} of 3"), _figure(row.interference)),
                (_("since {}"), row.onset),
                (_("{} times"), row.how_many or ""),
                (_("when: {}"), row.when_each),
                (_("how long: {}"), row.how_long),
                (_("seen by {}"), row.witnessed_by),
                (_("injured: {}"), _yes_no(row.injured)),
                (_("first ever: {}"), _yes_no(row.first_ever)),
                (_("ambulance or hospital: {}"), _yes_no(row.ambulance_or_hospital)),
                (_("last dose before: {}"), row.last_dose_before),
                ("{}", row.note),
            )
            if value
        ]
        lines.append(f"{row.label}: {'; '.join(facts)}" if facts else row.label)
    declined = [row.label for row in check_in.declined.all()]
    if declined:
        lines.append(_("no answer on: {items}").format(items=", ".join(declined)))
    return strong("\n".join(lines) or _("none recorded present"))


def _severity_word(typed: str) -> str:
    if not typed:
        return ""
    match Severity(typed):
        case Severity.MILD:
            return _("mild")
        case Severity.MODERATE:
            return _("moderate")
        case Severity.SEVERE:
            return _("severe")


def _figure(number: int | None) -> str:
    return "" if number is None else formats.number(number)


def _yes_no(typed: str) -> str:
    return YesNo(typed).label if typed else ""


def suicide_facts(check_in: CheckIn) -> list[tuple[str, Line]]:
    """The suicide question and, where it was not answered with none, all that was told."""
    rows: list[tuple[str, Line]] = [
        (_("Suicide question"), strong(_suicide_word(Suicide(check_in.suicide))))
    ]
    rows += [
        (label, plain(typed))
        for label, typed in (
            (_("Could not be asked"), check_in.suicide_why_not),
            (_("In their words"), check_in.suicide_words),
            (_("Earlier attempts"), check_in.suicide_earlier_attempts),
            (_("Access to means"), check_in.suicide_means),
            (_("Done about means"), check_in.suicide_means_done),
            (_("What protects"), check_in.suicide_protects),
            (_("Plan for a crisis"), check_in.suicide_safety_plan),
            (_("Who was told"), check_in.suicide_told),
        )
        if typed
    ]
    return rows


def _suicide_word(answer: Suicide) -> str:
    match answer:
        case Suicide.NONE:
            return _("none")
        case Suicide.WISH:
            return _("wish to be dead")
        case Suicide.THOUGHTS:
            return _("thoughts")
        case Suicide.PLAN:
            return _("thoughts with plan or means")
        case Suicide.ATTEMPT:
            return _("attempt or self-harm since")
        case Suicide.DECLINED:
            return _("declined")
        case Suicide.NOT_ASKED_WHY:
            return _("could not be asked")


def _told_taken(check_in: CheckIn) -> str:
    return taken_words(check_in.taken.all(), alone=False) or _("not recorded")


def _decision(check_in: CheckIn) -> str:
    words = Decision(check_in.decision).label
    if check_in.decision_reason:
        words = f"{words}: {check_in.decision_reason}"
    if check_in.next_on is not None:
        words += ". " + _("Next: {day}").format(day=formats.day(check_in.next_on))
    elif check_in.no_next_reason:
        words += ". " + _("No next date: {reason}").format(reason=check_in.no_next_reason)
    return words


def details(record: Record, check_in: CheckIn) -> Line:
    parts = []
    vitals = [
        f"{row.vital} {formats.number(row.value)}{formats.NBSP}{row.unit}"
        + (f" ({row.beyond})" if row.beyond else "")
        for row in check_in.vital_signs.all()
    ]
    if vitals:
        parts.append(_("Vital signs: {list}").format(list=", ".join(vitals)))
    totals = [
        f"{row.scale} {formats.number(row.total)} ({row.rater}, {formats.short_day(row.rated_on)})"
        for row in check_in.scale_totals.all()
    ]
    if totals:
        parts.append(
            _("Scale totals: {list}. Scores track change; they do not decide a dose.").format(
                list=", ".join(totals)
            )
        )
    if check_in.in_confidence:
        parts.append(_("A note that was told in confidence is not printed."))
    elif check_in.note:
        parts.append(_("Note: {note}").format(note=check_in.note))
    if check_in.told_at != check_in.happened_at:
        parts.append(_("Told {when}.").format(when=record.printing.moment(check_in.told_at)))
    recorded = record.printing.moment(check_in.recorded_at)
    parts.append(
        _("Recorded {when} by {who}.").format(when=recorded, who=check_in.recorded_by.name)
    )
    return plain("\n".join(parts))
