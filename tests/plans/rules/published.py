"""Published schedules as a clinician might type them, with the daily table and totals they state.

Test input only. ``PUBLISHED["C"].cells()`` gives a fresh draft document; ``runs`` is the daily
table written out by hand, so that nothing under test has helped to make it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from plans.rules.draft import (
    Cells,
    DoseCells,
    DrugCells,
    ProductCells,
    StepCells,
    blank_as_needed,
    blank_document,
    blank_dose,
    blank_drug,
    blank_product,
    blank_step,
)

Doses = Mapping[str, Mapping[str, str]]
"""Time of day, then product key, then the quantity, as text."""


@dataclass(frozen=True)
class Run:
    """So many days alike: the quantities at each time of day, and each drug's total in mg."""

    days: int
    doses: Doses
    totals: Mapping[str, str]


@dataclass(frozen=True)
class Published:
    """One published schedule. Keys of ``supply`` are products, of ``amounts`` (mg) drugs."""

    letter: str
    title: str
    first_day: date
    document: Cells
    runs: tuple[Run, ...]
    supply: Mapping[str, str]
    amounts: Mapping[str, str]
    open: bool = False
    findings: tuple[str, ...] = ()
    directions: tuple[Mapping[str, str], ...] = field(default=())

    def cells(self) -> Cells:
        return copy.deepcopy(self.document)

    @property
    def days(self) -> int:
        return sum(run.days for run in self.runs)

    @property
    def last_day(self) -> date:
        """The last day of the table; an open schedule goes on after it."""
        return self.first_day + timedelta(days=self.days - 1)

    def table(self) -> Iterator[tuple[date, Run]]:
        """Each day with what the source states for it."""
        day = self.first_day
        for run in self.runs:
            for _day in range(run.days):
                yield day, run
                day += timedelta(days=1)


def drug(key: str, name: str, role: str = "tapered", **more: str) -> DrugCells:
    cells: Any = blank_drug(key)
    cells.update(name=name, role=role, drug_class="other", end="stop")
    cells.update(more)
    typed_in: DrugCells = cells
    return typed_in


def product(
    key: str, of: str, strength: str, *, times: str, parts: str = "1", **more: str
) -> ProductCells:
    cells: Any = blank_product(key, of)
    cells.update(
        form="tablet",
        route="by mouth",
        strength=strength,
        unit="mg",
        parts=parts,
        times=times.split(),
    )
    cells.update(more)
    typed_in: ProductCells = cells
    return typed_in


def step(key: str, days: str, doses: Doses, **more: str) -> StepCells:
    """A step that follows the one above; the first one gets its day from ``plan``."""
    cells: Any = blank_step(key)
    cells.update(chained="yes", rhythm="daily", days=days)
    cells.update(more)
    cells["doses"] = [
        dose(product_key, time, quantity)
        for time, quantities in doses.items()
        for product_key, quantity in quantities.items()
    ]
    typed_in: StepCells = cells
    return typed_in


def dose(product_key: str, time: str, quantity: str, on: str = "") -> DoseCells:
    cells = blank_dose(product_key, time, on)
    cells["quantity"] = quantity
    return cells


def plan(
    title: str,
    first: date,
    drugs: list[DrugCells],
    products: list[ProductCells],
    steps: list[StepCells],
) -> Cells:
    cells: Any = blank_document()
    typed = f"{first.day} {first:%b} {first.year}"
    cells.update(title=title, in_force_from=typed, drugs=drugs, products=products, steps=steps)
    if steps:
        steps[0]["first_day"] = typed
        steps[0]["chained"] = ""
    typed_in: Cells = cells
    return typed_in


def every(times: str, product_key: str, quantity: str) -> Doses:
    return {time: {product_key: quantity} for time in times.split()}


MONDAY = date(2026, 11, 30)
THREE_TIMES = "06:00 14:00 22:00"
TWO_TIMES = "08:00 20:00"

