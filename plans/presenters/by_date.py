"""All drugs of a schedule merged by date: a row for each run of days, a column for each time."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from plans.rules import wording
from plans.rules.schedule import (
    Direction,
    Drug,
    Product,
    Schedule,
    Step,
    When,
    day_totals,
    direction,
    step_totals,
)
from plans.rules.spans import Span, Stated, spans
from taperplan import formats

_LINES = 4


@dataclass(frozen=True)
class DatedDose:
    """One dose of a run of days. `days`: on which of them, where not on every one."""

    typed: str
    read: str
    days: str


@dataclass(frozen=True)
class DatedCell:
    label: str
    doses: tuple[DatedDose, ...]


@dataclass(frozen=True)
class DatedTotal:
    """One drug: its total a day, from which step, and what that step is where it begins here."""

    drug: str
    words: str
    steps: str
    way: str


@dataclass(frozen=True)
class DatedRow:
    """`says`: what stands for the doses where none is stated."""

    first: str
    first_weekday: str
    last: str
    last_weekday: str
    days: str
    range: str
    cells: tuple[DatedCell, ...]
    totals: tuple[DatedTotal, ...]
    says: str


@dataclass(frozen=True)
class DatedHead:
    name: str
    rest: str
    span: int
    line: int


@dataclass(frozen=True)
class ByDate:
    heads: tuple[DatedHead, ...]
    times: tuple[str, ...]
    drugs: tuple[str, ...]
    rows: tuple[DatedRow, ...]
    columns: int
    wide: bool


def several_at_once(schedule: Schedule) -> bool:
    """Whether there is something to merge: more than one drug has steps."""
    return sum(bool(schedule.steps_of(drug)) for drug in schedule.drugs) > 1


def by_date(schedule: Schedule) -> ByDate | None:
    """None where nothing is to be merged."""
    if not several_at_once(schedule):
        return None
    used = {(dose.product, dose.when) for step in schedule.steps for dose in step.doses}
    columns = [
        (product, when)
        for product in schedule.products
        for when in sorted(when for key, when in used if key == product.key)
    ]
    lines = {drug.key: at % _LINES + 1 for at, drug in enumerate(schedule.drugs)}
    return ByDate(
        heads=tuple(
            DatedHead(*head_words(schedule, product), span, lines[product.drug])
            for product in schedule.products
            if (span := sum(1 for other, _when in columns if other.key == product.key))
        ),
        times=tuple(formats.slot_name(when.token) for _product, when in columns),
        drugs=tuple(drug.name for drug in schedule.drugs),
        rows=tuple(_row(schedule, span, columns) for span in spans(schedule)),
        columns=len(columns),
        wide=len(columns) > 5,
    )


def head_words(schedule: Schedule, product: Product) -> tuple[str, str]:
    """Over the columns of a product: "clonazepam", "0.5 mg tablets, number of"."""
    name = wording.product_name(product, schedule.drug(product.drug))
    forms = formats.noun(product.form, 2)
    counted = _("mL of") if product.form.measured else _("number of")
    if product.strength is None or product.unit is None:
        return name, _("%(forms)s, %(counted)s") % {"forms": forms, "counted": counted}
    strength = formats.strength(product.strength, product.unit, product.form, product.per)
    return name, _("%(strength)s %(forms)s, %(counted)s") % {
        "strength": strength,
        "forms": forms,
        "counted": counted,
    }


def column_label(schedule: Schedule, product: Product, when: When) -> str:
    return _("%(time)s, %(product)s") % {
        "time": formats.slot_name(when.token),
        "product": wording.product_label(product, schedule.drug(product.drug)),
    }


def _row(schedule: Schedule, span: Span, columns: list[tuple[Product, When]]) -> DatedRow:
    return DatedRow(
        first=formats.short_day(span.first),
        first_weekday=formats.weekday(span.first),
        last=formats.short_day(span.last) if span.last else "",
        last_weekday=formats.weekday(span.last) if span.last else "",
        days=formats.length((span.last - span.first).days + 1) if span.last else "",
        range=formats.day_range(span.first, span.last),
        cells=tuple(
            DatedCell(
                column_label(schedule, product, when),
                tuple(
                    _dose(schedule, one, single=span.first == span.last)
                    for one in span.stated
                    if one.product.key == product.key and one.dose.when == when
                ),
            )
            for product, when in columns
        ),
        totals=tuple(_total(schedule, span, drug) for drug in schedule.drugs),
        says=_says(span),
    )


def _says(span: Span) -> str:
    if span.away is not None:
        return _("set by %(where)s, not recorded here") % {"where": span.away.where}
    return "" if span.stated else _("no dose stated")


def _dose(schedule: Schedule, one: Stated, *, single: bool) -> DatedDose:
    days = "" if single else wording.days_words(schedule, one.step, one.dose)
    return DatedDose(
        typed=wording.figure(one.product, one.dose.quantity),
        read=wording.amount_under(one.product, one.dose.quantity),
        days="" if one.step.cycle_days == 1 or days == _("every day") else days,
    )


def _total(schedule: Schedule, span: Span, drug: Drug) -> DatedTotal:
    steps = span.steps_of(drug)
    if not steps:
        return DatedTotal(drug.name, _("no statement"), "", Direction.NONE.value)
    begun = [step for step in steps if step.first_day == span.first]
    return DatedTotal(
        drug=drug.name,
        words=formats.listing(_amounts(schedule, span, drug, steps)),
        steps=formats.listing([_("step %(n)d") % {"n": step.number} for step in steps]),
        way=direction(schedule, begun[-1], drug).value if begun else Direction.NONE.value,
    )


def _amounts(schedule: Schedule, span: Span, drug: Drug, steps: tuple[Step, ...]) -> list[str]:
    """A single day is added up by itself: it may belong to two steps."""
    if span.first == span.last:
        return [
            wording.total_words(total)
            for total in day_totals(schedule, span.first)
            if total.drug.key == drug.key
        ] or [_("none")]
    return [
        wording.step_total_words(total)
        for step in steps
        for total in step_totals(schedule, step)
        if total.drug.key == drug.key
    ]
