"""What is owed by now, and to whom: rows of the outbox, then the messages of each row."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from patients.models import EmergencyAccess
from plans.models import Escalation, EscalationMove, Outbox, Sending, held, since_restored
from plans.rules import ladder as rules
from plans.rules.redflags import EscalationState, EscalationVerb, Level
from taperplan.accounts.ladder import Standing, minutes_to_contact, opens_at
from taperplan.accounts.models import TestMessage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from taperplan.accounts.ladder import Recipient
    from taperplan.accounts.models import Clinic

_V = EscalationVerb
BEGINNINGS = frozenset({_V.RAISE.value, _V.REPORT.value, _V.REOPEN.value})
_STOPS = frozenset({_V.ACKNOWLEDGE.value, _V.CLOSE.value, _V.MARK_IN_ERROR.value})
# Messages of one round: the rest has its turn two seconds later.
AT_ONCE = 200


@dataclass
class Clinics:
    """What stands in each clinic in this round, asked once."""

    now: datetime
    _standing: dict[uuid.UUID, Standing] = field(default_factory=dict)
    _open: dict[uuid.UUID, bool] = field(default_factory=dict)
    _limits: dict[tuple[uuid.UUID, bool], int | None] = field(default_factory=dict)

    def standing(self, clinic: Clinic) -> Standing:
        if clinic.pk not in self._standing:
            self._standing[clinic.pk] = Standing(clinic, self.now)
        return self._standing[clinic.pk]

    def rungs(self, clinic: Clinic) -> tuple[tuple[int, int], ...]:
        found = tuple((rung.position, rung.minutes) for rung in self.standing(clinic).rungs)
        return found or rules.EVERYBODY

    def may_tell(self, clinic: Clinic, level: str) -> bool:
        """An emergency at any hour; a same-day red flag in the clinic's hours."""
        if level == Level.EMERGENCY.value:
            return True
        if clinic.pk not in self._open:
            self._open[clinic.pk] = opens_at(clinic, self.now) <= self.now
        return self._open[clinic.pk]

    def minutes_to_contact(self, clinic: Clinic, level: str) -> int | None:
        emergency = level == Level.EMERGENCY.value
        key = (clinic.pk, emergency)
        if key not in self._limits:
            self._limits[key] = minutes_to_contact(clinic, emergency=emergency)
        return self._limits[key]


# --- which rung, when -----------------------------------------------------------------------


def plan(clinics: Clinics) -> int:
    """Put what is owed by now into the outbox; how many rows. Twice at once it is one row."""
    telling = Escalation.objects.filter(~held(), telling=True)
    flags = list(telling.select_related("patient__clinic"))
    if not flags:
        return 0
    keys = [flag.pk for flag in flags]
    moves: dict[uuid.UUID, list[EscalationMove]] = defaultdict(list)
    for move in EscalationMove.objects.filter(escalation__in=keys).order_by("number"):
        moves[move.escalation_id].append(move)
    told: dict[uuid.UUID, list[Outbox]] = defaultdict(list)
    for row in Outbox.objects.filter(escalation__in=keys).order_by("move", "turn"):
        told[row.escalation_id].append(row)
    made = 0
    for flag in flags:
        rows = _owed(flag, moves[flag.pk], told[flag.pk], clinics)
        if rows:
            # Another worker may have put the same row there: the outbox keeps one.
            Outbox.objects.bulk_create(rows, ignore_conflicts=True)
            made += len(rows)
        elif _answered(flag):
            # Nothing is owed, and nothing will be unless it is reported again, which counts up
            # the revision and sets it anew.
            Escalation.objects.filter(pk=flag.pk, revision=flag.revision).update(telling=False)
    return made


def _answered(flag: Escalation) -> bool:
    state = EscalationState(flag.state)
    return not state.open or state in (
        EscalationState.CONTACTED,
        EscalationState.OUTCOME_RECORDED,
    )


def _owed(
    flag: Escalation, moves: list[EscalationMove], told: list[Outbox], clinics: Clinics
) -> list[Outbox]:
    clinic = flag.patient.clinic
    if not clinics.may_tell(clinic, flag.level):
        return []
    rungs = clinics.rungs(clinic)
    reports = [move for move in moves if move.verb in BEGINNINGS]
    found: list[Outbox] = []
    for report in reports:
        since = report.recorded_at
        if flag.level != Level.EMERGENCY.value:
            since = opens_at(clinic, since)
        stop = next(
            (m.recorded_at for m in moves if m.number > report.number and m.verb in _STOPS), None
        )
        for one in rules.owed(
            rungs,
            _told(told, report.number),
            since=since,
            now=clinics.now,
            stopped=stop,
            first_always=flag.level == Level.EMERGENCY.value,
        ):
            # Reminders are of the last report; what an earlier one began still climbs, or
            # whoever reports again every few minutes would keep the next rung from hearing.
            if one.turn == 0 or report is reports[-1]:
                found.append(_row(flag, report.number, one, clinics.now))
    if flag.state == EscalationState.ACKNOWLEDGED.value:
        found += _owed_without_contact(flag, moves, told, rungs, clinics)
    return found


