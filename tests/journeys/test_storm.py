"""Many who write at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import ROOT
from tests.harness.databases import migrated_copy

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("rounds", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_twelve_processes_writing_at_once_lose_nothing(
    rounds: int, tmp_path: Path, request: pytest.FixtureRequest, django_db_setup: None
) -> None:
    if (kept := migrated_copy(request.config)).exists():
        shutil.copy(kept, tmp_path / "storm.sqlite3")
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.storm", str(tmp_path), str(rounds)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])

    assert outcome["failures"] == []
    assert outcome["registered"] == outcome["expected"] == outcome["trail"]
    assert outcome["faults"] == outcome["missing"] == []