A = Published(
    letter="A",
    title="Rapid taper",
    first_day=MONDAY,
    document=plan(
        "Rapid taper",
        MONDAY,
        [drug("d1", "morphine SR", drug_class="opioid")],
        [product("p1", "d1", "15", times=f"{THREE_TIMES} {TWO_TIMES} bedtime")],
        [
            step("s1", "1", every(THREE_TIMES, "p1", "4")),
            step("s2", "1", every(THREE_TIMES, "p1", "3")),
            step("s3", "1", every(THREE_TIMES, "p1", "2")),
            step("s4", "1", every(THREE_TIMES, "p1", "1")),
            step("s5", "3", every(TWO_TIMES, "p1", "1")),
            step("s6", "4", every("bedtime", "p1", "1")),
        ],
    ),
    runs=(
        Run(1, every(THREE_TIMES, "p1", "4"), {"d1": "180"}),
        Run(1, every(THREE_TIMES, "p1", "3"), {"d1": "135"}),
        Run(1, every(THREE_TIMES, "p1", "2"), {"d1": "90"}),
        Run(1, every(THREE_TIMES, "p1", "1"), {"d1": "45"}),
        Run(3, every(TWO_TIMES, "p1", "1"), {"d1": "30"}),
        Run(4, every("bedtime", "p1", "1"), {"d1": "15"}),
    ),
    supply={"p1": "40"},
    amounts={"d1": "600"},
    directions=({"d1": "first"}, *({"d1": "lower"} for _step in range(5))),
)

_B_STEPS = [
    step("s1", "3", every("morning evening", "p1", "3")),
    step("s2", "3", every("morning evening", "p1", "2")),
    step("s3", "3", every("morning evening", "p1", "1")),
]

B = Published(
    letter="B",
    title="Clonazepam, panic disorder",
    first_day=MONDAY,
    document=plan(
        "Clonazepam, panic disorder",
        MONDAY,
        [drug("d1", "clonazepam", drug_class="benzodiazepine")],
        [product("p1", "d1", "0.125", times="morning evening")],
        copy.deepcopy(_B_STEPS),
    ),
    runs=(
        Run(3, every("morning evening", "p1", "3"), {"d1": "0.75"}),
        Run(3, every("morning evening", "p1", "2"), {"d1": "0.5"}),
        Run(3, every("morning evening", "p1", "1"), {"d1": "0.25"}),
    ),
    supply={"p1": "36"},
    amounts={"d1": "4.5"},
    directions=({"d1": "first"}, {"d1": "lower"}, {"d1": "lower"}),
)

_C_FIRST = date(2026, 9, 24)
_C_STEPS = (
    ("14", "5", "2.5"),
    ("14", "4", "2"),
    ("14", "3", "1.5"),
    ("14", "2", "1"),
    ("7", "1 1/2", "0.75"),
    ("7", "1", "0.5"),
    ("7", "1/2", "0.25"),
)


def _c(letter: str, rows: tuple[tuple[str, str, str], ...], amount: str, tablets: str) -> Published:
    return Published(
        letter=letter,
        title="Clonazepam after long use",
        first_day=_C_FIRST,
        document=plan(
            "Clonazepam after long use",
            _C_FIRST,
            [drug("d1", "clonazepam", drug_class="benzodiazepine")],
            [product("p1", "d1", "0.5", times="bedtime", parts="2")],
            [
                step(f"s{n}", days, every("bedtime", "p1", quantity))
                for n, (days, quantity, _mg) in enumerate(rows, 1)
            ],
        ),
        runs=tuple(
            Run(int(days), every("bedtime", "p1", quantity), {"d1": mg})
            for days, quantity, mg in rows
        ),
        supply={"p1": tablets},
        amounts={"d1": amount},
        directions=({"d1": "first"}, *({"d1": "lower"} for _row in rows[1:])),
    )


C = _c("C", _C_STEPS, "108.5", "217")
C2 = _c("C2", (*_C_STEPS[:3], ("28", "2", "1"), *_C_STEPS[4:]), "122.5", "245")

_D_ROWS = (
    ("1", "0", "25"),
    ("2", "0", "50"),
    ("3", "0", "75"),
    ("0", "1", "100"),
    ("1", "1", "125"),
    ("2", "1", "150"),
    ("3", "1", "175"),
)

