"""While a guard of a table is missing, nothing is served."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.urls import reverse

from taperplan.accounts.models import User
from taperplan.audit import append_only, chain, trail
from taperplan.audit.verbs import Verb
from taperplan.health import OnlyWhenWhole, OnlyWhenWholeAsync
from tests.doors import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_missing() -> Iterator[str]:
    name = append_only.triggers()[0].name
    on_table = "" if connection.vendor == "sqlite" else f' ON "{append_only.triggers()[0].table}"'
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"{on_table}')
    yield name
    append_only.install(connection)


class Server:
    """Asks a WSGI application as a server does."""

    def __init__(self) -> None:
        self.served = 0
        self.application = OnlyWhenWhole(self._page)

    def _page(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.served += 1
        start_response("200 OK", [])
        return [b"page"]

    def ask(self) -> str:
        answers: list[str] = []
        self.application({}, lambda status, headers: answers.append(status))
        return answers[0]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    # The connection is the test's own: the guard would close it between two requests.
    monkeypatch.setattr(connection, "close", lambda: None)
    return Server()


def test_every_trigger_stands_after_migrating() -> None:
    assert append_only.missing(connection) == []


def test_a_whole_database_is_well(client: Client) -> None:
    answer = Client().get(reverse("healthz"))

    assert (answer.status_code, answer.content) == (200, b"well\n")
    assert not answer.cookies


def test_health_is_asked_over_plain_http_too(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get(reverse("healthz")).status_code == 200


def test_a_missing_guard_is_not_well_and_is_not_said_to_strangers(one_missing: str) -> None:
    answer = Client().get(reverse("healthz"))

    assert answer.status_code == 503
    assert one_missing not in answer.content.decode()


def test_a_database_that_does_not_answer_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_connection: object) -> None:
        raise OperationalError

    monkeypatch.setattr(append_only, "missing", down)
    from taperplan import health

    assert health.faults() == ["the database does not answer: OperationalError"]


def test_nothing_is_served_while_a_guard_is_missing(one_missing: str, server: Server) -> None:
    assert server.ask().startswith("503")
    assert server.served == 0

    append_only.install(connection)

    assert server.ask().startswith("200")


def test_an_asgi_server_refuses_too(one_missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)
    answers: list[Any] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"status": 200})

    async def send(message: Any) -> None:
        answers.append(message)

    async def receive() -> None: ...

    ask = OnlyWhenWholeAsync(page)
    async_to_sync(ask)({"type": "http"}, receive, send)
    append_only.install(connection)
    async_to_sync(ask)({"type": "http"}, receive, send)

    assert [answer.get("status") for answer in answers] == [503, None, 200]


def test_once_whole_a_request_costs_nothing_more(
    server: Server, django_assert_num_queries: Any
) -> None:
    # The triggers, the key of the trail; on PostgreSQL the function that hands out its end.
    with django_assert_num_queries(2 + (connection.vendor == "postgresql")):
        server.ask()
    with django_assert_num_queries(0):
        assert server.ask().startswith("200")
    assert server.served == 2


def test_without_the_end_of_the_trail_nothing_is_well() -> None:
    if connection.vendor == "sqlite":
        # SQLite has one writer at a time: nothing needs to stand in the database.
        assert chain.stands(connection)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP FUNCTION {chain.FUNCTION}")
    assert Client().get(reverse("healthz")).status_code == 503

    chain.install(connection)

    assert Client().get(reverse("healthz")).status_code == 200


def test_the_check_before_a_release_names_what_is_missing(
    one_missing: str, settings: Settings
) -> None:
    settings.SECRET_KEY, settings.TRAIL_KEY = "s" * 64, "t" * 64
    errors = StringIO()

    with pytest.raises(CommandError, match=one_missing):
        call_command("check", deploy=True, databases=["default"], stderr=errors)


@pytest.mark.parametrize(
    ("secret", "trail", "found"),
    [
        ("short", "t" * 64, "SECRET_KEY has fewer than 32"),
        ("s" * 64, "short", "TRAIL_KEY has fewer than 32"),
    ],
)
def test_a_guessable_secret_is_refused_before_a_release(
    settings: Settings, secret: str, trail: str, found: str
) -> None:
    settings.SECRET_KEY, settings.TRAIL_KEY = secret, trail

    with pytest.raises(CommandError, match=found):
        call_command("check", deploy=True, stderr=StringIO())


def test_one_key_for_both_is_remarked_on(settings: Settings) -> None:
    from taperplan.checks import secrets_are_secret

    settings.SECRET_KEY = settings.TRAIL_KEY = "s" * 64

    assert [message.id for message in secrets_are_secret(None)] == ["taperplan.W001"]


def test_a_table_is_not_emptied_at_one_stroke(clare: User) -> None:
    """On PostgreSQL, TRUNCATE walks past the triggers of rows; SQLite has no such statement."""
    trail.record(Verb.VIEWED, by=clare)
    statement = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{statement} audit_auditevent")


def test_a_trigger_that_was_switched_off_is_missing_and_comes_back() -> None:
    if connection.vendor == "sqlite":
        # SQLite knows no triggers that stand and sleep.
        assert "pg_trigger" not in {row.name for row in append_only.triggers()}
        return
    trigger = append_only.triggers()[0]
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{trigger.table}" DISABLE TRIGGER "{trigger.name}"')
    assert append_only.missing(connection) == [trigger.name]

    append_only.install(connection)

    assert append_only.missing(connection) == []
