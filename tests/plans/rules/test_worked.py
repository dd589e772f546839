"""The worked schedules of docs/schedule.md answer as they are printed there."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_worked_schedules_answer_as_printed() -> None:
    text = (ROOT / "docs" / "schedule.md").read_text(encoding="utf-8")
    examples = re.sub(r"(?m)^```.*$", "", text)
    parsed = doctest.DocTestParser().get_doctest(examples, {}, "schedule.md", "schedule.md", 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(parsed, out=said.append)
    assert runner.tries > 20
    assert runner.failures == 0, "".join(said)
