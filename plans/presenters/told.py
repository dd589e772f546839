"""The told list of a version as finished words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from plans.models import Told
from plans.models.plan import EXPECTED_AUDIENCES, Answer, Audience
from plans.presenters.plan import Tag, moment

if TYPE_CHECKING:
    from plans.models import Version


@dataclass(frozen=True)
class ToldLine:
    who: str
    tag: Tag
    words: str
    earlier: tuple[str, ...]


def audiences() -> list[tuple[str, str]]:
    return [(one.value, str(one.label).capitalize()) for one in Audience]


def told_lines(version: Version) -> tuple[ToldLine, ...]:
    """Everybody whom a version is about, and whoever else was told; the newest answer counts."""
    rows: dict[tuple[str, str], list[Told]] = {}
    for row in Told.objects.filter(version=version).select_related("by").order_by("at", "pk"):
        rows.setdefault((row.audience, row.who.casefold()), []).append(row)
    answered = {audience for audience, _who in rows}
    lines = [
        ToldLine(str(one.label).capitalize(), Tag("open"), "", ())
        for one in EXPECTED_AUDIENCES
        if one.value not in answered
    ]
    for (audience, _key), found in rows.items():
        label = str(Audience(audience).label).capitalize()
        newest = found[-1]
        told = newest.answer == Answer.TOLD.value
        lines.append(
            ToldLine(
                who=f"{label}, {newest.who}" if newest.who else label,
                tag=Tag("closed", _("Told")) if told else Tag("closed", _("Not needed")),
                words=_words(newest),
                earlier=tuple(_words(row) for row in reversed(found[:-1])),
            )
        )
    return tuple(lines)


def _words(row: Told) -> str:
    if row.told_at is None:
        words = row.reason
    else:
        words = _("%(how)s, %(moment)s") % {"how": row.how, "moment": moment(row.told_at)}
        if row.answered_by:
            words = _("%(words)s; answered: %(who)s") % {"words": words, "who": row.answered_by}
    return _("%(words)s (recorded by %(name)s)") % {"words": words, "name": row.by.name}
