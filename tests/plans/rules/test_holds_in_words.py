"""Why dates cannot be moved so, in the sentence that the clinician reads; and the edges of days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from plans.rules.holds import (
    HoldRefused,
    held,
    interrupted,
    restarted,
    resumed,
    staying_words,
    stays_until,
)
from plans.rules.schedule import Away, Schedule
from tests.plans.rules.worked import typed

FIRST = date(2026, 11, 30)
DAY = timedelta(days=1)
WARD = Away(date(2026, 12, 2), date(2026, 12, 4), "Ward A")


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(HoldRefused) as caught:
        act()
    assert str(caught.value) == caught.value.sentence
    return caught.value.sentence.replace("\u00a0", " ")


def away(*aways: Away) -> Schedule:
    return replace(typed("B"), away=aways)


def without_end() -> Schedule:
    b = typed("B")
    return replace(b, steps=(replace(b.steps[0], last_day=None),))


def test_why_a_stay_cannot_be() -> None:
    b = typed("B")
    assert refused(lambda: held(b, FIRST, 0)) == "Staying on a dose lasts one day or more."
    assert refused(lambda: held(b, FIRST - DAY, 3)) == "No step is in force on Sun 29 Nov 2026."
    assert refused(lambda: held(without_end(), FIRST, 3)) == "The step in force has no last day."
    assert refused(lambda: held(b, FIRST, 80_000)) == "The last day goes beyond the year 2200."


def test_why_nothing_goes_on() -> None:
    b = typed("B")
    assert refused(lambda: resumed(b, b, FIRST)) == "No step waits to go on."
    waiting = held(b, date(2026, 12, 4), None)
    assert refused(lambda: resumed(waiting, b, date(2026, 12, 3))) == (
        "Thu 3 Dec 2026 is not after the first day of step 2, Thu 3 Dec 2026."
    )


def test_what_waited_goes_on_in_its_own_place() -> None:
    """A step that ran beside the one kept stands after those that waited, as it did."""
    b = typed("B")
    beside = replace(b.steps[0], key="s9", number=4)
    before = replace(b, steps=(*b.steps, beside))
    kept = held(before, FIRST, None)
    assert [step.key for step in kept.steps] == ["s1", "s9"]

    back = resumed(kept, before, date(2026, 12, 8))

    assert [(step.key, step.number) for step in back.steps] == [
        ("s1", 1), ("s2", 2), ("s3", 3), ("s9", 4),
    ]  # fmt: skip


def test_why_days_cannot_be_set_by_somebody_else() -> None:
    b = typed("B")
    assert refused(lambda: interrupted(b, FIRST, FIRST - DAY, where="Ward A")) == (
        "The last day, Sun 29 Nov 2026, is before the first day, Mon 30 Nov 2026."
    )
    assert refused(lambda: interrupted(b, FIRST, None, where=" ")) == (
        "Who sets the doses is not typed."
    )
    for first, last in ((date(2026, 12, 3), date(2026, 12, 3)), (WARD.first_day, None)):
        assert refused(
            lambda first=first, last=last: interrupted(away(WARD), first, last, where="Ward B")  # type: ignore[misc]
        ) == ("Wed 2 Dec 2026 to Fri 4 Dec 2026 is set by Ward A already.")


@pytest.mark.parametrize(
    ("first", "last", "cut"),
    [
        (date(2026, 12, 4), date(2026, 12, 4), date(2026, 12, 3)),
        (date(2026, 12, 4), None, date(2026, 12, 3)),
        (date(2026, 12, 5), date(2026, 12, 5), date(2026, 12, 4)),
        (date(2026, 12, 1), date(2026, 12, 1), date(2026, 12, 4)),
    ],
)
def test_what_was_set_before_stays_up_to_the_day_before(
    first: date, last: date | None, cut: date
) -> None:
    both = interrupted(away(WARD), first, last, where=" Ward B ", why=" moved ").away
    assert both == (replace(WARD, last_day=cut), Away(first, last, "Ward B", "moved"))


def test_an_interruption_without_an_end_ends_where_the_next_begins() -> None:
    open_ended = replace(WARD, last_day=None)
    found = interrupted(away(open_ended), date(2026, 12, 6), date(2026, 12, 7), where="B").away
    assert [one.last_day for one in found] == [date(2026, 12, 5), date(2026, 12, 7)]


def test_why_nothing_is_restarted() -> None:
    assert refused(lambda: restarted(typed("B"), FIRST, later=True)) == (
        "This plan is not interrupted."
    )
    assert refused(lambda: restarted(away(WARD), WARD.first_day, later=True)) == (
        "Wed 2 Dec 2026 is not after the first day of the interruption, Wed 2 Dec 2026."
    )


def test_a_restart_ends_the_latest_interruption_and_keeps_the_others() -> None:
    second = Away(date(2026, 12, 6), date(2026, 12, 20), "Ward B")
    for aways in ((WARD, second), (second, WARD)):
        back = restarted(away(*aways), date(2026, 12, 8), later=False)
        assert back.away == (WARD, replace(second, last_day=date(2026, 12, 7)))
        assert back.steps == typed("B").steps
    # A dated one that is over already ends on its own day.
    assert restarted(away(WARD), date(2026, 12, 9), later=False).away == (WARD,)


def test_later_by_the_days_of_the_interruption_what_was_not_over() -> None:
    b = typed("B")
    on_the_last_day = Away(date(2026, 12, 2), date(2026, 12, 3), "Ward A")
    moved = restarted(away(on_the_last_day), date(2026, 12, 4), later=True)
    assert [(step.first_day.day, step.last_day and step.last_day.day) for step in moved.steps] == [
        (30, 4), (5, 7), (8, 10),
    ]  # fmt: skip
    after = Away(date(2026, 12, 3), date(2026, 12, 3), "Ward A")
    assert restarted(away(after), date(2026, 12, 4), later=True).steps[0] == b.steps[0]
    open_step = replace(without_end(), away=(on_the_last_day,))
    assert restarted(open_step, date(2026, 12, 4), later=True).steps == without_end().steps


def test_until_when_a_stay_lasts() -> None:
    b = typed("B")
    beside = replace(b, steps=(*b.steps, replace(b.steps[0], key="s9", last_day=None)))
    assert stays_until(beside, FIRST) == date(2026, 12, 2)
    assert stays_until(without_end(), FIRST) is None
    assert staying_words("1 mg", None) == (
        "Staying on 1 mg. Your clinic will tell you the next change."
    )


def test_days_that_touch_the_next_ones_end_on_the_day_before() -> None:
    found = interrupted(away(WARD), date(2026, 12, 4), date(2026, 12, 6), where="Ward B").away
    assert [(one.first_day.day, one.last_day and one.last_day.day) for one in found] == [
        (2, 3), (4, 6),
    ]  # fmt: skip
    found = interrupted(away(WARD), date(2026, 12, 5), None, where="Ward B").away
    assert [(one.first_day.day, one.last_day and one.last_day.day) for one in found] == [
        (2, 4), (5, None),
    ]  # fmt: skip


def test_a_step_of_the_same_day_that_hands_over_stays_where_it_is() -> None:
    g = typed("G")
    second = g.steps[1]
    stayed = held(g, second.first_day, 3)
    assert [step.first_day for step in stayed.steps] == [step.first_day for step in g.steps]
    assert stayed.steps[0] == g.steps[0]


def test_days_up_to_those_that_somebody_sets_already_do_not_share_one_with_them() -> None:
    first = date(2026, 11, 30)
    assert refused(lambda: interrupted(away(WARD), first, date(2026, 12, 2), where="Ward B")) == (
        "Wed 2 Dec 2026 to Fri 4 Dec 2026 is set by Ward A already."
    )
    found = interrupted(away(WARD), first, date(2026, 12, 1), where="Ward B").away
    assert {one.where for one in found} == {"Ward A", "Ward B"}
