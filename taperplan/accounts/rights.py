"""What somebody may do in a clinic, as one value: asked for, compared, written to the trail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taperplan.accounts.models import Clinic, Membership, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Role
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping


@dataclass(frozen=True)
class Rights:
    """Roles, and the two marks that are not roles."""

    roles: frozenset[Role]
    protocol_owner: bool = False
    privacy_lead: bool = False

    def check(self) -> None:
        """Raises: NotDoneError."""
        if not self.roles:
            raise NotDoneError(_("Choose at least one role."))
        if self.protocol_owner and Role.PRESCRIBER not in self.roles:
            raise NotDoneError(_("The protocol owner is a prescriber. Choose that role too."))

    def columns(self) -> dict[str, bool]:
        held = {role.value: role in self.roles for role in Role}
        return {
            **held,
            "protocol_owner": self.protocol_owner,
            "privacy_lead": self.privacy_lead,
        }

    def __str__(self) -> str:
        """As the trail writes it."""
        return ", ".join(name for name, held in self.columns().items() if held)


def rights_of(membership: Membership) -> Rights:
    return Rights(
        roles=membership.roles,
        protocol_owner=membership.protocol_owner,
        privacy_lead=membership.privacy_lead,
    )


def asker(user: uuid.UUID, clinic: uuid.UUID, rights: Rights) -> User:
    """Somebody with these keys who may do that: a person for a statement that is kept."""
    made = User(pk=user)
    made.membership = Membership(user=made, clinic=Clinic(pk=clinic), **rights.columns())
    return made


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be invited. `particulars` are further columns of the account."""

    email: str
    name: str
    rights: Rights
    particulars: Mapping[str, str] = field(default_factory=dict)
