"""A check-in with something in every box; how it reads; and what each change of a box changes.

`python -m tests.plans.rules.check_in_in_full` writes what is kept in `check_in_in_full.txt`, to
be read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from plans.rules.catalogue import Entry, catalogue
from plans.rules.check_in import Asking, OfferedDrug, OfferedProduct, Reading, read
from plans.rules.limits import Limit
from plans.rules.redflags import Level
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import Group, Shape
from plans.rules.vital_words import Side, Vital, VitalUnit

WRITTEN = Path(__file__).with_name("check_in_in_full.txt")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 9, 41, tzinfo=BERLIN)
ASKING = Asking(
    now=NOW,
    opened_at=datetime(2026, 11, 24, 9, 31, tzinfo=BERLIN),
    catalogue=catalogue(
        [Entry("own_0123456789ab", "hiccups", Group.GUT, Shape.SEVERITY)],
        limits=[
            Limit(Vital.PULSE, Side.ABOVE, Level.SAME_DAY, Fraction(110), VitalUnit.PER_MINUTE)
        ],
    ),
    classes=frozenset({DrugClass.BENZODIAZEPINE}),
    drugs=(OfferedDrug("0a1b2c3d1", "Examplazepam"), OfferedDrug("0a1b2c3d2", "Mockisone")),
    products=(OfferedProduct("p1", "Examplazepam 1 mg"), OfferedProduct("p2", "Mockisone 5 mg")),
    phone="555-0101",
    address="1 Example Road",
    recorder="Theo Mocksen",
)
CORRECTING = dataclasses.replace(
    ASKING, corrected_stars=frozenset({"seizure", "delirium", "suicidal_thoughts"})
)

RICH: Mapping[str, str] = {
    "how": "phone", "reported_by": "carer", "reporter_name": " Cara Carer ",
    "where_now": " in the garden ", "call_back": " 555 0102 ",
    "happened_0": "24", "happened_1": "11", "happened_2": "2026", "happened_clock": "08:15",
    "told_0": "24", "told_1": "Nov", "told_2": "2026", "told_clock": "08:45",
    "s-seizure": "yes", "s-seizure-confirmed": "yes", "s-seizure-by": "observed",
    "s-seizure-how_many": " 2 ", "s-seizure-when_each": " at noon ",
    "s-seizure-how_long": " a minute ",
    "s-seizure-witnessed_by": " her sister ", "s-seizure-injured": "no",
    "s-seizure-first_ever": "yes", "s-seizure-ambulance": "not known",
    "s-seizure-last_dose": " at eight ", "s-seizure-note": " she fell ",
    "s-seizure-onset": " sudden ",
    "s-hallucination": "no", "s-confusion": "declined", "s-confusion-why": " tired of it ",
    "s-loss_of_consciousness": "not-asked", "s-loss_of_consciousness-why": " she slept ",
    "s-overdose": "no", "s-overdose-by": "patient",
    "suicide": "thoughts", "suicide-confirmed": "yes", "s-suicide-by": "patient",
    "suicide-asked_by": " Theo ", "suicide-words": " tired of living ",
    "suicide-earlier_attempts": " none known ", "suicide-means": " tablets ",
    "suicide-means_done": " locked away ", "suicide-protects": " her dog ",
    "suicide-safety_plan": " made in May ", "suicide-copy_given": "yes",
    "suicide-told": " her sister ", "suicide-why": "",
    "s-tremor": "present", "s-tremor-severity": "mild", "s-tremor-interference": "2",
    "s-tremor-onset": " on Monday ", "s-tremor-note": " both hands ", "s-tremor-by": "patient",
    "s-fall": "present", "s-fall-how_many": "1",
    "s-extra_doses": "present", "s-extra_doses-severity": "severe",
    "s-headache": "none", "s-nausea": "declined", "s-nausea-why": " no words for it ",
    "s-own_0123456789ab": "present", "s-own_0123456789ab-severity": "moderate",
    "s-other_1": "present", "s-other_1-words": " itching ", "s-other_1-severity": "mild",
    "rest": "none",
    "v-bp_lying": "138/84", "v-pulse": "112", "v-pulse-same_day": "112", "v-weight": "20",
    "v-weight-sure": "20", "v-temperature": " 37.2 ",
    "t-0a1b2c3d1": "some missed", "t-0a1b2c3d1-note": " two ",
    "t-0a1b2c3d1-last_product": " tablet ", "t-0a1b2c3d1-last_strength": " 1 mg ",
    "t-0a1b2c3d1-last_amount": " one ", "t-0a1b2c3d1-last_when": " at eight ",
    "t-0a1b2c3d1-in_hand": " ten ", "t-0a1b2c3d2": "as planned",
    "a-1-product": "p1", "a-1-from": "20 Nov 2026", "a-1-to": "22 Nov 2026",
    "a-1-quantity": " 1/2 ",
    "a-2-product": "p2", "a-2-from": "23 Nov 2026", "a-2-quantity": "none",
    "scale-1": "PHQ-9", "scale-1-total": "12", "scale-1-version": " 9 items ",
    "scale-1-on": "23 Nov 2026", "scale-1-rater": " Ada ", "phq9-item9": "0",
    "scale-2": "GAD-7", "scale-2-total": "7",
    "mood": " low ", "alcohol_and_drugs": " none ", "driving": " not now ", "note": " a note ",
    "in_confidence": "yes", "decision": "hold", "decision_reason": " a hard week ",
    "next_0": "1", "next_1": "12", "next_2": "2026", "next_how": "phone",
}  # fmt: skip

LONG = "x" * 301
CHANGES: tuple[Mapping[str, str], ...] = (
    {},
    # When, how, by whom
    {"how": ""},
    {"how": "letter"},
    {"how": "visit", "where_now": "", "call_back": ""},
    {"how": "video", "where_now": "", "call_back": ""},
    {"where_now": "", "call_back": "", "as_on_file": "yes"},
    {"as_on_file": "yes"},
    {"how": "home", "call_back": "soon"},
    {"call_back": "soon"},
    {"call_back": "soon", "as_on_file": "yes"},
    {"reported_by": ""},
    {"reported_by": "dog"},
    {"reporter_name": "x" * 201},
    {"reporter_name": "x" * 200},
    {"where_now": LONG},
    {"where_now": "x" * 300},
    {"where_now": "one\ntwo"},
    {"where_now": "one\r\ntwo"},
    {"where_now": "one\rtwo"},
    {"where_now": "one\ttwo"},
    {"where_now": "one\u2400two"},
    {"where_now": "one\x07two"},
    {"where_now": "one\ud800two"},
    {"where_now": "one\u202etwo"},
    {"note": "one\r\ntwo\tthree"},
    {"note": "x" * 4001},
    {"note": "x" * 4000},
    {"note": "one\u2069two"},
    {"note": "one\ntwo\x07"},
    {"note": "X-ray"},
    {"told_0": "", "told_1": "", "told_2": "", "told_clock": ""},
    {"told_0": "", "told_1": "", "told_2": "", "told_clock": "",
     "happened_0": "", "happened_1": "", "happened_2": "", "happened_clock": ""},
    {"happened_0": ""},
    {"happened_0": "", "happened_1": ""},
    {"happened_0": "", "happened_1": "", "happened_2": ""},
    {"happened_0": "31", "happened_1": "2"},
    {"happened_0": "\u2400"},
    {"happened_clock": ""},
    {"happened_clock": "noon"},
    {"happened_clock": "08:15 pm"},
    {"happened_0": "25"},
    {"happened_0": "29", "happened_1": "3", "happened_clock": "02:30"},
    {"happened_0": "25", "happened_1": "10", "happened_clock": "02:30"},
    {"told_clock": "25:00"},
    # Safety questions
    {"s-seizure": ""},
    {"s-seizure": "maybe"},
    {"s-seizure": "no"},
    {"s-seizure": "present"},
    {"s-seizure-confirmed": ""},
    {"s-seizure-by": "dog"},
    {"s-seizure-how_many": ""},
    {"s-seizure-how_many": "0"},
    {"s-seizure-how_many": "some"},
    {"s-seizure-how_many": "1"},
    {"s-seizure-injured": "perhaps"},
    {"s-seizure-severity": "severe", "s-seizure-interference": "3"},
    {"s-seizure-when_each": LONG, "s-seizure-how_long": LONG, "s-seizure-witnessed_by": LONG,
     "s-seizure-last_dose": LONG, "s-seizure-onset": LONG},
    {"s-confusion-why": ""},
    {"s-loss_of_consciousness-why": ""},
    {"s-hallucination": "yes"},
    {"s-hallucination": "yes", "s-hallucination-confirmed": "yes"},
    {"s-hallucination": "", "s-overdose": ""},
    {"suicide": "", "s-seizure": ""},
    # Suicide
    {"suicide": ""},
    {"suicide": "sometimes"},
    {"suicide": "none"},
    {"suicide": "wish"},
    {"suicide": "wish", "suicide-confirmed": ""},
    {"suicide": "plan"},
    {"suicide": "attempt", "suicide-confirmed": ""},
    {"suicide": "plan", "suicide-also": "suicidal_thoughts"},
    {"suicide": "declined"},
    {"suicide": "not-asked"},
    {"suicide": "not-asked", "suicide-why": " asleep "},
    {"s-suicide-by": "dog"},
    {"suicide-asked_by": "x" * 201},
    {"suicide-copy_given": "perhaps"},
    {"phq9-item9": "1"},
    {"phq9-item9": "2", "phq9-item9-confirmed": "yes", "suicide": "none"},
    {"phq9-item9": "3", "suicide": "none"},
    {"phq9-item9": "4"},
    # Symptoms
    {"s-tremor": "yes"},
    {"s-tremor": ""},
    {"s-tremor-severity": ""},
    {"s-tremor-severity": "awful"},
    {"s-tremor-interference": ""},
    {"s-tremor-interference": "0"},
    {"s-tremor-interference": "1"},
    {"s-tremor-interference": "3"},
    {"s-tremor-interference": "4"},
    {"s-tremor-by": ""},
    {"s-tremor-note": "x" * 4001},
    {"s-nausea-why": ""},
    {"s-headache": "not-asked"},
    {"s-delirium": "present"},
    {"s-delirium": "present", "s-delirium-confirmed": "yes"},
    {"s-own_0123456789ab-severity": ""},
    {"s-other_1": "present", "s-other_1-words": ""},
    {"s-other_1": ""},
    {"s-other_1": "none"},
    {"s-other_1-severity": ""},
    {"s-other_1-words": "x" * 201},
    {"s-other_3": "present", "s-other_3-words": "yawning", "s-other_3-severity": "severe",
     "s-other_3-by": "observed"},
    {"rest": ""},
    {"rest": "all"},
    {"reported_by": "observed", "s-headache": ""},
    # Vital signs
    {"v-pulse": ""},
    {"v-pulse": "110", "v-pulse-same_day": ""},
    {"v-pulse-same_day": ""},
    {"v-pulse-same_day": "111"},
    {"v-pulse": "fast"},
    {"v-pulse": "11\u24002"},
    {"v-weight-sure": ""},
    {"v-weight-sure": "21"},
    {"v-weight": " 20 "},
    {"v-weight": "70"},
    {"v-bp_lying": "84/138"},
    {"v-bp_lying": "65/40"},
    {"v-oxygen": "97", "v-hours_slept": "6 1/2", "v-breathing": "14", "v-bp_standing": "120/80"},
    # What was taken
    {"t-0a1b2c3d1": "half"},
    {"t-0a1b2c3d1": ""},
    {"t-0a1b2c3d1": "", "t-0a1b2c3d1-note": ""},
    {"t-0a1b2c3d2": ""},
    {"t-0a1b2c3d1-in_hand": LONG},
    {"t-0a1b2c3d2": "extra"},
    {"t-0a1b2c3d2": "stopped"},
    {"t-0a1b2c3d2": "ran out"},
    {"t-0a1b2c3d2": "not known"},
    {"a-1-product": ""},
    {"a-1-product": "p9"},
    {"a-1-from": ""},
    {"a-1-from": "soon"},
    {"a-1-from": "25 Nov 2026"},
    {"a-1-from": "24 Nov 2026", "a-1-to": "24 Nov 2026"},
    {"a-1-to": "25 Nov 2026"},
    {"a-1-to": "19 Nov 2026"},
    {"a-1-to": "20 Nov 2026"},
    {"a-1-to": "20\u2400Nov 2026"},
    {"a-1-quantity": ""},
    {"a-1-quantity": "some"},
    {"a-1-product": "", "a-1-quantity": ""},
    {"a-12-product": "p1", "a-12-from": "1 Nov 2026", "a-12-quantity": "3"},
    {"a-13-product": "p1", "a-13-from": "1 Nov 2026", "a-13-quantity": "3"},
    {"a-3-to": "1 Nov 2026"},
    {"a-2-product": "", "a-2-from": "", "a-2-quantity": ""},
    # Scales
    {"scale-1": ""},
    {"scale-1": "ABC"},
    {"scale-1": "", "scale-1-total": ""},
    {"scale-1-total": ""},
    {"scale-1-total": "many"},
    {"scale-1-on": ""},
    {"scale-1-on": "25 Nov 2026"},
    {"scale-1-on": "24 Nov 2026"},
    {"scale-1-on": "soon"},
    {"scale-1-rater": ""},
    {"scale-1-rater": "x" * 201, "scale-1-version": "x" * 201},
    {"scale-2": "PHQ-9"},
    {"scale-4": "ISI", "scale-4-total": "3 1/2"},
    {"scale-5": "ISI", "scale-5-total": "3"},
    # The decision
    {"in_confidence": "yes", "note": ""},
    {"in_confidence": "no"},
    {"decision": ""},
    {"decision": "wait"},
    {"decision": "continue", "decision_reason": ""},
    {"decision": "continue"},
    {"decision": "stop the taper", "decision_reason": " "},
    {"next_0": ""},
    {"next_0": "24", "next_1": "11"},
    {"next_0": "23", "next_1": "11"},
    {"next_0": "31", "next_1": "11"},
    {"next_0": "", "next_1": "", "next_2": ""},
    {"next_0": "", "next_1": "", "next_2": "", "no_next_reason": " moved away "},
    {"next_0": "", "next_1": "", "next_2": "", "no_next_reason": "moved", "next_how": ""},
    {"no_next_reason": " moved away "},
    {"next_how": ""},
    {"next_how": "pigeon"},
    {"mood": "\u2400", "alcohol_and_drugs": "\u2400", "driving": "\u2400"},
    {"correction_reason": "why not"},
    # A correction
    {"correcting": "yes"},
    {"correcting": "yes", "correction_reason": " another patient "},
    {"correcting": "yes", "correction_reason": "wrong", "s-delirium-removed": " it was a dream "},
    {"correcting": "yes", "correction_reason": "wrong", "s-delirium-removed": "x" * 4001,
     "s-seizure": "no", "suicide": "none"},
)  # fmt: skip


def reading(change: Mapping[str, str]) -> Reading:
    answers = {**RICH, **change}
    return read(answers, CORRECTING if answers.pop("correcting", "") else ASKING)


def _plain(value: Any) -> str:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return f"({_fields(value)})"
    return str(value)


def _fields(one: Any) -> str:
    """What is said of it; what is not is left out."""
    said = ((field.name, getattr(one, field.name)) for field in dataclasses.fields(one))
    return ", ".join(
        f"{name} {_plain(value)}"
        for name, value in said
        if value is not None and value is not False and value != ""
    )


def lines(found: Reading) -> Iterator[str]:
    yield f"complete {found.complete}, a safety question open {found.safety_open}"
    for field in dataclasses.fields(found):
        value = getattr(found, field.name)
        if isinstance(value, tuple):
            for one in value:
                yield f"{field.name}: {_plain(one)}"
        elif isinstance(value, Mapping):
            for key, words in value.items():
                yield f"{field.name}: {key}: {words if isinstance(words, str) else ' '.join(words)}"
        elif isinstance(value, frozenset):
            yield f"{field.name}: {' '.join(sorted(value))}"
        else:
            yield f"{field.name}: {_plain(value)}"


@cache
def _as_typed() -> tuple[str, ...]:
    return tuple(lines(reading({})))


def head(change: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {_short(new)}" for name, new in change.items()) or "as it is typed"


def _short(value: str) -> str:
    words = ascii(value)
    return words if len(words) < 60 else f"{words[:20]} ... {len(value)}"


def section(change: Mapping[str, str]) -> str:
    """What a change takes away and what it brings, each line as far as it is short; all, first."""
    now = [*lines(reading(change))]
    if change:
        gone = [f"- {line[:60]}" for line in _as_typed() if line not in now]
        now = [*gone, *(f"+ {line[:300]}" for line in now if line not in _as_typed())]
    text = "\n".join(now).replace("\u00a0", " ")
    return text.encode("utf-8", "backslashreplace").decode()


def written() -> Mapping[str, str]:
    """What is kept, by its head."""
    sections = WRITTEN.read_text(encoding="utf-8").removeprefix("== ").split("\n== ")
    return {head: text.rstrip("\n") for head, _line, text in (s.partition("\n") for s in sections)}


if __name__ == "__main__":
    WRITTEN.write_text(
        "".join(f"== {head(change)}\n{section(change)}\n" for change in CHANGES), encoding="utf-8"
    )
