"""One red flag after the other, each told through a fault, then looked at whole."""

from __future__ import annotations

import contextlib
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError

from patients import restriction
from plans.actions import escalation as actions
from plans.models import Escalation, EscalationMove, Outbox, Sending
from plans.notifications.worker import LEASE, Notifier
from plans.rules.redflags import Source
from taperplan.accounts import actions as account_actions
from taperplan.audit.models import AuditEvent
from tests.factories import PatientFactory
from tests.plans.actions.test_loss import Killed

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, User
    from tests.plans.notifications.conftest import Clock

# Minutes after the report at which a round has something to do: the first rung, the second one,
# the reminder of the first.
PHASES = {"first rung": 0, "next rung": 5, "reminder": 15}
RANGE = 200


Failing = Callable[[int], contextlib.AbstractContextManager[list[int]]]


def report(patient: Patient, by: User, symptom: str = "seizure", *, now: datetime) -> Escalation:
    return actions.report_red_flag(
        patient=patient,
        report=actions.Report(symptom=symptom, source=Source.REPORT, form=uuid.uuid4()),
        frozen_now=now,
        by=by,
    )


class Ward:
    """One red flag after the other, each told through a fault at the next place."""

    def __init__(self, clinic: Clinic, by: User, clock: Clock, arrived: Callable[[], Any]) -> None:
        self.clinic, self.by, self.clock, self.arrived = clinic, by, clock, arrived

    def sweep(self, failing: Failing, minutes: int) -> int:
        """Fail at the 1st, 2nd, ... place until a round completes; how many there were."""
        for place in range(1, RANGE):
            flag = self._flag(minutes)
            with failing(place) as seen, contextlib.suppress(DatabaseError, RuntimeError, Killed):
                Notifier(clock=self.clock).round()
            reached = seen[0] >= place
            self._take_over()
            self._check(flag, minutes)
            if not reached:
                return place - 1
        raise AssertionError("no round completed")

    def _flag(self, minutes: int) -> Any:
        """Reported so many minutes ago, and told in time until now."""
        # The one before is over: its reminders would mix in.
        Escalation.objects.update(telling=False)
        patient = PatientFactory(clinic=self.clinic, registered_by=self.by)
        flag = report(patient, self.by, now=self.clock.now)
        for _minute in range(minutes):
            Notifier(clock=self.clock).round()
            self.clock.on(minutes=1)
        return flag

    def _take_over(self) -> None:
        for _round in range(3):
            self.clock.on(seconds=LEASE.total_seconds() + 1)
            Notifier(clock=self.clock).round()

    def _check(self, flag: Any, minutes: int) -> None:
        flag.refresh_from_db()
        assert flag.state == "notified"
        assert list(flag.moves.values_list("verb", flat=True)) == ["raise", "notify"]
        assert flag.revision == EscalationMove.objects.filter(escalation=flag).count()
        turns = [(row.rung, row.turn) for row in Outbox.objects.filter(escalation=flag)]
        wanted = [(1, 0), (2, 0), (1, 1)][: 1 + list(PHASES.values()).index(minutes)]
        assert set(wanted) <= set(turns)
        assert len(turns) == len(set(turns))
        self._check_sendings(flag.reference, Sending.objects.filter(outbox__escalation=flag))

    def _check_sendings(self, reference: str, rows: QuerySet[Sending]) -> None:
        """Each was handed over, under its own Message-ID alone, to the one whom it is for."""
        told: dict[str, set[Any]] = defaultdict(set)
        for key, said, to in self.arrived():
            if said == reference:
                told[key].add(to)
        sendings = list(rows)
        assert {str(one.pk) for one in sendings} == set(told)
        assert all(told[str(one.pk)] == {one.address} for one in sendings)
        assert all(one.sent_at is not None and not one.fault for one in sendings)
        for one in sendings:
            said_of = AuditEvent.objects.filter(
                verb="notice delivered", detail__contains=one.reference
            )
            assert said_of.count() == 1


class Errand(Ward):
    """What is told without a ladder: a use of emergency access to both privacy leads, a test
    message to the person who asked for it."""

    def __init__(self, ward: Ward, kind: str, leads: Sequence[User]) -> None:
        super().__init__(ward.clinic, ward.by, ward.clock, ward.arrived)
        self.kind, self.leads = kind, leads

    def _flag(self, minutes: int) -> Any:
        key, now = uuid.uuid4(), self.clock.now
        if self.kind == "test":
            return account_actions.send_test(
                clinic=self.clinic, token=key, to=self.by, now=now, by=self.by
            )
        patient = PatientFactory(clinic=self.clinic, registered_by=self.by, restricted=True)
        return restriction.open_in_emergency(
            patient=patient, token=key, reason="Found at home", now=now, by=self.by
        )

    def _check(self, flag: Any, minutes: int) -> None:
        rows = Sending.objects.filter(**{self.kind: flag})
        to = [self.by] if self.kind == "test" else self.leads
        assert sorted(row.address for row in rows) == sorted(one.email for one in to)
        self._check_sendings(flag.reference, rows)
