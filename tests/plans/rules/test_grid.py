"""The columns of a grid in the order of the day, and the rows of its steps."""

from __future__ import annotations

from plans.rules.draft import blank_document, blank_product, blank_step
from plans.rules.grid import NAMED_SLOTS, Group, columns, groups


def times(*typed: str) -> list[str]:
    document = blank_document()
    document["products"] = [blank_product("p1", "d1") | {"times": [*typed]}]
    return [time for _product, time in columns(document)]


def test_each_clock_time_stands_by_its_minutes_and_what_is_unreadable_last() -> None:
    written = ["0:00", "0:01", "00:59", "1:00", "01:01", "9:59", "10:00", "19:59", "20:00", "23:59"]

    assert times(*reversed(written)) == written
    # In the order of letters among themselves, behind every time of the day.
    assert times("x", "24:00", "23:59", "12:60", "bedtime", "") == [
        "bedtime", "23:59", "", "12:60", "24:00", "x",
    ]  # fmt: skip
    assert times("08:00", "08:00") == ["08:00"]
    assert NAMED_SLOTS == ("morning", "midday", "evening", "bedtime")


def test_a_named_time_stands_before_the_clock_time_of_its_minute() -> None:
    for named in NAMED_SLOTS:
        around = times("00:00", "23:59", named)
        assert around.index(named) == 1


def test_products_keep_their_order_and_each_has_its_own_times() -> None:
    document = blank_document()
    document["products"] = [
        blank_product("p2", "d1") | {"times": ["bedtime", "morning"]},
        blank_product("p1", "d1") | {"times": ["midday"]},
        blank_product("p3", "d1"),
    ]

    assert columns(document) == [("p2", "morning"), ("p2", "bedtime"), ("p1", "midday")]


def rows(*doses: tuple[str, str, str]) -> list[Group]:
    step = blank_step("s1")
    step["doses"] = [
        {"product": "p1", "time": time, "on": on, "quantity": quantity}
        for time, on, quantity in doses
    ]
    return groups(step)


def test_the_doses_of_the_same_days_share_a_row() -> None:
    morning, bedtime = ("p1", "morning"), ("p1", "bedtime")

    assert rows() == [Group("", {})]
    assert rows(("morning", "1", "a"), ("bedtime", "2", "b"), ("bedtime", "1", "c")) == [
        Group("1", {morning: "a", bedtime: "c"}),
        Group("2", {bedtime: "b"}),
    ]


def test_the_same_dose_once_more_makes_another_row_of_the_same_days() -> None:
    morning, bedtime = ("p1", "morning"), ("p1", "bedtime")

    assert rows(
        ("morning", "", "a"), ("morning", "", "b"), ("bedtime", "", "c"), ("bedtime", "", "d"),
        ("morning", "1", "e"), ("morning", "", "f"),
    ) == [
        Group("", {morning: "a", bedtime: "c"}),
        Group("", {morning: "b", bedtime: "d"}),
        Group("1", {morning: "e"}),
        Group("", {morning: "f"}),
    ]  # fmt: skip
