"""Writing and checking the trail.

`record` is the last statement of the transaction that it speaks of: the chain has one end,
so whoever holds it makes all others wait. Keyed (HMAC) with a key that the database does not
hold: a row changed, added or taken away by SQL breaks the chain. The key can be replaced.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from taperplan.audit import chain, keys
from taperplan.audit.chain import GENESIS
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any


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
        number, previous, key = chain.end(connection)
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
                key=key,
                previous=previous,
            )
            event.digest = previous = digest(event)
            events.append(event)
        _insert(events)
    return events


_COLUMNS = tuple(
    str(field.column) for field in AuditEvent._meta.concrete_fields if field.column != "id"
)
# Names of our own table and columns.
_INSERT = f'INSERT INTO "{AuditEvent._meta.db_table}" ({{}}) VALUES ({{}})'.format(  # noqa: S608  # nosec B608
    ", ".join(f'"{name}"' for name in _COLUMNS), ", ".join("%s" for _name in _COLUMNS)
)


def _insert(events: list[AuditEvent]) -> None:
    """Each page of a patient leaves one row: written out, it takes a third of the ORM's time."""
    if len(events) > 1:
        AuditEvent.objects.bulk_create(events)
        return
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [getattr(events[0], name) for name in _COLUMNS])


def reference(target: Any) -> str:
    """How the trail names a thing: its kind and key, never a person's name."""
    if target is None:
        return ""
    return f"{target._meta.model_name}:{target.pk}"


def digest(event: AuditEvent) -> str:
    """Sealed with the key that the row names."""
    return chain.digest(event, keys.held().get(event.key, settings.TRAIL_KEY))


@transaction.atomic
def replace_key(*, lost: bool = False) -> tuple[AuditEvent, ...]:
    """Close the chain under the key that it is open under, and open it under the site's own.

    Two rows: the last of the old key names the new one, the first of the new key names the old
    one and the head that it closed with. `lost`: nobody has the old key any more, so there is
    no closing row, and the rows before stay as they are, not to be verified. Nothing is written
    where the trail is open under the site's own key already.

    Raises: NoKeyError.
    """
    found = chain.newest(connection)
    if not found.number:
        return ()
    new = keys.own()
    old = found.key or "not named" if lost else chain.end(connection).key
    if old == new:
        return ()
    rows = []
    if not lost:
        said = {"key": old, "next": new, "head": found.digest}
        rows.append(_sealed(found, Verb.TRAIL_KEY_CLOSED, said, key=old))
        found = chain.End(rows[0].number, rows[0].digest, old)
    said = {"key": new, "before": old, "head": found.digest, **({"lost": "yes"} if lost else {})}
    rows.append(_sealed(found, Verb.TRAIL_KEY_OPENED, said, key=new))
    AuditEvent.objects.bulk_create(rows)
    return tuple(rows)


def _sealed(after: chain.End, verb: Verb, said: Mapping[str, str], *, key: str) -> AuditEvent:
    event = AuditEvent(
        number=after.number + 1,
        at=datetime.now(UTC).isoformat(timespec="microseconds"),
        verb=verb.value,
        detail=json.dumps(said, sort_keys=True),
        key=key,
        previous=after.digest,
    )
    event.digest = digest(event)
    return event


def faults() -> Iterator[tuple[int, str]]:
    """Walk the chain from its first row; yield each row that does not fit, with why."""
    return _Walk().faults()


class _Walk:
    """From key to key: a row is sealed with the key that the chain was opened under before it."""

    def __init__(self) -> None:
        self.keys = keys.held()
        self.key = ""
        self.next = ""
        self.closed: set[str] = set()
        self.unknown: tuple[int, str] | None = None

    def faults(self) -> Iterator[tuple[int, str]]:
        previous, expected = GENESIS, 1
        for event in AuditEvent.objects.order_by("number").iterator(chunk_size=2000):
            if event.number != expected:
                yield event.number, f"row {expected} is missing"
            elif event.previous != previous:
                yield event.number, "does not follow the row before it"
            if fault := self._sealed(event):
                yield event.number, fault
            previous, expected = event.digest, event.number + 1
        if self.unknown:
            number, key = self.unknown
            yield number, f"is sealed with the key {key}, which is not given here"

    def _sealed(self, event: AuditEvent) -> str:
        if not self.key:
            self.key = event.key or self._first(event)
        elif event.key and event.key != self.key:
            if fault := self._opens(event):
                return fault
            self.closed.add(self.key)
            self.key, self.next = event.key, ""
        elif self.next:
            return "is sealed with a key after the trail was closed under it"
        if self.key not in self.keys:
            self.unknown = self.unknown or (event.number, self.key)
            return ""
        if chain.digest(event, self.keys[self.key]) != event.digest:
            return "was changed after it was written"
        if event.verb == Verb.TRAIL_KEY_CLOSED.value:
            self.next = str(json.loads(event.detail)["next"])
        return ""

    def _first(self, event: AuditEvent) -> str:
        """The key of rows from before keys had names; the site's own where none fits."""
        fitting = (
            name for name, key in self.keys.items() if chain.digest(event, key) == event.digest
        )
        return next(fitting, keys.own())

    def _opens(self, event: AuditEvent) -> str:
        """What is wrong with a row that is sealed with another key than the row before it."""
        said = json.loads(event.detail or "{}") if event.verb == Verb.TRAIL_KEY_OPENED else {}
        if said.get("head") != event.previous or event.key in self.closed:
            return f"is sealed with the key {event.key}, under which the trail was not opened"
        key = self.keys.get(event.key)
        if key is not None and chain.digest(event, key) != event.digest:
            return "was changed after it was written"
        lost = said.get("lost") == "yes"
        if self.key not in self.keys:
            # Rows of a key that is lost are passed over; of one that is only not given here, not.
            self.unknown = None if lost and key is not None else self.unknown
        elif self.next != event.key and (self.next or not lost):
            return f"is sealed with the key {event.key}, under which the trail was not opened"
        return ""
