"""One box read: a line, a note, a choice, a day, a number. What cannot be read is refused."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from plans.rules.check_in.boxes import LINE_LIMIT, NOTE_LIMIT, Answers
from plans.rules.check_in.reading import Asking, Missing, Refusal
from taperplan import formats, grammar
from taperplan.words import gettext as _
from taperplan.words import ngettext


@dataclass
class Sheet:
    """What was typed, what stands around it, and what the sections have said of it so far."""

    answers: Answers
    asking: Asking
    refusals: list[Refusal] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)


class Section:
    """A part of the page. The sections are read in the order of the page, from one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.answers = sheet.answers
        self.asking = sheet.asking

    def refuse(self, where: str, sentence: str) -> None:
        self.sheet.refusals.append(Refusal(where, sentence))

    def lacks(self, where: str, words: str) -> None:
        self.sheet.missing.append(Missing(where, words))

    def text(self, name: str, limit: int = LINE_LIMIT) -> str:
        typed = self.answers.get(name, "").replace("\r\n", "\n").strip()
        if len(typed) > limit:
            self.refuse(
                name,
                ngettext(
                    "This has {length} characters. {limit} character is the most.",
                    "This has {length} characters. {limit} characters are the most.",
                    limit,
                ).format(length=formats.number(len(typed)), limit=formats.number(limit)),
            )
            return ""
        if fault := unkeepable(typed):
            self.refuse(name, fault)
            return ""
        if limit <= LINE_LIMIT and any(letter in typed for letter in "\n\r\t"):
            self.refuse(name, _("Type this in one line."))
            return ""
        return typed

    def note(self, name: str) -> str:
        return self.text(name, NOTE_LIMIT)

    def choice(self, name: str, words: type[StrEnum]) -> str:
        given = self.answers.get(name, "")
        if not given:
            return ""
        if given not in [word.value for word in words]:
            self.refuse(name, _("Choose one of the answers shown."))
            return ""
        return given

    def day(self, name: str) -> date | None:
        parts = [self.answers.get(f"{name}_{place}", "").strip() for place in range(3)]
        if not any(parts):
            return None
        words = (_("day"), _("month"), _("year"))
        open_ = [word for word, part in zip(words, parts, strict=True) if not part]
        if open_:
            self.refuse(name, _("Type the {missing} too.").format(missing=formats.listing(open_)))
            return None
        return self.one_line_day(name, " ".join(parts))

    def one_line_day(self, name: str, typed: str) -> date | None:
        if fault := unkeepable(typed):
            self.refuse(name, fault)
            return None
        try:
            return grammar.date(typed, today=self.asking.now.date())
        except grammar.Refused as refused:
            self.refuse(name, refused.sentence)
            return None

    def number(self, name: str, typed: str) -> Fraction | None:
        try:
            return grammar.quantity(typed)
        except grammar.Refused as refused:
            self.refuse(name, refused.sentence)
            return None


# How a NUL is kept in a draft, where no database keeps the character itself; still refused.
NUL = "\u2400"
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def unkeepable(text: str) -> str:
    """Why no table, file or printer keeps this text; empty when all of them do."""
    for letter in text:
        if letter in "\n\r\t":
            continue
        if letter == NUL or unicodedata.category(letter) in ("Cc", "Cs"):
            return _("This holds a character that cannot be shown. Type it again.")
        if letter in _TURNING:
            return _("This holds a hidden mark that turns the line around. Type it again.")
    return ""


def upper(words: str) -> str:
    return words[:1].upper() + words[1:]
