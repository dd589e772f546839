"""The lines of a site formulary: names, forms and strengths, and no dose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from plans.rules.schedule import Schedule
from plans.rules.schedule_words import Form, Unit
from plans.rules.typed import typed_number
from taperplan import grammar
from taperplan.tables import Fault, Row, Table
from taperplan.words import gettext as _

COLUMNS = ("drug", "name", "form", "route", "strength", "unit", "in mL", "do not split")
NOT_STATED = "not stated"
_LONGEST = {"drug": 120, "name": 120, "route": 60}


@dataclass(frozen=True)
class Entry:
    """``strength`` None: not stated, then ``unit`` is None too."""

    drug: str
    name: str
    form: Form
    route: str
    strength: Fraction | None
    unit: Unit | None
    per: Fraction
    do_not_split: bool

    @property
    def identity(self) -> tuple[object, ...]:
        name, drug = self.name.casefold(), self.drug.casefold()
        return drug, name, self.form, self.strength, self.unit, self.per


def rows_of(entries: Iterable[Entry]) -> Iterator[tuple[str, ...]]:
    for one in entries:
        yield (
            one.drug,
            one.name,
            one.form.value,
            one.route,
            NOT_STATED if one.strength is None else typed_number(one.strength),
            one.unit.value if one.unit else "",
            typed_number(one.per) if one.form.measured and one.strength is not None else "",
            "yes" if one.do_not_split else "",
        )


def entries_of(table: Table) -> tuple[tuple[Entry, ...], tuple[Fault, ...]]:
    """Every line of the table, or every fault with its line and column and no entry."""
    faults = [
        Fault(1, name, _("A formulary has no column of this name."))
        for name in table.columns
        if name not in COLUMNS
    ]
    faults += [
        Fault(1, name, _("The column is missing."))
        for name in ("drug", "form", "strength", "unit")
        if name not in table.columns
    ]
    if not faults and not table.rows:
        faults.append(Fault(2, "", _("No row stands below the heads.")))
    entries: list[Entry] = []
    for row in table.rows if not faults else ():
        reader = _Line(row, {name: row[name].strip() for name in table.columns})
        entry = reader.entry()
        faults += reader.faults
        if entry is not None and not reader.faults:
            entries.append(entry)
    return (() if faults else tuple(entries)), tuple(faults)


class _Line:
    def __init__(self, row: Row, said: dict[str, str]) -> None:
        self.row = row
        self.said = {column: said.get(column, "") for column in COLUMNS}
        self.faults: list[Fault] = []

    def fault(self, column: str, sentence: str) -> None:
        self.faults.append(self.row.fault(column, sentence))

    def entry(self) -> Entry | None:
        said = self.said
        self.lengths()
        form = self.choice("form", tuple(Form))
        unit = self.choice("unit", tuple(Unit))
        stated = said["strength"].casefold() != NOT_STATED
        strength = self.number("strength") if stated and said["strength"] else None
        per = self.number("in mL") if said["in mL"] else None
        if strength is not None and not unit and not self.faults:
            self.fault("unit", _("Nothing is typed here yet."))
        if not stated and said["unit"]:
            self.fault("unit", _("A unit is typed, and the strength is marked as not stated."))
        if form:
            self.volume(Form(form), needed=strength is not None)
        if said["do not split"].casefold() not in ("", "yes", "no"):
            self.fault("do not split", _("Type yes or no."))
        if self.faults:
            return None
        return Entry(
            drug=said["drug"],
            name=said["name"],
            form=Form(form),
            route=said["route"],
            strength=strength,
            unit=Unit(unit) if unit and strength is not None else None,
            per=per or Fraction(1),
            do_not_split=said["do not split"].casefold() == "yes",
        )

    def lengths(self) -> None:
        for column, longest in _LONGEST.items():
            if len(self.said[column]) > longest:
                self.fault(column, _("This is too long for this field."))
        for column in ("drug", "form", "strength"):
            if not self.said[column]:
                self.fault(column, _("Nothing is typed here yet."))

    def volume(self, form: Form, *, needed: bool) -> None:
        if form.measured and needed and not self.said["in mL"]:
            self.fault("in mL", _("Nothing is typed here yet."))
        if not form.measured and self.said["in mL"]:
            self.fault("in mL", _("An amount in mL belongs to a form that is measured."))

    def choice(self, column: str, words: tuple[str, ...]) -> str:
        typed = self.said[column].casefold()
        if typed and typed not in words:
            sentence = _("{typed} is not one of these: {words}.")
            self.fault(column, sentence.format(typed=typed[:40], words=", ".join(words)))
            return ""
        return typed

    def number(self, column: str) -> Fraction | None:
        try:
            value = grammar.number(self.said[column])
        except grammar.Refused as refused:
            self.fault(column, refused.sentence)
            return None
        if value == 0:
            self.fault(column, _("The figure is more than nothing here."))
            return None
        return value


def not_to_be_split(schedule: Schedule, entries: Iterable[Entry]) -> frozenset[str]:
    """The keys of the products that the formulary marks "do not split"."""
    marked = {one.identity for one in entries if one.do_not_split}
    return frozenset(
        product.key
        for product in schedule.products
        if (drug := schedule.drug(product.drug))
        and (
            drug.name.casefold(),
            product.name.casefold(),
            product.form,
            product.strength,
            product.unit,
            product.per,
        )
        in marked
    )
