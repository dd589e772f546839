"""Which hosts a pager may have."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from taperplan.accounts import actions, checks, pagers
from taperplan.accounts.refusals import NotDoneError

if TYPE_CHECKING:
    from pytest_django import Settings

    from taperplan.accounts.models import Clinic, User

LISTED = ["pager.example", "other.example:8443", "*.wards.example", "10.4.0.7", "[fd00::7]:443"]


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://pager.example/in", True),
        ("https://PAGER.example./in", True),
        ("https://pager.example:8443/in", False),
        ("https://other.example:8443/in", True),
        ("https://other.example/in", False),
        ("https://east.wards.example/in", True),
        ("https://wards.example/in", False),
        ("https://evilwards.example/in", False),
        ("https://pager.example.evil.example/in", False),
        ("https://pager.example@evil.example/in", False),
        ("https://10.4.0.7/in", True),
        ("https://10.4.0.8/in", False),
        ("https://[fd00::7]/in", True),
        ("https://169.254.169.254/latest/", False),
        ("https://localhost/in", False),
        ("https:///in", False),
    ],
)
def test_a_host_that_nobody_allowed_is_refused(settings: Settings, url: str, taken: bool) -> None:
    settings.PAGER_HOSTS = LISTED

    assert pagers.allowed(url) is taken


@pytest.mark.parametrize(
    ("peer", "taken"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.4.0.7", True),
        ("10.4.0.8", False),
        ("192.168.9.20", True),
        ("169.254.169.254", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::7", True),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("224.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104  (an address to refuse)
        ("no address", False),
    ],
)
def test_whoever_answers_from_inside_is_refused_unless_listed(
    settings: Settings, peer: str, taken: bool
) -> None:
    settings.PAGER_HOSTS = [*LISTED, "192.168.9.0/24"]

    assert pagers.peer_allowed(peer) is taken


def test_what_is_not_listed_is_not_saved_and_the_check_names_what_was(
    clinic: Clinic, ada: User, settings: Settings
) -> None:
    def write(url: str) -> None:
        actions.write_pager(
            clinic=clinic, token=uuid.uuid4(), number=0, url=url, now=timezone.now(), by=ada
        )

    settings.PAGER_HOSTS = []
    with pytest.raises(NotDoneError, match="not on the list of this installation"):
        write("https://pager.example/in")
    settings.PAGER_HOSTS = ["pager.example"]
    write("https://pager.example/in")
    assert checks.every_pager_is_allowed(None, ["default"]) == []

    settings.PAGER_HOSTS = ["other.example"]
    (found,) = checks.every_pager_is_allowed(None, ["default"])
    assert found.id == "taperplan.E005"
    assert str(clinic.pk) in found.msg
    assert "pager.example" not in found.msg
