"""A fault at every statement, every commit and every step of sending, one after the other.

After each fault the process counts as dead and another one takes over: everybody whose time had
come is told at least once, one sending keeps its Message-ID whatever happened, a reminder has
its own, and nothing is half written.
"""

from __future__ import annotations

import contextlib
import http.client
import smtplib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection

from plans.models import Sending
from plans.notifications.worker import Notifier
from taperplan.accounts import actions as account_actions
from taperplan.accounts.models import Clinic, Rung, User
from taperplan.audit import trail
from tests.plans.actions.test_loss import FAULTS, Killed, failing_at
from tests.plans.notifications.conftest import Clock, write_ladder
from tests.plans.notifications.ward import PHASES, Errand, Failing, Ward

if TYPE_CHECKING:
    from tests.plans.notifications.servers import MailServer, Pager

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # A process that is killed closes no socket.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Fell(Exception):
    """What a broken connection looks like to a library that never saw one."""


@contextlib.contextmanager
def failing_commit(place: int, fault: Callable[[], BaseException]) -> Iterator[list[int]]:
    seen = [0]
    commit: Any = getattr(connection, "_commit")  # noqa: B009  (not in its types)
    undo: Any = getattr(connection, "_rollback")  # noqa: B009

    def refuse() -> None:
        seen[0] += 1
        if seen[0] == place:
            # What was not committed is gone with its connection, whoever died.
            undo()
            raise fault()
        commit()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "_commit", refuse)
        yield seen


@contextlib.contextmanager
def failing_step(
    steps: list[tuple[type[Any], str]], place: int, fault: Callable[[], BaseException]
) -> Iterator[list[int]]:
    """The step of this number on the wire fails, before it or after it was taken."""
    seen = [0]

    def broken(kind: type[Any], name: str) -> Callable[..., Any]:
        real = getattr(kind, name)

        def step(self: Any, *args: Any, **given: Any) -> Any:
            seen[0] += 1
            if seen[0] == place:
                raise fault()
            answer = real(self, *args, **given)
            seen[0] += 1
            if seen[0] == place:
                raise fault()
            return answer

        return step

    with pytest.MonkeyPatch.context() as patch:
        for kind, name in steps:
            patch.setattr(kind, name, broken(kind, name))
        yield seen


MAIL_STEPS: list[tuple[type[Any], str]] = [
    (smtplib.SMTP, "_get_socket"),
    (smtplib.SMTP, "send"),
    (smtplib.SMTP, "getreply"),
]
PAGE_STEPS: list[tuple[type[Any], str]] = [
    (http.client.HTTPConnection, "connect"),
    (http.client.HTTPConnection, "send"),
    (http.client.HTTPConnection, "getresponse"),
]
STEP_FAULTS: dict[str, Callable[[], BaseException]] = {
    "killed": Killed,
    "reset": lambda: ConnectionResetError("reset by peer"),
    "too slow": lambda: TimeoutError("timed out"),
    "broke off": lambda: smtplib.SMTPServerDisconnected("gone"),
    "anything else": Fell,
}


def sql(fault: Callable[[], BaseException]) -> Failing:
    return lambda place: failing_at(place, fault)


def commit(fault: Callable[[], BaseException]) -> Failing:
    return lambda place: failing_commit(place, fault)


def mail_step(fault: Callable[[], BaseException]) -> Failing:
    return lambda place: failing_step(MAIL_STEPS, place, fault)


@pytest.mark.sweep
def test_killed_at_every_statement_of_telling_the_first_rung(ward: Ward) -> None:
    places = ward.sweep(sql(FAULTS["killed"]), PHASES["first rung"])

    assert places > 15
    assert list(trail.faults()) == []


def test_killed_at_every_commit_of_telling_the_first_rung(ward: Ward) -> None:
    assert ward.sweep(commit(FAULTS["killed"]), PHASES["first rung"]) >= 2
    assert list(trail.faults()) == []


