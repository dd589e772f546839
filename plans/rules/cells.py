"""From what was typed to a schedule, and back.

``read`` takes any document and raises nothing. Each refusal names its cell; what can be read of a
half-typed draft is in ``so_far`` (for findings while typing) and ``partial`` (what the grid shows).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from plans.rules import wording
from plans.rules.draft import (
    AsNeededCells,
    Cells,
    DoseCells,
    DrugCells,
    ProductCells,
    Refusal,
    StepCells,
    blank_as_needed,
    blank_copy,
    blank_document,
    blank_dose,
    blank_drug,
    blank_product,
    blank_step,
    dose_path,
    shaped,
)
from plans.rules.places import Places
from plans.rules.schedule import (
    AsNeeded,
    Direction,
    Dose,
    Drug,
    Product,
    Schedule,
    Step,
    Texts,
    When,
    direction,
    step_totals,
)
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Slot, Unit
from plans.rules.typed import DIVISIBLE, WEEKDAY_WORDS, cells_from
from taperplan import formats, grammar
from taperplan.words import gettext as _

__all__ = [
    "AcceptanceTyped",
    "CellBack",
    "CellState",
    "Cells",
    "Partial",
    "Reading",
    "Refusal",
    "StepBack",
    "TotalBack",
    "blank_as_needed",
    "blank_copy",
    "blank_document",
    "blank_dose",
    "blank_drug",
    "blank_product",
    "blank_step",
    "cells_from",
    "dose_path",
    "read",
    "shaped",
]

FIRST_DAY = frozenset({"first", "first day"})
"""Words that may be typed for the day from which a version is in force."""
LONGEST_WEAR_HOURS = 744
LONGEST_GAP_MINUTES = 7 * 24 * 60
_DAY = timedelta(days=1)
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class CellState(StrEnum):
    BLANK = "blank"
    NONE = "none"
    TYPED = "typed"
    REFUSED = "refused"


@dataclass(frozen=True)
class CellBack:
    """What the grid says about one quantity: line 2 of the cell, and the read-back sentence.

    A large draft has a thousand of these, and a page asks for the place of few: it is made when
    it is asked for. ``reads`` is the quantity in words, "half a tablet of 0.5 mg (0.25 mg)".
    """

    state: CellState
    words: str
    where: str
    places: Places = field(repr=False, compare=False)
    typed: str = ""
    reads: str = ""

    @property
    def place(self) -> str:
        return self.places.of(self.where)

    @property
    def sentence(self) -> str:
        if self.state is CellState.REFUSED:
            return self.words
        if self.state is CellState.BLANK:
            return _("{place}: not typed.").format(place=self.place)
        return _("{place}: typed {typed} reads {words}.").format(
            place=self.place, typed=self.typed, words=self.reads
        )


@dataclass(frozen=True)
class TotalBack:
    """A drug's computed total in a step; where not ``complete``, ``words`` say what is lacking."""

    drug: str
    words: str
    direction: Direction
    direction_word: str
    complete: bool


@dataclass(frozen=True)
class StepBack:
    """A step's dates as far as they can be read, and its totals, one for each drug in order."""

    key: str
    number: int
    first_day: date | None
    first_words: str
    days: int | None
    days_words: str
    last_day: date | None
    last_words: str
    open: bool
    chained: bool
    pattern: str
    totals: tuple[TotalBack, ...]


@dataclass(frozen=True)
class Partial:
    """Read-backs. ``cells`` by the path of a quantity (``dose_path``), ``steps`` by key.

    ``said``: what each quantity reads as, by product and by what is typed, blanks around it left
    out: the second line of its cell, and the quantity in full.
    """

    cells: Mapping[str, CellBack] = field(default_factory=dict)
    steps: Mapping[str, StepBack] = field(default_factory=dict)
    said: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class AcceptanceTyped:
    """A finding that the prescriber accepts, matched by code and subject."""

    code: str
    subject: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """What a draft says. ``schedule`` is None while anything is refused or missing."""

    schedule: Schedule | None
    so_far: Schedule
    refusals: tuple[Refusal, ...]
    title: str
    in_force_from: date | None
    in_force_slot: When | None
    reason: str
    texts: Texts
    missed_dose_text: str
    acceptances: tuple[AcceptanceTyped, ...]
    partial: Partial


