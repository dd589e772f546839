"""Each finding word by word: fact, figures, cell, and what an acceptance holds on to."""

from __future__ import annotations

from pathlib import Path

from plans.rules.findings import FindingCode, findings
from tests.plans.rules.facts_in_full import CASES, whole

WRITTEN = Path(__file__).with_name("findings_in_full.txt")


def test_every_finding_is_written_out_as_it_was_read_and_agreed() -> None:
    assert whole() == WRITTEN.read_text(encoding="utf-8")


def test_every_kind_of_finding_is_among_them() -> None:
    found = {
        finding.code for schedule, more in CASES.values() for finding in findings(schedule, **more)
    }

    assert found == set(FindingCode)
