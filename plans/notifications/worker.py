"""The notifier: plans, addresses, claims, sends, records. Killed anywhere, it loses nothing.

A message is claimed under a lease by one UPDATE that only one worker wins, sent outside any
transaction, and recorded. Whoever dies in between leaves a lease that ends; the next try carries
the same Message-ID. A lease that ends later than now and its own length is the mark of a clock
that was set back, and counts as ended.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from plans.models import (
    Escalation,
    EscalationMove,
    Heartbeat,
    Outbox,
    Sending,
    held,
    since_restored,
)
from plans.notifications import channels, messages, planning
from plans.rules.ladder import SKEW
from plans.rules.notices import Fault, NotDelivered
from plans.rules.redflags import CannotMove, EscalationState, EscalationVerb, Facts, check_move
from taperplan.accounts.ladder import Standing, pager
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.measuring import measure

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
PAUSE = 2.0
BEAT = timedelta(seconds=10)
SENDERS = 6
# Waiting before the next try of a message, by how often it was tried.
WAITS = (2, 5, 10, 20, 30, 60)
# Answered by somebody, or a test: after this a message that never arrived is let go.
HOUR = 3600.0
LET_GO = timedelta(hours=24)
LET_GO_TEST = timedelta(hours=1)


@dataclass(frozen=True)
class Claimed:
    """One message that is ours to send until the lease ends."""

    sending: uuid.UUID
    claim: uuid.UUID


class Notifier:
    """`round` does everything once, here and now; `run` goes on until it is stopped."""

    def __init__(self, *, clock: Callable[[], datetime] = timezone.now) -> None:
        self.clock = clock
        self.name = f"{socket.gethostname()}:{os.getpid()}"[:80]
        self._last_beat: float | None = None
        self._last_measured: float | None = None
        self._under_way: dict[Claimed, Future[None]] = {}

    # --- one round, in this thread ---------------------------------------------------------

    def round(self) -> int:
        """Tell everybody who is owed it now; how many things were done."""
        done = self._prepare()
        for claimed in self._claim(limit=planning.AT_ONCE):
            self._send(claimed)
            done += 1
        self.beat()
        return done

    def send_now(self, key: uuid.UUID) -> None:
        """One message, if nobody else has it."""
        for claimed in self._claim(limit=1, only=key):
            self._send(claimed)

    def _prepare(self) -> int:
        clinics = planning.Clinics(self.clock())
        done = planning.plan(clinics)
        done += planning.address(clinics)
        done += planning.address_accesses(clinics)
        return done + planning.address_tests(clinics.now)

    def beat(self) -> None:
        """Say that a round was finished: the database took it."""
        now = self.clock()
        rows = Heartbeat.objects.filter(pk=Heartbeat.ONLY).update(at=now, worker=self.name)
        if not rows:
            Heartbeat.objects.bulk_create(
                [Heartbeat(id=Heartbeat.ONLY, at=now, worker=self.name)], ignore_conflicts=True
            )

    # --- claiming --------------------------------------------------------------------------

    def _claim(self, *, limit: int, only: uuid.UUID | None = None) -> list[Claimed]:
        now = self.clock()
        free = _free(now)
        asked = Q() if only is None else Q(pk=only)
        keys = (
            Sending.objects.waiting()
            .filter(free, asked, Q(next_try_at__lte=now) | Q(next_try_at__gt=now + LEASE + SKEW))
            .filter(
                ~held("outbox__escalation__"),
                ~since_restored("test__sent_at"),
                ~since_restored("access__at"),
            )
            .order_by("tries", "next_try_at")
            .values_list("pk", flat=True)
        )
        found = []
        for key in list(keys[:limit]):
            claim = uuid.uuid4()
            won = (
                Sending.objects.waiting()
                .filter(free, pk=key)
                .update(claim=claim, claimed_until=now + LEASE, tries=F("tries") + 1)
            )
            if won:
                found.append(Claimed(key, claim))
        return found

    def _renew(self) -> None:
        """A slow server's message stays ours for as long as we are sending it."""
        claims = [claimed.claim for claimed in self._under_way]
        if claims:
            until = self.clock() + LEASE
            Sending.objects.filter(claim__in=claims).update(claimed_until=until)

    # --- sending and recording ---------------------------------------------------------------

    def _send(self, claimed: Claimed) -> None:
        sending = Sending.objects.select_related(
            "outbox__escalation__patient__clinic", "test__clinic", "access__patient__clinic", "to"
        ).get(pk=claimed.sending)
        clinic = _clinic(sending)
        if _has_left(sending, clinic, self.clock()):
            self._let_go(sending, Fault.LEFT)
            return
        try:
            with clinic.speaking():
                message = messages.of(sending)
            channels.deliver(message, sending.channel, pager(clinic), demo=clinic.demo)
        except NotDelivered as failed:
            self._not_sent(sending, claimed, failed.fault)
        except Exception as error:  # noqa: BLE001  # a library's own surprise is a fault like others
            log.error("Sending %s failed: %s.", sending.reference, type(error).__name__)
            self._not_sent(sending, claimed, Fault.UNEXPECTED)
        else:
            self._sent(sending)

    @transaction.atomic
    def _sent(self, sending: Sending) -> None:
        now = self.clock()
        first = Sending.objects.filter(pk=sending.pk, sent_at=None).update(
            sent_at=now, given_up_at=None, claim=None, claimed_until=None, fault=""
        )
        if not first:
            # Another worker sent it too, under the same Message-ID, and was recorded.
            return
        if sending.outbox is not None:
            _mark_notified(sending.outbox, now)
        _record(Verb.NOTICE_DELIVERED, sending)

    @transaction.atomic
    def _not_sent(self, sending: Sending, claimed: Claimed, fault: Fault) -> None:
        now = self.clock()
        log.warning("The notice %s was not delivered: %s.", sending.reference, fault.value)
        if _let_go_by_now(sending, now):
            self._let_go(sending, fault)
            return
        wait = WAITS[min(sending.tries, len(WAITS)) - 1]
        Sending.objects.filter(pk=sending.pk, claim=claimed.claim, sent_at=None).update(
            claim=None,
            claimed_until=None,
            next_try_at=now + timedelta(seconds=wait),
            fault=fault.value,
        )

    @transaction.atomic
    def _let_go(self, sending: Sending, fault: Fault) -> None:
        now = self.clock()
        ours = Sending.objects.filter(pk=sending.pk, sent_at=None, given_up_at=None).update(
            given_up_at=now, claim=None, claimed_until=None, fault=fault.value
        )
        if not ours:
            return
        if sending.outbox_id is not None and fault is Fault.LEFT:
            # Asked anew: whoever stands on the rung now is told.
            Outbox.objects.filter(pk=sending.outbox_id).update(told_at=None)
        _record(Verb.NOTICE_GIVEN_UP, sending)

    # --- for as long as the process lives -----------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Rounds until stopped. A slow mail server holds one sender, never the rounds."""
        with ThreadPoolExecutor(SENDERS, thread_name_prefix="notice") as pool:
            while not stop.is_set():
                try:
                    self._live(pool)
                except DatabaseError as error:
                    # The database is restarting, full or locked: it is asked again, and while it
                    # does not answer no heartbeat is written.
                    log.error("The notifier's round failed: %s.", type(error).__name__)
                    connection.close()
                except Exception as error:  # noqa: BLE001  # it must live; the heartbeat tells
                    log.error("The notifier's round failed: %s.", type(error).__name__)
                    connection.close()
                stop.wait(PAUSE)
        connection.close()

    def _live(self, pool: ThreadPoolExecutor) -> None:
        self._under_way = {
            claimed: future for claimed, future in self._under_way.items() if not future.done()
        }
        self._renew()
        self._prepare()
        for claimed in self._claim(limit=SENDERS - len(self._under_way)):
            self._under_way[claimed] = pool.submit(self._send_apart, claimed)
        if self._last_beat is None or time.monotonic() - self._last_beat >= BEAT.total_seconds():
            self.beat()
            self._last_beat = time.monotonic()
        if self._last_measured is None or time.monotonic() - self._last_measured >= HOUR:
            measure(connection)
            self._last_measured = time.monotonic()

    def _send_apart(self, claimed: Claimed) -> None:
        try:
            self._send(claimed)
        except Exception as error:  # noqa: BLE001  # not recorded: the lease ends, it is tried again
            log.error("A notice was not recorded: %s.", type(error).__name__)
        finally:
            connection.close()