@pytest.mark.slow
@pytest.mark.parametrize("minutes", PHASES.values(), ids=PHASES.keys())
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_every_fault_at_every_statement(
    ward: Ward, fault: Callable[[], BaseException], minutes: int,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    record_property("places", ward.sweep(sql(fault), minutes))
    assert list(trail.faults()) == []


@pytest.mark.slow
@pytest.mark.parametrize("minutes", PHASES.values(), ids=PHASES.keys())
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_every_fault_at_every_commit(
    ward: Ward, fault: Callable[[], BaseException], minutes: int,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    record_property("places", ward.sweep(commit(fault), minutes))
    assert list(trail.faults()) == []


@pytest.mark.slow
@pytest.mark.parametrize("minutes", PHASES.values(), ids=PHASES.keys())
@pytest.mark.parametrize("fault", STEP_FAULTS.values(), ids=STEP_FAULTS.keys())
def test_every_fault_at_every_step_of_mailing(
    ward: Ward, fault: Callable[[], BaseException], minutes: int,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    record_property("places", ward.sweep(mail_step(fault), minutes))
    assert list(trail.faults()) == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", STEP_FAULTS.values(), ids=STEP_FAULTS.keys())
def test_every_fault_at_every_step_of_paging(
    clinic: Clinic, ada: User, theo: User, clock: Clock, receiver: Pager,
    fault: Callable[[], BaseException], record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    import uuid

    account_actions.write_pager(
        clinic=clinic, token=uuid.uuid4(), number=0, url=receiver.url, now=clock.now, by=ada
    )
    rung = account_actions.RungTyped(Rung.Who.PERSON, 5, channel=Rung.Channel.WEBHOOK, person=theo)
    write_ladder(clinic, ada, [rung])

    def arrived() -> Iterator[tuple[str, str, str]]:
        # Cut between its headers and its body, a message has not arrived.
        for call in filter(lambda one: one.body, receiver.calls):
            yield call.headers["webhook-id"], call.json["reference"], call.json["to"]

    ward = Ward(clinic, theo, clock, arrived)
    places = ward.sweep(lambda place: failing_step(PAGE_STEPS, place, fault), PHASES["first rung"])
    record_property("places", places)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("where", [sql, commit], ids=["statement", "commit"])
def test_every_fault_of_telling_of_an_emergency_access_or_a_test(
    errand: Errand, where: Callable[..., Failing], fault: Callable[[], BaseException],
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    record_property("places", errand.sweep(where(fault), 0))
    assert list(trail.faults()) == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", STEP_FAULTS.values(), ids=STEP_FAULTS.keys())
def test_every_fault_at_every_step_of_mailing_of_an_emergency_access_or_a_test(
    errand: Errand, fault: Callable[[], BaseException],
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    record_property("places", errand.sweep(mail_step(fault), 0))
    assert list(trail.faults()) == []


def test_every_kind_of_sending_is_swept() -> None:
    """A kind that is added later is added to the sweep."""
    kinds = {"outbox", "test", "access"}
    related = {field.name for field in Sending._meta.get_fields() if field.is_relation}
    assert related == {*kinds, "to"}


def test_the_sweep_finds_a_notifier_that_records_before_it_sends(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault that the sweep is for, planted."""
    from plans.notifications import channels

    deliver = channels.deliver

    def record_first(message: Any, *args: Any, **given: Any) -> None:
        Sending.objects.filter(pk=message.key).update(sent_at=ward.clock.now)
        deliver(message, *args, **given)

    monkeypatch.setattr(channels, "deliver", record_first)
    with pytest.raises(AssertionError):
        ward.sweep(mail_step(Killed), PHASES["first rung"])


def test_a_database_that_refuses_every_write_keeps_the_message_owed(
    ward: Ward, clock: Clock, smtp: MailServer
) -> None:
    """A disk that is full: nothing is sent that could not be claimed, nothing is lost."""
    flag = ward._flag(0)

    def full(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            raise OperationalError("database or disk is full")
        return execute(statement, params, many, context)

    with connection.execute_wrapper(full):
        for _round in range(3):
            with contextlib.suppress(OperationalError):
                Notifier(clock=clock).round()
            clock.on(minutes=1)
    assert smtp.mails == []
    ward._take_over()
    ward._check(flag, 0)
