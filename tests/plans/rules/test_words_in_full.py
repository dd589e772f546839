"""What the rules write of one rich schedule, word by word, as it was read and agreed.

Where a word is changed on purpose, the file is written again and read again.
"""

from __future__ import annotations

from pathlib import Path

from tests.plans.rules.words_in_full import whole

WRITTEN = Path(__file__).with_name("words_in_full.txt")


def test_a_rich_schedule_is_written_as_it_was_read_and_agreed() -> None:
    assert whole() == WRITTEN.read_text(encoding="utf-8")
