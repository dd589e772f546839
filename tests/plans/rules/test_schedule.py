"""One function answers for a day; everything that adds up agrees with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings

from plans.rules import wording
from plans.rules.schedule import (
    Amount,
    AsNeeded,
    Away,
    Direction,
    Dose,
    Drug,
    PatchAct,
    Product,
    Schedule,
    Step,
    When,
    as_needed_on,
    away_on,
    day_totals,
    days_worn,
    direction,
    earlier_step,
    expected_on,
    first_day,
    last_day,
    next_change,
    period_totals,
    step_on,
    step_totals,
    supply,
    worn_on,
)
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Slot, Unit
from tests.plans.rules.strategies import HORIZON, START, days, naive_day, schedules

DAY = timedelta(days=1)
MORNING, BEDTIME = When(Slot.MORNING), When(Slot.BEDTIME)
quick = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def a_drug(key: str = "d1", name: str = "examplazepam") -> Drug:
    return Drug(key, name, DrugRole.TAPERED, DrugClass.OTHER, End.STOP)


def a_tablet(
    key: str = "p1", drug: str = "d1", strength: str = "1", unit: Unit = Unit.MG
) -> Product:
    return Product(key, drug, "", Form.TABLET, strength=Fraction(strength), unit=unit, parts=8)


def a_step(
    number: int,
    first: int,
    last: int | None,
    *doses: tuple[str, When, str, int],
    rhythm: Rhythm = Rhythm.DAILY,
    cycle: int = 1,
    from_slot: When | None = None,
    cycle_from: date | None = None,
) -> Step:
    """Days count from START, which is day 0; a dose is product, time, quantity, bit set."""
    return Step(
        key=f"s{number}",
        number=number,
        first_day=START + first * DAY,
        from_slot=from_slot,
        last_day=None if last is None else START + last * DAY,
        rhythm=rhythm,
        cycle_days=cycle,
        cycle_from=cycle_from,
        doses=tuple(Dose(p, when, Fraction(q), bits) for p, when, q, bits in doses),
    )


def plan(*steps: Step, products: tuple[Product, ...] = (a_tablet(),)) -> Schedule:
    keys = dict.fromkeys(product.drug for product in products)
    return Schedule(tuple(a_drug(key, f"drug {key}") for key in keys), products, steps)


@given(schedules(away=True))
@quick
def test_the_quick_answer_for_a_day_is_the_slow_one(schedule: Schedule) -> None:
    for day in days(START - 5 * DAY, START + 70 * DAY):
        answer = expected_on(schedule, day)
        assert list(answer) == sorted(answer, key=lambda e: e.when)
        assert naive_day(schedule, day) == sorted(
            (e.when.token, e.product.key, e.step.key, e.quantity) for e in answer
        )


@given(schedules(away=True))
@quick
def test_the_sum_of_the_days_is_the_supply(schedule: Schedule) -> None:
    first, last = START + 3 * DAY, START + 80 * DAY
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for day in days(first, last):
        for _time, product, _step, quantity in naive_day(schedule, day):
            sums[product] += quantity
    lines = {line.product.key: line.quantity for line in supply(schedule, first, last)}
    assert {key: lines.get(key, 0) for key in sums} == sums
    assert all(quantity == sums.get(key, 0) for key, quantity in lines.items())


@given(schedules())
@quick
def test_daily_amounts_add_up_to_the_amount_of_the_period(schedule: Schedule) -> None:
    first, last = START, START + 40 * DAY
    sums: dict[tuple[str, Unit], Fraction] = defaultdict(Fraction)
    for day in days(first, last):
        for total in day_totals(schedule, day):
            for amount in total.amounts:
                if amount.unit is not Unit.MICROGRAM_PER_HOUR:
                    sums[total.drug.key, amount.unit] += amount.value
    whole = {
        (total.drug.key, amount.unit): amount.value
        for total in period_totals(schedule, first, last)
        for amount in total.amounts
    }
    assert {key: value for key, value in whole.items() if value} == {
        key: value for key, value in sums.items() if value
    }


@given(schedules())
@quick
def test_the_mean_of_a_step_is_the_mean_of_the_days_of_its_cycle(schedule: Schedule) -> None:
    for step in schedule.steps:
        for total in step_totals(schedule, step):
            for amount in total.mean.amounts:
                if amount.unit is Unit.MICROGRAM_PER_HOUR:
                    continue
                cycle = [
                    a.value for day in total.by_day for a in day.amounts if a.unit is amount.unit
                ]
                assert amount.value == sum(cycle, Fraction(0)) / len(total.by_day)


@given(schedules())
@quick
def test_a_change_is_the_next_day_on_which_a_step_begins_or_a_drug_ends(schedule: Schedule) -> None:
    begins = {step.first_day for step in schedule.steps}
    for drug in schedule.drugs:
        for day in days(START, HORIZON):
            was, now = step_on(schedule, day - DAY, drug), step_on(schedule, day, drug)
            if was is not None and now is None:
                begins.add(day)
    for day in (START - DAY, START + 10 * DAY, START + 45 * DAY):
        later = sorted(begin for begin in begins if begin > day)
        change = next_change(schedule, day)
        assert (change and change.day) == (later[0] if later else None)


def test_thirds_and_eighths_add_up_exactly() -> None:
    thirds = plan(a_step(1, 0, 2, ("p1", MORNING, "1/3", 1)))
    (line,) = supply(thirds, START, START + 2 * DAY)
    assert line.quantity == 1
    eighths = plan(
        a_step(1, 0, 7, ("p1", MORNING, "1/8", 1), ("p1", BEDTIME, "7/8", 1)),
        products=(a_tablet(strength="0.1"),),
    )
    (total,) = period_totals(eighths, START, START + 7 * DAY)
    assert total.amount == Fraction("0.8")


def test_units_of_mass_are_added_exactly_and_shown_in_the_unit_typed_first() -> None:
    schedule = plan(
        a_step(1, 0, 0, ("p1", MORNING, "1", 1), ("p2", MORNING, "2", 1)),
        products=(
            a_tablet("p1", strength="0.25"),
            a_tablet("p2", strength="75", unit=Unit.MICROGRAM),
        ),
    )
    (total,) = day_totals(schedule, START)
    assert (total.amount, total.unit) == (Fraction("0.4"), Unit.MG)


def test_drugs_are_never_added_to_one_another() -> None:
    schedule = plan(
        a_step(1, 0, 0, ("p1", MORNING, "1", 1), ("p2", MORNING, "2", 1)),
        products=(a_tablet("p1"), a_tablet("p2", drug="d2", strength="5")),
    )
    totals = {total.drug.key: total.amount for total in day_totals(schedule, START)}
    assert totals == {"d1": Fraction(1), "d2": Fraction(10)}


def test_a_strength_that_is_not_stated_leaves_counts_only() -> None:
    unknown = Product("p1", "d1", "", Form.CAPSULE)
    schedule = plan(a_step(1, 0, 0, ("p1", MORNING, "2", 1)), products=(unknown, a_tablet("p2")))
    (total,) = day_totals(schedule, START)
    assert total.amount is None
    assert {c.product.key: c.quantity for c in total.counts} == {"p1": Fraction(2)}
    assert wording.total_words(total).replace("\u00a0", " ") == "2 capsules of strength not stated"


def test_a_liquid_counts_by_the_amount_in_its_volume() -> None:
    liquid = Product(
        "p1", "d1", "", Form.LIQUID, strength=Fraction(125), unit=Unit.MG, per=Fraction(5)
    )
    schedule = plan(a_step(1, 0, 0, ("p1", MORNING, "2.5", 1)), products=(liquid,))
    (total,) = day_totals(schedule, START)
    assert (total.amount, total.unit) == (Fraction("62.5"), Unit.MG)


def patches(wear_hours: int, cycle: int) -> Schedule:
    patch = Product(
        "p1",
        "d1",
        "",
        Form.PATCH,
        strength=Fraction(25),
        unit=Unit.MICROGRAM_PER_HOUR,
        wear_hours=wear_hours,
    )
    step = a_step(1, 0, 8, ("p1", MORNING, "1", 1), rhythm=Rhythm.CYCLE, cycle=cycle)
    return plan(step, products=(patch,))


def test_a_patch_is_put_on_kept_on_and_taken_off() -> None:
    schedule = patches(72, 3)
    acts = [[w.act for w in worn_on(schedule, START + n * DAY)] for n in range(4)]
    assert acts == [
        [PatchAct.APPLY],
        [PatchAct.KEEP_ON],
        [PatchAct.KEEP_ON],
        [PatchAct.REMOVE, PatchAct.APPLY],
    ]
    assert worn_on(schedule, START)[0].removed_on == START + 3 * DAY


def test_the_rate_of_a_patch_is_never_multiplied_into_an_amount_a_day() -> None:
    schedule = patches(72, 3)
    for n in range(9):
        (total,) = day_totals(schedule, START + n * DAY)
        assert total.amounts == (Amount(Fraction(25), Unit.MICROGRAM_PER_HOUR),)
    (period,) = period_totals(schedule, START, START + 8 * DAY)
    assert period.amounts == ()
    assert period.counts[0].quantity == 3
    (total_of_step,) = step_totals(schedule, schedule.steps[0])
    assert total_of_step.even
    assert total_of_step.mean.amount == 25


def test_a_patch_worn_for_half_a_day_comes_off_the_same_day() -> None:
    schedule = patches(12, 2)
    assert [w.act for w in worn_on(schedule, START)] == [PatchAct.APPLY]
    assert worn_on(schedule, START + DAY) == ()
    assert worn_on(schedule, START)[0].removed_on == START


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("2", "1", Direction.LOWER),
        ("1", "1", Direction.SAME),
        ("1", "2", Direction.HIGHER),
        ("1", "0", Direction.ENDS),
        ("0", "1", Direction.STARTS),
        ("0", "0", Direction.NONE),
    ],
)
def test_a_step_is_lower_same_or_higher_than_the_one_before(
    before: str, after: str, expected: Direction
) -> None:
    schedule = plan(
        a_step(1, 0, 6, ("p1", MORNING, before, 1)), a_step(2, 7, 13, ("p1", MORNING, after, 1))
    )
    assert direction(schedule, schedule.steps[1], schedule.drugs[0]) is expected


def test_the_first_step_of_a_plan_and_a_drug_that_starts_later_are_named_apart() -> None:
    schedule = plan(
        a_step(1, 0, 6, ("p1", MORNING, "1", 1)),
        a_step(2, 7, 13, ("p1", MORNING, "1", 1), ("p2", MORNING, "1", 1)),
        products=(a_tablet(), a_tablet("p2", drug="d2")),
    )
    one, two = schedule.steps
    assert direction(schedule, one, schedule.drugs[0]) is Direction.FIRST
    assert direction(schedule, two, schedule.drugs[1]) is Direction.STARTS
    assert direction(schedule, one, schedule.drugs[1]) is Direction.NONE


def test_a_drug_taken_up_again_after_nothing_is_higher() -> None:
    schedule = plan(
        *(a_step(n, 7 * n, 7 * n + 6, ("p1", MORNING, q, 1)) for n, q in enumerate("102", 1))
    )
    assert direction(schedule, schedule.steps[2], schedule.drugs[0]) is Direction.HIGHER


def test_alternating_doses_are_compared_by_their_exact_mean() -> None:
    alternating = a_step(
        2, 6, 11, ("p1", MORNING, "10", 1), ("p1", BEDTIME, "7.5", 2), rhythm=Rhythm.CYCLE, cycle=2
    )
    for daily, expected in (
        ("8.75", Direction.SAME),
        ("8.7", Direction.HIGHER),
        ("9", Direction.LOWER),
    ):
        schedule = plan(a_step(1, 0, 5, ("p1", MORNING, daily, 1)), alternating)
        assert direction(schedule, alternating, schedule.drugs[0]) is expected
    words = wording.step_total_words(step_totals(schedule, alternating)[0])
    assert words.replace("\u00a0", " ") == "8.75 mg a day on average"


def test_lower_is_a_fact_about_a_drug_and_not_about_rows() -> None:
    """Another drug's step between two of this one changes nothing."""
    schedule = plan(
        a_step(1, 0, 6, ("p1", MORNING, "2", 1)),
        a_step(2, 0, 30, ("p2", MORNING, "9", 1)),
        a_step(3, 7, 13, ("p1", MORNING, "1", 1)),
        products=(a_tablet(), a_tablet("p2", drug="d2")),
    )
    assert direction(schedule, schedule.steps[2], schedule.drugs[0]) is Direction.LOWER
    assert earlier_step(schedule, schedule.steps[2], schedule.drugs[0]) == schedule.steps[0]


