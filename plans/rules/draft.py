"""The draft document: its cells, each the text that was typed, and its limits.

A document comes from a browser, so nothing about it is taken on trust: ``shaped`` gives back a
document of exactly this shape and says what did not fit, whatever it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypedDict

from taperplan import formats
from taperplan.words import gettext as _


class DrugCells(TypedDict):
    key: str
    name: str
    role: str
    drug_class: str
    end: str
    review_on: str
    end_note: str


class ProductCells(TypedDict):
    key: str
    drug: str
    name: str
    form: str
    route: str
    strength: str
    strength_not_stated: str
    unit: str
    per: str
    parts: str
    stated_supply: str
    wear_hours: str
    preparation: str
    given_by: str
    keep_until: str
    device: str
    patient_text: str
    pharmacy_text: str
    team_text: str
    times: list[str]


class DoseCells(TypedDict):
    product: str
    time: str
    on: str
    quantity: str


class StepCells(TypedDict):
    key: str
    first_day: str
    chained: str
    from_slot: str
    days: str
    last_day: str
    open: str
    rhythm: str
    cycle_days: str
    cycle_from: str
    reason: str
    stated_days: str
    patient_text: str
    pharmacy_text: str
    team_text: str
    doses: list[DoseCells]


class AsNeededCells(TypedDict):
    key: str
    product: str
    quantity: str
    maximum: str
    gap: str
    reason: str
    first_day: str
    last_day: str


class AcceptanceCells(TypedDict):
    code: str
    subject: str
    reason: str


class Cells(TypedDict):
    title: str
    in_force_from: str
    in_force_slot: str
    reason: str
    patient_text: str
    pharmacy_text: str
    team_text: str
    missed_dose_text: str
    drugs: list[DrugCells]
    products: list[ProductCells]
    steps: list[StepCells]
    as_needed: list[AsNeededCells]
    acceptances: list[AcceptanceCells]


@dataclass(frozen=True)
class Refusal:
    """Why a draft cannot be signed as it stands.

    ``where`` is the path of the cell ("steps.s1.doses.p1.bedtime.quantity"), ``place`` the same in
    words, for a summary. ``missing``: nothing is typed there yet, which is no error while typing.
    """

    where: str
    sentence: str
    place: str = ""
    missing: bool = False


_LISTS: Mapping[str, tuple[type, int]] = {
    "drugs": (DrugCells, 12),
    "products": (ProductCells, 20),
    "steps": (StepCells, 200),
    "as_needed": (AsNeededCells, 20),
    "acceptances": (AcceptanceCells, 500),
}
MOST_TIMES = 24
MOST_DOSES = 480
LONGEST_LINE = 200
LONGEST_TEXT = 4000

_LONG = frozenset(
    {
        "reason",
        "patient_text",
        "pharmacy_text",
        "team_text",
        "missed_dose_text",
        "end_note",
        "preparation",
    }
)
_LONGEST = {"name": 120, "route": 60, "time": 8, "role": 24, "drug_class": 24, "form": 24}
_ANY_CELL = min(_LONGEST.values())
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_DOSE = {"product": "", "time": "", "on": "", "quantity": ""}.keys()
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_UNSHOWN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def blank_document() -> Cells:
    """A draft in which nothing is typed."""
    document: Cells = _blank(Cells)
    return document


def blank_drug(key: str) -> DrugCells:
    drug: DrugCells = _blank(DrugCells) | {"key": key}
    return drug


def blank_product(key: str, drug: str) -> ProductCells:
    product: ProductCells = _blank(ProductCells) | {"key": key, "drug": drug}
    return product


def blank_step(key: str) -> StepCells:
    step: StepCells = _blank(StepCells) | {"key": key}
    return step


def blank_dose(product: str, time: str, on: str = "") -> DoseCells:
    return {"product": product, "time": time, "on": on, "quantity": ""}


def blank_as_needed(key: str) -> AsNeededCells:
    line: AsNeededCells = _blank(AsNeededCells) | {"key": key}
    return line


def blank_copy(step: StepCells, key: str) -> StepCells:
    """The step's pattern, products and times, with quantities, length and texts blank."""
    copied = blank_step(key)
    copied["chained"] = step["chained"]
    copied["rhythm"] = step["rhythm"]
    copied["cycle_days"] = step["cycle_days"]
    copied["doses"] = [blank_dose(d["product"], d["time"], d["on"]) for d in step["doses"]]
    return copied


def dose_path(step: str, product: str, time: str, on: str = "") -> str:
    """The path of a quantity; ``on`` (its days of the cycle) is part of it where it is typed."""
    days = "-".join(on.split())
    part = f"{time}.{days}" if days else time
    return f"steps.{step}.doses.{product}.{part}.quantity"


def _blank(shape: type) -> Any:
    return {name: [] if a_list else "" for name, a_list in _names(shape).items()}


@cache
def _names(shape: type) -> Mapping[str, bool]:
    """The cells of this shape; True for those that are lists."""
    return {name: _is_list(kind) for name, kind in shape.__annotations__.items()}


def _is_list(kind: object) -> bool:
    return str(kind).find("list[") >= 0


