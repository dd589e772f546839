"""A request as the views see it, and where it comes from."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest

if TYPE_CHECKING:
    from datetime import date, datetime

    from taperplan.accounts.models import Clinic, Membership, User

LOOPBACK = "127.0.0.1"


class ClinicianRequest(HttpRequest):
    """Signed in, in a clinic, with the second step done."""

    user: User
    membership: Membership
    clinic: Clinic
    now: datetime
    today: date
    # Seconds until the session ends by itself, as the page's warning counts them.
    session_ends_in: int
    # That this page was seen is in the journal and not yet in the trail.
    journalled: bool


def client_address(request: HttpRequest) -> str:
    """Where the request comes from, past as many proxies as the settings say are ours.

    What a stranger writes into the header stands left of what our proxies add, so it is
    never believed.
    """
    address = request.META.get("REMOTE_ADDR", "") or LOOPBACK
    if settings.PROXIES:
        passed = request.headers.get("X-Forwarded-For", "").split(",")
        if len(passed) >= settings.PROXIES:
            address = passed[-settings.PROXIES].strip()
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return LOOPBACK


def is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
