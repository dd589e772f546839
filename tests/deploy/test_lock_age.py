"""The locked list of what runs is renewed in the time that docs/security.md promises."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy import lock_age

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 22)
LIST = "Django~=5.2.0   # the framework\n\n# Locked on 2026-11-22 (written by make lock).\n"


@pytest.mark.parametrize("days", [-1, 0, 90])
def test_a_list_as_young_as_promised_passes(days: int) -> None:
    assert lock_age.fault(LIST, DAY + timedelta(days=days)) == ""


def test_a_list_older_than_promised_fails_the_check() -> None:
    assert lock_age.fault(LIST, DAY + timedelta(days=91)).startswith("It was locked 91 days ago")


@pytest.mark.parametrize("text", ["", "Django~=5.2.0\n", LIST + LIST])
def test_a_list_that_does_not_say_its_day_once_fails_too(text: str) -> None:
    assert "Run make lock" in lock_age.fault(text, DAY)


def test_locking_writes_the_day_and_nothing_else() -> None:
    later = DAY + timedelta(days=40)
    written = lock_age.locked(LIST, later)

    assert written == LIST.replace("2026-11-22", "2027-01-01")
    assert lock_age.fault(written, later) == ""


def test_the_list_and_the_promise_stand_where_the_check_looks() -> None:
    text = (ROOT / "requirements.in").read_text(encoding="utf-8")
    promised = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

    assert lock_age.fault(text, DAY) == ""
    assert f"| {lock_age.PROMISED.days} days, with the whole list" in promised
    assert "deploy/lock_age.py requirements.in" in (ROOT / "Makefile").read_text(encoding="utf-8")
