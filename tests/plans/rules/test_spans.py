"""All drugs on one axis: each day stands in one span, and the span says what the day says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings

from plans.rules.schedule import Away, Schedule, When, first_day, last_day
from plans.rules.spans import Span, spans
from tests.plans.rules.strategies import (
    HORIZON,
    days,
    naive_day,
    naive_place,
    naive_places,
    schedules,
)
from tests.plans.rules.worked import typed


def on(span: Span, day: date) -> list[tuple[str, str, str, Fraction]]:
    """A single day states what counts on it and nothing else."""
    return sorted(
        (one.dose.when.token, one.product.key, one.step.key, one.dose.quantity)
        for one in span.stated
        if span.first == span.last or naive_place(one.step, day) in naive_places(one.dose)
    )


@settings(max_examples=60)
@given(schedules(away=True))
def test_each_day_stands_in_one_span_which_says_what_the_day_says(schedule: Schedule) -> None:
    found = list(spans(schedule))

    assert found[0].first == first_day(schedule)
    assert found[-1].last == last_day(schedule)
    for span, after in pairwise(found):
        assert span.last is not None
        assert (after.first - span.last).days == 1
    for span in found:
        for day in days(span.first, min(span.last or HORIZON, HORIZON)):
            assert on(span, day) == naive_day(schedule, day)


def test_nothing_typed_has_no_span() -> None:
    assert list(spans(Schedule())) == []


def test_a_day_on_which_a_step_begins_in_the_evening_stands_by_itself() -> None:
    found = list(spans(typed("G")))

    assert [(span.first.day, span.last and span.last.day) for span in found] == [
        (30, 1), (2, 2), (3, 6),
    ]  # fmt: skip
    drug = typed("G").drugs[0]
    assert [[step.number for step in span.steps_of(drug)] for span in found] == [[1], [1, 2], [2]]
    assert [one.dose.when for one in found[1].stated] == [When.of("morning"), When.of("evening")]


def test_days_set_by_somebody_else_stand_by_themselves_and_state_nothing() -> None:
    away = Away(date(2026, 12, 2), date(2026, 12, 4), "a ward")
    schedule = replace(typed("B"), away=(away,))

    found = list(spans(schedule))

    assert [(span.first.day, span.away is not None, bool(span.stated)) for span in found] == [
        (30, False, True), (2, True, False), (3, True, False), (5, False, True), (6, False, True),
    ]  # fmt: skip


def test_what_lies_beyond_the_last_day_or_before_the_first_has_no_span() -> None:
    whole = [(span.first, span.last) for span in spans(typed("B"))]
    first, last = whole[0][0], whole[-1][1]
    assert last is not None
    for away in (
        Away(date(2027, 1, 1), date(2027, 1, 5), "a ward"),
        Away(date(2026, 10, 1), date(2026, 10, 5), "a ward"),
        Away(date(2027, 1, 1), None, "a ward"),
    ):
        found = list(spans(replace(typed("B"), away=(away,))))
        assert (found[0].first, found[-1].last) == (first, last)


def test_a_dose_of_a_product_that_is_not_in_the_plan_is_left_out_and_no_other() -> None:
    b = typed("B")
    unknown = replace(b.steps[0].doses[0], product="px")
    steps = (replace(b.steps[0], doses=(unknown, *b.steps[0].doses)), *b.steps[1:])

    assert [len(span.stated) for span in spans(replace(b, steps=steps))] == [
        len(span.stated) for span in spans(b)
    ]
