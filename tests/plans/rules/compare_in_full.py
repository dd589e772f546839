"""Two schedules in which everything that can differ does, and each difference written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from plans.rules.cells import cells_from
from plans.rules.compare import Difference, compare, compare_cells
from plans.rules.schedule import AsNeeded, Schedule, Step, Texts, When
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Unit
from tests.plans.rules.facts_in_full import day, dose, drug, product


def step(key: str, number: int, first: int, last: int | None, *doses: Any, **more: Any) -> Step:
    given: dict[str, Any] = {
        "from_slot": None, "rhythm": Rhythm.DAILY, "cycle_days": 1, "cycle_from": None, **more,
    }  # fmt: skip
    return Step(
        key=key, number=number, first_day=day(first), last_day=None if last is None else day(last),
        doses=doses, **given,
    )  # fmt: skip


def needed(key: str, **more: Any) -> AsNeeded:
    given: dict[str, Any] = {
        "quantity": Fraction(1), "maximum": None, "gap_minutes": None, "reason": "",
        "first_day": day(1), "last_day": None, **more,
    }  # fmt: skip
    return AsNeeded(key=key, product="p1", **given)


EVENING = When.of("evening")
BEFORE = Schedule(
    drugs=(
        drug("d1", "examplazepam"),
        drug("d2", "mockisone", end=End.MAINTAIN, review_on=day(90), end_note="With the GP."),
        drug("d3", "gone"),
    ),
    products=(
        product("p1", "d1"),
        product("p2", "d2", "5", stated_supply=Fraction(30)),
        product("p3", "d3", form=Form.PATCH, unit=Unit.MICROGRAM_PER_HOUR, wear_hours=72, parts=1),
    ),
    steps=(
        step("s1", 1, 1, 7, dose("p1", "2"), dose("p2", "1", "morning")),
        step("s2", 2, 8, 14, dose("p1", "1"), from_slot=EVENING, reason="as agreed"),
        step("s3", 3, 15, 21, dose("p1", "1"), dose("p3", "1")),
        step("s4", 4, 22, None, dose("p1", "1/2")),
        step("s5", 5, 40, 46, dose("p1", "1/2"), rhythm=Rhythm.CYCLE, cycle_days=2),
        step("s6", 6, 50, 56, dose("p1", "0")),
        step("s7", 7, 60, 66, dose("p1", "1")),
        step("s8", 8, 70, 76, dose("p1", "1")),
        step("s9", 9, 80, 86, dose("p1", "1")),
    ),
    as_needed=(needed("a1"), needed("a2", maximum=Fraction(3), gap_minutes=240, reason="panic")),
)
AFTER = Schedule(
    drugs=(
        drug("d1", "examplazepam", role=DrugRole.UNCHANGED, end=End.REFER),
        replace(drug("d2", "mockisone XR", end=End.STOP), drug_class=DrugClass.CORTICOSTEROID),
        drug("d4", "new"),
    ),
    products=(
        product("p1", "d1", "2", parts=4, route="by mouth"),
        replace(
            product("p2", "d2", "5", wear_hours=24),
            name="Mock", preparation="crushed", given_by="nurse", keep_until="Friday",
            device="spoon", texts=Texts("with food", "blister", "ask"),
        ),
        product("p4", "d4", "", form=Form.DROP, unit=None, parts=1),
    ),
    steps=(
        step("s0", 1, 1, 2, dose("p4", "3", "08:00")),
        # Begins and ends three days later; a dose taken out, one other.
        step("s1", 2, 4, 10, dose("p1", "3/2")),
        # At another time of day, one day shorter, other texts.
        step("s2", 3, 8, 13, dose("p1", "1"), from_slot=When.of("midday"), stated_days=7,
             texts=Texts("p", "q", "r"), reason="sooner"),
        # Begins earlier, no last day now.
        step("s3", 4, 14, None, dose("p1", "1")),
        # Ends on a day now.
        step("s4", 5, 22, 30, dose("p1", "1/2")),
        # Another pattern, counted from another day.
        step("s5", 6, 40, 46, dose("p1", "1/2", on=0b10), rhythm=Rhythm.CYCLE, cycle_days=3,
             cycle_from=day(39)),
        # Begins two days later, ends four days later; weekdays.
        step("s6", 7, 52, 60, dose("p1", "0"), rhythm=Rhythm.WEEKDAYS, cycle_days=7),
        # One day later as a whole; nothing else.
        step("s7", 8, 61, 67, dose("p1", "1")),
        # As it was.
        step("s8", 9, 70, 76, dose("p1", "1")),
    ),
    as_needed=(
        needed("a1", quantity=Fraction(2), maximum=Fraction(4), gap_minutes=90, reason="sleep",
               first_day=day(2), last_day=day(9)),
        needed("a3"),
    ),
)  # fmt: skip

CLOSED = replace(BEFORE, steps=tuple(s for s in BEFORE.steps if s.last_day))
NO_STEPS = replace(BEFORE, steps=(), as_needed=())


def typed_apart(schedule: Schedule) -> Schedule:
    """The same steps under other names: they are matched by their numbers."""
    return replace(schedule, steps=tuple(replace(s, key=f"t{s.number}") for s in schedule.steps))


PAIRS: Mapping[str, tuple[Schedule, Schedule]] = {
    "all": (BEFORE, AFTER),
    "back": (AFTER, BEFORE),
    "same": (BEFORE, BEFORE),
    "closed": (CLOSED, replace(CLOSED, steps=CLOSED.steps[:4])),
    "typed apart": (CLOSED, typed_apart(replace(CLOSED, steps=CLOSED.steps[:2]))),
    "no steps": (NO_STEPS, BEFORE),
    "only an as-needed line": (BEFORE, replace(BEFORE, as_needed=())),
}


def whole() -> str:
    lines: list[str] = []
    for name, (before, after) in PAIRS.items():
        lines += [f"== {name}", *_compared(before, after)]
    lines.append("== as two drafts")
    lines += [_line(one) for one in compare_cells(_cells(BEFORE), _cells(AFTER))]
    lines.append("== in another order")
    turned: Any = _cells(BEFORE)
    for head in ("drugs", "products", "steps", "as_needed"):
        turned[head] = [*turned[head][1:], turned[head][0]]
    lines += [_line(one) for one in compare_cells(_cells(BEFORE), turned)]
    return "\n".join(lines).replace("\u00a0", " ") + "\n"


def _cells(schedule: Schedule) -> Any:
    cells: Any = cells_from(schedule, in_force_from=day(1), reason="as agreed")
    cells["acceptances"] = [
        {"code": "gap", "subject": f"s{len(cells['drugs'])}", "reason": schedule.drugs[1].name}
    ]
    return cells


def _compared(before: Schedule, after: Schedule) -> Iterator[str]:
    found = compare(before, after)
    yield (
        f"added {found.added}, removed {found.removed}, dates {found.with_other_dates}, "
        f"doses {found.with_other_doses}, nothing {found.nothing}"
    )
    for pair in found.steps:
        was = pair.before.number if pair.before else "-"
        now = pair.after.number if pair.after else "-"
        yield (
            f"{was} > {now}: {pair.kind.value}; dates {pair.dates_changed}; "
            f"doses {pair.doses_changed}; {pair.days_later} later; {pair.words}"
        )
        for one in pair.cells:
            yield f"    {_line(one)}"
    for one in found.others:
        yield _line(one)
    for total in found.totals:
        yield f"total {total.label}: {total.before} > {total.after}"


def _line(one: Difference) -> str:
    return f"{one.where} | {one.place} | {one.before} > {one.after}"
