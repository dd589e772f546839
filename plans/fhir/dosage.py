"""The doses of a schedule as FHIR dosages, one for each run of days that needs no exception.

A dosage says its own first and last day, so whatever cuts a step short (a step that begins in the
evening, days on which somebody else sets the doses) is in those dates. A cycle that FHIR cannot
say (21 days on, 7 off) is one dosage for each day of the cycle. A stated "none" is no dosage: who
reads only dosages reads no dose; it stands beside them in an extension.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from plans.fhir.writing import OWN, element, of_form, period, span, text
from plans.rules import wording
from plans.rules.schedule import counts_at, position
from plans.rules.schedule_words import Rhythm, Slot
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plans.rules.schedule import AsNeeded, Dose, Drug, Product, Schedule, Step, When

STATED_NONE = f"{OWN}stated-none"
LEAST_GAP = f"{OWN}least-gap"

_DAY = timedelta(days=1)
_WHEN = {Slot.MORNING: "MORN", Slot.MIDDAY: "NOON", Slot.EVENING: "EVE", Slot.BEDTIME: "HS"}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Run:
    """One dose, every `every` days from `first` on (on `weekdays` only, where they are named)."""

    first: date
    last: date | None
    every: int
    weekdays: tuple[int, ...] = ()


def runs(schedule: Schedule, step: Step, dose: Dose, drug: Drug) -> Iterator[Run]:
    """Every day on which the dose counts, in as few runs as FHIR can say."""
    for first, last in _stretches(schedule, step, dose, drug):
        match step.rhythm:
            case Rhythm.DAILY:
                if dose.on_days & 1:
                    yield Run(first, last, 1)
            case Rhythm.WEEKDAYS:
                chosen = tuple(n for n in range(7) if dose.on_days >> n & 1)
                if chosen:
                    yield Run(first, last, 1, chosen if len(chosen) < 7 else ())
            case Rhythm.CYCLE:
                yield from _of_cycle(step, dose, first, last)


def _of_cycle(step: Step, dose: Dose, first: date, last: date | None) -> Iterator[Run]:
    whole = (1 << step.cycle_days) - 1
    if dose.on_days & whole == whole:
        yield Run(first, last, 1)
        return
    for after in range(step.cycle_days):
        begin = first + after * _DAY
        if last is not None and begin > last:
            return
        if dose.on_days >> position(step, begin) & 1:
            yield Run(begin, last, step.cycle_days)


def _stretches(
    schedule: Schedule, step: Step, dose: Dose, drug: Drug
) -> Iterator[tuple[date, date | None]]:
    """The step's days without those on which this dose does not count."""
    first, last = step.first_day, step.last_day
    if not counts_at(schedule, step, drug, first, dose.when):
        first += _DAY
    if last is not None and last >= first and not counts_at(schedule, step, drug, last, dose.when):
        last -= _DAY
    for away in sorted(schedule.away, key=lambda away: away.first_day):
        if last is not None and away.first_day > last:
            break
        if away.last_day is not None and away.last_day < first:
            continue
        if first < away.first_day:
            yield first, away.first_day - _DAY
        if away.last_day is None:
            return
        first = max(first, away.last_day + _DAY)
    if last is None or first <= last:
        yield first, last


# --- Dosages ---------------------------------------------------------------------------------


def dosages(schedule: Schedule, product: Product) -> list[dict[str, Any]]:
    """What is to be taken of a product: its steps, then its as-needed lines."""
    drug = schedule.drug(product.drug)
    order = _sequences(schedule)
    found = [
        _dosage(schedule, product, step, dose, run, order[_begins(step)])
        for step in schedule.steps
        for dose in step.doses
        if dose.product == product.key and dose.quantity
        for run in runs(schedule, step, dose, drug)
    ]
    found += [
        _as_needed(product, line, len(order) + place)
        for place, line in enumerate(schedule.as_needed, start=1)
        if line.product == product.key
    ]
    return found


