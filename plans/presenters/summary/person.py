"""Who the patient is, what was asked before the plan, and what is still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patients.intake import not_asked
from patients.presenters.words import answer_in_words
from patients.vocabulary import Allergies, Item, Kind
from plans.presenters.paper import (
    labelled,
    letterhead,
    notice,
)
from plans.rules.check_in import AskedKind
from plans.sheets.paper import (
    Facts,
    Letterhead,
    Line,
    Passage,
    Person,
    Run,
    plain,
    strong,
)
from taperplan import formats
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from patients.intake import Given
    from patients.models import Patient
    from patients.presenters.rows import Written
    from plans.presenters.summary.record import Record


from plans.presenters.summary.plan import plan_title


def subtitle(record: Record) -> str:
    if not record.plans:
        return _("No plan is signed.")
    if len(record.plans) == 1:
        version = record.plans[0].version
        return _("{title}, version {number}, signed {day} by {name}").format(
            title=plan_title(record.plans[0]),
            number=version.number,
            day=formats.short_day(record.printing.day_of(version.signed_at)),
            name=version.signed_by.name,
        )
    return ngettext("{n} plan", "{n} plans", len(record.plans)).format(n=len(record.plans))


def summary_letterhead(record: Record) -> Letterhead:
    clinic = record.printing.clinic
    head = letterhead(clinic)
    if not clinic.out_of_hours:
        return head
    on_call = _("out of hours {number}").format(number=clinic.out_of_hours)
    return Letterhead(name=head.name, hours=on_call, phone=head.phone)


def person(record: Record) -> Person:
    shown = record.banner
    first = [part for part in (shown.sex, _told_if(_("speaks {}"), shown.speaks)) if part]
    if shown.telephone:
        first.append(_("phone {number}").format(number=shown.telephone))
    second = [
        part
        for part in (
            _told_if(_("prefers {}"), shown.prefers),
            _told_if(_("support person: {}"), shown.support_person),
            shown.care_setting,
            _("no messages") if shown.no_messages else "",
        )
        if part
    ]
    third = [state.words for state in shown.states]
    dot = " \N{MIDDLE DOT} "
    return Person(
        name=shown.name,
        born=labelled(_("born"), shown.born),
        identifier=labelled(_("record"), shown.record or record.number),
        details=tuple(dot.join(parts) for parts in (first, second, third) if parts),
        latin=record.patient.latin_name,
    )


def _told_if(words: str, value: str) -> str:
    return words.format(value) if value else ""


def identity(record: Record) -> str:
    parts = [record.number]
    if len(record.plans) == 1:
        number = record.plans[0].version.number
        parts.append(_("plan version {number}").format(number=number))
    return " \N{MIDDLE DOT} ".join(parts)


def background(record: Record) -> Facts:
    given = record.answers
    rows = [
        (_("Indication"), answer(given, Item.INDICATION)),
        (_("Taken before"), answer(given, Item.TAKEN)),
        (_("Allergies"), allergies(record.patient, record.written)),
        (_("Other medicines"), written_lines(record, Kind.MEDICINE, _("none recorded"))),
    ]
    contacts = record.written[Kind.CONTACT]
    if contacts:
        rows.append((_("People and services"), written_lines(record, Kind.CONTACT, "")))
    if record.written[Kind.REVERSAL]:
        rows.append((_("Overdose-reversal medicine"), written_lines(record, Kind.REVERSAL, "")))
    if record.written[Kind.SUPPORT]:
        rows.append((_("Supports"), written_lines(record, Kind.SUPPORT, "")))
    if record.written[Kind.RESULT]:
        rows.append((_("Checks and results"), written_lines(record, Kind.RESULT, "")))
    return Facts(_("Background"), tuple(rows))


def answer(given: Mapping[Item, Given], item: Item) -> Line:
    words = answer_in_words(given.get(item))
    return strong(words) if words else plain(_("not asked"))


def allergies(patient: Patient, written: Mapping[Kind, Sequence[Written]]) -> Line:
    """The list, or that there is none, or that nobody asked."""
    if written[Kind.ALLERGY]:
        return lines_of_rows(written[Kind.ALLERGY])
    return strong(Allergies(patient.allergies_status).words)


def written_lines(record: Record, kind: Kind, nothing: str) -> Line:
    return lines_of_rows(record.written[kind]) or plain(nothing)


def lines_of_rows(rows: Sequence[Written]) -> Line:
    """Each thing written down, on a line of its own, with what was written beside it."""
    line: list[Run] = []
    for row in rows:
        details = "; ".join(f"{one.label}: {one.value}" for one in row.lines)
        line += [
            Run("\n" if line else ""),
            Run(row.title, strong=True),
            Run(f" ({details})" if details else ""),
        ]
    return tuple(line)


def assessment(record: Record) -> Facts:
    """What was asked, item by item; what was not asked, together on one line."""
    left = not_asked(record.answers)
    rows = [
        (item.words, answer(record.answers, item))
        for item in Item
        if item not in (Item.INDICATION, Item.TAKEN) and item not in left
    ]
    if left:
        items = formats.listing([item.words.lower() for item in left])
        rows.append((_("Not asked"), plain(items)))
    return Facts(_("Assessment"), tuple(rows))


def shared_decision(record: Record) -> Facts:
    decisions = record.written[Kind.DECISION]
    if not decisions:
        return Facts(_("Shared decision"), ((_("Recorded"), plain(_("not recorded"))),))
    newest = decisions[0]
    rows = [(_("Decision"), strong(newest.title))]
    rows += [(one.label, plain(one.value)) for one in newest.lines]
    rows.append(
        (
            _("Recorded"),
            plain(f"{record.printing.moment(newest.recorded_at)}, {newest.recorded_by}"),
        )
    )
    for review in record.written[Kind.REVIEW]:
        details = "; ".join(f"{one.label}: {one.value}" for one in review.lines)
        rows.append((_("Risk-benefit review"), plain(f"{review.title}. {details}".strip())))
    return Facts(_("Shared decision"), tuple(rows))


def open_questions(record: Record) -> Passage:
    lines = []
    if left := len(not_asked(record.answers)):
        lines.append(
            ngettext(
                "{n} item of the assessment was not asked.",
                "{n} items of the assessment were not asked.",
                left,
            ).format(n=left)
        )
    if record.patient.allergies_status == Allergies.NOT_ASKED:
        lines.append(_("Allergies: not asked."))
    if record.follow_up is not None and record.follow_up.safety_open:
        lines.append(_("A safety question of the last check-in is open."))
    for request in record.requests:
        asked = AskedKind(request.asked).label
        who = request.given_by.name if request.given_by else request.by.name
        lines.append(
            _("Asked for, not yet signed, since {when}: {what} ({who}).").format(
                when=record.printing.moment(request.at), what=asked, who=who
            )
        )
    if record.follow_up is not None and record.follow_up.due_on is not None:
        lines.append(_("Next check-in: {day}.").format(day=formats.day(record.follow_up.due_on)))
    return Passage(
        _("Open questions"),
        tuple(plain(line) for line in lines) or (plain(_("None is recorded.")),),
        bullets=bool(lines),
    )


def sign_off(record: Record) -> Facts:
    rows = []
    for facts in record.plans:
        version = facts.version
        signer = version.signed_by
        words = ", ".join(
            part
            for part in (
                signer.name,
                signer.qualification,
                record.printing.moment(version.signed_at),
            )
            if part
        )
        label = _("Version {number}").format(number=version.number)
        if len(record.plans) > 1:
            label = f"{plan_title(facts)}: {label}"
        rows.append((label, strong(words)))
    by = record.printing.by
    printed = ", ".join(part for part in (by.name, by.qualification, by.telephone) if part)
    rows.append((_("Printed by"), strong(printed)))
    return Facts(_("Sign-off"), tuple(rows))


def provenance(record: Record) -> Passage:
    lines = [
        plain(
            _("Made {when} from the record {reference} of {clinic}.").format(
                when=formats.moment(record.printing.local),
                reference=record.patient.reference,
                clinic=record.printing.clinic.name,
            )
        )
    ]
    lines += [
        plain(
            _("{plan}, version {number}: digest {digest}").format(
                plan=facts.plan.reference,
                number=facts.version.number,
                digest=facts.version.digest,
            )
        )
        for facts in record.plans
    ]
    lines[:0] = notice(record.printing.clinic)
    lines.append(
        plain(
            _("Check-ins: {check_ins}. Red flags: {flags}.").format(
                check_ins=len(record.check_ins), flags=len(record.flags)
            )
        )
    )
    return Passage(_("Where this comes from"), tuple(lines))
