"""A database in WAL mode cannot be opened on a disk that takes no writes: SQLite would make a file
beside it. Where nothing stands beside it, all of it is in the one file, which nobody can change
then; so it is opened as one that does not change, and pages are shown while nothing is saved. The
next request opens it anew, so it is written again as soon as its disk is.
"""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except sqlite3.OperationalError:
            file = Path(conn_params["database"]).absolute()
            if not whole_and_closed_to_writes(file):
                raise
            return super().get_new_connection(
                {**conn_params, "database": f"{file.as_uri()}?immutable=1", "uri": True}
            )


def whole_and_closed_to_writes(file: Path) -> bool:
    """Whether `file` holds everything that was committed, and its file system takes no writes."""
    beside = file.with_name(f"{file.name}-wal")
    if not file.is_file() or (beside.exists() and beside.stat().st_size):
        return False
    try:
        with tempfile.TemporaryFile(dir=file.parent):
            return False
    except OSError as error:
        return error.errno == errno.EROFS
