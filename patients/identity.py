"""A person's particulars as values, and how two of them are compared. Pure Python.

Searching folds letters: no case, no diacritics, no apostrophes, so that "obrien" finds O'Brien
and "zoe" finds Zoë. What is folded is only ever searched in, never shown.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import date
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from patients.vocabulary import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
        "\u0131": "i", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k",
    }
)  # fmt: skip
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u02b9`\u00b4\u2032\uff07]")
_MONTHS = {
    name[:length]: number
    for number, name in enumerate(
        (
            "january", "february", "march", "april", "may", "june", "july", "august",
            "september", "october", "november", "december",
        ),
        start=1,
    )
    for length in (3, 4, len(name))
}  # fmt: skip
_ISO = re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)", re.ASCII)
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})[ ./-]{1,2}(\d{1,2}|[a-z]{3,9})\.?[ ./-]{1,2}(\d{4})(?!\d)",
    re.ASCII | re.IGNORECASE,
)
_MONTH_FIRST = re.compile(r"\b([a-z]{3,9})\.? (\d{1,2}),? (\d{4})(?!\d)", re.ASCII | re.IGNORECASE)
# One letter can unfold into many; an index takes no more than this.
LONGEST_SEARCH = 600
_ALIKE = 0.75
_SHORTEST_PHONE = 6


@dataclass(frozen=True)
class Identity:
    """What is typed about a person when they are registered or amended."""

    family_name: str
    given_names: str
    born: date
    preferred_name: str = ""
    latin_name: str = ""
    sex: str = ""
    address: str = ""
    phone: str = ""
    may_message: str = Answer.NOT_ASKED.value
    may_send_letters: str = Answer.NOT_ASKED.value
    who_may_answer: str = ""
    language: str = ""
    interpreter: str = Answer.NOT_ASKED.value
    hearing_needs: str = ""
    sight_needs: str = ""
    reading_needs: str = ""
    care_setting: str = ""
    care_setting_why: str = ""


AMENDABLE = tuple(field.name for field in fields(Identity))


def in_latin_letters(text: str) -> bool:
    """Whether every letter is a Latin one; marks, blanks and hyphens are none."""
    return all(
        unicodedata.name(letter, "").startswith(("LATIN ", "MODIFIER LETTER "))
        for letter in text
        if letter.isalpha()
    )


def folded(text: str) -> str:
    """Without case, diacritics and apostrophes; everything but letters and digits is a blank."""
    bare = _APOSTROPHES.sub("", unicodedata.normalize("NFKD", text)).casefold()
    apart = unicodedata.normalize("NFKD", bare)
    plain = "".join(c for c in apart if unicodedata.category(c) != "Mn").translate(_PLAIN)
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def squeezed(text: str) -> str:
    """Folded and without blanks: how record numbers and their issuers are compared."""
    return folded(text).replace(" ", "")


def digits(text: str) -> str:
    """The ASCII digits of a phone number."""
    return "".join(c for c in text if c in "0123456789")


def name_search(*names: str) -> str:
    """The words to look among, each led by a blank: " otto sample". O'Brien gives two."""
    words: dict[str, None] = {}
    for name in names:
        for part in (name, _APOSTROPHES.sub(" ", name)):
            words.update(dict.fromkeys(folded(part).split()))
    return "".join(f" {word}" for word in words)[:LONGEST_SEARCH]


def alike(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two sets of folded names share a word, or have two words that nearly agree."""
    first, second = set(one), set(other)
    if first & second:
        return True
    return any(
        SequenceMatcher(None, a, b).ratio() >= _ALIKE
        for a in first
        for b in second
        if len(a) > 2 and len(b) > 2
    )


@dataclass(frozen=True)
class Wanted:
    """What a search asks for: every word is to be found; any of the days is the birth date."""

    words: tuple[str, ...] = ()
    days: tuple[date, ...] = ()

    @property
    def nothing(self) -> bool:
        return not self.words and not self.days


def wanted(text: str) -> Wanted:
    """Read a search. A date in figures is read day first, and month first too where it can be:
    a search may answer with both, for it records nothing."""
    found: dict[date, None] = {}
    rest = text[:200].replace("\u00a0", " ").strip()
    for pattern, reader in (
        (_ISO, _iso),
        (_DAY_FIRST, _day_first),
        (_MONTH_FIRST, _month_first),
    ):
        match = pattern.search(rest)
        days = reader(*match.groups()) if match else ()
        if match and days:
            found.update(dict.fromkeys(days))
            rest = f"{rest[: match.start()]} {rest[match.end() :]}"
            break
    return Wanted(words=_words(rest), days=tuple(found))


def _words(text: str) -> tuple[str, ...]:
    """A part with digits stays whole ("555-0142"); a hyphen parts names."""
    words: list[str] = []
    for part in text.split():
        if any(c.isdigit() for c in part):
            words.append(squeezed(part))
        else:
            words.extend(folded(part).split())
    return tuple(dict.fromkeys(word for word in words if word))[:12]


def _iso(year: str, month: str, day: str) -> tuple[date, ...]:
    return _existing((int(year), int(month), int(day)))


def _day_first(day: str, month: str, year: str) -> tuple[date, ...]:
    if month.isdigit():
        return _existing((int(year), int(month), int(day)), (int(year), int(day), int(month)))
    return _existing((int(year), _MONTHS.get(month.lower(), 0), int(day)))


def _month_first(month: str, day: str, year: str) -> tuple[date, ...]:
    return _existing((int(year), _MONTHS.get(month.lower(), 0), int(day)))


def _existing(*candidates: tuple[int, int, int]) -> tuple[date, ...]:
    days: dict[date, None] = {}
    for year, month, day in candidates:
        try:
            days[date(year, month, day)] = None
        except ValueError:
            continue
    return tuple(days)


def same_phone(one: str, other: str) -> bool:
    """Whether two numbers' digits agree, one of them perhaps with its country code."""
    a, b = one.lstrip("0"), other.lstrip("0")
    shorter, longer = sorted((a, b), key=len)
    return len(shorter) >= _SHORTEST_PHONE and longer.endswith(shorter)
