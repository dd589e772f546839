"""What a disk and a pool can do to a site: full under PostgreSQL, closed to writes under SQLite,
slow under either engine, and every connection held. Reads go on where they can, nothing typed is
lost, nobody mends anything.

The slow disk is slow where it matters: each `fsync` and `fdatasync` of the server, or of the web
process that holds SQLite, takes as long as a file says, by a library that is loaded before the
system's own.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import OperationalError, connections

from taperplan.sqlite.base import DatabaseWrapper
from tests.harness import postgres
from tests.journeys.site import Answer, Site, Visitor, free_port
from tests.journeys.test_faults import (
    BEGINS,
    Properties,
    mail,
    sent_until_taken,
    wait_for,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.plans.notifications.servers import MailServer

__all__ = ["mail"]

pytestmark = [pytest.mark.slow]
LONG = 'said "so" <i> ' * 280


def ready(visitor: Visitor) -> bool:
    return visitor.ask("/readyz").status == 200


def drafts(site: Site) -> list[str]:
    return sorted(map(str, site.stands()["drafts"]))  # type: ignore[call-overload]


# --- PostgreSQL's disk is full ------------------------------------------------------------------


@contextlib.contextmanager
def small_tablespace(url: str) -> Iterator[Path]:
    """Everything made from now on stands on a file system of a few megabytes."""
    folder = Path(tempfile.mkdtemp(prefix="small-tablespace-"))
    command = ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("no file system can be mounted here")
    try:
        (folder / "pg").mkdir()
        for path in (folder, folder / "pg"):
            shutil.chown(path, "postgres", "postgres")
        with psycopg.connect(url, autocommit=True) as direct:
            direct.execute(f"CREATE TABLESPACE small LOCATION '{folder / 'pg'}'".encode())
            direct.execute("ALTER DATABASE postgres SET default_tablespace = small")
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096) == 4096:
            pass
    return filler


def test_a_full_disk_under_postgresql_refuses_what_does_not_fit_and_takes_it_later(
    mail: MailServer, record_property: Properties
) -> None:
    binaries = postgres.binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    with postgres.cluster(binaries) as cluster, small_tablespace(cluster.url) as folder:
        site = Site(cluster.url, mail.port, free_port())
        visitor, patients = site.make(30)
        with site.server():
            wait_for(lambda: ready(visitor), BEGINS)
            forms = [visitor.new_check_in(patient) for patient in patients]
            filler = fill(folder)
            answers = [visitor.ask(path, {**form, "note": LONG}) for path, form in forms]
            refused = [one for one in answers if one.status == 503]
            assert refused, "the disk was never full"
            assert {one.status for one in answers} <= {302, 503}
            for one in refused:
                assert "Not saved" in one.body
                assert "The disk of the database is full." in one.body
            # Who is looked for is found, and a page is shown while its row of the trail waits.
            assert visitor.ask("/patients/").status == 200
            pages = [visitor.ask(f"/patients/{patient}/") for patient in patients]
            assert {one.status for one in pages} == {200}
            filler.unlink()
            for (path, _form), answer in zip(forms, answers, strict=True):
                if answer.status == 503:
                    assert visitor.ask(path, answer.hidden()).status == 302
            assert visitor.ask(f"/patients/{patients[0]}/").status == 200
        stands = site.stands()
    record_property("not_saved_at_first", len(refused))
    assert sorted(map(str, stands["drafts"])) == sorted(patients)  # type: ignore[call-overload]
    assert stands["faults"] == []


# --- SQLite's file system takes no writes any more ----------------------------------------------


@dataclass
class FailingDisk:
    """A file system of its own, which the system stops writing to once it meets an error."""

    image: Path
    folder: Path

    def mount(self) -> None:
        told = ["mount", "-o", "loop,errors=remount-ro", str(self.image), str(self.folder)]
        subprocess.run(told, check=True, capture_output=True)

    def fail(self) -> None:
        loop = subprocess.run(
            ["losetup", "--noheadings", "--output", "NAME", "--associated", str(self.image)],
            check=True, capture_output=True, text=True,
        ).stdout.split()[-1]  # fmt: skip
        Path("/sys/fs/ext4", Path(loop).name, "trigger_fs_error").write_text("1")

    def mend(self) -> None:
        """As an operator does: off, and on again. The site is not touched."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
        self.mount()