D = Published(
    letter="D",
    title="Several strengths, rising, then open-ended",
    first_day=MONDAY,
    document=plan(
        "Several strengths",
        MONDAY,
        [drug("d1", "lamotrigine", "introduced", end="maintain", review_on="1 Mar 2027")],
        [
            product("p25", "d1", "25", times="morning"),
            product("p100", "d1", "100", times="morning"),
        ],
        [
            *(
                step(
                    f"s{n}",
                    "7",
                    {"morning": {"p25": small, "p100": large}},
                    reason="" if n == 1 else "Raised week by week, as agreed.",
                )
                for n, (small, large, _mg) in enumerate(_D_ROWS, 1)
            ),
            step(
                "s8",
                "",
                {"morning": {"p100": "2"}},
                open="yes",
                reason="The dose to stay on.",
            ),
        ],
    ),
    runs=tuple(
        Run(7, {"morning": {"p25": small, "p100": large}}, {"d1": mg})
        for small, large, mg in _D_ROWS
    ),
    supply={"p25": "84", "p100": "28"},
    amounts={"d1": "4900"},
    open=True,
    directions=({"d1": "first"}, *({"d1": "higher"} for _step in range(7))),
)

E_FREQUENCY = Published(
    letter="E frequency",
    title="Prednisone, by frequency, no end stated",
    first_day=MONDAY,
    document=plan(
        "Prednisone, by frequency",
        MONDAY,
        [drug("d1", "prednisone", drug_class="corticosteroid", end="")],
        [product("p1", "d1", "5", times="morning evening")],
        [
            step("s1", "3", every("morning evening", "p1", "1")),
            step("s2", "3", every("morning", "p1", "1")),
            {
                **step("s3", "", {}, open="yes", rhythm="cycle", cycle_days="2"),
                "doses": [dose("p1", "morning", "1", on="1")],
            },
        ],
    ),
    runs=(
        Run(3, every("morning evening", "p1", "1"), {"d1": "10"}),
        Run(3, every("morning", "p1", "1"), {"d1": "5"}),
        Run(1, every("morning", "p1", "1"), {"d1": "5"}),
        Run(1, {}, {}),
        Run(1, every("morning", "p1", "1"), {"d1": "5"}),
        Run(1, {}, {}),
    ),
    supply={"p1": "11"},
    amounts={"d1": "55"},
    open=True,
    findings=("no_stated_end",),
    directions=({"d1": "first"}, {"d1": "lower"}, {"d1": "lower"}),
)

E_DOSE = Published(
    letter="E dose",
    title="Prednisone, by dose",
    first_day=MONDAY,
    document=plan(
        "Prednisone, by dose",
        MONDAY,
        [drug("d1", "prednisone", drug_class="corticosteroid")],
        [product("p1", "d1", "5", times="morning")],
        [
            step("s1", "3", every("morning", "p1", "3")),
            step("s2", "3", every("morning", "p1", "2")),
            step("s3", "3", every("morning", "p1", "1")),
        ],
    ),
    runs=(
        Run(3, every("morning", "p1", "3"), {"d1": "15"}),
        Run(3, every("morning", "p1", "2"), {"d1": "10"}),
        Run(3, every("morning", "p1", "1"), {"d1": "5"}),
    ),
    supply={"p1": "18"},
    amounts={"d1": "90"},
    directions=({"d1": "first"}, {"d1": "lower"}, {"d1": "lower"}),
)

_F_ROWS: tuple[tuple[Doses, Mapping[str, str]], ...] = (
    (
        {
            "morning": {"clz": "1"},
            "midday": {"clz": "1"},
            "bedtime": {"clz": "1", "dzp": "none"},
        },
        {"d1": "1.5", "d2": "0"},
    ),
    (
        {
            "morning": {"clz": "1"},
            "midday": {"clz": "1"},
            "bedtime": {"clz": "1/2", "dzp": "1"},
        },
        {"d1": "1.25", "d2": "5"},
    ),
    (
        {
            "morning": {"clz": "1"},
            "midday": {"clz": "1"},
            "bedtime": {"clz": "none", "dzp": "2"},
        },
        {"d1": "1", "d2": "10"},
    ),
)

