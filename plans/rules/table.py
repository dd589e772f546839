"""A schedule as one table, and a table as a draft: a row for each drug, product, dose.

What a row says of a drug, a product or a step may stand on any of its rows; said twice, it says
the same. `cells_of` gives the draft exactly as it was typed, or every fault with its line and its
column: never half a schedule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from plans.rules import draft
from plans.rules.cells import read
from plans.rules.draft import Cells, dose_path
from plans.rules.schedule import Schedule
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Slot, Unit
from plans.rules.typed import cells_from
from taperplan.tables import Fault, Row, Table
from taperplan.words import gettext as _

_DRUG = {
    "role": "role",
    "class": "drug_class",
    "end": "end",
    "review on": "review_on",
    "end note": "end_note",
}
_PRODUCT = {
    "name": "name",
    "form": "form",
    "route": "route",
    "strength": "strength",
    "unit": "unit",
    "in mL": "per",
    "parts": "parts",
    "stated supply": "stated_supply",
    "wear hours": "wear_hours",
    "preparation": "preparation",
    "given by": "given_by",
    "keep until": "keep_until",
    "device": "device",
    "product for the patient": "patient_text",
    "product for the pharmacy": "pharmacy_text",
    "product for the team": "team_text",
}
_STEP = {
    "first day": "first_day",
    "from time": "from_slot",
    "days": "days",
    "last day": "last_day",
    "pattern": "rhythm",
    "cycle days": "cycle_days",
    "cycle from": "cycle_from",
    "reason": "reason",
    "stated days": "stated_days",
    "step for the patient": "patient_text",
    "step for the pharmacy": "pharmacy_text",
    "step for the team": "team_text",
}
_AS_NEEDED = {
    "quantity": "quantity",
    "maximum": "maximum",
    "gap": "gap",
    "reason": "reason",
    "first day": "first_day",
    "last day": "last_day",
}
COLUMNS = (
    "drug", *_DRUG, "product", *_PRODUCT, "step", *_STEP, "time", "on days", "quantity",
    "as needed", "maximum", "gap",
)  # fmt: skip
"""The heads are a form of their own, the same in every language."""

OF = ("plan", "version")
"""Stand before them in a file of ours: whose version it is."""

NOT_STATED, OPEN, AFTER = "not stated", "open", ("+", "after")
_IDENTITY = ("name", "form", "strength", "unit", "in mL")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "role": tuple(DrugRole),
    "class": tuple(DrugClass),
    "end": tuple(End),
    "form": tuple(Form),
    "unit": tuple(Unit),
    "pattern": tuple(Rhythm),
}
_SLOTS = tuple(slot for slot in Slot if slot is not Slot.CLOCK)


# --- Writing --------------------------------------------------------------------------------------


def rows_of(schedule: Schedule, *, team: bool = True) -> Iterator[tuple[str, ...]]:
    """Drugs first, then products, then each step's doses, then as-needed lines; `team`: with
    what is typed for the team alone."""
    cells: Any = cells_from(schedule)
    if not team:
        for line in (*cells["products"], *cells["steps"]):
            line["team_text"] = ""
    drugs = {drug["key"]: drug["name"] for drug in cells["drugs"]}
    labels = {p["key"]: str(n) for n, p in enumerate(cells["products"], 1)}
    of_drug = {p["key"]: drugs[p["drug"]] for p in cells["products"]}
    for drug in cells["drugs"]:
        yield _row({"drug": drug["name"], **_said(_DRUG, drug)})
    for product in cells["products"]:
        said = _said(_PRODUCT, product)
        if product["strength_not_stated"]:
            said["strength"] = NOT_STATED
        yield _row({"drug": of_drug[product["key"]], "product": labels[product["key"]], **said})
    for number, step in enumerate(cells["steps"], 1):
        said = _said(_STEP, step)
        if step["open"]:
            said["last day"] = OPEN
        for dose in step["doses"]:
            of = {"drug": of_drug[dose["product"]], "product": labels[dose["product"]]}
            what = {"time": dose["time"], "on days": dose["on"], "quantity": dose["quantity"]}
            yield _row({**of, "step": str(number), **said, **what})
            said = {}
    for number, line in enumerate(cells["as_needed"], 1):
        of = {"drug": of_drug[line["product"]], "product": labels[line["product"]]}
        yield _row({**of, "as needed": str(number), **_said(_AS_NEEDED, line)})


def _said(columns: Mapping[str, str], line: Mapping[str, str]) -> dict[str, str]:
    return {column: line[name] for column, name in columns.items()}


def _row(said: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(said.get(column, "") for column in COLUMNS)


# --- Reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Imported:
    """`cells` None where there is a fault: nothing is taken then."""

    cells: Cells | None
    faults: tuple[Fault, ...]


def cells_of(table: Table, *, today: date) -> Imported:
    """A draft of what the table says, each cell as typed. What is lacking stays blank in it."""
    reader = _Reader(table)
    reader.read()
    told = {(fault.line, fault.column) for fault in reader.faults}
    for refusal in read(reader.cells, today=today).refusals:
        line, column = reader.source(refusal.where)
        if not refusal.missing and (line, column) not in told:
            reader.faults.append(Fault(line, column, refusal.sentence))
    faults = tuple(sorted(reader.faults, key=lambda fault: fault.line))
    return Imported(None if faults else reader.cells, faults)


@dataclass
class _Reader:
    table: Table
    cells: Any = field(default_factory=draft.blank_document)
    faults: list[Fault] = field(default_factory=list)
    sources: dict[str, tuple[int, str]] = field(default_factory=dict)
    drugs: dict[str, Any] = field(default_factory=dict)
    products: dict[object, Any] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    needed: dict[str, Any] = field(default_factory=dict)

    def read(self) -> None:
        heads = [name for name in self.table.columns if name.casefold() not in OF]
        unknown = [name for name in heads if name.casefold() not in _KNOWN]
        self.faults += [
            Fault(1, name, _("A schedule has no column of this name.")) for name in unknown
        ]
        if not any(name.casefold() == "drug" for name in self.table.columns):
            self.faults.append(Fault(1, "drug", _("The column is missing.")))
        if not self.faults and not self.table.rows:
            self.faults.append(Fault(2, "", _("No row stands below the heads.")))
        self.of_one_plan()
        for row in self.table.rows if not self.faults else ():
            said = {_KNOWN[name.casefold()]: row[name].strip() for name in heads}
            if any(said.values()):
                self.row(row, {column: said.get(column, "") for column in COLUMNS})

    def of_one_plan(self) -> None:
        """A file of a whole record may hold several plans: a draft is made of one."""
        for name in self.table.columns:
            if name.casefold() in OF and self.table.rows:
                first = self.table.rows[0][name]
                other = next((row for row in self.table.rows if row[name] != first), None)
                if other is not None:
                    sentence = _("Another {what} begins here. Leave the rows of one.")
                    self.fault(other, name, sentence.format(what=name.casefold()))

    def row(self, row: Row, said: dict[str, str]) -> None:
        for column, words in _WORDS.items():
            if said[column]:
                said[column] = self.word(row, column, said[column], words)
        drug = self.drug(row, said)
        if drug is None:
            return
        about = any(said[column] for column in ("product", *_PRODUCT))
        takes = any(said[column] for column in ("step", "time", "on days", "quantity"))
        takes = takes or any(said[column] for column in _STEP)
        if not (about or takes or said["as needed"]):
            return
        product = self.product(row, said, drug)
        if product is None:
            return
        if said["as needed"]:
            self.as_needed(row, said, product)
        elif takes:
            self.dose(row, said, product)

    def word(self, row: Row, column: str, typed: str, words: tuple[str, ...]) -> str:
        if typed.casefold() in words:
            return typed.casefold()
        sentence = _("{typed} is not one of these: {words}.")
        self.fault(row, column, sentence.format(typed=typed[:40], words=", ".join(words)))
        return typed

    def fault(self, row: Row, column: str, sentence: str) -> None:
        self.faults.append(row.fault(column, sentence))

    def drug(self, row: Row, said: Mapping[str, str]) -> Any:
        name = said["drug"]
        if not name:
            label = said["product"]
            if label and label in self.products:
                return next(
                    d for d in self.cells["drugs"] if d["key"] == self.products[label]["drug"]
                )
            self.fault(row, "drug", _("Nothing is typed here yet."))
            return None
        drug = self.drugs.get(name.casefold())
        if drug is None:
            drug = draft.blank_drug(f"d{len(self.drugs) + 1}")
            drug["name"] = name
            self.drugs[name.casefold()] = drug
            self.cells["drugs"].append(drug)
            self.sources[f"drugs.{drug['key']}"] = (row.line, "drug")
        self.put(row, said, _DRUG, drug, f"drugs.{drug['key']}")
        return drug

    def put(
        self, row: Row, said: Mapping[str, str], columns: Mapping[str, str], to: Any, path: str
    ) -> None:
        """What the row says of this line; said before, it is the same."""
        for column, name in columns.items():
            typed, where = said[column], f"{path}.{name}"
            if not typed:
                continue
            if to[name] and to[name] != typed:
                line, _column = self.sources[where]
                sentence = _("{typed} stands here, and {before} on line {line}.")
                self.fault(
                    row, column,
                    sentence.format(typed=typed[:40], before=to[name][:40], line=line),
                )  # fmt: skip
                continue
            to[name] = typed
            self.stands(row, column, where)

    def stands(self, row: Row, column: str, where: str) -> None:
        """A cell of the draft is told by this column of this row, the first that does."""
        self.sources.setdefault(where, (row.line, column))

    def product(self, row: Row, said: dict[str, str], drug: Any) -> Any:
        label = said["product"]
        identity = tuple(said[column].casefold() for column in _IDENTITY)
        if label:
            key: object = label
        elif any(identity):
            key = (drug["key"], *identity)
        else:
            own = [p for p in self.cells["products"] if p["drug"] == drug["key"]]
            if len(own) != 1:
                sentence = _("Which product of {drug} this is, is not said.")
                self.fault(row, "product", sentence.format(drug=drug["name"]))
                return None
            return own[0]
        product = self.products.get(key)
        if product is None:
            product = draft.blank_product(f"p{len(self.cells['products']) + 1}", drug["key"])
            self.products[key] = product
            self.cells["products"].append(product)
            self.sources[f"products.{product['key']}"] = (row.line, "product")
        elif product["drug"] != drug["key"]:
            self.fault(row, "drug", _("This product belongs to another drug on a line above."))
            return None
        if said["strength"].casefold() == NOT_STATED:
            product["strength_not_stated"], said["strength"] = "yes", ""
            self.stands(row, "strength", f"products.{product['key']}.strength")
        self.put(row, said, _PRODUCT, product, f"products.{product['key']}")
        return product

    def step(self, row: Row, said: dict[str, str]) -> Any:
        """By its label; without one, a first day begins a step, and none goes on with the last."""
        label, steps = said["step"], self.cells["steps"]
        if label:
            step = self.steps.get(label)
        else:
            goes_on = steps and (
                not said["first day"] or said["first day"] == steps[-1]["first_day"]
            )
            step = steps[-1] if goes_on else None
        if step is None:
            step = draft.blank_step(f"s{len(steps) + 1}")
            steps.append(step)
            self.steps[label or f"line {row.line}"] = step
            self.sources[f"steps.{step['key']}"] = (row.line, "step")
        if said["first day"].casefold() in AFTER:
            step["chained"], said["first day"] = "yes", ""
            self.stands(row, "first day", f"steps.{step['key']}.first_day")
        if said["last day"].casefold() == OPEN:
            step["open"], said["last day"] = "yes", ""
            self.stands(row, "last day", f"steps.{step['key']}.last_day")
        self.put(row, said, _STEP, step, f"steps.{step['key']}")
        return step

    def dose(self, row: Row, said: dict[str, str], product: Any) -> None:
        step = self.step(row, said)
        time = said["time"].casefold() if said["time"].casefold() in _SLOTS else said["time"]
        if not time and not said["quantity"]:
            return
        if not time:
            self.fault(row, "time", _("Nothing is typed here yet."))
            return
        if time not in product["times"]:
            product["times"].append(time)
            self.sources.setdefault(f"products.{product['key']}.times", (row.line, "time"))
        where = dose_path(step["key"], product["key"], time, said["on days"])
        if where in self.sources:
            line, _column = self.sources[where]
            sentence = _("This dose stands on line {line} already.")
            self.fault(row, "quantity", sentence.format(line=line))
            return
        self.sources[where] = (row.line, "quantity")
        step["doses"].append(
            {
                "product": product["key"],
                "time": time,
                "on": said["on days"],
                "quantity": said["quantity"],
            }
        )

    def as_needed(self, row: Row, said: Mapping[str, str], product: Any) -> None:
        label = said["as needed"]
        if label in self.needed:
            self.fault(row, "as needed", _("Two as-needed lines have this number."))
            return
        line = draft.blank_as_needed(f"a{len(self.needed) + 1}")
        line["product"] = product["key"]
        self.needed[label] = line
        self.cells["as_needed"].append(line)
        self.sources[f"as_needed.{line['key']}"] = (row.line, "as needed")
        self.put(row, said, _AS_NEEDED, line, f"as_needed.{line['key']}")

    def source(self, where: str) -> tuple[int, str]:
        """Where in the table a cell of the draft stood: its own, or that of its line."""
        parts = where.split(".")
        for length in range(len(parts), 0, -1):
            if (found := self.sources.get(".".join(parts[:length]))) is not None:
                return found
        return 1, ""


_KNOWN = {column.casefold(): column for column in COLUMNS}