def shaped(document: object) -> tuple[Cells, tuple[Refusal, ...]]:
    """The document in exactly this shape, and what did not fit. Raises nothing.

    What a database cannot keep (NUL, half a surrogate pair) is replaced by a visible sign, and
    refused at its cell.
    """
    refusals: list[Refusal] = []
    if not isinstance(document, Mapping):
        return blank_document(), (Refusal("document", _("This is not a draft of a plan.")),)
    cells: Any = _texts(document, Cells, "", refusals)
    for name, (shape, most) in _LISTS.items():
        cells[name] = list(_items(document.get(name, []), name, shape, most, refusals))
    return cells, tuple(refusals)


def _items(
    given: object, name: str, shape: type, most: int, refusals: list[Refusal]
) -> Iterator[Any]:
    if not isinstance(given, list):
        refusals.append(Refusal(name, _("This part of the draft is not a list.")))
        return
    if len(given) > most:
        refusals.append(
            Refusal(
                name,
                _("{n} lines are more than this part of a plan holds.").format(
                    n=formats.number(len(given))
                ),
            )
        )
    taken: set[str] = set()
    for place, item in enumerate(given[:most]):
        if not isinstance(item, Mapping):
            where = f"{name}.{place}"
            refusals.append(Refusal(where, _("This line of the draft is not readable.")))
            continue
        key = item.get("key")
        if shape is AcceptanceCells:
            key = str(place)
        elif not isinstance(key, str) or not _KEY.fullmatch(key) or key in taken:
            refusals.append(
                Refusal(f"{name}.{place}", _("This line of the draft has no key of its own."))
            )
            key = f"line-{place}-{len(taken)}"
        taken.add(key)
        yield _item(item, key, f"{name}.{key}", shape, refusals)


def _item(item: Mapping[Any, Any], key: str, path: str, shape: type, to: list[Refusal]) -> Any:
    cells = _texts(item, shape, path, to)
    if "key" in cells:
        cells["key"] = key
    if shape is ProductCells:
        cells["times"] = _times(item.get("times", []), path, to)
    if shape is StepCells:
        cells["doses"] = _doses(item.get("doses", []), path, to)
    return cells


def _times(given: object, path: str, to: list[Refusal]) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(time, str) for time in given):
        to.append(Refusal(f"{path}.times", _("The times of day are not readable.")))
        return []
    if len(given) > MOST_TIMES:
        to.append(
            Refusal(
                f"{path}.times",
                _("{n} times of day are more than a product holds.").format(
                    n=formats.number(len(given))
                ),
            )
        )
    return [_kept(time, f"{path}.times", "time", to) for time in given[:MOST_TIMES]]


def _doses(given: object, path: str, to: list[Refusal]) -> list[DoseCells]:
    if not isinstance(given, list) or not all(isinstance(dose, Mapping) for dose in given):
        to.append(Refusal(f"{path}.doses", _("The quantities are not readable.")))
        return []
    if len(given) > MOST_DOSES:
        to.append(
            Refusal(
                f"{path}.doses",
                _("{n} quantities are more than a step holds.").format(
                    n=formats.number(len(given))
                ),
            )
        )
    where = f"{path}.doses"
    return [_dose(dose, where, to) for dose in given[:MOST_DOSES]]


def _dose(given: Mapping[Any, Any], where: str, to: list[Refusal]) -> DoseCells:
    """A large draft has a thousand of these; nearly all are four short texts and nothing else."""
    if given.keys() == _DOSE:
        product, time, on, quantity = map(given.__getitem__, _DOSE)
        for value in (product, time, on, quantity):
            if type(value) is not str or len(value) > _ANY_CELL or not value.isascii():
                break
            if not value.isprintable():
                break
        else:
            return {"product": product, "time": time, "on": on, "quantity": quantity}
    dose: DoseCells = _texts(given, DoseCells, where, to)
    return dose


def _texts(given: Mapping[Any, Any], shape: type, path: str, to: list[Refusal]) -> Any:
    """The text cells of this shape; unknown keys and other types are refused, not raised."""
    cells = _blank(shape)
    for name in given:
        if name not in cells:
            to.append(Refusal(path or "document", _("An unknown cell is in the draft.")))
    for name, blank in cells.items():
        value = given.get(name, blank)
        if blank == "":
            where = f"{path}.{name}" if path else name
            cells[name] = _kept(value, where, name, to)
    return cells


def _kept(value: object, where: str, name: str, to: list[Refusal]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        to.append(Refusal(where, _("This cell does not hold text.")))
        return ""
    if len(value) <= _ANY_CELL and value.isascii() and value.isprintable():
        return value  # a figure or a word, as nearly every cell
    longest = LONGEST_TEXT if name in _LONG else _LONGEST.get(name, LONGEST_LINE)
    if len(value) > longest:
        to.append(
            Refusal(
                where,
                _("{n} characters are typed. This cell holds {longest}.").format(
                    n=formats.number(len(value)), longest=formats.number(longest)
                ),
            )
        )
    if _UNKEPT.search(value):
        to.append(Refusal(where, _("A character that cannot be kept is in this text.")))
        return _UNKEPT.sub("\ufffd", value)
    if _UNSHOWN.search(value):
        to.append(Refusal(where, _("A character that is not shown is in this text.")))
    return value
