"""Where a cell of a draft stands, in words: "Step 2, bedtime, clonazepam", "diazepam, role"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plans.rules import wording
from plans.rules.draft import Cells, ProductCells
from taperplan import formats
from taperplan.words import gettext as _

_LONGEST_NAME = 60


class Places:
    """The places of one document, from the names typed in it."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._labels = wording.cell_labels()
        self._drugs = {drug["key"]: drug for drug in cells["drugs"]}
        self._products = {product["key"]: product for product in cells["products"]}
        self._numbers: Mapping[str, Mapping[str, int]] = {
            "drugs": _numbered(self._drugs),
            "products": _numbered(self._products),
            "steps": _numbered(step["key"] for step in cells["steps"]),
            "as_needed": _numbered(line["key"] for line in cells["as_needed"]),
        }

    def of(self, where: str) -> str:
        head, *rest = where.split(".")
        if not rest or head not in self._numbers:
            return self._labels.get(head, "")
        thing = self.thing(head, rest[0])
        if len(rest) > 3 and rest[1] == "doses":
            return ", ".join([thing, wording.when_label(rest[3]), self.column(rest[2])])
        label = self._labels.get(rest[1], "") if len(rest) > 1 else ""
        return f"{thing}, {label}" if label else thing

    def thing(self, head: str, key: str) -> str:
        """The name of a line: the drug's name, "Step 2"."""
        name = self._name(head, key)
        if 0 < len(name) <= _LONGEST_NAME and name.isprintable():
            return name
        number = self._numbers[head].get(key)
        words = {
            "drugs": _("Drug {number}"),
            "products": _("Product {number}"),
            "steps": _("Step {number}"),
            "as_needed": _("As-needed line {number}"),
        }
        return words[head].format(number="?" if number is None else formats.number(number))

    def _name(self, head: str, key: str) -> str:
        if head == "drugs" and key in self._drugs:
            return self._drugs[key]["name"].strip()
        if head == "products" and key in self._products:
            product = self._products[key]
            drug = self._drugs.get(product["drug"])
            return product["name"].strip() or (drug["name"].strip() if drug else "")
        return ""

    def column(self, key: str) -> str:
        """A product as the head of its column: with its strength where the drug has several."""
        name = self.thing("products", key)
        product = self._products.get(key)
        if product is None or not product["strength"].strip(" "):
            return name
        several = sum(p["drug"] == product["drug"] for p in self._products.values()) > 1
        return f"{name} {self._strength(product)}" if several else name

    def _strength(self, product: ProductCells) -> str:
        """The strength as it is typed, not as it is read."""
        typed = product["strength"].strip(" ")
        return f"{typed}{formats.NBSP}{formats.unit(product['unit'], 2)}".strip(formats.NBSP)


def _numbered(keys: Iterable[str]) -> Mapping[str, int]:
    return {key: number for number, key in enumerate(keys, 1)}
