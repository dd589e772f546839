"""Words in addresses that name one of a closed list; any other word is no address."""

from __future__ import annotations

from patients.vocabulary import IdentityPart, Kind


class KindConverter:
    regex = "[a-z-]+"

    def to_python(self, value: str) -> Kind:
        return Kind(value)

    def to_url(self, value: Kind | str) -> str:
        return Kind(value).value


class PartConverter:
    regex = "[a-z-]+"

    def to_python(self, value: str) -> str:
        return IdentityPart(value).value

    def to_url(self, value: str) -> str:
        return value
