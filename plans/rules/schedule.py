"""What a clinician typed, as values, and the one answer to "what was to be taken on this day".

Every figure is a ``Fraction``; nothing here rounds, converts between drugs or knows a clock.
Every pattern is one mechanism: ``dose.on_days >> position(step, day) & 1``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from fractions import Fraction
from functools import total_ordering


class DrugRole(StrEnum):
    TAPERED = "tapered"
    INTRODUCED = "introduced"
    UNCHANGED = "unchanged"
    SUPPORTIVE = "supportive"
    RESCUE = "rescue"


class DrugClass(StrEnum):
    BENZODIAZEPINE = "benzodiazepine"
    OPIOID = "opioid"
    CORTICOSTEROID = "corticosteroid"
    ANTIDEPRESSANT = "antidepressant"
    OTHER = "other"


class End(StrEnum):
    STOP = "stop"
    MAINTAIN = "maintain"
    REFER = "refer"


class Form(StrEnum):
    TABLET = "tablet"
    CAPSULE = "capsule"
    BEAD = "bead"
    PATCH = "patch"
    LIQUID = "liquid"
    DROP = "drop"
    FILM = "film"
    LOZENGE = "lozenge"
    SPRAY = "spray"
    SUPPOSITORY = "suppository"
    INJECTION = "injection"
    SACHET = "sachet"
    PUFF = "puff"

    @property
    def measured(self) -> bool:
        """Whether the quantity is a volume in mL; every other form is counted."""
        return self in (Form.LIQUID, Form.INJECTION)


class Unit(StrEnum):
    MICROGRAM = "microgram"
    MG = "mg"
    G = "g"
    UNIT = "unit"
    MICROGRAM_PER_HOUR = "microgram/h"


class Slot(StrEnum):
    MORNING = "morning"
    MIDDAY = "midday"
    EVENING = "evening"
    BEDTIME = "bedtime"
    CLOCK = "clock"


class Rhythm(StrEnum):
    DAILY = "daily"
    CYCLE = "cycle"
    WEEKDAYS = "weekdays"


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
        return next(drug for drug in self.drugs if drug.key == key)

    def product(self, key: str) -> Product:
        return next(product for product in self.products if product.key == key)

    def step(self, key: str) -> Step:
        return next(step for step in self.steps if step.key == key)


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

    ``by_day[0]`` is the first day of the cycle, or Monday. ``even`` when every day is alike.
    """

    drug: Drug
    mean: DrugTotal
    by_day: tuple[DrugTotal, ...]

    @property
    def even(self) -> bool:
        return all(day == self.by_day[0] for day in self.by_day)


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


def position(step: Step, day: date) -> int:
    """The bit of ``on_days`` that answers for this day."""
    raise NotImplementedError


def expected_on(schedule: Schedule, day: date) -> tuple[Expected, ...]:
    """What was to be taken on this day, in order of time; stated zeros are in it."""
    raise NotImplementedError


def worn_on(schedule: Schedule, day: date) -> tuple[Worn, ...]:
    """Patches on this day: to apply, to keep on, to remove."""
    raise NotImplementedError


def away_on(schedule: Schedule, day: date) -> Away | None:
    """Who sets the doses on this day instead, where somebody does."""
    raise NotImplementedError


def as_needed_on(schedule: Schedule, day: date) -> tuple[AsNeeded, ...]:
    raise NotImplementedError


def day_totals(schedule: Schedule, day: date) -> tuple[DrugTotal, ...]:
    """The total of each drug that has a statement for this day; never across drugs."""
    raise NotImplementedError


def period_totals(schedule: Schedule, first: date, last: date) -> tuple[DrugTotal, ...]:
    """The total of each drug over a period, both days included; rates are never summed."""
    raise NotImplementedError


def supply(schedule: Schedule, first: date, last: date) -> tuple[SupplyLine, ...]:
    """How many of each product the steps state over a period; as-needed lines are not in it."""
    raise NotImplementedError


def step_totals(schedule: Schedule, step: Step) -> tuple[StepTotal, ...]:
    """Per drug of the step, the exact amount a day."""
    raise NotImplementedError


def direction(schedule: Schedule, step: Step, drug: Drug) -> Direction:
    """This step against the latest earlier step of that drug."""
    raise NotImplementedError


def earlier_step(schedule: Schedule, step: Step, drug: Drug) -> Step | None:
    """The latest step of that drug that begins before this one."""
    raise NotImplementedError


def first_day(schedule: Schedule) -> date | None:
    raise NotImplementedError


def last_day(schedule: Schedule) -> date | None:
    """None where a step is open (or there is no step)."""
    raise NotImplementedError


def step_on(schedule: Schedule, day: date, drug: Drug, when: When | None = None) -> Step | None:
    """The step in force for a drug; without ``when``, the one in force as the day ends."""
    raise NotImplementedError


def next_change(schedule: Schedule, day: date) -> Change | None:
    """The first change after this day."""
    raise NotImplementedError
