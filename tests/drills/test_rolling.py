"""An upgrade with its migration while people work: old and new code side by side, nothing fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.drills import site as drill
from tests.harness import postgres

pytestmark = pytest.mark.slow
EVIDENCE = drill.ROOT / "docs" / "evidence" / "rolling-upgrade.md"
# The release that runs when the upgrade begins: the last whose tables are in use.
BEFORE = "9bb836e"


def test_no_request_fails_while_the_tables_and_then_the_code_are_exchanged(tmp_path: Path) -> None:
    binaries = postgres.binaries()
    if binaries is None or not Path(shutil.which("haproxy") or "/usr/sbin/haproxy").exists():
        pytest.skip("no PostgreSQL or no haproxy found")
    old, new = tmp_path / "old", tmp_path / "new"
    _git("worktree", "add", "--detach", str(old), BEFORE)
    many = _next_release(new)
    cluster = drill.Cluster(binaries)
    try:
        cluster.make()
        with drill.running(cluster.url, code=old) as site:
            load = drill.people(site, 6000, code=old)
            load.begin()
            time.sleep(5)
            began = time.monotonic()
            tries = site.migrate(code=new)
            migrated = time.monotonic() - began
            side_by_side = len(load.promised)
            time.sleep(4)
            for name in site.webs:
                site.replace(name, code=new)
            time.sleep(5)
            load.end()
            lost = load.promised - drill.stand(cluster, "primary")
            trail = site.manage("verify_trail", code=new)
        assert load.tokens, "they worked to the end"
        assert not load.bad
        assert not lost
        assert len(load.promised) > side_by_side > 5
        assert "whole" in trail
        _write(load, migrated, tries, many)
    finally:
        cluster.throw_away()
        _git("worktree", "remove", "--force", str(old))


def _next_release(to: Path) -> int:
    """This code as it stands, with migrations planted of tables that every request uses."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=drill.ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, listed):
        if (drill.ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(drill.ROOT / name, to / name)
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "taperplan.settings", "HTTPS": "false",
        "SECRET_KEY": "planting", "TRAIL_KEY": "planting", "DATABASE_URL": "sqlite:///:memory:",
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.drills.plant"]
    subprocess.run(command, cwd=to, env=environment, check=True, capture_output=True)
    before = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", BEFORE],
        cwd=drill.ROOT, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    found = {str(path.relative_to(to)) for path in to.glob("**/migrations/0*.py")}
    found |= {str(path.relative_to(to)) for path in to.glob("**/migrations/9*.py")}
    return len(found - set(before))


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=drill.ROOT, check=True, capture_output=True)


def _write(load: drill.Load, migrated: float, tries: int, many: int) -> None:
    answers = ", ".join(f"{word}: {many}" for word, many in sorted(load.answers.items()))
    EVIDENCE.write_text(
        f"""# An upgrade while people work, on PostgreSQL

`tests/drills/test_rolling.py`, {drill.today()}, on one machine of {os.cpu_count()} cores (load
average {os.getloadavg()[0]:.1f}). Two web instances of the code of `{BEFORE}` behind haproxy,
{drill.PEOPLE} clinicians registering patients and looking at the list. Then, without a pause:
`manage.py migrate` of the new code under the old one ({many} migrations, a table each, planted ones
of the tables that every request uses among them: {migrated:.1f} s; a table that was in use was
tried again {tries} times), both old instances going on for some seconds, and one after the other
drained, ended and started anew.

Requests that failed: {len(load.bad)}. Every answer: {answers}. Patients answered as registered:
{len(load.promised)}, all of them there; the trail is whole.
""",
        encoding="utf-8",
    )
