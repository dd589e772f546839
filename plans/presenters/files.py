"""Files made from a record: tables and calendars. Figures as they were typed or are added up."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from plans.models import FollowUp, Plan, TakenOver, Version
from plans.models.schedule import schedules
from plans.presenters.exchange import Record
from plans.rules import wording
from plans.rules.exchange import FileKind
from plans.rules.lifecycle import PlanState, version_on
from plans.rules.schedule import (
    Slot,
    When,
    away_on,
    expected_on,
    first_day,
    last_day,
    next_change,
    supply,
)
from taperplan import calendars, formats, tables
from taperplan.calendars import Event
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, time
    from fractions import Fraction
    from zoneinfo import ZoneInfo

    from patients.models import Patient
    from plans.presenters.home import Worklist
    from plans.rules.schedule import Product, Schedule
    from plans.sheets.exchange import Answer
    from taperplan.accounts.models import User

_DAY = timedelta(days=1)
# Of a plan without a last day: how far ahead, from today.
OPEN_AHEAD = 365
LIVING = (PlanState.ACTIVE.value, PlanState.AFTERCARE.value, PlanState.LOST_TO_CONTACT.value)

SCHEDULE = (
    "plan", "version", "step", "first day", "last day", "from", "pattern", "cycle days",
    "cycle from", "drug", "product", "strength", "unit", "in mL", "form", "time", "days",
    "quantity",
)  # fmt: skip
DAYS = (
    "day", "time", "plan", "version", "step", "drug", "product", "strength", "unit", "in mL",
    "form", "quantity", "set elsewhere",
)  # fmt: skip
CHECK_INS = ("check-in", "happened", "recorded", "version", "key", "question", "answer")
SUPPLY = (
    "plan", "version", "first day", "last day", "drug", "product", "strength", "unit", "in mL",
    "form", "quantity",
)  # fmt: skip
WORKLIST = ("group", "patient", "born", "record", "what", "detail", "when")
COLUMNS = {
    FileKind.SCHEDULE: SCHEDULE,
    FileKind.DAYS: DAYS,
    FileKind.CHECK_INS: CHECK_INS,
    FileKind.SUPPLY: SUPPLY,
}


@dataclass(frozen=True)
class InForce:
    """A plan that goes on: its versions by number, and what each says."""

    plan: Plan
    versions: tuple[Version, ...]
    said: dict[uuid.UUID, Schedule]

    @property
    def newest(self) -> Version:
        return self.versions[-1]

    def at(self, day: date, slot: When | None = None) -> Version | None:
        return version_on(self.versions, day, slot)


def plans_of(keys: Iterable[uuid.UUID]) -> list[InForce]:
    """The plans that go on and have a signed version; a fixed number of queries."""
    versions: dict[Plan, list[Version]] = {}
    rows = Version.objects.filter(plan__patient__in=keys, plan__state__in=LIVING)
    for row in rows.select_related("plan").order_by("plan__begun_at", "plan", "number"):
        versions.setdefault(row.plan, []).append(row)
    said = schedules(row for some in versions.values() for row in some)
    return [InForce(plan, tuple(some), said) for plan, some in versions.items()]


def table(kind: FileKind, patient: Patient, today: date, by: User) -> bytes:
    record = Record(patient, today, by)
    plans = plans_of(record.keys)
    rows: Iterator[tuple[str, ...]]
    match kind:
        case FileKind.SCHEDULE:
            rows = (row for plan in plans for row in _schedule(plan, today))
        case FileKind.DAYS:
            rows = (row for plan in plans for row in _days(plan, today))
        case FileKind.CHECK_INS:
            rows = _check_ins(record)
        case FileKind.SUPPLY:
            rows = (row for plan in plans for row in _supply(plan, today))
        case _:
            raise ValueError(kind)
    return tables.write(COLUMNS[kind], rows)


def figure(value: Fraction | None) -> str:
    """An exact number without separators: 0.5, 12, 1/3."""
    return "" if value is None else formats.number(value).replace(",", "").replace("\u00a0", " ")


def _iso(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def _product(schedule: Schedule, product: Product) -> tuple[str, ...]:
    return (
        schedule.drug(product.drug).name,
        product.name,
        figure(product.strength),
        product.unit.value if product.unit else "",
        figure(product.per) if product.form.measured else "",
        product.form.value,
    )


def _counts(plan: InForce, today: date) -> tuple[Version, Schedule]:
    """The version that counts today, or the first that will."""
    version = plan.at(today) or plan.versions[0]
    return version, plan.said[version.pk]


def _schedule(plan: InForce, today: date) -> Iterator[tuple[str, ...]]:
    version, schedule = _counts(plan, today)
    for step in schedule.steps:
        for dose in step.doses:
            cycle = step.cycle_days
            chosen = [str(n + 1) for n in range(cycle) if dose.on_days >> n & 1]
            yield (
                plan.plan.reference,
                str(version.number),
                str(step.number),
                _iso(step.first_day),
                _iso(step.last_day),
                step.from_slot.token if step.from_slot else "",
                step.rhythm.value,
                str(cycle),
                _iso(step.cycle_from),
                *_product(schedule, schedule.product(dose.product)),
                dose.when.token,
                " ".join(chosen) if cycle > 1 else "",
                figure(dose.quantity),
            )


def _ends(plan: InForce, today: date) -> date:
    ends = [last_day(plan.said[version.pk]) for version in plan.versions]
    return ends[-1] or today + OPEN_AHEAD * _DAY


def _days(plan: InForce, today: date) -> Iterator[tuple[str, ...]]:
    """Each slot from the version that is in force at it, as for every other answer of a day."""
    firsts = [first for v in plan.versions if (first := first_day(plan.said[v.pk])) is not None]
    day, last = min(firsts, default=today), _ends(plan, today)
    while day <= last:
        for version in plan.versions:
            schedule = plan.said[version.pk]
            away = away_on(schedule, day) if plan.at(day) == version else None
            if away is not None:
                empty = [""] * 8
                yield (
                    _iso(day), "", plan.plan.reference, str(version.number), *empty, away.where,
                )  # fmt: skip
            for expected in expected_on(schedule, day):
                if plan.at(day, expected.when) == version:
                    yield (
                        _iso(day),
                        expected.when.token,
                        plan.plan.reference,
                        str(version.number),
                        str(expected.step.number),
                        *_product(schedule, expected.product),
                        figure(expected.quantity),
                        "",
                    )
        day += _DAY


def _supply(plan: InForce, today: date) -> Iterator[tuple[str, ...]]:
    """Totals between one change and the next; what has no end has no total."""
    version, schedule = _counts(plan, today)
    begin = first_day(schedule)
    while begin is not None:
        change = next_change(schedule, begin)
        end = change.day - _DAY if change is not None else last_day(schedule)
        for line in supply(schedule, begin, end or begin):
            yield (
                plan.plan.reference,
                str(version.number),
                _iso(begin),
                _iso(end),
                *_product(schedule, line.product),
                figure(line.quantity) if end is not None else "",
            )
        begin = change.day if change is not None else None


def _check_ins(record: Record) -> Iterator[tuple[str, ...]]:
    for facts in record.check_ins():
        if facts.in_error:
            continue
        head = (
            facts.key,
            facts.happened_at.isoformat(timespec="minutes"),
            facts.recorded_at.isoformat(timespec="minutes"),
            facts.version,
        )
        for answer in _flat(facts.answers):
            yield (*head, answer.key, answer.label, answer.value)
        for measured in facts.measurements:
            value = f"{figure(measured.value)} {measured.unit.value}"
            yield (*head, f"measured.{measured.vital.value}", measured.vital.value, value)
        for taken in facts.taken:
            yield (*head, f"taken.{taken.drug}", taken.drug, taken.answer.value)


def _flat(answers: Iterable[Answer]) -> Iterator[Answer]:
    for answer in answers:
        if answer.value:
            yield answer
        yield from _flat(answer.inside)


def worklist_table(worklist: Worklist) -> bytes:
    return tables.write(
        WORKLIST,
        (
            (
                group.title,
                row.name,
                row.born,
                row.record,
                "".join(run.text for run in row.what),
                row.detail,
                row.when,
            )
            for group in worklist.groups
            for row in group.rows
        ),
    )


# --- Calendars -----------------------------------------------------------------------------------


def calendar(kind: FileKind, patient: Patient, today: date, by: User) -> bytes:
    """Step changes and check-ins. The patient's names no drug, no dose and no clinic."""
    discreet = kind is FileKind.PATIENT_CALENDAR
    keys = Record(patient, today, by).keys
    plans = plans_of(keys)
    events = [event for plan in plans for event in _changes(plan, discreet=discreet)]
    events += _due(patient, discreet=discreet)
    name = _("Dates") if discreet else _("Plan {reference}").format(reference=patient.reference)
    return calendars.write(name, sorted(events, key=_order))


