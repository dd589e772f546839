"""Writing the clinic's texts, levels, ladder and limits, and confirming them.

Each writes a further row with the next number. `number` is the one the writer saw last: if
another stands by now, theirs and ours are shown and nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from taperplan.accounts.actions.people import _locked
from taperplan.accounts.ladder import Standing
from taperplan.accounts.models import (
    Confirmation,
    Ladder,
    LevelSet,
    Membership,
    ProtocolText,
    Rung,
    TestAcknowledgement,
    TestMessage,
    TimeLimits,
    Webhook,
    Week,
)
from taperplan.accounts.models.protocol import LOWERABLE
from taperplan.accounts.refusals import Difference, DiffersError, NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from taperplan.accounts.models import Clinic, User


@transaction.atomic
def write_text(
    *,
    clinic: Clinic,
    token: uuid.UUID,
    kind: ProtocolText.Kind,
    number: int,
    text: str,
    now: datetime,
    by: User,
) -> ProtocolText:
    """`number` is that of the wording that was read, 0 for none. Raises: DiffersError."""
    _locked(clinic)
    before = ProtocolText.objects.filter(pk=token).first()
    stands = before or ProtocolText.objects.newest(clinic).filter(kind=kind).first()
    if stands is not None and stands.text == text:
        return stands
    if before is not None or (stands.number if stands else 0) != number:
        raise DiffersError(stands, [Difference("text", stands.text if stands else "", text)])
    row = ProtocolText.objects.create(
        pk=token,
        clinic=clinic,
        kind=kind,
        number=number + 1,
        text=text,
        written_at=now,
        written_by=by,
    )
    trail.record(Verb.TEXT_WRITTEN, row, clinic=clinic, detail={"kind": kind.value}, by=by)
    return row


@transaction.atomic
def write_levels(
    *,
    clinic: Clinic,
    token: uuid.UUID,
    number: int,
    same_day: Collection[str],
    now: datetime,
    by: User,
) -> LevelSet:
    """Which of the items that may be lowered are told on the same day. Raises: DiffersError."""
    if unknown := set(same_day) - set(LOWERABLE):
        message = f"always an emergency: {sorted(unknown)}"
        raise ValueError(message)
    typed = sorted(same_day)
    _locked(clinic)
    before = LevelSet.objects.filter(pk=token).first()
    stands = before or LevelSet.objects.newest(clinic)
    if stands is not None and stands.same_day == typed:
        return stands
    if before is not None or (stands.number if stands else 0) != number:
        there = ", ".join(stands.same_day) if stands else ""
        raise DiffersError(stands, [Difference("same_day", there, ", ".join(typed))])
    row = LevelSet.objects.create(
        pk=token, clinic=clinic, number=number + 1, same_day=typed, written_at=now, written_by=by
    )
    trail.record(Verb.LEVELS_WRITTEN, row, clinic=clinic, by=by)
    return row


@transaction.atomic
def confirm_text(*, text: ProtocolText, now: datetime, by: User) -> Confirmation:
    """The protocol owner's name under this very wording. Raises: NotDoneError."""
    _may_confirm(by, text.clinic)
    _locked(text.clinic)
    newest = ProtocolText.objects.newest(text.clinic).get(kind=text.kind)
    return _confirm(text, newest, Confirmation(text=text), now=now, by=by)


@transaction.atomic
def confirm_levels(*, levels: LevelSet, now: datetime, by: User) -> Confirmation:
    """Raises: NotDoneError."""
    _may_confirm(by, levels.clinic)
    _locked(levels.clinic)
    newest = LevelSet.objects.newest(levels.clinic)
    return _confirm(levels, newest, Confirmation(levels=levels), now=now, by=by)


@transaction.atomic
def confirm_ladder(*, ladder: Ladder, now: datetime, by: User) -> Confirmation:
    """Raises: NotDoneError."""
    _may_confirm(by, ladder.clinic)
    _locked(ladder.clinic)
    newest = Ladder.objects.newest(ladder.clinic)
    return _confirm(ladder, newest, Confirmation(ladder=ladder), now=now, by=by)


