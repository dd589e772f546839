"""What a server has done before its first page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from plans.presenters import frame, home, warm
from taperplan import kept
from tests import doors

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User


def _refuse(*_args: Any) -> Any:
    message = "a statement is written while somebody waits for a page"
    raise AssertionError(message)


@pytest.mark.one_engine
def test_the_first_page_waits_for_no_statement_to_be_written(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (frame, home):
        monkeypatch.setattr(module, "_kept", kept.Kept())
    warm.statements()
    monkeypatch.setattr(kept, "_made", _refuse)
    client = doors.signed_in(clare)

    for address in ("/?whose=mine", "/?whose=team", "/help/"):
        assert client.get(address).status_code == 200


def test_every_template_can_be_read() -> None:
    warm.templates()
