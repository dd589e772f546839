"""Making, checking and restoring a backup. The commands only speak of it."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from taperplan.audit import trail
from taperplan.audit.models import Restore
from taperplan.audit.verbs import Verb
from taperplan.backups import engines
from taperplan.backups.container import CHUNK, BackupError, Key, Manifest, Reader, write
from taperplan.backups.fingerprint import PASSING, differences, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taperplan.backups.engines import Told

SUFFIX = ".backup"
# However old: the newest ones stay.
ALWAYS_KEPT = 3


def keys() -> list[Key]:
    """The key that new backups are made with, then those that old ones were made with."""
    if not settings.BACKUP_KEY:
        raise BackupError(
            "No backup key is set. Make one with `manage.py backup --new-key`, keep it apart from "
            "the backups, and name its file in BACKUP_KEY_FILE."
        )
    return [Key(text) for text in (settings.BACKUP_KEY, *settings.BACKUP_KEYS_BEFORE)]


def make(folder: Path, *, now: datetime, told: Told) -> Path:
    """One encrypted file in `folder`; nothing of it stands there until it is whole."""
    key = keys()[0]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    to = folder / f"taperplan-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"
    if to.exists():
        raise BackupError(f"{to.name} is there already.")
    with _private_folder(folder) as private:
        copy = private / "snapshot"
        tables = engines.snapshot(copy, told)
        manifest = Manifest(
            made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
            engine=engines.engine(),
            migrations=_applied(),
            size=copy.stat().st_size,
            sha256=_digest(copy),
            tables=tables,
        )
        sealed = private / "sealed"
        with sealed.open("xb") as out:
            write(out, key, manifest, _pieces(copy, told, "Encrypting"))
            out.flush()
            os.fsync(out.fileno())
        sealed.chmod(0o600)
        sealed.rename(to)
    with transaction.atomic():
        trail.record(Verb.BACKED_UP, detail={"key": key.id}, by=None)
    return to


def newest(folder: Path) -> Path:
    found = max(folder.glob(f"taperplan-*{SUFFIX}"), default=None)
    if found is None:
        raise BackupError("There is no backup in the folder of backups.")
    return found


def thin(folder: Path, *, days: int, now: datetime) -> list[Path]:
    """Remove backups older than `days`; the newest stay whatever their age."""
    found = sorted(folder.glob(f"taperplan-*{SUFFIX}"), reverse=True)
    oldest = f"taperplan-{now.astimezone(UTC) - timedelta(days=days):%Y%m%dT%H%M%SZ}{SUFFIX}"
    gone = [path for path in found[ALWAYS_KEPT:] if path.name < oldest]
    for path in gone:
        path.unlink()
    return gone


def verify(source: Path, *, told: Told) -> Manifest:
    """Restore into a scratch database and compare every table; leaves nothing behind."""
    with _private_folder(None) as private:
        manifest = _opened(source, private / "snapshot", told)
        with _scratch(private) as alias:
            engines.load(private / "snapshot", alias)
            _compare(manifest, alias, told)
    return manifest


def restore(source: Path, *, told: Told) -> Manifest:
    """Into an empty place only. Everybody is signed out; the trail says what was done.

    The mark that it was restored comes with the data, in one piece: a notifier that runs already
    finds every red flag held, however early it looks.
    """
    if not engines.is_empty():
        raise BackupError(
            "The database is not empty. A backup is restored only into an empty place: "
            "name a new one in DATABASE_URL."
        )
    with _private_folder(None) as private:
        manifest = _opened(source, private / "snapshot", told)
        engines.load(private / "snapshot", mark=_mark(manifest))
        _compare(manifest, "default", told)
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in sorted(PASSING, reverse=True):
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608  # nosec B608  # our own names
        trail.record(Verb.RESTORED, detail={"made_at": manifest.made_at}, by=None)
    return manifest


def _mark(manifest: Manifest) -> str:
    made = datetime.fromisoformat(manifest.made_at).astimezone(UTC)
    at = datetime.now(UTC)
    # Without a zone SQLite keeps it as Django writes it; PostgreSQL reads it as what it is.
    zone = "" if connection.vendor == "sqlite" else "+00"
    moments = [f"'{one:%Y-%m-%d %H:%M:%S.%f}{zone}'" for one in (made, at)]
    table = Restore._meta.db_table
    # A dump of PostgreSQL leaves its session with no schema to look in.
    where = "" if connection.vendor == "sqlite" else "RESET search_path; "
    return f"{where}INSERT INTO {table} (made_at, at) VALUES ({', '.join(moments)})"  # noqa: S608  # nosec B608  # our own words


def _opened(source: Path, to: Path, told: Told) -> Manifest:
    with source.open("rb") as sealed:
        reader = Reader(sealed, keys())
        manifest = reader.manifest
        if manifest.engine != engines.engine():
            raise BackupError(
                f"This backup is of {manifest.engine}, and DATABASE_URL names "
                f"{engines.engine()}. Restore it into a database of its own kind."
            )
        if set(manifest.migrations) != set(_known()):
            raise BackupError(
                "This backup was made by another version of the software. Install that version, "
                "restore there, then upgrade."
            )
        written = 0
        with to.open("xb") as out:
            for piece in reader.payload():
                out.write(piece)
                written += len(piece)
                told("Decrypting", written, manifest.size)
    return manifest


def _compare(manifest: Manifest, alias: str, told: Told) -> None:
    found = fingerprint(using=alias, told=lambda at, many: told("Comparing every table", at, many))
    if differ := differences(manifest.tables, found):
        raise BackupError("What was restored is not what was backed up. " + "; ".join(differ))


def _applied() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _known() -> list[str]:
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    return sorted(f"{app}.{name}" for app, name in found)


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _pieces(path: Path, told: Told, what: str) -> Iterator[bytes]:
    size, done = path.stat().st_size, 0
    with path.open("rb") as source:
        while piece := source.read(CHUNK):
            done += len(piece)
            yield piece
            told(what, done, size)


@contextmanager
def _private_folder(inside: Path | None) -> Iterator[Path]:
    """What is not sealed yet stands where nobody else reads, and is removed whatever happens."""
    with tempfile.TemporaryDirectory(prefix=".taperplan-", dir=inside) as name:
        yield Path(name)


@contextmanager
def _scratch(private: Path) -> Iterator[str]:
    """A database beside ours, empty, removed afterwards."""
    where = dict(connections["default"].settings_dict)
    where["OPTIONS"] = {} if connection.vendor == "sqlite" else engines.outside_the_pool(where)
    if connection.vendor == "sqlite":
        where["NAME"] = str(private / "scratch.sqlite3")
        with engines.at("scratch", where):
            yield "scratch"
        return
    name = f"taperplan_verify_{secrets.token_hex(6)}"
    with engines.at("making", where):
        with connections["making"].cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            with engines.at("scratch", {**where, "NAME": name}):
                yield "scratch"
        finally:
            with connections["making"].cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}"')
