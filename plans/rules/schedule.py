"""What a clinician typed, as values, and the one answer to "what was to be taken on this day".

Every figure is a ``Fraction``; nothing here rounds, converts between drugs or knows a clock.
Every pattern is one mechanism: ``dose.on_days >> position(step, day) & 1``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, total_ordering
from typing import assert_never

from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Slot, Unit


class Direction(StrEnum):
    FIRST = "first"
    STARTS = "starts"
    LOWER = "lower"
    SAME = "same"
    HIGHER = "higher"
    ENDS = "ends"
    NONE = "none"


class PatchAct(StrEnum):
    APPLY = "apply"
    KEEP_ON = "keep on"
    REMOVE = "remove"


_PLACE_IN_DAY = {
    Slot.MORNING: 8 * 60,
    Slot.MIDDAY: 12 * 60,
    Slot.EVENING: 18 * 60,
    Slot.BEDTIME: 22 * 60,
}
"""Where a named slot stands among clock times, in minutes; used for order only, never shown."""


@total_ordering
@dataclass(frozen=True)
class When:
    """A time of day: a named slot, or a clock time (then ``slot`` is ``CLOCK`` and ``at`` is set).

    ``token`` ("bedtime", "08:00") is how it is typed and kept in one column; ``of`` reads it back.
    """

    slot: Slot
    at: time | None = None

    def __post_init__(self) -> None:
        if (self.slot is Slot.CLOCK) != (self.at is not None):
            raise ValueError("A clock time, and only a clock time, has an hour.")

    @classmethod
    def of(cls, token: str) -> When:
        """Read a token written by ``token``. Raises ValueError; typed text goes through cells."""
        if ":" in token:
            return cls(Slot.CLOCK, time.fromisoformat(token))
        return cls(Slot(token))

    @property
    def token(self) -> str:
        return self.slot.value if self.at is None else self.at.strftime("%H:%M")

    @property
    def place(self) -> tuple[int, int]:
        """Order within a day: a named slot stands before a clock time at the same place."""
        if self.at is None:
            return _PLACE_IN_DAY[self.slot], 0
        return self.at.hour * 60 + self.at.minute, 1

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, When):
            return NotImplemented
        return self.place < other.place


@dataclass(frozen=True)
class Texts:
    """What is printed for the patient, for the pharmacy, and what the team alone reads."""

    patient: str = ""
    pharmacy: str = ""
    team: str = ""


@dataclass(frozen=True)
class Drug:
    key: str
    name: str
    role: DrugRole
    drug_class: DrugClass
    end: End | None = None
    review_on: date | None = None
    end_note: str = ""


@dataclass(frozen=True)
class Product:
    """``strength`` None means "not stated": then only counts are totalled and ``unit`` is None.

    ``per`` is the mL that hold the strength (measured forms); 1 for counted forms.
    ``parts``: into how many parts one may be split (1, 2, 3, 4, 8); 1 for measured forms.
    """

    key: str
    drug: str
    name: str
    form: Form
    route: str = ""
    strength: Fraction | None = None
    unit: Unit | None = None
    per: Fraction = Fraction(1)
    parts: int = 1
    stated_supply: Fraction | None = None
    preparation: str = ""
    wear_hours: int | None = None
    given_by: str = ""
    keep_until: str = ""
    device: str = ""
    texts: Texts = field(default_factory=Texts)


@dataclass(frozen=True)
class Dose:
    """``quantity`` 0 is a stated "none". ``on_days``: bit 0 = first day of the cycle, or Monday."""

    product: str
    when: When
    quantity: Fraction
    on_days: int


@dataclass(frozen=True)
class Step:
    """``last_day`` None: open. ``from_slot``: on its first day it begins at that time of day.

    ``cycle_days`` is 1 for daily and 7 for weekdays; ``cycle_from`` None counts from ``first_day``.
    """

    key: str
    number: int
    first_day: date
    from_slot: When | None
    last_day: date | None
    rhythm: Rhythm
    cycle_days: int
    cycle_from: date | None
    doses: tuple[Dose, ...]
    reason: str = ""
    stated_days: int | None = None
    texts: Texts = field(default_factory=Texts)


@dataclass(frozen=True)
class AsNeeded:
    """``maximum`` is in 24 hours, in the unit of ``quantity``; None is a finding."""

    key: str
    product: str
    quantity: Fraction
    maximum: Fraction | None
    gap_minutes: int | None
    reason: str
    first_day: date
    last_day: date | None


@dataclass(frozen=True)
class Away:
    """Days for which somebody else sets the doses, or none is taken; ``last_day`` None: open."""

    first_day: date
    last_day: date | None
    where: str
    why: str = ""


@dataclass(frozen=True)
class Schedule:
    """A whole schedule, in the order typed. ``away`` comes from the version, not from its cells."""

    drugs: tuple[Drug, ...] = ()
    products: tuple[Product, ...] = ()
    steps: tuple[Step, ...] = ()
    as_needed: tuple[AsNeeded, ...] = ()
    away: tuple[Away, ...] = ()

    def drug(self, key: str) -> Drug:
        return self._drugs[key]

    def product(self, key: str) -> Product:
        return self._products[key]

    def known_product(self, key: str) -> Product | None:
        """None for a product that is not in the plan, or whose drug is not."""
        return self._products.get(key)

    def step(self, key: str) -> Step:
        return next(step for step in self.steps if step.key == key)

    def products_of(self, drug: Drug) -> tuple[Product, ...]:
        return self._products_of.get(drug.key, ())

    def steps_of(self, drug: Drug) -> tuple[Step, ...]:
        """The steps with a statement about this drug, in the order in which they begin."""
        return self._steps_of.get(drug.key, ())

    def doses_of(self, step: Step, drug: Drug) -> tuple[Dose, ...]:
        return tuple(
            dose
            for dose in step.doses
            if (product := self._products.get(dose.product)) and product.drug == drug.key
        )

    def steps_before(self, step: Step, drug: Drug) -> tuple[Step, ...]:
        """The steps of this drug that begin before this one, in the order in which they begin."""
        steps = self.steps_of(drug)
        return steps[: bisect_left(steps, _beginning(step), key=_beginning)]

    def handed_over(self, step: Step, drug: Drug) -> When | None:
        """The time on the step's last day from which a later step of this drug counts instead."""
        return self._handovers.get((step.key, drug.key))

    @cached_property
    def _step_totals(self) -> dict[tuple[str, str], StepTotal]:
        """Remembered answers of ``_step_total``; a schedule never changes."""
        return {}

    @cached_property
    def _all_step_totals(self) -> dict[str, tuple[StepTotal, ...]]:
        """Remembered answers of ``step_totals``."""
        return {}

    @cached_property
    def _supplies(self) -> dict[tuple[date, date], tuple[SupplyLine, ...]]:
        """Remembered answers of ``supply``."""
        return {}

    @cached_property
    def _drugs(self) -> dict[str, Drug]:
        return {drug.key: drug for drug in self.drugs}

    @cached_property
    def _products(self) -> dict[str, Product]:
        return {product.key: product for product in self.products if product.drug in self._drugs}

    @cached_property
    def _products_of(self) -> dict[str, tuple[Product, ...]]:
        return {
            key: tuple(product for product in self.products if product.drug == key)
            for key in {product.drug for product in self.products}
        }

    @cached_property
    def _steps_of(self) -> dict[str, tuple[Step, ...]]:
        return {
            drug.key: tuple(
                sorted((s for s in self.steps if self.doses_of(s, drug)), key=_beginning)
            )
            for drug in self.drugs
        }

    @cached_property
    def _handovers(self) -> dict[tuple[str, str], When]:
        found: dict[tuple[str, str], When] = {}
        for drug in self.drugs:
            steps = self.steps_of(drug)
            for place, later in enumerate(steps):
                if later.from_slot is None:
                    continue
                for earlier in steps[:place]:
                    if earlier.last_day == later.first_day and begins_before(earlier, later):
                        key = (earlier.key, drug.key)
                        found[key] = min(found.get(key, later.from_slot), later.from_slot)
        return found


