"""The end of the trail, kept where whoever writes the database does not reach."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from pytest_django import Settings

from taperplan import tables
from taperplan.accounts.models import User
from taperplan.audit import anchors, append_only, trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.doors import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings: Settings, tmp_path: Path, clare: User) -> Path:
    """Three rows, of which the end is anchored."""
    settings.TRAIL_ANCHORS = tmp_path / "elsewhere" / "anchors.jsonl"
    # Its folder is made where it is missing: anchoring asks first whether rows wait there.
    settings.TRAIL_JOURNAL = tmp_path / "other-disk" / "reads.jsonl"
    for _ in range(3):
        trail.record(Verb.SIGNED_IN, clare, by=clare)
    call_command("anchor_trail")
    return Path(settings.TRAIL_ANCHORS)


def by_sql(statement: str) -> None:
    triggers = [one for one in append_only.triggers() if one.table == "audit_auditevent"]
    append_only.drop(connection, triggers)
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_newest_rows_taken_away_are_missed(kept: Path) -> None:
    call_command("verify_trail")
    by_sql("DELETE FROM audit_auditevent WHERE number >= 3")

    assert not list(trail.faults()), "the chain alone does not know"
    with pytest.raises(CommandError, match="Row 3 is missing, though it was anchored"):
        call_command("verify_trail")


def test_a_trail_made_anew_is_not_the_one_that_was_anchored(kept: Path, clare: User) -> None:
    by_sql("DELETE FROM audit_auditevent")
    for _ in range(4):
        trail.record(Verb.SIGNED_OUT, clare, by=clare)

    with pytest.raises(CommandError, match="Row 3 is not the one that was anchored"):
        call_command("verify_trail")


def test_an_anchor_made_up_is_found(kept: Path) -> None:
    kept.write_text(kept.read_text().replace('"number": 3', '"number": 2'))
    with pytest.raises(CommandError, match="Line 1 of the anchors was changed"):
        call_command("verify_trail")


def test_an_empty_trail_has_no_anchor(settings: Settings, tmp_path: Path) -> None:
    settings.TRAIL_ANCHORS = tmp_path / "anchors.jsonl"
    assert anchors.write() is None
    assert not settings.TRAIL_ANCHORS.exists()


def test_an_auditor_takes_the_trail_away_with_its_chain(ole: User, ole_client: Client) -> None:
    for _ in range(3):
        trail.record(Verb.VIEWED, ole, by=ole)
    answer = ole_client.get(reverse("audit:file"))
    read = tables.read(b"".join(answer.streaming_content))  # type: ignore[attr-defined]

    rows = [row.cells for row in read.rows]
    assert [row["verb"] for row in rows[:-1]] == ["viewed"] * 3 + ["exported"]
    for before, after in pairwise(rows[:-1]):
        assert after["previous"] == before["digest"]
    last = AuditEvent.objects.order_by("-number").first()
    assert last is not None
    assert (rows[-1]["number"], rows[-1]["digest"]) == ("head", last.digest)
    assert last.verb == Verb.EXPORTED