@transaction.atomic
def confirm_time_limits(*, limits: TimeLimits, now: datetime, by: User) -> Confirmation:
    """Raises: NotDoneError."""
    _may_confirm(by, limits.clinic)
    _locked(limits.clinic)
    newest = TimeLimits.objects.newest(limits.clinic)
    return _confirm(limits, newest, Confirmation(limits=limits), now=now, by=by)


def _may_confirm(by: User, clinic: Clinic) -> None:
    if by.clinic != clinic or not by.may(Permission.CONFIRM_PROTOCOL):
        raise NotDoneError(_("Only the protocol owner of this clinic confirms."))


def _confirm(
    row: Any, newest: Any, confirmation: Confirmation, *, now: datetime, by: User
) -> Confirmation:
    before = Confirmation.objects.filter(
        text=confirmation.text,
        levels=confirmation.levels,
        ladder=confirmation.ladder,
        limits=confirmation.limits,
    ).first()
    if before is not None:
        return before
    if newest != row:
        raise NotDoneError(_("Somebody has changed this since you read it. Read it again."))
    confirmation.confirmed_at, confirmation.confirmed_by = now, by
    confirmation.save(force_insert=True)
    trail.record(Verb.CONFIRMED, row, clinic=row.clinic, by=by)
    return confirmation


@transaction.atomic
def write_ladder(
    *,
    clinic: Clinic,
    token: uuid.UUID,
    number: int,
    rungs: Sequence[RungTyped | tuple[User, int]],
    now: datetime,
    by: User,
) -> Ladder:
    """The whole ladder, first rung first. A pair is a person told by email.

    Raises: NotDoneError, DiffersError.
    """
    wanted = [one if isinstance(one, RungTyped) else RungTyped.person_of(*one) for one in rungs]
    _check_rungs(clinic, wanted)
    _locked(clinic)
    before = Ladder.objects.filter(pk=token).first()
    stands = before or Ladder.objects.newest(clinic)
    kept = typed_of(stands)
    if stands is not None and kept == wanted:
        return stands
    if before is not None or (stands.number if stands else 0) != number:
        there = "; ".join(one.words() for one in kept)
        here = "; ".join(one.words() for one in wanted)
        raise DiffersError(stands, [Difference("rungs", there, here)])
    ladder = Ladder(pk=token, clinic=clinic, number=number + 1, written_at=now, written_by=by)
    # The rungs first: a rung below a ladder that stands is refused by the database.
    Rung.objects.bulk_create(
        Rung(
            ladder=ladder,
            position=position,
            who=one.who.value,
            person=one.person,
            address=one.address,
            channel=one.channel.value,
            minutes=one.minutes,
        )
        for position, one in enumerate(wanted, start=1)
    )
    ladder.save(force_insert=True)
    trail.record(
        Verb.LADDER_WRITTEN, ladder, clinic=clinic, detail={"rungs": str(len(rungs))}, by=by
    )
    return ladder


@dataclass(frozen=True)
class RungTyped:
    """One rung as it was typed."""

    who: Rung.Who
    minutes: int
    channel: Rung.Channel = Rung.Channel.EMAIL
    person: User | None = None
    address: str = ""

    @classmethod
    def person_of(cls, person: User, minutes: int) -> RungTyped:
        return cls(Rung.Who.PERSON, minutes, person=person)

    def words(self) -> str:
        whom = self.person.name if self.person else self.address or str(self.who.label)
        return _("{whom}, by {channel}, {minutes} min").format(
            whom=whom, channel=self.channel.label, minutes=self.minutes
        )


def typed_of(ladder: Ladder | None) -> list[RungTyped]:
    if ladder is None:
        return []
    return [
        RungTyped(
            who=Rung.Who(row.who),
            minutes=row.minutes,
            channel=Rung.Channel(row.channel),
            person=row.person,
            address=row.address,
        )
        for row in ladder.rungs.select_related("person").order_by("position")
    ]