_MIDNIGHT = (-1, 0)


def _place(when: When | None) -> tuple[int, int]:
    return _MIDNIGHT if when is None else when.place


def _beginning(step: Step) -> tuple[date, tuple[int, int], int]:
    return step.first_day, _place(step.from_slot), step.number


def begins_before(earlier: Step, later: Step) -> bool:
    """Whether one step begins on an earlier day, or at an earlier time of the same day."""
    return _beginning(earlier)[:2] < _beginning(later)[:2]


@dataclass(frozen=True)
class Expected:
    """One dose to be taken on a day; a quantity of 0 is a stated "none"."""

    when: When
    product: Product
    drug: Drug
    quantity: Fraction
    step: Step


@dataclass(frozen=True)
class Worn:
    """A patch on a day: applied today, still worn, or due off today (``act``)."""

    product: Product
    drug: Drug
    quantity: Fraction
    step: Step
    when: When
    applied_on: date
    removed_on: date | None
    act: PatchAct


@dataclass(frozen=True)
class Amount:
    value: Fraction
    unit: Unit


@dataclass(frozen=True)
class Count:
    product: Product
    quantity: Fraction


@dataclass(frozen=True)
class DrugTotal:
    """The total of one drug. ``amounts`` has one entry for each family of units (mass, units,
    rate); ``counts`` one for each product. ``complete`` is False when a product with no stated
    strength is in it, so that the amounts are not the whole."""

    drug: Drug
    amounts: tuple[Amount, ...]
    counts: tuple[Count, ...]
    complete: bool = True

    @property
    def amount(self) -> Fraction | None:
        """The one amount, or None where there is none or more than one family of units."""
        return self.amounts[0].value if self.complete and len(self.amounts) == 1 else None

    @property
    def unit(self) -> Unit | None:
        return self.amounts[0].unit if self.complete and len(self.amounts) == 1 else None


