"""What the page is told after an autosave: read-backs, totals, findings; nothing typed.

A draft has up to a thousand quantities, and few of them differ: what a quantity reads as is told
once for each product and text, and a cell is named only where something is refused or found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plans.presenters.grid.around import Around
from plans.presenters.grid.beside import Beside
from plans.presenters.grid.found import Found, counts_words, digest, waits_words
from plans.presenters.grid.products import Products
from plans.presenters.grid.shown import Counts, FindingRow, Supply
from plans.presenters.grid.steps import Steps
from plans.rules.draft import StepCells


@dataclass(frozen=True)
class Answer:
    """`cells`, `steps`, `reads` and `products` go to the page as they are; the rest is drawn."""

    cells: dict[str, tuple[str, str]]
    steps: dict[str, list[Any]]
    reads: dict[str, dict[str, tuple[str, str]]]
    products: dict[str, str]
    findings: tuple[FindingRow, ...]
    counts: Counts
    counts_words: str
    found: str
    waits_words: str
    supply: Supply | None


def answer(given: Around) -> Answer:
    found, steps = Found(given), Steps(given)
    rows = found.rows()
    counts = found.counts(rows)
    return Answer(
        cells=_marked(given),
        steps={
            step["key"]: _step(steps, step, number)
            for number, step in enumerate(given.doc["steps"], 1)
        },
        reads={product: dict(said) for product, said in steps.reads.items()},
        products={
            product["key"]: Products(given).summary_of(product) for product in given.doc["products"]
        },
        findings=rows,
        counts=counts,
        counts_words=counts_words(counts),
        found=digest(*map(repr, rows)),
        waits_words=waits_words(counts),
        supply=Beside(given).supply(),
    )


def _marked(given: Around) -> dict[str, tuple[str, str]]:
    """The inputs that are refused or found, with what is said at the cell."""
    found = dict.fromkeys(given.marks.found, ("finding", ""))
    return {**found, **{name: ("refused", why) for name, why in given.marks.refused.items()}}


def _step(steps: Steps, step: StepCells, number: int) -> list[Any]:
    """Dates (second line and computed text of each cell), totals, the reason's label, the rest."""
    back = steps.around.reading.partial.steps[step["key"]]
    totals = steps.totals(back)
    return [
        [[cell.read, cell.out] for cell in steps.dates_of(step, number, back)],
        [[total.words, total.way, total.complete] for total in totals],
        steps.why(totals, step),
        steps.dates(back.first_day, back.last_day, is_open=back.open),
        steps.around.marks.by_step[step["key"]],
        steps.days_of(steps.read_steps.get(step["key"])),
        [steps.on_words(step, row.on) for row in steps.around.rows[step["key"]]],
    ]
