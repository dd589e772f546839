"""Reads what a person typed. ASCII only, one meaning or none.

Python's own readers take "1_5" for 15, "1e2", full-width digits and a naked point; these do
not. What cannot be read raises ``Refused`` with a sentence that says what is wrong with what
was typed and which form is accepted. A sentence never shows a figure that was not typed.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date as Date
from datetime import time as Time
from fractions import Fraction

from taperplan import formats
from taperplan.words import gettext as _

FIRST_YEAR = 1900
LAST_YEAR = 2200
LONGEST_DAYS = 9999
_LONGEST_ECHO = 24
_LONGEST_DATE = 40
_LONGEST_PHONE = 40

_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,4})(?:\.[0-9]{1,4})?")
_FRACTION = re.compile(r"(?:([1-9][0-9]{0,4}) )?([1-7])/([2-8])")
_VULGAR = {
    "½": Fraction(1, 2),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
    "⅛": Fraction(1, 8),
    "⅜": Fraction(3, 8),
    "⅝": Fraction(5, 8),
    "⅞": Fraction(7, 8),
}
_WITH_VULGAR = re.compile(rf"([1-9][0-9]{{0,4}})? ?([{''.join(_VULGAR)}])")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,4}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_HALF = re.compile(
    r"(0?[1-9]|1[0-2]):([0-5][0-9]) ?(am|pm|a\.m\.|p\.m\.|noon|midnight)", re.IGNORECASE
)
_HALF_IN_LINE = re.compile(rf"(?<![0-9:]){_HALF.pattern}(?![a-z])", re.IGNORECASE)
# An hour that a clock of twelve hours shows twice a day, without a word for which.
_EITHER_HALF = re.compile(r"(?:[1-9]|1[0-2]):[0-5][0-9]")
_DURATION = re.compile(
    r"(?:([1-9][0-9]{0,3}) ?h(?:ours?)?)?(?: ?([1-9][0-9]{0,3}) ?min(?:utes?)?)?"
)
_PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]*(?: ?(?:x|ext\.?) ?[0-9]{1,6})?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SPELLED = re.compile(r"([0-9]{1,2}) ([A-Za-z]+|[0-9]{1,2}) ([0-9]{4})")
_LEADING_WEEKDAY = re.compile(r"([A-Za-z]{3,9}),? +(.*)")

_MONTHS = {
    name[:length].lower(): number
    for number, name in enumerate(calendar.month_name)
    if name
    for length in (3, len(name))
} | {"sept": 9}
_WEEKDAYS = {
    name[:length].lower(): number
    for number, name in enumerate(calendar.day_name)
    for length in (3, len(name))
} | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}


class Refused(ValueError):
    """What was typed cannot be read; ``sentence`` says why, to the person who typed it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def number(text: str) -> Fraction:
    """Read digits with a point, or a fraction. Exact; never negative."""
    typed = text.strip(" ")
    if _DECIMAL.fullmatch(typed):
        return Fraction(typed)
    if found := _FRACTION.fullmatch(typed):
        whole, above, below = (int(part or 0) for part in found.groups())
        if above < below:
            return whole + Fraction(above, below)
    if found := _WITH_VULGAR.fullmatch(typed):
        return int(found[1] or 0) + _VULGAR[found[2]]
    raise Refused(_why_not_a_number(typed, _number_form()))


def quantity(text: str) -> Fraction:
    """A number, or a stated nothing: "0", "-" or "none" (in any case of letters)."""
    if text.strip(" ").lower() in ("-", "none"):
        return Fraction(0)
    return number(text)


def count(text: str) -> int:
    """A whole number, 0 or more."""
    typed = text.strip(" ")
    if _WHOLE.fullmatch(typed):
        return int(typed)
    try:
        number(typed)
    except Refused:
        raise Refused(_why_not_a_number(typed, _("Type digits only."))) from None
    raise Refused(
        _("{typed} is not written as a whole number. Type digits only.").format(typed=echo(typed))
    )


