"""What SQLite knows of its own tables when it chooses an index.

Until they are counted it takes every clinic for one of ten patients and reads them all. PostgreSQL
counts by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# Rows looked at of an index: enough to know many from few, and soon done.
ROWS = 400


def measure(connection: BaseDatabaseWrapper) -> None:
    """Safe to repeat; does nothing on PostgreSQL."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={ROWS}")
            cursor.execute("ANALYZE")
