"""The end of the trail's chain: held by one writer at a time, and read.

SQLite has one writer at a time anyhow. On PostgreSQL a function takes the lock and then reads,
in one statement of the caller: each statement inside it sees what was committed while it waited
for the lock, which a single SELECT that locks and reads would not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models.signals import post_migrate

from taperplan.audit.models import AuditEvent

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

GENESIS = "0" * 64
# One number for the one lock that orders the chain on PostgreSQL.
LOCK = 7_301_955
FUNCTION = "audit_end_of_chain"


def end(connection: BaseDatabaseWrapper) -> tuple[int, str]:
    """Number and digest of the newest row, held until the transaction ends. One statement."""
    if connection.vendor != "postgresql":
        newest = AuditEvent.objects.order_by("-number").values_list("number", "digest").first()
        return newest or (0, GENESIS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number, digest FROM {FUNCTION}()")  # noqa: S608  # nosec B608
        row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


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
        CREATE OR REPLACE FUNCTION {FUNCTION}(OUT number bigint, OUT digest text)
        RETURNS SETOF record LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock({LOCK});
            RETURN QUERY SELECT t."number"::bigint, t."digest"::text
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
