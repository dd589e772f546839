"""Papers for whoever takes over: a red flag for an emergency team, a patient for another clinic.

Both are made from the same record as the clinician's summary, so they cannot say otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from patients.vocabulary import Item, Kind
from plans.presenters.chart import amounts_taken
from plans.presenters.paper import Printing, footing, notice_passage, unprintable
from plans.presenters.summary.course import (
    acts,
    details,
    flags_heading,
    open_flags,
    suicide_facts,
    symptoms_in_full,
)
from plans.presenters.summary.person import (
    allergies,
    answer,
    identity,
    person,
    summary_letterhead,
    written_lines,
)
from plans.presenters.summary.plan import (
    current_step,
    expected,
    next_step,
    plan_title,
    told_of,
)
from plans.presenters.summary.record import record_of
from plans.rules.check_in import How, Reporter
from plans.rules.reach import told
from plans.rules.redflags import EscalationVerb, Level
from plans.sheets.handover import Handover
from plans.sheets.paper import Facts, Line, Passage, Run, plain, strong
from taperplan import formats
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from patients.models import Patient
    from plans.models import CheckIn, Escalation
    from plans.presenters.summary.record import Record
    from plans.sheets.paper import Section

# What an emergency team asks for first; the whole assessment stands in the summary.
_RISKS = (
    Item.SEIZURES,
    Item.WITHDRAWAL_DELIRIUM,
    Item.EPILEPSY,
    Item.SEDATIVES,
    Item.SELF_HARM,
    Item.PREGNANCY,
    Item.ORGANS,
)


def handover(patient: Patient, printing: Printing) -> Handover:
    """Situation, background, assessment, what was done; `patient` comes with the clinic."""
    record = record_of(patient, printing)
    last = record.check_ins[-1] if record.check_ins else None
    flags = _flags(record)
    return Handover(
        language=printing.language,
        name=printing.titled(
            _("Red-flag handover sheet {reference}").format(reference=patient.reference), patient
        ),
        flags_heading=flags_heading(record),
        open_flags=tuple(open_flags(record)),
        title=_("Red-flag handover"),
        below=(plain(_("For the team that takes over now.")),),
        letterhead=summary_letterhead(record),
        person=person(record),
        sections=(
            _situation(record, flags, last),
            _background(record),
            _assessment(record, last),
            acts(record, flags, _("What was done")),
            _handed_over(record),
            *notice_passage(printing.clinic),
        ),
        unprintable=unprintable(),
        footing=footing(patient, identity(record), printing),
    )


def _flags(record: Record) -> Sequence[Escalation]:
    """The open ones; where none is open, the last one that was recorded."""
    standing = [flag for flag in record.flags if flag.state != "entered in error"]
    return [flag for flag in standing if flag.is_open] or standing[-1:]


def _situation(record: Record, flags: Sequence[Escalation], last: CheckIn | None) -> Facts:
    rows: list[tuple[str, Line]] = []
    for flag in flags:
        rows.append((Level(flag.level).label.capitalize(), _reported(record, flag)))
    rows += list(_whereabouts(last))
    for facts in record.plans:
        label = _("Expected today")
        if len(record.plans) > 1:
            label = f"{label}, {plan_title(facts)}"
        rows.append((label, expected(facts, record.today)))
    rows.append((_("Last dose, as told"), _last_dose(record, last)))
    return Facts(_("Situation"), tuple(rows))


def _reported(record: Record, flag: Escalation) -> Line:
    line: list[Run] = [Run(told(flag.symptom, flag.label), strong=True)]
    for move in flag.moves.all():
        if move.verb not in (EscalationVerb.RAISE, EscalationVerb.REPORT):
            continue
        words = [
            pattern.format(value)
            for pattern, value in (
                (_("happened {}"), move.happened),
                (_("said by {}"), move.said_by),
                ("{}", move.text.rstrip(".")),
            )
            if value
        ]
        words.append(_("recorded {when}").format(when=record.printing.moment(move.recorded_at)))
        line.append(Run("\n" + "; ".join(words)))
    return tuple(line)


def _whereabouts(last: CheckIn | None) -> Iterable[tuple[str, Line]]:
    if last is None:
        return
    if last.where_now:
        yield _("Where, as told"), strong(last.where_now)
    if last.call_back:
        yield _("Call back"), strong(last.call_back)


def _last_dose(record: Record, last: CheckIn | None) -> Line:
    told = []
    for row in last.taken.all() if last is not None else ():
        parts = (row.last_product, row.last_strength, row.last_amount, row.last_when)
        words = ", ".join(part for part in parts if part)
        if words:
            told.append(f"{row.drug.name}: {words}")
    return strong("; ".join(told)) if told else plain(_("not recorded"))


def _background(record: Record) -> Facts:
    rows: list[tuple[str, Line]] = [
        (_("Indication"), answer(record.answers, Item.INDICATION)),
        (_("Allergies"), allergies(record.patient, record.written)),
        (
            _("Other medicines"),
            written_lines(record, Kind.MEDICINE, _("none recorded")),
        ),
    ]
    for facts in record.plans:
        version = facts.version
        rows.append(
            (
                _("Plan"),
                strong(
                    _("{title}, version {number}, signed {day} by {name}").format(
                        title=plan_title(facts),
                        number=version.number,
                        day=formats.short_day(record.printing.day_of(version.signed_at)),
                        name=version.signed_by.name,
                    )
                ),
            )
        )
        rows.append((_("Current step"), current_step(facts, record.today)))
        rows.append((_("Next change"), next_step(facts, record.today)))
    rows += [(item.words, answer(record.answers, item)) for item in _RISKS]
    if record.written[Kind.REVERSAL]:
        rows.append((_("Overdose-reversal medicine"), written_lines(record, Kind.REVERSAL, "")))
    rows.append((_("People and services"), written_lines(record, Kind.CONTACT, _("none recorded"))))
    return Facts(_("Background"), tuple(rows))


def _assessment(record: Record, last: CheckIn | None) -> Facts:
    if last is None:
        return Facts(_("Assessment"), ((_("Check-in"), plain(_("none is recorded"))),))
    who = Reporter(last.reported_by).label
    when = _("{when}, {how}, {who}").format(
        when=record.printing.moment(last.happened_at), how=How(last.how).label, who=who
    )
    rows: list[tuple[str, Line]] = [(_("Last check-in"), strong(when))]
    rows.append((_("Present"), symptoms_in_full(last)))
    rows += suicide_facts(last)
    if amounts := amounts_taken(last):
        rows.append((_("Amounts, as told"), strong("\n".join(amounts))))
    rows.append((_("Measured and noted"), details(record, last)))
    return Facts(_("Assessment"), tuple(rows))


def _handed_over(record: Record) -> Facts:
    by = record.printing.by
    clinic = record.printing.clinic
    rows: list[tuple[str, Line]] = [
        (
            _("Handed over by"),
            strong(", ".join(part for part in (by.name, by.qualification) if part)),
        ),
        (_("Telephone"), strong(by.telephone or clinic.telephone or _("not recorded"))),
    ]
    if clinic.out_of_hours:
        rows.append((_("Out of hours"), strong(clinic.out_of_hours)))
    return Facts(_("Questions to"), tuple(rows))


# --- the cover of a transfer package -------------------------------------------------------------
def cover(
    patient: Patient, printing: Printing, *, recipient: str, ground: str, contents: Sequence[str]
) -> Handover:
    """What is in the package, for whom, on what ground, which flags are open, who was told."""
    record = record_of(patient, printing)
    pages = tuple(plain(one) for one in contents)
    sections: list[Section] = [
        Facts(
            _("This package"),
            (
                (_("For"), strong(recipient)),
                (_("On the ground of"), plain(ground or _("stays with our own team"))),
                (_("Handed over by"), plain(printing.by.name)),
            ),
        ),
        Passage(_("What is in it"), pages, bullets=True),
    ]
    flags = _flags(record)
    if any(flag.is_open for flag in flags):
        opened: tuple[Line, ...] = tuple(_reported(record, flag) for flag in flags)
    else:
        opened = (plain(_("No red flag is open.")),)
    count = len(opened)
    sections.append(Passage(ngettext("Open red flag", "Open red flags", count), opened))
    return Handover(
        language=printing.language,
        name=printing.titled(
            _("Transfer package {reference}").format(reference=patient.reference), patient
        ),
        flags_heading=flags_heading(record),
        open_flags=tuple(open_flags(record)),
        title=_("Transfer package"),
        below=(),
        letterhead=summary_letterhead(record),
        person=person(record),
        sections=(
            *sections,
            *(told_of(record, facts) for facts in record.plans),
            *notice_passage(printing.clinic),
        ),
        unprintable=unprintable(),
        footing=footing(patient, identity(record), printing),
    )
