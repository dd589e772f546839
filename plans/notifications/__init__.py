"""The outbox: a notice is owed from the transaction that raises the red flag.

A row is written here and committed with the red flag, so that no crash can lose it. Telling is
the work of the notifier (`worker`): it plans what is owed by now, asks who stands on the rung,
claims each message under a lease, sends it, records that it did. Nothing is sent in a request.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from plans.models import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from plans.models import EscalationMove

FIRST_RUNG = 1


def owe(reports: Iterable[EscalationMove], *, now: datetime) -> list[Outbox]:
    """A notice to the first rung for each report. Called inside the report's transaction."""
    notices = [
        Outbox(
            id=uuid.uuid4(),
            escalation_id=report.escalation_id,
            move=report.number,
            rung=FIRST_RUNG,
            turn=0,
            made_at=now,
            due_at=now,
        )
        for report in reports
    ]
    return Outbox.objects.bulk_create(notices)
