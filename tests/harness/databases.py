"""The database under the tests: a SQLite file of their own, or the PostgreSQL that is named.

SQLite is a real file, not `:memory:`: a live server and tests with several threads then hold
connections of their own, as in production, and locks are real.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server"})


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> Iterator[None]:
    from django.conf import settings
    from django.db import connections

    connection = connections["default"]
    if connection.vendor != "sqlite":
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")
        _flush_past_the_triggers()
        yield
        return
    # Memory, where the machine offers a folder in it: synchronous=FULL stays on all the same.
    memory = Path("/dev/shm")  # noqa: S108  (a folder of our own inside it)
    folder = Path(tempfile.mkdtemp(prefix="tests-", dir=memory if memory.is_dir() else None))
    name = str(folder / "tests.sqlite3")
    settings.DATABASES["default"]["TEST"]["NAME"] = name
    connection.settings_dict["TEST"]["NAME"] = name
    _flush_past_the_triggers()
    yield
    shutil.rmtree(folder, ignore_errors=True)


def _flush_past_the_triggers() -> None:
    """Let a test that commits be cleaned up: append-only tables refuse the DELETE of a flush.

    The triggers are dropped for the flush alone and put back at once.
    """
    from django.db import connection

    from taperplan.audit import append_only

    if connection.vendor != "sqlite":
        # TRUNCATE is no row's deletion: PostgreSQL's triggers do not see it.
        return
    operations: Any = type(connection.ops)
    flush = operations.execute_sql_flush

    def execute_sql_flush(self: Any, sql_list: list[str]) -> None:
        append_only.drop(self.connection)
        try:
            flush(self, sql_list)
        finally:
            append_only.install(self.connection)

    operations.execute_sql_flush = execute_sql_flush


def touches_the_database(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or bool(
        DATABASE_FIXTURES.intersection(names)
    )
