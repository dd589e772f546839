"""What was typed into a check-in stands after the server was killed: a real server, a real kill."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from tests.journeys.site import Site, free_port

pytestmark = [pytest.mark.slow]


def test_a_half_typed_check_in_outlives_a_killed_server(tmp_path: Path) -> None:
    site = Site(f"sqlite:///{tmp_path / 'clinic.sqlite3'}", 9, free_port())
    visitor, (patient,) = site.make()
    with site.server() as running:
        path, form = visitor.new_check_in(patient)
        typed = {"s-seizure": "yes", "s-seizure-confirmed": "yes", "note": "slept badly"}
        draft = visitor.ask(path, {**form, **typed}).to
        assert "/check-ins/drafts/" in draft
        running.send_signal(signal.SIGKILL)
        running.wait()

    with site.server():
        page = visitor.ask(draft).body
    assert "slept badly" in page
    assert "Emergency red flag open: seizure" in page
    assert re.search(r'value="yes" checked', page)
