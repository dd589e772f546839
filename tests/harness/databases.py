"""The database under the tests: a SQLite file of their own, or the PostgreSQL that is named.

SQLite is a real file, not `:memory:`: a live server and tests with several threads then hold
connections of their own, as in production, and locks are real.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server"})


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> Iterator[None]:
    from django.conf import settings
    from django.db import connections

    _flush_past_the_triggers()
    connection = connections["default"]
    if connection.vendor != "sqlite":
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")
        if os.environ.get("OWN_CLUSTER"):
            template = migrated_template(os.environ["TEST_DATABASE_URL"])
            connection.settings_dict["TEST"]["TEMPLATE"] = template
        yield
        return
    # Memory, where the machine offers a folder in it: synchronous=FULL stays on all the same.
    memory = Path("/dev/shm")  # noqa: S108  (a folder of our own inside it)
    folder = Path(tempfile.mkdtemp(prefix="tests-", dir=memory if memory.is_dir() else None))
    name = folder / "tests.sqlite3"
    settings.DATABASES["default"]["TEST"]["NAME"] = str(name)
    connection.settings_dict["TEST"]["NAME"] = str(name)
    if (kept := migrated_copy(request.config)).exists():
        shutil.copy(kept, name)
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_keepdb: bool) -> bool:
    from django.db import connection

    return django_db_keepdb or (
        connection.vendor == "sqlite" and migrated_copy(request.config).exists()
    )


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Keep a migrated SQLite file for the next run: migrating takes most of a small run."""
    from django.db import connection

    kept = migrated_copy(request.config)
    if connection.vendor != "sqlite" or kept.exists():
        return
    for old in kept.parent.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    with django_db_blocker.unblock(), sqlite3.connect(unfinished) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    copy.close()
    unfinished.replace(kept)


@functools.cache
def migrated_copy(config: pytest.Config) -> Path:
    """Where the migrated file of just these migrations is kept, if it is."""
    assert config.cache is not None
    return config.cache.mkdir("databases") / f"{_migrations()}.sqlite3"


def migrated_template(url: str) -> str:
    """The name of a migrated database in a cluster of our own, from which others are copied.

    Whichever process comes first makes it; the others wait.
    """
    import psycopg

    name = f"migrated_{_migrations()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(20260105)")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}_unfinished"')
            there = {**os.environ, "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}_unfinished"}
            for command in ("migrate", "createcachetable"):
                subprocess.run(
                    [sys.executable, "manage.py", command, "--verbosity", "0"],
                    cwd=Path(__file__).parent.parent.parent, env=there, check=True,
                )  # fmt: skip
            connection.execute(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')
    return name


@functools.cache
def _migrations() -> str:
    """A mark of just these migrations."""
    from django.apps import apps

    from patients import searching
    from taperplan.audit import append_only

    digest = hashlib.sha256()
    for module in (append_only, searching):
        # Triggers stand in the file too, and no migration tells of them.
        digest.update(inspect.getsource(module).encode())
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _flush_past_the_triggers() -> None:
    """Let a test that commits be cleaned up: append-only tables refuse the DELETE of a flush.

    The triggers are dropped for the flush alone and put back at once.
    """
    from django.db import connection

    from taperplan.audit import append_only

    operations: Any = type(connection.ops)
    flush = operations.execute_sql_flush

    def execute_sql_flush(self: Any, sql_list: list[str]) -> None:
        on_sqlite = self.connection.vendor == "sqlite"
        chosen = append_only.triggers() if on_sqlite else append_only.truncations()
        append_only.drop(self.connection, chosen)
        try:
            flush(self, sql_list)
        finally:
            append_only.install(self.connection, chosen)

    operations.execute_sql_flush = execute_sql_flush


def forget_statistics() -> None:
    """Let SQLite choose as if nobody had ever measured its tables.

    What another test had measured outlives it, in the connection or in the file; a test that reads
    how a statement is answered begins from a state of its own.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'")
            if cursor.fetchone():
                cursor.execute("DELETE FROM sqlite_stat1")
                cursor.execute("ANALYZE sqlite_schema")


def touches_the_database(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or bool(
        DATABASE_FIXTURES.intersection(names)
    )
