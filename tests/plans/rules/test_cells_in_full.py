"""Each change of a cell: what it reads as, what is refused, and in which words."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.plans.rules.cells_in_full import CHANGES, head, section, written

WRITTEN = written()


def test_each_change_is_written_down_once() -> None:
    assert [*WRITTEN] == [head(change) for change in CHANGES]


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_a_cell_is_read_and_refused_as_it_was_read_and_agreed(change: Mapping[str, object]) -> None:
    assert section(change) == WRITTEN[head(change)]