def people_for_the_ladder(clinic: Clinic) -> list[User]:
    """Those of the clinic who may acknowledge a red flag, by name."""
    standing = Membership.objects.standing().filter(clinic=clinic).select_related("user", "clinic")
    return sorted(
        (
            membership.user
            for membership in standing
            if Permission.ACKNOWLEDGE_ESCALATION in membership.permissions
        ),
        key=lambda user: user.name.casefold(),
    )


def _check_rungs(clinic: Clinic, rungs: Sequence[RungTyped]) -> None:
    if not rungs:
        raise NotDoneError(_("Put at least one person on the ladder."))
    people = [one.person.pk for one in rungs if one.person is not None]
    if len(set(people)) != len(people):
        raise NotDoneError(_("Each person stands on one rung."))
    if not set(people) <= {user.pk for user in people_for_the_ladder(clinic)}:
        raise NotDoneError(_("A rung is for somebody of this clinic who can act on a red flag."))
    rota = any(one.who is Rung.Who.ROTA for one in rungs)
    if rota and Week.objects.in_force(clinic, Week.Kind.ROTA) is None:
        raise NotDoneError(_("Type the rota first: a rung of it stands empty without one."))
    paged = any(one.channel is Rung.Channel.WEBHOOK for one in rungs)
    if paged and Webhook.objects.in_force(clinic) is None:
        raise NotDoneError(_("Type the pager's address first: a rung uses it."))


@transaction.atomic
def write_time_limits(
    *,
    clinic: Clinic,
    token: uuid.UUID,
    number: int,
    emergency: int,
    same_day: int,
    now: datetime,
    by: User,
) -> TimeLimits:
    """Minutes from acknowledged to contacted. Raises: DiffersError."""
    _locked(clinic)
    before = TimeLimits.objects.filter(pk=token).first()
    stands = before or TimeLimits.objects.newest(clinic)
    typed = {"emergency_minutes": emergency, "same_day_minutes": same_day}
    kept = {name: getattr(stands, name) for name in typed} if stands else {}
    if kept == typed:
        return stands  # type: ignore[return-value]
    if before is not None or (stands.number if stands else 0) != number:
        raise DiffersError(
            stands,
            [
                Difference(name, kept.get(name, ""), minutes)
                for name, minutes in typed.items()
                if kept.get(name) != minutes
            ],
        )
    row = TimeLimits.objects.create(
        pk=token, clinic=clinic, number=number + 1, written_at=now, written_by=by, **typed
    )
    trail.record(Verb.TIME_LIMITS_WRITTEN, row, clinic=clinic, by=by)
    return row


@transaction.atomic
def send_test(
    *,
    clinic: Clinic,
    token: uuid.UUID,
    to: User,
    now: datetime,
    by: User | None,
    channel: Rung.Channel = Rung.Channel.EMAIL,
) -> TestMessage:
    """A test message to one person of the ladder; the notifier sends it. Raises: NotDoneError."""
    _locked(clinic)
    before = TestMessage.objects.filter(pk=token).first()
    if before is not None:
        return before
    if to not in Standing(clinic, now).people:
        raise NotDoneError(_("A test message goes to somebody on the ladder."))
    message = TestMessage.objects.create(
        pk=token, clinic=clinic, to=to, channel=channel.value, sent_at=now, sent_by=by
    )
    trail.record(Verb.TEST_MESSAGE_SENT, message, clinic=clinic, by=by)
    return message


@transaction.atomic
def acknowledge_test(*, message: TestMessage, now: datetime, by: User) -> TestAcknowledgement:
    """Raises: NotDoneError when it was sent to somebody else."""
    _locked(message.clinic)
    if message.to_id != by.pk:
        raise NotDoneError(_("This message was sent to somebody else."))
    before = TestAcknowledgement.objects.filter(message=message).first()
    if before is not None:
        return before
    row = TestAcknowledgement.objects.create(message=message, at=now, by=by)
    trail.record(Verb.TEST_MESSAGE_ACKNOWLEDGED, message, clinic=message.clinic, by=by)
    return row