F = Published(
    letter="F",
    title="Cross-taper",
    first_day=MONDAY,
    document=plan(
        "Cross-taper",
        MONDAY,
        [
            drug("d1", "clonazepam", drug_class="benzodiazepine", end="refer"),
            drug("d2", "diazepam", "introduced", drug_class="benzodiazepine", end="refer"),
        ],
        [
            product("clz", "d1", "0.5", times="morning midday bedtime", parts="2"),
            product("dzp", "d2", "5", times="bedtime"),
        ],
        [
            step("s1", "7", _F_ROWS[0][0]),
            step("s2", "7", _F_ROWS[1][0]),
            step("s3", "7", _F_ROWS[2][0], reason="The next stage of the change."),
        ],
    ),
    runs=tuple(Run(7, doses, totals) for doses, totals in _F_ROWS),
    supply={"clz": "52.5", "dzp": "21"},
    amounts={"d1": "26.25", "d2": "105"},
    findings=("not_whole",),
    directions=(
        {"d1": "first", "d2": "none"},
        {"d1": "lower", "d2": "starts"},
        {"d1": "lower", "d2": "higher"},
    ),
)

_G_DAY_3 = "2 Dec 2026"

G = Published(
    letter="G",
    title="A step that begins in the evening",
    first_day=MONDAY,
    document=plan(
        "A step that begins in the evening",
        MONDAY,
        [drug("d1", "drug A")],
        [product("p1", "d1", "1", times="morning evening")],
        [
            step("s1", "3", every("morning evening", "p1", "2")),
            step(
                "s2",
                "",
                {"morning": {"p1": "2"}, "evening": {"p1": "1"}},
                chained="",
                first_day=_G_DAY_3,
                from_slot="evening",
                last_day="Sun 6 Dec 2026",
            ),
        ],
    ),
    runs=(
        Run(2, every("morning evening", "p1", "2"), {"d1": "4"}),
        Run(5, {"morning": {"p1": "2"}, "evening": {"p1": "1"}}, {"d1": "3"}),
    ),
    supply={"p1": "23"},
    amounts={"d1": "23"},
    directions=({"d1": "first"}, {"d1": "lower"}),
)

I = Published(  # noqa: E741  (the letter by which the source names it)
    letter="I",
    title="One liquid, two strengths",
    first_day=MONDAY,
    document=plan(
        "One liquid, two strengths",
        MONDAY,
        [drug("d1", "morphine", drug_class="opioid")],
        [
            product("strong", "d1", "1", times="morning", parts="", form="liquid", per="1"),
            product("weak", "d1", "0.1", times="morning", parts="", form="liquid", per="1"),
        ],
        [
            step("s1", "14", every("morning", "strong", "2")),
            step("s2", "14", every("morning", "weak", "10")),
        ],
    ),
    runs=(
        Run(14, every("morning", "strong", "2"), {"d1": "2"}),
        Run(14, every("morning", "weak", "10"), {"d1": "1"}),
    ),
    supply={"strong": "28", "weak": "140"},
    amounts={"d1": "42"},
    findings=("two_strengths",),
    directions=({"d1": "first"}, {"d1": "lower"}),
)


def _j() -> Published:
    cells = B.cells()
    line: Any = blank_as_needed("a1")
    line.update(
        product="p1",
        quantity="1",
        maximum="3",
        gap="4 h",
        first_day="30 Nov 2026",
        last_day="8 Dec 2026",
    )
    cells["as_needed"] = [line]
    return Published(
        letter="J",
        title="An as-needed line beside three steps",
        first_day=MONDAY,
        document=cells,
        runs=B.runs,
        supply=B.supply,
        amounts=B.amounts,
        directions=B.directions,
    )


J = _j()

PUBLISHED: Mapping[str, Published] = {
    p.letter: p for p in (A, B, C, C2, D, E_FREQUENCY, E_DOSE, F, G, I, J)
}


def exact(text: str) -> Fraction:
    """A figure of a published table, as an exact number ("1 1/2", "none")."""
    if text == "none":
        return Fraction(0)
    return sum((Fraction(part) for part in text.split()), Fraction(0))
