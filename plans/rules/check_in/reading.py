"""A check-in once read: what it says, what it lacks, what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from plans.rules.catalogue import SHIPPED, Catalogue
from plans.rules.check_in_words import Decision, How, NextHow, Reporter, Scale, TakenAs
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import SAFETY_QUESTIONS, Suicide
from plans.rules.vitals import Measured


@dataclass(frozen=True)
class Refusal:
    """What was typed in `where` cannot be read; it stays in its box."""

    where: str
    sentence: str


@dataclass(frozen=True)
class Missing:
    """`where` is the box to go to; `words` stands in "to complete"."""

    where: str
    words: str


@dataclass(frozen=True)
class OfferedDrug:
    key: str
    name: str


@dataclass(frozen=True)
class OfferedProduct:
    key: str
    label: str


@dataclass(frozen=True)
class Asking:
    """What stands around the boxes. `now` and `opened_at` carry the clinic's zone."""

    now: datetime
    opened_at: datetime
    catalogue: Catalogue = SHIPPED
    classes: frozenset[DrugClass] = frozenset()
    drugs: tuple[OfferedDrug, ...] = ()
    products: tuple[OfferedProduct, ...] = ()
    phone: str = ""
    address: str = ""
    recorder: str = ""
    # Of a correction: the starred items that the corrected check-in recorded present.
    corrected_stars: frozenset[str] | None = None


@dataclass(frozen=True)
class Present:
    key: str
    label: str
    by: Reporter
    event: bool
    star: bool = False
    severity: str = ""
    interference: int | None = None
    onset: str = ""
    note: str = ""
    how_many: int | None = None
    when_each: str = ""
    how_long: str = ""
    witnessed_by: str = ""
    injured: str = ""
    first_ever: str = ""
    ambulance_or_hospital: str = ""
    last_dose_before: str = ""


@dataclass(frozen=True)
class Declined:
    key: str
    label: str
    could_be_asked: bool
    why: str
    by: Reporter


@dataclass(frozen=True)
class SuicideDetail:
    asked_by: str = ""
    why_not: str = ""
    words: str = ""
    earlier_attempts: str = ""
    means: str = ""
    means_done: str = ""
    protects: str = ""
    safety_plan: str = ""
    copy_given: str = ""
    told: str = ""


@dataclass(frozen=True)
class TakenLine:
    drug: str
    answer: TakenAs
    note: str = ""
    last_product: str = ""
    last_strength: str = ""
    last_amount: str = ""
    last_when: str = ""
    in_hand: str = ""


@dataclass(frozen=True)
class AmountLine:
    product: str
    first_day: date
    last_day: date
    quantity: Fraction
    typed: str


@dataclass(frozen=True)
class ScaleLine:
    scale: Scale
    version: str
    total: Fraction
    rated_on: date
    rater: str


@dataclass(frozen=True)
class VitalLine:
    """`beyond`: the limit that it is beyond, in words."""

    measured: Measured
    typed: str
    beyond: str = ""


@dataclass(frozen=True)
class Reading:
    """Everything that could be read. It can be completed when nothing is refused or missing."""

    refusals: tuple[Refusal, ...]
    missing: tuple[Missing, ...]
    raised: frozenset[str]
    how: How | None
    reported_by: Reporter | None
    reporter_name: str
    where_now: str
    call_back: str
    happened_at: datetime
    told_at: datetime
    present: tuple[Present, ...]
    declined: tuple[Declined, ...]
    denied: Mapping[str, tuple[str, ...]]
    rest_denied: bool
    suicide: Suicide | None
    suicide_detail: SuicideDetail
    vital_signs: tuple[VitalLine, ...]
    taken: tuple[TakenLine, ...]
    amounts: tuple[AmountLine, ...]
    scales: tuple[ScaleLine, ...]
    mood: str
    alcohol_and_drugs: str
    driving: str
    note: str
    in_confidence: bool
    decision: Decision | None
    decision_reason: str
    next_on: date | None
    next_how: NextHow | None
    no_next_reason: str
    correction_reason: str
    taken_back: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return not self.refusals and not self.missing

    @property
    def safety_open(self) -> bool:
        """Whether a safety question was declined or could not be asked."""
        return any(line.key in SAFETY_QUESTIONS for line in self.declined)
