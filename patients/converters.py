"""Words in addresses that name one of a closed list; any other word is no address."""

from __future__ import annotations

from patients.forms import PARTS
from patients.vocabulary import Kind


class KindConverter:
    regex = "[a-z-]+"

    def to_python(self, value: str) -> Kind:
        return Kind(value)

    def to_url(self, value: Kind | str) -> str:
        return Kind(value).value


class PartConverter:
    regex = "[a-z-]+"

    def to_python(self, value: str) -> str:
        if value not in PARTS:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value
