"""Writing and checking the trail.

`record` is the last statement of the transaction that it speaks of: the chain has one end,
so whoever holds it makes all others wait. Keyed (HMAC) with a key that the database does not
hold: a row changed, added or taken away by SQL breaks the chain.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from taperplan.audit import chain
from taperplan.audit.chain import GENESIS
from taperplan.audit.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from taperplan.audit.verbs import Verb

# Where the request comes from; set by the middleware, empty for commands.
address: ContextVar[str] = ContextVar("trail_address", default="")


def record(
    verb: Verb,
    target: Any = None,
    *,
    patient: Any = None,
    clinic: Any = None,
    detail: Mapping[str, str] | None = None,
    by: Any,
) -> AuditEvent:
    """Append one row. `detail` holds references and counts, never clinical content.

    `by` is the user, or None for the system itself. Call it last inside the transaction.
    """
    return record_all([(verb, target)], patient=patient, clinic=clinic, detail=detail, by=by)[0]


def record_all(
    rows: Sequence[tuple[Verb, Any]],
    *,
    patient: Any = None,
    clinic: Any = None,
    detail: Mapping[str, str] | None = None,
    by: Any,
) -> list[AuditEvent]:
    """Append several rows of one act, in order, in as many statements as one row takes."""
    events: list[AuditEvent] = []
    # No savepoint: a row that cannot be written takes with it what it would have spoken of.
    with transaction.atomic(savepoint=False):
        number, previous = chain.end(connection)
        where = clinic or getattr(by, "clinic", None)
        for verb, target in rows:
            number += 1
            event = AuditEvent(
                number=number,
                at=datetime.now(UTC).isoformat(timespec="microseconds"),
                verb=verb.value,
                target=reference(target),
                patient=reference(patient),
                clinic=str(where.pk) if where else "",
                actor=reference(by),
                actor_name=getattr(by, "email", "") or "",
                address=address.get(),
                detail=json.dumps(detail, sort_keys=True, ensure_ascii=False) if detail else "",
                previous=previous,
            )
            event.digest = previous = digest(event)
            events.append(event)
        AuditEvent.objects.bulk_create(events)
    return events


def reference(target: Any) -> str:
    """How the trail names a thing: its kind and key, never a person's name."""
    if target is None:
        return ""
    return f"{target._meta.model_name}:{target.pk}"


def digest(event: AuditEvent) -> str:
    """HMAC-SHA-256 over every other field, unambiguously joined."""
    fields = [
        event.number, event.at, event.verb, event.target, event.patient, event.clinic,
        event.actor, event.actor_name, event.address, event.detail, event.previous,
    ]  # fmt: skip
    message = json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()
    return hmac.new(settings.TRAIL_KEY.encode(), message, hashlib.sha256).hexdigest()


def faults() -> Iterator[tuple[int, str]]:
    """Walk the chain from its first row; yield each row that does not fit, with why."""
    previous, expected = GENESIS, 1
    for event in AuditEvent.objects.order_by("number").iterator(chunk_size=2000):
        if event.number != expected:
            yield event.number, f"row {expected} is missing"
        elif event.previous != previous:
            yield event.number, "does not follow the row before it"
        if digest(event) != event.digest:
            yield event.number, "was changed after it was written"
        previous, expected = event.digest, event.number + 1
