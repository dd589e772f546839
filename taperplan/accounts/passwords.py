"""Passwords that are known to have leaked, and what people make of them.

Two lists: the 19,640 leaked passwords that come, compressed, with the locked framework, and
11,969 that have the 12 characters which a password must have here (`leaked.txt.gz`; where it is
from stands in `docs/adr/0010-refuse-leaked-passwords-offline.md`). A password of 12 characters is
seldom on any list whole, so what is left when its ornaments are taken off is looked up too:
"Password1234!" is "password".
"""

from __future__ import annotations

import gzip
import re
from functools import cached_property
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_ORNAMENTS = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t"
_AS_LETTERS = str.maketrans("0134578@$!+", "oleastbasit")
_REPEATED = re.compile(r"(.+?)\1+")
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_SHORTEST_PART = 4
LONG_ONES = Path(__file__).with_name("leaked.txt.gz")


class LeakedPasswordValidator(CommonPasswordValidator):
    """Refuses a leaked password, and one made of leaked parts in the ways that people do."""

    passwords: set[str]

    def validate(self, password: str, user: object = None) -> None:
        if self._is_known(password.lower().strip()):
            raise ValidationError(
                _("This password is among those that leaked elsewhere. Choose another."),
                code="leaked",
            )

    def get_help_text(self) -> str:
        return _("Not a password that leaked elsewhere, nor one with digits or signs added.")

    @cached_property
    def long_ones(self) -> frozenset[str]:
        with gzip.open(LONG_ONES, "rt", encoding="utf-8") as file:
            return frozenset(file.read().splitlines())

    @cached_property
    def _longest(self) -> int:
        return max(len(one) for one in self.passwords)

    def _is_known(self, typed: str) -> bool:
        bare = typed.strip(_ORNAMENTS)
        forms = {typed, bare, typed.translate(_AS_LETTERS), bare.translate(_AS_LETTERS)}
        forms |= {form[::-1] for form in forms}
        return any(self._plain(form) for form in forms)

    def _plain(self, form: str) -> bool:
        if len(form) < _SHORTEST_PART or form in self.passwords or form in self.long_ones:
            return True
        if found := _REPEATED.fullmatch(form):
            return len(found.group(1)) <= _SHORTEST_PART or found.group(1) in self.passwords
        if any(form in run * 2 or form in run[::-1] * 2 for run in _RUNS):
            return True
        return any(
            form[:cut] in self.passwords and form[cut:] in self.passwords
            for cut in range(_SHORTEST_PART, min(self._longest, len(form) - _SHORTEST_PART) + 1)
        )
