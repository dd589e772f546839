"""The documents made from the code say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import documents

DECISIONS = sorted((documents.ROOT / "docs" / "adr").glob("*.md"))


@pytest.mark.parametrize("name", documents.WRITTEN)
def test_a_document_says_what_the_code_does(name: str) -> None:
    standing = (documents.ROOT / name).read_text(encoding="utf-8")

    assert standing == documents.WRITTEN[name](), f"run `make docs` to write {name} again"


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_names_tests_that_stand(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)

    assert named, f"{decision.name} names no test that fails without it"
    for path, name in named:
        source = (documents.ROOT / path).read_text(encoding="utf-8")
        assert f"def {name}(" in source, f"{decision.name}: {path} has no {name}"
    assert re.match(r"# \d+\. [A-Z]", text)
