"""What differs between two schedules, and between two drafts, cell by cell and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, assert_never

from plans.rules import wording
from plans.rules.draft import Cells, dose_path
from plans.rules.places import Places
from plans.rules.schedule import (
    AsNeeded,
    Dose,
    Drug,
    Product,
    Schedule,
    Step,
    When,
    first_day,
    last_day,
    period_totals,
    supply,
)
from plans.rules.typed import typed_days_of
from taperplan import formats
from taperplan.words import gettext as _


class Kind(StrEnum):
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Difference:
    """One cell in both; "" where that side has no such line. ``where`` is a path of a draft."""

    where: str
    place: str
    before: str
    after: str


@dataclass(frozen=True)
class StepPair:
    """One step in both schedules; one side is None where it is in the other only.

    ``days_later``: by how many days the first day moved (negative: earlier), 0 where it did not.
    ``words`` say the change in a sentence; ``cells`` name every cell that differs.
    """

    before: Step | None
    after: Step | None
    kind: Kind
    dates_changed: bool
    doses_changed: bool
    days_later: int
    cells: tuple[Difference, ...]
    words: str


@dataclass(frozen=True)
class TotalPair:
    """A computed figure of both schedules; None where a step without a last day leaves it open."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Comparison:
    steps: tuple[StepPair, ...]
    others: tuple[Difference, ...]
    totals: tuple[TotalPair, ...]

    @property
    def added(self) -> int:
        return sum(pair.kind is Kind.ADDED for pair in self.steps)

    @property
    def removed(self) -> int:
        return sum(pair.kind is Kind.REMOVED for pair in self.steps)

    @property
    def with_other_dates(self) -> int:
        return sum(pair.dates_changed for pair in self.steps)

    @property
    def with_other_doses(self) -> int:
        return sum(pair.doses_changed for pair in self.steps)

    @property
    def nothing(self) -> bool:
        """Whether the two say the same, in every cell."""
        unchanged = all(pair.kind is Kind.UNCHANGED for pair in self.steps)
        return unchanged and not self.others


def compare(before: Schedule, after: Schedule) -> Comparison:
    """Two schedules of one plan. Lines are the same by their key; where no step's key is in both
    (two documents typed apart), steps are the same by their number."""
    return Comparison(
        steps=tuple(_pairs(before, after)),
        others=tuple(_others(before, after)),
        totals=tuple(_totals(before, after)),
    )


# Steps


def _pairs(before: Schedule, after: Schedule) -> Iterator[StepPair]:
    shared = {step.key for step in before.steps} & {step.key for step in after.steps}
    name = (lambda step: step.key) if shared else (lambda step: str(step.number))
    old = {name(step): step for step in before.steps}
    new = {name(step): step for step in after.steps}
    for key in _merged(list(old), list(new)):
        yield _pair(before, after, old.get(key), new.get(key))