def days(text: str) -> int:
    """A length in days, at least one; "14", "14 days" and "1 day" are read."""
    typed = text.strip(" ")
    shorn = re.sub(r" ?days?\Z", "", typed)
    length = count(shorn or typed)
    if length == 0:
        raise Refused(
            _("{typed} is no length. A step lasts one day or more.").format(typed=echo(typed))
        )
    if length > LONGEST_DAYS:
        raise Refused(_("{typed} is longer than this field holds.").format(typed=echo(typed)))
    return length


def minutes(text: str) -> int:
    """A time between two doses, in minutes: "4 h", "90 min", "1 h 30 min"; a bare number is hours.

    "1/2" or "1.5" (hours) are read where they are whole minutes.
    """
    typed = text.strip(" ")
    found = _DURATION.fullmatch(typed)
    if found and typed:
        length = 60 * int(found[1] or 0) + int(found[2] or 0)
    else:
        try:
            exact = 60 * number(re.sub(r" ?h(ours?)?\Z", "", typed))
        except Refused:
            raise Refused(
                _(
                    "{typed} is not a length of time. Type hours with h, minutes with min, or both."
                ).format(typed=echo(typed))
            ) from None
        if exact.denominator != 1 or exact == 0:
            raise Refused(
                _("{typed} is not a whole number of minutes, one or more.").format(
                    typed=echo(typed)
                )
            )
        length = int(exact)
    return length


def hours(text: str) -> int:
    """A wearing time in whole hours: "72" or "72 h"."""
    typed = text.strip(" ")
    length = count(re.sub(r" ?h(ours?)?\Z", "", typed) or typed)
    if length == 0:
        raise Refused(_("{typed} is no length of time.").format(typed=echo(typed)))
    return length


def clock(text: str) -> Time:
    """A time of day, 00:00 to 23:59, with a colon; or "8:30 pm", "12:00 noon", "12:00 midnight"."""
    typed = text.replace("\u00a0", " ").strip(" ")
    if found := _HALF.fullmatch(typed):
        return _of_half(typed, found)
    if found := _CLOCK.fullmatch(typed):
        return Time(int(found[1]), int(found[2]))
    if typed == "24:00":
        raise Refused(_("24:00 is not a time of day. Midnight belongs to the day that begins."))
    raise Refused(
        _("{typed} is not a time of day. Type hours and minutes with a colon.").format(
            typed=echo(typed)
        )
    )


def clock_here(text: str, *, twelve_hours: bool) -> Time:
    """As `clock`, but where clocks are read in twelve hours an hour from 1 to 12 says which half
    of the day it is of; 00:30, 08:30 and 20:30 say it by themselves."""
    typed = text.replace("\u00a0", " ").strip(" ")
    if twelve_hours and _EITHER_HALF.fullmatch(typed):
        raise Refused(neither_half(typed))
    return clock(text)


def neither_half(typed: str) -> str:
    return _("{typed} has neither am nor pm. Type one of them after it.").format(typed=echo(typed))


def in_24_hours(text: str) -> str:
    """A line of clock times with each "8:30 pm" in it written as "20:30"; the rest as it is."""

    def written(found: re.Match[str]) -> str:
        try:
            return f"{_of_half(found[0], found):%H:%M}"
        except Refused:
            return found[0]

    return _HALF_IN_LINE.sub(written, text.replace("\u00a0", " "))


def without_half(text: str) -> list[str]:
    """The clock times in a line that a clock of twelve hours shows twice a day, and that do not
    say which of the two is meant."""
    rest = _HALF_IN_LINE.sub(" ", text.replace("\u00a0", " "))
    return [word for word in re.split(r"[\s,;]+", rest) if _EITHER_HALF.fullmatch(word)]


