"""A calendar is read alike by two other programs, and keeps the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import icalendar
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from taperplan.calendars import Event, write

CHANGED = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120)


def one(**said: Any) -> bytes:
    event = {"uid": "u-1", "day": date(2026, 10, 25), "title": "Step 2 begins", **said}
    return write("Dates", [Event(changed=CHANGED, **event)])


def by_icalendar(data: bytes) -> Any:
    (event,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return event


def by_vobject(data: bytes) -> Any:
    return vobject.readOne(data.decode()).vevent


@given(title=TEXT, note=TEXT)
@example(title="a, b; c\\n \\, \\;", note="ü" * 100)
def test_any_text_is_folded_escaped_and_read_back_by_two_readers(title: str, note: str) -> None:
    data = one(title=title, note=note)

    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    first = by_icalendar(data)
    assert (str(first["SUMMARY"]), str(first["DESCRIPTION"])) == (title, note)
    second = by_vobject(data)
    assert (second.summary.value, second.description.value) == (title, note)


def test_a_line_break_in_a_text_adds_no_line_to_the_calendar() -> None:
    data = one(title="a\r\nBEGIN:VALARM", note="x\nEND:VEVENT\x00")

    assert data.count(b"\r\nBEGIN:") == 1
    assert str(by_icalendar(data)["SUMMARY"]) == "a\nBEGIN:VALARM"
    assert by_vobject(data).description.value == "x\nEND:VEVENT"


def test_a_whole_day_has_no_hour() -> None:
    data = one()

    assert by_icalendar(data)["DTSTART"].dt == date(2026, 10, 25)
    assert by_icalendar(data)["DTEND"].dt == date(2026, 10, 26)
    assert by_vobject(data).dtstart.value == date(2026, 10, 25)


def test_a_wall_clock_time_stays_so_in_the_missing_and_in_the_double_hour() -> None:
    # The clocks of Europe/Berlin go forward on 28 March and back on 24 October 2027.
    for day in (date(2027, 3, 27), date(2027, 3, 28), date(2027, 10, 31), date(2027, 11, 1)):
        data = one(day=day, at=time(2, 30))
        for start in (by_icalendar(data)["DTSTART"].dt, by_vobject(data).dtstart.value):
            assert start == datetime.combine(day, time(2, 30))
            assert start.tzinfo is None


def test_the_same_events_give_the_same_bytes() -> None:
    assert one() == one()
    assert b"DTSTAMP:20261124T084100Z" in one()
