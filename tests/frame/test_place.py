"""What a clinic's place decides: how its clock is read, with which day a week begins, its hour.

A dose keeps its point and a date its month in letters in every language.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import trans_real
from pypdf import PdfReader

from plans.forms.arrangement import ListForm
from plans.presenters.paper import Printing
from plans.presenters.week import week_of
from taperplan import formats, grammar, wall_clock
from taperplan.accounts.actions.clinic import AMENDABLE
from taperplan.fields import ClockField
from taperplan.formats import Place, as_in
from tests import doors
from tests.factories import PatientFactory, plan_cells, signed_plan
from tests.plans.actions.test_document import printed
from tests.plans.typing import ROUTINE, SEIZURE, completed, keep

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User

TWELVE = Place(twelve_hours=True, first_weekday=6)
pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize(
    ("at", "wide", "half"),
    [
        (time(0, 0), "00:00", "12:00 midnight"),
        (time(0, 15), "00:15", "12:15 am"),
        (time(8, 5), "08:05", "8:05 am"),
        (time(12, 0), "12:00", "12:00 noon"),
        (time(12, 30), "12:30", "12:30 pm"),
        (time(20, 30), "20:30", "8:30 pm"),
    ],
)
def test_a_clock_is_written_as_it_is_read_there_and_read_back(
    at: time, wide: str, half: str
) -> None:
    assert formats.clock(at) == formats.slot_name(wide) == wide
    with as_in(TWELVE):
        written = formats.clock(at)
        assert written.replace("\u00a0", " ") == half
        assert " " not in written
        assert formats.slot_name(wide) == written
        assert formats.at(wide) == f"at {written}"
        assert grammar.clock(written) == grammar.clock_here(written, twelve_hours=True) == at
        assert ClockField().clean(written) == at
    assert formats.clock(at) == wide


def test_an_hour_without_its_half_of_the_day_is_refused_where_it_has_two() -> None:
    assert ClockField().clean("8:30") == time(8, 30)
    with as_in(TWELVE):
        for typed in ("8:30", "12:30", "10:00"):
            with pytest.raises(ValidationError, match="neither am nor pm"):
                ClockField().clean(typed)
        assert ClockField().clean("08:30") == time(8, 30)
        assert ClockField().clean("20:30") == time(20, 30)
    for typed in ("12:00 pm", "12:00 am"):
        with pytest.raises(grammar.Refused, match="as noon and as midnight"):
            grammar.clock(typed)
    for typed in ("13:00 pm", "0:30 am", "8 pm", "8:30 noon", "8:60 am"):
        with pytest.raises(grammar.Refused):
            grammar.clock(typed)


def test_clock_times_of_a_product_are_one_word_each() -> None:
    assert grammar.in_24_hours("8:30 pm 08:00 7:15am x") == "20:30 08:00 07:15 x"
    assert grammar.in_24_hours("12:00 pm 8:30 pmx 18:30 pm") == "12:00 pm 8:30 pmx 18:30 pm"
    assert grammar.without_half("8:30 pm 9:00, 10:15 14:00 08:30;x") == ["9:00", "10:15"]


def test_a_week_begins_on_the_day_of_the_clinic(clinic: Clinic, clare: User) -> None:
    sunday = date(2026, 11, 22)
    assert formats.place_in_week(sunday) == 6
    assert week_of(clare, sunday).first == date(2026, 11, 16)
    with as_in(TWELVE):
        assert formats.place_in_week(sunday) == 0
        assert week_of(clare, sunday).first == sunday
        first: Any = ListForm().fields["weekdays"]
        assert next(word for _day, word in first.choices) == "Sun"


def test_an_administrator_says_how_times_are_written_and_every_page_follows(
    clinic: Clinic, clare: User, ada: User
) -> None:
    patient = PatientFactory(clinic=clinic, otto=True)
    keep(patient, clare, {**ROUTINE, **SEIZURE})
    page = reverse("accounts:numbers")
    sent = {
        **{name: getattr(clinic, name) for name in (
            "name", "telephone", "hours", "out_of_hours", "emergency", "crisis", "time_zone",
            "file_title", "revision",
        )},
        "paper": "Letter", "clock": "12", "week_begins": "sunday",
    }  # fmt: skip

    with time_machine.travel(datetime(2026, 11, 24, 19, 30, tzinfo=UTC), tick=False):
        assert "20:30" in doors.signed_in(clare).get("/").content.decode()
        assert doors.signed_in(ada).post(page, sent).status_code == 302
        shown = doors.signed_in(clare).get("/").content.decode()
        assert "8:30\u00a0pm" in shown
        assert "20:30" not in shown
        about = doors.signed_in(ada).get(reverse("accounts:clinic")).content.decode()
        assert "12 hours, 8:30 pm" in about
        assert "Sunday" in about


@pytest.mark.parametrize("language", ["de", "fr", "tr", "ar", "fa", "en-us", "hi"])
def test_a_dose_keeps_its_point_and_a_date_its_words_in_every_language(language: str) -> None:
    with translation.override(language):
        drawn = Template(
            "{% load taperplan %}{{ dose|number }} {{ day|day }} {{ many|number }}"
        ).render(Context({"dose": Fraction(1, 2), "many": 12500, "day": date(2026, 2, 1)}))
        assert re.fullmatch(r"0\.5 [^\W\d]+.? 1 [^\W\d]+ 2026 12,500", drawn.replace("\u00a0", " "))
        assert formats.amount(Fraction(5, 4), "mg") == "1.25\u00a0mg"
        with pytest.raises(grammar.Refused):
            grammar.number("1,5")


class Marked:
    """A catalogue in which every message is marked; it is read from the right."""

    def to_language(self) -> str:
        return "ar"

    def gettext(self, message: str) -> str:
        return "!" + message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


def test_words_are_in_the_clinic_s_language_and_before_that_in_the_browser_s(
    clinic: Clinic, clare: User, ada: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, door = reverse("accounts:numbers"), reverse("account_login")
    assert "Language" not in doors.signed_in(ada).get(page).content.decode()
    settings.LANGUAGES = [("en", "English"), ("ar", "العربيّة")]
    monkeypatch.setitem(vars(trans_real)["_translations"], "ar", Marked())
    monkeypatch.setattr(trans_real, "check_for_language", lambda code: True)

    shown = doors.signed_in(ada).get(page, headers={"Accept-Language": "ar"}).content.decode()
    assert '<html lang="en" data' in shown
    assert "العربيّة" in shown
    sent = {field: getattr(clinic, field) for field in (*AMENDABLE, "revision")}
    answer = doors.signed_in(ada).post(page, {**sent, "language": "xx"})
    assert answer.status_code == 200
    assert doors.signed_in(ada).post(page, {**sent, "language": "ar"}).status_code == 302

    shown = doors.signed_in(clare).get("/").content.decode()
    assert '<html lang="ar" dir="rtl"' in shown
    about = doors.signed_in(ada).get(reverse("accounts:clinic")).content.decode()
    assert "العربيّة" in about
    assert '<html lang="en" data' in doors.Client().get(door).content.decode()
    asked = doors.Client().get(door, headers={"Accept-Language": "ar,en"}).content.decode()
    assert '<html lang="ar" dir="rtl"' in asked
    # Between words from the right a figure stays before its unit.
    clinic.refresh_from_db()
    with clinic.speaking():
        assert formats.amount(Fraction(5, 4), "mg").startswith("\u200e1.25")
        assert formats.volume(2).startswith("\u200e2")
    assert formats.volume(2) == "2\u00a0mL"
    # A paper says in which language it is read aloud.
    assert Printing(clinic=clinic, by=clare, at=timezone.now(), code="").language == "ar"
    # Its catalogue was taken away again.
    settings.LANGUAGES = [("en", "English")]
    assert clinic.spoken == "en"
    assert '<html lang="en" data' in doors.signed_in(clare).get("/").content.decode()


# --- the days on which the clocks change ----------------------------------------------------

CHANGES = [
    ("Europe/Berlin", date(2026, 10, 25), 25),
    ("Europe/Berlin", date(2027, 3, 28), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("America/New_York", date(2027, 3, 14), 23),
]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_check_in_is_due_until_midnight_of_the_wall_and_then_late(
    clinic: Clinic, clare: User, zone: str, day: date, hours: int
) -> None:
    type(clinic).objects.update(time_zone=zone)
    clinic.refresh_from_db()
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    ends = begins + timedelta(hours=hours)
    next_day = day + timedelta(days=1)
    patient = PatientFactory(clinic=clinic, otto=True)
    due = {"next_0": str(day.day), "next_1": str(day.month), "next_2": str(day.year)}
    completed(patient, clare, {**ROUTINE, **due}, now=begins - timedelta(days=7))

    for at, words in (
        (begins - timedelta(minutes=1), None),
        (begins, "Due today <span"),
        (ends - timedelta(minutes=1), "Due today <span"),
        (ends, "1 day overdue"),
    ):
        with time_machine.travel(at, tick=False):
            assert (clinic.day(at) == next_day) == (at == ends)
            shown = doors.signed_in(clare).get("/").content.decode().replace("\u00a0", " ")
        for one in ("Due today <span", "1 day overdue"):
            assert (one in shown) == (one == words), (at, one)


def at_half_past_two(first: date) -> dict[str, Any]:
    """A plan with one dose a day, 02:30 on the clock."""
    cells = plan_cells()
    cells["products"][0]["times"] = ["02:30"]
    for step in cells["steps"]:
        step["doses"] = [{"product": "p1", "time": "02:30", "on": "", "quantity": "1"}]
        step["reason"] = "Agreed."
    day = formats.short_day(first).replace("\u00a0", " ")
    cells["steps"][0].update(first_day=day)
    return {**cells, "in_force_from": day}


def test_a_dose_stays_at_its_hour_of_the_wall_on_page_paper_and_in_twelve_hours(
    clinic: Clinic, clare: User
) -> None:
    day = date(2027, 3, 28)
    patient = PatientFactory(clinic=clinic, otto=True)
    plan = signed_plan(patient, clare, at_half_past_two(day - timedelta(days=1)))
    for at in (-1, 0, 1):
        with time_machine.travel(datetime(2027, 3, 28 + at, 9, tzinfo=UTC), tick=False):
            page = doors.signed_in(clare).get(f"/patients/{patient.pk}/").content.decode()
        assert "at 02:30" in page.replace("\u00a0", " ")

    type(clinic).objects.update(clock="12")
    with time_machine.travel(datetime(2027, 3, 28, 9, tzinfo=UTC), tick=False):
        page = doors.signed_in(clare).get(f"/patients/{patient.pk}/").content.decode()
        assert "at 2:30 am" in page.replace("\u00a0", " ")
        assert "02:30" not in page
    with as_in(TWELVE):
        document, _new = printed(plan, clare)
    words = " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(bytes(document.content))).pages
    ).replace("\u00a0", " ")
    assert "2:30 am" in words
    assert "02:30" not in words


def test_an_hour_that_never_was_is_refused_and_one_that_came_twice_is_the_later() -> None:
    for name, spring, autumn in (
        ("Europe/Berlin", date(2027, 3, 28), date(2026, 10, 25)),
        ("America/New_York", date(2027, 3, 14), date(2026, 11, 1)),
    ):
        zone = ZoneInfo(name)
        clock = time(2, 30) if name.startswith("Europe") else time(1, 30)
        gone = time(2, 30)
        noon = datetime(spring.year, spring.month, spring.day, 12, tzinfo=zone)
        with pytest.raises(grammar.Refused, match="the clocks went forward"):
            wall_clock.moment(spring, gone, now=noon)
        twice = datetime.combine(autumn, clock, tzinfo=zone)
        first, second = twice.astimezone(UTC), twice.replace(fold=1).astimezone(UTC)
        assert second - first == timedelta(hours=1)
        for now, moment in (
            (first + timedelta(minutes=5), first),
            (second - timedelta(minutes=5), first),
            (second + timedelta(minutes=5), second),
            (second + timedelta(hours=9), second),
        ):
            read = wall_clock.moment(autumn, clock, now=now.astimezone(zone))
            assert read.astimezone(UTC) == moment
        with pytest.raises(grammar.Refused, match="still to come"):
            wall_clock.moment(autumn, clock, now=(first - timedelta(minutes=1)).astimezone(zone))
        assert formats.ago(first.astimezone(zone), second.astimezone(zone)) == "1\u00a0h\u00a0ago"
