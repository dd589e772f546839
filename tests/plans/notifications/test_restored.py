"""A restored record tells nobody by itself; every page says so until somebody decides."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from patients.models import Patient
from plans.actions import escalation as actions
from plans.actions import restored
from plans.models import Escalation, GapAnswer, Outbox, Sending
from plans.notifications.worker import Notifier
from plans.rules.redflags import MoveHow, Reached
from taperplan.accounts import actions as account_actions
from taperplan.accounts.models import Clinic, Ladder, Rung, User
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent, Restore
from tests import doors
from tests.plans.notifications.conftest import Clock, report
from tests.plans.notifications.servers import MailServer

pytestmark = pytest.mark.django_db
HELD = "from before the restore"
GAP = "Something is missing from this record."


def restore(clock: Clock, *, hours: int = 5) -> Restore:
    """As the command leaves it: the row that says so, and nothing else."""
    made = clock.now
    return Restore.objects.create(made_at=made, at=clock.on(hours=hours))


def run(notifier: Notifier, clock: Clock, minutes: int = 40) -> None:
    for _minute in range(minutes // 10):
        notifier.round()
        clock.on(minutes=10)


def test_nothing_from_before_a_restore_is_told_until_somebody_lets_it_go_on(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, clare: User
) -> None:
    restore(clock)
    clock.on(minutes=1)

    run(notifier, clock)
    assert smtp.recipients == []

    assert restored.let_go_on(escalation=flag, frozen_now=clock.now, by=clare)
    assert not restored.let_go_on(escalation=flag, frozen_now=clock.now, by=clare)
    run(notifier, clock)
    assert smtp.recipients
    assert AuditEvent.objects.filter(verb="red flag goes on after a restore").count() == 1
    assert list(trail.faults()) == []


def test_a_message_that_was_on_its_way_when_the_backup_was_made_is_not_sent(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User, clinic: Clinic
) -> None:
    account_actions.send_test(
        clinic=clinic,
        token=uuid.uuid4(),
        to=theo,
        channel=Rung.Channel.EMAIL,
        now=clock.now,
        by=theo,
    )
    notifier._prepare()
    assert Sending.objects.waiting().count() == 2
    restore(clock, hours=0)
    clock.on(minutes=1)

    run(notifier, clock)
    assert smtp.recipients == []


def test_what_is_reported_after_a_restore_is_told_at_once(
    flag: Escalation,
    otto: Patient,
    theo: User,
    notifier: Notifier,
    clock: Clock,
    smtp: MailServer,
) -> None:
    restore(clock)
    clock.on(minutes=1)
    report(otto, theo, now=clock.now)
    report(otto, theo, "overdose", now=clock.now)

    notifier.round()
    assert {row.escalation.symptom for row in Outbox.objects.exclude(told_at=None)} == {
        "seizure",
        "overdose",
    }
    assert smtp.recipients


def test_every_page_names_each_held_red_flag_and_the_gap(
    flag: Escalation, otto: Patient, clinic: Clinic, clock: Clock, clare: User, ada: User
) -> None:
    other = report(otto, clare, "overdose", now=clock.now)
    restore(clock)
    clock.on(minutes=1)

    for page in ("help", "accounts:me", "plans:home"):
        shown = doors.signed_in(clare).get(reverse(page)).content.decode()
        assert HELD in shown
        assert GAP in shown
        assert "5\N{NO-BREAK SPACE}h" in shown
        for one in (flag, other):
            assert f"{one.reference} {one.label}" in shown
            assert reverse("plans:red-flag", kwargs={"escalation": one.pk}) in shown
    # Who sees no patients is told by reference alone.
    shown = doors.signed_in(ada).get(reverse("help")).content.decode()
    assert flag.reference in shown
    assert flag.label not in shown


def test_it_is_said_until_each_is_let_go_on_or_closed_and_the_gap_is_answered(
    flag: Escalation, otto: Patient, clinic: Clinic, clock: Clock, clare: User
) -> None:
    other = report(otto, clare, "overdose", now=clock.now)
    restore(clock)
    clock.on(minutes=1)
    client = doors.signed_in(clare)

    page = client.get(reverse("plans:restored")).content.decode()
    assert flag.reference in page
    client.post(reverse("plans:red-flag-go-on", kwargs={"escalation": flag.pk}))
    page = client.get(reverse("help")).content.decode()
    assert f"{flag.reference} {flag.label}" not in page
    assert f"{other.reference} {other.label}" in page

    act: dict[str, Any] = {"escalation": other, "frozen_now": clock.now, "by": clare}
    actions.acknowledge(**act)
    actions.record_contact(
        contact=actions.ContactMade(
            whom="Otto", how=MoveHow.PHONE, reached=Reached.YES, at=clock.now
        ),
        form=uuid.uuid4(),
        **act,
    )
    assert HELD in client.get(reverse("help")).content.decode()
    actions.record_outcome(text="slept", form=uuid.uuid4(), **act)
    actions.close(form=uuid.uuid4(), **act)
    page = client.get(reverse("help")).content.decode()
    assert HELD not in page
    assert GAP in page

    form = client.get(reverse("plans:restored")).context["form"]
    told = {"token": form["token"].value(), "text": "The diary of the ward was typed again."}
    client.post(reverse("plans:restored"), told)
    client.post(reverse("plans:restored"), told)
    assert GapAnswer.objects.get().by == clare
    assert GAP not in client.get(reverse("help")).content.decode()
    assert "typed again" in client.get(reverse("plans:restored")).content.decode()


def test_a_second_restore_holds_again_what_was_let_go_on_before(
    flag: Escalation, clock: Clock, notifier: Notifier, smtp: MailServer, clare: User
) -> None:
    restore(clock)
    restored.let_go_on(escalation=flag, frozen_now=clock.on(minutes=1), by=clare)
    restore(clock)
    clock.on(minutes=1)

    run(notifier, clock)
    assert smtp.recipients == []
    assert restored.let_go_on(escalation=flag, frozen_now=clock.now, by=clare)
    run(notifier, clock)
    assert smtp.recipients


@pytest.mark.usefixtures("ladder")
def test_a_red_flag_held_is_not_called_late_as_well(
    flag: Escalation, clock: Clock, clinic: Clinic, clare: User
) -> None:
    def stuck() -> int:
        return Outbox.objects.stuck(
            clinic, now=clock.now, patience=timedelta(seconds=60), tries=3
        ).count()

    clock.on(hours=1)
    assert stuck() == 1
    restore(clock, hours=0)
    clock.on(hours=1)
    assert stuck() == 0


def test_without_a_restore_nothing_is_held_and_no_page_speaks_of_one(
    flag: Escalation, ladder: Ladder, clare: User
) -> None:
    page = doors.signed_in(clare).get(reverse("help")).content.decode()
    assert HELD not in page
    assert GAP not in page


@pytest.mark.parametrize(
    ("constraint", "text"), [("gap_answered_once", "read"), ("gap_answer_says_what", "")]
)
def test_a_gap_is_answered_once_and_in_words(
    constraint: str, text: str, clock: Clock, clinic: Clinic, clare: User
) -> None:
    told = {"restore": restore(clock), "clinic": clinic, "at": clock.now, "by": clare}
    if text:
        GapAnswer.objects.create(id=uuid.uuid4(), text=text, **told)
    # SQLite names the columns of a key that comes twice, and a rule by its name.
    named = f"{constraint}|gapanswer.restore_id" if text else constraint

    with pytest.raises(IntegrityError, match=named), transaction.atomic():
        GapAnswer.objects.create(id=uuid.uuid4(), text=text, **told)
