"""Keys as lines of a list; the text of a key is in none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patients.vocabulary import Ground
from plans.models import AccessKey
from plans.rules.exchange import KeyKind, Part
from taperplan import formats
from taperplan.accounts.models import Membership, User
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from taperplan.accounts.models import Clinic


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class KeyLine:
    key: uuid.UUID
    reference: str
    recipient: str
    reads: str
    ground: str
    issued: str
    ends: str
    used: str
    alive: bool
    state: str


def lines(user: User, kind: KeyKind, now: datetime) -> list[KeyLine]:
    rows = AccessKey.objects.visible_to(user).filter(kind=kind.value)
    return [_line(row, now) for row in rows.select_related("answers_for", "issued_by", "clinic")]


def _line(row: AccessKey, now: datetime) -> KeyLine:
    zone = row.clinic.zone
    if row.revoked_at is not None:
        state = _("Revoked {when}").format(when=formats.moment(row.revoked_at.astimezone(zone)))
    else:
        state = _("In use") if row.alive(now) else _("Ended")
    return KeyLine(
        key=row.pk,
        reference=row.reference,
        recipient=row.recipient,
        reads=capital(formats.listing([Part(part).words for part in row.parts.split()])),
        ground=_("{ground}: {why}").format(ground=capital(Ground(row.ground).words), why=row.why)
        if row.ground
        else "",
        issued=_("{when}, by {who}; {person} answers for it").format(
            when=formats.moment(row.issued_at.astimezone(zone)),
            who=row.issued_by.name,
            person=row.answers_for.name,
        ),
        ends=formats.day(row.ends_at.astimezone(zone).date()),
        used=formats.moment(row.used_at.astimezone(zone)) if row.used_at else _("never used"),
        alive=row.alive(now),
        state=state,
    )


def clinicians(clinic: Clinic) -> list[tuple[str, str]]:
    """Who may answer for a key."""
    rows = Membership.objects.standing().filter(clinic=clinic).select_related("user")
    return [(str(row.user_id), row.user.name) for row in rows.order_by("user__name", "pk")
            if row.clinical]  # fmt: skip


def person(clinic: Clinic, key: uuid.UUID) -> User | None:
    row = Membership.objects.standing().filter(clinic=clinic, user=key).first()
    return row.user if row is not None else None
