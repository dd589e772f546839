"""Planned against taken, as one sheet for the page's drawing, the paper's and their table.

The line is the newest signed version, whole from its first day; where the version that it
replaced planned something else, that is drawn thin. What was told comes from check-ins that
stand, in their words; a day of which nobody told is "not recorded".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from plans.models import CheckIn, Escalation, Plan, TakenAmount, Version
from plans.models.schedules import schedules
from plans.rules.check_in import TakenAs
from plans.rules.schedule import (
    Direction,
    away_on,
    day_totals,
    direction,
    expected_on,
    first_day,
    step_totals,
)
from plans.rules.schedule_words import Form, Unit
from plans.rules.symptoms import Severity
from plans.rules.wording import direction_word, step_total_words
from plans.sheets.chart import (
    Band,
    Chart,
    Labels,
    Mark,
    Panel,
    Pile,
    Stair,
    Stretch,
    Taken,
    Tick,
)
from plans.sheets.paper import Column, Line, Listing, Row, Run, plain
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from patients.models import Patient
    from plans.models import Taken as TakenRow
    from plans.rules.schedule import Drug, DrugTotal, Schedule, Step

_DAY = timedelta(days=1)
# An open plan is drawn so far past the last date that somebody typed.
OPEN_TAIL_DAYS = 14
MOST_DRUG_COLUMNS = 3
MOST_DATES = 7
# Beside the axis; "mg" is one, "micrograms per hour" is not.
MOST_LETTERS_OF_A_UNIT = 3


TOLD = (
    "present",
    "declined",
    "taken__drug",
    Prefetch("taken_amounts", TakenAmount.objects.select_related("product__drug")),
)
"""What of a check-in stands in the chart and in its tables: to be fetched with it."""


@dataclass(frozen=True)
class PlanFacts:
    """One plan with what was told and flagged meanwhile; `schedules` by version number."""

    plan: Plan
    versions: tuple[Version, ...]
    schedules: dict[int, Schedule]
    check_ins: tuple[CheckIn, ...]
    flags: tuple[Escalation, ...]
    today: date
    zone: ZoneInfo

    @property
    def version(self) -> Version:
        return self.versions[-1]

    @property
    def schedule(self) -> Schedule:
        return self.schedules[self.version.number]

    def day_of(self, check_in: CheckIn) -> date:
        return _day_of(check_in, self.zone)


def facts_of(plan: Plan, today: date) -> PlanFacts | None:
    """What the chart of one plan needs, in a fixed number of queries; None before signing."""
    versions = tuple(plan.versions.select_related("signed_by").order_by("number"))
    if not versions:
        return None
    newest = versions[-2:]
    found = schedules(newest)
    patient = plan.patient
    return PlanFacts(
        plan=plan,
        versions=versions,
        schedules={version.number: found[version.pk] for version in newest},
        check_ins=_check_ins(patient),
        flags=tuple(
            Escalation.objects.about(patient)
            .exclude(state="entered in error")
            .order_by("raised_at", "pk")
        ),
        today=today,
        zone=patient.clinic.zone,
    )


def _check_ins(patient: Patient) -> tuple[CheckIn, ...]:
    rows = CheckIn.objects.about(patient).standing().prefetch_related(*TOLD)
    return tuple(rows.order_by("happened_at", "pk"))


def _day_of(check_in: CheckIn, zone: ZoneInfo) -> date:
    return check_in.happened_at.astimezone(zone).date()


def chart_of(plan: Plan, today: date) -> Chart | None:
    """The chart of a plan, which comes with its patient and clinic."""
    facts = facts_of(plan, today)
    return None if facts is None else chart(facts)


def chart(facts: PlanFacts) -> Chart | None:
    """The chart; None where no step is planned (a plan of as-needed lines only)."""
    if first_day(facts.schedule) is None:
        return None
    return _Drawer(facts).chart()


def told(facts: PlanFacts) -> tuple[Stretch, ...]:
    """What was told of each day, for the table where it stands without the drawing."""
    return _Drawer(facts).stretches if facts.schedule.steps else ()


class _Drawer:
    def __init__(self, facts: PlanFacts) -> None:
        self.facts = facts
        self.schedule = facts.schedule
        self.first, self.last = self._span()
        self.stretches = tuple(self._told())

    def chart(self) -> Chart:
        panels = tuple(
            panel
            for number, drug in enumerate(self.schedule.drugs)
            if (panel := self._panel(drug, number)) is not None
        )
        return Chart(
            heading=_("Planned against taken"),
            described=self._described(),
            first=self.first,
            last=self.last,
            days=tuple(self._dates()),
            panels=panels,
            holds=tuple(self._holds()),
            versions=tuple(
                Mark(day, _("v{number} signed").format(number=version.number))
                for version in self.facts.versions
                if self.first <= (day := self._signed(version)) <= self.last
            ),
            today=(
                Mark(self.facts.today, _("today"))
                if self.first <= self.facts.today <= self.last
                else None
            ),
            taken=self.stretches,
            piles=tuple(self._piles()),
            flags=tuple(
                Mark(day, flag.label)
                for flag in self.facts.flags
                if self.first
                <= (day := flag.raised_at.astimezone(self.facts.zone).date())
                <= self.last
            ),
            labels=Labels(
                taken=_("taken"),
                symptoms=_("symptoms"),
                mild=_("mild"),
                moderate=_("moderate"),
                severe=_("severe"),
                event=_("event"),
                flags=_("red flags"),
            ),
            table=table(self.facts, self.stretches),
            told=told_table(self.facts.check_ins, self.facts.zone),
        )

    def _signed(self, version: Version) -> date:
        return version.signed_at.astimezone(self.facts.zone).date()

    # --- days
    def _span(self) -> tuple[date, date]:
        steps = self.schedule.steps
        first = min(step.first_day for step in steps)
        typed = [day for step in steps for day in (step.first_day, step.last_day) if day]
        typed += [drug.review_on for drug in self.schedule.drugs if drug.review_on]
        last = max(typed)
        if any(step.last_day is None for step in steps):
            last = max(last, self.facts.today) + OPEN_TAIL_DAYS * _DAY
        days = [self.facts.day_of(check_in) for check_in in self.facts.check_ins]
        return min([first, *days]), max([last, *days])

    def _dates(self) -> Iterable[Mark]:
        days = (self.last - self.first).days + 1
        distance = next(
            (n for n in (1, 2, 7, 14, 28, 56, 84) if days / n <= MOST_DATES), days // 4 or 1
        )
        for back in range(0, days, distance):
            day = self.first + back * _DAY
            yield Mark(day, formats.short_day(day))

    def _holds(self) -> Iterable[Band]:
        versions = self.facts.versions
        for version, after in zip(versions, [*versions[1:], None], strict=True):
            if version.hold_from is None or version.kind != "hold":
                continue
            ends = [self.last]
            if version.hold_until is not None:
                ends.append(version.hold_until)
            if after is not None:
                ends.append(after.in_force_from - _DAY)
            if version.hold_from <= min(ends):
                yield Band(version.hold_from, min(ends), _("staying on this dose"))

    # --- planned
    def _panel(self, drug: Drug, number: int) -> Panel | None:
        stairs = tuple(self._stairs(self.schedule, drug))
        if not stairs:
            return None
        unit = _unit(self.schedule, drug)
        most = max(stair.amount for stair in stairs)
        return Panel(
            heading=_("{drug}, planned {unit} ({line})").format(
                drug=drug.name, unit=unit, line=_line_words(number)
            ),
            ticks=tuple(Tick(value, self._tick(value, drug)) for value in axis(most)),
            stairs=stairs,
            earlier=tuple(self._earlier(drug)),
        )

    def _tick(self, value: Fraction, drug: Drug) -> str:
        """The figure with its unit; a long unit stands in the heading alone."""
        figure, unit = formats.number(value), _short(self.schedule, drug)
        return f"{figure}{formats.NBSP}{unit}" if len(unit) <= MOST_LETTERS_OF_A_UNIT else figure

    def _stairs(self, schedule: Schedule, drug: Drug) -> Iterable[Stair]:
        """Runs of days with one amount. A pattern that alternates stands by its exact mean."""
        begins = boundaries(schedule, self.first, self.last)
        joined: Stair | None = None
        for begin, after in zip(begins, [*begins[1:], self.last + _DAY], strict=True):
            amount = _amount(schedule, drug, begin)
            if amount is None:
                if joined is not None:
                    yield joined
                joined = None
                continue
            label = formats.number(amount) if amount else _("none")
            if joined is not None and joined.amount == amount:
                joined = Stair(joined.first, after - _DAY, amount, label)
                continue
            if joined is not None:
                yield joined
            joined = Stair(begin, after - _DAY, amount, label)
        if joined is not None:
            yield joined

    def _earlier(self, drug: Drug) -> Iterable[Stair]:
        """What the version before planned, only where it differs."""
        if len(self.facts.versions) < 2:
            return
        before = self.facts.schedules[self.facts.versions[-2].number]
        same = next((one for one in before.drugs if one.name == drug.name), None)
        if same is None:
            return
        new = list(self._stairs(self.schedule, drug))
        for old in self._stairs(before, same):
            begins = {old.first} | {
                day
                for stair in new
                for day in (stair.first, stair.last + _DAY)
                if old.first < day <= old.last
            }
            for begin, after in zip(
                sorted(begins), [*sorted(begins)[1:], old.last + _DAY], strict=True
            ):
                now = next((s.amount for s in new if s.first <= begin <= s.last), None)
                if now != old.amount:
                    yield Stair(begin, after - _DAY, old.amount, old.label)

    # --- told
    def _told(self) -> Iterable[Stretch]:
        """One stretch for each check-in's period, and "not recorded" between them up to today."""
        versions = {version.pk for version in self.facts.versions}
        alone = len([drug for drug in self.schedule.drugs if self.schedule.steps_of(drug)]) == 1
        begin = min(step.first_day for step in self.schedule.steps)
        end = min(self.facts.today, self.last)
        next_day = begin
        for check_in in self.facts.check_ins:
            if check_in.period_from is None or check_in.period_until is None:
                continue
            rows = [row for row in check_in.taken.all() if row.drug.version_id in versions]
            first = max(check_in.period_from, next_day)
            last = min(check_in.period_until, end)
            if not rows or first > last:
                continue
            if next_day < first:
                yield _not_recorded(next_day, first - _DAY)
            yield Stretch(first, last, _taken(rows), taken_words(rows, alone=alone))
            next_day = last + _DAY
        if next_day <= end:
            yield _not_recorded(next_day, end)

    def _piles(self) -> Iterable[Pile]:
        for check_in in self.facts.check_ins:
            yield _pile(check_in, self.facts.day_of(check_in))

    def _described(self) -> str:
        """The drawing in a few sentences; the table beside it has every figure."""
        sentences = [
            _("Planned and taken, {days}.").format(days=formats.day_range(self.first, self.last))
        ]
        for drug in self.schedule.drugs:
            stairs = list(self._stairs(self.schedule, drug))
            if stairs:
                sentences.append(
                    _("{drug}: {first} at first, {last} at last, in {unit}.").format(
                        drug=drug.name,
                        first=stairs[0].label,
                        last=stairs[-1].label,
                        unit=_unit(self.schedule, drug),
                    )
                )
        sentences.append(_("The table has the same figures."))
        return " ".join(sentences)


