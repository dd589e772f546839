"""One clinic with everything in it, twice: ours, and another that must not show.

Each object is made when it is first asked for, by the builder of its name; the name is that
of the URL parameter which reaches it. To add one, write a method with `@thing`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.access.engine import unlike

if TYPE_CHECKING:
    from collections.abc import Callable

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, Membership, User

_things: list[str] = []


def thing(build: Callable[[Any], Any]) -> cached_property[Any]:
    """A thing that an address can name."""
    _things.append(build.__name__)
    return cached_property(build)


def is_thing(name: str) -> bool:
    """Whether a URL parameter of this name names an object."""
    return name in _things


class World:
    """`mark` is a word in every text of this clinic's records, so that a leak can be seen."""

    def __init__(self, clinic: Clinic, people: dict[str, User], *, mark: str) -> None:
        self.clinic, self.people, self.mark = clinic, people, mark
        self.now = datetime.now(UTC)

    @property
    def secrets(self) -> list[str]:
        return [self.mark]

    def has(self, name: str) -> bool:
        return is_thing(name)

    def unlike(self, name: str) -> Any:
        return unlike(getattr(self, name).pk)

    def fill(self) -> None:
        """Make everything, for the pages that show more than one thing."""
        for name in _things:
            getattr(self, name)

    # --- Things ------------------------------------------------------------------------

    @thing
    def membership(self) -> Membership:
        return self.people["monitor"].memberships.get(clinic=self.clinic)

    @thing
    def patient(self) -> Patient:
        from patients.models import Patient

        return Patient.objects.create(
            clinic=self.clinic,
            family_name=f"{self.mark}sample",
            given_names=f"Otto {self.mark}",
            name_search=f"{self.mark}sample otto {self.mark}".casefold(),
            born=date(1956, 11, 21),
            registered_at=self.now,
            registered_by=self.people["prescriber"],
            changed_at=self.now,
        )
