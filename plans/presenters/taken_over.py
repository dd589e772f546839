"""Plans that were in force elsewhere, as finished words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from plans.models import TakenOver
from plans.presenters.plan import moment
from taperplan import formats

if TYPE_CHECKING:
    from patients.models import Patient


@dataclass(frozen=True)
class TakenOverLine:
    head: str
    days: str
    as_told: str
    recorded: str


def taken_over_lines(patient: Patient) -> tuple[TakenOverLine, ...]:
    """Newest first. One query."""
    rows = TakenOver.objects.filter(patient=patient).select_related("by").order_by("-at", "pk")
    return tuple(
        TakenOverLine(
            head=_("Set by %(who)s; from: %(source)s") % {"who": row.set_by, "source": row.source},
            days=_days(row),
            as_told=row.as_told,
            recorded=_("recorded %(moment)s by %(name)s")
            % {"moment": moment(row.at), "name": row.by.name},
        )
        for row in rows
    )


def _days(row: TakenOver) -> str:
    since = formats.day(row.since) if row.since else _("not recorded")
    until = formats.day(row.until) if row.until else _("not recorded")
    return _("In force from: %(since)s; until: %(until)s") % {"since": since, "until": until}