def _order(event: Event) -> tuple[date, bool, str, str]:
    return event.day, event.at is not None, str(event.at or ""), event.uid


def uid(*parts: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "taperplan:" + ":".join(map(str, parts))))


def changes_of(plan: InForce) -> Iterator[tuple[date, When | None, Version, Schedule]]:
    """The days on which a step begins or a drug's steps are over, each in the version that counts
    on it."""
    for version in plan.versions:
        schedule = plan.said[version.pk]
        begin = first_day(schedule)
        if begin is None:
            continue
        change = next_change(schedule, begin - _DAY)
        while change is not None:
            if plan.at(change.day, change.from_slot) == version:
                yield change.day, change.from_slot, version, schedule
            change = next_change(schedule, change.day)


def _changes(plan: InForce, *, discreet: bool) -> Iterator[Event]:
    for day, slot, version, schedule in changes_of(plan):
        yield Event(
            uid=uid(plan.plan.pk, "change", day),
            day=day,
            at=_clock(schedule, day, slot),
            title=_("Look at your sheet") if discreet else _step_title(plan, schedule, day),
            note="" if discreet else _step_note(schedule, day),
            changed=version.signed_at,
        )


def _clock(schedule: Schedule, day: date, slot: When | None) -> time | None:
    """The clock time at which the change is first taken; None: no clock time was typed."""
    taken = [e.when for e in expected_on(schedule, day) if slot is None or not e.when < slot]
    return taken[0].at if taken and taken[0].slot is Slot.CLOCK else None


