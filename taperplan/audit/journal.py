"""Where the row of a read goes when the trail cannot be written: a file, best on another disk.

A page that somebody needs in an emergency is shown although the database takes no row, as long
as who saw it is kept. Each line is keyed over itself and the line before, so that a line changed
or taken out is found. With the first row that the trail takes again, or by the daily anchor, the
lines join the chain, marked late. Where the file cannot be written either nothing is shown.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction

from taperplan.audit import chain, keys, trail
from taperplan.audit.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from taperplan.audit.verbs import Verb

_BEGINNING = "0" * 64


def record_read(
    verb: Verb,
    target: Any = None,
    *,
    patient: Any = None,
    detail: Mapping[str, str] | None = None,
    by: Any,
) -> bool:
    """As `trail.record`, for what was only seen. Whether the trail itself took the row.

    Raises:
        OperationalError: neither the trail nor the journal can be written.
    """
    try:
        trail.record(verb, target, patient=patient, detail=detail, by=by)
    except DatabaseError as error:
        try:
            _keep(verb, target, patient=patient, detail=detail, by=by)
        except OSError:
            message = "neither the trail nor its journal can be written"
            raise OperationalError(message) from error
        return False
    if _path().exists():
        join()
    return True


def _keep(
    verb: Verb, target: Any, *, patient: Any, detail: Mapping[str, str] | None, by: Any
) -> None:
    where = getattr(by, "clinic", None)
    row = {
        "key": uuid.uuid4().hex,
        "at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "verb": verb.value,
        "target": trail.reference(target),
        "patient": trail.reference(patient),
        "clinic": str(where.pk) if where else "",
        "actor": trail.reference(by),
        "actor_name": getattr(by, "email", "") or "",
        "address": trail.address.get(),
        "detail": dict(detail or {}),
    }
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone():
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        before = json.loads(lines[-1])["seal"] if lines else _BEGINNING
        line = json.dumps({**row, "seal": _seal(row, before)}, ensure_ascii=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, f"{line}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)


def join() -> int:
    """Put what waits in the journal at the end of the chain, once; how many rows.

    A line that does not fit its seal is joined too, and says so: what it tells is not relied on.
    """
    path = _path()
    taken = path.with_suffix(".joining")
    with _alone():
        if not taken.exists():
            if not path.exists():
                return 0
            path.rename(taken)
        rows, previous = [], _BEGINNING
        for text in taken.read_text(encoding="utf-8").splitlines():
            row, previous = _read(text, previous)
            rows.append(row)
        _append(rows)
        done = path.with_name(f"{path.stem}-joined-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jsonl")
        taken.rename(done)
    return len(rows)


@transaction.atomic
def _append(rows: list[dict[str, Any]]) -> None:
    number, previous, key = chain.end(connection)
    # Killed after the commit and before the file was put away: the rows stand already.
    if rows and AuditEvent.objects.filter(detail__contains=f'"journal": "{rows[0]["key"]}"'):
        return
    events = []
    for row in rows:
        number += 1
        detail = {**row["detail"], "late": "yes", "seen": row["at"], "journal": row["key"]}
        if not row["whole"]:
            detail["changed"] = "this line of the journal does not fit its seal"
        event = AuditEvent(
            number=number,
            at=datetime.now(UTC).isoformat(timespec="microseconds"),
            detail=json.dumps(detail, sort_keys=True, ensure_ascii=False),
            key=key,
            previous=previous,
            **{name: row[name] for name in _FIELDS},
        )
        event.digest = previous = trail.digest(event)
        events.append(event)
    AuditEvent.objects.bulk_create(events)


_FIELDS = ("verb", "target", "patient", "clinic", "actor", "actor_name", "address")


def _read(text: str, before: str) -> tuple[dict[str, Any], str]:
    try:
        row = json.loads(text)
        seal = str(row.pop("seal"))
        # Under the site's key then, which may have been replaced since.
        seals = [_seal(row, before, key) for key in keys.held().values()]
        whole = any(hmac.compare_digest(seal, one) for one in seals)
        return {**row, "whole": whole}, seal
    except (ValueError, KeyError, TypeError, AttributeError):
        nothing = dict.fromkeys(_FIELDS, "")
        key = hashlib.sha256(text.encode()).hexdigest()[:32]
        return {
            **nothing, "verb": "viewed", "key": key, "at": "", "detail": {}, "whole": False,
        }, before  # fmt: skip


def _seal(row: Mapping[str, Any], before: str, key: str | None = None) -> str:
    message = json.dumps([before, row], ensure_ascii=True, sort_keys=True).encode()
    sealed_with = (key or settings.TRAIL_KEY).encode()
    return hmac.new(sealed_with, b"journal:" + message, hashlib.sha256).hexdigest()


def _path() -> Path:
    return Path(settings.TRAIL_JOURNAL)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time."""
    path = _path().with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