def test_a_drug_that_changes_from_unknown_to_known_strength_is_compared_by_parts() -> None:
    schedule = plan(
        a_step(1, 0, 6, ("p1", MORNING, "1", 1)),
        a_step(2, 7, 13, ("p2", MORNING, "1", 1)),
        products=(Product("p1", "d1", "", Form.CAPSULE), a_tablet("p2")),
    )
    assert direction(schedule, schedule.steps[1], schedule.drugs[0]) is Direction.HIGHER


def test_the_rest_of_the_day_belongs_to_the_step_that_begins_in_it_for_its_own_drugs() -> None:
    schedule = plan(
        a_step(1, 0, 2, ("p1", MORNING, "2", 1), ("p1", BEDTIME, "2", 1), ("p2", BEDTIME, "5", 1)),
        a_step(2, 2, 6, ("p1", BEDTIME, "1", 1), from_slot=BEDTIME),
        products=(a_tablet(), a_tablet("p2", drug="d2")),
    )
    answer = expected_on(schedule, START + 2 * DAY)
    assert [(e.product.key, e.when.token, e.quantity) for e in answer] == [
        ("p1", "morning", Fraction(2)),
        ("p1", "bedtime", Fraction(1)),
        ("p2", "bedtime", Fraction(5)),
    ]
    drug = schedule.drugs[0]
    assert step_on(schedule, START + 2 * DAY, drug, MORNING) == schedule.steps[0]
    assert step_on(schedule, START + 2 * DAY, drug) == schedule.steps[1]


