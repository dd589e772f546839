"""A table of ours is read back by a command, or refused with the place that is wrong."""

from __future__ import annotations

import io
import json
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from plans.rules.columns import SUPPLY
from plans.rules.exchange import FileKind

if TYPE_CHECKING:
    from pathlib import Path

ROW = (
    "PL-1", date(2026, 11, 30), None, "=examplazepam", "", Fraction(1, 3), "mg", None, "tablet",
    Fraction(21, 2), "10 and a half tablets",
)  # fmt: skip


def read(path: Path, table: str = FileKind.SUPPLY.value) -> list[dict[str, object]]:
    out = io.StringIO()
    call_command("read_table", table, str(path), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_row_is_a_line_without_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "supply.csv"
    path.write_bytes(SUPPLY.write([ROW]))

    assert read(path) == [
        {
            "plan": "PL-1", "first day": "2026-11-30", "last day": None,
            "drug": "=examplazepam", "product": "", "strength": "1/3", "unit": "mg",
            "in mL": None, "form": "tablet", "quantity": "10.5",
            "in words": "10 and a half tablets",
        }
    ]  # fmt: skip


def test_another_table_and_another_hand_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "supply.csv"
    path.write_bytes(SUPPLY.write([ROW]).replace(b"2026-11-30", b"30.11.2026"))

    with pytest.raises(CommandError, match="Line 2, column first day: This is no day"):
        read(path)
    with pytest.raises(CommandError, match="no column of this name"):
        read(path, "worklist")
    with pytest.raises(CommandError, match="No such file"):
        read(tmp_path / "nothing.csv")
