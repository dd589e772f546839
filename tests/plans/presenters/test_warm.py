"""What a server has done before its first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plans.presenters import frame, home, warm
from taperplan import kept
from tests import doors
from tests.factories import CareTeamFactory, PatientFactory

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

    def asked() -> None:
        for address in ("/?whose=mine", "/?whose=team", "/help/"):
            assert client.get(address).status_code == 200

    asked()
    CareTeamFactory(patient=PatientFactory(clinic=clinic), user=clare)
    asked()
    monkeypatch.setattr(home, "FEW", 0)
    asked()

    assert _written() == written != {}


def _written() -> dict[str, set[object]]:
    """For which sorts of asker a statement stands there."""
    kinds = {"frame": frame._kept, "worklist": home._kept}
    return {name: set(one._made) for name, one in kinds.items()}


def test_every_template_can_be_read() -> None:
    warm.templates()