def test_a_dose_at_midnight_belongs_to_the_new_date() -> None:
    midnight = When(Slot.CLOCK, time(0))
    schedule = plan(
        a_step(1, 0, 0, ("p1", BEDTIME, "1", 1)), a_step(2, 1, 1, ("p1", midnight, "1", 1))
    )
    assert [e.when for e in expected_on(schedule, START + DAY)] == [midnight]
    assert midnight < MORNING


def test_times_of_day_stand_in_the_order_of_the_day() -> None:
    tokens = [
        "00:00",
        "06:00",
        "morning",
        "08:00",
        "midday",
        "14:00",
        "evening",
        "bedtime",
        "22:00",
    ]
    whens = [When.of(token) for token in tokens]
    backwards = whens[::-1]
    assert sorted(backwards) == whens
    assert [when.token for when in whens] == tokens


def test_a_clock_time_and_only_a_clock_time_has_an_hour() -> None:
    for slot, at in ((Slot.CLOCK, None), (Slot.MORNING, time(8))):
        with pytest.raises(ValueError, match="hour"):
            When(slot, at)


def test_while_somebody_else_sets_the_doses_nothing_is_expected_from_us() -> None:
    steps = (a_step(1, 0, 9, ("p1", MORNING, "1", 1)),)
    away = Away(START + 2 * DAY, START + 4 * DAY, "Northfield ward")
    schedule = Schedule((a_drug(),), (a_tablet(),), steps, away=(away,))
    assert away_on(schedule, START + 3 * DAY) == away
    assert expected_on(schedule, START + 3 * DAY) == ()
    assert as_needed_on(schedule, START + 3 * DAY) == ()
    (line,) = supply(schedule, START, START + 9 * DAY)
    assert line.quantity == 7


