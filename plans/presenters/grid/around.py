"""One draft, and what was read and found of it: names, places and marks that its parts share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from plans.presenters.grid.shown import Field
from plans.rules import wording
from plans.rules.cells import Reading
from plans.rules.draft import Cells, ProductCells, dose_path
from plans.rules.findings import Finding
from plans.rules.grid import columns, groups
from plans.rules.schedule import Product

_LINES = 4


@dataclass
class Marks:
    """What is refused, missing and found, by the id of the input it belongs to."""

    refused: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    by_step: Counter[str] = field(default_factory=Counter)


class Around:
    """`sure`: the product that is taken out when the button is pressed again."""

    def __init__(
        self,
        cells: Cells,
        reading: Reading,
        still_open: tuple[Finding, ...],
        accepted: tuple[tuple[Finding, str], ...],
        focus: str,
        sure: str,
    ) -> None:
        self.doc = cells
        self.reading = reading
        self.open = still_open
        self.accepted = accepted
        self.focus = focus
        self.sure = sure
        self.columns = columns(cells)
        self.rows = {step["key"]: groups(step) for step in cells["steps"]}
        self.lines = {drug["key"]: at % _LINES + 1 for at, drug in enumerate(cells["drugs"])}
        self.drug_names = {
            drug["key"]: drug["name"].strip() or _("Drug %(n)d") % {"n": at}
            for at, drug in enumerate(cells["drugs"], 1)
        }
        self.marks = self._marks()

    @cached_property
    def places(self) -> Mapping[str, str]:
        """The path of each quantity and the id of its input."""
        places: dict[str, str] = {}
        for step in self.doc["steps"]:
            for number, row in enumerate(self.rows[step["key"]]):
                for at, (product, time) in enumerate(self.columns):
                    path = dose_path(step["key"], product, time, row.on)
                    places.setdefault(path, f"steps.{step['key']}.{number}.c{at}")
        return places

    def to(self, where: str) -> str:
        """The id of the input that a path of the rules speaks of."""
        if ".doses." in where and where in self.places:
            return self.places[where]
        parts = where.split(".")
        match parts:
            case ["drugs" | "products"]:
                return "add-product"
            case ["steps"]:
                return "add-step"
            case ["drugs", key]:
                return f"drugs.{key}.name"
            case ["drugs", key, "end"]:
                return f"drugs.{key}.end.stop"
            case ["products", key, "times"]:
                return f"products.{key}.slots.morning"
            case ["steps", key, "doses"]:
                return f"steps.{key}.0.c0" if self.columns else "add-product"
            case ["steps", key, "doses", *_rest]:
                return f"steps.{key}.first_day"
            case _:
                return where

    def _marks(self) -> Marks:
        marks = Marks()
        for refusal in self.reading.refusals:
            if not refusal.missing:
                marks.refused.setdefault(self.to(refusal.where), refusal.sentence)
                self._count(marks, refusal.where)
        for finding in self.open:
            marks.found.setdefault(self.to(finding.where), finding.sentence)
            self._count(marks, finding.where)
        return marks

    @staticmethod
    def _count(marks: Marks, where: str) -> None:
        parts = where.split(".")
        if parts[0] == "steps" and len(parts) > 1:
            marks.by_step[parts[1]] += 1

    def state(self, name: str) -> str:
        if name in self.marks.refused:
            return "refused"
        return "finding" if name in self.marks.found else ""

    def line_of(self, product: str) -> int:
        drug = next((p["drug"] for p in self.doc["products"] if p["key"] == product), "")
        return self.lines.get(drug, 1)

    @cached_property
    def read_products(self) -> Mapping[str, Product]:
        return {product.key: product for product in self.reading.so_far.products}

    def product_words(self, key: str) -> str:
        """As "clonazepam 0.5 mg tablet"; what can be said of it while it is being typed."""
        product = self.read_products.get(key)
        if product is None:
            at = next(i for i, p in enumerate(self.doc["products"], 1) if p["key"] == key)
            drug = self.doc["products"][at - 1]["drug"]
            return self.drug_names.get(drug) or _("Product %(n)d") % {"n": at}
        return wording.product_label(product, self.reading.so_far.drug(product.drug))

    def counted(self, key: str) -> str:
        product = self.read_products.get(key)
        return _("mL of") if product is not None and product.form.measured else _("number of")

    def drug_name_of(self, product: ProductCells) -> str:
        name = product["name"].strip() or self.drug_names.get(product["drug"], "")
        return name or _("Product")

    def text(self, name: str, label: str, value: str, **more: object) -> Field:
        return Field(name=name, label=label, value=value, error=self.error(name), **more)  # type: ignore[arg-type]

    def lines_of(self, name: str, label: str, value: str, **more: object) -> Field:
        return self.text(name, label, value, kind="lines", **more)

    def select(
        self,
        name: str,
        label: str,
        value: str,
        options: Iterable[tuple[str, str]],
        **more: object,
    ) -> Field:
        return self.text(name, label, value, kind="select", options=tuple(options), **more)

    def error(self, name: str) -> str:
        return self.marks.refused.get(name, "")
