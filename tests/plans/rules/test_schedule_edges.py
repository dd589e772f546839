"""The edges of a schedule: the order of times, days of a cycle, patches, strengths not stated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from plans.rules.schedule import (
    Amount,
    Dose,
    Drug,
    Product,
    Schedule,
    Step,
    When,
    begins_before,
    counts_at,
    day_totals,
    days_of_cycle,
    days_worn,
    next_change,
    step_totals,
    worn_on,
)
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Slot, Unit

FIRST = date(2026, 11, 30)
DAY = timedelta(days=1)
MORNING, EVENING = When.of("morning"), When.of("evening")
DRUG = Drug("d1", "examplazepam", DrugRole.TAPERED, DrugClass.OPIOID, End.STOP)


def product(key: str = "p1", form: Form = Form.TABLET, **more: Any) -> Product:
    values: dict[str, Any] = {"strength": Fraction(1), "unit": Unit.MG, "parts": 1}
    return Product(key, "d1", "", form, **(values | more))


def patch(hours: int | None, **more: Any) -> Product:
    values: dict[str, Any] = {"strength": Fraction(12), "unit": Unit.MICROGRAM_PER_HOUR}
    return product(form=Form.PATCH, wear_hours=hours, **(values | more))


def step(number: int = 1, *doses: Dose, **more: Any) -> Step:
    values: dict[str, Any] = {
        "key": f"s{number}", "number": number, "first_day": FIRST, "from_slot": None,
        "last_day": FIRST + 6 * DAY, "rhythm": Rhythm.DAILY, "cycle_days": 1, "cycle_from": None,
        "doses": doses or (Dose("p1", MORNING, Fraction(1), 1),),
    }  # fmt: skip
    return Step(**(values | more))


def schedule(*steps: Step, products: tuple[Product, ...] = ()) -> Schedule:
    return Schedule(drugs=(DRUG,), products=products or (product(),), steps=steps)


# --- Times of day -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("morning", "07:59", "08:00"),
        ("midday", "11:59", "12:00"),
        ("evening", "17:59", "18:00"),
        ("bedtime", "21:59", "22:00"),
    ],
)
def test_a_named_time_stands_between_two_minutes(name: str, before: str, after: str) -> None:
    assert When.of(before) < When.of(name) < When.of(after)


def test_places_are_minutes_of_the_day() -> None:
    assert When.of("midday").place == (720, 0)
    assert When.of("17:25").place == (1045, 1)
    assert When.of("00:00") < When.of("00:01") < MORNING


def test_a_time_is_compared_with_times_only() -> None:
    with pytest.raises(TypeError):
        MORNING < "evening"  # noqa: B015
    assert (MORNING < EVENING) is True


def test_a_clock_time_without_an_hour_is_none() -> None:
    with pytest.raises(ValueError, match=r"^A clock time, and only a clock time, has an hour\.$"):
        When(Slot.CLOCK)


# --- Steps and products -----------------------------------------------------------------------


def test_a_step_and_a_product_are_found_by_their_names() -> None:
    stray = replace(product("p2"), drug="d2")
    two = schedule(step(1), step(2), products=(product(), stray))
    assert two.step("s2").number == 2
    assert two.known_product("p1") is not None
    assert two.known_product("p2") is None


def test_two_steps_of_one_day_and_time_begin_together() -> None:
    assert not begins_before(step(1), step(2))
    assert begins_before(step(2), step(1, from_slot=When.of("00:00")))
    assert not begins_before(step(2, from_slot=EVENING), step(1, from_slot=MORNING))


def test_before_its_time_of_day_a_step_does_not_count() -> None:
    late = step(1, from_slot=EVENING)
    assert counts_at(schedule(late), late, DRUG, FIRST, MORNING) is False
    assert counts_at(schedule(late), late, DRUG, FIRST, EVENING) is True
    assert counts_at(schedule(late), late, DRUG, FIRST + DAY, MORNING) is True


def test_two_steps_that_begin_on_one_day_begin_with_the_whole_day() -> None:
    both = schedule(
        step(1, last_day=FIRST),
        step(2, first_day=FIRST + DAY, from_slot=EVENING),
        step(3, first_day=FIRST + DAY),
    )
    found = next_change(both, FIRST)
    assert found is not None
    assert (found.day, found.from_slot) == (FIRST + DAY, None)
    alone = next_change(schedule(*both.steps[:2]), FIRST)
    assert alone is not None
    assert alone.from_slot == EVENING


# --- Days of a cycle -----------------------------------------------------------------------------


def test_a_dose_counts_on_the_days_of_its_cycle_and_on_no_other_bit() -> None:
    last = FIRST + 6 * DAY
    assert days_of_cycle(step(), 0b111, FIRST, last) == 7
    assert days_of_cycle(step(), 0b110, FIRST, last) == 0
    weekly = step(rhythm=Rhythm.WEEKDAYS, cycle_days=7)
    assert days_of_cycle(weekly, 0b1_0000101, FIRST, FIRST + 13 * DAY) == 4


def mean(*doses: Dose, products: tuple[Product, ...] = (), **more: Any) -> list[Amount]:
    (total,) = step_totals(*_one(step(1, *doses, **more), products))
    return list(total.mean.amounts)


def by_day(*doses: Dose, products: tuple[Product, ...] = (), **more: Any) -> list[Fraction]:
    (total,) = step_totals(*_one(step(1, *doses, **more), products))
    return [sum((a.value for a in day.amounts), Fraction(0)) for day in total.by_day]


def _one(only: Step, products: tuple[Product, ...]) -> tuple[Schedule, Step]:
    return schedule(only, products=products), only


def test_the_mean_of_a_step_is_of_its_own_days() -> None:
    assert mean(Dose("p1", MORNING, Fraction(2), 0b11)) == [Amount(Fraction(2), Unit.MG)]
    assert mean(Dose("p1", MORNING, Fraction(2), 0b10)) == [Amount(Fraction(0), Unit.MG)]
    week: Any = {"rhythm": Rhythm.WEEKDAYS, "cycle_days": 7}
    assert by_day(Dose("p1", MORNING, Fraction(7), 0b10), **week) == [0, 7, 0, 0, 0, 0, 0]
    assert mean(Dose("p1", MORNING, Fraction(7), 0b10), **week) == [Amount(Fraction(1), Unit.MG)]


# --- Patches ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "time", "days"),
    [(None, "23:30", 0), (12, "12:00", 1), (12, "11:50", 0), (72, "23:00", 3), (100, "06:00", 4)],
)
def test_a_patch_is_due_off_after_its_hours(hours: int | None, time: str, days: int) -> None:
    assert days_worn(patch(hours), When.of(time)) == days


def test_a_patch_is_seen_beside_a_tablet_and_until_it_comes_off() -> None:
    long = patch(26 * 24)
    one = schedule(
        step(1, Dose("p0", MORNING, Fraction(1), 1), Dose("p1", EVENING, Fraction(1), 1),
             last_day=FIRST),
        products=(product("p0"), long),
    )  # fmt: skip
    assert [worn.act.value for worn in worn_on(one, FIRST)] == ["apply"]
    assert [worn.act.value for worn in worn_on(one, FIRST + 25 * DAY)] == ["keep on"]
    assert [worn.act.value for worn in worn_on(one, FIRST + 26 * DAY)] == ["remove"]
    assert worn_on(one, FIRST + 27 * DAY) == ()


def test_a_rate_is_stated_on_the_days_on_which_a_patch_is_worn() -> None:
    daily = Dose("p1", MORNING, Fraction(1), 1)
    rate = Amount(Fraction(12), Unit.MICROGRAM_PER_HOUR)
    assert mean(daily, products=(patch(None),)) == [rate]
    assert by_day(daily, products=(patch(24),)) == [12]
    cycle: Any = {"rhythm": Rhythm.CYCLE, "cycle_days": 4}
    second = Dose("p1", MORNING, Fraction(1), 0b10)
    assert by_day(second, products=(patch(48),), **cycle) == [0, 12, 12, 0]
    assert by_day(second, products=(patch(12),), **cycle) == [0, 12, 0, 0]


# --- Strengths that are not stated ------------------------------------------------------------


def test_a_unit_without_a_strength_names_no_amount() -> None:
    doses = (Dose("p0", MORNING, Fraction(1), 1), Dose("p1", EVENING, Fraction(2), 1))
    unsaid = product("p0", strength=None)
    grams = product("p1", unit=Unit.G)
    (total,) = day_totals(schedule(step(1, *doses), products=(unsaid, grams)), FIRST)
    assert total.amounts == (Amount(Fraction(2), Unit.G),)
    assert not total.complete


def test_a_strength_without_its_unit_is_not_added_up() -> None:
    (total,) = day_totals(schedule(step(), products=(product(unit=None),)), FIRST)
    assert (total.amounts, total.complete) == ((), False)


def test_a_patch_of_unknown_rate_adds_no_rate() -> None:
    assert mean(Dose("p1", MORNING, Fraction(1), 1), products=(patch(72, strength=None),)) == []
