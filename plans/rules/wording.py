"""The words for parts of a schedule, shared by findings, read-backs and presenters."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import assert_never

from plans.rules.schedule import (
    Direction,
    Dose,
    Drug,
    DrugTotal,
    Product,
    Schedule,
    Step,
    StepTotal,
    days_of_cycle,
    position,
)
from plans.rules.schedule_words import Form, Rhythm, Unit
from taperplan import formats
from taperplan.words import gettext as _
from taperplan.words import pgettext


def product_name(product: Product, drug: Drug) -> str:
    return product.name or drug.name


def product_label(product: Product, drug: Drug) -> str:
    """As "clonazepam 0.5 mg tablet", "morphine liquid 125 mg in 5 mL"."""
    name = product_name(product, drug)
    form = formats.noun(product.form)
    if product.strength is None or product.unit is None:
        return _("{name} {form}").format(name=name, form=form)
    strength = formats.strength(product.strength, product.unit, product.form, product.per)
    if product.form.measured:
        return _("{name} {form} {strength}").format(name=name, form=form, strength=strength)
    return _("{name} {strength} {form}").format(name=name, strength=strength, form=form)


def quantity_words(product: Product, quantity: Fraction) -> str:
    """As "half a tablet", "2 mL", "no tablet"."""
    return formats.quantity(quantity, product.form)


def dose_words(product: Product, quantity: Fraction) -> str:
    """As "2 tablets of 0.5 mg (1 mg)"."""
    return formats.dose(quantity, product.form, product.strength, product.unit, product.per)


def amount_under(product: Product, quantity: Fraction) -> str:
    """The second line of a dose cell: "0.5 mg", "half, 0.25 mg", "2 mL, 2 mg", "no tablet"."""
    if quantity == 0:
        return quantity_words(product, quantity)
    if product.form.measured:
        count = formats.volume(quantity)
    elif quantity.denominator != 1:
        # A column is narrow: "1 and three quarters" may stand in two lines.
        count = formats.bare_quantity(quantity).replace(formats.NBSP, " ")
    else:
        count = ""
    if product.strength is None or product.unit is None:
        return quantity_words(product, quantity)
    if product.form is Form.PATCH:
        mass = formats.amount(product.strength, product.unit)
        mass = mass if quantity == 1 else _("{rate} each").format(rate=mass)
    else:
        mass = formats.amount(quantity * product.strength / product.per, product.unit)
    return ", ".join(part for part in (count, mass) if part)


def figure(product: Product, quantity: Fraction) -> str:
    """A quantity as it stands in a cell: parts of what is counted as a fraction, 0 as a word."""
    if not quantity:
        return _("none")
    if product.form.measured or quantity.denominator not in (2, 3, 4, 8):
        return formats.number(quantity)
    whole, above = divmod(quantity.numerator, quantity.denominator)
    part = f"{above}/{quantity.denominator}"
    return f"{formats.number(whole)}{formats.NBSP}{part}" if whole else part


def total_words(total: DrugTotal) -> str:
    """As "1.5 mg", "none", "2 tablets" (strength not stated), "12 micrograms per hour"."""
    if all(count.quantity == 0 for count in total.counts) and not any(
        amount.value for amount in total.amounts
    ):
        return _("none")
    parts = [formats.amount(a.value, a.unit) for a in total.amounts if a.value]
    parts += [
        _("{quantity} of strength not stated").format(
            quantity=quantity_words(count.product, count.quantity)
        )
        for count in total.counts
        if count.quantity and count.product.strength is None
    ]
    return formats.listing(parts)


def step_total_words(total: StepTotal) -> str:
    """As "1.5 mg"; where days differ, "8.75 mg a day on average"."""
    if total.even:
        return total_words(total.by_day[0])
    return _("{amount} a day on average").format(amount=total_words(total.mean))


def a_day(total: StepTotal) -> str:
    """As "5 mg a day", "none", "8.75 mg a day on average"."""
    words = step_total_words(total)
    rate = any(amount.unit is Unit.MICROGRAM_PER_HOUR for amount in total.mean.amounts)
    if not total.even or rate or words == _("none"):
        return words
    return _("{amount} a day").format(amount=words)


def direction_word(direction: Direction) -> str:
    match direction:
        case Direction.FIRST:
            return _("first step")
        case Direction.STARTS:
            return _("starts")
        case Direction.LOWER:
            return _("lower")
        case Direction.SAME:
            return _("same")
        case Direction.HIGHER:
            return _("higher")
        case Direction.ENDS:
            return _("ends")
        case Direction.NONE:
            return ""
        case _:
            assert_never(direction)


def pattern_words(step: Step) -> str:
    """The pattern of a step: "every day", "a cycle of 28 days", "by weekday"."""
    match step.rhythm:
        case Rhythm.DAILY:
            return _("every day")
        case Rhythm.WEEKDAYS:
            return _("by weekday")
        case Rhythm.CYCLE:
            return _("a cycle of {days}").format(days=formats.length(step.cycle_days))
        case _:
            assert_never(step.rhythm)


def days_words(schedule: Schedule, step: Step, dose: Dose) -> str:
    """The days of one dose: "every day", "every 3 days", "Mon, Wed and Fri", "day 2 of 2"."""
    cycle = 1 if step.rhythm is Rhythm.DAILY else step.cycle_days
    places = [place for place in range(cycle) if dose.on_days >> place & 1]
    if len(places) == cycle:
        return _("every day")
    if step.rhythm is Rhythm.WEEKDAYS:
        return formats.listing([formats.short_weekday(place) for place in places])
    if not _alternates(schedule, step, dose):
        if places == [0]:
            return _("every {days}").format(days=formats.length(cycle))
        if places == list(range(len(places))):
            return _("{on} on, {off} off").format(
                on=formats.length(len(places)), off=formats.length(cycle - len(places))
            )
    numbers = formats.listing([formats.number(place + 1) for place in places])
    if len(places) == 1:
        return _("day {days} of {cycle}").format(days=numbers, cycle=formats.number(cycle))
    return _("days {days} of {cycle}").format(days=numbers, cycle=formats.number(cycle))


MOST_DATES = 10


def dates_words(step: Step, on_days: int) -> str:
    """The dates of these days of a pattern: "Mon 30 Nov, Wed 2 Dec and Fri 4 Dec 2026"; of many,
    the first ones, and how many there are, or that they go on."""
    days: list[date] = []
    day = step.first_day
    until = step.last_day or step.first_day + timedelta(days=step.cycle_days * MOST_DATES)
    while day <= until and len(days) < MOST_DATES:
        if on_days >> position(step, day) & 1:
            days.append(day)
        day += timedelta(days=1)
    shown = ", ".join(formats.day(day) for day in days)
    if step.last_day is None:
        return _("{dates}, and so on").format(dates=shown)
    count = days_of_cycle(step, on_days, step.first_day, step.last_day)
    if count > MOST_DATES:
        return _("{dates}, and so on: {n} days in all").format(dates=shown, n=formats.number(count))
    return shown or _("no day")


def _alternates(schedule: Schedule, step: Step, dose: Dose) -> bool:
    """Whether another dose of the drug stands at the same time on other days of the cycle."""
    drug = schedule.product(dose.product).drug
    return any(
        other.when == dose.when
        and other.on_days != dose.on_days
        and schedule.product(other.product).drug == drug
        for other in schedule.doses_of(step, schedule.drug(drug))
    )


def when_label(token: str) -> str:
    """A time of day inside a place: "bedtime", "08:00"."""
    return pgettext("time of day in a place", formats.slot_name(token).lower())


def cell_labels() -> dict[str, str]:
    """The words for each kind of cell of a draft."""
    return {
        "title": _("title"),
        "in_force_from": _("in force from"),
        "in_force_slot": _("in force from, time of day"),
        "drugs": _("drugs"),
        "products": _("products"),
        "steps": _("steps"),
        "as_needed": _("as-needed lines"),
        "name": _("name"),
        "role": _("role"),
        "drug_class": _("class"),
        "end": _("end"),
        "review_on": _("review date"),
        "end_note": _("note on the end"),
        "drug": _("drug"),
        "product": _("product"),
        "form": _("form"),
        "route": _("route"),
        "strength": _("strength"),
        "strength_not_stated": _("strength not stated"),
        "unit": _("unit"),
        "per": _("mL that hold the strength"),
        "parts": _("parts it may be split into"),
        "stated_supply": _("supply that the source states"),
        "wear_hours": _("wearing time"),
        "preparation": _("preparation"),
        "given_by": _("given by"),
        "keep_until": _("keep until"),
        "device": _("measuring device"),
        "times": _("times of day"),
        "first_day": _("first day"),
        "chained": _("chained"),
        "from_slot": _("begins at"),
        "days": _("days"),
        "last_day": _("last day"),
        "open": _("open"),
        "rhythm": _("pattern"),
        "cycle_days": _("days of the cycle"),
        "cycle_from": _("cycle counted from"),
        "reason": _("reason"),
        "stated_days": _("days that the source states"),
        "doses": _("quantities"),
        "quantity": _("quantity"),
        "maximum": _("maximum in 24 hours"),
        "gap": _("time between doses"),
        "patient_text": _("text for the patient"),
        "pharmacy_text": _("text for the pharmacy"),
        "team_text": _("text for the team"),
        "missed_dose_text": _("text on a missed dose"),
    }
