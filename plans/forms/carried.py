"""A row of a plan taken over, put into a draft: drug, strength, pattern and slots, nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from plans.forms.draft import new_step, next_key
from plans.rules import draft

if TYPE_CHECKING:
    from plans.forms.draft import Typed
    from plans.rules.carried import CarriedProduct, CarriedRow
    from plans.rules.draft import Cells, ProductCells

# What makes two products the same one. The draft's other cells stay as they were typed.
_SAME = ("form", "strength", "unit", "per")


def from_taken_over(given: Typed, row: CarriedRow) -> Typed:
    """The draft with one row more, every quantity of it blank."""
    cells = given.cells
    products = [_product(cells, product) for product in row.products]
    for slot in row.slots:
        times = products[slot.product]["times"]
        if slot.time not in times:
            times.append(slot.time)
    focus = _as_needed(cells, products) if row.as_needed else _step(cells, row, products)
    fitted, refusals = draft.shaped(cells)
    sentences = [*given.sentences]
    if not row.rhythm and not row.as_needed:
        sentences.append(_("The pattern of this row was not understood. Read it in the source."))
    return replace(
        given,
        cells=fitted,
        refusals=(*given.refusals, *refusals),
        sentences=tuple(sentences),
        focus=focus,
    )


def _product(cells: Cells, carried: CarriedProduct) -> ProductCells:
    """The product that stands already, or one more."""
    drug = next((d for d in cells["drugs"] if _plain(d["name"]) == _plain(carried.drug)), None)
    if drug is None:
        drug = draft.blank_drug(next_key("d", cells["drugs"]))
        drug["name"] = carried.drug
        cells["drugs"].append(drug)
    said = {name: getattr(carried, name) for name in _SAME}
    for product in cells["products"]:
        held = {name: product[name] for name in _SAME}  # type: ignore[literal-required]
        if product["drug"] == drug["key"] and held == said:
            return product
    made = draft.blank_product(next_key("p", cells["products"]), drug["key"])
    made["form"], made["strength"] = carried.form, carried.strength
    made["unit"], made["per"] = carried.unit, carried.per
    cells["products"].append(made)
    return made


def _plain(name: str) -> str:
    return name.strip().casefold()


def _step(cells: Cells, row: CarriedRow, products: list[ProductCells]) -> str:
    step = new_step(cells)
    if row.rhythm:
        step["rhythm"] = row.rhythm
        step["cycle_days"] = str(row.cycle_days) if row.cycle_days else ""
    step["doses"] = [
        draft.blank_dose(products[slot.product]["key"], slot.time, slot.on) for slot in row.slots
    ]
    cells["steps"].append(step)
    return f"steps.{step['key']}.first_day"


def _as_needed(cells: Cells, products: list[ProductCells]) -> str:
    line = draft.blank_as_needed(next_key("a", cells["as_needed"]))
    line["product"] = products[0]["key"] if products else ""
    cells["as_needed"].append(line)
    return f"as_needed.{line['key']}.quantity"
