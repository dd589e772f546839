"""Many guesses at the same moment are counted as many, whichever worker takes them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.urls import reverse

from taperplan.accounts import recovery
from taperplan.accounts.models import User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.accounts.conftest import give_password
from tests.doors import Client
from tests.harness.chromium import code, enrol

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)

GUESSES = 24
LIMIT = 10


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def looked_at(step: str) -> int:
    rows = AuditEvent.objects.filter(verb=Verb.SIGN_IN_REFUSED)
    return sum(f'"step": "{step}"' in row.detail for row in rows)


def test_parallel_guesses_of_a_password_are_stopped_at_the_limit(clare: User) -> None:
    answers = at_once(
        [lambda: give_password(Client(), clare, "a wrong guess") for _guess in range(GUESSES)]
    )

    assert {answer.status_code for answer in answers} <= {200, 429}
    assert 0 < looked_at("password") <= LIMIT
    assert give_password(Client(), clare).status_code in (200, 429), "locked, even when right"


def test_parallel_guesses_of_a_code_are_stopped_at_the_limit(clare: User) -> None:
    secret = enrol(clare)
    wrong = "000000" if code(secret) != "000000" else "000001"
    clients = [Client() for _guess in range(GUESSES)]
    for client in clients:
        give_password(client, clare)

    def guess(client: Client) -> Any:
        return client.post(reverse("mfa_authenticate"), {"code": wrong})

    at_once([lambda client=client: guess(client) for client in clients])  # type: ignore[misc]

    assert 0 < looked_at("second step") <= LIMIT


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_code_used_at_once_by_many_lets_one_in(clare: User, kind: str) -> None:
    secret = enrol(clare)
    codes, data = recovery.made()
    recovery.replace(clare, data)
    clients = [Client() for _client in range(6)]
    for client in clients:
        give_password(client, clare)
    # Away from the end of the half minute for which a code is shown.
    time.sleep(max(0.0, 30 - time.time() % 30 if time.time() % 30 > 25 else 0.0))
    given = code(secret) if kind == "app" else codes[0]

    def use(client: Client) -> int:
        answer = client.post(reverse("mfa_authenticate"), {"code": given})
        return answer.status_code

    answers = at_once([lambda client=client: use(client) for client in clients])  # type: ignore[misc]

    assert answers.count(302) == 1
    assert AuditEvent.objects.filter(verb=Verb.SIGNED_IN).count() == 1
    cache.clear()