def _step_title(plan: InForce, schedule: Schedule, day: date) -> str:
    begun = [step for step in schedule.steps if step.first_day == day]
    if not begun:
        return _("{plan}: the stated days of a drug are over").format(plan=plan.plan.reference)
    numbers = formats.listing([str(step.number) for step in begun])
    return _("{plan}: step {numbers} begins").format(plan=plan.plan.reference, numbers=numbers)


def _step_note(schedule: Schedule, day: date) -> str:
    lines = []
    for expected in expected_on(schedule, day):
        name = wording.product_name(expected.product, expected.drug)
        dose = wording.dose_words(expected.product, expected.quantity)
        lines.append(f"{wording.when_label(expected.when.token)}: {name}, {dose}")
    return "\n".join(lines).replace("\u00a0", " ")


def _due(patient: Patient, *, discreet: bool) -> Iterator[Event]:
    due = FollowUp.objects.filter(patient=patient, due_on__isnull=False).first()
    if due is not None and due.due_on is not None and patient.under_care:
        yield Event(
            uid=uid(patient.pk, "check-in"),
            day=due.due_on,
            title=_("Appointment")
            if discreet
            else _("{patient}: check-in due").format(patient=patient.reference),
            changed=due.set_at,
        )


# --- Taken over --------------------------------------------------------------------------------


@dataclass(frozen=True)
class TakenOverCard:
    set_by: str
    detail: str
    lines: tuple[str, ...]


def taken_over(patient: Patient, zone: ZoneInfo) -> list[TakenOverCard]:
    """What others had set, newest first: history, as told."""
    rows = TakenOver.objects.filter(patient=patient).select_related("by").order_by("-at", "pk")
    return [
        TakenOverCard(
            set_by=row.set_by,
            detail=_("{source}; kept {when} by {who}").format(
                source=row.source, when=formats.moment(row.at.astimezone(zone)), who=row.by.name
            ),
            lines=tuple(line for line in row.as_told.splitlines() if line),
        )
        for row in rows[:20]
    ]
