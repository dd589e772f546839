"""What a person typed is read in one meaning or refused with a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from taperplan import formats, grammar

TRICKY = st.one_of(
    st.text(alphabet="0123456789./ ", max_size=8),
    st.text(alphabet="0123456789.,/ _-+eENan½¼⅓\t\n\x00\u00a0\u0663\uff11²", max_size=10),
    st.text(max_size=12),
)


UNSHOWN = (
    "What is typed holds a character that is not shown. Type digits with a point, or a fraction."
)
PLAIN = "0123456789"
SIGNS = {
    "½": (1, 2),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "⅛": (1, 8),
    "⅜": (3, 8),
    "⅝": (5, 8),
    "⅞": (7, 8),
}


def naive(typed: str) -> Fraction | None:
    """The grammar once more, by hand: no regular expression, no Fraction of text."""
    text = typed
    while text.startswith(" "):
        text = text[1:]
    while text.endswith(" "):
        text = text[:-1]
    if text and text[-1] in SIGNS:
        return naive_with_sign(text)
    return naive_fraction(text) if "/" in text else naive_decimal(text)


def naive_whole(part: str) -> int | None:
    if not 1 <= len(part) <= 5 or any(letter not in PLAIN for letter in part):
        return None
    return None if part[0] == "0" else int(part)


def naive_with_sign(text: str) -> Fraction | None:
    sign = Fraction(*SIGNS[text[-1]])
    rest = text[:-1]
    if rest == "":
        return sign
    before = naive_whole(rest[:-1] if rest.endswith(" ") else rest)
    return None if before is None else before + sign


def naive_fraction(text: str) -> Fraction | None:
    head, space, fraction = text.rpartition(" ")
    before = naive_whole(head) if space else 0
    parts = fraction.split("/")
    if before is None or len(parts) != 2 or any(len(p) != 1 or p not in PLAIN for p in parts):
        return None
    above, below = int(parts[0]), int(parts[1])
    return before + Fraction(above, below) if 1 <= above < below <= 8 else None


def naive_decimal(text: str) -> Fraction | None:
    head, point, decimals = text.partition(".")
    first = 0 if head == "0" else naive_whole(head)
    if first is None or any(letter not in PLAIN for letter in decimals):
        return None
    if point and not 1 <= len(decimals) <= 4:
        return None
    return first + Fraction(int(decimals or 0), 10 ** len(decimals))


def refusal(reader: Callable[[str], object], typed: str) -> str | None:
    """The sentence with which a reader refuses, None where it reads."""
    try:
        reader(typed)
    except grammar.Refused as refused:
        return refused.sentence
    return None


@given(TRICKY)
@example("1 1/2")
@example("0.125")
@example(" ½")
@example("8/8")
@settings(max_examples=600, deadline=None)
def test_a_number_is_what_the_grammar_says_and_nothing_else(typed: str) -> None:
    try:
        read: Fraction | None = grammar.number(typed)
    except grammar.Refused:
        read = None
    assert read == naive(typed)


@given(TRICKY)
@settings(max_examples=400, deadline=None)
def test_a_refusal_never_shows_a_figure_that_was_not_typed(typed: str) -> None:
    for reader in (
        grammar.number,
        grammar.quantity,
        grammar.count,
        grammar.days,
        grammar.hours,
        grammar.minutes,
    ):
        sentence = refusal(reader, typed) or "."
        assert sentence[-1] == "."
        assert all(figure in typed for figure in re.findall(r"[0-9]+", sentence))


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_reader_refuses_and_raises_nothing_else(typed: str) -> None:
    for reader in (grammar.date, grammar.clock, grammar.phone, grammar.minutes, grammar.hours):
        sentence = refusal(reader, typed) or ""
        assert sentence.replace("\u00a0", "").isprintable()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1,5", "1,5 has a comma. Type a point."),
        ("0,125", "0,125 has a comma. Type a point."),
        ("1_5", "1_5 is not a number. Type digits with a point, or a fraction."),
        ("1e400", "1e400 is not a number. Type digits with a point, or a fraction."),
        ("NaN", "NaN is not a number. Type digits with a point, or a fraction."),
        ("-1", "-1 has a sign before the number. Type digits with a point, or a fraction."),
        ("\u0661", "\u0661 is not in plain digits. Type digits with a point, or a fraction."),
        ("\uff11", "\uff11 is not in plain digits. Type digits with a point, or a fraction."),
        ("1.5.5", "1.5.5 has more than one point. Type digits with a point, or a fraction."),
        (".5", ".5 has no digit before the point. Type digits with a point, or a fraction."),
        ("5.", "5. has no digit after the point. Type digits with a point, or a fraction."),
        ("1 5", "1 5 has a space inside. Type digits with a point, or a fraction."),
        (
            "1\x00",
            UNSHOWN,
        ),
        (
            "1\u00a01/2",
            UNSHOWN,
        ),
    ],
)
def test_what_is_wrong_with_a_number_is_said(typed: str, sentence: str) -> None:
    with pytest.raises(grammar.Refused) as refused:
        grammar.number(typed)
    assert refused.value.sentence == sentence


def test_a_long_figure_is_never_shown_cut() -> None:
    with pytest.raises(grammar.Refused) as refused:
        grammar.number("1" * 10_000_000)
    assert "1" not in refused.value.sentence


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0", "0"),
        ("5", "5"),
        ("0.125", "1/8"),
        ("1.50", "3/2"),
        ("1/2", "1/2"),
        ("10 1/3", "31/3"),
        ("½", "1/2"),
        ("2½", "5/2"),
        ("2 ⅞", "23/8"),
        ("99999.9999", "999999999/10000"),
    ],
)
def test_a_number_is_read_exactly(typed: str, value: str) -> None:
    assert grammar.number(typed) == Fraction(value)


@pytest.mark.parametrize("typed", ["0", "-", "none", "None", "NONE "])
def test_a_stated_nothing_is_kept_as_nothing(typed: str) -> None:
    assert grammar.quantity(typed) == 0


@pytest.mark.parametrize("typed", ["\u2013", "nil", "no", "", "0 0"])
def test_other_words_for_nothing_are_refused(typed: str) -> None:
    with pytest.raises(grammar.Refused):
        grammar.quantity(typed)


@pytest.mark.parametrize("typed", ["14", "14 days", "14days"])
def test_a_length_is_read_with_or_without_its_word(typed: str) -> None:
    assert grammar.days(typed) == 14


@pytest.mark.parametrize("typed", ["0", "1.5", "1/2", "two", "4-6 weeks", "10000", "days", "-3"])
def test_a_length_that_is_no_number_of_days_is_refused(typed: str) -> None:
    with pytest.raises(grammar.Refused):
        grammar.days(typed)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("4", 240), ("4 h", 240), ("4 hours", 240), ("90 min", 90), ("1 h 30 min", 90), ("1.5", 90)],
)
def test_the_time_between_doses_is_read_in_hours_and_minutes(typed: str, minutes: int) -> None:
    assert grammar.minutes(typed) == minutes


@pytest.mark.parametrize("typed", ["0", "1/7", "4 d", "h", "4:00", "1,5 h"])
def test_a_time_between_doses_that_is_not_whole_minutes_is_refused(typed: str) -> None:
    with pytest.raises(grammar.Refused):
        grammar.minutes(typed)


def test_a_wearing_time_is_whole_hours() -> None:
    assert grammar.hours("72 h") == 72
    for typed in ("0", "1.5", "three"):
        with pytest.raises(grammar.Refused):
            grammar.hours(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "30 11 2026",
        "30 Nov 2026",
        "30 nov 2026",
        "30 November 2026",
        "2026-11-30",
        "Mon 30 Nov 2026",
        "Monday 30 November 2026",
        " 30  Nov 2026 ",
        "Mon\u00a030\u00a0Nov\u00a02026",
    ],
)
def test_a_date_is_read_in_each_accepted_form(typed: str) -> None:
    assert grammar.date(typed) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("typed", "beginning"),
    [
        ("29 Feb 1957", "29 Feb 1957 does not exist. 1957 had no leap day."),
        ("30 Feb 2026", "30 Feb 2026 does not exist. February has 28 days."),
        ("31 11 2026", "31 11 2026 does not exist. November has 30 days."),
        ("11 30 2026", "11 30 2026 does not exist. A year has twelve months."),
        ("01/02/26", "01/02/26 has slashes"),
        ("30/11/2026", "30/11/2026 has slashes"),
        ("30 Nov 26", "30 Nov 26 has no full year."),
        ("30 Nov", "30 Nov has no year."),
        ("Tue 30 Nov 2026", "30\u00a0Nov\u00a02026 is a Monday"),
        ("1 Jan 1899", "1 Jan 1899 is outside the years 1900 to 2200."),
        ("1 Jan 9999", "1 Jan 9999 is outside the years 1900 to 2200."),
        ("0001-01-01", "0001-01-01 is outside the years 1900 to 2200."),
        ("Someday 1 Jan 2026", "Someday is not a weekday."),
        ("1 Juno 2026", "Juno is not a month."),
        ("30.11.2026", "30.11.2026 is not a date."),
        ("2026-1-5", "2026-1-5 is not a date."),
        ("", "No date is typed."),
        ("tomorrow", "tomorrow is not a date."),
        ("3\x00 Nov 2026", "What is typed is not a date."),
        ("\u0661 Jan 2026", "\u0661 Jan 2026 is not a date."),
        ("9" * 5000, "What is typed is too long for a date."),
    ],
)
def test_what_is_wrong_with_a_date_is_said(typed: str, beginning: str) -> None:
    with pytest.raises(grammar.Refused) as refused:
        grammar.date(typed)
    assert refused.value.sentence.startswith(beginning)


def test_a_leap_day_to_come_is_said_not_to_exist_in_the_present() -> None:
    with pytest.raises(grammar.Refused, match=r"2027 has no leap day\.$"):
        grammar.date("29 Feb 2027", today=date(2026, 11, 24))


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
@settings(max_examples=100, deadline=None)
def test_every_date_that_is_shown_can_be_typed_back(day: date) -> None:
    assert grammar.date(formats.day(day)) == day
    assert grammar.date(formats.short_day(day)) == day
    assert grammar.date(day.isoformat()) == day


def test_a_time_of_day_is_hours_and_minutes() -> None:
    assert grammar.clock("08:00") == time(8)
    assert grammar.clock("8:00") == time(8)
    assert grammar.clock("23:59") == time(23, 59)
    for typed in ("24:00", "8", "0800", "8.00", "7:5", "25:00", "\u0660\u0668:\u0660\u0660", ""):
        with pytest.raises(grammar.Refused):
            grammar.clock(typed)


def test_a_phone_number_is_kept_as_typed() -> None:
    for typed in ("555-0142", "+44 (0)20 7946 0000", "555 0100 ext 12", "0151/123456"):
        assert grammar.phone(f" {typed} ") == typed
    for typed in ("", "call me", "12", "555-0142\n", "5" * 60, "+", "<555-0142>"):
        with pytest.raises(grammar.Refused):
            grammar.phone(typed)
