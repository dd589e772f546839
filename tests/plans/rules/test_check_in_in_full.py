"""Each change of a box of a check-in: how it reads, what it lacks, what is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.plans.rules.check_in_in_full import CHANGES, head, section, written

WRITTEN = written()


def test_each_change_is_written_down_once() -> None:
    assert [*WRITTEN] == [head(change) for change in CHANGES]


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_a_box_is_read_as_it_was_read_and_agreed(change: Mapping[str, str]) -> None:
    assert section(change) == WRITTEN[head(change)]
