"""Sessions in the database, as Django keeps them, read with a statement that is written out.

Every request reads one; the ORM takes longer to write that statement than the database to answer.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

# Names of Django's own table.
_ASKED = (
    f'SELECT session_data FROM "{Session._meta.db_table}" '  # noqa: S608  # nosec B608
    "WHERE session_key = %s AND expire_date > %s"
)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        connection = connections[DEFAULT_DB_ALIAS]
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(_ASKED, [self.session_key, now])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return None
        return Session(session_key=str(self.session_key), session_data=row[0])
