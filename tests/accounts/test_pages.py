"""The accounts page as an administrator reads it, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from taperplan.accounts.models import Clinic, User
from tests.conftest import person
from tests.doors import Client

LIST = "accounts:list"


def crowd(clinic: Clinic, count: int) -> None:
    for number in range(count):
        user = person(f"Nr{number:03d} Sample", clinic, monitor=True)
        Authenticator.objects.create(user=user, type="totp", data={})


@pytest.mark.parametrize("count", [1, 10, 100])
def test_the_list_costs_the_same_with_1_10_and_100_accounts(
    clinic: Clinic, ada_client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    crowd(clinic, count)
    with django_assert_max_num_queries(10):
        assert ada_client.get(reverse(LIST)).status_code == 200


def test_other_pages_stay_inside_their_budget(
    clinic: Clinic, ada: User, theo: User, ada_client: Client, django_assert_max_num_queries: Any
) -> None:
    crowd(clinic, 10)
    pages = ["clinic", "numbers", "texts", "levels", "ladder", "me", "invite"]
    addresses = [reverse(f"accounts:{page}") for page in pages]
    for address in [*addresses, reverse("accounts:change", args=[theo.memberships.get().pk])]:
        with django_assert_max_num_queries(18):
            assert ada_client.get(address).status_code == 200


def test_a_long_list_has_pages(clinic: Clinic, ada_client: Client) -> None:
    crowd(clinic, 60)

    first = ada_client.get(reverse(LIST)).content.decode()
    second = ada_client.get(reverse(LIST), {"page": "2"}).content.decode()

    assert first.count("<tr>") == 51
    assert "Page 1 of 2" in first
    assert second.count("<tr>") == 12
    for nonsense in ("0", "-1", "99", "x", "9" * 30, "²"):
        assert ada_client.get(reverse(LIST), {"page": nonsense}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"Ada", "Theo", "Max", "Ole"}),
        ({"state": "active"}, {"Ada", "Theo"}),
        ({"state": "deactivated"}, {"Max"}),
        ({"state": "invited"}, {"Ole"}),
        ({"state": "nonsense"}, {"Ada", "Theo", "Max", "Ole"}),
        ({"role": "monitor"}, {"Theo"}),
        ({"role": "superuser"}, {"Ada", "Theo", "Max", "Ole"}),
        ({"q": "MOCKS"}, {"Theo"}),
        ({"q": "northfield theo"}, {"Theo"}),
        ({"q": "a\0b"}, set()),
        ({"q": "%"}, set()),
    ],
)
def test_accounts_are_found_by_state_role_and_name(
    clinic: Clinic,
    ada: User,
    theo: User,
    ole: User,
    ada_client: Client,
    asked: dict[str, str],
    found: set[str],
) -> None:
    max_ = person("Max Ersatz", clinic, prescriber=True)
    max_.memberships.update(deactivated_at=timezone.now())
    ole.memberships.update(invited_at=timezone.now(), invited_name="Ole Prove")

    body = ada_client.post(reverse(LIST), asked, follow=True).content.decode()
    rows = body.split("<tbody>")[1] if "<tbody>" in body else ""

    assert {name for name in ("Ada", "Theo", "Max", "Ole") if f">{name} " in rows} == found
    assert "Invited 1" in body
    assert "Deactivated 1" in body


def test_another_clinics_people_are_not_in_the_list(sam: User, ada_client: Client) -> None:
    assert sam.name not in ada_client.get(reverse(LIST)).content.decode()


def test_a_state_is_a_word_and_a_second_step_too(
    clinic: Clinic, ada: User, theo: User, ada_client: Client
) -> None:
    Authenticator.objects.create(user=ada, type="webauthn", data={})
    Authenticator.objects.create(user=theo, type="totp", data={})
    User.objects.filter(pk=theo.pk).update(last_seen=timezone.now())

    body = ada_client.get(reverse(LIST)).content.decode()

    for words in ("passkey", "app code", "Active", "Today"):
        assert words in body
