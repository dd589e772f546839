"""A draft as its editor shows it: what was typed, what it reads as, and what signing waits for.

Every computed word comes from the rules. An input carries only what a person typed.
"""

from __future__ import annotations

from collections.abc import Iterable

from plans.presenters.by_date import ByDate, by_date
from plans.presenters.grid.around import Around
from plans.presenters.grid.beside import Beside, closed_period
from plans.presenters.grid.found import Found, counts_words, digest, waits_words
from plans.presenters.grid.products import Products
from plans.presenters.grid.shown import FindingRow, Grid, Supply, SupplyLine
from plans.presenters.grid.steps import Steps
from plans.rules.cells import Reading
from plans.rules.draft import Cells
from plans.rules.findings import Finding
from plans.rules.grid import columns

__all__ = [
    "BY_DATE",
    "Around",
    "FindingRow",
    "Grid",
    "Supply",
    "SupplyLine",
    "around",
    "closed_period",
    "finding_rows",
    "grid",
    "layout",
    "merged",
]

BY_DATE = "by-date"
"""Gone to instead of a cell: all drugs merged by date."""


def around(
    cells: Cells,
    reading: Reading,
    still_open: Iterable[Finding],
    accepted: Iterable[tuple[Finding, str]],
    *,
    focus: str = "",
    sure: str = "",
) -> Around:
    return Around(cells, reading, tuple(still_open), tuple(accepted), focus, sure)


def grid(given: Around) -> Grid:
    """Everything that the page is drawn from."""
    found, steps, beside = Found(given), Steps(given), Beside(given)
    rows = found.rows()
    counts = found.counts(rows)
    texts = beside.text_fields()
    return Grid(
        products=tuple(Products(given).box(product) for product in given.doc["products"]),
        drugs=tuple(given.drug_names.items()),
        columns=tuple(steps.columns()),
        heads=steps.heads(),
        drug_heads=tuple((name, given.lines[key]) for key, name in given.drug_names.items()),
        steps=tuple(steps.rows()),
        blank=steps.blank_row(),
        reads=steps.reads,
        ends=tuple(beside.end_box(drug) for drug in given.doc["drugs"]),
        as_needed=tuple(beside.as_needed_boxes()),
        plan_fields=beside.plan_fields(),
        text_fields=texts,
        texts_are_typed=any(field.value for field in texts),
        findings=rows,
        counts=counts,
        counts_words=counts_words(counts),
        found=digest(*map(repr, rows)),
        waits_words=waits_words(counts),
        waits_to=next((row.to for row in rows if row.state != "accepted"), ""),
        supply=beside.supply(),
        layout=layout(given.doc),
        focus=given.focus,
        by_date=merged(given) if given.focus == BY_DATE else None,
        wide=len(given.columns) > 5,
    )


def merged(given: Around) -> ByDate | None:
    """All drugs by date, of what can be read so far."""
    return by_date(given.reading.so_far)


def finding_rows(given: Around) -> tuple[FindingRow, ...]:
    return Found(given).rows()


def layout(cells: Cells) -> str:
    """What the columns of the page stand for; where it changes, the page is drawn anew."""
    products = [
        (p["key"], p["drug"], p["form"], p["strength"], p["unit"], p["per"], p["name"])
        for p in cells["products"]
    ]
    drugs = [(d["key"], d["name"]) for d in cells["drugs"]]
    return digest(str(products), str(drugs), str(columns(cells)))
