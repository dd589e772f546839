"""A draft as its editor shows it: what was typed, what it reads as, and what signing waits for.

Every computed word comes from the rules. An input carries only what a person typed.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plans.presenters import choices
from plans.rules import wording
from plans.rules.cells import CellState, Reading
from plans.rules.draft import Cells, DrugCells, ProductCells, Refusal, StepCells, dose_path
from plans.rules.findings import Finding, Severity
from plans.rules.grid import columns, groups
from plans.rules.schedule import Direction, DrugRole, Product, Rhythm, Schedule, supply
from taperplan import formats

if TYPE_CHECKING:
    from plans.presenters.choices import Choices

CHAINED = "chained"
OPEN = "open"
_DAY = timedelta(days=1)
_LINES = 4


@dataclass(frozen=True)
class Cell:
    """One input. `name` is also its id; `says` is spoken; `out` is the computed text that
    stands in the cell while nothing is typed into it; `read` is its second line. Where the table
    is drawn as cards, it is headed by `label`, a quantity by `head` and `under`."""

    name: str
    label: str
    value: str
    read: str = ""
    state: str = ""
    out: str = ""
    place: str = ""
    head: str = ""
    under: str = ""
    says: str = ""


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
    product: str
    time: str
    head: str
    drug_line: int
    first_of_product: bool
    product_words: str


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
    doses: tuple[Cell, ...]


@dataclass(frozen=True)
class StepRow:
    key: str
    number: int
    first: Cell
    days: Cell
    last: Cell
    rhythm: Cell
    cycle_days: Cell
    more: tuple[Field, ...]
    more_is_typed: bool
    groups: tuple[GroupRow, ...]
    totals: tuple[Total, ...]
    reason: Cell
    why: str
    daily: bool
    chained: bool
    dates: str
    findings: int
    sure: bool


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
    ends: tuple[EndBox, ...]
    as_needed: tuple[AsNeededBox, ...]
    plan_fields: tuple[Field, ...]
    text_fields: tuple[Field, ...]
    texts_are_typed: bool
    findings: tuple[FindingRow, ...]
    counts: Counts
    counts_words: str
    waits_words: str
    waits_to: str
    supply: Supply | None
    layout: str
    focus: str
    wide: bool

    @property
    def span(self) -> int:
        """How many columns the table has."""
        return 5 + len(self.columns) + len(self.drug_heads)

    @property
    def rhythms(self) -> tuple[tuple[str, str], ...]:
        return _words(choices.RHYTHMS)

    @property
    def ways(self) -> tuple[str, ...]:
        """Every word against the step before, for the page to show when totals change."""
        return tuple(way.value for way in Direction)

    def cells(self) -> Iterator[Cell]:
        for step in self.steps:
            yield from (step.first, step.days, step.last, step.rhythm, step.cycle_days, step.reason)
            for row in step.groups:
                yield row.on
                yield from row.doses


@dataclass(frozen=True)
class Sure:
    """What the person is asked to press again, "step:s3" or "product:p1"."""

    what: str = ""

    def step(self, key: str) -> bool:
        return self.what == f"step:{key}"

    def product(self, key: str) -> bool:
        return self.what == f"product:{key}"


@dataclass
class _Marks:
    """What is refused, missing and found, by the id of the input it belongs to."""

    refused: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    by_step: Counter[str] = field(default_factory=Counter)


def grid(
    cells: Cells,
    reading: Reading,
    still_open: Iterable[Finding],
    accepted: Iterable[tuple[Finding, str]],
    *,
    focus: str = "",
    sure: str = "",
) -> Grid:
    return _Maker(cells, reading, tuple(still_open), tuple(accepted), focus, Sure(sure)).grid()


class _Maker:
    def __init__(
        self,
        cells: Cells,
        reading: Reading,
        still_open: tuple[Finding, ...],
        accepted: tuple[tuple[Finding, str], ...],
        focus: str,
        sure: Sure,
    ) -> None:
        self.doc = cells
        self.reading = reading
        self.open = still_open
        self.accepted = accepted
        self.focus = focus
        self.sure = sure
        self.columns = columns(cells)
        self.rows = {step["key"]: groups(step) for step in cells["steps"]}
        self.lines = {drug["key"]: at % _LINES + 1 for at, drug in enumerate(cells["drugs"])}
        self.drug_names = {
            drug["key"]: drug["name"].strip() or _("Drug %(n)d") % {"n": at}
            for at, drug in enumerate(cells["drugs"], 1)
        }
        self.places = self._places()
        self.marks = self._marks()

    # --- where a path of the rules stands on the page ---------------------------------------

    def _places(self) -> dict[str, str]:
        """The path of each quantity and the id of its input."""
        places: dict[str, str] = {}
        for step in self.doc["steps"]:
            for number, row in enumerate(self.rows[step["key"]]):
                for at, (product, time) in enumerate(self.columns):
                    path = dose_path(step["key"], product, time, row.on)
                    places.setdefault(path, f"steps.{step['key']}.{number}.c{at}")
        return places

    def to(self, where: str) -> str:
        """The id of the input that a path of the rules speaks of."""
        if where in self.places:
            return self.places[where]
        parts = where.split(".")
        match parts:
            case ["drugs" | "products"]:
                return "add-product"
            case ["steps"]:
                return "add-step"
            case ["drugs", key]:
                return f"drugs.{key}.name"
            case ["drugs", key, "end"]:
                return f"drugs.{key}.end.stop"
            case ["products", key, "times"]:
                return f"products.{key}.slots.morning"
            case ["steps", key, "doses"]:
                return f"steps.{key}.0.c0" if self.columns else "add-product"
            case ["steps", key, "doses", *_rest]:
                return f"steps.{key}.first_day"
            case _:
                return where

    def _marks(self) -> _Marks:
        marks = _Marks()
        for refusal in self.reading.refusals:
            if not refusal.missing:
                marks.refused.setdefault(self.to(refusal.where), refusal.sentence)
                self._count(marks, refusal.where)
        for finding in self.open:
            marks.found.setdefault(self.to(finding.where), finding.sentence)
            self._count(marks, finding.where)
        return marks

    @staticmethod
    def _count(marks: _Marks, where: str) -> None:
        parts = where.split(".")
        if parts[0] == "steps" and len(parts) > 1:
            marks.by_step[parts[1]] += 1

    def state(self, name: str) -> str:
        if name in self.marks.refused:
            return "refused"
        return "finding" if name in self.marks.found else ""

    # --- the whole ----------------------------------------------------------------------------

    def grid(self) -> Grid:
        heads = self.heads()
        rows = self.finding_rows()
        counts = self.counts(rows)
        labels = [self.column_label(product, time) for product, time in self.columns]
        seen: set[str] = set()
        shown: list[Column] = []
        for product, time in self.columns:
            shown.append(
                Column(
                    product=product,
                    time=time,
                    head=formats.slot_name(time),
                    drug_line=self.line_of(product),
                    first_of_product=product not in seen,
                    product_words=self.product_words(product),
                )
            )
            seen.add(product)
        steps = tuple(
            self.step_row(step, number, labels) for number, step in enumerate(self.doc["steps"], 1)
        )
        return Grid(
            products=tuple(self.product_box(product) for product in self.doc["products"]),
            drugs=tuple(self.drug_names.items()),
            columns=tuple(shown),
            heads=heads,
            drug_heads=tuple((name, self.lines[key]) for key, name in self.drug_names.items()),
            steps=steps,
            blank=self.blank_row(labels),
            ends=tuple(self.end_box(drug) for drug in self.doc["drugs"]),
            as_needed=tuple(self.as_needed_boxes()),
            plan_fields=self.plan_fields(),
            text_fields=self.text_fields(),
            texts_are_typed=any(field.value for field in self.text_fields()),
            findings=rows,
            counts=counts,
            counts_words=counts_words(counts),
            waits_words=waits_words(counts),
            waits_to=next((row.to for row in rows if row.state != "accepted"), ""),
            supply=self.supply(),
            layout=layout(self.doc),
            focus=self.focus,
            wide=len(self.columns) > 5,
        )

    def line_of(self, product: str) -> int:
        drug = next((p["drug"] for p in self.doc["products"] if p["key"] == product), "")
        return self.lines.get(drug, 1)

    @cached_property
    def read_products(self) -> Mapping[str, Product]:
        return {product.key: product for product in self.reading.so_far.products}

    def product_words(self, key: str) -> str:
        """As "clonazepam 0.5 mg tablet"; what can be said of it while it is being typed."""
        product = self.read_products.get(key)
        if product is None:
            at = next(i for i, p in enumerate(self.doc["products"], 1) if p["key"] == key)
            drug = self.doc["products"][at - 1]["drug"]
            return self.drug_names.get(drug) or _("Product %(n)d") % {"n": at}
        return wording.product_label(product, self.reading.so_far.drug(product.drug))

    @cached_property
    def card_heads(self) -> tuple[list[str], list[str]]:
        return (
            [formats.slot_name(time) for _product, time in self.columns],
            [self.product_words(product) for product, _time in self.columns],
        )

    def counted(self, key: str) -> str:
        product = self.read_products.get(key)
        return _("mL of") if product is not None and product.form.measured else _("number of")

    def column_label(self, product: str, time: str) -> str:
        return _("%(time)s, %(product)s, %(counted)s") % {
            "time": wording.when_label(time),
            "product": self.product_words(product),
            "counted": self.counted(product),
        }

    def heads(self) -> tuple[Head, ...]:
        spans = Counter(product for product, _time in self.columns)
        return tuple(
            Head(
                key=product["key"],
                name=self.drug_name_of(product),
                rest=self.head_rest(product),
                span=spans[product["key"]],
                line=self.line_of(product["key"]),
            )
            for product in self.doc["products"]
            if spans[product["key"]]
        )

    def drug_name_of(self, product: ProductCells) -> str:
        name = product["name"].strip() or self.drug_names.get(product["drug"], "")
        return name or _("Product")

    def head_rest(self, product: ProductCells) -> str:
        read = self.read_products.get(product["key"])
        if read is None:
            return _("not complete")
        forms = formats.noun(read.form, 2)
        if read.strength is None or read.unit is None:
            return _("%(forms)s, %(counted)s") % {
                "forms": forms,
                "counted": self.counted(product["key"]),
            }
        strength = formats.strength(read.strength, read.unit, read.form, read.per)
        return _("%(strength)s %(forms)s, %(counted)s") % {
            "strength": strength,
            "forms": forms,
            "counted": self.counted(product["key"]),
        }

    # --- steps --------------------------------------------------------------------------------

    def cell(
        self, name: str, label: str, value: str, read: str = "", *, step: int, out: str = ""
    ) -> Cell:
        """A cell with what is wrong in it, where something is."""
        state = self.state(name)
        return Cell(
            name=name,
            label=label,
            says=says(step, label),
            value=value,
            read=self.marks.refused.get(name) or read,
            state=state,
            out=out,
        )

    def step_row(self, step: StepCells, number: int, labels: list[str]) -> StepRow:
        key = step["key"]
        path = f"steps.{key}"
        back = self.reading.partial.steps[key]
        chained, is_open = step["chained"] == "yes", step["open"] == "yes"
        length_typed = bool(step["days"].strip())
        last_typed = bool(step["last_day"].strip())
        totals = tuple(
            Total(
                id=f"total.{key}.{total.drug}",
                drug=self.drug_names[total.drug],
                words=total.words,
                way=total.direction.value,
                complete=total.complete,
                line=self.lines[total.drug],
            )
            for total in back.totals
        )
        more = self.step_fields(step, path)
        return StepRow(
            key=key,
            number=number,
            first=self.cell(
                f"{path}.first_day",
                _("first day"),
                CHAINED if chained else step["first_day"],
                back.first_words,
                step=number,
                out=formats.short_day(back.first_day) if chained and back.first_day else "",
            ),
            days=self.cell(
                f"{path}.days",
                _("days"),
                step["days"],
                self.days_word(back.days, typed=length_typed or last_typed, is_open=is_open),
                step=number,
                out=str(back.days) if back.days and not length_typed else "",
            ),
            last=self.cell(
                f"{path}.last_day",
                _("last day"),
                OPEN if is_open else step["last_day"],
                back.last_words,
                step=number,
                out=formats.short_day(back.last_day)
                if back.last_day and not last_typed and not is_open
                else "",
            ),
            rhythm=self.cell(f"{path}.rhythm", _("pattern"), step["rhythm"], step=number),
            cycle_days=self.cell(
                f"{path}.cycle_days", _("days of the cycle"), step["cycle_days"], step=number
            ),
            more=more,
            more_is_typed=any(field.value for field in more),
            groups=tuple(self.group_rows(step, number, labels)),
            totals=totals,
            reason=self.cell(f"{path}.reason", _("reason"), step["reason"], step=number),
            why=self.why(totals, step),
            daily=step["rhythm"] not in (Rhythm.CYCLE.value, Rhythm.WEEKDAYS.value),
            chained=chained,
            dates=self.dates(back.first_day, back.last_day, is_open=back.open),
            findings=self.marks.by_step[key],
            sure=self.sure.step(key),
        )

    @staticmethod
    def days_word(days: int | None, *, typed: bool, is_open: bool) -> str:
        if typed:
            return ngettext("day", "days", days or 2)
        return "" if is_open else _("not typed")

    def why(self, totals: tuple[Total, ...], step: StepCells) -> str:
        """ "Why higher (diazepam)"; "" where no reason is asked for and none is typed."""
        unchanged = {
            drug["name"].strip()
            for drug in self.doc["drugs"]
            if drug["role"] == DrugRole.UNCHANGED.value
        }
        asked: dict[str, list[str]] = defaultdict(list)
        for total in totals:
            same_as_meant = total.way == Direction.SAME.value and total.drug in unchanged
            if total.way in (Direction.SAME.value, Direction.HIGHER.value) and not same_as_meant:
                asked[wording.direction_word(Direction(total.way))].append(total.drug)
        if not asked:
            return _("Why") if step["reason"].strip() else ""
        ways = [
            word
            if len(self.doc["drugs"]) == 1
            else _("%(way)s (%(drugs)s)") % {"way": word, "drugs": formats.listing(drugs)}
            for word, drugs in asked.items()
        ]
        return _("Why %(ways)s") % {"ways": formats.listing(ways)}

    @staticmethod
    def dates(first: date | None, last: date | None, *, is_open: bool) -> str:
        if first is None:
            return _("dates not typed")
        if last is not None:
            days = formats.length((last - first).days + 1)
            return f"{formats.day_range(first, last)} · {days}"
        if is_open:
            return _("from %(day)s, no last day") % {"day": formats.day(first)}
        return _("from %(day)s, length not typed") % {"day": formats.day(first)}

    def group_rows(self, step: StepCells, place: int, labels: list[str]) -> Iterator[GroupRow]:
        key = step["key"]
        heads, unders = self.card_heads
        for number, row in enumerate(self.rows[key]):
            path = f"steps.{key}.{number}"
            doses = []
            for at, (product, time) in enumerate(self.columns):
                back = self.reading.partial.cells.get(dose_path(key, product, time, row.on))
                name = f"{path}.c{at}"
                value = row.quantities.get((product, time), "")
                state = self.state(name)
                if back is not None and back.state is CellState.REFUSED:
                    state = "refused"
                doses.append(
                    Cell(
                        name=name,
                        label=labels[at],
                        says=says(place, labels[at]),
                        head=heads[at],
                        under=unders[at],
                        value=value,
                        read=back.words if back is not None and value.strip() else _("not typed"),
                        state=state,
                        place=back.sentence if back is not None else "",
                    )
                )
            on = Cell(
                name=f"{path}.on",
                label=(label := _("days %(n)d") % {"n": number + 1}),
                says=says(place, label),
                value=row.on,
                read=self.on_words(step, row.on),
            )
            yield GroupRow(number=number, on=on, doses=tuple(doses))

    @staticmethod
    def on_words(step: StepCells, on: str) -> str:
        if on.strip():
            return ""
        return (
            _("every day of the cycle")
            if step["rhythm"] == Rhythm.CYCLE.value
            else _("every day of the week")
        )

    @staticmethod
    def blank(name: str, label: str, read: str = "") -> Cell:
        return Cell(name=name, label=label, value="", read=read, says=says(0, label))

    def blank_row(self, labels: list[str]) -> StepRow:
        """The row that a new step begins as; its key and number are written in by the page."""
        key = "__key__"
        path = f"steps.{key}"
        step: StepCells = {
            "key": key, "first_day": "", "chained": "", "from_slot": "", "days": "",
            "last_day": "", "open": "", "rhythm": Rhythm.DAILY.value, "cycle_days": "",
            "cycle_from": "", "reason": "", "stated_days": "", "patient_text": "",
            "pharmacy_text": "", "team_text": "", "doses": [],
        }  # fmt: skip
        blank = _("not typed")
        return StepRow(
            key=key,
            number=0,
            first=self.blank(f"{path}.first_day", _("first day"), blank),
            days=self.blank(f"{path}.days", _("days"), blank),
            last=self.blank(f"{path}.last_day", _("last day"), blank),
            rhythm=replace(self.blank(f"{path}.rhythm", _("pattern")), value=step["rhythm"]),
            cycle_days=self.blank(f"{path}.cycle_days", _("days of the cycle")),
            more=self.step_fields(step, path),
            more_is_typed=False,
            groups=(
                GroupRow(
                    0,
                    self.blank(f"{path}.0.on", _("days %(n)d") % {"n": 1}),
                    tuple(
                        replace(
                            self.blank(f"{path}.0.c{at}", label, blank),
                            head=self.card_heads[0][at],
                            under=self.card_heads[1][at],
                        )
                        for at, label in enumerate(labels)
                    ),
                ),
            ),
            totals=tuple(
                Total(f"total.{key}.{drug}", name, _("not complete"), "none", False, line)
                for (drug, name), line in zip(
                    self.drug_names.items(), self.lines.values(), strict=True
                )
            ),
            reason=self.blank(f"{path}.reason", _("reason")),
            why="",
            daily=True,
            chained=False,
            dates=_("dates not typed"),
            findings=0,
            sure=False,
        )

    def step_fields(self, step: StepCells, path: str) -> tuple[Field, ...]:
        slots = (("", _("the start of the day")), *_words(choices.SLOTS))
        known = {value for value, _word in slots}
        if step["from_slot"] not in known:
            slots = (*slots, (step["from_slot"], step["from_slot"]))
        return (
            self.select(f"{path}.from_slot", _("Begins on its first day from"), step["from_slot"],
                        slots),
            self.text(f"{path}.cycle_from", _("Cycle counted from"), step["cycle_from"], width=10,
                      help=_("Left blank, from the first day of the step.")),
            self.text(f"{path}.stated_days", _("Length that the source states"),
                      step["stated_days"], width=6, unit=_("days"), decimal=True,
                      help=_("Compared with the dates, never used.")),
            self.lines_of(f"{path}.patient_text", _("For the patient, on the handout"),
                          step["patient_text"]),
            self.lines_of(f"{path}.pharmacy_text", _("For the pharmacy"), step["pharmacy_text"]),
            self.lines_of(f"{path}.team_text", _("For the team, printed on neither"),
                          step["team_text"]),
        )  # fmt: skip

    # --- fields outside the grid ----------------------------------------------------------------

    def text(self, name: str, label: str, value: str, **more: object) -> Field:
        return Field(name=name, label=label, value=value, error=self.error(name), **more)  # type: ignore[arg-type]

    def lines_of(self, name: str, label: str, value: str, **more: object) -> Field:
        return self.text(name, label, value, kind="lines", **more)

    def select(
        self,
        name: str,
        label: str,
        value: str,
        options: Iterable[tuple[str, str]],
        **more: object,
    ) -> Field:
        return self.text(name, label, value, kind="select", options=tuple(options), **more)

    def error(self, name: str) -> str:
        return self.marks.refused.get(name, "")

    def product_box(self, product: ProductCells) -> ProductBox:
        key = product["key"]
        path = f"products.{key}"
        drug = next((d for d in self.doc["drugs"] if d["key"] == product["drug"]), None)
        first = next((p["key"] for p in self.doc["products"] if p["drug"] == product["drug"]), "")
        names_drug = drug is not None and first == key
        more = self.product_more(product, path)
        clocks = [time for time in product["times"] if time not in dict(choices.SLOTS)]
        slots_at = f"{path}.slots.morning"
        read = self.read_products.get(key)
        owner = f"drugs.{product['drug']}."
        return ProductBox(
            key=key,
            drug=product["drug"],
            line=self.line_of(key),
            name=self.drug_name_of(product),
            form=formats.noun(read.form) if read else choices.word(choices.FORMS, product["form"]),
            strength=formats.strength(read.strength, read.unit, read.form, read.per)
            if read
            else "",
            summary=self.product_summary(product, drug),
            drug_fields=self.drug_fields(drug) if names_drug and drug is not None else (),
            drug_note=""
            if names_drug
            else _("%(drug)s is described with its first product.")
            % {"drug": self.drug_names.get(product["drug"], _("The drug"))},
            main=self.product_main(product, path),
            slots=tuple(
                (value, word, value in product["times"]) for value, word in _words(choices.SLOTS)
            ),
            clocks=self.text(
                f"{path}.clocks",
                _("Clock times"),
                " ".join(clocks),
                width=20,
                help=_("Hours and minutes with a colon, a blank between two."),
            ),
            slots_error=self.error(slots_at),
            more=more,
            more_is_typed=any(field.value for field in more),
            times_left=tuple(
                (value, word)
                for value, word in _words(choices.SLOTS)
                if value not in product["times"]
            ),
            sure=self.sure.product(key),
            open=self.focus.startswith((f"{path}.", f"sure-product-{key}"))
            or (names_drug and self.focus == f"{owner}name")
            or not product["form"],
        )

    def product_summary(self, product: ProductCells, drug: DrugCells | None) -> str:
        parts = [
            choices.word(choices.ROLES, drug["role"]).capitalize() if drug else "",
            choices.word(choices.PARTS, product["parts"]),
            ", ".join(wording.when_label(time) for time in product["times"]),
        ]
        return " · ".join(part for part in parts if part)

    def drug_fields(self, drug: DrugCells) -> tuple[Field, ...]:
        path = f"drugs.{drug['key']}"
        return (
            self.text(f"{path}.name", _("Drug"), drug["name"]),
            self.select(f"{path}.role", _("Role"), drug["role"], _chosen(choices.ROLES)),
            self.select(f"{path}.drug_class", _("Class"), drug["drug_class"],
                        _chosen(choices.CLASSES)),
        )  # fmt: skip

    def product_main(self, product: ProductCells, path: str) -> tuple[Field, ...]:
        return (
            self.select(f"{path}.form", _("Form"), product["form"], _chosen(choices.FORMS)),
            self.text(f"{path}.strength", _("Strength of one"), product["strength"], width=6,
                      decimal=True),
            self.select(f"{path}.unit", _("Unit"), product["unit"], _chosen(choices.UNITS)),
            self.text(f"{path}.per", _("In how many mL (liquids)"), product["per"], width=6,
                      unit=_("mL"), decimal=True),
            self.text(f"{path}.strength_not_stated", _("Strength not stated: count only"),
                      product["strength_not_stated"], kind="tick"),
            self.select(f"{path}.parts", _("Splitting"), product["parts"],
                        _chosen(choices.PARTS)),
        )  # fmt: skip

    def product_more(self, product: ProductCells, path: str) -> tuple[Field, ...]:
        return (
            self.text(f"{path}.name", _("Name on the pack, with salt or release form"),
                      product["name"]),
            self.text(f"{path}.route", _("Route"), product["route"]),
            self.text(f"{path}.wear_hours", _("A patch is worn for"), product["wear_hours"],
                      width=6, unit=_("hours"), decimal=True),
            self.text(f"{path}.given_by", _("Given by whom, where"), product["given_by"]),
            self.text(f"{path}.device", _("Measuring device"), product["device"]),
            self.text(f"{path}.keep_until", _("Keep until"), product["keep_until"]),
            self.text(f"{path}.stated_supply", _("Supply that the source states"),
                      product["stated_supply"], width=6, decimal=True,
                      help=_("Compared with the schedule, never used.")),
            self.lines_of(f"{path}.preparation", _("Preparation, in the words of who makes it"),
                          product["preparation"]),
            self.lines_of(f"{path}.patient_text", _("For the patient, on the handout"),
                          product["patient_text"]),
            self.lines_of(f"{path}.pharmacy_text", _("For the pharmacy"),
                          product["pharmacy_text"]),
            self.lines_of(f"{path}.team_text", _("For the team, printed on neither"),
                          product["team_text"]),
        )  # fmt: skip

    def end_box(self, drug: DrugCells) -> EndBox:
        path = f"drugs.{drug['key']}"
        return EndBox(
            drug=drug["key"],
            name=self.drug_names[drug["key"]],
            options=tuple(
                (value, word, value == drug["end"]) for value, word in _words(choices.ENDS)
            ),
            error=self.error(f"{path}.end.stop"),
            review_on=self.text(f"{path}.review_on", _("Review on"), drug["review_on"], width=10),
            note=self.lines_of(f"{path}.end_note", _("What happens at the end, in words"),
                               drug["end_note"]),
        )  # fmt: skip

    def as_needed_boxes(self) -> Iterator[AsNeededBox]:
        options = [("", "")] + [
            (product["key"], self.product_words(product["key"])) for product in self.doc["products"]
        ]
        for number, line in enumerate(self.doc["as_needed"], 1):
            path = f"as_needed.{line['key']}"
            yield AsNeededBox(
                key=line["key"],
                number=number,
                fields=(
                    self.select(f"{path}.product", _("Product"), line["product"], options),
                    self.text(f"{path}.quantity", _("Each time, number of (mL of)"),
                              line["quantity"], width=6, decimal=True),
                    self.text(f"{path}.maximum", _("At most in 24 hours"), line["maximum"],
                              width=6, decimal=True),
                    self.text(f"{path}.gap", _("At least between two"), line["gap"], width=6,
                              help=_("With h or min."), decimal=True),
                    self.text(f"{path}.first_day", _("First day"), line["first_day"], width=10),
                    self.text(f"{path}.last_day", _("Last day, blank when open"),
                              line["last_day"], width=10),
                    self.text(f"{path}.reason", _("For what"), line["reason"]),
                ),
            )  # fmt: skip

    def plan_fields(self) -> tuple[Field, ...]:
        slots = (("", _("the start of that day")), *_words(choices.SLOTS))
        if self.doc["in_force_slot"] not in dict(slots):
            slots = (*slots, (self.doc["in_force_slot"], self.doc["in_force_slot"]))
        day = self.reading.in_force_from
        return (
            self.text("title", _("Name of the plan"), self.doc["title"]),
            self.text("in_force_from", _("In force from"), self.doc["in_force_from"], width=10,
                      unit=formats.weekday(day) if day else ""),
            self.select("in_force_slot", _("From what time of day"), self.doc["in_force_slot"],
                        slots),
            self.lines_of("reason", _("Reason for this version"), self.doc["reason"]),
        )  # fmt: skip

    def text_fields(self) -> tuple[Field, ...]:
        return (
            self.lines_of("patient_text", _("For the patient, on the handout"),
                          self.doc["patient_text"]),
            self.lines_of("missed_dose_text", _("When a dose is missed or vomited"),
                          self.doc["missed_dose_text"]),
            self.lines_of("pharmacy_text", _("For the pharmacy"), self.doc["pharmacy_text"]),
            self.lines_of("team_text", _("For the team, printed on neither"),
                          self.doc["team_text"]),
        )  # fmt: skip

    # --- what signing waits for -------------------------------------------------------------------

    def finding_rows(self) -> tuple[FindingRow, ...]:
        rows = [
            FindingRow(
                id=_slug("refused", refusal.where),
                state="refuses",
                fact=self.fact(refusal),
                detail="",
                to=self.to(refusal.where),
            )
            for refusal in self.reading.refusals
            if not refusal.missing
        ]
        rows += [
            self.finding_row(finding)
            for finding in self.open
            if finding.severity is Severity.REFUSE
        ]
        rows += self.missing_rows()
        rows += [
            self.finding_row(finding)
            for finding in self.open
            if finding.severity is not Severity.REFUSE
        ]
        rows += [
            FindingRow(
                id=_slug("finding", finding.code.value, finding.subject),
                state="accepted",
                fact=finding.sentence,
                detail=_("Accepted: “%(reason)s”") % {"reason": reason},
                to=self.to(finding.where),
                accept=f"accept.{finding.code.value}|{finding.subject}",
                reason=reason,
                reopen=f"{finding.code.value}|{finding.subject}",
            )
            for finding, reason in self.accepted
        ]
        return tuple(rows)

    def finding_row(self, finding: Finding) -> FindingRow:
        by_reason_line = finding.where.endswith(".reason")
        acceptable = finding.severity is not Severity.REFUSE and not by_reason_line
        name = f"accept.{finding.code.value}|{finding.subject}"
        return FindingRow(
            id=_slug("finding", finding.code.value, finding.subject),
            state="refuses" if finding.severity is Severity.REFUSE else "open",
            fact=finding.sentence,
            detail=finding.detail,
            to=self.to(finding.where),
            accept=name if acceptable else "",
            reason=self.reason_typed(finding) if acceptable else "",
        )

    def reason_typed(self, finding: Finding) -> str:
        return next(
            (
                line["reason"]
                for line in self.doc["acceptances"]
                if (line["code"], line["subject"]) == (finding.code.value, finding.subject)
            ),
            "",
        )

    @staticmethod
    def fact(refusal: Refusal) -> str:
        return f"{refusal.place}: {refusal.sentence}" if refusal.place else refusal.sentence

    def missing_rows(self) -> list[FindingRow]:
        """What nobody typed yet, one row for each thing of the plan."""
        things: dict[str, list[Refusal]] = defaultdict(list)
        for refusal in self.reading.refusals:
            # A drug comes with its first product, so one line speaks for both.
            if refusal.missing and refusal.where != "drugs":
                head, _dot, rest = refusal.where.partition(".")
                things[f"{head}.{rest.split('.')[0]}" if rest else head].append(refusal)
        rows = []
        for thing, refusals in things.items():
            place, _comma, _cell = refusals[0].place.partition(", ")
            cells = [r.place.partition(", ")[2] for r in refusals]
            named = [cell for cell in cells if cell]
            if len(refusals) > 1 and len(named) == len(refusals):
                fact = _("%(thing)s: %(cells)s not typed") % {
                    "thing": place,
                    "cells": formats.listing(named),
                }
                detail = ""
            else:
                fact = refusals[0].sentence
                detail = " ".join(r.sentence for r in refusals[1:])
            rows.append(
                FindingRow(
                    id=_slug("missing", thing),
                    state="missing",
                    fact=f"{fact[:1].upper()}{fact[1:]}".rstrip("."),
                    detail=detail,
                    to=self.to(refusals[0].where),
                    remove_step=thing.partition(".")[2] if thing.startswith("steps.") else "",
                )
            )
        return rows

    @staticmethod
    def counts(rows: tuple[FindingRow, ...]) -> Counts:
        states = Counter(row.state for row in rows)
        return Counts(
            refused=states["refuses"],
            missing=states["missing"],
            open=states["open"],
            accepted=states["accepted"],
        )

    def supply(self) -> Supply | None:
        schedule = self.reading.so_far
        period = closed_period(schedule)
        if period is None:
            return None
        first, last = period
        return Supply(
            period=formats.day_range(first, last),
            lines=tuple(
                SupplyLine(
                    name=wording.product_label(line.product, schedule.drug(line.product.drug)),
                    words=formats.quantity(line.quantity, line.product.form),
                )
                for line in supply(schedule, first, last)
            ),
        )


def says(step: int, label: str) -> str:
    """What is spoken for a cell: "Step 2, bedtime, clonazepam 0.5 mg tablet, number of"."""
    return _("Step %(n)d, %(label)s") % {"n": step, "label": label}


def closed_period(schedule: Schedule) -> tuple[date, date] | None:
    """From the first day to the last one that is stated; an open step begins after it."""
    steps = [step for step in schedule.steps if step.last_day and step.last_day >= step.first_day]
    if not steps:
        return None
    return (
        min(step.first_day for step in schedule.steps),
        max(step.last_day for step in steps if step.last_day),
    )


def counts_words(counts: Counts) -> str:
    """As "3 open, 1 accepted"."""
    parts = []
    if counts.waits:
        parts.append(ngettext("%(n)d open", "%(n)d open", counts.waits) % {"n": counts.waits})
    if counts.accepted:
        parts.append(
            ngettext("%(n)d accepted", "%(n)d accepted", counts.accepted) % {"n": counts.accepted}
        )
    return ", ".join(parts) or _("none")


def waits_words(counts: Counts) -> str:
    """What signing waits for, in words; "" when nothing."""
    parts = []
    if counts.refused:
        parts.append(
            ngettext("%(n)d refused", "%(n)d refused", counts.refused) % {"n": counts.refused}
        )
    if counts.missing:
        parts.append(
            ngettext("%(n)d not typed", "%(n)d not typed", counts.missing) % {"n": counts.missing}
        )
    if counts.open:
        parts.append(ngettext("%(n)d finding", "%(n)d findings", counts.open) % {"n": counts.open})
    return _("Waits for %(what)s") % {"what": formats.listing(parts)} if parts else ""


def layout(cells: Cells) -> str:
    """What the columns of the page stand for; where it changes, the page is drawn anew."""
    products = [
        (p["key"], p["drug"], p["form"], p["strength"], p["unit"], p["per"], p["name"])
        for p in cells["products"]
    ]
    drugs = [(d["key"], d["name"]) for d in cells["drugs"]]
    return _digest(str(products), str(drugs), str(columns(cells)))


def _words(options: Choices) -> tuple[tuple[str, str], ...]:
    return tuple((value, str(word)) for value, word in options)


def _chosen(options: Choices) -> tuple[tuple[str, str], ...]:
    """The options below an empty one: nothing is chosen beforehand."""
    return (("", ""), *_words(options))


def _slug(*parts: str) -> str:
    return f"f-{_digest(*parts)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode("utf-8", "replace")).hexdigest()[:12]
