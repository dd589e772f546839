"""The clinic's figures leave the screen as a file: no person is in it, and the trail says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from taperplan.accounts.models import User


def taken(*, by: User) -> None:
    trail.record(Verb.EXPORTED, detail={"what": "figures"}, by=by)
