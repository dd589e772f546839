"""Staying on a dose moves dates and touches no dose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from plans.rules.cells import read
from plans.rules.findings import FindingCode, findings
from plans.rules.holds import (
    HoldRefused,
    held,
    holding_on,
    interrupted,
    moved,
    resumed,
    staying_words,
    stays_until,
)
from plans.rules.schedule import (
    Away,
    Schedule,
    away_on,
    day_totals,
    expected_on,
    last_day,
    period_totals,
    supply,
)
from plans.rules.schedule_words import End
from tests.plans.rules.published import PUBLISHED
from tests.plans.rules.strategies import START, schedules

IN_STEP_4 = date(2026, 11, 10)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def published(letter: str) -> Schedule:
    schedule = read(PUBLISHED[letter].cells(), today=date(2026, 9, 1)).schedule
    assert schedule is not None
    return schedule


def test_staying_two_weeks_on_step_four_gives_the_published_second_version() -> None:
    one, two = published("C"), published("C2")
    for day in (date(2026, 11, 5), IN_STEP_4, date(2026, 11, 18)):
        assert held(one, day, 14) == two
    first, last = PUBLISHED["C2"].first_day, last_day(two)
    assert last is not None
    assert (last - first).days + 1 == 91
    (total,) = period_totals(two, first, last)
    assert total.amount is not None
    assert float(total.amount) == 122.5


def test_staying_on_a_dose_adds_no_step_and_no_finding() -> None:
    two = held(published("C"), IN_STEP_4, 14)
    assert len(two.steps) == 7
    assert findings(two) == ()


def test_the_preview_names_the_steps_whose_dates_move() -> None:
    one = published("C")
    steps = moved(one, held(one, IN_STEP_4, 14))
    assert [(m.before.number, m.after and m.after.last_day) for m in steps] == [
        (4, date(2026, 12, 2)),
        (5, date(2026, 12, 9)),
        (6, date(2026, 12, 16)),
        (7, date(2026, 12, 23)),
    ]
    left_out = moved(one, held(one, IN_STEP_4, None))
    assert [(m.before.number, m.after is None) for m in left_out] == [
        (4, False),
        (5, True),
        (6, True),
        (7, True),
    ]


def test_an_open_stay_leaves_the_later_steps_out_and_waits_for_a_stated_end() -> None:
    open_stay = held(published("C"), IN_STEP_4, None)
    assert [step.number for step in open_stay.steps] == [1, 2, 3, 4]
    assert last_day(open_stay) is None
    assert FindingCode.STOP_WITHOUT_LAST_DAY in {f.code for f in findings(open_stay)}
    drug = replace(open_stay.drugs[0], end=End.MAINTAIN, review_on=date(2026, 12, 10))
    assert findings(replace(open_stay, drugs=(drug,))) == ()


def test_going_on_brings_the_later_steps_back_with_their_doses_untouched() -> None:
    one = published("C")
    open_stay = held(one, IN_STEP_4, None)
    drug = replace(open_stay.drugs[0], end=End.MAINTAIN, review_on=date(2026, 12, 10))
    signed = replace(open_stay, drugs=(drug,))
    assert resumed(signed, one, date(2026, 12, 3)) == published("C2")


def test_the_last_step_can_be_stayed_on_and_ended() -> None:
    one = published("C")
    open_stay = held(one, date(2026, 12, 5), None)
    ended = resumed(open_stay, one, date(2026, 12, 20))
    assert ended.steps[-1].last_day == date(2026, 12, 19)
    with pytest.raises(HoldRefused, match="No step waits"):
        resumed(one, one, date(2026, 12, 20))


def test_going_on_before_the_step_began_is_refused() -> None:
    one = published("C")
    with pytest.raises(HoldRefused, match="is not after the first day of step 4"):
        resumed(held(one, IN_STEP_4, None), one, date(2026, 11, 5))


def test_a_step_that_began_in_the_evening_is_the_one_that_is_stayed_on() -> None:
    longer = held(published("G"), date(2026, 12, 2), 5)
    assert [step.last_day for step in longer.steps] == [date(2026, 12, 2), date(2026, 12, 11)]


def test_a_handover_in_the_evening_moves_as_one() -> None:
    longer = held(published("G"), date(2026, 12, 1), 5)
    assert longer.steps[0].last_day == longer.steps[1].first_day == date(2026, 12, 7)
    assert findings(longer) == ()


def test_staying_where_there_is_nothing_to_stay_on_is_refused() -> None:
    with pytest.raises(HoldRefused, match="No step is in force"):
        held(published("C"), date(2027, 1, 1), 14)
    with pytest.raises(HoldRefused, match="has no last day"):
        held(published("D"), date(2027, 2, 1), 14)
    with pytest.raises(HoldRefused, match="one day or more"):
        held(published("C"), IN_STEP_4, 0)
    with pytest.raises(HoldRefused, match="beyond the year"):
        held(published("C"), IN_STEP_4, 99_999)


@given(schedules(), st.integers(0, 60), st.integers(1, 40))
@quick
def test_no_dose_is_touched_and_no_day_up_to_the_stay(
    schedule: Schedule, offset: int, days: int
) -> None:
    from_day = START + timedelta(days=offset)
    try:
        longer = held(schedule, from_day, days)
    except HoldRefused:
        assume(False)
    assert [step.doses for step in longer.steps] == [step.doses for step in schedule.steps]
    assert [s.number for s in longer.steps] == [s.number for s in schedule.steps]
    day = max(START, from_day - timedelta(days=8))
    while day <= from_day:
        before = {
            (e.when, e.product.key, e.step.key): e.quantity for e in expected_on(schedule, day)
        }
        after = {(e.when, e.product.key, e.step.key): e.quantity for e in expected_on(longer, day)}
        assert before == after
        day += timedelta(days=1)


def test_the_words_say_stay_and_never_the_bare_word() -> None:
    words = staying_words("1 mg", date(2026, 12, 2)).replace("\u00a0", " ")
    assert words == "Staying on 1 mg until Wed 2 Dec 2026"
    assert "hold" not in staying_words("1 mg", None).lower()
    assert stays_until(published("C2"), IN_STEP_4) == date(2026, 12, 2)


def test_whether_the_patient_stays_on_a_dose_is_asked_of_a_day() -> None:
    first, last = date(2026, 11, 10), date(2026, 12, 2)
    assert [holding_on(first, last, first + timedelta(days=n)) for n in (-1, 0, 22, 23)] == [
        False,
        True,
        True,
        False,
    ]
    assert holding_on(first, None, date(2027, 1, 1))
    assert not holding_on(None, None, first)


def test_an_interruption_answers_that_somebody_else_sets_the_doses() -> None:
    one = published("C")
    away = interrupted(
        one, date(2026, 11, 10), date(2026, 11, 16), where="Northfield ward", why="pneumonia"
    )
    assert away.steps == one.steps
    assert away_on(away, date(2026, 11, 12)) == Away(
        date(2026, 11, 10), date(2026, 11, 16), "Northfield ward", "pneumonia"
    )
    assert expected_on(away, date(2026, 11, 12)) == ()
    assert day_totals(away, date(2026, 11, 12)) == ()
    (line,) = supply(away, PUBLISHED["C"].first_day, PUBLISHED["C"].last_day)
    assert line.quantity == 217 - 7 * 2
    assert expected_on(away, date(2026, 11, 17)) == expected_on(one, date(2026, 11, 17))


def test_an_interruption_names_who_sets_the_doses_and_ends_after_it_begins() -> None:
    with pytest.raises(HoldRefused, match="not typed"):
        interrupted(published("C"), IN_STEP_4, None, where=" ")
    with pytest.raises(HoldRefused, match="before the first day"):
        interrupted(published("C"), IN_STEP_4, date(2026, 11, 1), where="a ward")


def test_the_shortest_stay_is_a_day_and_the_longest_ends_with_the_last_year() -> None:
    one = published("C")
    assert held(one, IN_STEP_4, 1).steps[3].last_day == date(2026, 11, 19)
    days = (date(2200, 12, 31) - PUBLISHED["C"].last_day).days
    assert last_day(held(one, IN_STEP_4, days)) == date(2200, 12, 31)
    with pytest.raises(HoldRefused, match="beyond the year"):
        held(one, IN_STEP_4, days + 1)


def test_a_step_that_is_left_open_ends_on_its_first_day_at_the_earliest() -> None:
    one = published("C")
    open_stay = held(one, IN_STEP_4, None)
    shortest = resumed(open_stay, one, date(2026, 11, 6)).steps[3]
    assert shortest.first_day == shortest.last_day == date(2026, 11, 5)


def test_an_interruption_may_be_one_day() -> None:
    away = interrupted(published("C"), IN_STEP_4, IN_STEP_4, where="a ward")
    assert [bool(away_on(away, IN_STEP_4 + timedelta(days=n))) for n in (-1, 0, 1)] == [
        False,
        True,
        False,
    ]