@dataclass(frozen=True)
class _Dates:
    first: date | None
    last: date | None
    open: bool


def read(cells: object, *, today: date) -> Reading:
    """Read a draft document. ``today`` is the clinic's day. Never raises, whatever is given."""
    document, unfit = shaped(cells)
    return _Reader(document, today, list(unfit)).reading()


class _Reader:
    """One pass over one document; refusals gather as it goes."""

    def __init__(self, cells: Cells, today: date, refusals: list[Refusal]) -> None:
        self.cells = cells
        self.places = Places(cells)
        self.today = today
        self.refusals = refusals
        self.drugs: dict[str, Drug] = {}
        self.products: dict[str, Product] = {}
        self.times: dict[str, frozenset[When]] = {}
        self.steps: list[Step] = []
        self.dates: dict[str, _Dates] = {}
        self.unread: set[str] = set()
        self.torn: set[tuple[str, str]] = set()
        self.backs: dict[str, CellBack] = {}
        self.product_keys = {product["key"] for product in cells["products"]}
        # A large draft says the same few things many times.
        self.quantities: dict[str, Fraction] = {}
        self.whens: dict[str, When] = {}
        self.masks: dict[tuple[str, Rhythm | None, int], int] = {}
        self.said: dict[tuple[str, str], tuple[CellState, str, str]] = {}
        self.not_typed = _("not typed")

    def reading(self) -> Reading:
        cells = self.cells
        for drug_cells in cells["drugs"]:
            self.drug(drug_cells)
        self.two_drugs_of_one_name()
        for product_cells in cells["products"]:
            self.product(product_cells)
        above: _Dates | None = None
        for number, step_cells in enumerate(cells["steps"], 1):
            above = self.step(step_cells, number, above)
        lines = [line for c in cells["as_needed"] if (line := self.as_needed(c))]
        self.whole_plan()
        in_force_from = self.in_force_from()
        so_far = Schedule(
            drugs=tuple(self.drugs.values()),
            products=tuple(self.products.values()),
            steps=tuple(self.steps),
            as_needed=tuple(lines),
        )
        in_force_slot = self.time("in_force_slot", cells["in_force_slot"])
        refusals = tuple(
            Refusal(r.where, r.sentence, r.place or self.places.of(r.where), r.missing)
            for r in self.refusals
        )
        return Reading(
            schedule=None if refusals else so_far,
            so_far=so_far,
            refusals=refusals,
            title=cells["title"].strip(),
            in_force_from=in_force_from,
            in_force_slot=in_force_slot,
            reason=cells["reason"].strip(),
            texts=_texts(cells),
            missed_dose_text=cells["missed_dose_text"].strip(),
            acceptances=tuple(
                AcceptanceTyped(a["code"], a["subject"], a["reason"].strip())
                for a in cells["acceptances"]
            ),
            partial=Partial(
                cells=self.backs, steps=self.step_backs(so_far), said=self.said_of_each()
            ),
        )

    # What every cell needs

    def refuse(self, where: str, sentence: str) -> None:
        self.refusals.append(Refusal(where, sentence))

    def miss(self, where: str) -> None:
        sentence = _("{place}: not typed.").format(place=self.places.of(where))
        self.refusals.append(Refusal(where, sentence, missing=True))

    def typed(self, where: str, text: str, reader: Callable[[str], T]) -> T | None:
        """Read a cell that may be blank; blank and refused are both None."""
        if not text.strip(" "):
            return None
        try:
            return reader(text)
        except grammar.Refused as refused:
            self.refuse(where, refused.sentence)
            return None

    def needed(self, where: str, text: str, reader: Callable[[str], T]) -> T | None:
        if not text.strip(" "):
            self.miss(where)
            return None
        return self.typed(where, text, reader)

    def choice(self, where: str, text: str, kind: type[E]) -> E | None:
        if not text:
            return None
        try:
            return kind(text)
        except ValueError:
            self.refuse(
                where, _("{typed} is not one of the choices.").format(typed=grammar.echo(text))
            )
            return None

    def chosen(self, where: str, text: str, kind: type[E]) -> E | None:
        if not text:
            self.miss(where)
        return self.choice(where, text, kind)

    def yes(self, where: str, text: str) -> bool:
        if text not in ("", "yes"):
            self.refuse(
                where, _("{typed} is not one of the choices.").format(typed=grammar.echo(text))
            )
        return text == "yes"

    def day(self, text: str) -> date:
        return grammar.date(text, today=self.today)

    def time(self, where: str, text: str) -> When | None:
        return self.typed(where, text, _when)

    def above_nothing(self, where: str, text: str, *, needed: bool) -> Fraction | None:
        """A number that is more than 0, where one is typed."""
        value = (self.needed if needed else self.typed)(where, text, grammar.number)
        if value == 0:
            self.refuse(
                where,
                _("{typed} is typed. The figure is more than nothing here.").format(
                    typed=text.strip(" ")
                ),
            )
            return None
        return value

    # Drugs and products

    def drug(self, cells: DrugCells) -> None:
        path = f"drugs.{cells['key']}"
        name = cells["name"].strip()
        self.drugs[cells["key"]] = Drug(
            key=cells["key"], name=name, role=DrugRole.TAPERED, drug_class=DrugClass.OTHER
        )
        if not name:
            self.miss(f"{path}.name")
        role = self.chosen(f"{path}.role", cells["role"], DrugRole)
        drug_class = self.chosen(f"{path}.drug_class", cells["drug_class"], DrugClass)
        end = self.choice(f"{path}.end", cells["end"], End)
        read_day = self.needed if end is End.MAINTAIN else self.typed
        self.drugs[cells["key"]] = Drug(
            key=cells["key"],
            name=name,
            role=role or DrugRole.TAPERED,
            drug_class=drug_class or DrugClass.OTHER,
            end=end,
            review_on=read_day(f"{path}.review_on", cells["review_on"], self.day),
            end_note=cells["end_note"].strip(),
        )

    def two_drugs_of_one_name(self) -> None:
        seen: set[str] = set()
        for drug in self.drugs.values():
            if drug.name and drug.name.casefold() in seen:
                self.refuse(
                    f"drugs.{drug.key}.name",
                    _(
                        "{drug} is in the plan twice. A drug has one line, with all its products."
                    ).format(drug=drug.name),
                )
            seen.add(drug.name.casefold())

    def product(self, cells: ProductCells) -> None:
        key = cells["key"]
        path = f"products.{key}"
        before = len(self.refusals)
        form = self.chosen(f"{path}.form", cells["form"], Form)
        if not cells["drug"]:
            self.miss(f"{path}.drug")
        elif cells["drug"] not in self.drugs:
            self.refuse(f"{path}.drug", _("The drug of this product is not in the plan."))
        strength, unit = self.strength(path, cells, form)
        per = self.per(path, cells, form, strength)
        if len(self.refusals) > before:
            self.unread.add(key)
        self.times[key] = self.times_of(path, cells)
        parts = self.parts(path, cells, form)
        wear_hours = self.wear(path, cells, form)
        stated = self.typed(f"{path}.stated_supply", cells["stated_supply"], grammar.number)
        if form is None or cells["drug"] not in self.drugs:
            return
        self.products[key] = Product(
            key=key,
            drug=cells["drug"],
            name=cells["name"].strip(),
            form=form,
            route=cells["route"].strip(),
            strength=strength,
            unit=unit,
            per=per,
            parts=parts,
            stated_supply=stated,
            preparation=cells["preparation"].strip(),
            wear_hours=wear_hours,
            given_by=cells["given_by"].strip(),
            keep_until=cells["keep_until"].strip(),
            device=cells["device"].strip(),
            texts=_texts(cells),
        )

    def strength(
        self, path: str, cells: ProductCells, form: Form | None
    ) -> tuple[Fraction | None, Unit | None]:
        where = f"{path}.strength"
        if self.yes(f"{path}.strength_not_stated", cells["strength_not_stated"]):
            if cells["strength"].strip(" "):
                self.refuse(where, _("A strength is typed, and marked as not stated."))
            return None, None
        strength = self.above_nothing(where, cells["strength"], needed=True)
        unit = self.chosen(f"{path}.unit", cells["unit"], Unit)
        if unit and form and (unit is Unit.MICROGRAM_PER_HOUR) != (form is Form.PATCH):
            self.refuse(
                f"{path}.unit",
                _("A patch is typed by its rate in micrograms per hour, or as strength not stated.")
                if form is Form.PATCH
                else _("Micrograms per hour belong to a patch."),
            )
        return (strength, unit) if strength is not None and unit else (None, None)

    def per(
        self, path: str, cells: ProductCells, form: Form | None, strength: Fraction | None
    ) -> Fraction:
        where = f"{path}.per"
        if form is not None and not form.measured:
            if cells["per"].strip(" "):
                self.refuse(where, _("An amount in mL belongs to a form that is measured."))
            return Fraction(1)
        wanted = form is not None and cells["strength_not_stated"] != "yes"
        return self.above_nothing(where, cells["per"], needed=wanted) or Fraction(1)

    def parts(self, path: str, cells: ProductCells, form: Form | None) -> int:
        """Into how many parts one may be split; 0 while that is not known."""
        where, typed = f"{path}.parts", cells["parts"]
        if form is None:
            return 0
        if form not in DIVISIBLE:
            if typed not in ("", "1"):
                self.refuse(
                    where,
                    _("{form} is not split into parts.").format(
                        form=formats.noun(form).capitalize()
                    ),
                )
            return 1
        if not typed:
            self.miss(where)
            return 0
        if typed not in ("1", "2", "3", "4", "8"):
            self.refuse(
                where, _("{typed} is not one of the choices.").format(typed=grammar.echo(typed))
            )
            return 0
        return int(typed)

    def wear(self, path: str, cells: ProductCells, form: Form | None) -> int | None:
        where, typed = f"{path}.wear_hours", cells["wear_hours"]
        if form is Form.PATCH:
            hours = self.needed(where, typed, grammar.hours)
        else:
            hours = self.typed(where, typed, grammar.hours)
            if hours is not None and form is not None:
                self.refuse(where, _("A wearing time belongs to a patch."))
        if hours is not None and hours > LONGEST_WEAR_HOURS:
            self.refuse(
                where,
                _("{typed} is longer than a patch is worn: {longest} hours at most.").format(
                    typed=grammar.echo(typed.strip(" ")), longest=LONGEST_WEAR_HOURS
                ),
            )
            return None
        return hours

    def times_of(self, path: str, cells: ProductCells) -> frozenset[When]:
        where = f"{path}.times"
        whens = [when for typed in cells["times"] if (when := self.time(where, typed)) is not None]
        for when in sorted({when for when in whens if whens.count(when) > 1}):
            self.refuse(
                where,
                _("{time} is among the times of day twice.").format(
                    time=wording.when_label(when.token)
                ),
            )
        return frozenset(whens)

    # Steps

    def step(self, cells: StepCells, number: int, above: _Dates | None) -> _Dates:
        path = f"steps.{cells['key']}"
        first = self.first_of(path, cells, number, above)
        dates = self.dates_of(path, cells, first)
        self.dates[cells["key"]] = dates
        from_slot = self.time(f"{path}.from_slot", cells["from_slot"])
        rhythm = self.chosen(f"{path}.rhythm", cells["rhythm"], Rhythm)
        cycle_days = self.cycle_days(path, cells, rhythm)
        cycle_from = self.typed(f"{path}.cycle_from", cells["cycle_from"], self.day)
        if cycle_from and rhythm and rhythm is not Rhythm.CYCLE:
            self.refuse(f"{path}.cycle_from", _("A day to count from belongs to a cycle."))
        doses = tuple(
            read_dose
            for dose in cells["doses"]
            if (read_dose := self.dose(cells["key"], number, dose, rhythm, cycle_days))
        )
        if not any(dose["quantity"].strip(" ") for dose in cells["doses"]):
            where = f"{path}.doses"
            sentence = _("{place}: no quantity typed.").format(place=self.places.of(path))
            self.refusals.append(Refusal(where, sentence, missing=True))
        stated = self.typed(f"{path}.stated_days", cells["stated_days"], grammar.days)
        readable = dates.first is not None and (dates.last is not None or dates.open)
        if dates.first is not None and readable and rhythm is not None and cycle_days:
            self.steps.append(
                Step(
                    key=cells["key"],
                    number=number,
                    first_day=dates.first,
                    from_slot=from_slot,
                    last_day=dates.last,
                    rhythm=rhythm,
                    cycle_days=cycle_days,
                    cycle_from=cycle_from,
                    doses=doses,
                    reason=cells["reason"].strip(),
                    stated_days=stated,
                    texts=_texts(cells),
                )
            )
        return dates

    def first_of(
        self, path: str, cells: StepCells, number: int, above: _Dates | None
    ) -> date | None:
        where = f"{path}.first_day"
        if not self.yes(f"{path}.chained", cells["chained"]):
            return self.needed(where, cells["first_day"], self.day)
        if cells["first_day"].strip(" "):
            self.refuse(
                where,
                _("A first day is typed, and the step begins the day after the one above ends."),
            )
        elif above is None:
            self.refuse(where, _("No step stands above this one."))
        elif above.open:
            self.refuse(
                where, _("Step {above} has no last day.").format(above=formats.number(number - 1))
            )
        elif above.last is None:
            sentence = _("Waits for the last day of step {above}.")
            self.refusals.append(
                Refusal(where, sentence.format(above=formats.number(number - 1)), missing=True)
            )
        else:
            return above.last + _DAY
        return None

    def dates_of(self, path: str, cells: StepCells, first: date | None) -> _Dates:
        days_where, last_where = f"{path}.days", f"{path}.last_day"
        days = self.typed(days_where, cells["days"], grammar.days)
        typed_last = self.typed(last_where, cells["last_day"], self.day)
        nothing = not cells["days"].strip(" ") and not cells["last_day"].strip(" ")
        if self.yes(f"{path}.open", cells["open"]):
            if not nothing:
                where = days_where if cells["days"].strip(" ") else last_where
                self.refuse(where, _("A length is typed, and the step is marked as open."))
            return _Dates(first, None, open=True)
        if nothing:
            self.miss(days_where)
        if first is None:
            return _Dates(None, typed_last if days is None else None, open=False)
        last = typed_last if days is None else first + (days - 1) * _DAY
        if last is None:
            return _Dates(first, None, open=False)
        return _Dates(first, self.checked_last(path, first, last, typed_last), open=False)

    def checked_last(
        self, path: str, first: date, last: date, typed_last: date | None
    ) -> date | None:
        where = f"{path}.last_day"
        if typed_last is not None and typed_last != last:
            self.refuse(
                where,
                _("The days typed end on {computed}, and the last day typed is {typed}.").format(
                    computed=formats.day(last), typed=formats.day(typed_last)
                ),
            )
            return None
        if last < first:
            self.refuse(
                where,
                _("The last day, {last}, is before the first day, {first}.").format(
                    last=formats.day(last), first=formats.day(first)
                ),
            )
            return None
        if last.year > grammar.LAST_YEAR:
            self.refuse(
                f"{path}.days",
                _("The step goes on after the year {last}, which is the last that is read.").format(
                    last=grammar.LAST_YEAR
                ),
            )
            return None
        return last

    def cycle_days(self, path: str, cells: StepCells, rhythm: Rhythm | None) -> int:
        """The length of the cycle; 0 while it is not known."""
        where, typed = f"{path}.cycle_days", cells["cycle_days"]
        if rhythm is Rhythm.CYCLE:
            days = self.needed(where, typed, grammar.days)
            if days is not None and not 2 <= days <= 31:
                self.refuse(
                    where,
                    _("{typed} is no length of a cycle: two to thirty-one days.").format(
                        typed=grammar.echo(typed.strip(" "))
                    ),
                )
                return 0
            return days or 0
        if rhythm and typed.strip(" "):
            self.refuse(where, _("A number of days belongs to a cycle."))
        return {None: 0, Rhythm.DAILY: 1, Rhythm.WEEKDAYS: 7}[rhythm]

    def dose(
        self,
        step: str,
        number: int,
        cells: DoseCells,
        rhythm: Rhythm | None,
        cycle_days: int,
    ) -> Dose | None:
        """One quantity. A blank one is no statement: nothing about its cell is asked."""
        where = dose_path(step, cells["product"], cells["time"], cells["on"])
        if not cells["quantity"].strip(" "):
            self.backs[where] = CellBack(CellState.BLANK, self.not_typed, where, self.places)
            return None
        before = len(self.refusals)
        dose = self.stated_dose(where, cells, rhythm, cycle_days)
        product = self.products.get(cells["product"])
        if len(self.refusals) > before:
            sentence = self.refusals[before].sentence
            self.backs[where] = CellBack(CellState.REFUSED, sentence, where, self.places)
            if product is not None:
                self.torn.add((step, product.drug))
            return None
        if dose is not None and product is not None:
            self.backs[where] = self.cell_back(product, dose, cells["quantity"].strip(" "), where)
        return dose

    def stated_dose(
        self, where: str, cells: DoseCells, rhythm: Rhythm | None, cycle_days: int
    ) -> Dose | None:
        quantity = self.remembered(self.quantities, where, cells["quantity"], grammar.quantity)
        when = self.remembered(self.whens, where, cells["time"], _when)
        if cells["product"] not in self.product_keys:
            self.refuse(where, _("The product of this quantity is not in the plan."))
        elif when is not None and when not in self.times[cells["product"]]:
            self.refuse(
                where,
                _("{time} is not among the times of day of this product.").format(
                    time=wording.when_label(cells["time"])
                ),
            )
        pattern = cells["on"], rhythm, cycle_days
        mask = self.masks.get(pattern, 0)
        if not mask and (mask := self.on_days(where, *pattern)):
            self.masks[pattern] = mask
        if quantity is None or when is None or not mask:
            return None
        return Dose(product=cells["product"], when=when, quantity=quantity, on_days=mask)

    def remembered(
        self, known: dict[str, T], where: str, text: str, reader: Callable[[str], T]
    ) -> T | None:
        """Read a cell; what was read once in this document is not read again."""
        value = known.get(text)
        if value is None and (value := self.needed(where, text, reader)) is not None:
            known[text] = value
        return value

    def on_days(self, where: str, typed: str, rhythm: Rhythm | None, cycle_days: int) -> int:
        """The bit set of the days on which a quantity counts; 0 while it is not known."""
        if rhythm is None or not cycle_days:
            return 0
        words = [word for word in typed.lower().split(" ") if word]
        if not words:
            return (1 << cycle_days) - 1
        mask = 0
        for word in words:
            if rhythm is Rhythm.WEEKDAYS:
                place = WEEKDAY_WORDS.index(word) if word in WEEKDAY_WORDS else None
            else:
                place = (
                    int(word) - 1 if word.isascii() and word.isdigit() and len(word) < 3 else None
                )
            if place is None or not 0 <= place < cycle_days:
                self.refuse(
                    where,
                    _("{typed} is not a weekday.").format(typed=grammar.echo(word))
                    if rhythm is Rhythm.WEEKDAYS
                    else _("{typed} is not a day of this pattern.").format(
                        typed=grammar.echo(word)
                    ),
                )
                return 0
            mask |= 1 << place
        return mask

    def cell_back(self, product: Product, dose: Dose, typed: str, where: str) -> CellBack:
        said = self.said.get((product.key, typed))
        if said is None:
            known = product.key not in self.unread
            reads = wording.dose_words if known else wording.quantity_words
            under = wording.amount_under if known else wording.quantity_words
            said = self.said[product.key, typed] = (
                CellState.TYPED if dose.quantity else CellState.NONE,
                under(product, dose.quantity),
                reads(product, dose.quantity),
            )
        state, words, in_full = said
        return CellBack(state, words, where, self.places, typed, in_full)

    def said_of_each(self) -> dict[str, dict[str, tuple[str, str]]]:
        by_product: dict[str, dict[str, tuple[str, str]]] = {}
        for (product, typed), (_state, words, in_full) in self.said.items():
            by_product.setdefault(product, {})[typed] = words, in_full
        return by_product

    # Beside the steps

    def as_needed(self, cells: AsNeededCells) -> AsNeeded | None:
        path = f"as_needed.{cells['key']}"
        if not cells["product"]:
            self.miss(f"{path}.product")
        elif cells["product"] not in self.product_keys:
            self.refuse(f"{path}.product", _("The product of this line is not in the plan."))
        quantity = self.above_nothing(f"{path}.quantity", cells["quantity"], needed=True)
        maximum = self.above_nothing(f"{path}.maximum", cells["maximum"], needed=False)
        gap = self.typed(f"{path}.gap", cells["gap"], grammar.minutes)
        if gap is not None and gap > LONGEST_GAP_MINUTES:
            self.refuse(
                f"{path}.gap",
                _("{typed} is longer than the time between two doses that is kept here.").format(
                    typed=grammar.echo(cells["gap"].strip(" "))
                ),
            )
            gap = None
        first = self.needed(f"{path}.first_day", cells["first_day"], self.day)
        last = self.typed(f"{path}.last_day", cells["last_day"], self.day)
        if first is not None and last is not None:
            self.checked_last(path, first, last, None)
        if quantity is None or first is None or cells["product"] not in self.products:
            return None
        return AsNeeded(
            key=cells["key"],
            product=cells["product"],
            quantity=quantity,
            maximum=maximum,
            gap_minutes=gap,
            reason=cells["reason"].strip(),
            first_day=first,
            last_day=last,
        )

    def whole_plan(self) -> None:
        cells = self.cells
        for name in ("drugs", "products"):
            if not cells[name]:
                self.miss(name)
        if not cells["steps"] and not cells["as_needed"]:
            self.miss("steps")
        products = {p["key"]: p["drug"] for p in cells["products"]}
        used = {
            products.get(d["product"])
            for s in cells["steps"]
            for d in s["doses"]
            if d["quantity"].strip(" ")
        } | {products.get(a["product"]) for a in cells["as_needed"]}
        for drug in self.drugs.values():
            if drug.key not in used and products:
                sentence = _("{drug}: no quantity typed.")
                place = self.places.thing("drugs", drug.key)
                self.refusals.append(
                    Refusal(f"drugs.{drug.key}", sentence.format(drug=place), missing=True)
                )

    def in_force_from(self) -> date | None:
        typed = self.cells["in_force_from"]
        if typed.strip(" ").lower() in FIRST_DAY:
            day = self.first_of_all()
        else:
            day = self.needed("in_force_from", typed, self.day)
        if day is not None and day < self.today and not self.cells["reason"].strip():
            sentence = _("In force from {day}, before today: the reason is not typed.")
            self.refusals.append(
                Refusal("reason", sentence.format(day=formats.day(day)), missing=True)
            )
        return day

    def first_of_all(self) -> date | None:
        """The first day of the steps, where a word asks for it."""
        firsts = [dates.first for dates in self.dates.values()]
        known = [first for first in firsts if first is not None]
        if not known or len(known) < len(firsts):
            self.refusals.append(
                Refusal("in_force_from", _("Waits for the first day of each step."), missing=True)
            )
            return None
        return min(known)

    # What the grid shows

    def step_backs(self, so_far: Schedule) -> dict[str, StepBack]:
        steps = {step.key: step for step in so_far.steps}
        return {
            cells["key"]: self.step_back(so_far, cells, number, steps.get(cells["key"]))
            for number, cells in enumerate(self.cells["steps"], 1)
        }

    def step_back(
        self, so_far: Schedule, cells: StepCells, number: int, step: Step | None
    ) -> StepBack:
        dates = self.dates[cells["key"]]
        chained = cells["chained"] == "yes"
        first_words = formats.weekday(dates.first) if dates.first else _("not typed")
        if chained and dates.first:
            first_words = _("{weekday}, chained").format(weekday=first_words)
        days = (dates.last - dates.first).days + 1 if dates.first and dates.last else None
        if dates.last:
            last_words = formats.weekday(dates.last)
        else:
            last_words = _("no last day") if dates.open else _("not typed")
        return StepBack(
            key=cells["key"],
            number=number,
            first_day=dates.first,
            first_words=first_words,
            days=days,
            days_words=formats.length(days) if days else last_words,
            last_day=dates.last,
            last_words=last_words,
            open=dates.open,
            chained=chained,
            pattern=wording.pattern_words(step) if step else "",
            totals=tuple(self.total_backs(so_far, cells, step)),
        )

    def drugs_unread(self, cells: StepCells) -> frozenset[str]:
        """The drugs of this step with a quantity of a product that could not be read."""
        return frozenset(
            product.drug
            for dose in cells["doses"]
            if dose["quantity"].strip(" ")
            and (product := self.products.get(dose["product"]))
            and product.key in self.unread
        )

    def total_backs(self, so_far: Schedule, cells: StepCells, step: Step | None) -> list[TotalBack]:
        totals = {t.drug.key: t for t in step_totals(so_far, step)} if step else {}
        unread = self.drugs_unread(cells) if self.unread else frozenset()
        backs = []
        for drug in so_far.drugs:
            total = totals.get(drug.key)
            if step is None or drug.key in unread or (cells["key"], drug.key) in self.torn:
                backs.append(TotalBack(drug.key, _("not complete"), Direction.NONE, "", False))
            elif total is None:
                words = _("no statement") if totals else _("not complete")
                backs.append(TotalBack(drug.key, words, Direction.NONE, "", False))
            else:
                way = direction(so_far, step, drug)
                backs.append(
                    TotalBack(
                        drug=drug.key,
                        words=wording.step_total_words(total),
                        direction=way,
                        direction_word=wording.direction_word(way),
                        complete=True,
                    )
                )
        return backs


def _when(text: str) -> When:
    """A named time of day or a clock time. Raises ``grammar.Refused``."""
    if text in ("morning", "midday", "evening", "bedtime"):
        return When(Slot(text))
    at: time = grammar.clock(text)
    return When(Slot.CLOCK, at)


def _texts(cells: ProductCells | StepCells | Cells) -> Texts:
    return Texts(
        patient=cells["patient_text"].strip(),
        pharmacy=cells["pharmacy_text"].strip(),
        team=cells["team_text"].strip(),
    )