def _free(now: datetime) -> Q:
    """Claimed by nobody, or under a lease that ended, or that a set-back clock made endless."""
    return (
        Q(claimed_until=None) | Q(claimed_until__lte=now) | Q(claimed_until__gt=now + LEASE + SKEW)
    )


def _clinic(sending: Sending) -> Clinic:
    if sending.test is not None:
        return sending.test.clinic
    if sending.access is not None:
        return sending.access.patient.clinic
    assert sending.outbox is not None  # noqa: S101  # nosec B101  # the table's own constraint
    return sending.outbox.escalation.patient.clinic


def _has_left(sending: Sending, clinic: Clinic, now: datetime) -> bool:
    return sending.to is not None and not Standing(clinic, now).works_here(sending.to)


def _let_go_by_now(sending: Sending, now: datetime) -> bool:
    if sending.test is not None:
        return now - sending.made_at > LET_GO_TEST
    if sending.access is not None:
        return hasattr(sending.access, "review") and now - sending.made_at > LET_GO
    assert sending.outbox is not None  # noqa: S101  # nosec B101  # the table's own constraint
    flag = sending.outbox.escalation
    answered = flag.acknowledged_at is not None or not flag.is_open
    return answered and now - sending.made_at > LET_GO


def _mark_notified(outbox: Outbox, now: datetime) -> None:
    """The red flag is notified once somebody was told of its last report."""
    flag = Escalation.objects.select_for_update().get(pk=outbox.escalation_id)
    verb = EscalationVerb.NOTIFY
    if flag.state != EscalationState.RAISED.value:
        return
    last = (
        flag.moves.filter(verb__in=planning.BEGINNINGS)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    if last is None or outbox.move < last:
        return
    try:
        following = check_move(EscalationState(flag.state), verb, Facts())
    except CannotMove:
        return
    flag.revision += 1
    flag.state = following.value
    flag.save(update_fields=["revision", "state"])
    EscalationMove.objects.create(
        escalation=flag,
        number=flag.revision,
        verb=verb.value,
        state=following.value,
        at=now,
        recorded_at=now,
        by=None,
    )


def _record(verb: Verb, sending: Sending) -> None:
    detail = {"channel": sending.channel, "message": sending.reference}
    clinic = _clinic(sending)
    if sending.test is not None:
        trail.record(verb, sending.test, clinic=clinic, detail=detail, by=None)
        return
    if sending.access is not None:
        detail["to"] = f"user:{sending.to_id}"
        trail.record(verb, sending.access, clinic=clinic, detail=detail, by=None)
        return
    assert sending.outbox is not None  # noqa: S101  # nosec B101  # the table's own constraint
    flag = sending.outbox.escalation
    detail |= {
        "rung": str(sending.outbox.rung),
        "turn": str(sending.outbox.turn),
        "to": f"user:{sending.to_id}" if sending.to_id else "shared address",
    }
    trail.record(verb, flag, patient=flag.patient, clinic=clinic, detail=detail, by=None)
