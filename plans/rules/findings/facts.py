"""What a finding is, which of them refuse a signing, and the words that all of them share."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from plans.rules import wording
from plans.rules.draft import dose_path
from plans.rules.schedule import (
    Dose,
    Schedule,
    Step,
)
from plans.rules.typed import typed_days_of
from taperplan import formats
from taperplan.words import gettext as _

_LONGEST_SUBJECT = 120


class Severity(StrEnum):
    REFUSE = "refuse"
    REASON = "reason"


class FindingCode(StrEnum):
    END_BEFORE_START = "end_before_start"
    NO_STATED_END = "no_stated_end"
    STOP_WITHOUT_LAST_DAY = "stop_without_last_day"
    STATED_TWICE = "stated_twice"
    UNKNOWN_PRODUCT = "unknown_product"
    GAP = "gap"
    OVERLAP = "overlap"
    SILENT = "silent"
    SAME = "same"
    HIGHER = "higher"
    NOT_TO_BE_SPLIT = "not_to_be_split"
    NO_MAXIMUM = "no_maximum"
    TWO_STRENGTHS = "two_strengths"
    ENDS_IN_CYCLE = "ends_in_cycle"
    ENDS_IN_WEAR = "ends_in_wear"
    NOT_WHOLE = "not_whole"
    MAINTAIN_PAST_LAST_DAY = "maintain_past_last_day"
    DAYS_DIFFER = "days_differ"
    SUPPLY_DIFFERS = "supply_differs"
    PAST_DIFFERS = "past_differs"
    OTHER_PLAN = "other_plan"


REFUSED = frozenset(
    {
        FindingCode.END_BEFORE_START,
        FindingCode.NO_STATED_END,
        FindingCode.STOP_WITHOUT_LAST_DAY,
        FindingCode.STATED_TWICE,
        FindingCode.UNKNOWN_PRODUCT,
    }
)
"""What refuses a signing; every other finding can be accepted with a reason."""


@dataclass(frozen=True)
class Finding:
    """One fact. ``subject`` holds what it is about and its figures, so that an acceptance stands
    for this fact only and falls away when a figure changes. ``where`` is the path of a cell.
    ``drugs``: the keys where several drugs share one gap; then ``drug`` is None."""

    code: FindingCode
    subject: str
    sentence: str
    detail: str
    where: str
    step: str | None = None
    number: int | None = None
    day: date | None = None
    last_day: date | None = None
    drug: str | None = None
    drugs: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        return Severity.REFUSE if self.code in REFUSED else Severity.REASON


class Elsewhere(NamedTuple):
    """A drug of another active plan of this patient."""

    plan: str
    drug: str


@dataclass(frozen=True)
class Case:
    schedule: Schedule
    today: date | None
    replaced: Schedule | None
    elsewhere: tuple[Elsewhere, ...]
    do_not_split: Collection[str]


def about(*parts: object) -> str:
    words = "/".join(part.isoformat() if isinstance(part, date) else str(part) for part in parts)
    if len(words) <= _LONGEST_SUBJECT:
        return words
    return f"{words[:40]}/{hashlib.sha256(words.encode()).hexdigest()[:32]}"


def step_name(step: Step) -> str:
    return _("Step {number}").format(number=formats.number(step.number))


def small_step_name(step: Step) -> str:
    return _("step {number}").format(number=formats.number(step.number))


def dose_place(schedule: Schedule, step: Step, dose: Dose) -> str:
    product = schedule.product(dose.product)
    label = wording.product_label(product, schedule.drug(product.drug))
    return ", ".join([step_name(step), wording.when_label(dose.when.token), label])


def dose_where(step: Step, dose: Dose) -> str:
    return dose_path(step.key, dose.product, dose.when.token, typed_days_of(step, dose))


def readable(steps: Iterable[Step]) -> list[Step]:
    return [s for s in steps if s.last_day is None or s.first_day <= s.last_day]
