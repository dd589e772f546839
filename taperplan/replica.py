"""A copy of the database that answers what only looks: the clinic's figures, a record as a file.

Where a site names one (`DATABASE_REPLICA_URL`), what is asked inside `reading()` is asked of it,
once it has caught up with this moment: nothing that was saved before is missing. Where it is too
far behind, or gone, the database itself is asked, and nobody notices.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

if TYPE_CHECKING:
    from collections.abc import Iterator

ALIAS = "replica"
# So long somebody waits for it.
SECONDS = 1.0
_PAUSE = 0.02
_asked: ContextVar[bool] = ContextVar("replica_asked", default=False)
logger = logging.getLogger(__name__)


class Router:
    """Writes, and whatever is asked outside `reading()`, go to the database itself."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return ALIAS if _asked.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@contextmanager
def reading() -> Iterator[None]:
    token = _asked.set(ALIAS in settings.DATABASES and _has_caught_up())
    try:
        yield
    finally:
        _asked.reset(token)


def _has_caught_up() -> bool:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()")
        (now,) = cursor.fetchone()
    until = time.monotonic() + SECONDS
    try:
        with connections[ALIAS].cursor() as cursor:
            while True:
                cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [now])
                if cursor.fetchone()[0]:
                    return True
                if time.monotonic() > until:
                    logger.warning("the replica is behind")
                    return False
                time.sleep(_PAUSE)
    except OperationalError:
        logger.warning("the replica does not answer")
        return False
