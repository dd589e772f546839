"""A page that is needed is shown while the trail takes nothing, and who saw it is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from pytest_django import Settings

from patients.models import Patient
from taperplan.accounts.models import Clinic, User
from taperplan.audit import journal, trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors, factories

if TYPE_CHECKING:
    from collections.abc import Iterator

# As the server does it: no transaction lies around a page.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient(clinic: Clinic, clare: User) -> Patient:
    made: Patient = factories.PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    return made


@pytest.fixture(autouse=True)
def kept(settings: Settings, tmp_path: Path) -> Path:
    settings.TRAIL_JOURNAL = tmp_path / "other-disk" / "reads.jsonl"
    settings.TRAIL_ANCHORS = tmp_path / "anchors.jsonl"
    return Path(settings.TRAIL_JOURNAL)


@pytest.fixture
def client(clare: User) -> doors.Client:
    return doors.signed_in(clare)


@pytest.fixture
def refusing(client: doors.Client) -> Iterator[None]:
    """The table of the trail takes no row, as on a full disk."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER full BEFORE INSERT ON audit_auditevent "
                "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no space left on device'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON audit_auditevent "
                "FOR EACH ROW EXECUTE FUNCTION full_disk()"
            )
    yield
    recovered()


def recovered() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS full")
        else:
            cursor.execute("DROP FUNCTION IF EXISTS full_disk() CASCADE")


def test_a_page_is_shown_with_a_banner_and_its_row_waits_in_the_journal(
    refusing: None, client: doors.Client, patient: Patient, kept: Path
) -> None:
    shown = client.get(reverse("plans:patient", args=[patient.pk]))
    assert shown.status_code == 200
    assert "The trail cannot be written." in shown.content.decode()
    (line,) = kept.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["patient"] == f"patient:{patient.pk}"
    assert patient.family_name not in line
    assert (kept.stat().st_mode & 0o777) == 0o600


def test_what_waits_joins_the_chain_late_with_the_next_row_and_only_once(
    refusing: None, client: doors.Client, patient: Patient, clare: User, kept: Path
) -> None:
    page = reverse("plans:patient", args=[patient.pk])
    assert client.get(page).status_code == 200
    assert client.get(page).status_code == 200
    assert client.get(reverse("audit:list")).status_code == 403
    recovered()

    shown = client.get(page)
    assert "The trail cannot be written." not in shown.content.decode()
    assert not kept.exists()
    late = AuditEvent.objects.filter(detail__contains='"late": "yes"')
    assert [row.verb for row in late.order_by("number")] == ["viewed", "viewed", "refused"]
    assert {row.actor for row in late} == {f"user:{clare.pk}"}
    assert list(trail.faults()) == []
    assert journal.join() == 0


def test_a_process_killed_after_the_commit_joins_nothing_twice(
    refusing: None, client: doors.Client, patient: Patient, kept: Path
) -> None:
    client.get(reverse("plans:patient", args=[patient.pk]))
    recovered()
    kept.rename(kept.with_suffix(".joining"))
    text = kept.with_suffix(".joining").read_text(encoding="utf-8")
    assert journal.join() == 1
    kept.with_suffix(".joining").write_text(text, encoding="utf-8")
    journal.join()
    assert AuditEvent.objects.filter(detail__contains='"late": "yes"').count() == 1


def test_a_line_that_was_changed_joins_and_says_so(
    refusing: None, client: doors.Client, patient: Patient, kept: Path
) -> None:
    client.get(reverse("plans:patient", args=[patient.pk]))
    kept.write_text(kept.read_text().replace(str(patient.pk), "0" * 36) + "nonsense\n")
    recovered()
    call_command("anchor_trail")
    late = AuditEvent.objects.filter(detail__contains='"late": "yes"')
    assert late.count() == 2
    assert all("does not fit its seal" in row.detail for row in late)
    assert list(trail.faults()) == []


def test_where_the_journal_fails_too_no_clinical_page_is_shown(
    refusing: None, client: doors.Client, patient: Patient, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("")
    settings.TRAIL_JOURNAL = tmp_path / "a-file" / "reads.jsonl"
    client.raise_request_exception = False
    for page in (
        reverse("plans:patient", args=[patient.pk]),
        reverse("patients:intake", args=[patient.pk]),
        f"{reverse('patients:list')}?{urlencode(doors.asking(client, patient.family_name))}",
    ):
        answer = client.get(page)
        assert answer.status_code == 503, page
        assert patient.given_names not in answer.content.decode()


def test_what_is_handed_out_is_refused_while_the_trail_takes_nothing(
    refusing: None, client: doors.Client, patient: Patient, kept: Path
) -> None:
    """A file is no page that somebody needs now: it leaves with its row or not at all."""
    client.raise_request_exception = False
    answer = client.get(reverse("plans:worklist-table"))
    assert answer.status_code >= 500
    assert not kept.exists()
    assert Verb.EXPORTED not in AuditEvent.objects.values_list("verb", flat=True)
