"""What a database says, apart from how an engine stores it: rows and a digest of each table."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.apps import apps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Model

# Comes and goes by itself.
PASSING = frozenset({"django_session", "usersessions_usersession"})
# A restore adds a row to it: what was restored says so of itself.
ADDED_TO = frozenset({"audit_restore"})


def tables() -> Iterator[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        if (
            model._meta.managed
            and not model._meta.proxy
            and model._meta.db_table not in (PASSING | ADDED_TO)
        ):
            yield model


def fingerprint(
    *, using: str = "default", told: Callable[[int, int], None] | None = None
) -> dict[str, str]:
    """Table -> "rows:digest". Rows are read in the order of their keys, some at a time."""
    found: dict[str, str] = {}
    models = list(tables())
    for at, model in enumerate(models):
        found[model._meta.db_table] = _table(model, using)
        if told:
            told(at + 1, len(models))
    return found


def _table(model: type[Model], using: str) -> str:
    digest, rows = hashlib.sha256(), 0
    columns = [field.attname for field in model._meta.concrete_fields]
    found = model._base_manager.using(using).order_by("pk").values_list(*columns)
    for row in found.iterator(chunk_size=2000):
        rows += 1
        digest.update(json.dumps(row, default=_plain, sort_keys=True).encode() + b"\n")
    return f"{rows}:{digest.hexdigest()}"


def _plain(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def differences(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Each table that is not the same in both, as a sentence."""
    found = []
    for table in sorted({*one, *other}):
        left, right = one.get(table, "0:"), other.get(table, "0:")
        if left != right:
            rows, others = left.split(":")[0], right.split(":")[0]
            what = f"{rows} rows, then {others}" if rows != others else f"{rows} rows that differ"
            found.append(f"{table}: {what}")
    return found
