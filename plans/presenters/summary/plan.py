"""One plan: where it stands, its doses, supply, versions, and who was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.models import Told, Version
from plans.models.plan import Audience
from plans.presenters.chart import PlanFacts, chart, step_days
from plans.presenters.dosing import dose_line
from plans.presenters.handout import as_needed_lines, plan_names
from plans.rules.holds import holding_on
from plans.rules.lifecycle import PlanState, VersionKind, expected_in_force, state_word
from plans.rules.schedule import away_on, first_day, last_day, next_change, period_totals, supply
from plans.rules.schedule_words import End
from plans.rules.wording import (
    a_day,
    days_words,
    direction_word,
    product_label,
    quantity_words,
    total_words,
)
from plans.sheets.paper import (
    Column,
    Facts,
    Line,
    Listing,
    Passage,
    Row,
    Run,
    plain,
    strong,
    text_of,
)
from plans.sheets.summary import PlanPart
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from plans.presenters.summary.record import Record
    from plans.rules.schedule import Drug, Schedule, Step


NOTHING = "\N{EN DASH}"


def plan_title(facts: PlanFacts) -> str:
    return facts.version.title or facts.plan.title or plan_names(facts.schedule)


def plan_part(record: Record, facts: PlanFacts) -> PlanPart:
    schedule = facts.schedule
    return PlanPart(
        heading=plan_title(facts) if len(record.plans) > 1 else "",
        situation=_situation(record, facts),
        chart=chart(facts),
        schedule=_schedule(facts),
        texts=tuple(_texts(facts)),
        as_needed=(
            Passage(
                _("As needed"),
                tuple(
                    line
                    for needed in schedule.as_needed
                    for line in as_needed_lines(needed, schedule)
                ),
            )
            if schedule.as_needed
            else None
        ),
        supply=_supply(record, facts),
        versions=_versions(record, facts),
        told=told_of(record, facts),
    )


def _situation(record: Record, facts: PlanFacts) -> Facts:
    today = record.today
    rows = [
        (_("Plan"), strong(state_word(PlanState(facts.plan.state)))),
        (_("Expected today"), expected(facts, today)),
    ]
    version = facts.version
    if holding_on(version.hold_from, version.hold_until, today):
        until = version.hold_until
        rows.append(
            (
                _("Staying on this dose"),
                strong(
                    _("until {day}").format(day=formats.day(until))
                    if until is not None
                    else _("until a new version is signed")
                ),
            )
        )
    rows.append((_("Current step"), current_step(facts, today)))
    rows.append((_("Next"), next_step(facts, today)))
    rows.append((_("End"), strong("; ".join(ends(facts.schedule)) or _("not stated"))))
    return Facts(_("Situation on {day}").format(day=formats.day(today)), tuple(rows))


def expected(facts: PlanFacts, today: date) -> Line:
    away = away_on(facts.schedule, today)
    if away is not None:
        return strong(_("Set by {where}, not recorded here.").format(where=away.where))
    doses = expected_in_force(facts.versions, facts.schedules, today)
    if not doses:
        return strong(_("nothing is stated for this day"))
    by_time: dict[str, list[str]] = {}
    for _version, one in doses:
        line = dose_line(one.product, one.drug, one.quantity, named=True)
        by_time.setdefault(one.when.token, []).append(text_of(line))
    return strong(
        "; ".join(
            f"{formats.slot_name(token).lower()} {formats.listing(lines)}"
            for token, lines in by_time.items()
        )
    )


def current_step(facts: PlanFacts, today: date) -> Line:
    current = [
        step
        for step in facts.schedule.steps
        if step.first_day <= today and (step.last_day is None or today <= step.last_day)
    ]
    if not current:
        return strong(_("none on this day"))
    words = [
        _("step {number} of {steps}, {days}").format(
            number=step.number, steps=len(facts.schedule.steps), days=step_days(step)
        )
        for step in current
    ]
    return strong("; ".join(words))


def next_step(facts: PlanFacts, today: date) -> Line:
    change = next_change(facts.schedule, today)
    if change is None:
        return strong(_("no later change is dated"))
    words = []
    for one in change.drugs:
        parts = [direction_word(one.direction)]
        if one.after is not None:
            parts.insert(0, a_day(one.after))
        words.append(f"{one.drug.name} " + ", ".join(part for part in parts if part))
    day = formats.day(change.day)
    if change.from_slot is not None:
        time = formats.slot_name(change.from_slot.token).lower()
        day = _("{day}, from {time}").format(day=day, time=time)
    return strong(_("{day}: {changes}").format(day=day, changes="; ".join(words)))


def ends(schedule: Schedule) -> Iterable[str]:
    for drug in schedule.drugs:
        words = _end_words(drug)
        if words:
            note = f" ({drug.end_note})" if drug.end_note else ""
            yield f"{drug.name}: {words}{note}"


def _end_words(drug: Drug) -> str:
    match drug.end:
        case End.STOP:
            return _("stop")
        case End.MAINTAIN:
            day = formats.day(drug.review_on) if drug.review_on else ""
            return _("maintain until review on {day}").format(day=day)
        case End.REFER:
            return _("refer")
        case _none:
            return ""


def _schedule(facts: PlanFacts) -> Listing:
    schedule = facts.schedule
    return Listing(
        heading=_("Doses of each step"),
        columns=(
            Column(_("Step"), figures=True),
            Column(_("From and to"), 3),
            Column(_("Take"), 7),
        ),
        rows=tuple(
            Row(
                (
                    plain(formats.number(step.number)),
                    plain(step_days(step)),
                    _step_doses(schedule, step),
                ),
                note=_step_texts(step),
            )
            for step in schedule.steps
        ),
        empty=_("No step is signed."),
    )


def _step_doses(schedule: Schedule, step: Step) -> Line:
    line: list[Run] = []
    for when in sorted({dose.when for dose in step.doses}):
        for product in schedule.products:
            for dose in step.doses:
                if dose.when != when or dose.product != product.key:
                    continue
                drug = schedule.drug(product.drug)
                line += [
                    Run("\n" if line else ""),
                    Run(f"{formats.slot_name(when.token)}: "),
                    *dose_line(product, drug, dose.quantity, named=True),
                ]
                days = days_words(schedule, step, dose)
                if days != _("every day"):
                    line.append(Run(f", {days}"))
    return tuple(line) or plain(NOTHING)


def _step_texts(step: Step) -> Line:
    texts = [
        pattern.format(text)
        for pattern, text in (
            (_("For the patient: {}"), step.texts.patient),
            (_("For the pharmacy: {}"), step.texts.pharmacy),
            (_("For the team: {}"), step.texts.team),
        )
        if text
    ]
    return plain("\n".join(texts)) if texts else ()


def _texts(facts: PlanFacts) -> Iterable[Line]:
    version = facts.version
    for label, text in (
        (_("For the patient"), version.patient_text),
        (_("For the pharmacy"), version.pharmacy_text),
        (_("For the team"), version.team_text),
        (_("Missed dose"), version.missed_dose_text),
        (_("Assessment of this version"), version.assessment),
    ):
        if text:
            yield (Run(f"{label}: ", strong=True), Run(text))


def _periods(record: Record, facts: PlanFacts) -> list[tuple[date, date]]:
    """The whole plan (to its last typed day), and from today to the next check-in."""
    schedule = facts.schedule
    first = first_day(schedule)
    if first is None:
        return []
    end = last_day(schedule)
    reviews = [drug.review_on for drug in schedule.drugs if drug.review_on is not None]
    if end is None:
        typed = [step.last_day or step.first_day for step in schedule.steps]
        end = max([*typed, *reviews])
    periods = [(first, end)]
    due = record.follow_up.due_on if record.follow_up else None
    if due is not None and record.today < due and first < due:
        periods.append((max(first, record.today), min(due, end)))
    return [(begin, last) for begin, last in periods if begin <= last]


def _supply(record: Record, facts: PlanFacts) -> Listing:
    schedule = facts.schedule
    rows = []
    for begin, last in _periods(record, facts):
        days = formats.day_range(begin, last)
        for line in supply(schedule, begin, last):
            drug = schedule.drug(line.product.drug)
            rows.append(
                Row(
                    (
                        plain(days),
                        plain(product_label(line.product, drug)),
                        strong(quantity_words(line.product, line.quantity)),
                    )
                )
            )
            days = ""
        for total in period_totals(schedule, begin, last):
            if total.amounts:
                words = (plain(_("{drug} in all").format(drug=total.drug.name)),
                         strong(total_words(total)))  # fmt: skip
                rows.append(Row((plain(""), *words)))
    notes: tuple[Line, ...] = ()
    if schedule.as_needed:
        notes = (plain(_("As-needed doses are not in these totals.")),)
    return Listing(
        heading=_("Totals for a supply"),
        columns=(Column(_("Days"), 3), Column(_("Product"), 3), Column(_("Total"), 2)),
        rows=tuple(rows),
        empty=_("Nothing is stated."),
        notes=notes,
    )


def _versions(record: Record, facts: PlanFacts) -> Listing:
    rows = []
    for version in reversed(facts.versions):
        from_ = formats.day(version.in_force_from)
        if version.in_force_slot:
            from_ += ", " + formats.slot_name(version.in_force_slot).lower()
        rows.append(
            Row(
                (
                    strong(formats.number(version.number)),
                    plain(_kind_word(VersionKind(version.kind))),
                    plain(from_),
                    plain(_signed(record, version)),
                    plain(version.reason or NOTHING),
                )
            )
        )
    return Listing(
        heading=_("Versions"),
        columns=(
            Column(_("Version"), figures=True),
            Column(_("Kind"), 2),
            Column(_("In force from"), 2),
            Column(_("Signed"), 3),
            Column(_("Reason"), 4),
        ),
        rows=tuple(rows),
        empty=_("No version is signed."),
    )


def _signed(record: Record, version: Version) -> str:
    return f"{record.printing.moment(version.signed_at)}, {version.signed_by.name}"


def _kind_word(kind: VersionKind) -> str:
    match kind:
        case VersionKind.FIRST:
            return _("first")
        case VersionKind.CHANGE:
            return _("change")
        case VersionKind.HOLD:
            return _("staying on a dose")
        case VersionKind.RESUME:
            return _("resumed")
        case VersionKind.INTERRUPT:
            return _("interrupted")
        case VersionKind.RESTART:
            return _("restarted")


def told_of(record: Record, facts: PlanFacts) -> Listing:
    """Who was told of the newest version; whoever has no answer yet is open."""
    newest: dict[tuple[str, str], Told] = {}
    for row in record.told.get(facts.version.pk, ()):
        newest[row.audience, row.who] = row
    rows = []
    for audience in (Audience.PATIENT, Audience.PHARMACY, Audience.PRIMARY_CARE, Audience.SUPPORT):
        if not any(known == audience.value for known, _who in newest):
            rows.append(Row((plain(str(audience.label)), strong(_("open")), plain(""))))
    for row in newest.values():
        who = f"{row.get_audience_display()} {row.who}".strip()
        words = row.get_answer_display()
        detail = row.reason
        if row.told_at is not None:
            detail = f"{record.printing.moment(row.told_at)}, {row.how}"
        rows.append(Row((plain(who), strong(words), plain(f"{detail} ({row.by.name})"))))
    return Listing(
        heading=_("Told of version {number}").format(number=facts.version.number),
        columns=(Column(_("Who"), 2), Column(_("Answer"), 1), Column(_("When and how"), 4)),
        rows=tuple(rows),
        empty=_("Nobody is recorded as told."),
    )
