"""Two people typed into one draft: each cell that differs, and the document after choosing."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from plans.rules.compare import compare_cells
from plans.rules.draft import Cells, dose_path
from taperplan import formats
from taperplan.words import gettext as _

_LINES = ("drugs", "products", "steps", "as_needed")


class Side(StrEnum):
    THEIRS = "theirs"
    YOURS = "yours"


@dataclass(frozen=True)
class Clash:
    """One thing that both documents say differently: a cell, a whole line, or an order of lines.

    ``key`` names it in the form; "" in ``theirs`` or ``yours`` is a cell in which nothing is typed.
    """

    key: str
    place: str
    theirs: str
    yours: str


def clashes(theirs: Cells, yours: Cells) -> tuple[Clash, ...]:
    """Every difference of two documents that ``shaped`` has been through."""
    return tuple(_clashes(theirs, yours))


def _clashes(theirs: Cells, yours: Cells) -> Iterator[Clash]:
    told: set[str] = set()
    for found in compare_cells(theirs, yours):
        head, _dot, rest = found.where.partition(".")
        line = rest.partition(".")[0]
        if head == "acceptances":
            place = _("Reason of an accepted finding")
            yield Clash(found.where, place, found.before, found.after)
        elif head not in _LINES or not rest:
            yield Clash(found.where, found.place, found.before, found.after)
        elif _line(theirs, head, line) is None or _line(yours, head, line) is None:
            if (whole := f"{head}.{line}") not in told:
                told.add(whole)
                yield Clash(
                    whole,
                    found.place.partition(", ")[0],
                    _summary(_line(theirs, head, line)),
                    _summary(_line(yours, head, line)),
                )
        else:
            yield Clash(found.where, found.place, found.before, found.after)


def _summary(line: Mapping[str, Any] | None) -> str:
    """What is typed in a line, for a person to tell which one it is: no key of ours."""
    if line is None:
        return _("not in this draft")
    typed = [
        value
        for name, value in line.items()
        if isinstance(value, str) and value and name not in ("key", "drug", "product")
    ]
    typed += [dose["quantity"] for dose in line.get("doses", ()) if dose["quantity"]]
    return formats.listing(typed[:12]) if typed else _("nothing typed yet")


def merged(theirs: Cells, yours: Cells, chosen: Mapping[str, Side]) -> Cells:
    """Their document, with yours wherever yours was chosen. Neither document is changed."""
    result: Any = copy.deepcopy(theirs)
    for clash in clashes(theirs, yours):
        if chosen[clash.key] is Side.YOURS:
            _take(result, yours, clash.key)
    document: Cells = result
    return document


def _take(result: Any, yours: Any, key: str) -> None:
    head, _dot, rest = key.partition(".")
    line_key, _dot, cell = rest.partition(".")
    if head == "acceptances":
        _take_acceptance(result, yours, rest)
    elif head not in _LINES:
        result[head] = yours[head]
    elif not rest:
        order = {name: at for at, name in enumerate(_keys(yours, head))}
        result[head].sort(key=lambda line: order.get(line["key"], len(order)))
    elif not cell:
        _take_line(result, yours, head, line_key)
    else:
        _take_cell(_line(result, head, line_key), _line(yours, head, line_key), key, cell)


def _take_line(result: Any, yours: Any, head: str, key: str) -> None:
    line = _line(yours, head, key)
    if line is None:
        result[head] = [other for other in result[head] if other["key"] != key]
        return
    above = _keys(yours, head)[: _keys(yours, head).index(key)]
    standing = _keys(result, head)
    at = next((standing.index(name) + 1 for name in reversed(above) if name in standing), 0)
    result[head].insert(at, copy.deepcopy(line))


def _take_cell(mine: Any, yours: Any, key: str, cell: str) -> None:
    if cell == "times":
        mine["times"] = [*yours["times"]]
    elif cell.startswith("doses."):
        mine["doses"] = [*_other_doses(mine, key), *_doses(yours, key)]
    else:
        mine[cell] = yours[cell]


def _doses(step: Any, key: str) -> list[Any]:
    return [copy.deepcopy(dose) for path, dose in _paths(step) if path == key]


def _other_doses(step: Any, key: str) -> list[Any]:
    return [dose for path, dose in _paths(step) if path != key]


def _paths(step: Any) -> Iterator[tuple[str, Any]]:
    """Each dose with the path by which two documents are compared."""
    seen: dict[str, int] = {}
    for dose in step["doses"]:
        path = dose_path(step["key"], dose["product"], dose["time"], dose["on"])
        seen[path] = seen.get(path, 0) + 1
        yield (path if seen[path] == 1 else f"{path}.{seen[path]}"), dose


def _take_acceptance(result: Any, yours: Any, rest: str) -> None:
    code, _dot, subject = rest.partition(".")
    result["acceptances"] = [
        line for line in result["acceptances"] if (line["code"], line["subject"]) != (code, subject)
    ] + [
        line for line in yours["acceptances"] if (line["code"], line["subject"]) == (code, subject)
    ]


def _line(cells: Any, head: str, key: str) -> Any:
    return next((line for line in cells[head] if line["key"] == key), None)


def _keys(cells: Any, head: str) -> list[str]:
    return [line["key"] for line in cells[head]]
