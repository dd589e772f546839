"""Cursors of PostgreSQL whose statements it plans once for a connection, and not for each asking.

Django puts the values into the text, so that every text is new to the database. Where a text is
kept (`taperplan/kept.py`) its values go beside it, and the driver has it prepared once it was
asked a few times: planning a large statement takes longer than answering it.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

_Beside: Any = base.ServerBindingCursor
# A text that is asked so often is prepared.
_AGAIN = 2


class _Planned(_Beside):
    """Told for its own statements alone: the driver would count the texts of cursors that stream,
    no two of which are the same."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        self.connection.prepare_threshold = _AGAIN
        try:
            return super().execute(query, params, **more)
        finally:
            self.connection.prepare_threshold = None


def cursor(connection: Any) -> Any:
    """As `connection.cursor()` of a `DatabaseWrapper`, with all that watches it.

    Raises: DatabaseError as that does.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return connection._prepare_cursor(_Planned(connection.connection))
