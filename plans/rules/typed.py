"""A schedule typed back as a draft: how a new version begins as a copy of a signed one."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from plans.rules.draft import (
    AsNeededCells,
    Cells,
    DrugCells,
    ProductCells,
    StepCells,
    blank_document,
)
from plans.rules.schedule import AsNeeded, Dose, Drug, Product, Schedule, Step, Texts, When
from plans.rules.schedule_words import Form, Rhythm

WEEKDAY_WORDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DIVISIBLE = frozenset(
    {Form.TABLET, Form.CAPSULE, Form.FILM, Form.LOZENGE, Form.SUPPOSITORY, Form.PATCH, Form.SACHET}
)
"""Forms of which a part can be a dose: for these the parts are asked for."""

_DAY = timedelta(days=1)


def cells_from(
    schedule: Schedule,
    *,
    title: str = "",
    in_force_from: date | None = None,
    in_force_slot: When | None = None,
    reason: str = "",
    texts: Texts = Texts(),  # noqa: B008  (frozen)
    missed_dose_text: str = "",
    chained: bool = False,
) -> Cells:
    """A draft that reads as this schedule: how a new version begins as a copy of a signed one.

    ``chained``: a step that begins the day after the one above ends is written as following it
    (with its length in days), so that its dates move with the one above; else each has its dates.
    """
    cells = blank_document()
    cells["title"] = title
    cells["in_force_from"] = "" if in_force_from is None else typed_day(in_force_from)
    cells["in_force_slot"] = "" if in_force_slot is None else in_force_slot.token
    cells["reason"] = reason
    cells["patient_text"] = texts.patient
    cells["pharmacy_text"] = texts.pharmacy
    cells["team_text"] = texts.team
    cells["missed_dose_text"] = missed_dose_text
    cells["drugs"] = [_drug_cells(drug) for drug in schedule.drugs]
    cells["products"] = [_product_cells(schedule, product) for product in schedule.products]
    above: Step | None = None
    for step in schedule.steps:
        follows = (
            chained
            and above is not None
            and above.last_day is not None
            and above.last_day + _DAY == step.first_day
        )
        cells["steps"].append(_step_cells(schedule, step, follows=follows, by_days=chained))
        above = step
    cells["as_needed"] = [_as_needed_cells(schedule, line) for line in schedule.as_needed]
    return cells


def _drug_cells(drug: Drug) -> DrugCells:
    return {
        "key": drug.key,
        "name": drug.name,
        "role": drug.role.value,
        "drug_class": drug.drug_class.value,
        "end": "" if drug.end is None else drug.end.value,
        "review_on": "" if drug.review_on is None else typed_day(drug.review_on),
        "end_note": drug.end_note,
    }


def _product_cells(schedule: Schedule, product: Product) -> ProductCells:
    times = {
        dose.when for step in schedule.steps for dose in step.doses if dose.product == product.key
    }
    stated = product.strength is not None and product.unit is not None
    return {
        "key": product.key,
        "drug": product.drug,
        "name": product.name,
        "form": product.form.value,
        "route": product.route,
        "strength": "" if product.strength is None else typed_number(product.strength),
        "strength_not_stated": "" if stated else "yes",
        "unit": "" if product.unit is None else product.unit.value,
        "per": typed_number(product.per) if product.form.measured and stated else "",
        "parts": str(product.parts) if product.form in DIVISIBLE else "",
        "stated_supply": ""
        if product.stated_supply is None
        else _typed_count(product.stated_supply, product),
        "wear_hours": "" if product.wear_hours is None else str(product.wear_hours),
        "preparation": product.preparation,
        "given_by": product.given_by,
        "keep_until": product.keep_until,
        "device": product.device,
        "patient_text": product.texts.patient,
        "pharmacy_text": product.texts.pharmacy,
        "team_text": product.texts.team,
        "times": [when.token for when in sorted(times)],
    }


def _step_cells(schedule: Schedule, step: Step, *, follows: bool, by_days: bool) -> StepCells:
    last = step.last_day
    length = "" if last is None else str((last - step.first_day).days + 1)
    return {
        "key": step.key,
        "first_day": "" if follows else typed_day(step.first_day),
        "chained": "yes" if follows else "",
        "from_slot": "" if step.from_slot is None else step.from_slot.token,
        "days": length if by_days else "",
        "last_day": "" if last is None or by_days else typed_day(last),
        "open": "yes" if last is None else "",
        "rhythm": step.rhythm.value,
        "cycle_days": str(step.cycle_days) if step.rhythm is Rhythm.CYCLE else "",
        "cycle_from": "" if step.cycle_from is None else typed_day(step.cycle_from),
        "reason": step.reason,
        "stated_days": "" if step.stated_days is None else str(step.stated_days),
        "patient_text": step.texts.patient,
        "pharmacy_text": step.texts.pharmacy,
        "team_text": step.texts.team,
        "doses": [
            {
                "product": dose.product,
                "time": dose.when.token,
                "on": typed_days_of(step, dose),
                "quantity": _typed_count(dose.quantity, schedule.product(dose.product)),
            }
            for dose in step.doses
        ],
    }


def _as_needed_cells(schedule: Schedule, line: AsNeeded) -> AsNeededCells:
    product = schedule.product(line.product)
    return {
        "key": line.key,
        "product": line.product,
        "quantity": _typed_count(line.quantity, product),
        "maximum": "" if line.maximum is None else _typed_count(line.maximum, product),
        "gap": "" if line.gap_minutes is None else _typed_minutes(line.gap_minutes),
        "reason": line.reason,
        "first_day": typed_day(line.first_day),
        "last_day": "" if line.last_day is None else typed_day(line.last_day),
    }


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def typed_day(day: date) -> str:
    """A date as the grammar reads it, in any language of the screen."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def typed_number(value: Fraction) -> str:
    """A number as the grammar reads it: decimals, or a fraction where they do not hold it."""
    scaled = value * 10_000
    if scaled.denominator != 1:
        return _typed_fraction(value)
    whole, rest = divmod(int(scaled), 10_000)
    decimals = f"{rest:04d}".rstrip("0")
    return f"{whole}.{decimals}" if decimals else str(whole)


def _typed_fraction(value: Fraction) -> str:
    whole, above = divmod(value.numerator, value.denominator)
    part = f"{above}/{value.denominator}"
    return f"{whole} {part}" if whole else part


def _typed_count(value: Fraction, product: Product) -> str:
    """A quantity: "none" for a stated 0, and parts of a counted form as fractions."""
    if value == 0:
        return "none"
    if not product.form.measured and value.denominator in (2, 3, 4, 8):
        return _typed_fraction(value)
    return typed_number(value)


def _typed_minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest))


def typed_days_of(step: Step, dose: Dose) -> str:
    if dose.on_days == (1 << step.cycle_days) - 1:
        return ""
    places = [place for place in range(step.cycle_days) if dose.on_days >> place & 1]
    if step.rhythm is Rhythm.WEEKDAYS:
        return " ".join(WEEKDAY_WORDS[place] for place in places)
    return " ".join(str(place + 1) for place in places)
