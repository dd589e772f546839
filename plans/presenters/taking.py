"""What is to be taken on one day, in words: large enough to be read aloud, and what it is made of.

The amount at a time of day is count times strength, added within one drug; nothing is added
across drugs and nothing is worked out for a strength that is not stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from plans.rules.schedule import (
    Direction,
    Drug,
    Expected,
    PatchAct,
    Schedule,
    When,
    Worn,
    direction,
    step_on,
    worn_on,
)
from plans.rules.schedule_words import Form
from plans.rules.wording import product_name, quantity_words
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from plans.rules.schedule import Product


@dataclass(frozen=True)
class Taking:
    """One drug on one day. `words` is said first; `made_of` are the tablets, mL or patches."""

    drug: str
    words: str
    made_of: tuple[str, ...]
    direction: Direction = Direction.NONE


def takings(expected: Iterable[Expected], schedule: Schedule, day: date) -> tuple[Taking, ...]:
    """A line for each drug that has a statement for this day, in the order of the plan."""
    doses = list(expected)
    worn = worn_on(schedule, day)
    found = []
    # A time of day before a new version begins may still name a drug that it no longer has.
    known = {drug.key for drug in schedule.drugs}
    before = {one.drug.key: one.drug for one in doses if one.drug.key not in known}
    for drug in (*schedule.drugs, *before.values()):
        patches = [one for one in worn if one.drug.key == drug.key]
        own = [one for one in doses if one.drug.key == drug.key and not _is_patch(one.product)]
        if not own and not patches:
            continue
        found.append(
            Taking(
                drug=drug.name,
                words=formats.listing([*_times(own), *_skin(patches)]),
                made_of=(*_made_of(own), *(_patch_words(one) for one in patches)),
                direction=_direction(schedule, drug, day),
            )
        )
    return tuple(found)


def _is_patch(product: Product) -> bool:
    return product.form is Form.PATCH


def _direction(schedule: Schedule, drug: Drug, day: date) -> Direction:
    step = step_on(schedule, day, drug)
    if step is None or step.first_day != day:
        return Direction.NONE
    return direction(schedule, step, drug)


def _by_time(doses: Sequence[Expected]) -> list[tuple[When, list[Expected]]]:
    times: dict[When, list[Expected]] = {}
    for one in doses:
        times.setdefault(one.when, []).append(one)
    return sorted(times.items(), key=lambda pair: pair[0].place)


def _times(doses: Sequence[Expected]) -> list[str]:
    """As "0.5 mg in the morning"; a stated nothing as "none tonight"."""
    return [_at_time(when, group) for when, group in _by_time(doses)]


def _at_time(when: When, group: Sequence[Expected]) -> str:
    if all(one.quantity == 0 for one in group):
        return formats.nothing_at(when.token)
    return f"{_amount(group)} {formats.at(when.token)}"


def _amount(group: Sequence[Expected]) -> str:
    """The amounts of one drug at one time added up, where every strength is stated."""
    sums: dict[str, Fraction] = {}
    counts: list[str] = []
    for one in group:
        product = one.product
        if one.quantity == 0:
            continue
        if product.strength is None or product.unit is None:
            counts.append(quantity_words(product, one.quantity))
        else:
            value = one.quantity * product.strength / product.per
            sums[product.unit.value] = sums.get(product.unit.value, Fraction(0)) + value
    amounts = [formats.amount(value, unit) for unit, value in sums.items()]
    return formats.listing([*amounts, *counts])


def _made_of(doses: Sequence[Expected]) -> list[str]:
    """As "2 tablets of examplazepam 0.5 mg", with its time where the day has several."""
    times = _by_time(doses)
    lines = []
    for when, group in times:
        made = formats.listing([product_words(one) for one in group if one.quantity])
        if made and len(times) > 1:
            lines.append(f"{formats.slot_name(when.token)}: {made}")
        elif made:
            lines.append(made)
    return lines


def product_words(one: Expected) -> str:
    product = one.product
    name = product_name(product, one.drug)
    if product.strength is not None and product.unit is not None:
        strength = formats.strength(product.strength, product.unit, product.form, product.per)
        name = f"{name} {strength}"
    return _("%(quantity)s of %(name)s") % {
        "quantity": quantity_words(product, one.quantity),
        "name": name,
    }


def _skin(patches: Sequence[Worn]) -> list[str]:
    """The rates on the skin after this day's changes; patches are never added up to mg."""
    return [_rate(one) for one in patches if one.act is not PatchAct.REMOVE]


def _rate(one: Worn) -> str:
    product = one.product
    if product.strength is None or product.unit is None:
        return quantity_words(product, one.quantity)
    amount = formats.amount(product.strength, product.unit)
    if one.quantity == 1:
        return amount
    return _("%(quantity)s of %(amount)s") % {
        "quantity": quantity_words(product, one.quantity),
        "amount": amount,
    }


def _patch_words(one: Worn) -> str:
    name = f"{product_name(one.product, one.drug)} {_rate(one)}"
    match one.act:
        case PatchAct.APPLY:
            words = _("Apply %(patch)s %(when)s")
        case PatchAct.REMOVE:
            words = _("Remove %(patch)s %(when)s")
        case PatchAct.KEEP_ON:
            words = _("Keep on %(patch)s, applied %(day)s")
    return words % {
        "patch": name,
        "when": formats.at(one.when.token),
        "day": formats.day(one.applied_on),
    }