@contextlib.contextmanager
def failing_disk() -> Iterator[FailingDisk]:
    beside = Path(tempfile.mkdtemp(prefix="failing-disk-"))
    disk = FailingDisk(beside / "image", beside / "disk")
    disk.folder.mkdir()
    with disk.image.open("wb") as image:
        image.truncate(200_000_000)
    try:
        subprocess.run(["mkfs.ext4", "-q", str(disk.image)], check=True)
        disk.mount()
    except (OSError, subprocess.CalledProcessError):
        shutil.rmtree(beside)
        pytest.skip("no file system can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk.folder)], check=True)
        shutil.rmtree(beside, ignore_errors=True)


def test_a_disk_that_takes_no_writes_any_more_leaves_sqlite_to_be_read_and_is_gone_on_with(
    mail: MailServer,
) -> None:
    with failing_disk() as disk:
        site = Site(f"sqlite:///{disk.folder / 'clinic.sqlite3'}", mail.port, free_port())
        visitor, patients = site.make(8)
        with site.server():
            wait_for(lambda: ready(visitor), BEGINS)
            forms = [visitor.new_check_in(patient) for patient in patients]
            disk.fail()
            answers = [visitor.ask(path, {**form, "note": "typed"}) for path, form in forms]
            assert {one.status for one in answers} == {503}
            for one in answers:
                assert "Not saved" in one.body
                assert "The database takes no changes at present." in one.body
            assert visitor.ask("/patients/").status == 200
            pages = [visitor.ask(f"/patients/{patient}/") for patient in patients]
            assert {one.status for one in pages} == {200}
            disk.mend()
            for (path, _form), answer in zip(forms, answers, strict=True):
                assert visitor.ask(path, answer.hidden()).status == 302
        stands = site.stands()
    assert sorted(map(str, stands["drafts"])) == sorted(patients)  # type: ignore[call-overload]
    assert stands["faults"] == []


def test_a_database_that_nobody_can_write_to_is_opened_as_it_stands(django_db_blocker: Any) -> None:
    """As after a restart of the machine: nothing stands beside the file, and nothing can."""
    with failing_disk() as disk, django_db_blocker.unblock():
        file = disk.folder / "clinic.sqlite3"
        settings = {**connections["default"].settings_dict, "NAME": str(file)}
        settings["OPTIONS"] = {"init_command": "PRAGMA journal_mode=WAL;"}
        made = DatabaseWrapper(settings)
        with made.cursor() as cursor:
            cursor.execute("CREATE TABLE kept (word TEXT)")
            cursor.execute("INSERT INTO kept VALUES ('saved')")
        made.close()
        disk.fail()
        # As Django itself opens it; in a process of its own, which lets go of the file.
        asked = f"import sqlite3; sqlite3.connect({str(file)!r}).execute('PRAGMA journal_mode=WAL')"
        plain = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=False)
        assert b"unable to open database file" in plain.stderr
        opened = DatabaseWrapper(settings)
        with opened.cursor() as cursor:
            assert cursor.execute("SELECT word FROM kept").fetchall() == [("saved",)]
            with pytest.raises(OperationalError, match="readonly"):
                cursor.execute("DELETE FROM kept")
        opened.close()
        del cursor, opened
        gc.collect()  # Python keeps a closed file open as long as its statements
        disk.mend()
        again = DatabaseWrapper(settings)
        with again.cursor() as cursor:
            cursor.execute("DELETE FROM kept")
        again.close()


# --- every connection is held -------------------------------------------------------------------


