"""Files made from a record: tables and calendars. Figures as they were typed or are added up."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from plans.models import FollowUp, Plan, TakenOver, Version
from plans.models.schedules import schedules
from plans.presenters.calendar import Course, day_rows, supply_rows
from plans.presenters.exchange import Record
from plans.rules import columns, wording
from plans.rules import table as schedule_table
from plans.rules.exchange import FileKind
from plans.rules.lifecycle import PlanState, version_on
from plans.rules.schedule import When, expected_on, first_day, next_change
from plans.rules.schedule_words import Slot
from taperplan import calendars, formats
from taperplan.calendars import Event
from taperplan.columns import exact
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, time
    from zoneinfo import ZoneInfo

    from patients.models import Patient
    from plans.presenters.home import Group
    from plans.rules.schedule import Schedule
    from plans.sheets.exchange import Answer
    from taperplan.accounts.models import User
    from taperplan.columns import Values

_DAY = timedelta(days=1)
# Of a plan without a last day: how far ahead, from today.
OPEN_AHEAD = 365
LIVING = (PlanState.ACTIVE.value, PlanState.AFTERCARE.value, PlanState.LOST_TO_CONTACT.value)


@dataclass(frozen=True)
class InForce:
    """A plan that goes on: its versions by number, and what each says."""

    plan: Plan
    versions: tuple[Version, ...]
    said: dict[uuid.UUID, Schedule]

    @property
    def newest(self) -> Version:
        return self.versions[-1]

    @property
    def course(self) -> Course:
        said = {version.number: self.said[version.pk] for version in self.versions}
        return Course(self.plan.reference, self.versions, said)

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
    return columns.OF_FILE[kind].write(rows(kind, patient, today, by))


def rows(kind: FileKind, patient: Patient, today: date, by: User) -> Iterator[Values]:
    record = Record(patient, today, by)
    if kind is FileKind.CHECK_INS:
        yield from _check_ins(record)
        return
    for plan in plans_of(record.keys):
        match kind:
            case FileKind.SCHEDULE:
                # What is typed for the team stays with the team.
                yield from schedule_rows(plan.at(today) or plan.versions[0], team=False)
            case FileKind.DAYS:
                first, last = plan.course.period
                yield from day_rows(plan.course, first or today, last or today + OPEN_AHEAD * _DAY)
            case FileKind.SUPPLY:
                yield from _supply(plan)
            case _:
                raise ValueError(kind)


def schedule_rows(version: Version, *, team: bool = True) -> Iterator[Values]:
    for row in schedule_table.rows_of(version.schedule(), team=team):
        yield version.plan.reference, version.number, *row


def _supply(plan: InForce) -> Iterator[Values]:
    """Totals between one change and the next; what has no end has no total."""
    first, last = plan.course.period
    begins = {day for day, _slot, _version, _schedule in changes_of(plan)}
    begins |= {version.in_force_from for version in plan.versions[1:]}
    days = sorted(day for day in begins if first and first <= day <= (last or day))
    for day, after in zip(days, [*days[1:], None], strict=True):
        end = after - _DAY if after else last
        yield from supply_rows(plan.course, day, end or day, total=end is not None)


def _check_ins(record: Record) -> Iterator[Values]:
    for facts in record.check_ins():
        if facts.in_error:
            continue
        head = (
            facts.key,
            facts.happened_at.replace(microsecond=0),
            facts.recorded_at.replace(microsecond=0),
            facts.version,
        )
        for answer in _flat(facts.answers):
            yield (*head, answer.key, answer.label, answer.value)
        for measured in facts.measurements:
            value = f"{exact(measured.value)} {measured.unit.value}"
            yield (*head, f"measured.{measured.vital.value}", measured.vital.value, value)
        for taken in facts.taken:
            yield (*head, f"taken.{taken.drug}", taken.drug, taken.answer.value)


def _flat(answers: Iterable[Answer]) -> Iterator[Answer]:
    for answer in answers:
        if answer.value:
            yield answer
        yield from _flat(answer.inside)


def worklist_rows(groups: Iterable[Group]) -> Iterator[Values]:
    for group in groups:
        for row in group.rows:
            what = "".join(run.text for run in row.what)
            yield group.title, row.name, row.born, row.record, what, row.detail, row.when


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
