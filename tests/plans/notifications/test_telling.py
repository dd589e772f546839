"""Who is told of a red flag, when, how often, and in which words."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from patients.models import Patient
from plans.actions import escalation as actions
from plans.models import Escalation, Heartbeat, Outbox, Sending
from plans.notifications.worker import LEASE, Notifier
from plans.rules.redflags import MoveHow, Reached
from taperplan.accounts import actions as account_actions
from taperplan.accounts.models import Clinic, Ladder, LevelSet, Membership, User
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.conftest import person
from tests.plans.notifications.conftest import Clock, write_ladder
from tests.plans.notifications.servers import MailServer
from tests.plans.notifications.ward import report

pytestmark = pytest.mark.django_db


def settle(notifier: Notifier) -> None:
    """Rounds until one finds nothing to do."""
    for _round in range(30):
        if not notifier.round():
            return
    raise AssertionError("the notifier finds ever more to do")


def test_the_first_rung_is_told_at_once_and_the_red_flag_is_notified(
    flag: Escalation, notifier: Notifier, smtp: MailServer, theo: User
) -> None:
    settle(notifier)

    assert smtp.recipients == [theo.email]
    flag.refresh_from_db()
    assert flag.state == "notified"
    assert [move.verb for move in flag.moves.all()] == ["raise", "notify"]
    assert AuditEvent.objects.filter(verb="notice delivered").count() == 1
    assert list(trail.faults()) == []


def test_a_message_holds_a_reference_and_a_link_and_nothing_of_the_patient(
    flag: Escalation, otto: Patient, notifier: Notifier, smtp: MailServer, theo: User
) -> None:
    settle(notifier)

    (mail,) = smtp.mails
    whole = mail.as_string()
    assert flag.reference in mail["Subject"]
    assert f"https://taper.northfield.example/red-flags/{flag.pk}/" in mail.get_content()
    assert mail["Message-ID"] == f"<{Sending.objects.get().pk}@northfield.example>"
    for word in (otto.family_name, otto.given_names, "seizure", "Northfield Test", "1956"):
        assert word.casefold() not in whole.casefold(), word


@pytest.mark.sweep
def test_the_next_rung_is_told_after_its_minutes_and_everybody_again_until_somebody_answers(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User, clare: User
) -> None:
    for _minute in range(61):
        settle(notifier)
        clock.on(minutes=1)

    assert len(smtp.to(theo.email)) == 5  # at 0, 15, 30, 45 and 60
    assert len(smtp.to(clare.email)) == 4  # at 5, 20, 35 and 50
    # A reminder is a message of its own.
    assert len(set(smtp.ids())) == 9
    assert "reminder" in smtp.mails[-1].get_content()

    actions.acknowledge(escalation=flag, frozen_now=clock.now, by=clare)
    actions.record_contact(
        escalation=flag,
        contact=actions.ContactMade(
            whom="Otto", how=MoveHow.PHONE, reached=Reached.YES, at=clock.now, place="555-0142"
        ),
        form=uuid.uuid4(),
        frozen_now=clock.now,
        by=clare,
    )
    for _minute in range(120):
        settle(notifier)
        clock.on(minutes=1)
    assert len(smtp.mails) == 9
    assert not Escalation.objects.get().telling


@pytest.mark.sweep
def test_no_silence_is_longer_than_an_hour_however_long_the_ladder(
    clinic: Clinic, ada: User, clare: User, theo: User, otto: Patient, notifier: Notifier,
    clock: Clock, smtp: MailServer,
) -> None:  # fmt: skip
    write_ladder(clinic, ada, [(theo, 600), (clare, 600)])
    report(otto, theo, now=clock.now)
    told = []
    for _minute in range(300):
        before = len(smtp.mails)
        settle(notifier)
        if len(smtp.mails) > before:
            told.append(clock.now)
        clock.on(minutes=1)

    gaps = [later - earlier for earlier, later in itertools.pairwise(told)]
    assert len(told) == 6
    assert max(gaps) < timedelta(hours=1)


def test_whoever_was_due_before_the_answer_is_told_even_where_no_worker_lived(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User, clare: User
) -> None:
    clock.on(minutes=7)
    actions.acknowledge(escalation=flag, frozen_now=clock.now, by=clare)
    clock.on(hours=3)
    settle(notifier)

    assert sorted(smtp.recipients) == sorted([theo.email, clare.email])


def test_whose_time_had_not_come_before_the_answer_is_left_alone(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User
) -> None:
    settle(notifier)
    clock.on(minutes=4)
    actions.acknowledge(escalation=flag, frozen_now=clock.now, by=theo)
    clock.on(hours=3)
    settle(notifier)

    assert smtp.recipients == [theo.email]


def test_acknowledged_and_no_contact_in_time_tells_the_next_rung(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User,
    clare: User, ada: User, clinic: Clinic,
) -> None:  # fmt: skip
    account_actions.write_time_limits(
        clinic=clinic, token=uuid.uuid4(), number=0, emergency=20, same_day=300,
        now=clock.now, by=ada,
    )  # fmt: skip
    settle(notifier)
    actions.acknowledge(escalation=flag, frozen_now=clock.now, by=theo)
    clock.on(minutes=19)
    settle(notifier)
    assert smtp.recipients == [theo.email]
    clock.on(minutes=1)
    settle(notifier)
    assert smtp.recipients == [theo.email, clare.email]
    clock.on(minutes=20)
    settle(notifier)
    assert smtp.recipients == [theo.email, clare.email, theo.email]


def test_a_further_report_tells_again_and_does_not_hold_up_the_climb(
    flag: Escalation, otto: Patient, notifier: Notifier, clock: Clock, smtp: MailServer,
    theo: User, clare: User,
) -> None:  # fmt: skip
    for _minute in range(6):
        settle(notifier)
        report(otto, theo, now=clock.on(minutes=1))
    settle(notifier)

    assert len(smtp.to(theo.email)) == 7
    assert len(smtp.to(clare.email)) >= 1


def test_opening_the_link_acknowledges_nothing(
    flag: Escalation, notifier: Notifier, smtp: MailServer, theo_client: doors.Client
) -> None:
    settle(notifier)
    link = next(line for line in smtp.mails[0].get_content().split() if "https://" in line)
    path = link.removeprefix("https://taper.northfield.example")

    for verb in (theo_client.get, theo_client.head):
        assert verb(path).status_code == 200
    flag.refresh_from_db()
    assert flag.acknowledged_at is None
    assert theo_client.get(reverse("plans:acknowledge", args=[flag.pk])).status_code == 405


def test_a_same_day_red_flag_waits_for_the_hours_of_the_clinic(
    clinic: Clinic, ada: User, clare: User, theo: User, otto: Patient, ladder: Ladder,
    notifier: Notifier, clock: Clock, smtp: MailServer,
) -> None:  # fmt: skip
    from datetime import time

    from taperplan.accounts.models import Week
    from taperplan.accounts.week import Span

    levels = LevelSet.objects.create(
        clinic=clinic, number=1, same_day=["abrupt_stop"], written_at=clock.now, written_by=ada
    )
    account_actions.confirm_levels(levels=levels, now=clock.now, by=clare)
    account_actions.write_week(
        clinic=clinic, token=uuid.uuid4(), kind=Week.Kind.HOURS, number=0, now=clock.now, by=ada,
        spans=[Span(frozenset(range(5)), time(9), time(17), None)],
    )  # fmt: skip
    # Fri 27 Nov 2026, 18:00 in Berlin.
    clock.now = clock.now.replace(day=27, hour=17, minute=0)
    report(otto, theo, "abrupt_stop", now=clock.now)
    settle(notifier)
    clock.on(days=2, hours=14, minutes=59)
    settle(notifier)
    assert smtp.mails == []
    clock.on(minutes=1)
    settle(notifier)
    assert smtp.recipients == [theo.email]
    assert "same-day" in smtp.mails[0]["Subject"]


# --- nobody there ----------------------------------------------------------------------------


def leave(user: User) -> None:
    Membership.objects.filter(user=user).update(deactivated_at="2026-11-01T00:00:00Z")


def test_a_leaver_is_passed_over(
    flag: Escalation, notifier: Notifier, smtp: MailServer, theo: User, clare: User
) -> None:
    leave(theo)
    settle(notifier)

    assert smtp.recipients == [clare.email]


def test_only_leavers_on_the_ladder_falls_through_to_every_clinician_and_administrators(
    flag: Escalation, clinic: Clinic, notifier: Notifier, smtp: MailServer, theo: User,
    clare: User, ada: User,
) -> None:  # fmt: skip
    nora = person("Nora New", clinic, monitor=True)
    leave(theo)
    leave(clare)
    settle(notifier)

    assert sorted(smtp.recipients) == sorted([nora.email, ada.email])
    texts = {to: mail.get_content() for to, mail in zip(smtp.recipients, smtp.mails, strict=True)}
    assert "https://" in texts[nora.email]
    assert flag.reference in texts[ada.email]
    assert "https://" not in texts[ada.email]
    answer = doors.signed_in(ada).get(reverse("plans:red-flag", args=[flag.pk]))
    assert answer.status_code == 403


def test_no_ladder_at_all_tells_every_clinician(
    otto: Patient, clare: User, theo: User, ada: User, notifier: Notifier, clock: Clock,
    smtp: MailServer,
) -> None:  # fmt: skip
    report(otto, theo, now=clock.now)
    settle(notifier)

    assert sorted(smtp.recipients) == sorted([clare.email, theo.email, ada.email])


def test_who_leaves_while_a_message_waits_is_not_sent_it_and_another_is(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User, clare: User
) -> None:
    smtp.answers["RCPT"] = "451 later"
    settle(notifier)
    leave(theo)
    smtp.answers.clear()
    clock.on(minutes=2)
    settle(notifier)

    assert smtp.recipients == [clare.email]
    assert Sending.objects.get(to=theo).given_up_at is not None


# --- what goes wrong -------------------------------------------------------------------------

MOODS: dict[str, dict[str, Any]] = {
    "refusing the sender": {"answers": {"MAIL": "550 no"}},
    "refusing the address": {"answers": {"RCPT": "550 no"}},
    "refusing the message": {"answers": {"MESSAGE": "451 later"}},
    "cutting the line after the message": {"cut_after_data": True},
    "hanging": {"slow": {"MAIL": 4}},
}


@pytest.mark.parametrize("mood", MOODS.values(), ids=MOODS.keys())
def test_a_bad_mail_server_delays_a_message_and_does_not_change_its_id(
    mood: dict[str, Any], flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer,
    theo: User, settings: Any,
) -> None:  # fmt: skip
    settings.EMAIL_TIMEOUT = 0.5
    for name, value in mood.items():
        setattr(smtp, name, value)
    for _try in range(2):
        settle(notifier)
        clock.on(minutes=1)
    assert Sending.objects.get().tries == 2
    assert Sending.objects.get().fault

    smtp.answers, smtp.slow, smtp.cut_after_data = {}, {}, False
    settle(notifier)
    ids = smtp.to(theo.email)
    assert len(ids) == (3 if "cut_after_data" in mood else 1)
    assert len(set(ids)) == 1
    assert Sending.objects.get().fault == ""


@pytest.mark.sweep
def test_a_mail_server_down_for_an_hour_delays_and_loses_nothing(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User, clare: User,
    settings: Any,
) -> None:  # fmt: skip
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    for _minute in range(60):
        settle(notifier)
        clock.on(minutes=1)
    settings.EMAIL_PORT = port
    settle(notifier)

    # One message each, not one for every reminder that was missed.
    assert sorted(smtp.recipients) == sorted([theo.email, clare.email])
    assert clock.on(minutes=16)
    settle(notifier)
    assert len(smtp.mails) == 4


def test_a_killed_worker_leaves_a_lease_that_ends(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User
) -> None:
    dead = Notifier(clock=clock)
    dead._prepare()
    assert len(dead._claim(limit=5)) == 1
    settle(notifier)
    assert smtp.mails == []
    clock.on(seconds=LEASE.total_seconds())
    settle(notifier)
    assert smtp.recipients == [theo.email]


def test_a_clock_set_back_three_hours_while_a_lease_is_held(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User, clare: User
) -> None:
    Notifier(clock=clock)._prepare()
    Notifier(clock=clock)._claim(limit=5)
    clock.on(hours=-3)
    settle(notifier)
    assert theo.email in smtp.recipients

    # And no silence of three hours follows.
    before = len(smtp.mails)
    for _minute in range(16):
        clock.on(minutes=1)
        settle(notifier)
    assert len(smtp.mails) > before
    assert {theo.email, clare.email} == set(smtp.recipients)


def test_the_clock_set_back_before_the_first_message(
    flag: Escalation, notifier: Notifier, clock: Clock, smtp: MailServer, theo: User
) -> None:
    clock.on(hours=-3)
    settle(notifier)
    assert theo.email in smtp.recipients


def test_two_workers_in_turns_tell_nobody_twice(
    flag: Escalation, clock: Clock, smtp: MailServer, theo: User, clare: User
) -> None:
    one, other = Notifier(clock=clock), Notifier(clock=clock)
    for _minute in range(6):
        for worker in (one, other):
            worker._prepare()
        for worker in (one, other):
            settle(worker)
        clock.on(minutes=1)

    assert smtp.recipients == [theo.email, clare.email]
    assert Outbox.objects.count() == 2


def test_a_round_that_is_finished_says_that_the_worker_lives(
    clinic: Clinic, notifier: Notifier, clock: Clock
) -> None:
    notifier.round()
    beat = Heartbeat.objects.get()
    assert (beat.at, beat.worker) == (clock.now, notifier.name)