@dataclass(frozen=True)
class StepTotal:
    """One drug in one step: the exact mean a day over a cycle, and each day of the cycle.

    ``by_day[0]`` is the first day of the cycle, or Monday. ``even`` when every day has the same
    amounts, and the same counts where a strength is not stated.
    """

    drug: Drug
    mean: DrugTotal
    by_day: tuple[DrugTotal, ...]

    @property
    def even(self) -> bool:
        return all(
            day.amounts == self.by_day[0].amounts
            and (day.complete or day.counts == self.by_day[0].counts)
            for day in self.by_day
        )


@dataclass(frozen=True)
class SupplyLine:
    product: Product
    quantity: Fraction


@dataclass(frozen=True)
class DrugChange:
    """``after`` None: the drug's last stated day has passed. ``before`` None: none was stated."""

    drug: Drug
    before: StepTotal | None
    after: StepTotal | None
    direction: Direction


@dataclass(frozen=True)
class Change:
    """The next day on which a step begins or a drug's steps are over."""

    day: date
    from_slot: When | None
    drugs: tuple[DrugChange, ...]


_DAY = timedelta(days=1)


def position(step: Step, day: date) -> int:
    """The bit of ``on_days`` that answers for this day."""
    match step.rhythm:
        case Rhythm.DAILY:
            return 0
        case Rhythm.WEEKDAYS:
            return day.weekday()
        case Rhythm.CYCLE:
            return (day - (step.cycle_from or step.first_day)).days % step.cycle_days
        case _:
            assert_never(step.rhythm)


def in_force(step: Step, day: date) -> bool:
    return step.first_day <= day and (step.last_day is None or day <= step.last_day)


def counts_at(schedule: Schedule, step: Step, drug: Drug, day: date, when: When) -> bool:
    """Whether the step answers for this drug at this time of a day on which it is in force."""
    if day == step.first_day and step.from_slot is not None and when < step.from_slot:
        return False
    until = schedule.handed_over(step, drug) if day == step.last_day else None
    return until is None or when < until


def expected_on(schedule: Schedule, day: date) -> tuple[Expected, ...]:
    """What was to be taken on this day, in order of time; stated zeros are in it.

    Nothing is expected on a day on which somebody else sets the doses: ask ``away_on``.
    """
    if away_on(schedule, day) is not None:
        return ()
    found = [
        Expected(when=dose.when, product=product, drug=drug, quantity=dose.quantity, step=step)
        for step in schedule.steps
        if in_force(step, day)
        for dose, product, drug in _known_doses(schedule, step)
        if dose.on_days >> position(step, day) & 1
        and counts_at(schedule, step, drug, day, dose.when)
    ]
    order = {product.key: place for place, product in enumerate(schedule.products)}
    found.sort(key=lambda e: (e.when.place, order[e.product.key], e.step.number))
    return tuple(found)


