"""Figures, doses, dates and names are written one way."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taperplan import formats, grammar


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1/2", "0.5"),
        ("5", "5"),
        ("1/8", "0.125"),
        ("1/3", "1/3"),
        ("7/3", "2 1/3"),
        ("1000", "1,000"),
        ("2500/2", "1,250"),
        ("0", "0"),
        ("1/32", "1/32"),
        ("-3/2", "-1.5"),
    ],
)
def test_a_number_has_a_leading_zero_and_no_trailing_one(value: str, words: str) -> None:
    assert plain(formats.number(Fraction(value))) == words


@given(st.fractions(min_value=0, max_value=99999, max_denominator=10_000))
@settings(max_examples=300, deadline=None)
def test_a_figure_shown_is_exactly_the_figure_held(value: Fraction) -> None:
    shown = plain(formats.number(value)).replace(",", "")
    assert sum((Fraction(part) for part in shown.split()), Fraction(0)) == value
    assert not shown.startswith(".")
    assert "." not in shown or not shown.endswith("0")


@given(st.decimals(min_value=0, max_value=999, places=4, allow_nan=False))
@settings(max_examples=200, deadline=None)
def test_what_is_typed_is_what_is_shown(typed: object) -> None:
    value = grammar.number(f"{typed:f}")
    assert grammar.number(formats.number(value)) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1/2", "half a tablet"),
        ("1", "1 tablet"),
        ("2", "2 tablets"),
        ("3/2", "1 and a half tablets"),
        ("21/2", "10 and a half tablets"),
        ("1/4", "a quarter of a tablet"),
        ("3/4", "three quarters of a tablet"),
        ("11/4", "2 and three quarter tablets"),
        ("1/3", "a third of a tablet"),
        ("5/3", "1 and two thirds tablets"),
        ("7/8", "seven eighths of a tablet"),
        ("9/8", "1 and an eighth tablets"),
        ("3/10", "0.3 of a tablet"),
        ("0", "no tablets"),
        ("1500", "1,500 tablets"),
    ],
)
def test_a_count_is_written_in_words(value: str, words: str) -> None:
    expected = "no tablet" if value == "0" else words
    assert plain(formats.quantity(Fraction(value), "tablet")) == expected


def test_a_dose_says_the_count_the_strength_and_the_amount() -> None:
    half = Fraction(1, 2)
    assert plain(formats.dose(2, "tablet", half, "mg")) == "2 tablets of 0.5 mg (1 mg)"
    assert plain(formats.dose(half, "tablet", half, "mg")) == "half a tablet of 0.5 mg (0.25 mg)"
    assert plain(formats.dose(10, "liquid", Fraction(125), "mg", 5)) == (
        "10 mL of 125 mg in 5 mL (250 mg)"
    )
    assert plain(formats.dose(1, "patch", Fraction(25), "microgram/h")) == (
        "1 patch of 25 micrograms per hour"
    )
    assert plain(formats.dose(half, "tablet", None, None)) == "half a tablet"
    assert formats.dose(0, "liquid", Fraction(1), "mg", 1) == "none"


def test_micrograms_are_written_in_full() -> None:
    assert plain(formats.amount(25, "microgram")) == "25 micrograms"
    assert plain(formats.amount(1, "microgram")) == "1 microgram"
    assert plain(formats.amount(100, "unit")) == "100 units"


def test_no_line_can_break_inside_a_dose_or_a_date() -> None:
    assert " " not in formats.amount(Fraction(1, 4), "mg")
    assert " " not in formats.day(date(2026, 12, 3))
    assert " " not in formats.quantity(2, "tablet")
    assert "1\u00a0and\u00a0a\u00a0half" in formats.quantity(Fraction(3, 2), "tablet")


def test_a_stated_nothing_is_said_in_words() -> None:
    assert plain(formats.nothing_at("bedtime")) == "none tonight"
    assert plain(formats.nothing_at("08:00")) == "none at 08:00"


def test_dates_carry_their_weekday_where_somebody_acts() -> None:
    assert plain(formats.day(date(2026, 12, 3))) == "Thu 3 Dec 2026"
    assert plain(formats.short_day(date(2026, 11, 21))) == "21 Nov 2026"
    assert plain(formats.day_range(date(2026, 12, 3), date(2026, 12, 9))) == (
        "Thu 3 Dec 2026 to Wed 9 Dec 2026"
    )
    assert plain(formats.day_range(date(2026, 12, 3), None)) == "from Thu 3 Dec 2026"


def test_age_stands_beside_the_date_of_birth() -> None:
    born = date(1956, 11, 21)
    assert plain(formats.date_of_birth(born, date(2026, 11, 24))) == "21 Nov 1956 (70 y)"
    assert plain(formats.age(born, date(2026, 11, 20))) == "69 y"
    assert plain(formats.age(date(2000, 2, 29), date(2026, 2, 28))) == "25 y"
    assert plain(formats.age(date(2026, 9, 24), date(2026, 11, 24))) == "2 months"


def test_a_family_name_is_in_capitals() -> None:
    assert formats.family_given("Sample", "Otto") == "SAMPLE, Otto"
    assert formats.given_family("Otto", "Sample") == "Otto SAMPLE"
    assert formats.family_given("O'Brien", "Zoë") == "O'BRIEN, Zoë"
    assert formats.family_given("Δείγμα", "Ελένη") == "ΔΕΙΓΜΑ, Ελένη"


def test_greek_capitals_carry_no_accent_and_tell_vowels_apart() -> None:
    for typed, capitals in (
        ("Γεώργιος", "ΓΕΩΡΓΙΟΣ"),
        ("Μάιος", "ΜΑΪΟΣ"),
        ("Ταΰγετος", "ΤΑΫΓΕΤΟΣ"),
        ("Αϊβαλί", "ΑΪΒΑΛΙ"),
        ("Παπαδοπούλου", "ΠΑΠΑΔΟΠΟΥΛΟΥ"),
        ("Ἀχιλλεύς", "ΑΧΙΛΛΕΥΣ"),
        ("Müller-Ångström", "MÜLLER-ÅNGSTRÖM"),
        ("Кравец", "КРАВЕЦ"),
    ):
        assert formats.capitals(typed) == capitals
        assert formats.capitals(unicodedata.normalize("NFD", typed)) == capitals


def test_how_long_ago_is_rounded_down() -> None:
    now = datetime(2026, 11, 24, 9, 49, tzinfo=UTC)
    spans = {
        timedelta(seconds=59): "just now",
        timedelta(minutes=7, seconds=59): "7 min ago",
        timedelta(hours=3): "3 h ago",
        timedelta(days=2): "2 days ago",
    }
    assert {span: plain(formats.ago(now - span, now)) for span in spans} == spans
    assert plain(formats.moment(now)) == "Tue 24 Nov 2026, 09:49"


def test_minutes_are_written_in_hours_where_they_are_whole() -> None:
    assert plain(formats.minutes(240)) == "4 h"
    assert plain(formats.minutes(90)) == "90 min"
    assert plain(formats.minutes(270)) == "4 h 30 min"


def test_a_list_reads_as_a_sentence() -> None:
    assert formats.listing([]) == ""
    assert formats.listing(["a"]) == "a"
    assert formats.listing(["a", "b", "c"]) == "a, b and c"
