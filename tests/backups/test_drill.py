"""A backup made while people write, verified, restored elsewhere, compared: by the commands."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from taperplan.backups.container import Key
from tests.harness import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.slow

# Rows that come in while the backup is made.
WRITER = """
import time, django; django.setup()
from taperplan.accounts.models import User
end = time.monotonic() + 60
n = 0
while time.monotonic() < end:
    n += 1
    User.objects.create_user(email=f"writer{n}@storm.example", name="Writer")
    print(n, flush=True)
    time.sleep(0.02)
"""

HELD = """
from plans.models import Escalation, Sending, held
from plans.notifications.worker import Notifier
Notifier().round()
flags = Escalation.objects.still_open()
sent = Sending.objects.exclude(sent_at=None).count()
print(f"held: {0 < flags.count() == flags.filter(held()).count()}, told: {sent}")
"""


class Place:
    """One installation: its database and its keys."""

    def __init__(self, url: str, folder: Path, key: str) -> None:
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "taperplan.settings",
            "DATABASE_URL": url,
            "SECRET_KEY": "drill " * 12,
            "TRAIL_KEY": "drill trail",
            "HTTPS": "false",
            "BACKUP_KEY": key,
            "BACKUP_DIR": str(folder),
        }

    def manage(self, *arguments: str, fails: bool = False) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def writing(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", WRITER],
            env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'clinic.sqlite3'}", f"sqlite:///{tmp_path / 'new.sqlite3'}"
        return
    binaries = postgres.binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL found")
    with postgres.throwaway(binaries) as url:
        base = url.rsplit("/", 1)[0]
        names = [f"drill_{secrets.token_hex(4)}" for _ in range(2)]
        _create(url, names)
        yield f"{base}/{names[0]}", f"{base}/{names[1]}"


def _create(url: str, names: list[str]) -> None:
    import psycopg

    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as found:
        for name in names:
            found.execute(f'CREATE DATABASE "{name}"'.encode())


def test_a_clinic_is_backed_up_while_it_works_and_restored_elsewhere(
    urls: tuple[str, str], tmp_path: Path
) -> None:
    key, folder = Key.new(), tmp_path / "backups"
    clinic, elsewhere = (Place(url, folder, key) for url in urls)
    clinic.manage("migrate", "--verbosity", "0")
    clinic.manage("createcachetable")
    clinic.manage("load_demo")

    with clinic.writing() as writer:
        assert writer.stdout is not None
        for _line in range(3):
            writer.stdout.readline()
        said = clinic.manage("backup")
        went_on = writer.poll() is None
        writer.terminate()
    assert went_on, "the writer was stopped by the backup"
    (made,) = folder.glob("*.backup")
    assert made.name in said
    assert made.stat().st_mode & 0o077 == 0

    verified = clinic.manage("verify_backup", str(made))
    assert re.search(r"Whole: \d+ tables, [\d,]+ rows", verified)

    assert "not empty" in clinic.manage("restore", str(made), fails=True)
    restored = elsewhere.manage("restore", str(made))
    assert "min ago" in restored or "just now" in restored
    assert "whole" in elsewhere.manage("verify_trail")
    # Nothing is told by itself: every red flag of it is held, and the notifier finds nothing.
    assert "held: True, told: 0" in elsewhere.manage("shell", "--command", HELD)

    # What was restored can be backed up and is the same but for what the commands added.
    elsewhere.manage("backup", "--to", str(tmp_path / "again"))
    (again,) = (tmp_path / "again").glob("*.backup")
    assert "Whole" in elsewhere.manage("verify_backup", str(again))


def test_a_file_that_is_not_whole_is_refused_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    key, folder = Key.new(), tmp_path / "backups"
    clinic = Place(f"sqlite:///{tmp_path / 'clinic.sqlite3'}", folder, key)
    clinic.manage("migrate", "--verbosity", "0")
    clinic.manage("createcachetable")
    clinic.manage("backup")
    (made,) = folder.glob("*.backup")
    data = made.read_bytes()
    harmed = tmp_path / "harmed.backup"

    new = Place(f"sqlite:///{tmp_path / 'new.sqlite3'}", folder, key)
    for content, said in (
        (data[: len(data) // 2], "Truncated"),
        (data[:5000] + b"\x00" + data[5001:], "Damaged"),
    ):
        harmed.write_bytes(content)
        assert said in new.manage("restore", str(harmed), fails=True)
        assert said in clinic.manage("verify_backup", str(harmed), fails=True)
        assert not (tmp_path / "new.sqlite3").exists()

    stranger = Place(f"sqlite:///{tmp_path / 'new.sqlite3'}", folder, Key.new())
    assert "Wrong key" in stranger.manage("restore", str(made), fails=True)
    nobody = Place(f"sqlite:///{tmp_path / 'new.sqlite3'}", folder, "")
    assert "No backup key is set" in nobody.manage("restore", str(made), fails=True)
