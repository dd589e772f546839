"""Which rung is told when, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from plans.rules.ladder import (
    EVERYBODY,
    LONGEST_SILENCE,
    SKEW,
    Owed,
    Told,
    owed,
    owed_without_contact,
    passed,
    substitute,
)

SINCE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
RUNGS = ((1, 10), (3, 20), (4, 5))


def at(minutes: float) -> datetime:
    return SINCE + minutes * MINUTE


def told(rung: int, turn: int, minutes: float) -> Told:
    return Told(rung, turn, at(minutes))


def found(now: float, *so_far: Told, **more: object) -> list[tuple[int, int, float]]:
    """Rung, turn and the minute at which it was due."""
    return [
        (one.rung, one.turn, (one.due - SINCE) / MINUTE)
        for one in owed(RUNGS, so_far, since=SINCE, now=at(now), **more)  # type: ignore[arg-type]
    ]


def test_the_figures_that_nobody_types_are_these() -> None:
    assert SKEW == 45 * SECOND
    assert LONGEST_SILENCE == 50 * MINUTE
    assert EVERYBODY == ((1, 15),)


@pytest.mark.parametrize(
    ("then", "ago"),
    [
        (SINCE, timedelta()),
        (SINCE - SECOND, SECOND),
        (SINCE - 90 * MINUTE, 90 * MINUTE),
        # A little ahead is another machine's clock; more is a clock that was set back.
        (SINCE + SECOND, timedelta()),
        (SINCE + 45 * SECOND, timedelta()),
        (SINCE + 46 * SECOND, timedelta.max),
        (SINCE + 90 * MINUTE, timedelta.max),
    ],
)
def test_how_long_ago(then: datetime, ago: timedelta) -> None:
    assert passed(then, SINCE) == ago


def test_each_rung_comes_when_the_minutes_of_those_before_it_have_passed() -> None:
    first, second, third = (1, 0, 0), (3, 0, 10), (4, 0, 30)

    assert found(0) == [first]
    assert found(9.99) == [first]
    assert found(10) == [first, second]
    assert found(29.99) == [first, second]
    assert found(30) == [first, second, third]
    assert found(600) == [first, second, third]


def test_a_clock_set_back_is_too_early_rather_than_silent() -> None:
    assert found(-0.75) == [(1, 0, 0)]
    assert found(-0.76) == [(1, 0, 0), (3, 0, 10), (4, 0, 30)]


def test_whoever_was_told_is_reminded_after_the_minutes_of_the_whole_ladder() -> None:
    before = told(1, 0, 0), told(3, 0, 10), told(4, 0, 30)

    assert found(34.99, *before) == []
    assert found(35, *before) == [(1, 1, 35)]
    assert found(46, *before) == [(1, 1, 46), (3, 1, 46)]
    # The last turn counts, in whatever order the rows stand.
    assert found(46, told(1, 1, 35), *before) == [(3, 1, 46)]
    assert found(70, told(1, 1, 35), *before) == [(1, 2, 70), (3, 1, 70), (4, 1, 70)]


def test_a_long_ladder_reminds_after_fifty_minutes_all_the_same() -> None:
    rungs = ((1, 40), (2, 30))
    before = [told(1, 0, 0)]

    assert not owed(rungs, before, since=SINCE, now=at(39.99))
    assert owed(rungs, before, since=SINCE, now=at(49.99)) == (Owed(2, 0, at(40)),)
    assert owed(rungs, before, since=SINCE, now=at(50)) == (Owed(1, 1, at(50)), Owed(2, 0, at(40)))


def test_nobody_is_reminded_once_somebody_acknowledged() -> None:
    before = told(1, 0, 0), told(3, 0, 10)

    assert found(90, *before, stopped=at(20)) == []
    # What was due before that and was not sent is owed; what was due after it is not.
    assert found(90, told(1, 0, 0), stopped=at(10.01)) == [(3, 0, 10)]
    assert found(90, told(1, 0, 0), stopped=at(10)) == []
    assert found(90, told(1, 0, 0), stopped=at(30.01)) == [(3, 0, 10), (4, 0, 30)]


def test_the_first_rung_hears_of_an_emergency_that_was_acknowledged_at_once() -> None:
    assert found(90, stopped=at(0)) == [(1, 0, 0)]
    assert found(90, stopped=at(0), first_always=False) == []
    assert found(90, stopped=at(0.01), first_always=False) == [(1, 0, 0)]
    # Only the first.
    assert found(90, stopped=at(1)) == [(1, 0, 0)]


def without_contact(now: float, *so_far: Told, highest: int = 1) -> Owed | None:
    return owed_without_contact(
        (1, 3, 4), so_far, highest=highest, since=SINCE, minutes=30, now=at(now)
    )


def test_without_a_contact_the_next_rung_is_told_when_the_limit_has_passed() -> None:
    assert without_contact(29.99) is None
    assert without_contact(30) == Owed(3, 0, at(30))
    assert without_contact(45) == Owed(3, 0, at(30))
    assert without_contact(30, highest=2) == Owed(3, 0, at(30))
    assert without_contact(30, highest=3) == Owed(4, 0, at(30))
    # After the last one the first.
    assert without_contact(30, highest=4) == Owed(1, 0, at(30))


def test_and_then_the_next_again_at_each_limit() -> None:
    assert without_contact(59.99, told(3, 0, 30)) is None
    assert without_contact(60, told(3, 0, 30)) == Owed(4, 1, at(60))
    assert without_contact(89, told(3, 0, 30), told(4, 1, 60)) is None
    assert without_contact(90, told(3, 0, 30), told(4, 1, 60)) == Owed(1, 2, at(90))


def test_a_limit_of_hours_is_not_waited_for_twice() -> None:
    first = Told(3, 0, at(120))

    def next_one(now: float) -> Owed | None:
        return owed_without_contact(
            (1, 3), [first], highest=1, since=SINCE, minutes=120, now=at(now)
        )

    assert next_one(169.99) is None
    assert next_one(170) == Owed(1, 1, at(170))


def test_a_rung_on_which_nobody_stands_any_more_is_taken_by_the_next() -> None:
    rungs = (1, 3, 4)

    assert [substitute(rung, rungs) for rung in (0, 1, 2, 3, 4, 5)] == [1, 1, 3, 3, 4, 1]
