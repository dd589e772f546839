"""An upgrade with its migration while people work: old and new code side by side, nothing fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.drills import site as drill
from tests.harness import postgres

pytestmark = pytest.mark.slow
EVIDENCE = drill.ROOT / "docs" / "evidence" / "rolling-upgrade.md"
# The first release whose tables are in use.
BEFORE = "510b4b9"


def test_no_request_fails_while_the_tables_and_then_the_code_are_exchanged(tmp_path: Path) -> None:
    binaries = postgres.binaries()
    if binaries is None or not Path(shutil.which("haproxy") or "/usr/sbin/haproxy").exists():
        pytest.skip("no PostgreSQL or no haproxy found")
    old = tmp_path / "old"
    _git("worktree", "add", "--detach", str(old), BEFORE)
    cluster = drill.Cluster(binaries)
    try:
        cluster.make()
        with drill.running(cluster.url, code=old, asked="/about/") as site:
            load = drill.people(site, 2000)
            load.begin()
            time.sleep(5)
            began = time.monotonic()
            tries = site.migrate(code=drill.ROOT)
            migrated = time.monotonic() - began
            side_by_side = len(load.promised)
            time.sleep(4)
            for name in site.webs:
                site.replace(name, code=drill.ROOT)
            time.sleep(5)
            load.end()
            lost = load.promised - drill.stand(cluster, "primary")
            trail = site.manage("verify_trail")
        assert not load.bad
        assert not lost
        assert len(load.promised) > side_by_side > 5
        assert "whole" in trail
        _write(load, migrated, tries)
    finally:
        cluster.throw_away()
        _git("worktree", "remove", "--force", str(old))


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=drill.ROOT, check=True, capture_output=True)


def _write(load: drill.Load, migrated: float, tries: int) -> None:
    answers = ", ".join(f"{word}: {many}" for word, many in sorted(load.answers.items()))
    EVIDENCE.write_text(
        f"""# An upgrade while people work, on PostgreSQL

`tests/drills/test_rolling.py`, {drill.today()}, on one machine of {os.cpu_count()} cores (load
average {os.getloadavg()[0]:.1f}). Two web instances of the code of `{BEFORE}` behind haproxy,
{drill.PEOPLE} clinicians registering patients and looking at the list. Then, without a pause:
`manage.py migrate` of the new code ({migrated:.1f} s, tries: {tries}) under the old one, both old
instances going on for some seconds, and one after the other drained, ended and started anew.

Requests that failed: {len(load.bad)}. Every answer: {answers}. Patients answered as registered:
{len(load.promised)}, all of them there; the trail is whole.
""",
        encoding="utf-8",
    )