def _known_doses(schedule: Schedule, step: Step) -> Iterator[tuple[Dose, Product, Drug]]:
    """The doses whose product is in the schedule; one that is not is a finding, not a dose."""
    for dose in step.doses:
        product = schedule.known_product(dose.product)
        if product is not None:
            yield dose, product, schedule.drug(product.drug)


def away_on(schedule: Schedule, day: date) -> Away | None:
    """Who sets the doses on this day instead, where somebody does."""
    return next(
        (
            away
            for away in schedule.away
            if away.first_day <= day and (away.last_day is None or day <= away.last_day)
        ),
        None,
    )


def as_needed_on(schedule: Schedule, day: date) -> tuple[AsNeeded, ...]:
    if away_on(schedule, day) is not None:
        return ()
    return tuple(
        line
        for line in schedule.as_needed
        if line.first_day <= day and (line.last_day is None or day <= line.last_day)
    )


def days_worn(product: Product, when: When) -> int:
    """After how many days a patch put on at this time is due off; 0 is the same day."""
    hours = product.wear_hours or 0
    if hours % 24 == 0:
        return hours // 24
    return (when.place[0] + hours * 60) // (24 * 60)


def worn_on(schedule: Schedule, day: date) -> tuple[Worn, ...]:
    """Patches on this day, by their typed wearing time: to remove, to apply, to keep on."""
    wearing = [p.wear_hours or 0 for p in schedule.products if p.form is Form.PATCH]
    found: list[Worn] = []
    for back in range(max(wearing) // 24 + 1 if wearing else 0, -1, -1):
        applied = day - back * _DAY
        for dose in expected_on(schedule, applied):
            if dose.product.form is not Form.PATCH or dose.quantity == 0:
                continue
            off = applied + days_worn(dose.product, dose.when) * _DAY
            act = _patch_act(applied=applied, off=off, day=day)
            if act is not None:
                found.append(
                    Worn(
                        product=dose.product,
                        drug=dose.drug,
                        quantity=dose.quantity,
                        step=dose.step,
                        when=dose.when,
                        applied_on=applied,
                        removed_on=None if dose.product.wear_hours is None else off,
                        act=act,
                    )
                )
    return tuple(found)


def _patch_act(*, applied: date, off: date, day: date) -> PatchAct | None:
    if applied == day:
        return PatchAct.APPLY
    if off == day:
        return PatchAct.REMOVE
    return PatchAct.KEEP_ON if day < off else None


_MICROGRAMS = {Unit.MICROGRAM: 1, Unit.MG: 1000, Unit.G: 1_000_000}
"""Exact factors inside the one family of units that is ever converted."""


def _family(unit: Unit) -> Unit:
    return Unit.MICROGRAM if unit in _MICROGRAMS else unit


def _display_units(schedule: Schedule, drug: Drug) -> dict[Unit, Unit]:
    """Per family, the unit in which this drug's first product is typed."""
    units: dict[Unit, Unit] = {}
    for product in schedule.products_of(drug):
        if product.unit is not None and product.strength is not None:
            units.setdefault(_family(product.unit), product.unit)
    return units


def _total(
    schedule: Schedule,
    drug: Drug,
    taken: Iterable[tuple[Product, Fraction]],
    worn: Iterable[tuple[Product, Fraction]] = (),
) -> DrugTotal:
    """Add up counts taken, and rates of patches worn. Exact; within one drug only."""
    counts: dict[str, Fraction] = {}
    products: dict[str, Product] = {}
    sums: dict[Unit, Fraction] = {}
    complete = True
    for product, quantity in taken:
        if product.key in counts:
            counts[product.key] += quantity
        else:
            counts[product.key], products[product.key] = quantity, product
    for key, product in products.items():
        if product.strength is None or product.unit is None:
            complete = complete and counts[key] == 0
        elif product.unit is not Unit.MICROGRAM_PER_HOUR:
            family = _family(product.unit)
            factor = product.strength / product.per * _MICROGRAMS.get(product.unit, 1)
            sums[family] = sums.get(family, Fraction(0)) + counts[key] * factor
    for product, quantity in worn:
        if product.strength is not None and product.unit is Unit.MICROGRAM_PER_HOUR:
            rate = quantity * product.strength
            sums[product.unit] = sums.get(product.unit, Fraction(0)) + rate
    return DrugTotal(
        drug=drug,
        amounts=tuple(
            Amount(value=sums[family] / _MICROGRAMS.get(shown, 1), unit=shown)
            for family, shown in _display_units(schedule, drug).items()
            if family in sums
        ),
        counts=tuple(
            Count(product=product, quantity=counts[product.key])
            for product in schedule.products_of(drug)
            if product.key in counts
        ),
        complete=complete,
    )


def day_totals(schedule: Schedule, day: date) -> tuple[DrugTotal, ...]:
    """The total of each drug that has a statement for this day; never across drugs.

    Patches count by the rate that is on the skin after this day's changes, also on the days on
    which they are only kept on.
    """
    expected = expected_on(schedule, day)
    worn = [w for w in worn_on(schedule, day) if w.act is not PatchAct.REMOVE]
    totals = []
    for drug in schedule.drugs:
        taken = [(e.product, e.quantity) for e in expected if e.drug.key == drug.key]
        on_skin = [(w.product, w.quantity) for w in worn if w.drug.key == drug.key]
        on_skin += [(product, Fraction(0)) for product, _quantity in taken]
        if taken or on_skin:
            totals.append(_total(schedule, drug, taken, on_skin))
    return tuple(totals)


def period_totals(schedule: Schedule, first: date, last: date) -> tuple[DrugTotal, ...]:
    """The total of each drug over a period, both days included; rates are never summed."""
    lines = supply(schedule, first, last)
    totals = []
    for drug in schedule.drugs:
        taken = [(li.product, li.quantity) for li in lines if li.product.drug == drug.key]
        if taken:
            totals.append(_total(schedule, drug, taken))
    return tuple(totals)


def supply(schedule: Schedule, first: date, last: date) -> tuple[SupplyLine, ...]:
    """How many of each product the steps state over a period, both days included.

    As-needed lines are not in it (their supply is typed, never computed), nor are days on which
    somebody else sets the doses. A product stated only as 0 has a line of 0.
    """
    known = schedule._supplies
    if (first, last) not in known:
        known[first, last] = _supply(schedule, first, last)
    return known[first, last]


def _supply(schedule: Schedule, first: date, last: date) -> tuple[SupplyLine, ...]:
    # So many days, so much of a product: few of them differ, and each is multiplied once.
    parts: dict[tuple[str, int], Fraction] = {}
    for step in schedule.steps:
        for begin, end in _stretches(schedule, step, first, last):
            whole: dict[int, int] = {}
            for dose, product, drug in _known_doses(schedule, step):
                if step.from_slot is None and schedule.handed_over(step, drug) is None:
                    # No time of day parts a day of this step: the same days, the same number.
                    if dose.on_days not in whole:
                        whole[dose.on_days] = days_of_cycle(step, dose.on_days, begin, end)
                    taken = whole[dose.on_days]
                else:
                    taken = _days_taken(schedule, step, dose, drug, begin, end)
                part = product.key, taken
                parts[part] = parts[part] + dose.quantity if part in parts else dose.quantity
    sums: dict[str, Fraction] = {}
    for (key, taken), quantity in parts.items():
        sums[key] = sums.get(key, Fraction(0)) + taken * quantity
    return tuple(
        SupplyLine(product=product, quantity=sums[product.key])
        for product in schedule.products
        if product.key in sums
    )


def _stretches(
    schedule: Schedule, step: Step, first: date, last: date
) -> Iterator[tuple[date, date]]:
    """The days of the period on which the step is in force and nobody else sets the doses."""
    begin = max(first, step.first_day)
    end = last if step.last_day is None else min(last, step.last_day)
    for away in sorted(schedule.away, key=lambda a: a.first_day):
        if away.first_day > end or (away.last_day is not None and away.last_day < begin):
            continue
        if begin < away.first_day:
            yield begin, away.first_day - _DAY
        if away.last_day is None:
            return
        begin = max(begin, away.last_day + _DAY)
    if begin <= end:
        yield begin, end


def _days_taken(
    schedule: Schedule, step: Step, dose: Dose, drug: Drug, begin: date, end: date
) -> int:
    """On how many days from begin to end this dose is taken."""
    days = days_of_cycle(step, dose.on_days, begin, end)
    for edge in {begin, end} & {step.first_day, step.last_day}:
        if dose.on_days >> position(step, edge) & 1:
            days -= not counts_at(schedule, step, drug, edge, dose.when)
    return days


def days_of_cycle(step: Step, on_days: int, begin: date, end: date) -> int:
    """How many days from begin to end are among these days of the cycle: whole cycles, the rest."""
    cycle = {Rhythm.DAILY: 1, Rhythm.WEEKDAYS: 7, Rhythm.CYCLE: step.cycle_days}[step.rhythm]
    whole, rest = divmod((end - begin).days + 1, cycle)
    days = whole * (on_days & (1 << cycle) - 1).bit_count()
    return days + sum(on_days >> position(step, begin + n * _DAY) & 1 for n in range(rest))


def step_totals(schedule: Schedule, step: Step) -> tuple[StepTotal, ...]:
    """Per drug of the step, the exact amount a day: the mean over a cycle, and day by day."""
    known = schedule._all_step_totals
    if step.key not in known:
        known[step.key] = tuple(
            _step_total(schedule, step, drug)
            for drug in schedule.drugs
            if schedule.doses_of(step, drug)
        )
    return known[step.key]


def _step_total(schedule: Schedule, step: Step, drug: Drug) -> StepTotal:
    known = schedule._step_totals
    if (step.key, drug.key) not in known:
        known[step.key, drug.key] = _compute_step_total(schedule, step, drug)
    return known[step.key, drug.key]


def _compute_step_total(schedule: Schedule, step: Step, drug: Drug) -> StepTotal:
    cycle = {Rhythm.DAILY: 1, Rhythm.WEEKDAYS: 7, Rhythm.CYCLE: step.cycle_days}[step.rhythm]
    doses = [(dose, schedule.product(dose.product)) for dose in schedule.doses_of(step, drug)]
    rates = [pair for pair in doses if pair[1].unit is Unit.MICROGRAM_PER_HOUR]

    def total(
        days_of: Callable[[Dose], Fraction], worn_of: Callable[[Dose], Fraction]
    ) -> DrugTotal:
        return _total(
            schedule,
            drug,
            [(product, dose.quantity * days_of(dose)) for dose, product in doses],
            [(product, dose.quantity * worn_of(dose)) for dose, product in rates],
        )

    def share(dose: Dose) -> Fraction:
        return Fraction((dose.on_days & (1 << cycle) - 1).bit_count(), cycle)

    def worn_share(dose: Dose) -> Fraction:
        hours = schedule.product(dose.product).wear_hours
        return share(dose) * Fraction(24 if hours is None else hours, 24)

    def on(place: int) -> DrugTotal:
        return total(
            lambda dose: Fraction(dose.on_days >> place & 1),
            lambda dose: Fraction(_patches_at(schedule, dose, place, cycle)),
        )

    if cycle == 1 and not rates and all(dose.on_days & 1 for dose, _product in doses):
        # Every day is the same, and its own mean.
        day = _total(schedule, drug, [(product, dose.quantity) for dose, product in doses])
        return StepTotal(drug=drug, mean=day, by_day=(day,))
    return StepTotal(
        drug=drug,
        mean=total(share, worn_share),
        by_day=tuple(on(place) for place in range(cycle)),
    )


def _patches_at(schedule: Schedule, dose: Dose, place: int, cycle: int) -> int:
    """How many applications of this dose are on the skin on this day of a repeating cycle."""
    worn = max(1, days_worn(schedule.product(dose.product), dose.when))
    return sum(dose.on_days >> (place - back) % cycle & 1 for back in range(worn))


def is_nothing(total: StepTotal) -> bool:
    """Whether every dose of the drug in this step is a stated 0."""
    return all(count.quantity == 0 for count in total.mean.counts)


def earlier_step(schedule: Schedule, step: Step, drug: Drug) -> Step | None:
    """The latest step of that drug that begins before this one."""
    earlier = schedule.steps_before(step, drug)
    return earlier[-1] if earlier else None


def direction(schedule: Schedule, step: Step, drug: Drug) -> Direction:
    """This step against the latest earlier step of that drug, by the exact mean amount a day.

    ``NONE``: the step says nothing about the drug, or states nothing where nothing was before.
    Where one part rises and another falls (a patch and a tablet of one drug), it is ``HIGHER``:
    something in it is.
    """
    if not schedule.doses_of(step, drug):
        return Direction.NONE
    total = _step_total(schedule, step, drug)
    earlier = schedule.steps_before(step, drug)
    before = _step_total(schedule, earlier[-1], drug) if earlier else None
    if is_nothing(total):
        ended = before is not None and not is_nothing(before)
        return Direction.ENDS if ended else Direction.NONE
    if before is None or all(is_nothing(_step_total(schedule, s, drug)) for s in earlier):
        begins_the_plan = step.first_day == first_day(schedule)
        return Direction.FIRST if begins_the_plan else Direction.STARTS
    return _compared(_comparable(before), _comparable(total))


def _comparable(total: StepTotal) -> dict[str, Fraction]:
    """One figure for each family of units, and one for each product without stated strength."""
    figures: dict[str, Fraction] = {a.unit: a.value for a in total.mean.amounts}
    for count in total.mean.counts:
        if count.product.strength is None:
            figures[f"product {count.product.key}"] = count.quantity
    return figures


def _compared(before: dict[str, Fraction], after: dict[str, Fraction]) -> Direction:
    none = Fraction(0)
    differences = [after.get(k, none) - before.get(k, none) for k in before.keys() | after.keys()]
    if any(difference > 0 for difference in differences):
        return Direction.HIGHER
    return Direction.LOWER if any(differences) else Direction.SAME


def first_day(schedule: Schedule) -> date | None:
    """The first day of the steps; of the as-needed lines where there is no step."""
    days = [s.first_day for s in schedule.steps] or [a.first_day for a in schedule.as_needed]
    return min(days, default=None)


def last_day(schedule: Schedule) -> date | None:
    """The last day of the steps (of the as-needed lines where there is no step); None: open."""
    days = [s.last_day for s in schedule.steps] or [a.last_day for a in schedule.as_needed]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def step_on(schedule: Schedule, day: date, drug: Drug, when: When | None = None) -> Step | None:
    """The step in force for a drug; without ``when``, the one in force as the day ends.

    Where steps of one drug overlap, the one that began last.
    """
    for step in reversed(schedule.steps_of(drug)):
        if in_force(step, day) and (when is None or counts_at(schedule, step, drug, day, when)):
            return step
    return None


def next_change(schedule: Schedule, day: date) -> Change | None:
    """The first day after this one on which a step begins or a drug's stated days are over."""
    days = [s.first_day for s in schedule.steps if s.first_day > day]
    for drug in schedule.drugs:
        ends = {s.last_day + _DAY for s in schedule.steps_of(drug) if s.last_day is not None}
        days += [end for end in ends if end > day and step_on(schedule, end, drug) is None]
    if not days:
        return None
    changes = [
        change for drug in schedule.drugs if (change := _drug_change(schedule, min(days), drug))
    ]
    starts = [s.from_slot for s in schedule.steps if s.first_day == min(days)]
    slots = [slot for slot in starts if slot is not None]
    whole_day = not starts or len(slots) < len(starts)
    return Change(day=min(days), from_slot=None if whole_day else min(slots), drugs=tuple(changes))


def _drug_change(schedule: Schedule, day: date, drug: Drug) -> DrugChange | None:
    step = step_on(schedule, day, drug)
    if step is not None and step.first_day == day:
        earlier = earlier_step(schedule, step, drug)
        return DrugChange(
            drug=drug,
            before=None if earlier is None else _step_total(schedule, earlier, drug),
            after=_step_total(schedule, step, drug),
            direction=direction(schedule, step, drug),
        )
    before = step_on(schedule, day - _DAY, drug)
    if step is not None or before is None:
        return None
    return DrugChange(
        drug=drug,
        before=_step_total(schedule, before, drug),
        after=None,
        direction=Direction.ENDS,
    )
