"""The grid of a draft: which columns it has, and which rows each step has."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from plans.rules.draft import Cells, StepCells
from plans.rules.schedule import When
from plans.rules.schedule_words import Slot

NAMED_SLOTS = tuple(slot.value for slot in Slot if slot is not Slot.CLOCK)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_LAST = (24 * 60, 0)


@dataclass(frozen=True)
class Group:
    """One row of a step: the days of its cycle as typed, and a quantity for each column."""

    on: str
    quantities: Mapping[tuple[str, str], str]


def columns(cells: Cells) -> list[tuple[str, str]]:
    """(product, time) of each column, products in their order, times in the order of the day."""
    return [
        (product["key"], time)
        for product in cells["products"]
        for time in sorted(dict.fromkeys(product["times"]), key=_place)
    ]


def _place(time: str) -> tuple[tuple[int, int], str]:
    """What is unreadable stands last."""
    if time in NAMED_SLOTS:
        return When(Slot(time)).place, time
    if found := _CLOCK.fullmatch(time):
        return (int(found[1]) * 60 + int(found[2]), 1), time
    return _LAST, time


def groups(step: StepCells) -> list[Group]:
    """The rows of a step: its doses by their days; the same dose once more makes another row."""
    rows: dict[tuple[str, int], dict[tuple[str, str], str]] = {}
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    for dose in step["doses"]:
        cell = (dose["product"], dose["time"])
        nth = seen[dose["on"], *cell]
        seen[dose["on"], *cell] += 1
        rows.setdefault((dose["on"], nth), {})[cell] = dose["quantity"]
    return [Group(on, quantities) for (on, _nth), quantities in rows.items()] or [Group("", {})]
