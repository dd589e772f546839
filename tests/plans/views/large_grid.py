"""A draft of 60 steps, 4 products and 4 times of day, every cell typed: 960 quantities."""

from __future__ import annotations

from typing import Any

from plans.rules import draft

STEPS = 60
SLOTS = ("morning", "midday", "evening", "bedtime")
STRENGTHS = ("5", "2", "1", "0.5")


def large_cells(steps: int = STEPS) -> Any:
    """Two drugs of two strengths each; three days a step, the figures falling."""
    cells: Any = draft.blank_document()
    cells.update(title="Sixty steps", in_force_from="30 Nov 2026")
    for at, name in enumerate(("examplazepam", "demoxetine"), 1):
        line: Any = draft.blank_drug(f"d{at}")
        line.update(name=name, role="tapered", drug_class="other", end="stop")
        cells["drugs"].append(line)
    for at, strength in enumerate(STRENGTHS, 1):
        product: Any = draft.blank_product(f"p{at}", "d1" if at < 3 else "d2")
        product.update(form="tablet", strength=strength, unit="mg", parts="4", times=list(SLOTS))
        cells["products"].append(product)
    for at in range(1, steps + 1):
        step: Any = draft.blank_step(f"s{at}")
        step.update(rhythm="daily", days="3", chained="yes")
        if at == 1:
            step.update(first_day="30 Nov 2026", chained="")
        step["doses"] = [
            {"product": f"p{p}", "time": slot, "on": "", "quantity": quantity(at, p, place, steps)}
            for p in range(1, 5)
            for place, slot in enumerate(SLOTS)
        ]
        cells["steps"].append(step)
    return cells


def quantity(at: int, product: int, place: int, steps: int = STEPS) -> str:
    """Quarters that fall by a quarter at one time of day of one product in each step."""
    cell = (product - 1) * len(SLOTS) + place
    falls = len(range(cell, at, 4 * len(SLOTS)))
    quarters = 4 * (steps // 16 + 2) // 4 + 3 - falls
    whole, rest = divmod(max(quarters, 0), 4)
    part = {0: "", 1: "1/4", 2: "1/2", 3: "3/4"}[rest]
    return " ".join(word for word in (str(whole) if whole else "", part) if word) or "0"
