"""What is done beside every `migrate`, for apps whose tables need more than their columns.

Migrating is the frame's work, not the domain's: an app says what it wants done and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from taperplan.measuring import measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.base.base import BaseDatabaseWrapper

    Step = Callable[[BaseDatabaseWrapper], None]

# Before anything migrates, where something will; and when all has migrated.
before: list[Step] = []
after: list[Step] = []
# One of our apps, so that each is done once; the last one, so that every table stands.
_LAST = "plans"


def connect() -> None:
    """Called once by the frame."""
    pre_migrate.connect(_before, dispatch_uid="migrating.before")
    post_migrate.connect(_after, dispatch_uid="migrating.after")


def _before(*, app_config: Any, using: str, plan: Any = (), **_: Any) -> None:
    if plan and app_config.label == _LAST:
        for step in before:
            step(connections[using])


def _after(*, app_config: Any, using: str, **_: Any) -> None:
    if app_config.label == _LAST:
        for step in after:
            step(connections[using])
        measure(connections[using])
