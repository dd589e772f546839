"""Cursors of PostgreSQL whose statements it plans once for a connection, and not for each asking.

Django puts the values into the text, so that every text is new to the database. Where a text is
kept (`taperplan/kept.py`) its values go beside it, and the driver has it prepared once it was
asked a few times: planning a large statement takes longer than answering it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql.base import ServerBindingCursor

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def cursor(connection: BaseDatabaseWrapper) -> Any:
    """As `connection.cursor()`, with all that watches it. Raises: DatabaseError as that."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return connection._prepare_cursor(ServerBindingCursor(connection.connection))
