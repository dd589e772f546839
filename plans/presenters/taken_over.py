"""Plans that were in force elsewhere, as finished words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from plans.models import TakenOver, TakenOverRow
from plans.presenters.plan import moment
from taperplan import formats

if TYPE_CHECKING:
    from patients.models import Patient
    from plans.models import Plan
    from plans.rules.carried import CarriedRow


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
            head=_head(row),
            days=_days(row),
            as_told=row.as_told,
            recorded=_("recorded %(moment)s by %(name)s")
            % {"moment": moment(row.at), "name": row.by.name},
        )
        for row in rows
    )


def _head(row: TakenOver) -> str:
    return _("Set by %(who)s; from: %(source)s") % {"who": row.set_by, "source": row.source}


def _days(row: TakenOver) -> str:
    since = formats.day(row.since) if row.since else _("not recorded")
    until = formats.day(row.until) if row.until else _("not recorded")
    return _("In force from: %(since)s; until: %(until)s") % {"since": since, "until": until}


# --- Beside a draft ------------------------------------------------------------------------------

MOST_BESIDE = 10


@dataclass(frozen=True)
class RowBeside:
    key: int
    said: tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """One plan taken over, to be read beside a draft: its rows, or the words of its paper."""

    head: str
    days: str
    rows: tuple[RowBeside, ...]
    words: tuple[str, ...]


def beside(plan: Plan) -> tuple[Beside, ...]:
    """Newest first. Two queries."""
    found = TakenOver.objects.filter(Q(plan=None) | Q(plan=plan), patient=plan.patient_id)
    return tuple(
        Beside(
            head=_head(row),
            days=_days(row),
            rows=tuple(RowBeside(one.pk, tuple(one.said.splitlines())) for one in row.rows.all()),
            words=tuple(_words(row)),
        )
        for row in found.prefetch_related("rows").order_by("-at", "pk")[:MOST_BESIDE]
    )


def _words(row: TakenOver) -> list[str]:
    """Its paragraphs; the first of a file's is its rows, which stand for themselves."""
    paragraphs = row.as_told.split("\n\n")
    return paragraphs[1:] if row.rows.all() else paragraphs


def row_beside(plan: Plan, key: str) -> CarriedRow | None:
    """The row of this key, where it belongs to this patient."""
    if not (key.isascii() and key.isdecimal() and len(key) < 18):
        return None
    rows = TakenOverRow.objects.filter(
        Q(taken_over__plan=None) | Q(taken_over__plan=plan),
        pk=int(key),
        taken_over__patient=plan.patient_id,
    )
    found = rows.first()
    return found.carried() if found else None
