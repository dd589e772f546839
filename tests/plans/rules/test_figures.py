"""The clinic's figures: what is kept back, what became of check-ins, how long flags waited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from plans.rules.figures import SMALLEST, Answered, Done, Line, Seen, answered, outcomes, protected

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


def in_words(line: Line) -> str:
    *cells, total = ("-" if count is None else str(count) for count in (*line.cells, line.total))
    return " ".join(cells) + f" = {total}"


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([], " = 0"),
        ([0, 0], "0 0 = 0"),
        ([5, 7], "5 7 = 12"),
        # Fewer than five altogether: the total is kept back with its cells.
        ([1, 0], "- 0 = -"),
        ([4, 0, 0], "- 0 0 = -"),
        ([2, 2], "- - = -"),
        # One to four, and a second cell, or it could be had by subtraction.
        ([4, 9, 7], "- 9 - = 20"),
        ([4, 7, 9], "- - 9 = 20"),
        ([1, 8, 8], "- - 8 = 17"),
        ([8, 1, 8], "- - 8 = 17"),
        ([5, 0, 1], "- 0 - = 6"),
        # Two that hold five together are enough; two that hold fewer are not.
        ([1, 4, 9], "- - 9 = 14"),
        ([1, 3, 9], "- - - = 13"),
        ([1, 3, 9, 6], "- - 9 - = 19"),
        ([1, 1, 1, 6, 9], "- - - - 9 = 18"),
        ([2, 2, 1, 6, 9], "- - - 6 9 = 20"),
        # A cell of nobody hides nobody, but stands in where nobody else is left.
        ([4, 0, 6], "- 0 - = 10"),
        ([3, 2, 0], "- - 0 = 5"),
        ([5, 4, 0, 0], "- - 0 0 = 9"),
    ],
)
def test_what_of_a_line_is_shown(counts: list[int], shown: str) -> None:
    assert in_words(protected(counts)) == shown


def test_five_is_the_smallest_that_is_told() -> None:
    assert SMALLEST == 5


# --- Check-ins -----------------------------------------------------------------------------------


def day(number: int) -> date:
    return TODAY + number * DAY


def seen(on: int, next_on: int | None = None, missed: int | None = None) -> Seen:
    return Seen(
        day(on),
        None if next_on is None else day(next_on),
        None if missed is None else day(missed),
    )


@pytest.mark.parametrize(
    ("events", "became"),
    [
        ([], []),
        ([seen(-20)], []),
        ([seen(-30), seen(-20, -5)], [(-5, "Overdue or not done")]),
        ([seen(-30, 1), seen(-20, -5)], [(-5, "Overdue or not done")]),
        # Only a date that has passed is counted: today's has not.
        ([seen(-20, 0)], []),
        ([seen(-20, 3)], []),
        ([seen(-20, -1)], [(-1, "Overdue or not done")]),
        ([seen(-20, -5), seen(-6)], [(-5, "Done by the date")]),
        ([seen(-20, -5), seen(-5)], [(-5, "Done by the date")]),
        ([seen(-20, -5), seen(-4)], [(-5, "Done later")]),
        # Missed and set down as such: not done, even where one followed.
        ([seen(-20, -5), seen(-3, 2, missed=-5)], [(-5, "Overdue or not done")]),
        ([seen(-20, -5), seen(-3, 2, missed=-5), seen(-2)], [(-5, "Overdue or not done")]),
        ([seen(-20, -5), seen(-6, None, missed=-5), seen(-5)], [(-5, "Done by the date")]),
        # Each date by itself, in whatever order the rows come.
        (
            [seen(-8, -2), seen(-20, -9), seen(-30, -20)],
            [(-20, "Done by the date"), (-9, "Done later"), (-2, "Overdue or not done")],
        ),
        # On one day the check-in stands before the mark that one was missed.
        (
            [seen(-9, -7, missed=-9), seen(-9, -8)],
            [(-8, "Overdue or not done"), (-7, "Overdue or not done")],
        ),
    ],
)
def test_what_became_of_each_date_that_has_passed(
    events: list[Seen], became: list[tuple[int, str]]
) -> None:
    found = outcomes(events, today=TODAY, expected=True)

    assert [((due - TODAY).days, done.words) for due, done in found] == became


def test_who_died_or_was_transferred_is_waited_for_no_more() -> None:
    events = [seen(-20, -15), seen(-14, -9, missed=-15), seen(-8, -3)]

    assert outcomes(events, today=TODAY, expected=False) == [
        (day(-15), Done.NOT_DONE),
        (day(-9), Done.LATER),
    ]
    assert outcomes(events, today=TODAY, expected=True)[-1] == (day(-3), Done.NOT_DONE)


# --- Red flags -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "Not acknowledged"),
        (0, "Up to 15 minutes"),
        (15 * 60, "Up to 15 minutes"),
        (15 * 60 + 0.9, "Up to 15 minutes"),
        (15 * 60 + 1, "16 to 60 minutes"),
        (60 * 60, "16 to 60 minutes"),
        (60 * 60 + 1, "61 to 240 minutes"),
        (240 * 60, "61 to 240 minutes"),
        (240 * 60 + 1, "241 to 1,440 minutes"),
        (1440 * 60, "241 to 1,440 minutes"),
        (1440 * 60 + 1, "More than 1,440 minutes"),
    ],
)
def test_how_long_a_red_flag_waited_is_rounded_up_to_minutes(
    seconds: float | None, words: str
) -> None:
    assert answered(seconds).words == words


def test_every_answer_and_every_end_of_a_check_in_has_words() -> None:
    assert len({one.words for one in Answered}) == len(Answered)
    assert len({one.words for one in Done}) == len(Done)