def _owed_without_contact(
    flag: Escalation,
    moves: list[EscalationMove],
    told: list[Outbox],
    rungs: tuple[tuple[int, int], ...],
    clinics: Clinics,
) -> list[Outbox]:
    minutes = clinics.minutes_to_contact(flag.patient.clinic, flag.level)
    taken = next((m for m in reversed(moves) if m.verb == _V.ACKNOWLEDGE.value), None)
    if minutes is None or taken is None:
        return []
    one = rules.owed_without_contact(
        [rung for rung, _wait in rungs],
        _told(told, taken.number),
        highest=max((row.rung for row in told if row.move != taken.number), default=1),
        since=taken.recorded_at,
        minutes=minutes,
        now=clinics.now,
    )
    return [_row(flag, taken.number, one, clinics.now)] if one else []


def _told(rows: Iterable[Outbox], move: int) -> list[rules.Told]:
    return sorted(
        (rules.Told(row.rung, row.turn, row.made_at) for row in rows if row.move == move),
        key=lambda one: one.turn,
    )


def _row(flag: Escalation, move: int, one: rules.Owed, now: datetime) -> Outbox:
    return Outbox(
        id=uuid.uuid4(),
        escalation=flag,
        move=move,
        rung=one.rung,
        turn=one.turn,
        made_at=now,
        due_at=min(one.due, now),
    )


# --- to whom --------------------------------------------------------------------------------


def address(clinics: Clinics) -> int:
    """Make the messages of every row whose time has come; how many rows."""
    now = clinics.now
    # Made in the future: the clock was set back, and the row may be long due.
    due = Q(due_at__lte=now) | Q(made_at__gt=now + rules.SKEW)
    rows = Outbox.objects.filter(due, ~held("escalation__"), told_at=None).order_by("made_at")
    return sum(_address(key, clinics) for key in list(rows.values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _address(key: uuid.UUID, clinics: Clinics) -> bool:
    row = (
        Outbox.objects.select_for_update(of=("self",))
        .select_related("escalation__patient__clinic")
        .get(pk=key)
    )
    if row.told_at is not None:
        return False
    flag, now = row.escalation, clinics.now
    clinic = flag.patient.clinic
    if not clinics.may_tell(clinic, flag.level):
        row.due_at = opens_at(clinic, now)
        row.save(update_fields=["due_at"])
        return False
    standing = clinics.standing(clinic)
    to = _to(row, standing)
    if to is None:
        # Another row tells the rung that stands in for this one.
        Outbox.objects.filter(pk=row.pk).update(told_at=now)
        return True
    if not to:
        # Nobody works here who could be told. The row stays, and every page says so.
        return False
    waiting = Sending.objects.waiting().filter(outbox__escalation=flag, outbox__move=row.move)
    tried = set(waiting.values_list("channel", "address"))
    Sending.objects.bulk_create(
        [
            Sending(
                id=uuid.uuid4(),
                outbox=row,
                to=one.person,
                address=one.address,
                channel=one.channel,
                reference_only=one.reference_only,
                made_at=now,
                next_try_at=now,
            )
            for one in to
            # Who is still being tried gets that message, not a heap of reminders beside it.
            if (one.channel, one.address) not in tried
        ],
        ignore_conflicts=True,
    )
    row.told_at = now
    row.save(update_fields=["rung", "told_at"])
    return True


def _to(row: Outbox, standing: Standing) -> tuple[Recipient, ...] | None:
    """Whom this row tells now. None: nobody stands on its rung, and the next one has its own."""
    rungs = {rung.position: rung for rung in standing.rungs}
    if not rungs:
        return standing.everybody
    place = rules.substitute(row.rung, sorted(rungs))
    if place != row.rung:
        beside = Outbox.objects.filter(escalation=row.escalation_id, move=row.move, turn=row.turn)
        if beside.filter(rung=place).exists():
            return None
        row.rung = place
    return rungs[place].to


def address_tests(now: datetime) -> int:
    """A message for each test that has none yet; old ones are not sent after the fact."""
    waiting = TestMessage.objects.filter(
        ~since_restored("sent_at"),
        sending=None,
        acknowledgement=None,
        sent_at__gt=now - rules.LONGEST_SILENCE,
    ).select_related("to")
    rows = [
        Sending(
            id=uuid.uuid4(),
            test=test,
            to=test.to,
            address=test.to.email,
            channel=test.channel,
            made_at=now,
            next_try_at=now,
        )
        for test in waiting
    ]
    if rows:
        Sending.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def address_accesses(clinics: Clinics) -> int:
    """A message to the privacy lead for each use of emergency access that has none and is not
    reviewed. The use itself is what is owed: it is committed with the access."""
    waiting = (
        EmergencyAccess.objects.filter(~since_restored("at"), review=None, sendings=None)
        .select_related("patient__clinic")
        .order_by("at")[:AT_ONCE]
    )
    made = 0
    for access in waiting:
        to = clinics.standing(access.patient.clinic).of_privacy(access.user_id)
        rows = [
            Sending(
                id=uuid.uuid4(),
                access=access,
                to=one.person,
                address=one.address,
                channel=one.channel,
                reference_only=one.reference_only,
                made_at=clinics.now,
                next_try_at=clinics.now,
            )
            for one in to
        ]
        # Another worker may have made the same: each is told once.
        Sending.objects.bulk_create(rows, ignore_conflicts=True)
        made += len(rows)
    return made
