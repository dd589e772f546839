"""Writing the clinic's texts, levels, ladder and limits, and confirming them.

Each writes a further row with the next number. `number` is the one the writer saw last: if
another stands by now, theirs and ours are shown and nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from taperplan.accounts.actions.people import _locked
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


def _may_confirm(by: User, clinic: Clinic) -> None:
    if by.clinic != clinic or not by.may(Permission.CONFIRM_PROTOCOL):
        raise NotDoneError(_("Only the protocol owner of this clinic confirms."))


def _confirm(
    row: Any, newest: Any, confirmation: Confirmation, *, now: datetime, by: User
) -> Confirmation:
    before = Confirmation.objects.filter(text=confirmation.text, levels=confirmation.levels).first()
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
    rungs: Sequence[tuple[User, int]],
    now: datetime,
    by: User,
) -> Ladder:
    """The whole ladder, first rung first. Raises: NotDoneError, DiffersError."""
    _check_rungs(clinic, rungs)
    _locked(clinic)
    before = Ladder.objects.filter(pk=token).first()
    stands = before or Ladder.objects.in_force(clinic)
    kept = _kept(stands)
    typed = [(person.pk, minutes) for person, minutes in rungs]
    if stands is not None and kept == typed:
        return stands
    if before is not None or (stands.number if stands else 0) != number:
        there = (
            "; ".join(
                f"{rung.person.name}, {rung.minutes} min"
                for rung in stands.rungs.select_related("person").order_by("position")
            )
            if stands
            else ""
        )
        here = "; ".join(f"{person.name}, {minutes} min" for person, minutes in rungs)
        raise DiffersError(stands, [Difference("rungs", there, here)])
    ladder = Ladder(pk=token, clinic=clinic, number=number + 1, written_at=now, written_by=by)
    # The rungs first: a rung below a ladder that stands is refused by the database.
    Rung.objects.bulk_create(
        Rung(ladder=ladder, position=position, person=person, minutes=minutes)
        for position, (person, minutes) in enumerate(rungs, start=1)
    )
    ladder.save(force_insert=True)
    trail.record(
        Verb.LADDER_WRITTEN, ladder, clinic=clinic, detail={"rungs": str(len(rungs))}, by=by
    )
    return ladder


def _kept(ladder: Ladder | None) -> list[tuple[uuid.UUID, int]]:
    if ladder is None:
        return []
    return list(ladder.rungs.order_by("position").values_list("person_id", "minutes"))


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


def _check_rungs(clinic: Clinic, rungs: Sequence[tuple[User, int]]) -> None:
    if not rungs:
        raise NotDoneError(_("Put at least one person on the ladder."))
    people = [person.pk for person, _minutes in rungs]
    if len(set(people)) != len(people):
        raise NotDoneError(_("Each person stands on one rung."))
    if not set(people) <= {user.pk for user in people_for_the_ladder(clinic)}:
        raise NotDoneError(_("A rung is for somebody of this clinic who can act on a red flag."))


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
    stands = before or TimeLimits.objects.in_force(clinic)
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
    *, clinic: Clinic, token: uuid.UUID, to: User, now: datetime, by: User
) -> TestMessage:
    """A test message to one person of the ladder. Raises: NotDoneError."""
    _locked(clinic)
    before = TestMessage.objects.filter(pk=token).first()
    if before is not None:
        return before
    if to not in [person for person, _minutes in Ladder.objects.standing_rungs(clinic)]:
        raise NotDoneError(_("A test message goes to somebody on the ladder."))
    message = TestMessage.objects.create(pk=token, clinic=clinic, to=to, sent_at=now, sent_by=by)
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
