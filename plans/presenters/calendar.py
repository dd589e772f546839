"""The days of a plan, and what a period takes, as finished words: for pages and for CSV."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, assert_never

from django.utils.translation import gettext as _

from plans.models import Plan, Version
from plans.models.schedules import schedules
from plans.rules import calendar as rules
from plans.rules import wording
from plans.rules.schedule import PatchAct
from plans.rules.schedule_words import Form
from taperplan import formats, grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plans.rules.calendar import DayOf
    from plans.rules.schedule import Drug, Expected, Product, Schedule, Worn
    from taperplan.columns import Values

_DAY = timedelta(days=1)
MOST_DAYS = 1100
FIRST_YEAR = 1900
_LOOSE = re.compile(r"(?<!\d)\u00a0")


@dataclass(frozen=True)
class Course:
    """The signed versions of a plan and their schedules: six queries."""

    reference: str
    versions: tuple[Version, ...]
    schedules: dict[int, Schedule]

    @property
    def period(self) -> tuple[date | None, date | None]:
        return rules.period_of(self.versions, self.schedules)


def course(plan: Plan) -> Course:
    versions = tuple(plan.versions.order_by("number"))
    found = schedules(versions)
    return Course(
        plan.reference, versions, {version.number: found[version.pk] for version in versions}
    )


# --- A month --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    when: str
    words: str


@dataclass(frozen=True)
class Cell:
    """`note` says why nothing stands there, or who answers instead."""

    number: int
    day: str
    today: bool
    lines: tuple[Line, ...]
    note: str
    begins: str


@dataclass(frozen=True)
class Month:
    title: str
    heads: tuple[str, ...]
    weeks: tuple[tuple[Cell | None, ...], ...]
    before: str
    after: str
    first: date
    last: date


def month_of(asked: str, period: tuple[date | None, date | None], today: date) -> date:
    """The first day of the month that is asked for ("2026-12"); else of today, or the nearest."""
    try:
        typed = date.fromisoformat(f"{asked}-01")
    except ValueError:
        typed = None
    if typed is not None and FIRST_YEAR <= typed.year <= grammar.LAST_YEAR:
        return typed
    first, last = period
    day = max(today, first) if first else today
    return (min(day, last) if last else day).replace(day=1)


def month(course: Course, first: date, today: date) -> Month:
    after = (first.replace(day=28) + 4 * _DAY).replace(day=1)
    last = after - _DAY
    cells: list[Cell | None] = [None] * formats.place_in_week(first)
    cells += [_cell(one, today) for one in rules.days(*_of(course), first, last)]
    cells += [None] * (-len(cells) % 7)
    return Month(
        title=f"{formats.month(first.month)} {first.year}",
        heads=tuple(formats.short_weekday(place) for place in formats.week()),
        weeks=tuple(tuple(cells[at : at + 7]) for at in range(0, len(cells), 7)),
        before=f"{first - _DAY:%Y-%m}",
        after=f"{after:%Y-%m}",
        first=first,
        last=last,
    )


def _of(course: Course) -> tuple[tuple[Version, ...], dict[int, Schedule]]:
    return course.versions, course.schedules


def _cell(one: DayOf, today: date) -> Cell:
    lines = [_line(expected) for _version, expected in one.doses]
    lines += [Line(act_word(worn.act), _patch(worn)) for worn in one.worn]
    begins = one.version and one.version.in_force_from == one.day
    return Cell(
        number=one.day.day,
        day=formats.day(one.day),
        today=one.day == today,
        lines=tuple(lines),
        note=_note(one),
        begins=_("Version %(n)d in force") % {"n": one.version.number}
        if begins and one.version
        else "",
    )


def _note(one: DayOf) -> str:
    if one.version is None:
        return _("no version in force") if not one.doses else ""
    if one.away is not None:
        return _("set by %(where)s, not recorded here") % {"where": one.away.where}
    return "" if one.doses or one.worn else _("no statement")


def _line(one: Expected) -> Line:
    name = wording.product_name(one.product, one.drug)
    words = wording.dose_words(one.product, one.quantity)
    if one.product.form is Form.PATCH and one.quantity:
        words = _("apply %(what)s") % {"what": words}
    return Line(formats.slot_name(one.when.token), _breaking(f"{name}: {words}"))


def _breaking(words: str) -> str:
    """For a narrow cell: a line may break anywhere but between a figure and its unit."""
    return _LOOSE.sub(" ", words)


def _patch(worn: Worn) -> str:
    name = wording.product_name(worn.product, worn.drug)
    return _("%(name)s, applied %(day)s") % {"name": name, "day": formats.day(worn.applied_on)}


def act_word(act: PatchAct) -> str:
    match act:
        case PatchAct.APPLY:
            return _("Apply")
        case PatchAct.KEEP_ON:
            return _("Keep on")
        case PatchAct.REMOVE:
            return _("Remove")
        case _:
            assert_never(act)


# --- A period -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PeriodLine:
    name: str
    strength: str
    figure: str
    words: str
    amount: str


@dataclass(frozen=True)
class Period:
    title: str
    days: str
    lines: tuple[PeriodLine, ...]
    as_needed: tuple[str, ...]


def period(course: Course, first: date, last: date) -> Period:
    needed = {
        wording.product_label(schedule.product(line.product), schedule.drug(drug)): None
        for one in rules.days(*_of(course), first, last)
        if one.version is not None and one.as_needed
        for schedule in [course.schedules[one.version.number]]
        for line in one.as_needed
        for drug in [schedule.product(line.product).drug]
    }
    return Period(
        title=formats.day_range(first, last),
        days=formats.length((last - first).days + 1),
        lines=tuple(
            _period_line(line) for line in rules.supply_in_force(*_of(course), first, last)
        ),
        as_needed=tuple(needed),
    )


def _period_line(line: rules.SupplyOf) -> PeriodLine:
    product = line.product
    stated = product.strength is not None and product.unit is not None
    rate = product.form is Form.PATCH
    return PeriodLine(
        name=wording.product_name(product, line.drug),
        strength=formats.strength(product.strength, product.unit, product.form, product.per)
        if stated
        else _("strength not stated"),
        figure=formats.number(line.quantity),
        words=formats.quantity(line.quantity, product.form),
        amount=formats.amount(line.quantity * product.strength / product.per, product.unit)
        if product.strength is not None and product.unit is not None and not rate
        else "",
    )


# --- Rows of a table ------------------------------------------------------------------------------
# One way, for a plan's own page and for a file that is handed over: `plans.rules.columns`.


def day_rows(course: Course, first: date, last: date) -> Iterator[Values]:
    """A row a dose; a day without one has a row that says why."""
    for one in rules.days(*_of(course), first, last):
        number = one.version.number if one.version else None
        for version, expected in one.doses:
            yield (
                course.reference,
                version.number,
                one.day,
                expected.when.token,
                expected.step.number,
                *product_cells(expected.product, expected.drug),
                expected.quantity,
                plain(wording.dose_words(expected.product, expected.quantity)),
                "",
            )
        for worn in one.worn:
            said = product_cells(worn.product, worn.drug)
            note = plain(f"{act_word(worn.act)}: {_patch(worn)}")
            yield course.reference, number, one.day, "", None, *said, None, "", note
        if not one.doses and not one.worn:
            yield (
                course.reference,
                number,
                one.day,
                "",
                None,
                *_NO_PRODUCT,
                None,
                "",
                plain(_note(one)),
            )


def supply_rows(course: Course, first: date, last: date, *, total: bool = True) -> Iterator[Values]:
    """The totals of a period; without one (it has no last day) its products alone."""
    for line in rules.supply_in_force(*_of(course), first, last):
        words = plain(formats.quantity(line.quantity, line.product.form))
        yield (
            course.reference,
            first,
            last if total else None,
            *product_cells(line.product, line.drug),
            line.quantity if total else None,
            words if total else "",
        )


_NO_PRODUCT: Values = ("", "", None, "", None, "")


def product_cells(product: Product, drug: Drug) -> Values:
    return (
        drug.name,
        product.name,
        product.strength,
        product.unit.value if product.unit else "",
        product.per if product.form.measured else None,
        product.form.value,
    )


def plain(words: str) -> str:
    """No-break spaces are for screens; a program looks for plain ones."""
    return words.replace("\u00a0", " ")