def _of_half(typed: str, found: re.Match[str]) -> Time:
    hour, minute, half = int(found[1]), int(found[2]), found[3].lower()[0]
    if half in "nm" or (hour, minute) == (12, 0):
        if (hour, minute) != (12, 0):
            raise Refused(
                _("{typed} is not a time of day. Only 12:00 is noon or midnight.").format(
                    typed=echo(typed)
                )
            )
        if half in "ap":
            raise Refused(
                _(
                    "{typed} is read as noon and as midnight. Type noon or midnight after it."
                ).format(typed=echo(typed))
            )
        return Time(12 if half == "n" else 0)
    return Time(hour % 12 + (12 if half == "p" else 0), minute)


def phone(text: str) -> str:
    """A phone number as typed, without spaces at its ends."""
    typed = text.strip(" ")
    digits = sum(letter in "0123456789" for letter in typed)
    if len(typed) <= _LONGEST_PHONE and digits >= 3 and _PHONE.fullmatch(typed):
        return typed
    if len(typed) > _LONGEST_PHONE:
        raise Refused(_("What is typed is too long for a phone number."))
    raise Refused(
        _(
            "{typed} is not a phone number. Type digits, with spaces, hyphens or brackets, "
            "and + before a country code."
        ).format(typed=echo(typed))
    )


def date(text: str, *, today: Date | None = None) -> Date:
    """Read "30 11 2026", "30 Nov 2026", "30 November 2026" or "2026-11-30".

    A leading weekday must agree. A no-break space, as our own dates carry, counts as a space.
    ``today`` only chooses between "had" and "has" in a sentence.
    """
    if len(text) > _LONGEST_DATE:
        raise Refused(_("What is typed is too long for a date.") + " " + _date_form())
    typed = re.sub(" +", " ", text.replace("\u00a0", " ")).strip(" ")
    weekday, rest = _leading_weekday(typed)
    year, month, day = _parts_of_date(typed, rest)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused(
            _("{typed} is outside the years {first} to {last}.").format(
                typed=echo_date(typed), first=FIRST_YEAR, last=LAST_YEAR
            )
        )
    read = _existing_day(rest, year, month, day, today)
    if weekday is not None and read.weekday() != weekday:
        raise Refused(
            _("{date} is a {weekday}, not the weekday that is typed.").format(
                date=formats.short_day(read), weekday=formats.weekday(read)
            )
        )
    return read


def _leading_weekday(typed: str) -> tuple[int | None, str]:
    found = _LEADING_WEEKDAY.fullmatch(typed)
    if found is None:
        return None, typed
    weekday = _WEEKDAYS.get(found[1].lower())
    if weekday is None:
        raise Refused(_("{word} is not a weekday.").format(word=found[1]) + " " + _date_form())
    return weekday, found[2]


def _parts_of_date(typed: str, rest: str) -> tuple[int, int, int]:
    if found := _ISO.fullmatch(rest):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _SPELLED.fullmatch(rest):
        word = found[2]
        month = int(word) if word.isdigit() else _MONTHS.get(word.lower(), 0)
        if month == 0 and not word.isdigit():
            raise Refused(_("{word} is not a month.").format(word=word) + " " + _date_form())
        return int(found[3]), month, int(found[1])
    raise Refused(_why_not_a_date(typed))


def _existing_day(rest: str, year: int, month: int, day: int, today: Date | None) -> Date:
    if not 1 <= month <= 12:
        raise Refused(
            _("{typed} does not exist. A year has twelve months.").format(typed=echo_date(rest))
            + " "
            + _("Type the day before the month.")
        )
    if 1 <= day <= calendar.monthrange(year, month)[1]:
        return Date(year, month, day)
    if (day, month) == (29, 2):
        sentence = (
            _("{typed} does not exist. {year} has no leap day.")
            if today is not None and year >= today.year
            else _("{typed} does not exist. {year} had no leap day.")
        )
        raise Refused(sentence.format(typed=echo_date(rest), year=year))
    raise Refused(
        _("{typed} does not exist. {month} has {days} days.").format(
            typed=echo_date(rest),
            month=formats.month(month),
            days=calendar.monthrange(year, month)[1],
        )
    )


