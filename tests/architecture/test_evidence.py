"""What docs/security.md and docs/clinical-safety.md point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
POINTER = re.compile(r"`([\w./-]+\.(?:py|toml|txt))::([^`]+)`")
SECURITY, SAFETY = ROOT / "docs" / "security.md", ROOT / "docs" / "clinical-safety.md"
STANDINGS = {"met", "partly", "the site", "not applicable"}


def faults(text: str) -> list[str]:
    """Pointers that lead nowhere: no such file, no such test, no such word in the file."""
    found = []
    for file, name in POINTER.findall(text):
        path = ROOT / file
        source = path.read_text(encoding="utf-8") if path.exists() else ""
        wanted = f"def {name}(" if name.startswith("test_") else name
        if wanted not in source:
            found.append(f"{file}::{name}")
    return found


def rows(path: Path, begin: str) -> list[list[str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if re.fullmatch(begin, row[0])]


@pytest.mark.parametrize("path", [SECURITY, SAFETY], ids=lambda path: path.name)
def test_every_pointer_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert faults(text) == []
    assert len(POINTER.findall(text)) > 50


def test_a_pointer_that_leads_nowhere_is_found() -> None:
    lost = "`tests/architecture/test_evidence.py::test_that_nobody_wrote`"
    assert faults(f"{lost} and `nowhere.py::word`") == [
        "tests/architecture/test_evidence.py::test_that_nobody_wrote",
        "nowhere.py::word",
    ]


def test_every_hazard_has_a_cause_a_control_and_a_test() -> None:
    hazards = rows(SAFETY, r"H\d+")
    assert len(hazards) >= 50
    assert [row[0] for row in hazards] == [f"H{n:02d}" for n in range(1, len(hazards) + 1)]
    for row in hazards:
        assert len(row) == 5, row
        assert all(row), row
        assert POINTER.search(row[4]), row[0]


def test_every_requirement_says_how_it_stands() -> None:
    mapped = rows(SECURITY, r"V[\d.]+")
    names = [row[0] for row in mapped]
    assert len(names) == len(set(names))
    assert len(names) >= 166
    counted = [f"{sum(row[1] == standing for row in mapped)} {words}" for standing, words in (
        ("met", "met"), ("the site", "for the site"), ("not applicable", "not applicable"),
    )]  # fmt: skip
    assert all(words in SECURITY.read_text(encoding="utf-8") for words in counted), counted
    for row in mapped:
        assert row[1] in STANDINGS, row
        assert bool(POINTER.search(row[3])) is (row[1] == "met"), row
        assert row[3], row
