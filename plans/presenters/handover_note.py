"""What was written for the handover sheet, as the red flag's page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plans.models import HandoverNote
from plans.presenters.escalation import at
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plans.models import Escalation


@dataclass(frozen=True)
class Written:
    """`typed` by the names of the boxes; `earlier` counts the notes before this one."""

    number: int
    typed: Mapping[str, str]
    parts: tuple[tuple[str, str], ...]
    when: str
    earlier: tuple[Written, ...] = ()


def handover_note(escalation: Escalation, *, now: datetime) -> Written | None:
    """The newest with those before it, in one statement; None where nothing was written."""
    rows = HandoverNote.objects.filter(escalation=escalation).select_related("written_by")
    zone = escalation.patient.clinic.zone
    found = [
        Written(
            number=row.number,
            typed=_typed(row),
            parts=tuple((_words()[part], text) for part, text in _typed(row).items() if text),
            when=_("Written {when} by {name}").format(
                when=at(row.written_at, zone, now), name=row.written_by.name
            ),
        )
        for row in rows.order_by("-number")
    ]
    if not found:
        return None
    newest, *earlier = found
    return Written(newest.number, newest.typed, newest.parts, newest.when, tuple(earlier))


def _typed(row: HandoverNote) -> dict[str, str]:
    return {
        "situation": row.situation,
        "background": row.background,
        "assessment": row.assessment,
        "done": row.done,
    }


def _words() -> dict[str, str]:
    return {
        "situation": _("Situation"),
        "background": _("Background"),
        "assessment": _("Assessment"),
        "done": _("What was done"),
    }
