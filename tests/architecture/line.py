"""The line: the product records and adds up, and never proposes. How that is looked at.

A *figure* is a dose, a count, a volume or a duration: what a person must have typed.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from django.db import models

from tests.architecture import sources

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tests.architecture.sources import Module

# --- Tables ---------------------------------------------------------------------------------

# What counts rows and revisions is no figure of a schedule.
COUNTERS = frozenset({"revision", "number", "position", "tries"})


def presets(model: type[models.Model]) -> list[str]:
    """Columns of numbers that have a default: a figure that nobody typed."""
    return [
        f"{model._meta.label}.{column.name}"
        for column in model._meta.concrete_fields
        if isinstance(column, (models.IntegerField, models.FloatField, models.DecimalField))
        and not isinstance(column, models.AutoField)
        and column.name not in COUNTERS
        and (column.has_default() or column.has_db_default())
    ]


# --- Code -----------------------------------------------------------------------------------

FIGURES = frozenset(
    {"quantity", "maximum", "strength", "per", "parts", "stated_supply", "stated_days"}
)
# What states a dose or a step; totals and supplies are sums, and may be computed.
STATEMENTS = frozenset({"AsNeeded", "Dose", "Product", "Step", "replace"})
INVENTING = re.compile(
    r"(?:^|_)(?:generate|propose|recommend|suggest|auto_?advance|hyperbolic|linear_steps?|"
    r"next_(?:dose|quantity|strength)|(?:reduce|cut|lower|raise|taper)_(?:by|to)|convert_dose|"
    r"equivalen(?:t|ce)s?|round_(?:dose|quantity|to)|combinations|percent(?:age)?)(?:_|$)",
    re.IGNORECASE,
)
COMPUTES = frozenset({"abs", "ceil", "floor", "int", "max", "min", "prod", "round", "sum"})


def _names(node: ast.AST) -> set[str]:
    return {
        part.attr if isinstance(part, ast.Attribute) else part.id
        for part in ast.walk(node)
        if isinstance(part, (ast.Attribute, ast.Name))
    }


def _computed(node: ast.AST, tainted: set[str]) -> bool:
    """Whether `node` is worked out from a figure."""
    figures = FIGURES | tainted
    for part in ast.walk(node):
        if isinstance(part, (ast.BinOp, ast.UnaryOp)) and _names(part) & figures:
            return True
        if isinstance(part, ast.Call) and _called(part) in COMPUTES and _names(part) & figures:
            return True
        if isinstance(part, ast.Name) and part.id in tainted:
            return True
    return False


def _called(call: ast.Call) -> str:
    function = call.func
    return getattr(function, "attr", getattr(function, "id", ""))


def _stated(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Every expression that becomes a figure of a statement, with the figure's name."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and _called(part) in STATEMENTS:
            yield from _stated_by_call(part)
        elif isinstance(part, ast.Dict):
            for key, value in zip(part.keys, part.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in FIGURES:
                    yield str(key.value), value
        elif isinstance(part, ast.Assign):
            names = FIGURES.intersection(map(_assigned, part.targets))
            yield from ((name, part.value) for name in names)
        elif isinstance(part, ast.AugAssign) and (name := _assigned(part.target)) in FIGURES:
            yield name, ast.BinOp(ast.Name(name), ast.Add(), part.value)


def _stated_by_call(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    for keyword in call.keywords:
        if keyword.arg in FIGURES:
            yield keyword.arg, keyword.value
    if _called(call) in ("AsNeeded", "Dose"):
        yield from (("quantity", argument) for argument in call.args)


def _assigned(target: ast.expr) -> str:
    """The figure that an assignment changes on an object: `row.quantity`, `cells["quantity"]`."""
    if isinstance(target, ast.Attribute):
        return target.attr
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    return ""


def inventions(module: Module) -> list[str]:
    """Where a dose is worked out from a dose, and functions whose name says that they do."""
    found = []
    for node in ast.walk(module.tree):
        if isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        ) and INVENTING.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name)):
            found.append(f"{module.where(node)} is called {node.name}")
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            tainted = _tainted(node)
            found += [
                f"{module.where(value)} works out {name}"
                for name, value in _stated(node)
                if _computed(value, tainted)
            ]
    return sorted(set(found))


def _tainted(function: ast.AST) -> set[str]:
    """Local names that hold what was worked out from a figure."""
    tainted: set[str] = set()
    before = None
    while before != tainted:
        before = set(tainted)
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and _computed(node.value, tainted):
                tainted |= {t.id for t in node.targets if isinstance(t, ast.Name)}
            elif (
                isinstance(node, ast.AugAssign)
                and isinstance(node.target, ast.Name)
                and (node.target.id in FIGURES or _computed(node.value, tainted))
            ):
                tainted.add(node.target.id)
    return tainted


def preset_forms(module: Module) -> list[str]:
    """Form fields of figures that begin with a value, and widgets that carry limits or hints."""
    found = []
    for name, call in sources.calls(module.tree):
        for keyword in call.keywords:
            literal = isinstance(keyword.value, ast.Constant) and keyword.value.value not in (
                "",
                None,
                False,
            )
            if keyword.arg == "initial" and literal:
                found.append(f"{module.where(call)} {name}(initial=...)")
            if keyword.arg == "attrs" and isinstance(keyword.value, ast.Dict):
                keys = {key.value for key in keyword.value.keys if isinstance(key, ast.Constant)}
                found += [
                    f"{module.where(call)} {name} carries {key}"
                    for key in sorted(map(str, keys & FORBIDDEN))
                ]
    return found


# --- Pages ----------------------------------------------------------------------------------

FORBIDDEN = frozenset({"placeholder", "min", "max", "step", "list"})
FIGURE_NAME = re.compile(
    r"(?:^|[._\-\[])(?:quantity|strength|per|parts|days|stated_days|stated_supply|maximum|gap|"
    r"gap_minutes|wear_hours|cycle_days|dose|doses|amount|count|volume|hours|minutes|tablets|"
    r"how_many|left|supply)(?:$|[._\-\]])"
)
# The parts of a date are typed in three boxes; a date is no figure of a schedule.
DATE_PART = re.compile(r"(?:^|[._\-])(?:day|month|year|date|born|first_day|last_day)(?:$|[._\-])")
SILENT_TYPES = frozenset({"hidden", "submit", "button", "reset", "search", "file", "image"})


@dataclass
class Control:
    """One input, as a browser would fill it."""

    tag: str
    attributes: dict[str, str]
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attributes.get("name") or self.attributes.get("id", "")

    @property
    def kind(self) -> str:
        return self.attributes.get("type", "text") if self.tag == "input" else self.tag

    @property
    def figure(self) -> bool:
        """Whether a dose, a count, a volume or a duration is typed here."""
        if self.kind in SILENT_TYPES:
            return False
        if self.attributes.get("inputmode") == "decimal" or "data-figure" in self.attributes:
            return True
        return bool(FIGURE_NAME.search(self.name)) and not DATE_PART.search(self.name)


class Controls(HTMLParser):
    """Every control of a page, and every list of ready answers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Control] = []
        self.lists = 0
        self._select: Control | None = None
        self._text: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "datalist":
            self.lists += 1
        elif tag == "input":
            control = Control(tag, values)
            if control.kind in ("checkbox", "radio"):
                control.values = [values.get("value", "on")] if "checked" in values else []
            elif values.get("value"):
                control.values = [values["value"]]
            self.found.append(control)
        elif tag == "select":
            self._select = Control(tag, values)
            self.found.append(self._select)
        elif tag == "option" and self._select is not None:
            self._select.options.append(values.get("value", ""))
            if "selected" in values:
                self._select.values.append(values.get("value", ""))
        elif tag == "textarea":
            self._text = Control(tag, values)
            self.found.append(self._text)

    def handle_data(self, data: str) -> None:
        if self._text is not None and data.strip():
            self._text.values.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            # A browser chooses the first answer where none is chosen.
            if self._select is not None and not self._select.values and self._select.options:
                self._select.values = self._select.options[:1]
            self._select = None
        elif tag == "textarea":
            self._text = None


def controls(page: str) -> Controls:
    parser = Controls()
    parser.feed(page)
    parser.close()
    return parser


def crossings(page: str, typed: Collection[str]) -> list[str]:
    """Where `page` crosses the line, given everything that somebody `typed`."""
    parser = controls(page)
    found = ["a list of ready answers"] * bool(parser.lists)
    for control in parser.found:
        if control.kind in ("number", "range"):
            found.append(f"{control.name}: turns with the wheel")
        if control.figure:
            found += [
                f"{control.name}: carries {name}={control.attributes[name]!r}"
                for name in sorted(FORBIDDEN & control.attributes.keys())
            ]
            found += [
                f"{control.name}: holds {value!r}, which nobody typed"
                for value in control.values
                if value and value not in typed
            ]
    return found


def typed_in(document: Any) -> set[str]:
    """Every text of a document of cells."""
    if isinstance(document, dict):
        return set().union(*map(typed_in, document.values())) if document else set()
    if isinstance(document, list):
        return set().union(*map(typed_in, document)) if document else set()
    return {str(document)}