def test_an_open_step_leaves_the_plan_without_a_last_day() -> None:
    schedule = plan(
        a_step(1, 0, 6, ("p1", MORNING, "1", 1)), a_step(2, 7, None, ("p1", MORNING, "2", 1))
    )
    assert (first_day(schedule), last_day(schedule)) == (START, None)
    (line,) = supply(schedule, START, START + 13 * DAY)
    assert line.quantity == 21
    assert first_day(Schedule()) is None
    assert last_day(Schedule()) is None


def test_the_next_change_names_each_drug_and_the_time_from_which_it_counts() -> None:
    schedule = plan(
        a_step(1, 0, 6, ("p1", MORNING, "2", 1), ("p1", BEDTIME, "2", 1)),
        a_step(2, 6, 9, ("p1", MORNING, "2", 1), ("p1", BEDTIME, "1", 1), from_slot=BEDTIME),
    )
    change = next_change(schedule, START)
    assert change is not None
    assert (change.day, change.from_slot) == (START + 6 * DAY, BEDTIME)
    assert [d.direction for d in change.drugs] == [Direction.LOWER]
    end = next_change(schedule, change.day)
    assert end is not None
    assert end.day == START + 10 * DAY
    assert [(d.direction, d.after) for d in end.drugs] == [(Direction.ENDS, None)]
    assert next_change(schedule, end.day) is None


