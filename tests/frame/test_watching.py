"""What whoever watches the service is told: whether, how much, how long. Nothing of anybody."""

from __future__ import annotations

import os
import re
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from plans.models import Heartbeat, Outbox
from taperplan import health, metrics
from taperplan.accounts.models import Clinic, User
from tests import doors
from tests.factories import PatientFactory
from tests.plans.notifications.conftest import report

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    with override_settings(METRICS_PORT=9464, METRICS_DIR=tmp_path / "figures"):
        yield tmp_path / "figures"


def figures() -> dict[str, float]:
    out = StringIO()
    call_command("serve_metrics", "--once", stdout=out)
    lines = [line for line in out.getvalue().splitlines() if not line.startswith("#")]
    # As Prometheus reads a line: a name, perhaps labels, a figure.
    assert all(re.fullmatch(r'[a-z_]+(\{[a-z]+="[^"]*"\})? [-+.e\d]+', line) for line in lines)
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


def test_requests_and_their_queries_are_counted(folder: Path, clare: User) -> None:
    client = doors.signed_in(clare)
    assert client.get(reverse("help")).status_code == 200
    assert client.get("/nowhere/").status_code == 404

    found = figures()
    assert found['taperplan_requests_total{answer="2xx"}'] == 1
    assert found['taperplan_requests_total{answer="4xx"}'] == 1
    assert found["taperplan_request_seconds_count"] == 2
    assert found['taperplan_request_seconds_bucket{le="+Inf"}'] == 2
    assert found["taperplan_queries_total"] >= 4
    assert found["taperplan_database_up"] == 1


def test_what_an_ended_process_counted_stays_counted(folder: Path) -> None:
    metrics.Counts(folder).add(queries=3)
    (folder / f"{os.getpid()}.counts").rename(folder / "999999999.counts")
    metrics.Counts(folder).add(queries=4)

    for _asked in range(2):
        assert figures()["taperplan_queries_total"] == 7
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{os.getpid()}.counts",
        "gone.counts",
    ]


def test_red_flags_and_notices_are_counted_by_level_and_age(
    folder: Path, clinic: Clinic, clare: User
) -> None:
    then = timezone.now() - timedelta(minutes=10)
    patient = PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    report(patient, clare, now=then)
    Heartbeat.objects.update(at=then)

    found = figures()
    assert found['taperplan_red_flags_open{level="emergency"}'] == 1
    assert found['taperplan_red_flags_open{level="same_day"}'] == 0
    assert found["taperplan_red_flags_unacknowledged"] == 1
    assert found["taperplan_outbox_rows"] == 1
    assert 600 <= found["taperplan_outbox_age_seconds"] < 660
    assert 600 <= found["taperplan_heartbeat_age_seconds"] < 660
    Outbox.objects.update(told_at=then)
    assert figures()["taperplan_outbox_rows"] == 0


def test_without_the_database_it_says_so_and_still_counts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_asked: object) -> str:
        raise DatabaseError

    monkeypatch.setattr("plans.management.commands.serve_metrics.standing_text", gone)
    found = figures()
    assert found["taperplan_database_up"] == 0
    assert "taperplan_requests_total" in " ".join(found)
    assert "taperplan_outbox_rows" not in found


def test_how_old_the_newest_backup_and_downtime_pack_are_is_told(folder: Path) -> None:
    kept = folder.parent
    with override_settings(BACKUP_DIR=kept / "backups", DOWNTIME_DIR=kept / "downtime"):
        found = figures()
        assert found["taperplan_backup_age_seconds"] == -1
        assert found["taperplan_downtime_pack_age_seconds"] == -1
        (kept / "backups").mkdir()
        (kept / "downtime").mkdir()
        for hours, name in ((30, "backups/taperplan-1.backup"), (2, "backups/taperplan-2.backup"),
                            (5, "downtime/taperplan-downtime-C-1-1.pdf")):  # fmt: skip
            (kept / name).touch()
            then = time.time() - hours * 3600
            os.utime(kept / name, (then, then))
        found = figures()
    assert 7200 <= found["taperplan_backup_age_seconds"] < 7260
    assert 18000 <= found["taperplan_downtime_pack_age_seconds"] < 18060


def test_a_dead_notifier_takes_no_requests_away() -> None:
    Heartbeat.objects.update(at=timezone.now() - timedelta(hours=1))
    assert doors.Client().get(reverse("readyz")).status_code == 200


def test_a_process_whose_tables_are_still_to_come_gets_no_requests() -> None:
    health._migrated.clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'plans' AND name > '0002'")
    answer = doors.Client().get(reverse("readyz"))
    assert answer.status_code == 503
    assert answer.content == b"not ready\n"