def _pile(check_in: CheckIn, day: date) -> Pile:
    present = list(check_in.present.all())
    severities = [row.severity for row in present]
    counted = {severity: severities.count(severity.value) for severity in Severity}
    return Pile(
        day=day,
        mild=counted[Severity.MILD],
        moderate=counted[Severity.MODERATE],
        severe=counted[Severity.SEVERE],
        events=len(present) - sum(counted.values()),
        total=present_of_asked(check_in),
    )


def asked(check_in: CheckIn) -> int:
    """How many symptoms were asked about: present, denied or declined; the others were not."""
    keys = {row.key for row in check_in.present.all()}
    keys |= {row.key for row in check_in.declined.all() if row.could_be_asked}
    for denied in check_in.denied.values():
        keys.update(denied)
    return len(keys)


def present_of_asked(check_in: CheckIn) -> str:
    """As "3 of 52"; the number asked says how much the first number means, and neither is a
    score."""
    return _("{present} of {asked}").format(
        present=formats.number(len(check_in.present.all())), asked=formats.number(asked(check_in))
    )


def boundaries(schedule: Schedule, first: date, last: date) -> list[date]:
    """Days from which what is planned can differ from the day before."""
    days = {first}
    for step in schedule.steps:
        days |= {step.first_day, step.first_day + _DAY}
        if step.last_day is not None:
            days |= {step.last_day, step.last_day + _DAY}
    for away in schedule.away:
        days.add(away.first_day)
        if away.last_day is not None:
            days.add(away.last_day + _DAY)
    return sorted(day for day in days if first <= day <= last)


