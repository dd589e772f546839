"""A patient's record as facts for another program: nothing in it is worded, nothing computed.

Keys are texts, moments carry their zone, doses are exact. `plans.fhir` writes resources from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from plans.rules.check_in import How, Kind, Reporter, TakenAs
from plans.rules.lifecycle import PlanState
from plans.rules.redflags import EscalationState, EscalationVerb, Level
from plans.rules.schedule import Schedule, When
from plans.rules.vital_words import Vital, VitalUnit


@dataclass(frozen=True, slots=True)
class Named:
    """A person or a clinic, by key and name."""

    key: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    issuer: str
    number: str


@dataclass(frozen=True, slots=True)
class Subject:
    key: str
    clinic: Named
    family: str
    given: str
    preferred: str
    born: date
    sex: str
    phone: str
    address: str
    language: str
    died_on: date | None
    numbers: tuple[Number, ...]
    joined_to: str = ""
    latin: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that was signed with, as it was shown, and why."""

    code: str
    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class SignedVersion:
    """`until` is the last day on which it counts, where a later version has taken over."""

    key: str
    patient: str
    plan: str
    number: int
    title: str
    state: PlanState
    replaces: str
    superseded: bool
    in_force_from: date
    in_force_when: When | None
    until: date | None
    hold: tuple[date, date | None] | None
    assessment: str
    reason: str
    patient_text: str
    pharmacy_text: str
    missed_dose_text: str
    signed_at: datetime
    signed_by: Named
    schedule: Schedule
    accepted: tuple[Accepted, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what was answered, in the clinic's words; `inside` are its details."""

    key: str
    label: str
    value: str
    inside: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A symptom that was present, or why there is no answer (`absent`)."""

    key: str
    label: str
    code: str = ""
    severity: str = ""
    note: str = ""
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    vital: Vital
    value: Fraction
    unit: VitalUnit


@dataclass(frozen=True, slots=True)
class Score:
    scale: str
    version: str
    total: Fraction
    rated_on: date
    rater: str


@dataclass(frozen=True, slots=True)
class AmountTaken:
    label: str
    form: str
    quantity: Fraction
    first: date
    last: date
    typed: str


@dataclass(frozen=True, slots=True)
class TakenOfDrug:
    drug: str
    answer: TakenAs
    note: str
    last_dose: str
    in_hand: str
    amounts: tuple[AmountTaken, ...]


@dataclass(frozen=True, slots=True)
class CheckInFacts:
    key: str
    patient: str
    kind: Kind
    version: str
    period: tuple[date, date | None] | None
    supersedes: str
    in_error: bool
    happened_at: datetime
    told_at: datetime
    recorded_at: datetime
    recorded_by: Named
    how: How
    reported_by: Reporter
    reporter_name: str
    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]
    measurements: tuple[Measurement, ...]
    scores: tuple[Score, ...]
    taken: tuple[TakenOfDrug, ...]


@dataclass(frozen=True, slots=True)
class FlagMove:
    number: int
    verb: EscalationVerb
    at: datetime
    by: Named | None
    text: str
    whom: str
    how: str


@dataclass(frozen=True, slots=True)
class FlagFacts:
    key: str
    patient: str
    symptom: str
    label: str
    level: Level
    state: EscalationState
    raised_at: datetime
    raised_by: Named
    acknowledged_by: Named | None
    moves: tuple[FlagMove, ...]


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    key: str
    patient: str
    may_tell: str
    whom: str
    what: str
    purpose: str
    since: date
    until: date | None
    until_event: str
    recorded_at: datetime
    struck: bool
    replaced: bool
    withdrawn_on: date | None


@dataclass(frozen=True, slots=True)
class PrintFacts:
    key: str
    patient: str
    kind: str
    title: str
    version: str
    language: str
    recipient: str
    pages: int
    sha256: str
    printed_at: datetime
    printed_by: Named


@dataclass(frozen=True, slots=True)
class Act:
    """A row of the trail that wrote something. `kind` and `key` are the thing's, as the trail
    names it; `by` None is the site itself."""

    number: int
    patient: str
    clinic: str
    verb: str
    at: datetime
    by: Named | None
    kind: str
    key: str
