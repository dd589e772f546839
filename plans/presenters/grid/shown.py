"""What the editor shows, in finished words: the values that its templates are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plans.presenters import choices
from plans.presenters.by_date import ByDate
from plans.rules.schedule import Direction

Reads = Mapping[str, Mapping[str, tuple[str, str]]]
"""By product, then by what is typed: the second line of the cell, and the quantity in full."""


@dataclass(frozen=True)
class Cell:
    """One input of a row. `name` is also its id; `says` is spoken; `out` is the computed text that
    stands in the cell while nothing is typed into it; `read` is its second line. Where the table
    is drawn as cards, it is headed by `label`."""

    name: str
    label: str
    value: str
    read: str = ""
    state: str = ""
    out: str = ""
    says: str = ""


@dataclass(frozen=True)
class Quantity:
    """The input of one dose. What is spoken for it, and its head on a card, are its column's."""

    name: str
    value: str
    read: str
    state: str = ""
    card: str = ""


@dataclass(frozen=True)
class Field:
    """One labelled input outside the grid. `kind`: text, lines, select, tick, radios, date."""

    name: str
    label: str
    value: str
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""
    help: str = ""
    unit: str = ""
    width: int = 20
    decimal: bool = False


@dataclass(frozen=True)
class Column:
    """One time of day of one product. `says`: "bedtime, clonazepam 0.5 mg tablet, number of";
    `place`: "bedtime, clonazepam", as the read-back names it; `card`: its head on a card."""

    id: str
    product: str
    time: str
    head: str
    says: str
    place: str
    card: str
    drug: str


@dataclass(frozen=True)
class Head:
    """Over the columns of one product: "clonazepam" and "0.5 mg tablets, number of"."""

    key: str
    name: str
    rest: str
    span: int
    line: int


@dataclass(frozen=True)
class Total:
    id: str
    drug: str
    words: str
    way: str
    complete: bool
    line: int


@dataclass(frozen=True)
class GroupRow:
    number: int
    on: Cell
    doses: tuple[Quantity, ...]


@dataclass(frozen=True)
class StepRow:
    """One step. `more`: texts and finer points, drawn where one of them is typed or asked for;
    `patterned`: the days of a cycle, drawn where they mean something; `days_of`: the dates on
    which the pattern falls, in words."""

    key: str
    number: int
    first: Cell
    days: Cell
    last: Cell
    rhythm: Cell
    cycle_days: Cell
    more: tuple[Field, ...]
    groups: tuple[GroupRow, ...]
    totals: tuple[Total, ...]
    reason: Cell
    why: str
    daily: bool
    patterned: bool
    days_of: str
    chained: bool
    dates: str
    findings: int


@dataclass(frozen=True)
class ProductBox:
    key: str
    drug: str
    line: int
    name: str
    form: str
    strength: str
    summary: str
    drug_fields: tuple[Field, ...]
    drug_note: str
    main: tuple[Field, ...]
    slots: tuple[tuple[str, str, bool], ...]
    clocks: Field
    slots_error: str
    more: tuple[Field, ...]
    more_is_typed: bool
    times_left: tuple[tuple[str, str], ...]
    sure: bool
    open: bool


@dataclass(frozen=True)
class EndBox:
    drug: str
    name: str
    options: tuple[tuple[str, str, bool], ...]
    error: str
    review_on: Field
    note: Field


@dataclass(frozen=True)
class AsNeededBox:
    key: str
    number: int
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class FindingRow:
    """`state`: refuses, missing, open or accepted. `accept` is the name of the reason's input."""

    id: str
    state: str
    fact: str
    detail: str
    to: str
    accept: str = ""
    reason: str = ""
    reopen: str = ""
    remove_step: str = ""


@dataclass(frozen=True)
class SupplyLine:
    name: str
    words: str


@dataclass(frozen=True)
class Supply:
    period: str
    lines: tuple[SupplyLine, ...]


@dataclass(frozen=True)
class Counts:
    """What signing still waits for: things refused, not typed, and findings without a reason."""

    refused: int
    missing: int
    open: int
    accepted: int

    @property
    def waits(self) -> int:
        return self.refused + self.missing + self.open


@dataclass(frozen=True)
class Grid:
    products: tuple[ProductBox, ...]
    drugs: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    heads: tuple[Head, ...]
    drug_heads: tuple[tuple[str, int], ...]
    steps: tuple[StepRow, ...]
    blank: StepRow
    reads: Reads
    ends: tuple[EndBox, ...]
    as_needed: tuple[AsNeededBox, ...]
    plan_fields: tuple[Field, ...]
    text_fields: tuple[Field, ...]
    texts_are_typed: bool
    findings: tuple[FindingRow, ...]
    counts: Counts
    counts_words: str
    found: str
    waits_words: str
    waits_to: str
    supply: Supply | None
    layout: str
    focus: str
    wide: bool
    by_date: ByDate | None

    @property
    def span(self) -> int:
        """How many columns the table has."""
        return 5 + len(self.columns) + len(self.drug_heads)

    @property
    def at_step(self) -> str:
        """The step in which the keyboard is to be."""
        head, _dot, rest = self.focus.partition(".")
        return rest.partition(".")[0] if head == "steps" else ""

    @property
    def rhythms(self) -> tuple[tuple[str, str], ...]:
        return choices.words(choices.RHYTHMS)

    @property
    def ways(self) -> tuple[str, ...]:
        """Every word against the step before, for the page to show when totals change."""
        return tuple(way.value for way in Direction)
