"""Schedules in which something is found, and how each finding is written out in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from plans.rules.findings import Finding, findings
from plans.rules.schedule import AsNeeded, Away, Dose, Drug, Product, Schedule, Step, When
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Unit

MONDAY = date(2026, 11, 30)


def day(number: int) -> date:
    """Day 1 is Mon 30 Nov 2026."""
    return MONDAY + timedelta(days=number - 1)


def drug(key: str, name: str, **more: Any) -> Drug:
    given: dict[str, Any] = {"role": DrugRole.TAPERED, "end": End.STOP, **more}
    return Drug(key=key, name=name, drug_class=DrugClass.OTHER, **given)


def product(key: str, of: str, strength: str = "1", **more: Any) -> Product:
    given: dict[str, Any] = {"form": Form.TABLET, "unit": Unit.MG, "parts": 2, **more}
    exact = Fraction(strength) if strength else None
    return Product(key=key, drug=of, name="", strength=exact, **given)


def dose(of: str, quantity: str, when: str = "bedtime", on: int = 1) -> Dose:
    return Dose(product=of, when=When.of(when), quantity=Fraction(quantity), on_days=on)


def step(number: int, first: int, last: int | None, *doses: Dose, **more: Any) -> Step:
    given: dict[str, Any] = {
        "from_slot": None, "rhythm": Rhythm.DAILY, "cycle_days": 1, "cycle_from": None, **more,
    }  # fmt: skip
    return Step(
        key=f"s{number}",
        number=number,
        first_day=day(first),
        last_day=None if last is None else day(last),
        doses=doses,
        **given,
    )


A, B = drug("a", "abazepam"), drug("b", "bedoxetine")
PA, PB = product("pa", "a"), product("pb", "b", "5")


def one(*steps: Step, of: Drug = A, by: Product = PA, **more: Any) -> Schedule:
    return Schedule(drugs=(of,), products=(by,), steps=steps, **more)


def two(*steps: Step, **more: Any) -> Schedule:
    return Schedule(drugs=(A, B), products=(PA, PB), steps=steps, **more)


def needed(**more: Any) -> AsNeeded:
    given: dict[str, Any] = {
        "key": "n1", "product": "pa", "quantity": Fraction(1), "maximum": Fraction(3),
        "gap_minutes": 240, "reason": "", "first_day": day(1), "last_day": None, **more,
    }  # fmt: skip
    return AsNeeded(**given)


def patch(key: str = "pp", hours: int = 72) -> Product:
    return product(
        key, "a", "12", form=Form.PATCH, unit=Unit.MICROGRAM_PER_HOUR, parts=1, wear_hours=hours
    )


def liquid(key: str, strength: str, unit: Unit = Unit.MG, per: int = 1) -> Product:
    return product(key, "a", strength, form=Form.LIQUID, unit=unit, per=Fraction(per), parts=1)


X, Y = dose("pa", "2"), dose("pa", "1")
PLAIN = one(step(1, 1, 7, X), step(2, 8, 14, Y))
CYCLE = {"rhythm": Rhythm.CYCLE, "cycle_days": 3}
WEEK = {"rhythm": Rhythm.WEEKDAYS, "cycle_days": 7}

CASES: dict[str, tuple[Schedule, dict[str, Any]]] = {
    "a plain taper": (PLAIN, {}),
    "an end before its start": (one(step(1, 1, 7, X), step(2, 9, 8, Y)), {}),
    "no stated end": (one(step(1, 1, 7, X), of=drug("a", "abazepam", end=None)), {}),
    "no stated end beside the taper": (
        one(step(1, 1, 7, X), of=drug("a", "abazepam", end=None, role=DrugRole.SUPPORTIVE)), {},
    ),
    "a rescue drug without steps": (
        one(of=drug("a", "abazepam", end=None, role=DrugRole.RESCUE), as_needed=(needed(),)), {},
    ),
    "maintain without a review": (
        one(step(1, 1, None, X), of=drug("a", "abazepam", end=End.MAINTAIN)), {},
    ),
    "stop without a last day": (one(step(1, 1, 7, X), step(2, 8, None, Y)), {}),
    "stated twice": (one(step(1, 1, 7, X, Y, dose("pa", "1", "morning"))), {}),
    "stated twice on one of the days": (
        one(step(1, 1, 6, dose("pa", "2", on=3), dose("pa", "1", on=6), **CYCLE)), {},
    ),
    "a product that is not in the plan": (
        one(step(1, 1, 7, X, dose("px", "1")), as_needed=(needed(product="px"),)), {},
    ),
    "a gap of a day": (one(step(1, 1, 7, X), step(2, 9, 14, Y)), {}),
    "a gap of days for both drugs": (
        two(step(1, 1, 7, X, dose("pb", "2")), step(2, 10, 14, Y, dose("pb", "1"))), {},
    ),
    "a gap for one of two drugs, and silence": (
        two(step(1, 1, 7, X, dose("pb", "2")), step(2, 8, 9, dose("pb", "1")),
            step(3, 12, 14, Y)), {},
    ),
    "silence in two steps": (
        two(step(1, 1, 3, X, dose("pb", "4")), step(2, 4, 5, dose("pb", "3")),
            step(3, 6, 8, dose("pb", "2")), step(4, 9, 11, Y, dose("pb", "1"))), {},
    ),
    "a long step and a short one inside it": (
        one(step(1, 1, 20, X), step(2, 3, 5, Y), step(3, 22, 24, dose("pa", "1/2"))), {},
    ),
    "a gap within a day": (
        one(step(1, 1, 7, X, dose("pa", "1", "morning")),
            step(2, 8, 14, Y, dose("pa", "1", "morning"), from_slot=When.of("evening"))), {},
    ),
    "a gap before the evening that nothing stands in": (
        one(step(1, 1, 7, X), step(2, 8, 14, Y, from_slot=When.of("evening"))), {},
    ),
    "handed over in the evening": (
        one(step(1, 1, 7, X, dose("pa", "1", "morning")),
            step(2, 7, 14, Y, dose("pa", "1", "morning"), from_slot=When.of("evening"))), {},
    ),
    "two steps at once": (one(step(1, 1, 7, X), step(2, 6, 14, Y)), {}),
    "two steps at once on one day": (one(step(1, 1, 7, X), step(2, 7, 14, Y)), {}),
    "two open steps at once": (
        one(step(1, 1, None, X), step(2, 8, None, Y),
            of=drug("a", "abazepam", end=End.MAINTAIN, review_on=day(20))), {},
    ),
    "same, and higher": (
        two(step(1, 1, 7, X, dose("pb", "1")), step(2, 8, 14, X, dose("pb", "2")),
            step(3, 15, 21, dose("pa", "3"), dose("pb", "2"))), {},
    ),
    "same with a reason, and unchanged": (
        Schedule(drugs=(A, drug("b", "bedoxetine", role=DrugRole.UNCHANGED)), products=(PA, PB),
                 steps=(step(1, 1, 7, X, dose("pb", "1")),
                        step(2, 8, 14, Y, dose("pb", "1")),
                        step(3, 15, 21, Y, dose("pb", "1"), reason="As agreed."))), {},
    ),
    "unchanged, and yet higher": (
        one(step(1, 1, 7, Y), step(2, 8, 14, X),
            of=drug("a", "abazepam", role=DrugRole.UNCHANGED)), {},
    ),
    "higher where only counts are known": (
        one(step(1, 1, 7, Y), step(2, 8, 14, X), by=product("pa", "a", "", unit=None)), {},
    ),
    "halves of what is not split": (
        one(step(1, 1, 2, dose("pa", "1/2"), dose("pa", "1", "morning")),
            by=product("pa", "a", parts=1),
            as_needed=(needed(quantity=Fraction(3, 2)),)), {},
    ),
    "a quarter of what is halved": (
        one(step(1, 1, 4, dose("pa", "1/4"), dose("pa", "1/2", "morning"))), {},
    ),
    "halves of what the clinic marks": (
        one(step(1, 1, 2, dose("pa", "1/2"))), {"do_not_split": {"pa"}},
    ),
    "parts not known yet": (one(step(1, 1, 3, dose("pa", "1/3")), by=product("pa", "a", parts=0)),
                            {}),
    "as needed without a maximum": (
        one(step(1, 1, 7, X), as_needed=(needed(maximum=None, quantity=Fraction(1, 2)),)), {},
    ),
    "two strengths of one liquid": (
        Schedule(drugs=(A,), products=(liquid("l1", "1"), liquid("l2", "5", per=5),
                                       liquid("l3", "100", Unit.MICROGRAM)),
                 steps=(step(1, 1, 7, dose("l1", "2")), step(2, 8, 14, dose("l3", "5")))), {},
    ),
    "the same liquid in grams and milligrams": (
        Schedule(drugs=(A,), products=(liquid("l1", "1000"), liquid("l2", "1", Unit.G)),
                 steps=(step(1, 1, 7, dose("l1", "2")), step(2, 8, 14, dose("l2", "1")))), {},
    ),
    "units stand apart from mass": (
        Schedule(drugs=(A,), products=(liquid("l1", "1", Unit.UNIT),
                                       liquid("l2", "1", Unit.MICROGRAM)),
                 steps=(step(1, 1, 7, dose("l1", "2")),)), {},
    ),
    "a cycle cut short": (
        one(step(1, 1, 7, dose("pa", "2", on=1), **CYCLE),
            step(2, 8, 13, dose("pa", "1", on=1), **CYCLE)), {},
    ),
    "a week cut short": (
        one(step(1, 1, 9, dose("pa", "2", on=5), **WEEK),
            step(2, 10, 16, dose("pa", "1", on=5), **WEEK)), {},
    ),
    "every day of a cycle": (one(step(1, 1, 7, dose("pa", "2", on=7), **CYCLE)), {}),
    "a patch worn past its step": (
        one(step(1, 1, 7, dose("pp", "1", "morning", on=1), **CYCLE), by=patch()), {},
    ),
    "patches that end with their step": (
        one(step(1, 1, 6, dose("pp", "1", "morning", on=1), **CYCLE), by=patch()), {},
    ),
    "a patch of a day and a half, put on in the evening": (
        one(step(1, 1, 7, dose("pp", "1", "20:00", on=1), dose("pp", "0", "morning", on=2),
                 **CYCLE), by=patch(hours=36)), {},
    ),
    "a supply of halves": (one(step(1, 1, 7, dose("pa", "1/2")), step(2, 9, 9, Y)), {}),
    "a supply of halves without an end": (
        one(step(1, 1, 7, dose("pa", "1/2")), step(2, 8, None, dose("pa", "1/4"))), {},
    ),
    "maintain past the last day": (
        one(step(1, 1, 7, X), of=drug("a", "abazepam", end=End.MAINTAIN, review_on=day(20))), {},
    ),
    "maintain until the day after the last": (
        one(step(1, 1, 7, X), of=drug("a", "abazepam", end=End.MAINTAIN, review_on=day(8))), {},
    ),
    "maintain on an open step": (
        one(step(1, 1, 7, X), step(2, 8, None, Y),
            of=drug("a", "abazepam", end=End.MAINTAIN, review_on=day(20))), {},
    ),
    "lengths that differ from the source": (
        one(step(1, 1, 7, X, stated_days=7), step(2, 8, 14, Y, stated_days=8),
            step(3, 15, None, dose("pa", "1/2"), stated_days=7)), {},
    ),
    "supplies that differ from the source": (
        two(step(1, 1, 7, X, dose("pb", "1"))), {},
    ),
    "in another plan": (PLAIN, {"elsewhere": [("Other plan", "ABAZEPAM"),
                                              ("Other plan", "abazepam"), ("Third", "x")]}),
    "a past that differs": (
        PLAIN, {"today": day(5), "replaced": one(step(1, 1, 3, Y, dose("pa", "1", "morning")),
                                                 step(2, 5, 14, Y))},
    ),
    "a past that was empty": (
        PLAIN, {"today": day(3), "replaced": one(step(1, 2, 3, X))},
    ),
}  # fmt: skip
_SHORT, _CASE = CASES["supplies that differ from the source"]
CASES["supplies that differ from the source"] = (
    replace(
        _SHORT,
        products=(replace(PA, stated_supply=Fraction(15)), replace(PB, stated_supply=Fraction(7))),
    ),
    {},
)
CASES["a supply stated for an open step"] = (
    one(step(1, 1, None, X), by=replace(PA, stated_supply=Fraction(15))),
    {},
)
CASES |= {
    "silence over two steps that overlap": (
        two(
            step(1, 1, 7, X, dose("pb", "4")),
            step(2, 8, 14, dose("pb", "3")),
            step(3, 10, 11, dose("pb", "2")),
            step(4, 15, 21, Y, dose("pb", "1")),
        ),
        {},
    ),
    "silence that begins and ends inside a step": (
        two(
            step(1, 1, 10, dose("pb", "4")),
            step(2, 2, 3, X),
            step(3, 8, 9, Y),
            step(4, 13, 14, dose("pa", "1/2")),
        ),
        {},
    ),
    "two steps that end on one day, and a gap": (
        one(step(1, 1, 7, X), step(2, 3, 7, Y), step(3, 9, 10, Y)),
        {},
    ),
    "a product that is not in the plan, twice": (
        one(step(1, 1, 7, X, dose("px", "1"), dose("px", "2"))),
        {},
    ),
    "one that begins on the last day of the silence": (
        two(
            step(1, 1, 7, X, dose("pb", "4")),
            step(2, 14, 14, dose("pb", "3")),
            step(3, 15, 21, Y, dose("pb", "1")),
        ),
        {},
    ),
    "a dose at the very time at which the step begins": (
        one(
            step(1, 1, 7, dose("pa", "2", "evening")),
            step(2, 8, 14, dose("pa", "1", "evening"), from_slot=When.of("evening")),
        ),
        {},
    ),
    "a reason, and then none": (
        one(step(1, 1, 7, X), step(2, 8, 14, X, reason="As agreed."), step(3, 15, 21, X)),
        {},
    ),
    "one drug lower, the other higher": (
        two(step(1, 1, 7, X, dose("pb", "1")), step(2, 8, 14, Y, dose("pb", "2"))),
        {},
    ),
    "drops of three strengths": (
        Schedule(
            drugs=(A,),
            products=tuple(
                replace(liquid(f"l{n}", str(n)), form=Form.DROP, per=Fraction(1)) for n in (1, 2, 3)
            ),
            steps=(step(1, 1, 7, dose("l1", "2")),),
        ),
        {},
    ),
    "a cycle that ends whole, and one cut short": (
        one(
            step(1, 1, 6, dose("pa", "2", on=1), **CYCLE),
            step(2, 7, 10, dose("pa", "1", on=6), **CYCLE),
        ),
        {},
    ),
    "patches of an open step, of a day that never comes, and worn past a step": (
        Schedule(
            drugs=(A,),
            products=(PA, patch()),
            steps=(
                step(1, 1, None, dose("pp", "1", "morning", on=1), **CYCLE),
                step(
                    2,
                    8,
                    9,
                    dose("pa", "1"),
                    dose("pp", "1", "evening", on=4),
                    dose("pp", "1", "morning", on=2),
                    **CYCLE,
                ),
            ),
        ),
        {},
    ),
    "a liquid, a whole supply, and then halves": (
        Schedule(
            drugs=(A, B),
            products=(liquid("l1", "1"), PA, PB),
            steps=(step(1, 1, 7, dose("l1", "1/2", "morning"), X, dose("pb", "1/2")),),
        ),
        {},
    ),
    "halves of one drug beside an open step of the other": (
        two(step(1, 1, 7, dose("pa", "1/2"), dose("pb", "2")), step(2, 8, None, dose("pb", "1"))),
        {},
    ),
    "a supply as stated, none stated, and one that differs": (
        Schedule(
            drugs=(A, B),
            products=(
                replace(PB, stated_supply=Fraction(7)),
                product("pc", "a"),
                replace(PA, stated_supply=Fraction(15)),
            ),
            steps=(step(1, 1, 7, X, dose("pb", "1"), dose("pc", "1", "morning")),),
        ),
        {},
    ),
    "a supply stated for days that a ward sets": (
        one(
            step(1, 1, 7, X),
            by=replace(PA, stated_supply=Fraction(15)),
            away=(Away(day(1), day(7), "Ward A"),),
        ),
        {},
    ),
    "one drug stops, the other is maintained past its last day": (
        Schedule(
            drugs=(A, drug("b", "bedoxetine", end=End.MAINTAIN, review_on=day(20))),
            products=(PA, PB),
            steps=(
                step(1, 1, 7, X, dose("pb", "2")),
                step(2, 8, 14, Y, dose("pb", "1")),
            ),
        ),
        {},
    ),
    "a patch of the first day of a short step": (
        one(step(1, 1, 2, dose("pp", "1", "morning", on=1), **CYCLE), by=patch()),
        {},
    ),
    "a patch of a step that begins after its time of day": (
        one(
            step(1, 1, 3, dose("pp", "1", "morning"), from_slot=When.of("evening")),
            step(2, 4, 4, dose("pp", "1", "morning"), from_slot=When.of("evening")),
            by=patch(),
        ),
        {},
    ),
    "plans with long names": (
        PLAIN,
        {"elsewhere": [(f"{'n' * 118}", "abazepam"), (f"{'m' * 119}", "abazepam")]},
    ),
}


def written(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity}: {finding.code}: {finding.sentence}"
    yield f"  {finding.detail or '-'}"
    yield f"  {finding.where} ({finding.subject})"
    about = [finding.step, finding.number, finding.day, finding.last_day, finding.drug]
    yield (
        "  "
        + " ".join("-" if part is None else str(part) for part in about)
        + (f" [{' '.join(finding.drugs)}]" if finding.drugs else "")
    )


def whole() -> str:
    lines = []
    for name, (schedule, more) in CASES.items():
        lines.append(f"# {name}")
        for finding in findings(schedule, **more):
            lines += written(finding)
    return "\n".join(lines).replace("\u00a0", " ") + "\n"
