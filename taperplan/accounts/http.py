"""A request as the views see it, once the middleware has done its part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from datetime import date, datetime

    from taperplan.accounts.models import Clinic, Membership, User


class ClinicianRequest(HttpRequest):
    """Signed in, in a clinic, with the second step done."""

    user: User  # type: ignore[assignment]
    membership: Membership
    clinic: Clinic
    now: datetime
    today: date
