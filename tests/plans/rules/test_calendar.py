"""Days and periods across versions: each day from the version in force on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from plans.rules.calendar import days, period_of, supply_in_force
from plans.rules.cells import read
from plans.rules.lifecycle import expected_in_force
from plans.rules.schedule import Away, PatchAct, Schedule, When
from plans.rules.schedule_words import Form, Slot, Unit
from tests.plans.rules.strategies import DAY, HORIZON, START, WHENS, schedules
from tests.plans.rules.worked import typed


@dataclass(frozen=True)
class Signed:
    number: int
    in_force_from: date
    in_force_when: When | None = None


ONE = Signed(1, date(2026, 1, 1))


def supplied(
    versions: list[Signed], known: dict[int, Schedule], first: date, last: date
) -> dict[tuple[object, ...], Fraction]:
    """Day by day, dose by dose."""
    sums: dict[tuple[object, ...], Fraction] = {}
    for n in range((last - first).days + 1):
        for _version, one in expected_in_force(versions, known, first + n * DAY):
            p = one.product
            key = (one.drug.name, p.name, p.form, p.strength, p.unit, p.per)
            sums[key] = sums.get(key, Fraction(0)) + one.quantity
    return sums


@settings(max_examples=60)
@given(
    schedules(away=True),
    schedules(away=True),
    st.dates(START, HORIZON),
    st.one_of(st.none(), st.sampled_from(WHENS)),
    st.dates(START, HORIZON),
    st.integers(0, 90),
)
def test_the_sum_over_the_days_is_the_supply_of_the_period(
    before: Schedule, after: Schedule, changes: date, when: When | None, first: date, length: int
) -> None:
    versions = [Signed(1, START), Signed(2, changes, when)]
    known = {1: before, 2: after}
    last = first + length * DAY

    found = {
        (li.drug.name, li.product.name, li.product.form, li.product.strength, li.product.unit,
         li.product.per): li.quantity
        for li in supply_in_force(versions, known, first, last)
    }  # fmt: skip

    naive = supplied(versions, known, first, last)
    assert {key: value for key, value in found.items() if value} == {
        key: value for key, value in naive.items() if value
    }


def test_a_product_under_another_key_is_the_same_product() -> None:
    c = typed("C")
    lines = supply_in_force(
        [ONE, Signed(2, date(2026, 10, 1))], {1: c, 2: c}, date(2026, 9, 1), date(2026, 12, 31)
    )
    assert [str(line.quantity) for line in lines] == ["217"]


def test_a_day_before_the_first_version_has_no_version() -> None:
    c = typed("C")
    (before,) = days([Signed(1, date(2026, 9, 24))], {1: c}, date(2026, 9, 23), date(2026, 9, 23))
    assert (before.version, before.doses) == (None, ())


def test_a_version_in_force_from_an_evening_leaves_the_morning_to_the_one_before() -> None:
    b = typed("B")
    later = Signed(2, date(2026, 12, 1), When(Slot.EVENING))
    (day,) = days([ONE, later], {1: b, 2: Schedule()}, date(2026, 12, 1), date(2026, 12, 1))

    assert [(one.number, dose.when.slot) for one, dose in day.doses] == [(1, Slot.MORNING)]
    assert day.version == later


def test_a_patch_is_applied_kept_on_and_removed() -> None:
    from tests.factories import plan_cells

    cells = plan_cells()
    cells["products"][0].update(
        form="patch", strength="25", unit="microgram/h", wear_hours="72", parts="1",
        times=["morning"],
    )  # fmt: skip
    cells["steps"] = cells["steps"][:1]
    cells["steps"][0].update(rhythm="cycle", cycle_days="3", days="6")
    cells["steps"][0]["doses"] = [{"product": "p1", "time": "morning", "on": "1", "quantity": "1"}]
    schedule = read(cells, today=date(2026, 11, 23)).so_far
    assert schedule.products[0].form is Form.PATCH

    found = list(days([ONE], {1: schedule}, date(2026, 11, 30), date(2026, 12, 3)))

    assert [len(one.doses) for one in found] == [1, 0, 0, 1]
    assert [[w.act for w in one.worn] for one in found] == [
        [], [PatchAct.KEEP_ON], [PatchAct.KEEP_ON], [PatchAct.REMOVE],
    ]  # fmt: skip


def test_the_period_of_a_plan_ends_with_its_newest_version() -> None:
    c, c2, d = typed("C"), typed("C2"), typed("D")

    assert period_of([ONE, Signed(2, date(2026, 11, 10))], {1: c, 2: c2}) == (
        min(step.first_day for step in c.steps),
        max(step.last_day for step in c2.steps if step.last_day),
    )
    assert period_of([ONE], {1: d})[1] is None
    assert period_of([], {}) == (None, None)


def test_a_day_says_everything_that_the_version_of_its_end_states() -> None:
    from tests.plans.rules.cells_in_full import TODAY, rich

    schedule = replace(
        read(rich(), today=TODAY).so_far, away=(Away(date(2026, 12, 25), None, "a ward"),)
    )
    later = Signed(2, date(2026, 12, 10), When(Slot.EVENING))
    first, *_between, last = days(
        [ONE, later], {1: schedule, 2: schedule}, date(2026, 12, 9), date(2026, 12, 26)
    )

    assert (first.day, last.day) == (date(2026, 12, 9), date(2026, 12, 26))
    assert (first.version, last.version) == (ONE, later)
    assert [line.key for line in first.as_needed] == ["a1", "a2"]
    # The ward sets the doses; a line for as needed that has ended is gone.
    assert [line.key for line in last.as_needed] == ["a2"] or last.as_needed == ()
    assert (first.away, last.away) == (None, schedule.away[0])
    assert last.doses == ()


def test_a_version_without_a_known_schedule_states_nothing() -> None:
    (day,) = days([ONE], {}, date(2026, 12, 1), date(2026, 12, 1))

    assert (day.version, day.doses, day.worn, day.as_needed, day.away) == (ONE, (), (), (), None)
    assert supply_in_force([ONE], {}, date(2026, 12, 1), date(2026, 12, 2)) == ()


def test_the_supply_of_a_period_counts_each_day_once_from_the_version_of_that_day() -> None:
    b, empty = typed("B"), Schedule()
    first = min(step.first_day for step in b.steps)
    daily = [
        sum((line.quantity for line in supply_in_force([ONE], {1: b}, day, day)), Fraction(0))
        for day in (first + n * DAY for n in range(9))
    ]
    whole = supply_in_force([ONE], {1: b}, first, first + 8 * DAY)

    assert [str(line.quantity) for line in whole] == [str(sum(daily))]
    assert whole[0].drug == b.drugs[0]
    assert whole[0].product == b.products[0]
    # From the fourth day on another version, which states nothing.
    cut = [ONE, Signed(2, first + 3 * DAY)]
    (line,) = supply_in_force(cut, {1: b, 2: empty}, first, first + 8 * DAY)
    assert line.quantity == sum(daily[:3])
    # From the evening of that day: its morning is of the first.
    torn = [ONE, Signed(2, first + 3 * DAY, When(Slot.EVENING))]
    (line,) = supply_in_force(torn, {1: b, 2: empty}, first, first + 8 * DAY)
    morning = [
        one.quantity
        for version, one in expected_in_force(torn, {1: b, 2: empty}, first + 3 * DAY)
        if version.number == 1
    ]
    assert line.quantity == sum(daily[:3]) + sum(morning)
    assert line.quantity < sum(daily[:4])
    # The same schedule from that evening on, or from that day on, is the same supply.
    for both in (cut, torn):
        (line,) = supply_in_force(both, {1: b, 2: b}, first, first + 8 * DAY)
        assert line.quantity == sum(daily)
        (line,) = supply_in_force(both, {1: b, 2: b}, first + 3 * DAY, first + 3 * DAY)
        assert line.quantity == daily[3]
    assert supply_in_force(cut, {1: b, 2: empty}, first + 8 * DAY, first) == ()


def test_a_product_is_another_by_its_name_form_strength_unit_or_volume() -> None:
    b = typed("B")
    first = min(step.first_day for step in b.steps)
    versions = [ONE, Signed(2, first + DAY)]
    product = b.products[0]
    changes: list[dict[str, Any]] = [
        {"name": "Brand"}, {"form": Form.CAPSULE}, {"strength": Fraction(7)},
        {"unit": Unit.G}, {"per": Fraction(3)},
    ]  # fmt: skip

    def lines(**change: Any) -> int:
        other = replace(b, products=(replace(product, **change), *b.products[1:]))
        return len(supply_in_force(versions, {1: b, 2: other}, first, first + DAY))

    assert lines() == 1
    assert lines(route="by mouth") == 1
    assert [lines(**change) for change in changes] == [2] * 5
    shouted = replace(b, drugs=(replace(b.drugs[0], name=b.drugs[0].name.upper()),))
    assert len(supply_in_force(versions, {1: b, 2: shouted}, first, first + DAY)) == 1
    named, loud = (
        replace(b, products=(replace(product, name=name),)) for name in ("brand", "BRAND")
    )
    assert len(supply_in_force(versions, {1: named, 2: loud}, first, first + DAY)) == 1
