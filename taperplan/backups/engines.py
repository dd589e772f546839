"""How each engine gives a snapshot of itself while writing goes on, and takes one back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess  # nosec B404  # the engine's own programs
from collections.abc import Callable
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connections

from taperplan.backups.container import BackupError
from taperplan.backups.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Told = Callable[[str, int, int], None]

_PAGES = 2000


def engine(using: str = "default") -> str:
    return connections[using].vendor


def snapshot(to: Path, told: Told) -> dict[str, str]:
    """Write the whole database into `to`, as it is at one moment; returns its fingerprint."""
    return _ENGINES[engine()][0](to, told)


def is_empty(using: str = "default") -> bool:
    """Whether nothing was ever made there. A file of SQLite that is not there is empty."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        path = Path(str(connection.settings_dict["NAME"]))
        if not path.exists() or not path.stat().st_size:
            return True
    return not connection.introspection.table_names()


def load(source: Path, using: str = "default", *, mark: str = "") -> None:
    """Put a snapshot into an empty database, and in one piece with it `mark`, a statement."""
    _ENGINES[engine(using)][1](source, using, mark)


def outside_the_pool(where: Mapping[str, Any]) -> dict[str, Any]:
    """What the address asks for, for a connection that lasts as long as we say."""
    return {name: value for name, value in where["OPTIONS"].items() if name != "pool"}


# --- SQLite -----------------------------------------------------------------------------------


def _from_sqlite(to: Path, told: Told) -> dict[str, str]:
    name = str(connections["default"].settings_dict["NAME"])
    with (
        closing(sqlite3.connect(f"file:{name}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(to)) as copy,
    ):
        # One moment: while this read lasts, what others write is not seen, and the copying
        # need not begin again.
        source.isolation_level = None
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(
            copy,
            pages=_PAGES,
            progress=lambda _status, left, total: told("Copying", total - left, total),
        )
        source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode=DELETE")
    with at("snapshot", {**connections["default"].settings_dict, "NAME": str(to)}):
        return fingerprint(
            using="snapshot", told=lambda at, many: told("Reading every table", at, many)
        )


def _into_sqlite(source: Path, using: str, mark: str) -> None:
    connection = connections[using]
    connection.close()
    to = Path(str(connection.settings_dict["NAME"]))
    to.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(source)) as found:
        answer = found.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        raise BackupError("Damaged: SQLite finds the database in it broken.")
    for beside in ("-wal", "-shm", "-journal"):
        Path(f"{to}{beside}").unlink(missing_ok=True)
    part = to.with_name(f"{to.name}.part")
    shutil.copyfile(source, part)
    part.chmod(0o600)
    if mark:
        with closing(sqlite3.connect(part)) as found:
            found.execute(mark)
            found.commit()
    part.replace(to)


@contextmanager
def at(alias: str, where: Mapping[str, Any]) -> Iterator[None]:
    """A further connection, for as long as it is needed."""
    connections.settings[alias] = dict(where)
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


# --- PostgreSQL -------------------------------------------------------------------------------


def _from_postgres(to: Path, told: Told) -> dict[str, str]:
    """`pg_dump` and the fingerprint look at one exported snapshot."""
    base = dict(connections["default"].settings_dict)
    # A connection of its own, outside the pool: its transaction must last.
    base["OPTIONS"] = outside_the_pool(base)
    with at("snapshot", base):
        connection = connections["snapshot"]
        with connection.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            name = cursor.fetchone()[0]
        told("Copying", 0, 1)
        _run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={name}",
            f"--file={to}",
            where=base,
        )
        told("Copying", 1, 1)
        found = fingerprint(
            using="snapshot", told=lambda at, many: told("Reading every table", at, many)
        )
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
    return found


def _into_postgres(source: Path, using: str, mark: str) -> None:
    """As one transaction: what was restored is never there without its mark."""
    where = connections[using].settings_dict
    connections[using].close()
    script = source.with_name(f"{source.name}.sql")
    _run(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        f"--file={script}",
        str(source),
        where=where,
        names_its_database=True,
    )
    _run(
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
        f"--file={script}",
        *([f"--command={mark}"] if mark else []),
        where=where,
    )


def _run(
    program: str, *arguments: str, where: Mapping[str, Any], names_its_database: bool = False
) -> None:
    path = shutil.which(program) or next(
        (str(found) for found in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))), None
    )
    if path is None:
        raise BackupError(f"{program} is not installed. Install PostgreSQL's client programs.")
    command = [path, f"--host={where['HOST']}", f"--port={where['PORT'] or 5432}"]
    command += [f"--username={where['USER']}", "--no-password", *arguments]
    if not names_its_database:
        command.append(f"--dbname={where['NAME']}")
    # The password goes by the environment: a command line is everybody's to read.
    environment = {**os.environ, "PGPASSWORD": str(where["PASSWORD"])}
    for name, value in outside_the_pool(where).items():
        # As libpq names them: sslmode is PGSSLMODE, target_session_attrs PGTARGETSESSIONATTRS.
        environment[f"PG{name.replace('_', '').upper()}"] = str(value)
    done = subprocess.run(  # noqa: S603  # nosec B603  # our own settings, no shell
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise BackupError(f"{program} failed: {said[0] if said else 'it said nothing'}")


_Into = Callable[[Path, str, str], None]
_ENGINES: dict[str, tuple[Callable[[Path, Told], dict[str, str]], _Into]] = {
    "sqlite": (_from_sqlite, _into_sqlite),
    "postgresql": (_from_postgres, _into_postgres),
}
