"""Collection days as they are typed, one a line."""

from __future__ import annotations

from datetime import date

import pytest

from plans.rules.collection_days import MOST_LINES, CollectionDay, Refused, read, typed, weekdays


def refused(text: str) -> list[str]:
    with pytest.raises(Refused) as found:
        read(text)
    assert str(found.value) == " ".join(found.value.sentences)
    return found.value.sentences


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("30 Nov 2026", CollectionDay(date(2026, 11, 30))),
        ("2026-11-30", CollectionDay(date(2026, 11, 30))),
        ("7 Dec 2026 evening", CollectionDay(date(2026, 12, 7), "evening")),
        ("7 Dec 2026  EVENING", CollectionDay(date(2026, 12, 7), "evening")),
        ("7 Dec 2026 morning", CollectionDay(date(2026, 12, 7), "morning")),
        ("7 Dec 2026 midday", CollectionDay(date(2026, 12, 7), "midday")),
        ("7 Dec 2026 bedtime", CollectionDay(date(2026, 12, 7), "bedtime")),
        ("7 Dec 2026 08:30", CollectionDay(date(2026, 12, 7), "08:30")),
        (
            "24 Dec 2026 for 25 Dec 2026",
            CollectionDay(date(2026, 12, 24), "", date(2026, 12, 25)),
        ),
        (
            "24 Dec 2026 evening FOR 25 Dec 2026",
            CollectionDay(date(2026, 12, 24), "evening", date(2026, 12, 25)),
        ),
    ],
)
def test_a_line_is_a_day_a_time_and_the_day_it_was_moved_from(
    line: str, expected: CollectionDay
) -> None:
    assert read(line) == (expected,)


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (CollectionDay(date(2026, 1, 1)), "1 Jan 2026"),
        (CollectionDay(date(2026, 12, 7), "evening"), "7 Dec 2026 evening"),
        (
            CollectionDay(date(2026, 12, 24), "08:30", date(2026, 12, 25)),
            "24 Dec 2026 08:30 for 25 Dec 2026",
        ),
    ],
)
def test_a_collection_day_is_typed_back_as_it_is_read(one: CollectionDay, line: str) -> None:
    assert typed(one) == line
    assert read(line) == (one,)


def test_each_month_is_typed_by_its_short_name() -> None:
    lines = [typed(CollectionDay(date(2026, month, 5))) for month in range(1, 13)]

    assert [line.split()[1] for line in lines] == [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]  # fmt: skip
    assert read("\n".join(lines)) == tuple(
        CollectionDay(date(2026, month, 5)) for month in range(1, 13)
    )


def test_lines_are_put_in_order_and_empty_ones_left_out() -> None:
    days = read("\n 7 Dec 2026 \n\n30 Nov 2026 evening\n")

    assert [one.day for one in days] == [date(2026, 11, 30), date(2026, 12, 7)]
    assert read(" \n") == ()


def test_every_line_that_cannot_be_read_is_named_by_its_number() -> None:
    first, second, third = refused("30 Nov 2026\n\n31 Nov 2026\nsoon\n30 Nov 2026 evening")

    assert first.startswith("Line 3: 31 Nov 2026 ")
    assert second.startswith("Line 4: soon ")
    assert third == "Line 5: Mon\u00a030\u00a0Nov\u00a02026 is there twice."


@pytest.mark.parametrize(
    "line", ["7 Dec 2026 25:00", "7 Dec 2026 noon", "24 Dec 2026 for", "24 Dec 2026 for Friday"]
)
def test_what_stands_beside_the_day_is_read_or_refused(line: str) -> None:
    (sentence,) = refused(line)

    assert sentence.startswith("Line 1: ")


def test_more_lines_than_a_plan_needs_are_refused() -> None:
    assert MOST_LINES == 400
    days = [date.fromordinal(date(2026, 1, 1).toordinal() + n).isoformat() for n in range(401)]

    assert len(read("\n".join(days[:400]))) == 400
    assert refused("\n".join(days)) == ["More than 400 lines are typed."]


def test_the_chosen_weekdays_of_a_stretch_both_ends_included() -> None:
    monday, sunday = date(2026, 11, 30), date(2026, 12, 13)

    assert [one.day.day for one in weekdays(monday, sunday, {0, 6})] == [30, 6, 7, 13]
    assert [one.day for one in weekdays(monday, monday, {0})] == [monday]
    assert not [*weekdays(monday, monday, {1})]
    assert not [*weekdays(sunday, monday, {0, 1, 2, 3, 4, 5, 6})]
    assert {(one.slot, one.moved_from) for one in weekdays(monday, sunday, {2})} == {("", None)}
