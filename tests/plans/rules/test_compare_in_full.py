"""Each difference of two schedules word by word, as it was read and agreed."""

from __future__ import annotations

from pathlib import Path

from tests.plans.rules.compare_in_full import whole

WRITTEN = Path(__file__).with_name("compare_in_full.txt")


def test_every_difference_is_written_out_as_it_was_read_and_agreed() -> None:
    assert whole() == WRITTEN.read_text(encoding="utf-8")
