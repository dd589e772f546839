"""What the rules write of a rich schedule: cells typed back, read-backs, patterns, places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from plans.rules import wording
from plans.rules.cells import read
from plans.rules.grid import columns, groups
from plans.rules.places import Places
from plans.rules.schedule import (
    Direction,
    Drug,
    Product,
    Schedule,
    Step,
    Texts,
    When,
    day_totals,
    direction,
    earlier_step,
    first_day,
    last_day,
    next_change,
    step_totals,
    supply,
    worn_on,
)
from plans.rules.schedule_words import DrugRole, End, Form, Rhythm, Unit
from plans.rules.typed import cells_from
from tests.plans.rules.facts_in_full import (
    CYCLE,
    WEEK,
    day,
    dose,
    drug,
    liquid,
    needed,
    product,
    step,
)
from tests.plans.rules.facts_in_full import patch as worn

TEXTS = Texts(patient="For you.", pharmacy="For the pharmacy.", team="For us.")
DRUGS: tuple[Drug, ...] = (
    drug("a", "abazepam", end=End.MAINTAIN, review_on=date(2027, 9, 1), end_note="Then we meet."),
    drug("b", "bedoxetine", role=DrugRole.UNCHANGED, end=End.REFER),
    drug("c", "cemorphan", role=DrugRole.RESCUE, end=None),
)
PRODUCTS: tuple[Product, ...] = (
    replace(product("pa", "a", "0.5", parts=8), name="abazepam SR", route="by mouth", texts=TEXTS,
            stated_supply=Fraction(21, 2)),
    product("pg", "a", "1/3", unit=Unit.G, form=Form.SACHET, parts=3),
    replace(liquid("pl", "125", per=5), drug="b", preparation="Shake.", device="5 mL syringe"),
    product("pn", "b", "", unit=None, form=Form.CAPSULE, parts=1),
    replace(worn(), drug="c", given_by="Ward nurse", keep_until="Mar 2027"),
    product("pu", "c", "1000", unit=Unit.UNIT, form=Form.INJECTION, per=Fraction(2), parts=1),
)  # fmt: skip
STEPS: tuple[Step, ...] = (
    step(1, 1, 7, dose("pa", "21/2"),
         dose("pa", "1/3", "morning"), dose("pl", "5/2", "08:05"), dose("pn", "1", "evening"),
         reason="Begin.", stated_days=8, texts=TEXTS),
    step(2, 8, 16, dose("pa", "3/8", on=1), dose("pa", "0", "midday", on=2),
         dose("pg", "2/3", on=6), cycle_from=day(7), **CYCLE),
    step(3, 16, 33, dose("pn", "2", "morning", on=5), dose("pn", "1", "morning", on=26),
         dose("pl", "1/5", "23:59", on=127), from_slot=When.of("evening"), **WEEK),
    step(4, 34, 66, dose("pp", "1", "morning", on=1), dose("pa", "1/8", on=3), **CYCLE),
    step(5, 67, 97, dose("pp", "2", "20:00", on=1), dose("pu", "1/2", "06:00", on=4), **CYCLE),
    step(6, 98, 150, dose("pa", "7/8"), dose("pl", "1", "midday")),
    step(7, 151, 190, dose("pa", "1"), dose("pl", "0", "midday")),
    step(8, 191, 200, dose("pa", "0"), dose("pn", "0", "morning")),
    step(9, 202, 330, dose("pa", "5/4"), dose("pg", "1", "morning")),
    step(10, 331, None, dose("pa", "2", on=1), rhythm=Rhythm.CYCLE, cycle_days=2),
)  # fmt: skip
RICH = Schedule(
    drugs=DRUGS,
    products=PRODUCTS,
    steps=STEPS,
    as_needed=(
        needed(product="pu", quantity=Fraction(3, 4), gap_minutes=90, reason="pain"),
        needed(key="n2", maximum=None, gap_minutes=None, last_day=day(9)),
    ),
)


def typed_back() -> str:
    """The cells, each step by its dates, and again each by its length."""
    plain = cells_from(
        RICH, title="Rich", in_force_from=day(3), in_force_slot=When.of("evening"),
        reason="As agreed.", texts=TEXTS, missed_dose_text="Call us.",
    )  # fmt: skip
    chained = cells_from(RICH, chained=True)
    return "\n".join(
        json.dumps(part, ensure_ascii=False)
        for cells in (plain, chained)
        for name, value in cells.items()
        for part in (value if isinstance(value, list) else [{name: value}])
    )


def said() -> Iterator[str]:
    """Products, patterns, totals and days, as the rules write them."""
    for given in RICH.products:
        of = RICH.drug(given.drug)
        yield f"{wording.product_name(given, of)}: {wording.product_label(given, of)}"
        for figure in ("0", "1/8", "1/3", "1/2", "3/4", "1", "3/2", "2", "1250"):
            quantity = Fraction(figure)
            yield "  " + " | ".join(
                words(given, quantity)
                for words in (wording.quantity_words, wording.dose_words, wording.amount_under)
            )
    for part in RICH.steps:
        yield f"step {part.number}: {wording.pattern_words(part)}"
        for one in part.doses:
            days = wording.days_words(RICH, part, one)
            yield f"  {one.product} {days}: {wording.dates_words(part, one.on_days)}"
        for total in step_totals(RICH, part):
            way = direction(RICH, part, total.drug)
            before = earlier_step(RICH, part, total.drug)
            yield (
                f"  {total.drug.name}: {wording.step_total_words(total)} = {wording.a_day(total)}"
                f" ({wording.direction_word(way)}; after {before.number if before else '-'})"
                f" {[wording.total_words(on) for on in total.by_day]} {total.even}"
            )
    yield " ".join(wording.direction_word(way) or "-" for way in Direction)
    yield " ".join(wording.when_label(token) for token in ("morning", "bedtime", "08:05"))
    yield " ".join(f"{name}={words}" for name, words in wording.cell_labels().items())


def days() -> Iterator[str]:
    yield f"{first_day(RICH)} {last_day(RICH)}"
    for line in supply(RICH, day(2), day(201)):
        yield f"{line.product.key} {line.quantity}"
    for number in [*range(1, 40), 66, 67, 68, 69, 70, 97, 98, 190, 191, 200, 201, 330, 331, 332]:
        totals = [f"{t.drug.key} {wording.total_words(t)} {t.complete} {t.amount} {t.unit}"
                  for t in day_totals(RICH, day(number))]  # fmt: skip
        patches = [f"{w.act} {w.quantity} {w.when.token} {w.applied_on} {w.removed_on}"
                   for w in worn_on(RICH, day(number))]  # fmt: skip
        change = next_change(RICH, day(number))
        then = "-" if change is None else f"{change.day} {change.from_slot} " + ", ".join(
            f"{c.drug.key} {c.before and wording.a_day(c.before)} to "
            f"{c.after and wording.a_day(c.after)} {c.direction}"
            for c in change.drugs
        )  # fmt: skip
        yield f"day {number}: {'; '.join(totals)} | {'; '.join(patches)} | next {then}"


def places() -> Iterator[str]:
    """Where cells stand, in words, and what a half-typed document reads as."""
    cells: Any = cells_from(RICH)
    cells["products"][1]["times"] = ["xx", "bedtime", "23:05", "6:10", "06:00", "morning", "06:00"]
    cells["drugs"][2]["name"] = "x" * 61
    cells["steps"][1]["doses"].append({**cells["steps"][1]["doses"][0]})
    known = Places(cells)
    for where in (
        "title", "drugs", "drugs.a", "drugs.a.role", "drugs.c.end", "drugs.zz.name", "products",
        "products.pa.form", "products.pp.unit", "products.zz", "steps", "steps.s2",
        "steps.s2.first_day", "steps.s99.days", "steps.s2.doses", "steps.s2.doses.pa.bedtime.1",
        "steps.s3.doses.pn.morning.mon.quantity", "steps.s3.doses.pl.23:59.quantity",
        "as_needed", "as_needed.n1", "as_needed.n2.gap", "as_needed.zz", "nothing", "acceptances.0",
    ):  # fmt: skip
        yield f"{where}: {known.of(where)}"
    yield str(columns(cells))
    for part in cells["steps"][:3]:
        for group in groups(part):
            yield f"{part['key']} {group.on!r} {dict(group.quantities)}"
    empty: Any = {**cells["steps"][0], "doses": []}
    yield str(groups(empty))
    cells["steps"][0].update(days="1,5", last_day="", open="maybe")
    cells["steps"][1]["doses"][0]["quantity"] = "1,5"
    cells["steps"][2]["doses"][0]["time"] = "noon"
    cells["products"][0].update(strength="0", parts="5")
    reading = read(cells, today=day(1))
    for refusal in reading.refusals:
        yield f"{refusal.where} | {refusal.place} | {refusal.sentence} | {refusal.missing}"
    for back in reading.partial.cells.values():
        yield f"{back.where} {back.state} | {back.words} | {back.sentence} | {back.place}"
    for row in reading.partial.steps.values():
        yield (
            f"{row.key} {row.number} {row.first_words} {row.days} {row.days_words} {row.last_words}"
            f" {row.open} {row.chained} {row.pattern} "
            + "; ".join(f"{t.drug} {t.words} {t.direction_word} {t.complete}" for t in row.totals)
        )


def whole() -> str:
    parts = [typed_back(), *said(), *days(), *places()]
    return "\n".join(parts).replace("\u00a0", " ") + "\n"
