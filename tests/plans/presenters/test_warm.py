"""What a server has done before its first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plans.presenters import frame, home, warm
from taperplan import kept
from tests import doors

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User


@pytest.mark.one_engine
def test_the_first_page_waits_for_no_statement_to_be_written(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (frame, home):
        monkeypatch.setattr(module, "_kept", kept.Kept())
    warm.statements()
    written = _written()
    client = doors.signed_in(clare)

    for address in ("/?whose=mine", "/?whose=team", "/help/"):
        assert client.get(address).status_code == 200

    assert _written() == written != {}


def _written() -> dict[str, set[object]]:
    """For which sorts of asker a statement stands there."""
    kinds = {"frame": frame._kept, "worklist": home._kept}
    return {name: set(one._made) for name, one in kinds.items()}


def test_every_template_can_be_read() -> None:
    warm.templates()
