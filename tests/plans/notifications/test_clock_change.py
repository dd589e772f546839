"""Minutes run on while the clock on the wall is set forward or back; hours are the wall's."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine

from plans.actions import escalation as actions
from taperplan.accounts import actions as account_actions
from taperplan.accounts.ladder import opens_at
from taperplan.accounts.models import Week
from taperplan.accounts.week import Span
from tests import doors
from tests.plans.notifications.test_telling import settle
from tests.plans.notifications.ward import report

if TYPE_CHECKING:
    from patients.models import Patient
    from plans.notifications.worker import Notifier
    from taperplan.accounts.models import Clinic, Ladder, User
    from tests.plans.notifications.conftest import Clock
    from tests.plans.notifications.servers import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]

# Zone, and ten minutes before its clocks change: back, forward, back, forward.
CHANGES = [
    ("Europe/Berlin", datetime(2026, 10, 25, 0, 50, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2027, 3, 28, 0, 50, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 5, 50, tzinfo=UTC)),
    ("America/New_York", datetime(2027, 3, 14, 6, 50, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "before"), CHANGES)
def test_rungs_and_limits_count_minutes_across_the_change(
    zone: str, before: datetime, clinic: Clinic, otto: Patient, ladder: Ladder, clock: Clock,
    notifier: Notifier, smtp: MailServer, theo: User, clare: User, ada: User,
) -> None:  # fmt: skip
    type(clinic).objects.update(time_zone=zone)
    clinic.refresh_from_db()
    clock.now = before
    account_actions.write_time_limits(
        clinic=clinic, token=uuid.uuid4(), number=0, emergency=20, same_day=300,
        now=clock.now, by=ada,
    )  # fmt: skip
    otto.refresh_from_db()
    flag = report(otto, theo, now=clock.now)
    settle(notifier)
    clock.on(minutes=4)
    settle(notifier)
    assert smtp.recipients == [theo.email]
    clock.on(minutes=1)
    settle(notifier)
    assert smtp.recipients == [theo.email, clare.email]

    # Acknowledged 5 minutes before the change: the limit of 20 minutes ends 15 after it.
    actions.acknowledge(escalation=flag, frozen_now=clock.now, by=theo)
    told = len(smtp.recipients)
    clock.on(minutes=19)
    settle(notifier)
    assert len(smtp.recipients) == told
    clock.on(minutes=1)
    settle(notifier)
    assert len(smtp.recipients) == told + 1

    with time_machine.travel(before + timedelta(minutes=35), tick=False):
        shown = doors.signed_in(theo).get("/red-flags/").content.decode()
    assert "10 min over the clinic" in shown.replace("\u00a0", " ")


def test_the_hours_of_the_clinic_are_those_of_its_wall(clinic: Clinic, ada: User) -> None:
    account_actions.write_week(
        clinic=clinic, token=uuid.uuid4(), kind=Week.Kind.HOURS, number=0, by=ada,
        now=datetime(2026, 10, 1, tzinfo=UTC),
        spans=[Span(frozenset(range(5)), time(9), time(17), None)],
    )  # fmt: skip
    for zone, friday, monday in (
        (
            "Europe/Berlin",
            datetime(2026, 10, 23, 16, tzinfo=UTC),
            datetime(2026, 10, 26, 8, tzinfo=UTC),
        ),
        (
            "Europe/Berlin",
            datetime(2027, 3, 26, 17, tzinfo=UTC),
            datetime(2027, 3, 29, 7, tzinfo=UTC),
        ),
        (
            "America/New_York",
            datetime(2026, 10, 30, 22, tzinfo=UTC),
            datetime(2026, 11, 2, 14, tzinfo=UTC),
        ),
        (
            "America/New_York",
            datetime(2027, 3, 12, 23, tzinfo=UTC),
            datetime(2027, 3, 15, 13, tzinfo=UTC),
        ),
    ):
        clinic.time_zone = zone
        assert opens_at(clinic, friday).astimezone(UTC) == monday