def _amount(schedule: Schedule, drug: Drug, day: date) -> Fraction | None:
    """The amount of a drug on a day; of a pattern that is not daily, its mean. None: silent."""
    if away_on(schedule, day) is not None:
        return None
    steps = [
        step
        for step in schedule.steps_of(drug)
        if step.first_day <= day and (step.last_day is None or day <= step.last_day)
    ]
    if not steps:
        return None
    if len(steps) == 1:
        total = next(t for t in step_totals(schedule, steps[0]) if t.drug.key == drug.key)
        if not total.even:
            return _figure(total.mean)
    for expected in day_totals(schedule, day):
        if expected.drug.key == drug.key:
            return _figure(expected)
    return None


def _figure(total: DrugTotal) -> Fraction | None:
    """The one figure of a total: its amount, or the count where no strength is stated."""
    if total.amount is not None:
        return total.amount
    if not total.amounts and len(total.counts) == 1:
        return total.counts[0].quantity
    return None


def _unit(schedule: Schedule, drug: Drug) -> str:
    short = _short(schedule, drug)
    if any(product.unit is Unit.MICROGRAM_PER_HOUR for product in schedule.products_of(drug)):
        return short
    return _("{unit} a day").format(unit=short)


def _short(schedule: Schedule, drug: Drug) -> str:
    products = schedule.products_of(drug)
    unit = next((product.unit for product in products if product.unit is not None), None)
    if unit is not None:
        return formats.unit(unit.value, 2)
    return formats.noun(products[0].form.value, 2) if products else ""


