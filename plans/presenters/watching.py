"""How the service stands, in figures for whoever watches it: counts and ages only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Min, OuterRef, Q

from plans.models import Escalation, Heartbeat, Outbox, Sending, held
from plans.rules.redflags import Level
from taperplan.metrics import metric

if TYPE_CHECKING:
    from datetime import datetime


def standing_text(now: datetime) -> str:
    """Four statements. Raises: DatabaseError."""
    open_now = Escalation.objects.still_open().order_by()
    levels = dict(open_now.values_list("level").annotate(n=Count("pk")))
    unanswered = open_now.filter(acknowledged_at=None).count()
    waiting = Sending.objects.waiting().filter(outbox=OuterRef("pk"))
    owed = Outbox.objects.filter(
        Q(told_at=None, due_at__lte=now) | Exists(waiting), ~held("escalation__")
    ).aggregate(n=Count("pk"), oldest=Min("due_at"))
    beat = Heartbeat.objects.filter(pk=Heartbeat.ONLY).values_list("at", flat=True).first()
    return "".join(
        (
            metric(
                "taperplan_red_flags_open",
                "gauge",
                "Open red flags, by level.",
                ((f'{{level="{one.value}"}}', levels.get(one.value, 0)) for one in Level),
            ),
            metric(
                "taperplan_red_flags_unacknowledged",
                "gauge",
                "Open red flags that nobody has acknowledged.",
                [("", unanswered)],
            ),
            metric("taperplan_outbox_rows", "gauge", "Notices not yet told.", [("", owed["n"])]),
            metric(
                "taperplan_outbox_age_seconds",
                "gauge",
                "How long the oldest of them has been due; 0 where none is.",
                [("", _age(owed["oldest"], now))],
            ),
            metric(
                "taperplan_heartbeat_age_seconds",
                "gauge",
                "Since the notifier last finished a round; -1 where it never did.",
                [("", _age(beat, now) if beat else -1)],
            ),
        )
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0
