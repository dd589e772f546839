"""Why an action did not happen, in a sentence for the person who asked. Nothing was changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class NotDoneError(Exception):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Difference:
    """One field in which what stands and what was sent are not the same."""

    field: str
    stands: object
    sent: object


class DiffersError(Exception):
    """Somebody else saved first, or this form was sent before with other content.

    `stands` is the row that stands; `differences` shows both.
    """

    def __init__(self, stands: Any, differences: Sequence[Difference]) -> None:
        super().__init__("differs")
        self.stands = stands
        self.differences = tuple(differences)

    @property
    def revision(self) -> int:
        """Of a row that counts its revisions: the one that stands."""
        return int(self.stands.revision)
