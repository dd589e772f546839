"""Coming in by the real forms, as a person does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.doors import Client
from tests.harness.chromium import code

if TYPE_CHECKING:
    from taperplan.accounts.models import User


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    """No model keeps the counts of guesses, so no flush empties them."""
    cache.clear()


def give_password(client: Client, user: User | str, password: str = PASSWORD) -> Any:
    """The first step. An address that has no account may be given instead of a user."""
    email = user if isinstance(user, str) else user.email
    return client.post(reverse("account_login"), {"login": email, "password": password})


def give_code(client: Client, secret: str, *, at: float | None = None) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": code(secret, at=at)})


def come_in(user: User, secret: str) -> Client:
    client = Client()
    assert give_password(client, user).status_code == 302
    assert give_code(client, secret).status_code == 302
    return client