@pytest.mark.parametrize(
    ("rhythm", "cycle", "bits", "words"),
    [
        (Rhythm.DAILY, 1, 1, "every day"),
        (Rhythm.CYCLE, 2, 1, "every 2 days"),
        (Rhythm.CYCLE, 28, (1 << 21) - 1, "21 days on, 7 days off"),
        (Rhythm.CYCLE, 4, 0b1010, "days 2 and 4 of 4"),
        (Rhythm.CYCLE, 3, 0b100, "day 3 of 3"),
        (Rhythm.WEEKDAYS, 7, 0b0010101, "Mon, Wed and Fri"),
        (Rhythm.WEEKDAYS, 7, 127, "every day"),
    ],
)
def test_a_pattern_is_said_in_words(rhythm: Rhythm, cycle: int, bits: int, words: str) -> None:
    step = a_step(1, 0, 27, ("p1", MORNING, "1", bits), rhythm=rhythm, cycle=cycle)
    schedule = plan(step)
    assert wording.days_words(schedule, step, step.doses[0]).replace("\u00a0", " ") == words


def test_each_of_two_alternating_doses_names_its_day() -> None:
    step = a_step(
        1, 0, 9, ("p1", MORNING, "2", 1), ("p2", MORNING, "1", 2), rhythm=Rhythm.CYCLE, cycle=2
    )
    schedule = plan(step, products=(a_tablet(), a_tablet("p2", strength="7.5")))
    assert [wording.days_words(schedule, step, dose) for dose in step.doses] == [
        "day 1 of 2",
        "day 2 of 2",
    ]


def test_clock_times_are_ordered_to_the_minute() -> None:
    tokens = ["06:00", "06:05", "06:50", "07:00"]
    assert sorted(When.of(token) for token in tokens[::-1]) == [When.of(t) for t in tokens]


def test_two_steps_that_begin_at_the_same_time_of_one_day_both_count() -> None:
    """Neither hands over to the other: it is an overlap, and a finding."""
    schedule = plan(
        a_step(1, 0, 0, ("p1", BEDTIME, "1", 1), from_slot=BEDTIME),
        a_step(2, 0, 3, ("p1", BEDTIME, "2", 1), from_slot=BEDTIME),
    )
    assert [e.quantity for e in expected_on(schedule, START)] == [1, 2]


def test_a_tablet_and_a_patch_of_one_drug_have_no_single_amount() -> None:
    schedule = patches(72, 3)
    both = Schedule(
        schedule.drugs,
        (*schedule.products, a_tablet("p2")),
        (*schedule.steps, a_step(2, 0, 8, ("p2", MORNING, "1", 1))),
    )
    (total,) = day_totals(both, START)
    assert (total.amount, total.unit) == (None, None)
    assert wording.total_words(total).replace("\u00a0", " ") == ("25 micrograms per hour and 1 mg")