def test_a_pool_that_is_exhausted_says_so_keeps_what_was_typed_and_goes_on(
    mail: MailServer, record_property: Properties
) -> None:
    binaries = postgres.binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    with postgres.cluster(binaries) as cluster:
        few = {"DATABASE_POOL": "2", "DATABASE_POOL_WAIT": "2"}
        site = Site(cluster.url, mail.port, free_port(), few)
        visitor, patients = site.make(6)
        first: list[Answer] = []
        with site.server():
            wait_for(lambda: ready(visitor), BEGINS)
            forms = [(patient, *visitor.new_check_in(patient)) for patient in patients]
            with psycopg.connect(cluster.url) as holder:
                # Whoever saves now waits in the database, with a connection of the pool.
                holder.execute("LOCK TABLE plans_checkindraft IN ACCESS EXCLUSIVE MODE")

                def send(path: str, form: dict[str, str]) -> None:
                    first.append(visitor.ask(path, {**form, "note": "held"}))

                held = [
                    threading.Thread(target=send, args=(path, form))
                    for _patient, path, form in forms[:2]
                ]
                for one in held:
                    one.start()
                time.sleep(3)
                began = time.monotonic()
                turned_away = [
                    visitor.ask(path, {**form, "note": "kept"})
                    for _patient, path, form in forms[2:]
                ]
                took = time.monotonic() - began
                assert visitor.ask("/readyz").status == 503
                holder.rollback()
            for one in held:
                one.join(60)
            assert [one.status for one in first] == [302, 302]
            for answer in turned_away:
                assert answer.status == 503
                assert "The database is busy with something else." in answer.body
                assert answer.hidden()["note"] == "kept"
            for (_patient, path, _form), answer in zip(forms[2:], turned_away, strict=True):
                assert visitor.ask(path, answer.hidden()).status == 302
            assert ready(visitor)
        record_property("turned_away_after_seconds", round(took / len(turned_away), 1))
        assert drafts(site) == sorted(patients)


# --- a disk that is slow ------------------------------------------------------------------------

_SLOW = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_for_the_disk(void) {
    int ms = 0;
    FILE *said = fopen(getenv("SLOW_DISK"), "r");
    if (!said) return;
    if (fscanf(said, "%d", &ms) == 1) usleep(ms * 1000);
    fclose(said);
}
int fsync(int fd) {
    wait_for_the_disk();
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(fd);
}
int fdatasync(int fd) {
    wait_for_the_disk();
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
"""
SYNC_TAKES = 1200


@contextlib.contextmanager
def slow_disk() -> Iterator[tuple[dict[str, str], Path]]:
    """What a process is started with, and the file that says how slow its disk is."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no compiler found")
    folder = Path(tempfile.mkdtemp(prefix="slow-disk-"))
    folder.chmod(0o755)
    try:
        (folder / "slow.c").write_text(_SLOW)
        library = folder / "slow.so"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-o", library, folder / "slow.c", "-ldl"], check=True
        )
        yield {"LD_PRELOAD": str(library), "SLOW_DISK": str(folder / "ms")}, folder / "ms"
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def on(engine: str, with_it: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The address, and what the web process is started with: SQLite's disk is its own."""
    if engine == "SQLite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/clinic.sqlite3", with_it
        return
    binaries = postgres.binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    before = {name: os.environ.get(name) for name in with_it}
    os.environ.update(with_it)
    try:
        stack = contextlib.ExitStack()
        cluster = stack.enter_context(postgres.cluster(binaries, durable=True))
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
    with stack:
        yield cluster.url, {}


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_on_a_slow_disk_saving_takes_its_time_and_loses_nothing(
    engine: str, mail: MailServer, record_property: Properties
) -> None:
    with slow_disk() as (with_it, says), on(engine, with_it) as (url, settings):
        site = Site(url, mail.port, free_port(), settings)
        visitor, patients = site.make(8)
        refused: list[Answer] = []
        failures: list[BaseException] = []

        def save(mine: list[str]) -> None:
            me = Visitor(site.origin, dict(visitor.cookies))
            try:
                for patient in mine:
                    sent_until_taken(me, patient, {"note": patient}, refused)
            except BaseException as error:  # noqa: BLE001  # shown below, in the test's own thread
                failures.append(error)

        with site.server():
            wait_for(lambda: ready(visitor), BEGINS)
            says.write_text(str(SYNC_TAKES))
            people = [threading.Thread(target=save, args=(patients[n::4],)) for n in range(4)]
            began = time.monotonic()
            for one in people:
                one.start()
            time.sleep(2)
            asked = time.monotonic()
            listed = visitor.ask("/patients/")
            record_property("list_shown_after_seconds", round(time.monotonic() - asked, 1))
            for one in people:
                one.join(300)
            took = time.monotonic() - began
            says.unlink()
            assert failures == []
            assert listed.status == 200
            # It was slow indeed: each patient's page leaves a row, each form is one more.
            assert took > SYNC_TAKES / 1000 * 2
            assert ready(visitor)
        record_property("not_saved_at_first", len(refused))
        record_property("eight_saved_after_seconds", round(took, 1))
        stands = site.stands()
        assert sorted(map(str, stands["drafts"])) == sorted(patients)  # type: ignore[call-overload]
        assert stands["faults"] == []
