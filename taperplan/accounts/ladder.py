"""Who would be told of a red flag at a moment: the ladder with its rota, deputies and leavers.

Asked when somebody is told, never kept: a rung that says "whoever is on call" means whoever is
on call when its time comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from taperplan.accounts.models import (
    Absence,
    Ladder,
    Membership,
    Rung,
    TimeLimits,
    Webhook,
    Week,
)
from taperplan.accounts.roles import Permission
from taperplan.accounts.week import Span, next_opening, on_at

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable
    from datetime import datetime

    from taperplan.accounts.models import Clinic, User

EMAIL, WEBHOOK = Rung.Channel.EMAIL.value, Rung.Channel.WEBHOOK.value


@dataclass(frozen=True)
class Recipient:
    """One message: to a person or a shared address, by one channel.

    `reference_only`: an administrator who has no right to open the red flag, told because
    nobody else stands on the ladder; the message names the reference and has no link.
    """

    channel: str
    address: str
    person: User | None = None
    reference_only: bool = False


@dataclass(frozen=True)
class StandingRung:
    position: int
    minutes: int
    to: tuple[Recipient, ...]


class Standing:
    """One clinic's ladder, as far as somebody stands on it. Reads what it needs, once."""

    def __init__(self, clinic: Clinic, now: datetime) -> None:
        self.clinic, self.now = clinic, now
        self._members = {
            member.user_id: member
            for member in Membership.objects.standing()
            .filter(clinic=clinic)
            .select_related("user", "clinic")
            .order_by("pk")
        }

    @cached_property
    def _rungs(self) -> list[Rung]:
        ladder = Ladder.objects.in_force(self.clinic)
        return list(ladder.rungs.select_related("person").order_by("position")) if ladder else []

    @cached_property
    def _deputies(self) -> dict[uuid.UUID, User]:
        away = Absence.objects.on(self.clinic, self.clinic.day(self.now))
        return {
            row.person_id: row.deputy
            for row in away.select_related("deputy").order_by("written_at")
        }

    @property
    def rungs(self) -> tuple[StandingRung, ...]:
        """The rungs on which somebody stands; empty when the whole ladder falls through."""
        found = (StandingRung(row.position, row.minutes, self._to(row)) for row in self._rungs)
        return tuple(rung for rung in found if rung.to)

    @property
    def everybody(self) -> tuple[Recipient, ...]:
        """Where nobody stands on the ladder: all clinicians, and administrators by reference."""
        clinicians = [
            Recipient(EMAIL, member.user.email, member.user)
            for member in self._members.values()
            if Permission.ACKNOWLEDGE_ESCALATION in member.permissions
        ]
        others = [
            Recipient(EMAIL, member.user.email, member.user, reference_only=True)
            for member in self._members.values()
            if member.administrator and Permission.ACKNOWLEDGE_ESCALATION not in member.permissions
        ]
        return (*clinicians, *others)

    def of_privacy(self, but: uuid.UUID) -> tuple[Recipient, ...]:
        """Who reviews a use of emergency access by `but`: the privacy leads; where there is no
        other, the administrators, by its reference."""
        others = [member for member in self._members.values() if member.user_id != but]
        leads = [
            Recipient(EMAIL, member.user.email, member.user)
            for member in others
            if member.privacy_lead
        ]
        if leads:
            return tuple(leads)
        return tuple(
            Recipient(EMAIL, member.user.email, member.user, reference_only=True)
            for member in others
            if member.administrator
        )

    @property
    def leavers(self) -> int:
        """People named on a rung who do not work here any more."""
        return sum(row.person is not None and not self.may_act(row.person) for row in self._rungs)

    def may_act(self, person: User) -> bool:
        member = self._members.get(person.pk)
        return member is not None and Permission.ACKNOWLEDGE_ESCALATION in member.permissions

    def works_here(self, person: User) -> bool:
        return person.pk in self._members

    @property
    def people(self) -> list[User]:
        """Everybody whom some hour of the ladder names, without leavers; by name."""
        named = [row.person for row in self._rungs if row.person is not None]
        if any(row.who == Rung.Who.ROTA.value for row in self._rungs):
            named += [span.who for span in self._spans(Week.Kind.ROTA) if span.who is not None]
        here = {person.pk: person for person in named if self.may_act(person)}
        return sorted(here.values(), key=lambda person: person.name.casefold())

    def _to(self, row: Rung) -> tuple[Recipient, ...]:
        match Rung.Who(row.who):
            case Rung.Who.PERSON:
                named: Iterable[User | None] = [row.person]
            case Rung.Who.ROTA:
                local = self.now.astimezone(self.clinic.zone)
                named = on_at(self._spans(Week.Kind.ROTA), local)
            case Rung.Who.SHARED:
                return (Recipient(row.channel, row.address),)
        people = dict.fromkeys(
            standing
            for person in named
            if person is not None and (standing := self._standing_for(person)) is not None
        )
        return tuple(Recipient(row.channel, person.email, person) for person in people)

    def _standing_for(self, person: User) -> User | None:
        """The person, or the deputy of whoever is away; whoever has left is nobody."""
        asked: set[uuid.UUID] = set()
        at: User | None = person
        while at is not None and at.pk not in asked:
            asked.add(at.pk)
            deputy = self._deputies.get(at.pk)
            if deputy is None:
                break
            at = deputy
        if at is not None and self.may_act(at) and (at.pk not in self._deputies):
            return at
        # No deputy who is there: better the person who is away than nobody.
        return person if self.may_act(person) else None

    def _spans(self, kind: Week.Kind) -> list[Span[User | None]]:
        week = Week.objects.in_force(self.clinic, kind)
        return week.as_spans() if week else []


def opens_at(clinic: Clinic, now: datetime) -> datetime:
    """When a same-day red flag may be told: now in the clinic's hours, else at the next opening.

    A clinic that typed no hours is told at once.
    """
    week = Week.objects.in_force(clinic, Week.Kind.HOURS)
    if week is None:
        return now
    return next_opening(week.as_spans(), now.astimezone(clinic.zone))


def minutes_to_contact(clinic: Clinic, *, emergency: bool) -> int | None:
    """The clinic's own limit from acknowledged to contacted; None where none is typed."""
    limits = TimeLimits.objects.in_force(clinic)
    if limits is None:
        return None
    return limits.emergency_minutes if emergency else limits.same_day_minutes


def pager(clinic: Clinic) -> Webhook | None:
    return Webhook.objects.in_force(clinic)
