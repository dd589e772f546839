"""The rules know neither passwords nor notifiers: nothing of that kind is prepared here."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _fast_hashing() -> None:
    """Instead of the one for every test."""


@pytest.fixture(autouse=True)
def _a_notifier_lives() -> None:
    """Instead of the one for every test."""