def _date_form() -> str:
    return _("Type day, month and year with spaces between them, the year with four digits.")


def _why_not_a_date(typed: str) -> str:
    shown = echo_date(typed)
    if "/" in typed:
        fault = _(
            "{typed} has slashes, which are read as day first by some, month first by others."
        )
    elif re.fullmatch(r"[0-9]{1,2}([ .-])([0-9]{1,2}|[A-Za-z]+)\1[0-9]{1,3}", typed):
        fault = _("{typed} has no full year.")
    elif re.fullmatch(r"[0-9]{1,2} ([0-9]{1,2}|[A-Za-z]+)", typed):
        fault = _("{typed} has no year.")
    elif not typed:
        fault = _("No date is typed.")
    else:
        fault = _("{typed} is not a date.")
    return fault.format(typed=shown) + " " + _date_form()


def echo(typed: str) -> str:
    """What was typed, to be shown in a sentence; in words where it cannot be shown whole.

    Never cut: a number that lost its end is a figure that nobody typed.
    """
    if typed and _printable(typed) and len(typed) <= _LONGEST_ECHO:
        return typed
    return _("What is typed")


def echo_date(typed: str) -> str:
    return typed if typed and _printable(typed) else _("What is typed")


def _printable(typed: str) -> bool:
    return typed.isprintable()


def _number_form() -> str:
    return _("Type digits with a point, or a fraction.")


_FAULTS: tuple[tuple[Callable[[str], object], Callable[[], str]], ...] = (
    (lambda t: not t, lambda: _("No number is typed.")),
    (
        lambda t: not t.isprintable(),
        lambda: _("What is typed holds a character that is not shown."),
    ),
    (lambda t: len(t) > _LONGEST_ECHO, lambda: _("What is typed is too long for a number.")),
    (lambda t: t[0] in "-\u2212\u2013+", lambda: _("{typed} has a sign before the number.")),
    (
        lambda t: any(c.isdigit() and not c.isascii() for c in t),
        lambda: _("{typed} is not in plain digits."),
    ),
    (
        re.compile(r"[0-9]*(\.[0-9]*){2,}").fullmatch,
        lambda: _("{typed} has more than one point."),
    ),
    (re.compile(r"\.[0-9]+").fullmatch, lambda: _("{typed} has no digit before the point.")),
    (re.compile(r"[0-9]+\.").fullmatch, lambda: _("{typed} has no digit after the point.")),
    (
        re.compile(r"0[0-9]+(\.[0-9]+)?").fullmatch,
        lambda: _("{typed} begins with a zero that stands before another digit."),
    ),
    (
        re.compile(r"[0-9]{6,}(\.[0-9]+)?").fullmatch,
        lambda: _("{typed} has more than five digits before the point."),
    ),
    (
        re.compile(r"[0-9]+\.[0-9]{5,}").fullmatch,
        lambda: _("{typed} has more than four digits after the point."),
    ),
    (
        re.compile(r"([0-9]+ )?[0-9]+/[0-9]+").fullmatch,
        lambda: _(
            "{typed} is not a fraction that this field reads: "
            "halves to eighths, the upper figure less than the lower."
        ),
    ),
    (
        re.compile(r"[0-9]+( +[0-9.]+)+").fullmatch,
        lambda: _("{typed} has a space inside."),
    ),
    (lambda t: True, lambda: _("{typed} is not a number.")),
)


def _why_not_a_number(typed: str, form: str) -> str:
    if "," in typed and typed.isprintable() and len(typed) <= _LONGEST_ECHO:
        if form == _number_form():
            return _("{typed} has a comma. Type a point.").format(typed=typed)
        return _("{typed} has a comma.").format(typed=typed) + f" {form}"
    fault = next(words for fits, words in _FAULTS if fits(typed))()
    return f"{fault.format(typed=typed)} {form}"
