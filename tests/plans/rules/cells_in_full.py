"""A draft with every kind of cell in it; what it reads as; and what each change of a cell changes.

`python -m tests.plans.rules.cells_in_full` writes what is kept in `cells_in_full.txt`, to be read.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from plans.rules.cells import Partial, Reading, read
from plans.rules.draft import (
    blank_as_needed,
    blank_document,
    blank_drug,
    blank_product,
    blank_step,
)
from plans.rules.schedule import Schedule, Texts, When

WRITTEN = Path(__file__).with_name("cells_in_full.txt")
TODAY = date(2026, 11, 23)


def dose(product: str, time: str, quantity: str, on: str = "") -> dict[str, str]:
    return {"product": product, "time": time, "on": on, "quantity": quantity}


def rich() -> Any:
    """Most texts have blanks around them, which are not kept."""
    cells: Any = blank_document()
    cells |= {
        "title": " Evening plan ",
        "in_force_from": " 30 Nov 2026 ",
        "in_force_slot": "evening",
        "reason": " as agreed ",
        "patient_text": " for the patient ",
        "pharmacy_text": " for the pharmacy ",
        "team_text": " for the team ",
        "missed_dose_text": " call us ",
        "drugs": [
            blank_drug("d1")
            | {
                "name": " Examplazepam ", "role": "tapered", "drug_class": "benzodiazepine",
                "end": "maintain", "review_on": "1 Mar 2027", "end_note": " with the GP ",
            },
            blank_drug("d2")
            | {"name": "Mockisone", "role": "unchanged", "drug_class": "corticosteroid"},
            blank_drug("d3")
            | {"name": "Opifict", "role": "rescue", "drug_class": "opioid", "end": "stop",
               "review_on": "2 Mar 2027"},
        ],
        "products": [
            blank_product("p1", "d1")
            | {
                "form": "tablet", "strength": " 0.5 ", "unit": "mg", "parts": "4",
                "route": " by mouth ", "times": ["morning", "bedtime"],
                "patient_text": " p1 patient ", "pharmacy_text": " p1 pharmacy ",
                "team_text": " p1 team ",
            },
            blank_product("p2", "d1")
            | {
                "name": " Exampladrops ", "form": "liquid", "strength": "2", "unit": "mg",
                "per": "5", "times": ["08:30"], "preparation": " shake it ",
                "given_by": " the nurse ", "keep_until": " 28 days ", "device": " 5 mL syringe ",
            },
            blank_product("p3", "d2")
            | {
                "form": "patch", "strength": "12", "unit": "microgram/h", "parts": "2",
                "wear_hours": "72 h", "times": ["morning"],
            },
            blank_product("p4", "d3")
            | {
                "form": "capsule", "strength_not_stated": "yes", "parts": "1",
                "stated_supply": " 20 ", "times": ["evening"],
            },
            blank_product("p5", "d2")
            | {"form": "spray", "strength": "50", "unit": "microgram", "times": ["midday"]},
        ],
        "steps": [
            blank_step("s1")
            | {
                "first_day": "30 Nov 2026", "days": "7", "rhythm": "daily", "reason": " begin ",
                "stated_days": "14", "patient_text": " s1 patient ",
                "pharmacy_text": " s1 pharmacy ", "team_text": " s1 team ",
                "doses": [
                    dose("p1", "morning", " 1/2 "), dose("p1", "bedtime", "none"),
                    dose("p2", "08:30", "2.5"), dose("p5", "midday", "2"),
                    dose("p3", "morning", " "),
                ],
            },
            blank_step("s2")
            | {
                "chained": "yes", "last_day": "20 Dec 2026", "from_slot": "bedtime",
                "rhythm": "cycle", "cycle_days": "3", "cycle_from": "1 Dec 2026",
                "doses": [
                    dose("p1", "morning", "1/4", "1 3"), dose("p1", "bedtime", "1", "2"),
                    dose("p3", "morning", "1", "1"),
                ],
            },
            blank_step("s3")
            | {
                "chained": "yes", "days": "8", "rhythm": "weekdays",
                "doses": [dose("p1", "morning", "1", "mon THU"), dose("p4", "evening", "1")],
            },
            blank_step("s4")
            | {
                "chained": "yes", "open": "yes", "rhythm": "daily",
                "doses": [dose("p1", "bedtime", "1/4")],
            },
        ],
        "as_needed": [
            blank_as_needed("a1")
            | {
                "product": "p4", "quantity": "1", "maximum": "3", "gap": "6 h",
                "reason": " for pain ", "first_day": "1 Dec 2026", "last_day": "20 Dec 2026",
            },
            blank_as_needed("a2")
            | {"product": "p1", "quantity": "1/2", "first_day": "7 Dec 2026"},
        ],
        "acceptances": [
            {"code": "gap", "subject": "s1 d1", "reason": " known "},
            {"code": "overlap", "subject": "s2 d1", "reason": "meant"},
        ],
    }  # fmt: skip
    return cells


# --- What is changed, and so read ----------------------------------------------------------------


CHANGES: tuple[Mapping[str, object], ...] = (
    {},
    # The plan
    {"in_force_from": ""},
    {"in_force_from": " First day "},
    {"in_force_from": "first"},
    {"in_force_from": "first", "steps.0.first_day": "31 Nov 2026"},
    {"in_force_from": "first", "steps.0.days": "none"},
    {"in_force_from": "FIRST", "steps.0.first_day": "20 Nov 2026", "reason": " "},
    {"in_force_from": "second"},
    {"in_force_from": "22 Nov 2026"},
    {"in_force_from": "22 Nov 2026", "reason": " "},
    {"in_force_from": "23 Nov 2026", "reason": ""},
    {"in_force_slot": ""},
    {"in_force_slot": "07:05"},
    {"in_force_slot": "soon"},
    {"drugs": [], "products": [], "steps": [], "as_needed": []},
    {"steps": []},
    {"steps": [], "as_needed": [], "in_force_from": "first"},
    {"products": []},
    # Drugs
    {"drugs.0.name": " "},
    {"drugs.0.name": "mockISONE"},
    {"drugs.0.name": "", "drugs.1.name": ""},
    {"drugs.0.role": ""},
    {"drugs.0.role": "boss", "drugs.0.drug_class": ""},
    {"drugs.0.drug_class": "none of these"},
    {"drugs.0.end": "never"},
    {"drugs.0.end": "maintain", "drugs.0.review_on": ""},
    {"drugs.0.end": "refer", "drugs.0.review_on": ""},
    {"drugs.0.end": "", "drugs.0.review_on": "soon"},
    {"drugs.3": blank_drug("d4") | {"name": "Unused", "role": "tapered", "drug_class": "other"}},
    {"drugs.3": blank_drug("d4")},
    # Products
    {"products.0.drug": ""},
    {"products.0.drug": "d9"},
    {"products.0.form": ""},
    {"products.0.form": "pill"},
    {"products.0.form": "patch"},
    {"products.0.form": "bead", "products.0.parts": "1"},
    {"products.0.form": "bead"},
    {"products.0.form": "liquid", "products.0.parts": "", "products.0.per": "1"},
    {"products.0.form": "injection", "products.0.parts": ""},
    {"products.0.strength": " "},
    {"products.0.strength": "0"},
    {"products.0.strength": "1/3"},
    {"products.0.strength": "half"},
    {"products.0.unit": ""},
    {"products.0.unit": "mcg"},
    {"products.0.unit": "microgram/h"},
    {"products.0.unit": "g"},
    {"products.0.strength_not_stated": "yes"},
    {"products.0.strength_not_stated": "yes", "products.0.strength": " "},
    {"products.0.strength_not_stated": "no"},
    {"products.0.per": "5"},
    {"products.0.parts": ""},
    {"products.0.parts": "1"},
    {"products.0.parts": "8"},
    {"products.0.parts": "5"},
    {"products.0.wear_hours": "72"},
    {"products.0.wear_hours": "long"},
    {"products.0.form": "", "products.0.wear_hours": "72"},
    {"products.0.stated_supply": "many"},
    {"products.0.times": ["morning", "bedtime", "MORNING"]},
    {"products.0.times": ["morning", "bedtime", "morning", "7:00", "07:00"]},
    {"products.0.times": ["morning"]},
    {"products.0.times": ["", "morning", "bedtime"]},
    {"products.0.name": " Examplin "},
    {"products.1.per": ""},
    {"products.1.per": "0"},
    {"products.1.strength_not_stated": "yes", "products.1.strength": "", "products.1.per": ""},
    {"products.1.strength_not_stated": "yes", "products.1.strength": ""},
    {"products.2.unit": "mg"},
    {"products.2.wear_hours": ""},
    {"products.2.wear_hours": "0"},
    {"products.2.wear_hours": " 744 "},
    {"products.2.wear_hours": " 745 "},
    {"products.2.strength_not_stated": "yes", "products.2.strength": ""},
    {"products.3.strength_not_stated": "yes", "products.3.unit": "mg"},
    # Steps
    {"steps.0.first_day": ""},
    {"steps.0.first_day": "31 Nov 2026"},
    {"steps.0.first_day": "", "steps.0.chained": "yes"},
    {"steps.0.chained": "yes"},
    {"steps.0.chained": "perhaps"},
    {"steps.0.days": ""},
    {"steps.0.days": " ", "steps.0.last_day": "6 Dec 2026"},
    {"steps.0.days": "", "steps.0.last_day": "30 Nov 2026"},
    {"steps.0.days": "", "steps.0.last_day": "29 Nov 2026"},
    {"steps.0.last_day": "6 Dec 2026"},
    {"steps.0.last_day": "7 Dec 2026"},
    {"steps.0.last_day": "never"},
    {"steps.0.first_day": "", "steps.0.days": "", "steps.0.last_day": "6 Dec 2026"},
    {"steps.0.first_day": "", "steps.0.last_day": "6 Dec 2026"},
    {"steps.0.days": "1"},
    {"steps.0.days": "x"},
    {"steps.0.first_day": "31 Dec 2199", "steps.0.days": "366"},
    {"steps.0.first_day": "31 Dec 2199", "steps.0.days": "367"},
    {"steps.0.open": "yes"},
    {"steps.0.open": "yes", "steps.0.days": ""},
    {"steps.0.open": "yes", "steps.0.days": "", "steps.0.last_day": "6 Dec 2026"},
    {"steps.0.open": "always"},
    {"steps.0.from_slot": "noonish"},
    {"steps.0.from_slot": "midday"},
    {"steps.0.rhythm": ""},
    {"steps.0.rhythm": "hourly"},
    {"steps.0.rhythm": "cycle"},
    {"steps.0.rhythm": "cycle", "steps.0.cycle_days": "1"},
    {"steps.0.rhythm": "cycle", "steps.0.cycle_days": "2"},
    {"steps.0.rhythm": "cycle", "steps.0.cycle_days": "31"},
    {"steps.0.rhythm": "cycle", "steps.0.cycle_days": " 32 "},
    {"steps.0.cycle_days": "3"},
    {"steps.0.cycle_from": "1 Dec 2026"},
    {"steps.0.rhythm": "", "steps.0.cycle_from": "1 Dec 2026", "steps.0.cycle_days": "3"},
    {"steps.1.cycle_from": ""},
    {"steps.1.cycle_from": "then"},
    {"steps.0.stated_days": "some"},
    {"steps.1.chained": "", "steps.1.first_day": "8 Dec 2026"},
    {"steps.2.days": ""},
    {"steps.2.days": "", "steps.2.open": "yes"},
    {"steps.4": blank_step("s5") | {"chained": "yes", "rhythm": "daily"}},
    # Quantities
    {"steps.0.doses.0.quantity": "1_5"},
    {"steps.0.doses.0.quantity": "-"},
    {"steps.0.doses.0.quantity": "0"},
    {"steps.0.doses.0.quantity": ""},
    {"steps.0.doses.0.quantity": "1,5", "steps.0.doses.1.quantity": "1,5"},
    {"steps.0.doses": [dose("p1", "morning", " "), dose("p1", "bedtime", "")]},
    {"steps.0.doses": []},
    {"steps.0.doses.0.product": "p9"},
    {"steps.0.doses.0.product": ""},
    {"steps.0.doses.0.time": "midday"},
    {"steps.0.doses.0.time": "noon"},
    {"steps.0.doses.0.time": ""},
    {"steps.0.doses.0.on": "1"},
    {"steps.0.doses.0.on": "2"},
    {"steps.0.doses.0.on": "0"},
    {"steps.1.doses.0.on": "1  3"},
    {"steps.1.doses.0.on": "3 4"},
    {"steps.1.doses.0.on": "001"},
    {"steps.1.doses.0.on": "²"},
    {"steps.1.doses.0.on": "mon"},
    {"steps.2.doses.0.on": "1"},
    {"steps.2.doses.0.on": "sun sat"},
    # As-needed lines
    {"as_needed.0.product": ""},
    {"as_needed.0.product": "p9"},
    {"as_needed.0.quantity": ""},
    {"as_needed.0.quantity": "0"},
    {"as_needed.0.maximum": " 0 "},
    {"as_needed.0.maximum": ""},
    {"as_needed.0.gap": ""},
    {"as_needed.0.gap": "often"},
    {"as_needed.0.gap": "168 h"},
    {"as_needed.0.gap": "168 h 1 min"},
    {"as_needed.0.first_day": ""},
    {"as_needed.0.last_day": ""},
    {"as_needed.0.last_day": "1 Dec 2026"},
    {"as_needed.0.last_day": "30 Nov 2026"},
    {"as_needed.0.first_day": "", "as_needed.0.last_day": "30 Nov 2026"},
    {"as_needed.2": blank_as_needed("a3")},
    # What a browser never sends
    {"title": None},
    {"title": 5},
    {"title": "x" * 200},
    {"title": "x" * 201},
    {"reason": "x" * 4001},
    {"title": "one\x00two\ud800"},
    {"title": "one\x07two"},
    {"colour": "blue"},
    {"steps.0.colour": "blue"},
    {"steps.0.doses.0.colour": "blue"},
    {"steps.0.doses.0.quantity": None},
    {"steps.0.doses.0.quantity": 1},
    {"steps.0.doses.0.quantity": "1" * 9},
    {"steps.0.doses.0.quantity": "½"},
    {"steps.0.doses.0.quantity": "1\x07"},
    {"steps.0.doses": {}},
    {"steps.0.doses": ["1"]},
    {"steps.0.doses": [dose("p1", "morning", "1")] * 481},
    {"products.0.times": "morning"},
    {"products.0.times": ["morning", 5]},
    {"products.0.times": ["morning", "bedtime"] + ["x"] * 23},
    {"products.0.route": "x" * 61},
    {"products.0.name": "x" * 121},
    {"products.0.form": "x" * 25},
    {"products.0.key": "p 1"},
    {"products.1.key": "p1"},
    {"products.0.key": None},
    {"steps.0": "a step"},
    {"steps": "steps"},
    {"drugs.0.key": "x" * 41},
    {"acceptances": [{"code": "gap"}, {"key": "k", "reason": "why"}]},
)


def changed(change: Mapping[str, object]) -> Any:
    cells = copy.deepcopy(rich())
    for path, value in change.items():
        *heads, last = path.split(".")
        line = cells
        for head in heads:
            line = line[int(head) if isinstance(line, list) else head]
        if not isinstance(line, list):
            line[last] = value
        elif int(last) == len(line):
            line.append(value)
        else:
            line[int(last)] = value
    return cells


# --- In words --------------------------------------------------------------------------------


def _plain(value: Any) -> str:
    if isinstance(value, When):
        return value.token
    if isinstance(value, StrEnum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return f"({_fields(value)})"
    return str(value)


def _fields(one: Any) -> str:
    """What is said of it; what is not is left out."""
    said = (
        (field.name, getattr(one, field.name))
        for field in dataclasses.fields(one)
        if field.name not in ("doses", "totals", "places", "where")
    )
    return ", ".join(
        f"{name} {_plain(value)}"
        for name, value in said
        if value is not None and value is not False and value not in ("", Texts())
    )


def lines(reading: Reading) -> Iterator[str]:
    for refusal in reading.refusals:
        what = "missing" if refusal.missing else "refused"
        yield f"{what}: {refusal.where} | {refusal.place} | {refusal.sentence}"
    yield f"whole: {reading.schedule is not None}"
    for name in (
        "title", "in_force_from", "in_force_slot", "reason", "texts", "missed_dose_text",
    ):  # fmt: skip
        yield f"{name}: {_plain(getattr(reading, name))}"
    for acceptance in reading.acceptances:
        yield f"accepted: {_fields(acceptance)}"
    yield from _of(reading.so_far)
    yield from _beside(reading.partial)


def _of(schedule: Schedule) -> Iterator[str]:
    for one in (*schedule.drugs, *schedule.products):
        yield _fields(one)
    for step in schedule.steps:
        yield f"step: {_fields(step)}"
        for each in step.doses:
            yield f"step {step.key}: {_fields(each)}"
    for line in schedule.as_needed:
        yield f"as needed: {_fields(line)}"


def _beside(partial: Partial) -> Iterator[str]:
    for key, back in partial.steps.items():
        assert key == back.key
        totals = "; ".join(_fields(total) for total in back.totals)
        yield f"back: {_fields(back)}; {totals}"
    for cell in partial.cells.values():
        # The path of a quantity is not in its words, and is asked for by it.
        assert partial.cells[cell.where] is cell
        yield f"back: {cell.state.value} | {cell.words} | {cell.sentence}"
    for product, said in partial.said.items():
        for typed, words in said.items():
            yield f"said of {product} {typed!r}: {' | '.join(words)}"


@cache
def _as_typed() -> tuple[str, ...]:
    return tuple(lines(read(rich(), today=TODAY)))


def head(change: Mapping[str, object]) -> str:
    typed = ", ".join(f"{path} = {_short(new)}" for path, new in change.items())
    return typed or "as it is typed"


def section(change: Mapping[str, object]) -> str:
    """What a change takes away is counted, what it brings is written out; all without one."""
    now = [*lines(read(changed(change), today=TODAY))] if change else [*_as_typed()]
    if change:
        gone = sum(line not in now for line in _as_typed())
        now = [f"- {gone}", *(f"+ {line[:200]}" for line in now if line not in _as_typed())]
    text = "\n".join(now).replace("\u00a0", " ")
    return text.encode("utf-8", "backslashreplace").decode()


def written() -> Mapping[str, str]:
    """What is kept, by its head."""
    sections = WRITTEN.read_text(encoding="utf-8").removeprefix("== ").split("\n== ")
    return {head: text.rstrip("\n") for head, _line, text in (s.partition("\n") for s in sections)}


def _short(value: object) -> str:
    words = ascii(value)
    return words if len(words) < 100 else f"{words[:60]} ... {len(words)}"


if __name__ == "__main__":
    WRITTEN.write_text(
        "".join(f"== {head(change)}\n{section(change)}\n" for change in CHANGES), encoding="utf-8"
    )
