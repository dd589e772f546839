"""When a session ends by itself, and who is ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from taperplan.accounts.models import Membership, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.doors import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE = 60
HOUR = 3600


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-24 09:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def mine() -> str:
    return reverse("accounts:me")


@pytest.fixture
def client(clock: time_machine.Traveller, clare: User) -> Client:
    return doors.signed_in(clare)


def test_fourteen_minutes_without_use_are_forgiven(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    clock.shift(14 * MINUTE)

    assert client.get(mine).status_code == 200


def test_after_fifteen_minutes_one_signs_in_again_and_goes_on(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    clock.shift(15 * MINUTE)

    answer = client.get(mine + "?tab=2")

    assert answer["Location"] == f"{reverse('account_login')}?next={mine}%3Ftab%3D2"
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "_auth_user_id" not in client.session
    row = AuditEvent.objects.get()
    assert (row.verb, row.detail) == (Verb.SIGNED_OUT, '{"because": "idle"}')


def test_a_form_sent_too_late_leads_back_to_its_page(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    clock.shift(15 * MINUTE)
    came_from = f"http://testserver{mine}"

    answer = client.post(reverse("account_logout"), headers={"referer": came_from})
    assert answer["Location"] == f"{reverse('account_login')}?next={mine}"


def test_a_form_sent_too_late_from_elsewhere_leads_home(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    clock.shift(15 * MINUTE)

    answer = client.post(mine, headers={"referer": "https://evil.example/x"})
    assert answer["Location"] == f"{reverse('account_login')}?next=/"


def test_use_keeps_a_session_for_twelve_hours_and_no_longer(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    for _ten_minutes in range(71):
        clock.shift(10 * MINUTE)
        assert client.get(mine).status_code == 200
    clock.shift(10 * MINUTE)

    assert client.get(mine).status_code == 302
    assert AuditEvent.objects.get().detail == '{"because": "absolute"}'


def test_the_page_knows_how_many_seconds_are_left(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    assert client.get(mine)["Session-Ends-In"] == "900"
    clock.shift(30)
    assert client.get(mine)["Session-Ends-In"] == "870"
    clock.shift(30)
    assert client.get(mine)["Session-Ends-In"] == "900"


def test_asking_whether_one_is_signed_in_keeps_no_session_alive(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    for _two_minutes in range(7):
        clock.shift(2 * MINUTE)
        assert client.get(reverse("session"))["Session-Ends-In"] != "900"
    clock.shift(MINUTE)

    assert client.get(mine).status_code == 302


def test_a_page_that_asks_by_itself_keeps_no_session_alive(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    clock.shift(8 * MINUTE)
    client.get(mine, headers={"taperplan-background": "1"})
    clock.shift(7 * MINUTE)

    assert client.get(mine).status_code == 302


def test_staying_signed_in_is_one_press(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    clock.shift(14 * MINUTE)
    assert client.post(reverse("session"))["Session-Ends-In"] == "900"
    clock.shift(14 * MINUTE)

    assert client.get(mine).status_code == 200


def test_a_fragment_is_never_answered_with_the_sign_in_page(
    client: Client, clock: time_machine.Traveller, mine: str
) -> None:
    script = {"hx-request": "true"}
    clock.shift(15 * MINUTE)
    ended = client.post(mine, headers=script)
    after = client.post(mine, headers=script)

    for answer in (ended, after):
        assert answer.status_code == 401
        assert answer["HX-Trigger"] == "session-over"


def test_activity_is_written_once_a_minute(
    client: Client, clock: time_machine.Traveller, mine: str, clare: User
) -> None:
    def writes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("help"))
        return sum(query["sql"].startswith("UPDATE") for query in queries)

    clock.shift(59)
    assert writes() == 0
    clock.shift(1)
    assert writes() == 2  # the session and when this person was last seen
    assert writes() == 0
    clare.refresh_from_db()
    assert clare.last_seen is not None
    assert clare.last_seen.timestamp() == time.time()


def test_a_signed_in_page_costs_three_statements_before_its_own(
    ada_client: Client, clare_client: Client, django_assert_max_num_queries: Any
) -> None:
    """The session, the user with clinic and membership, and what the frame says to everybody."""
    for client in (ada_client, clare_client):
        with django_assert_max_num_queries(3):
            assert client.get(reverse("help")).status_code == 200


def test_whoever_is_deactivated_is_out_at_once(clare: User, clare_client: Client) -> None:
    Membership.objects.filter(user=clare).update(deactivated_at="2026-11-01T00:00Z")

    assert clare_client.get(reverse("accounts:me")).status_code == 302


def test_whoever_may_not_sign_in_at_all_is_out_at_once(clare: User, clare_client: Client) -> None:
    User.objects.filter(pk=clare.pk).update(is_active=False)

    assert clare_client.get(reverse("accounts:me")).status_code == 302


def test_a_role_taken_away_is_gone_with_the_next_request(ada: User, ada_client: Client) -> None:
    assert ada_client.get(reverse("accounts:list")).status_code == 200
    Membership.objects.filter(user=ada).update(administrator=False, auditor=True)

    assert ada_client.get(reverse("accounts:list")).status_code == 403
