"""The end of the trail's chain: held by one writer at a time, and read.

SQLite has one writer at a time anyhow. On PostgreSQL a function takes the lock and then reads,
in one statement of the caller: each statement inside it sees what was committed while it waited
for the lock, which a single SELECT that locks and reads would not.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connections
from django.db.models.signals import post_migrate

from taperplan.audit import keys
from taperplan.audit.models import AuditEvent

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

GENESIS = "0" * 64
# One number for the one lock that orders the chain on PostgreSQL.
LOCK = 7_301_955
# With the key: the program before this one asks "audit_end_of_chain", which stays where it is.
FUNCTION = "audit_end_of_chain_keyed"
# Asked with every page of a patient, so written out: names of our own table and function.
_COLUMNS = "SELECT number, digest, key FROM"
_OF_TABLE = f'{_COLUMNS} "{AuditEvent._meta.db_table}" ORDER BY number DESC LIMIT 1'
_OF_FUNCTION = f"{_COLUMNS} {FUNCTION}()"


class End(NamedTuple):
    """The newest row: its number and digest, and the key that the next is sealed with."""

    number: int
    digest: str
    key: str


def end(connection: BaseDatabaseWrapper) -> End:
    """The newest row, held until the transaction ends. One statement.

    Raises: NoKeyError.
    """
    found = newest(connection)
    if not found.number:
        return End(0, GENESIS, keys.own())
    opened = found.key or _unnamed(found.number)
    return found._replace(key=keys.sealing(opened))


def newest(connection: BaseDatabaseWrapper) -> End:
    """As `end`, with the key as the row says it."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_FUNCTION if connection.vendor == "postgresql" else _OF_TABLE)
        row = cursor.fetchone()
    return End(*row) if row else End(0, GENESIS, "")


def opened(connection: BaseDatabaseWrapper) -> str:
    """The key that the newest row names, without holding it."""
    rows = AuditEvent.objects.using(connection.alias).order_by("-number")
    return rows.values_list("key", flat=True).first() or ""


def _unnamed(number: int) -> str:
    """Which key seals a row that names none: one written before rows did."""
    row = AuditEvent.objects.get(number=number)
    fitting = (name for name, key in keys.held().items() if digest(row, key) == row.digest)
    return next(fitting, "")


def digest(event: AuditEvent, key: str) -> str:
    """HMAC-SHA-256 over every other field, unambiguously joined."""
    fields = [
        event.number, event.at, event.verb, event.target, event.patient, event.clinic,
        event.actor, event.actor_name, event.address, event.detail, event.previous,
    ]  # fmt: skip
    # Rows from before keys had names are sealed without one.
    fields += [event.key] if event.key else []
    message = json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def stands(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database has what `end` asks for."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [FUNCTION])
        row = cursor.fetchone()
    return bool(row and row[0])


def install(connection: BaseDatabaseWrapper) -> None:
    """Safe to repeat."""
    if connection.vendor != "postgresql":
        return
    # Names of our own table and columns. VOLATILE, so that the second statement sees what
    # others committed before the lock was given.
    statement = f"""
        CREATE OR REPLACE FUNCTION {FUNCTION}(OUT number bigint, OUT digest text, OUT key text)
        RETURNS SETOF record LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock({LOCK});
            RETURN QUERY SELECT t."number"::bigint, t."digest"::text, t."key"::text
            FROM "{AuditEvent._meta.db_table}" t ORDER BY t."number" DESC LIMIT 1;
        END $$
    """  # noqa: S608  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(statement)


def connect() -> None:
    """Called once by the audit app."""
    post_migrate.connect(_after_migrating, dispatch_uid="chain.install")


def _after_migrating(*, app_config: Any, using: str, **_: Any) -> None:
    if app_config.label == "audit":
        install(connections[using])