def _merged(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The keys of both in one order: that of the new, each removed one after its old neighbour."""
    order = list(new)
    above: str | None = None
    for key in old:
        if key not in order:
            order.insert(0 if above is None else order.index(above) + 1, key)
        above = key
    return order


def _pair(before: Schedule, after: Schedule, was: Step | None, now: Step | None) -> StepPair:
    cells = tuple(_step_differences(before, after, was, now))
    if was is None or now is None:
        kind = Kind.ADDED if was is None else Kind.REMOVED
        return StepPair(was, now, kind, False, False, 0, cells, _pair_words(kind))
    dates = (was.first_day, was.last_day, was.from_slot) != (
        now.first_day,
        now.last_day,
        now.from_slot,
    )
    doses = any(".doses." in cell.where for cell in cells) or _pattern(was) != _pattern(now)
    kind = Kind.CHANGED if cells else Kind.UNCHANGED
    words = [_dates_words(was, now)] if dates else []
    if kind is Kind.CHANGED:
        words.append(_("Dose changed.") if doses else _("Dose unchanged."))
    return StepPair(
        before=was,
        after=now,
        kind=kind,
        dates_changed=dates,
        doses_changed=doses,
        days_later=(now.first_day - was.first_day).days,
        cells=cells,
        words=" ".join(words) or _pair_words(kind),
    )


def _pair_words(kind: Kind) -> str:
    match kind:
        case Kind.ADDED:
            return _("Step added.")
        case Kind.REMOVED:
            return _("Step removed.")
        case Kind.UNCHANGED:
            return _("unchanged")
        case Kind.CHANGED:
            return _("changed")
        case _:
            assert_never(kind)


def _pattern(step: Step) -> tuple[object, ...]:
    return step.rhythm, step.cycle_days, step.cycle_from


def _dates_words(was: Step, now: Step) -> str:
    moved = (now.first_day - was.first_day).days
    if was.last_day is None or now.last_day is None:
        ends = None if was.last_day == now.last_day else 0
    else:
        ends = (now.last_day - was.last_day).days
    if moved and ends == moved:
        return _("Dates changed: {days}.").format(days=_later_words(moved))
    parts = []
    if moved:
        parts.append(_("Begins {days}.").format(days=_later_words(moved)))
    elif was.from_slot != now.from_slot:
        parts.append(_("Begins at another time of day."))
    if was.last_day != now.last_day:
        if now.last_day is None:
            parts.append(_("No last day now."))
        elif was.last_day is None:
            parts.append(_("Ends {day} now.").format(day=formats.day(now.last_day)))
        elif ends:
            parts.append(_("Ends {days}.").format(days=_later_words(ends)))
    return " ".join(parts)


def _later_words(days: int) -> str:
    words = _("{days} later") if days > 0 else _("{days} earlier")
    return words.format(days=formats.length(abs(days)))


def _step_differences(
    before: Schedule, after: Schedule, was: Step | None, now: Step | None
) -> Iterator[Difference]:
    step = now or was
    if step is None:
        return
    name = _("Step {number}").format(number=formats.number(step.number))
    old, new = _step_cells(before, was), _step_cells(after, now)
    for key in _merged(list(old), list(new)):
        label, value = old.get(key, ("", ""))
        label_now, value_now = new.get(key, ("", ""))
        if value != value_now:
            where = f"steps.{step.key}.{key}"
            yield Difference(where, f"{name}, {label_now or label}", value, value_now)


def _step_cells(schedule: Schedule, step: Step | None) -> dict[str, tuple[str, str]]:
    """Each cell of a step by the end of its path: its label, and its value in words."""
    if step is None:
        return {}
    labels = wording.cell_labels()
    values = {
        "first_day": formats.day(step.first_day),
        "from_slot": _time(step.from_slot),
        "last_day": _("no last day") if step.last_day is None else formats.day(step.last_day),
        "rhythm": wording.pattern_words(step),
        "cycle_from": _day(step.cycle_from),
        "reason": step.reason,
        "stated_days": "" if step.stated_days is None else formats.length(step.stated_days),
        "patient_text": step.texts.patient,
        "pharmacy_text": step.texts.pharmacy,
        "team_text": step.texts.team,
    }
    cells = {key: (labels[key], value) for key, value in values.items()}
    for dose in step.doses:
        product = schedule.known_product(dose.product)
        if product is not None:
            path = dose_path("", dose.product, dose.when.token, typed_days_of(step, dose))
            cells[path.removeprefix("steps..")] = _dose_cell(schedule, step, dose, product)
    return cells


def _dose_cell(schedule: Schedule, step: Step, dose: Dose, product: Product) -> tuple[str, str]:
    drug = schedule.drug(product.drug)
    label = f"{wording.when_label(dose.when.token)}, {wording.product_name(product, drug)}"
    words = wording.dose_words(product, dose.quantity)
    days = wording.days_words(schedule, step, dose)
    return label, words if days == _("every day") else f"{words}, {days}"


def _time(when: When | None) -> str:
    return "" if when is None else wording.when_label(when.token)


def _day(day: date | None) -> str:
    return "" if day is None else formats.day(day)


# Drugs, products, as-needed lines


def _others(before: Schedule, after: Schedule) -> Iterator[Difference]:
    yield from _lines(
        "drugs",
        {drug.key: (drug.name, _drug_cells(drug)) for drug in before.drugs},
        {drug.key: (drug.name, _drug_cells(drug)) for drug in after.drugs},
    )
    yield from _lines(
        "products",
        {p.key: (_label(before, p), _product_cells(p)) for p in before.products},
        {p.key: (_label(after, p), _product_cells(p)) for p in after.products},
    )
    yield from _lines(
        "as_needed",
        {
            a.key: (_as_needed_label(before, a), _as_needed_cells(before, a))
            for a in before.as_needed
        },
        {a.key: (_as_needed_label(after, a), _as_needed_cells(after, a)) for a in after.as_needed},
    )


Line = tuple[str, Mapping[str, str]]


def _lines(head: str, old: Mapping[str, Line], new: Mapping[str, Line]) -> Iterator[Difference]:
    labels = wording.cell_labels()
    for key in _merged(list(old), list(new)):
        name, cells = old.get(key, ("", {}))
        name_now, cells_now = new.get(key, ("", {}))
        for cell in _merged(list(cells), list(cells_now)):
            value, value_now = cells.get(cell, ""), cells_now.get(cell, "")
            if value != value_now:
                place = f"{name_now or name}, {labels[cell]}"
                yield Difference(f"{head}.{key}.{cell}", place, value, value_now)


def _label(schedule: Schedule, product: Product) -> str:
    return wording.product_label(product, schedule.drug(product.drug))


def _as_needed_label(schedule: Schedule, line: AsNeeded) -> str:
    return _("As needed, {product}").format(
        product=_label(schedule, schedule.product(line.product))
    )


def _drug_cells(drug: Drug) -> Mapping[str, str]:
    return {
        "name": drug.name,
        "role": drug.role.value,
        "drug_class": drug.drug_class.value,
        "end": "" if drug.end is None else drug.end.value,
        "review_on": _day(drug.review_on),
        "end_note": drug.end_note,
    }


def _product_cells(product: Product) -> Mapping[str, str]:
    strength = formats.strength(product.strength, product.unit, product.form, product.per)
    return {
        "name": product.name,
        "form": formats.noun(product.form),
        "route": product.route,
        "strength": strength,
        "parts": formats.number(product.parts),
        "stated_supply": ""
        if product.stated_supply is None
        else wording.quantity_words(product, product.stated_supply),
        "wear_hours": "" if product.wear_hours is None else formats.number(product.wear_hours),
        "preparation": product.preparation,
        "given_by": product.given_by,
        "keep_until": product.keep_until,
        "device": product.device,
        "patient_text": product.texts.patient,
        "pharmacy_text": product.texts.pharmacy,
        "team_text": product.texts.team,
    }


def _as_needed_cells(schedule: Schedule, line: AsNeeded) -> Mapping[str, str]:
    product = schedule.product(line.product)
    return {
        "quantity": wording.dose_words(product, line.quantity),
        "maximum": "" if line.maximum is None else wording.quantity_words(product, line.maximum),
        "gap": "" if line.gap_minutes is None else formats.minutes(line.gap_minutes),
        "reason": line.reason,
        "first_day": formats.day(line.first_day),
        "last_day": _("no last day") if line.last_day is None else formats.day(line.last_day),
    }


# Totals


def _totals(before: Schedule, after: Schedule) -> Iterator[TotalPair]:
    old, new = _figures(before), _figures(after)
    for key in _merged(list(old), list(new)):
        label = (new.get(key) or old[key])[0]
        was, now = old.get(key, _missing(before)), new.get(key, _missing(after))
        yield TotalPair(label, was[1], now[1])


def _missing(schedule: Schedule) -> tuple[str, str | None]:
    """The figure of what a schedule does not have: none, where the schedule has a last day."""
    return "", None if last_day(schedule) is None else _("none")


def _figures(schedule: Schedule) -> dict[str, tuple[str, str | None]]:
    """Days, amount of each drug, count of each product; None where the schedule has no last day."""
    first, last = first_day(schedule), last_day(schedule)
    closed = first is not None and last is not None
    figures: dict[str, tuple[str, str | None]] = {"days": (_("Days"), None)}
    amounts: dict[str, str] = {}
    counts: dict[str, Fraction] = {}
    if first is not None and last is not None:
        figures["days"] = (_("Days"), formats.length((last - first).days + 1))
        amounts = {
            total.drug.key: wording.total_words(total)
            for total in period_totals(schedule, first, last)
        }
        counts = {line.product.key: line.quantity for line in supply(schedule, first, last)}
    for drug in schedule.drugs:
        # A patch has a rate and no amount.
        if amounts.get(drug.key) or (not closed and schedule.steps_of(drug)):
            figures[f"drugs.{drug.key}"] = (drug.name, amounts.get(drug.key))
    for product in schedule.products:
        if product.key in counts:
            words = wording.quantity_words(product, counts[product.key])
            figures[f"products.{product.key}"] = (_label(schedule, product), words)
    return figures


# Two drafts


def compare_cells(before: Cells, after: Cells) -> tuple[Difference, ...]:
    """Every cell in which two drafts differ, as typed in each: for two people who typed at once.

    Give documents that ``shaped`` has been through.
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    places, places_now = Places(before), Places(after)
    cells = [
        Difference(
            where=where,
            place=(places_now if where in new else places).of(where),
            before=old.get(where, ""),
            after=new.get(where, ""),
        )
        for where in _merged(list(old), list(new))
        if old.get(where, "") != new.get(where, "")
    ]
    return (*cells, *_orders(before, after))


def _orders(before: Cells, after: Cells) -> Iterator[Difference]:
    """Lines that stand in another order: their numbers as they are in ``before``."""
    places = Places(before)
    olds: Mapping[str, Any] = before
    news: Mapping[str, Any] = after
    for head in ("drugs", "products", "steps", "as_needed"):
        old = [item["key"] for item in olds[head]]
        new = [item["key"] for item in news[head] if item["key"] in old]
        kept = [key for key in old if key in new]
        if new != kept:
            yield Difference(
                where=head,
                place=_("{lines}, their order").format(lines=places.of(head)),
                before=", ".join(places.thing(head, key) for key in kept),
                after=", ".join(places.thing(head, key) for key in new),
            )


def _leaves(cells: Cells) -> Iterator[tuple[str, str]]:
    """Every cell by its path; that a line is there counts as a cell, and so do its times."""
    whole: Mapping[str, Any] = cells
    for name, value in whole.items():
        if isinstance(value, str):
            yield name, value
        elif name == "acceptances":
            yield from _acceptance_leaves(value)
        else:
            for item in value:
                yield f"{name}.{item['key']}", _("in the draft")
                yield from _item_leaves(f"{name}.{item['key']}", item)


def _item_leaves(path: str, item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in item.items():
        if name == "doses":
            yield from _dose_leaves(path.split(".")[1], value)
        elif name == "times":
            yield f"{path}.times", ", ".join(value)
        elif name != "key":
            yield f"{path}.{name}", value


def _dose_leaves(step: str, doses: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for dose in doses:
        path = dose_path(step, dose["product"], dose["time"], dose["on"])
        seen[path] = seen.get(path, 0) + 1
        yield path if seen[path] == 1 else f"{path}.{seen[path]}", dose["quantity"]


def _acceptance_leaves(lines: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for line in lines:
        yield f"acceptances.{line['code']}.{line['subject']}", line["reason"]