def stated_none(schedule: Schedule, product: Product) -> list[dict[str, Any]]:
    """Where "none" was typed: when, and on which days."""
    drug = schedule.drug(product.drug)
    return [
        {"url": STATED_NONE, "valueTiming": _timing(product, dose.when, run)}
        for step in schedule.steps
        for dose in step.doses
        if dose.product == product.key and not dose.quantity
        for run in runs(schedule, step, dose, drug)
    ]


def _begins(step: Step) -> tuple[date, tuple[int, int]]:
    return step.first_day, step.from_slot.place if step.from_slot else (-1, 0)


def _sequences(schedule: Schedule) -> dict[tuple[date, tuple[int, int]], int]:
    """Steps that begin together have one number; the next one begins afterwards."""
    beginnings = sorted({_begins(step) for step in schedule.steps})
    return {begins: number for number, begins in enumerate(beginnings, start=1)}


def _dosage(
    schedule: Schedule, product: Product, step: Step, dose: Dose, run: Run, sequence: int
) -> dict[str, Any]:
    return element(
        sequence=sequence,
        text=text(_words(product, dose, run)),
        patientInstruction=text(step.texts.patient),
        timing=_timing(product, dose.when, run),
        route=element(text=text(product.route)),
        doseAndRate=[{"doseQuantity": of_form(dose.quantity, product.form)}],
    )


def _timing(product: Product, when: When, run: Run) -> dict[str, Any]:
    return {
        "repeat": element(
            boundsPeriod=period(run.first, run.last),
            duration=product.wear_hours,
            durationUnit="h" if product.wear_hours else None,
            frequency=1,
            period=run.every,
            periodUnit="d",
            dayOfWeek=[_WEEKDAYS[number] for number in run.weekdays],
            timeOfDay=[f"{when.at:%H:%M:%S}"] if when.at is not None else [],
            when=[] if when.at is not None else [_WHEN[when.slot]],
        )
    }


def _words(product: Product, dose: Dose, run: Run) -> str:
    return _("{dose} {when}, {pattern}, {days}").format(
        dose=wording.dose_words(product, dose.quantity),
        when=formats.at(dose.when.token),
        pattern=_pattern(run),
        days=formats.day_range(run.first, run.last),
    )


def _pattern(run: Run) -> str:
    if run.weekdays:
        return _("on {days}").format(
            days=formats.listing([formats.short_weekday(number) for number in run.weekdays])
        )
    if run.every == 1:
        return _("every day")
    return _("every {days}").format(days=formats.length(run.every))


def _as_needed(product: Product, line: AsNeeded, sequence: int) -> dict[str, Any]:
    gap = line.gap_minutes
    return element(
        extension=[{"url": LEAST_GAP, "valueDuration": span(gap, "min")}] if gap else [],
        sequence=sequence,
        text=text(_as_needed_words(product, line)),
        additionalInstruction=[{"text": text(_gap_words(gap))}] if gap else [],
        timing={"repeat": {"boundsPeriod": period(line.first_day, line.last_day)}},
        asNeededBoolean=None if line.reason else True,
        asNeededCodeableConcept=element(text=text(line.reason)),
        route=element(text=text(product.route)),
        doseAndRate=[{"doseQuantity": of_form(line.quantity, product.form)}],
        maxDosePerPeriod=None
        if line.maximum is None
        else {
            "numerator": of_form(line.maximum, product.form),
            "denominator": span(24, "h"),
        },
    )


def _gap_words(minutes: int) -> str:
    return _("at least {gap} between two doses").format(gap=formats.minutes(minutes))


def _as_needed_words(product: Product, line: AsNeeded) -> str:
    parts = [_("{dose} as needed").format(dose=wording.dose_words(product, line.quantity))]
    if line.maximum is not None:
        most = wording.quantity_words(product, line.maximum)
        parts.append(_("at most {most} in 24 hours").format(most=most))
    if line.gap_minutes:
        parts.append(_gap_words(line.gap_minutes))
    parts.append(formats.day_range(line.first_day, line.last_day))
    return ", ".join(parts)
