"""The loop as it runs: in a thread, in the server's process, beside a slow server, by command."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from plans.models import Escalation, Heartbeat, Sending
from plans.notifications import thread, worker
from plans.notifications.worker import Notifier
from taperplan.accounts import actions as account_actions
from taperplan.accounts import pagers
from taperplan.accounts.models import Clinic, Ladder, Rung, TestMessage, User, Webhook
from tests.plans.notifications.conftest import write_ladder
from tests.plans.notifications.ward import report

if TYPE_CHECKING:
    from pytest_django import Settings

    from patients.models import Patient
    from tests.plans.notifications.conftest import Clock
    from tests.plans.notifications.servers import MailServer, Pager

pytestmark = pytest.mark.django_db
in_threads = pytest.mark.django_db(transaction=True)
GUNICORN = Path(__file__).resolve().parents[3] / "deploy" / "gunicorn.conf.py"


def wait_for(done: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.05)


@contextmanager
def running(notifier: Notifier) -> Iterator[Notifier]:
    stop = threading.Event()
    loop = threading.Thread(target=notifier.run, args=(stop,))
    loop.start()
    try:
        yield notifier
    finally:
        stop.set()
        loop.join(30)
        assert not loop.is_alive()


@contextmanager
def in_the_server() -> Iterator[ModuleType]:
    """What gunicorn does with its configuration: the hook of a process that began, and ended."""
    made = importlib.util.spec_from_file_location("gunicorn_conf", GUNICORN)
    assert made is not None
    assert made.loader is not None
    hooks = importlib.util.module_from_spec(made)
    made.loader.exec_module(hooks)
    process = SimpleNamespace()
    hooks.post_worker_init(process)
    try:
        yield hooks
    finally:
        hooks.worker_exit(None, process)
        for one in threading.enumerate():
            if one.name == "notifier":
                one.join(30)
                assert not one.is_alive()


def all_sent() -> bool:
    rows = list(Sending.objects.values_list("sent_at", flat=True))
    return bool(rows) and None not in rows


@in_threads
def test_the_server_s_hook_begins_the_loop_and_a_worker_beside_it_doubles_nothing(
    otto: Patient, ladder: Ladder, theo: User, smtp: MailServer, clinic: Clinic
) -> None:
    Heartbeat.objects.all().delete()
    with in_the_server(), running(Notifier()):
        report(otto, theo, now=timezone.now())
        wait_for(all_sent)
        wait_for(Heartbeat.objects.exists)
    assert smtp.recipients == [theo.email]


def test_nothing_of_it_begins_in_a_request_or_by_being_imported() -> None:
    assert not [one for one in threading.enumerate() if one.name == "notifier"]
    assert thread.start.__module__ == "plans.notifications.thread"


@in_threads
def test_a_server_that_hangs_holds_one_message_and_neither_the_others_nor_the_heartbeat(
    clinic: Clinic, otto: Patient, ada: User, theo: User, clare: User, smtp: MailServer,
    receiver: Pager,
) -> None:  # fmt: skip
    account_actions.write_pager(
        clinic=clinic, token=uuid.uuid4(), number=0, url=receiver.url, now=timezone.now(), by=ada
    )
    by_pager = account_actions.RungTyped(
        Rung.Who.PERSON, 5, channel=Rung.Channel.WEBHOOK, person=clare
    )
    by_mail = account_actions.RungTyped(Rung.Who.PERSON, 5, person=theo)
    write_ladder(clinic, ada, [by_pager, by_mail])
    receiver.wait = 2
    report(otto, theo, now=timezone.now())
    with running(Notifier()):
        wait_for(lambda: bool(receiver.calls))
        began = time.monotonic()
        test = account_actions.send_test(
            clinic=clinic, token=uuid.uuid4(), to=theo, now=timezone.now(), by=ada
        )
        wait_for(lambda: Sending.objects.filter(test=test, sent_at__isnull=False).exists())
        assert time.monotonic() - began < receiver.wait
        assert not Sending.objects.get(test=None).sent_at
        wait_for(all_sent)
    assert len(receiver.calls) == 1
    assert smtp.recipients == [theo.email]


@in_threads
def test_a_database_that_is_gone_for_a_while_stops_the_heartbeat_and_not_the_loop(
    otto: Patient, ladder: Ladder, smtp: MailServer, theo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(otto, theo, now=timezone.now())
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=5))
    rounds = [0]
    prepare = Notifier._prepare

    def gone(self: Notifier) -> int:
        rounds[0] += 1
        if rounds[0] < 4:
            raise OperationalError("server closed the connection unexpectedly")
        if rounds[0] == 4:
            raise RuntimeError("anything else")
        return prepare(self)

    monkeypatch.setattr(Notifier, "_prepare", gone)
    with running(Notifier()):
        wait_for(lambda: rounds[0] >= 2)
        assert Heartbeat.objects.get().at < timezone.now() - timedelta(minutes=4)
        wait_for(all_sent)
        wait_for(lambda: Heartbeat.objects.get().at > timezone.now() - timedelta(minutes=1))
    assert smtp.recipients == [theo.email]


# --- the pager's message ---------------------------------------------------------------------


@pytest.fixture
def paged(
    clinic: Clinic, otto: Patient, ada: User, theo: User, receiver: Pager, clock: Clock
) -> Webhook:
    account_actions.write_pager(
        clinic=clinic, token=uuid.uuid4(), number=0, url=receiver.url, now=clock.now, by=ada
    )
    rung = account_actions.RungTyped(Rung.Who.PERSON, 5, channel=Rung.Channel.WEBHOOK, person=theo)
    write_ladder(clinic, ada, [rung])
    report(otto, theo, now=clock.now)
    return Webhook.objects.get()


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "hosts",
    [
        pytest.param(["pager.example"], id="the host was taken off the list"),
        pytest.param(["127.0.0.1:1"], id="another port"),
        pytest.param(["127.0.0.1.example:*"], id="a name that only begins so"),
    ],
)
def test_a_pager_that_is_not_allowed_any_more_is_asked_nothing_and_that_is_said(
    paged: Webhook, receiver: Pager, clock: Clock, settings: Settings, hosts: list[str]
) -> None:
    settings.PAGER_HOSTS = hosts
    Notifier(clock=clock).round()

    assert not receiver.calls
    assert Sending.objects.get().fault == "no pager"


@pytest.mark.one_engine
def test_whoever_answers_at_an_allowed_name_from_inside_is_told_nothing(
    paged: Webhook, receiver: Pager, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagers, "_networks", lambda: iter(()))
    Notifier(clock=clock).round()

    assert not receiver.calls
    assert Sending.objects.get().fault == "no pager"


def test_a_pager_s_message_is_signed_and_holds_nothing_of_the_patient(
    paged: Webhook, receiver: Pager, notifier: Notifier, otto: Patient
) -> None:
    notifier.round()
    (call,) = receiver.calls
    # As whoever receives it checks it: the secret that the clinic's page shows, over what came.
    signed = b".".join(
        [call.headers["webhook-id"].encode(), call.headers["webhook-timestamp"].encode(), call.body]
    )
    secret = base64.b64decode(paged.shown_secret.removeprefix("whsec_"))
    made = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert call.headers["webhook-signature"] == f"v1,{made}"
    assert abs(int(call.headers["webhook-timestamp"]) - time.time()) < 60
    flag = Escalation.objects.get()
    assert call.json["reference"] == flag.reference
    assert call.json["link"].endswith(f"/red-flags/{flag.pk}/")
    for word in (otto.family_name, otto.given_names, "seizure", "Northfield Test", "1956"):
        assert word.casefold() not in call.body.decode().casefold()
    assert call.headers["webhook-id"] == str(Sending.objects.get().pk)


REFUSALS = {301: "refused", 307: "refused", 404: "refused", 500: "refused", 401: "not signed in"}


def test_no_redirect_is_followed_and_no_refusal_counts_as_told(
    paged: Webhook, receiver: Pager, notifier: Notifier, clock: Clock
) -> None:
    for calls, (status, fault) in enumerate(REFUSALS.items(), start=1):
        receiver.status = status
        notifier.round()
        assert len(receiver.calls) == calls
        sending = Sending.objects.get()
        assert (sending.sent_at, sending.fault) == (None, fault)
        clock.on(minutes=1)
    receiver.status = 204
    notifier.round()
    assert Sending.objects.get().sent_at == clock.now
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1


def test_a_pager_whose_address_is_gone_keeps_the_message_owed(
    paged: Webhook, notifier: Notifier, receiver: Pager, ada: User, clinic: Clinic, clock: Clock
) -> None:
    account_actions.write_pager(
        clinic=clinic,
        token=uuid.uuid4(),
        number=1,
        url="http://127.0.0.1:9/",
        now=clock.now,
        by=ada,
    )
    notifier.round()
    assert (Sending.objects.get().sent_at, Sending.objects.get().fault) == (None, "unreachable")


# --- the command -----------------------------------------------------------------------------


def send_test(*arguments: str) -> str:
    said = StringIO()
    call_command("send_test_notification", *arguments, stdout=said)
    return said.getvalue()


def test_the_test_message_is_handed_over_at_once_by_command(
    ladder: Ladder, theo: User, smtp: MailServer
) -> None:
    said = send_test("  Theo@Northfield.example ")
    test = TestMessage.objects.get()
    assert f"{test.reference} was handed over for {theo.email}." in said
    assert smtp.recipients == [theo.email]
    # Arrived is not read: it counts when its button is pressed.
    assert not hasattr(test, "acknowledgement")


def test_a_test_message_that_does_not_leave_says_why(
    ladder: Ladder, theo: User, sam: User, smtp: MailServer, settings: Settings
) -> None:
    with pytest.raises(CommandError, match="Nobody with the address"):
        send_test("nobody@northfield.example")
    smtp.answers["RCPT"] = "550 no"
    with pytest.raises(CommandError, match="the mail server refused the address"):
        send_test(theo.email)
    settings.EMAIL_PORT = 9
    with pytest.raises(CommandError, match="the server cannot be reached"):
        send_test(theo.email)
    settings.EMAIL_CONFIGURED = False
    with pytest.raises(CommandError, match="no mail server is set"):
        send_test(theo.email)
    with pytest.raises(CommandError, match="pager"):
        send_test(theo.email, "--pager")
    assert smtp.mails == []
    assert connection.is_usable()
