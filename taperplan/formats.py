"""The one way to write a number, a dose, a date, an age or a name. Pure; English through gettext.

Doses are exact: nothing is rounded, and a figure that has no end in decimals is written as a
fraction. Spaces inside a dose or a date do not break. How a clock is read and with which day a
week begins is the clinic's (`as_in`); a dose keeps its point and a date its month in letters
everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from datetime import date as Date
from datetime import time as Time
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from taperplan.words import gettext as _
from taperplan.words import ngettext, pgettext

NBSP = "\u00a0"
_LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
_DECIMALS = 4
_CLOCK = re.compile("[0-2]?[0-9]:[0-5][0-9]")


class Place(NamedTuple):
    """What a clinic's place decides about times. `first_weekday`: 0 is Monday. `from_right`: its
    language is read from the right."""

    twelve_hours: bool = False
    first_weekday: int = 0
    from_right: bool = False


_EVERYWHERE = Place()
_place: ContextVar[Place] = ContextVar("place", default=_EVERYWHERE)


@contextmanager
def as_in(place: Place) -> Iterator[None]:
    """Write times as they are written there, on every page and paper made inside."""
    before = _place.set(place)
    try:
        yield
    finally:
        _place.reset(before)


def twelve_hours() -> bool:
    return _place.get().twelve_hours


def week() -> tuple[int, ...]:
    """The weekdays in the order of a week here; 0 is Monday."""
    first = _place.get().first_weekday
    return tuple((first + place) % 7 for place in range(7))


def place_in_week(value: Date) -> int:
    """How many days of its week have passed before it."""
    return (value.weekday() - _place.get().first_weekday) % 7


@lru_cache(maxsize=4096)
def number(value: Fraction | int) -> str:
    """As "0.5", "5", "1,000", and "1/3" or "2 1/3" where four decimals do not hold it."""
    exact = Fraction(value)
    if exact < 0:
        return "-" + number(-exact)
    scaled = exact * 10**_DECIMALS
    if scaled.denominator == 1:
        whole, rest = divmod(int(scaled), 10**_DECIMALS)
        decimals = f"{rest:0{_DECIMALS}d}".rstrip("0")
        return f"{whole:,}.{decimals}" if decimals else f"{whole:,}"
    whole, above = divmod(exact.numerator, exact.denominator)
    fraction = f"{above}/{exact.denominator}"
    return f"{whole:,}{NBSP}{fraction}" if whole else fraction


def unit(name: str, value: Fraction | int) -> str:
    """A unit in full beside a figure: "mg", "micrograms", "units", "micrograms per hour"."""
    many = 1 if Fraction(value) == 1 else 2
    match name:
        case "microgram":
            return ngettext("microgram", "micrograms", many)
        case "microgram/h":
            return ngettext("microgram per hour", "micrograms per hour", many).replace(" ", NBSP)
        case "unit":
            return ngettext("unit", "units", many)
        case _:
            return name


def amount(value: Fraction | int, name: str) -> str:
    """As "0.25 mg", "25 micrograms": figure, no-break space, unit in full."""
    return _figure_first(f"{number(value)}{NBSP}{unit(name, value)}")


def volume(value: Fraction | int) -> str:
    return _figure_first(f"{number(value)}{NBSP}mL")


def _figure_first(words: str) -> str:
    """Between words that are read from the right a figure would change places with its unit."""
    return _LEFT_TO_RIGHT + words if _place.get().from_right else words


def is_measured(form: str) -> bool:
    """Forms whose quantity is a volume; every other form is counted."""
    return form in ("liquid", "injection")


_NOUNS: Mapping[str, Callable[[int], str]] = {
    "tablet": lambda many: ngettext("tablet", "tablets", many),
    "capsule": lambda many: ngettext("capsule", "capsules", many),
    "bead": lambda many: ngettext("bead", "beads", many),
    "patch": lambda many: ngettext("patch", "patches", many),
    "drop": lambda many: ngettext("drop", "drops", many),
    "film": lambda many: ngettext("film", "films", many),
    "lozenge": lambda many: ngettext("lozenge", "lozenges", many),
    "spray": lambda many: ngettext("spray", "sprays", many),
    "suppository": lambda many: ngettext("suppository", "suppositories", many),
    "sachet": lambda many: ngettext("sachet", "sachets", many),
    "puff": lambda many: ngettext("puff", "puffs", many),
    "liquid": lambda many: _("liquid"),
    "injection": lambda many: ngettext("injection", "injections", many),
}


def noun(form: str, value: Fraction | int = 1) -> str:
    """As "tablet" or "tablets": a half is "tablet", 1 and a half are "tablets"."""
    many = 1 if 0 < value <= 1 else 2
    return _NOUNS[form](many) if form in _NOUNS else form


_PARTS: Mapping[Fraction, Callable[[], str]] = {
    Fraction(1, 2): lambda: _("half"),
    Fraction(1, 3): lambda: _("a third"),
    Fraction(2, 3): lambda: _("two thirds"),
    Fraction(1, 4): lambda: _("a quarter"),
    Fraction(3, 4): lambda: _("three quarters"),
    Fraction(1, 8): lambda: _("an eighth"),
    Fraction(3, 8): lambda: _("three eighths"),
    Fraction(5, 8): lambda: _("five eighths"),
    Fraction(7, 8): lambda: _("seven eighths"),
}

_PARTS_AFTER_A_WHOLE: Mapping[Fraction, Callable[[], str]] = {
    **_PARTS,
    Fraction(1, 2): lambda: _("a half"),
    Fraction(3, 4): lambda: _("three quarter"),
}


def part(value: Fraction) -> str:
    """A part of one in words, "half" or "three quarters"; "1/5" where there is no word."""
    words = _PARTS.get(value)
    return _joined(words() if words else number(value))


def _and_part(value: Fraction) -> str:
    """The part that follows a whole number: "a half", "three quarter"."""
    words = _PARTS_AFTER_A_WHOLE.get(value)
    return words() if words else number(value)


def bare_quantity(value: Fraction) -> str:
    """The count in words without its noun: "half", "1 and a half", "1 and three quarters", "3"."""
    # Three parts are "quarters" where no noun follows.
    whole, rest = divmod(value, 1)
    alone = _PARTS[rest]() if rest == Fraction(3, 4) else _and_part(rest)
    return _counted(whole, alone, rest)


def _before_a_noun(value: Fraction) -> str:
    """As "1 and three quarter"."""
    whole, rest = divmod(value, 1)
    return _counted(whole, _and_part(rest), rest)


def _counted(whole: int, and_part: str, rest: Fraction) -> str:
    if not rest:
        return number(whole)
    if not whole:
        return part(rest)
    return _joined(_("{whole} and {part}").format(whole=number(whole), part=and_part))


def _joined(words: str) -> str:
    return words.replace(" ", NBSP)


def quantity(value: Fraction | int, form: str) -> str:
    """In words: "half a tablet", "10 and a half tablets", "2.5 mL", "no tablet"."""
    exact = Fraction(value)
    if is_measured(form):
        return volume(exact) if exact else _("none")
    if exact == 0:
        return _("no {form}").format(form=noun(form))
    if exact == Fraction(1, 2):
        return _("half {a_form}").format(a_form=_with_article(form))
    if exact < 1:
        return _("{part} of {a_form}").format(part=part(exact), a_form=_with_article(form))
    words = _("{count} {forms}").format(count=_before_a_noun(exact), forms=noun(form, exact))
    return _joined(words) if exact.denominator == 1 else words


def _with_article(form: str) -> str:
    return pgettext("indefinite article and form", "a {form}").format(form=noun(form))


def strength(value: Fraction | None, name: str | None, form: str, per: Fraction | int = 1) -> str:
    """As "0.5 mg" for a counted form, "125 mg in 5 mL" for a measured one."""
    if value is None or name is None:
        return _("strength not stated")
    if is_measured(form):
        return _("{amount} in {volume}").format(amount=amount(value, name), volume=volume(per))
    return amount(value, name)


def dose(
    value: Fraction | int,
    form: str,
    strength_value: Fraction | None,
    unit_name: str | None,
    per: Fraction | int = 1,
) -> str:
    """As "2 tablets of 0.5 mg (1 mg)", "10 mL of 0.1 mg in 1 mL (1 mg)", "no tablet".

    A patch shows its rate; nothing is worked out for a strength that is not stated.
    """
    exact = Fraction(value)
    words = quantity(exact, form)
    if exact == 0 or strength_value is None or unit_name is None:
        return words
    of = strength(strength_value, unit_name, form, per)
    if form == "patch":
        return _("{quantity} of {strength}").format(quantity=words, strength=of)
    total = amount(exact * strength_value / Fraction(per), unit_name)
    return _("{quantity} of {strength} ({total})").format(quantity=words, strength=of, total=total)


def nothing_at(slot: str) -> str:
    """A stated nothing, said in the words of its time of day: "none tonight"."""
    match slot:
        case "morning":
            return _joined(_("none this morning"))
        case "midday":
            return _joined(_("none at midday"))
        case "evening":
            return _joined(_("none this evening"))
        case "bedtime":
            return _joined(_("none tonight"))
        case _:
            return _joined(_("none at {time}")).format(time=_slot_clock(slot))


def at(slot: str) -> str:
    """A time of day inside a sentence: "in the morning", "at bedtime", "at 08:00"."""
    match slot:
        case "morning":
            return _("in the morning")
        case "midday":
            return _("at midday")
        case "evening":
            return _("in the evening")
        case "bedtime":
            return _("at bedtime")
        case _:
            return _("at {time}").format(time=_slot_clock(slot))


def slot_name(slot: str) -> str:
    """A time of day as a heading or a label: "Morning", "08:00"."""
    match slot:
        case "morning":
            return _("Morning")
        case "midday":
            return _("Midday")
        case "evening":
            return _("Evening")
        case "bedtime":
            return _("Bedtime")
        case _:
            return _slot_clock(slot)


def _slot_clock(slot: str) -> str:
    """A clock time of a schedule, "08:00", as clocks are read here; other words as they are."""
    if not _CLOCK.fullmatch(slot):
        return slot
    hours, minutes_ = slot.split(":")
    return clock(Time(int(hours), int(minutes_))) if int(hours) < 24 else slot


# One word is looked up, not the whole list: a large schedule writes a thousand dates.
_WEEKDAYS: Sequence[Callable[[], str]] = (
    lambda: _("Monday"),
    lambda: _("Tuesday"),
    lambda: _("Wednesday"),
    lambda: _("Thursday"),
    lambda: _("Friday"),
    lambda: _("Saturday"),
    lambda: _("Sunday"),
)
_SHORT_WEEKDAYS: Sequence[Callable[[], str]] = (
    lambda: _("Mon"),
    lambda: _("Tue"),
    lambda: _("Wed"),
    lambda: _("Thu"),
    lambda: _("Fri"),
    lambda: _("Sat"),
    lambda: _("Sun"),
)
_MONTHS_IN_SHORT: Sequence[Callable[[], str]] = (
    lambda: _("Jan"),
    lambda: _("Feb"),
    lambda: _("Mar"),
    lambda: _("Apr"),
    lambda: pgettext("month in short", "May"),
    lambda: _("Jun"),
    lambda: _("Jul"),
    lambda: _("Aug"),
    lambda: _("Sep"),
    lambda: _("Oct"),
    lambda: _("Nov"),
    lambda: _("Dec"),
)


def weekday(value: Date) -> str:
    return _WEEKDAYS[value.weekday()]()


def short_weekday(number_from_monday: int) -> str:
    """0 is Monday."""
    return _SHORT_WEEKDAYS[number_from_monday]()


def month(number_from_one: int) -> str:
    return (
        _("January"),
        _("February"),
        _("March"),
        _("April"),
        pgettext("month in full", "May"),
        _("June"),
        _("July"),
        _("August"),
        _("September"),
        _("October"),
        _("November"),
        _("December"),
    )[number_from_one - 1]


def short_month(number_from_one: int) -> str:
    return _MONTHS_IN_SHORT[number_from_one - 1]()


def short_day(value: Date) -> str:
    """As "3 Dec 2026", for a date on which nobody acts."""
    return f"{value.day}{NBSP}{short_month(value.month)}{NBSP}{value.year}"


def day(value: Date) -> str:
    """As "Thu 3 Dec 2026", for a date on which somebody acts."""
    return f"{short_weekday(value.weekday())}{NBSP}{short_day(value)}"


def day_range(first: Date, last: Date | None) -> str:
    """As "Thu 3 Dec 2026 to Wed 9 Dec 2026"; one day alone; "from ..." where the end is open."""
    if last is None:
        return _("from {first}").format(first=day(first))
    if first == last:
        return day(first)
    return _("{first} to {last}").format(first=day(first), last=day(last))


def length(days: int) -> str:
    """As "1 day", "14 days"."""
    return ngettext("{days} day", "{days} days", days).format(days=number(days)).replace(" ", NBSP)


def age(born: Date, today: Date) -> str:
    """As "70 y"; below two years in months. Born on a leap day: older from 1 March."""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months < 24:
        return _("{months} months").format(months=max(months, 0)).replace(" ", NBSP)
    return _("{years} y").format(years=months // 12).replace(" ", NBSP)


def date_of_birth(born: Date, today: Date) -> str:
    """As "21 Nov 1956 (70 y)"."""
    return f"{short_day(born)}{NBSP}({age(born, today)})"


_TONOS, _DIAERESIS, _IOTA_BELOW = "\u0301", "\u0308", "\u0345"
_GREEK_PAIRS = frozenset({"αι", "ει", "οι", "υι", "αυ", "ευ", "ου", "ηυ"})  # noqa: RUF001


@lru_cache(maxsize=4096)
def capitals(text: str) -> str:
    """In capitals. Greek ones carry no accent; two vowels that only it kept apart stay apart."""
    found: list[str] = []
    before = ""
    accented = False
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        base, marks = parts[0], parts[1:]
        small = base.lower()
        if not "\u0370" <= small <= "\u03ff":
            found.append(letter.upper())
            before, accented = "", False
            continue
        apart = _DIAERESIS in marks or (
            accented and _TONOS not in marks and before + small in _GREEK_PAIRS
        )
        capital = base.upper() + (_DIAERESIS if apart else "")
        found.append(
            unicodedata.normalize("NFC", capital)
            + ("\N{GREEK CAPITAL LETTER IOTA}" if _IOTA_BELOW in marks else "")
        )
        before, accented = small, _TONOS in marks
    return "".join(found)


def family_given(family: str, given: str) -> str:
    """As "SAMPLE, Otto", everywhere but on a handout."""
    return f"{capitals(family)}, {given}" if given else capitals(family)


def given_family(given: str, family: str) -> str:
    """As "Otto SAMPLE", on a handout."""
    return f"{given} {capitals(family)}".strip()


def clock(value: Time | datetime) -> str:
    """As "09:42", as the clock on the wall shows it; in a clinic that reads twelve hours
    "9:42 am". Noon and midnight are named there: "12:00 pm" is read as either."""
    if not twelve_hours():
        return f"{value:%H:%M}"
    if (value.hour % 12, value.minute) == (0, 0):
        words = _("12:00 noon") if value.hour else _("12:00 midnight")
        return words.replace(" ", NBSP)
    return _half(value, f"{value.hour % 12 or 12}:{value:%M}")


def clock_to_the_second(value: Time | datetime) -> str:
    """As "09:49:30", or "9:49:30 am"."""
    if not twelve_hours():
        return f"{value:%H:%M:%S}"
    return _half(value, f"{value.hour % 12 or 12}:{value:%M:%S}")


def _half(value: Time | datetime, time: str) -> str:
    words = _("{time} am") if value.hour < 12 else _("{time} pm")
    return words.format(time=time).replace(" ", NBSP)


def moment(value: datetime) -> str:
    """As "Tue 24 Nov 2026, 09:49", in the zone that the value carries."""
    return f"{day(value.date())}, {clock(value)}"


def duration(span: timedelta) -> str:
    """Whole units, rounded down: "7 min", "3 h", "2 days". Negative counts as nothing."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        words = _("{n} min").format(n=minutes)
    elif minutes < 48 * 60:
        words = _("{n} h").format(n=minutes // 60)
    else:
        words = length(minutes // (24 * 60))
    return words.replace(" ", NBSP)


def ago(then: datetime, now: datetime) -> str:
    """As "just now", "7 min ago", "2 days ago"."""
    # Two moments of one zone are subtracted as its walls show them, an hour wrong twice a year.
    span = now.astimezone(UTC) - then.astimezone(UTC)
    if span < timedelta(minutes=1):
        return _("just now")
    return _("{span} ago").format(span=duration(span)).replace(" ", NBSP)


def listing(words: Sequence[str]) -> str:
    """As "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def minutes(length_in_minutes: int) -> str:
    """As "4 h", "90 min" (under two hours), "4 h 30 min"."""
    whole, rest = divmod(length_in_minutes, 60)
    if length_in_minutes < 120 and rest:
        return _("{n} min").format(n=length_in_minutes).replace(" ", NBSP)
    parts = [_("{n} h").format(n=whole)] if whole else []
    parts += [_("{n} min").format(n=rest)] if rest else []
    return " ".join(parts).replace(" ", NBSP)
