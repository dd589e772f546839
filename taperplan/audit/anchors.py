"""Anchors: the trail's last row and its digest, written to a file outside the database.

The chain shows a row that was changed, put in or taken from its middle. It cannot show that the
newest rows are gone; an anchor can, when its file lies where whoever writes the database does not.
Each line is keyed too, so a line made up is found.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from taperplan.audit import keys
from taperplan.audit.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Anchor:
    at: str
    number: int
    digest: str


def write() -> Anchor | None:
    """Append the present end of the trail. None while the trail is empty."""
    last = AuditEvent.objects.order_by("-number").first()
    if last is None:
        return None
    anchor = Anchor(datetime.now(UTC).isoformat(timespec="seconds"), last.number, last.digest)
    path = Path(settings.TRAIL_ANCHORS)
    path.parent.mkdir(parents=True, exist_ok=True)
    key = keys.held().get(last.key, settings.TRAIL_KEY)
    said = {"at": anchor.at, "number": anchor.number, "digest": anchor.digest}
    line = json.dumps({**said, "key": _keyed(anchor, key)})
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())
    return anchor


def faults() -> Iterator[tuple[int, str]]:
    """Each anchor that the trail does not hold any more, with why."""
    path = Path(settings.TRAIL_ANCHORS)
    if not path.exists():
        return
    for place, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            kept = json.loads(line)
            anchor = Anchor(str(kept["at"]), int(kept["number"]), str(kept["digest"]))
            row = AuditEvent.objects.filter(number=anchor.number).first()
            whole = _whole(anchor, str(kept["key"]), row)
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            yield 0, f"line {place} of the anchors was changed after it was written"
            continue
        if row is None:
            yield anchor.number, f"is missing, though it was anchored {anchor.at}"
        elif row.digest != anchor.digest:
            yield anchor.number, f"is not the one that was anchored {anchor.at}"


def _whole(anchor: Anchor, sealed: str, row: AuditEvent | None) -> bool:
    """Sealed with the key of its row: a key that was replaced seals no later line."""
    held = keys.held()
    if row is not None and row.key and row.key not in held:
        return True  # The key is lost or not given here; what is anchored is compared all the same.
    fitting = [held[row.key]] if row is not None and row.key else held.values()
    return any(hmac.compare_digest(sealed, _keyed(anchor, key)) for key in fitting)


def _keyed(anchor: Anchor, key: str) -> str:
    message = f"anchor:{anchor.at}:{anchor.number}:{anchor.digest}".encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
