"""The lines of the site formulary as finished words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from taperplan import formats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plans.rules.formulary import Entry


@dataclass(frozen=True)
class FormularyLine:
    key: str
    name: str
    words: str
    route: str
    note: str


def formulary_lines(entries: Iterable[tuple[str, Entry]]) -> tuple[FormularyLine, ...]:
    return tuple(
        FormularyLine(
            key=key,
            name=f"{one.drug}, {one.name}" if one.name else one.drug,
            words=_words(one),
            route=one.route,
            note=_("do not split") if one.do_not_split else "",
        )
        for key, one in entries
    )


def _words(one: Entry) -> str:
    noun = formats.noun(one.form)
    if one.strength is None or one.unit is None:
        return _("%(form)s, strength not stated") % {"form": noun}
    strength = formats.strength(one.strength, one.unit, one.form, one.per)
    return f"{strength} {noun}"