def test_days_of_a_cycle_differ_where_counts_of_unknown_strength_differ() -> None:
    unknown = Product("p1", "d1", "", Form.CAPSULE)
    step = a_step(
        1, 0, 5, ("p1", MORNING, "2", 1), ("p1", BEDTIME, "1", 2), rhythm=Rhythm.CYCLE, cycle=2
    )
    schedule = plan(step, products=(unknown,))
    (total,) = step_totals(schedule, step)
    assert not total.even
    assert schedule.step("s1") == step


def test_an_as_needed_line_counts_from_its_first_day_to_its_last() -> None:
    line = AsNeeded("a1", "p1", Fraction(1), None, None, "", START, START + DAY)
    schedule = replace(plan(), as_needed=(line,))
    assert [bool(as_needed_on(schedule, START + n * DAY)) for n in range(-1, 3)] == [
        False,
        True,
        True,
        False,
    ]
    endless = replace(plan(), as_needed=(replace(line, last_day=None),))
    assert as_needed_on(endless, HORIZON)


@pytest.mark.parametrize(
    ("hours", "when", "days_later"),
    [(72, BEDTIME, 3), (12, MORNING, 0), (12, BEDTIME, 1), (100, MORNING, 4), (100, BEDTIME, 5)],
)
def test_a_patch_is_due_off_after_its_wearing_time(hours: int, when: When, days_later: int) -> None:
    patch = replace(patches(hours, 9).products[0])
    assert days_worn(patch, when) == days_later


def test_a_stated_nothing_puts_no_patch_on() -> None:
    schedule = patches(72, 3)
    step = schedule.steps[0]
    nothing = replace(step, doses=(replace(step.doses[0], quantity=Fraction(0)),))
    assert worn_on(replace(schedule, steps=(nothing,)), START) == ()
    tablets = plan(a_step(1, 0, 5, ("p1", MORNING, "1", 1)))
    assert worn_on(tablets, START) == ()
    both = Schedule(
        schedule.drugs,
        (*schedule.products, a_tablet("p2")),
        (step, a_step(2, 0, 8, ("p2", MORNING, "1", 1))),
    )
    assert [w.product.key for w in worn_on(both, START)] == ["p1"]


def test_a_patch_of_one_step_is_still_worn_in_the_next_until_its_time_is_over() -> None:
    schedule = patches(72, 3)
    first = replace(schedule.steps[0], last_day=START)
    second = a_step(2, 1, 8, ("p1", MORNING, "0", 1))
    longer = replace(schedule, steps=(first, second))
    acts = [[w.act for w in worn_on(longer, START + n * DAY)] for n in range(5)]
    assert acts == [[PatchAct.APPLY], [PatchAct.KEEP_ON], [PatchAct.KEEP_ON], [PatchAct.REMOVE], []]
    rates = [day_totals(longer, START + n * DAY)[0].amount for n in range(5)]
    assert rates == [25, 25, 25, 0, 0]


def test_two_patches_put_on_more_often_than_they_are_taken_off_are_worn_together() -> None:
    schedule = patches(72, 2)
    (total,) = day_totals(schedule, START + 4 * DAY)
    assert total.amount == 50
    (mean,) = step_totals(schedule, schedule.steps[0])
    assert mean.mean.amount == Fraction("37.5")
    assert [day.amount for day in mean.by_day] == [50, 25]


@pytest.mark.parametrize(("unknown", "amount"), [("2", None), ("0", Fraction(1))])
def test_an_amount_is_whole_only_when_no_unknown_strength_is_taken(
    unknown: str, amount: Fraction | None
) -> None:
    schedule = plan(
        a_step(1, 0, 0, ("p1", MORNING, "1", 1), ("p2", MORNING, unknown, 1)),
        products=(a_tablet(), Product("p2", "d1", "", Form.CAPSULE)),
    )
    (total,) = day_totals(schedule, START)
    assert total.amount == amount
    assert total.complete is (amount is not None)