def _line_words(number: int) -> str:
    match number % 4:
        case 0:
            return _("solid line")
        case 1:
            return _("broken line, dotted fill; own scale")
        case 2:
            return _("dotted line, ruled fill; own scale")
        case _fourth:
            return _("dash-dot line, crossed fill; own scale")


def axis(most: Fraction) -> tuple[Fraction, ...]:
    """Marks from 0 to at least `most`, at most five, at round distances."""
    if most <= 0:
        return (Fraction(0), Fraction(1))
    power = Fraction(1)
    while power * 10 <= most:
        power *= 10
    while power > most:
        power /= 10
    for part in (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(5)):
        distance = power * part
        marks = -(-most // distance)
        if marks <= 4:
            return tuple(distance * number for number in range(marks + 1))
    return (Fraction(0), most)


def _not_recorded(first: date, last: date) -> Stretch:
    return Stretch(first, last, Taken.NOT_RECORDED, _("not recorded"))


def _taken(rows: Sequence[TakenRow]) -> Taken:
    """How a period is drawn: as planned only where every drug was."""
    answers = {TakenAs(row.answer) for row in rows}
    if answers == {TakenAs.PLANNED}:
        return Taken.AS_PLANNED
    if answers & {TakenAs.STOPPED, TakenAs.RAN_OUT}:
        return Taken.STOPPED
    if answers & {TakenAs.MISSED, TakenAs.EXTRA}:
        return Taken.DIFFERENT
    return Taken.NOT_KNOWN


def taken_words(rows: Iterable[TakenRow], *, alone: bool) -> str:
    """What was told, in its own words; each drug named unless there is only one."""
    said: dict[str, list[str]] = {}
    for row in rows:
        words = TakenAs(row.answer).label
        if row.note:
            words = f"{words}: {row.note}"
        said.setdefault(words, []).append(row.drug.name)
    if alone or len(said) == 1:
        return "; ".join(said)
    return "; ".join(f"{formats.listing(names)} {words}" for words, names in said.items())


# --- the same as a table ------------------------------------------------------------------------
def table(facts: PlanFacts, stretches: Sequence[Stretch]) -> Listing:
    """A row for each step: dates, each drug's exact total a day, and what was told."""
    schedule = facts.schedule
    drugs = [drug for drug in schedule.drugs if schedule.steps_of(drug)]
    apart = len(drugs) <= MOST_DRUG_COLUMNS
    columns = [
        Column(_("Step"), figures=True),
        Column(_("From and to"), 4),
        Column(_("Days"), figures=True),
    ]
    if apart:
        columns += [Column(_("{drug} a day").format(drug=drug.name), 3) for drug in drugs]
    else:
        columns.append(Column(_("Planned a day"), 6))
    columns.append(Column(_("Taken, as told"), 3))
    return Listing(
        heading=_("The same as a table"),
        columns=tuple(columns),
        rows=tuple(
            _table_row(facts, step, drugs, stretches, apart=apart) for step in schedule.steps
        ),
        empty=_("No step is signed."),
    )


def told_of(patient: Patient) -> Listing:
    """The table of check-ins alone, in five queries; `patient` comes with the clinic."""
    return told_table(_check_ins(patient), patient.clinic.zone)


def told_table(check_ins: Iterable[CheckIn], zone: ZoneInfo) -> Listing:
    """A row for each check-in: how many symptoms were present of how many asked, by severity, and
    the amounts that were told. Newest last, as the drawing runs."""
    rows = []
    for check_in in check_ins:
        pile = _pile(check_in, _day_of(check_in, zone))
        counts = (pile.mild, pile.moderate, pile.severe, pile.events)
        rows.append(
            Row(
                (
                    plain(formats.day(pile.day)),
                    (Run(pile.total, strong=True),),
                    *(plain(formats.number(count)) for count in counts),
                ),
                note=plain("\n".join(amounts)) if (amounts := amounts_taken(check_in)) else (),
            )
        )
    return Listing(
        heading=_("Symptoms at each check-in"),
        columns=(
            Column(_("Check-in"), 3),
            Column(_("Present, of those asked"), 3),
            Column(_("Mild"), figures=True),
            Column(_("Moderate"), figures=True),
            Column(_("Severe"), figures=True),
            Column(_("Event, or no severity"), 2, figures=True),
        ),
        rows=tuple(rows),
        empty=_("No check-in is recorded."),
    )


def amounts_taken(check_in: CheckIn) -> list[str]:
    """As "Taken Thu 20 Nov 2026: half a tablet of examplazepam 0.5 mg", in the typed order."""
    rows = sorted(check_in.taken_amounts.all(), key=lambda row: row.position)
    return [_amount_taken(row) for row in rows]


def _amount_taken(row: TakenAmount) -> str:
    product = row.product
    strength = formats.strength(
        product.strength, Unit(product.unit) if product.unit else None, product.form, product.per
    )
    words = (
        _("Taken {days}: {quantity} of {name} {strength}")
        if row.first_day == row.last_day
        else _("Taken {days}, each day: {quantity} of {name} {strength}")
    )
    return words.format(
        days=formats.day_range(row.first_day, row.last_day),
        quantity=formats.quantity(row.quantity, Form(product.form)),
        name=product.name or product.drug.name,
        strength=strength,
    ).rstrip()


def _table_row(
    facts: PlanFacts,
    step: Step,
    drugs: Sequence[Drug],
    stretches: Sequence[Stretch],
    *,
    apart: bool,
) -> Row:
    schedule = facts.schedule
    planned = [_planned(schedule, step, drug) for drug in drugs]
    cells: list[Line] = [
        plain(formats.number(step.number)),
        plain(step_days(step)),
        plain(_days(step)),
    ]
    if apart:
        cells += planned
    else:
        cells.append(_together(drugs, planned))
    cells.append(plain(_told_in(step, stretches, facts.today)))
    return Row(tuple(cells), note=_row_note(facts, step))


def _days(step: Step) -> str:
    if step.last_day is None:
        return ""
    return formats.number((step.last_day - step.first_day).days + 1)


def step_days(step: Step) -> str:
    """As "Mon 30 Nov 2026 to Sun 6 Dec 2026", with the time of day at which a step begins."""
    days = formats.day_range(step.first_day, step.last_day)
    if step.from_slot is None:
        return days
    return _("{days}, beginning {at_time}").format(
        days=days, at_time=formats.at(step.from_slot.token)
    )


def _planned(schedule: Schedule, step: Step, drug: Drug) -> Line:
    total = next((t for t in step_totals(schedule, step) if t.drug.key == drug.key), None)
    if total is None:
        return plain(_("not in this step"))
    words = step_total_words(total)
    change = direction(schedule, step, drug)
    if change is Direction.NONE:
        return (Run(words, strong=True),)
    return (Run(words, strong=True), Run(", " + direction_word(change)))


def _together(drugs: Sequence[Drug], planned: Sequence[Line]) -> Line:
    line: list[Run] = []
    for drug, cell in zip(drugs, planned, strict=True):
        line += [Run("; " if line else ""), Run(f"{drug.name} "), *cell]
    return tuple(line)


def _told_in(step: Step, stretches: Sequence[Stretch], today: date) -> str:
    if step.first_day > today:
        return _("not yet")
    last = step.last_day or today
    words: list[str] = []
    for stretch in stretches:
        if stretch.first <= last and stretch.last >= step.first_day and stretch.label not in words:
            words.append(stretch.label)
    return "; ".join(words) or _("not recorded")


def _row_note(facts: PlanFacts, step: Step) -> Line:
    notes = []
    hold = facts.version
    if hold.hold_from is not None and any(
        expected.step.key == step.key for expected in expected_on(facts.schedule, hold.hold_from)
    ):
        notes.append(
            _("Staying on this dose until {day}.").format(day=formats.day(hold.hold_until))
            if hold.hold_until is not None
            else _("Staying on this dose, the next change is not dated.")
        )
    if step.reason:
        notes.append(_("Reason: {reason}").format(reason=step.reason))
    return plain(" ".join(notes)) if notes else ()
