"""Hostile files at the door: each refused in a sentence, nothing kept, in little memory."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.plans.fhir.test_reading import HOSTILE

MOST_MEMORY = 300_000_000


@pytest.mark.slow
@pytest.mark.one_engine
def test_every_hostile_file_is_refused_with_a_sentence_and_leaves_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.plans.views.hostile"],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    first, *told, last = map(json.loads, done.stdout.splitlines())

    assert len(told) > len(HOSTILE) + 12
    for one in told:
        assert one["status"] == 422, one
        assert one["said"].endswith("."), one
        assert one["seconds"] < 10, one
    said = {one["name"]: one["said"] for one in told}
    assert said["10 MB of plans"] == "The file is longer than 2 MB."
    assert said["100,000 entries"] == "The bundle has more than 2000 entries."
    assert said["a million figures"] == "It holds more than 400,000 values."
    assert said["another clinic's ids"].startswith("It is about somebody born on")
    assert said["another record's ids"] == "It is about another record of this clinic."
    assert {name: said[name] for name in HOSTILE} == {
        name: sentence for name, (_whole, sentence) in HOSTILE.items()
    }
    assert last["after"] == last["before"]
    assert first["peak"] < last["peak"] < MOST_MEMORY
