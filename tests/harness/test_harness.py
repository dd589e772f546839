"""The ground that the other tests stand on."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from taperplan.accounts.models import Clinic, User
from taperplan.audit import append_only, trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.conftest import PASSWORD
from tests.harness.chromium import (
    OpenPage,
    assert_fits,
    assert_no_violations,
    enrol,
    sign_in,
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_one_test_commits_is_gone_in_the_next_and_the_triggers_stand(
    time: str, clare: User, clinic: Clinic
) -> None:
    assert AuditEvent.objects.count() == 0
    trail.record(Verb.VIEWED, clinic, by=clare)

    assert append_only.missing(connection) == []
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.all().delete()


@pytest.mark.sweep
def test_nobody_is_led_to_the_sign_in_page(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/")

    assert page.url.startswith("http://localhost:")
    assert reverse("account_login") in page.url
    assert_no_violations(page)
    assert_fits(page)


@pytest.mark.sweep
def test_somebody_comes_in_by_password_and_code(browser_page: OpenPage, clare: User) -> None:
    page = browser_page()
    sign_in(page, clare, password=PASSWORD, secret=enrol(clare))
    page.goto(reverse("accounts:me"))

    assert clare.email in page.content()


def test_a_page_that_asks_another_host_is_reported(request: pytest.FixtureRequest) -> None:
    from tests.harness.chromium import Watch

    watch = Watch("http://localhost:8000")

    class Elsewhere:
        url = "https://fonts.example/face.woff2"

    watch._request(Elsewhere())  # type: ignore[arg-type]

    assert watch.complaints == ["asked another host: https://fonts.example/face.woff2"]
