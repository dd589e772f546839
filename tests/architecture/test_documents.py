"""The documents made from the code say what the code does."""

from __future__ import annotations

import pytest

from tests import documents


@pytest.mark.parametrize("name", documents.WRITTEN)
def test_a_document_says_what_the_code_does(name: str) -> None:
    standing = (documents.ROOT / name).read_text(encoding="utf-8")

    assert standing == documents.WRITTEN[name](), f"run `make docs` to write {name} again"
