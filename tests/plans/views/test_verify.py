"""Whoever holds a paper can ask whether it still counts, and learns nothing else."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from patients.models import Patient
from plans.actions.verify import PLACES, may_try
from plans.models import Document, Move, Plan, Version
from plans.rules.paper import grouped
from taperplan import formats
from taperplan.accounts.models import Clinic, User
from tests.factories import PatientFactory
from tests.plans.signing import SIGNED_AT, a_plan, published, sign

pytestmark = pytest.mark.django_db
PAGE = reverse("plans:verify")
CODE = "7K4MPQ9XRTCA"
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> None:
    cache.clear()


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)


@pytest.fixture
def plan(otto: Patient, clare: User) -> Plan:
    return a_plan(otto, clare)


@pytest.fixture
def version(plan: Plan, clare: User) -> Version:
    return sign(plan, published("C"), clare)


@pytest.fixture
def paper(version: Version, clare: User) -> Document:
    return kept(version.plan.patient, clare, kind="handout", plan=version.plan, version=version)


def kept(patient: Patient, by: User, **fields: object) -> Document:
    values: dict[str, object] = {
        "id": uuid.uuid4(), "page_size": "A4", "print_size": "standard", "language": "en",
        "recipient": "own team", "open_flags": 0, "content": b"%PDF", "sha256": "0" * 64,
        "check_code": CODE, "pages": 1, "unprintable": 0, "printed_at": NOW, "printed_by": by,
    }  # fmt: skip
    return Document.objects.create(patient=patient, **(values | fields))


def asked(client: Client, code: str) -> str:
    answer = client.post(PAGE, {"code": code})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("typed", [CODE, grouped(CODE), " 7k4m pq9x-rtca "])
def test_a_paper_that_still_counts_matches_however_its_code_is_typed(
    typed: str, paper: Document, client: Client
) -> None:
    assert "Matches." in asked(client, typed)


def test_a_paper_is_superseded_from_the_day_on_which_the_next_version_counts(
    paper: Document, version: Version, clare: User, client: Client
) -> None:
    for number, first in ((2, date(2026, 12, 3)), (3, date(2026, 12, 1))):
        sign(
            version.plan, published("C2"), clare, number=number, kind="change", replaces=version,
            reason="Settling.", signed_at=SIGNED_AT + timedelta(days=number), in_force_from=first,
        )  # fmt: skip
        version = Version.objects.get(plan=version.plan, number=number)
    shown = asked(client, CODE)
    assert f"Superseded on {formats.day(date(2026, 12, 1))}." in shown
    assert "Matches." not in shown


def test_a_paper_of_a_plan_that_was_stopped_no_longer_counts(
    paper: Document, plan: Plan, clare: User, client: Client
) -> None:
    Move.objects.create(
        plan=plan, number=1, verb="stop", state="stopped", at=NOW, by=clare, reason="Moved away.",
        token=uuid.uuid4(),
    )  # fmt: skip
    Plan.objects.filter(pk=plan.pk).update(state="stopped")
    assert f"Superseded on {formats.day(NOW.date())}." in asked(client, CODE)


def test_a_summary_is_what_was_true_on_its_day(otto: Patient, clare: User, client: Client) -> None:
    kept(otto, clare, kind="summary")
    assert "Matches." in asked(client, CODE)


@pytest.mark.parametrize(
    "typed", ["7K4MPQ9XRTCC", "7K4M", "x" * 190, "<b>7K4M</b>", "' OR 1=1 --", "七K4MPQ9XRTCA"]
)
def test_any_other_code_is_unknown(typed: str, paper: Document, client: Client) -> None:
    assert "Unknown." in asked(client, typed)


def test_no_code_is_asked_for_and_uses_no_try(client: Client) -> None:
    for _time in range(PLACES + 1):
        sent = client.post(PAGE, {"code": "  "})
        assert sent.status_code == 422
        assert "Type the check code." in sent.content.decode()


def test_nothing_of_patient_plan_clinic_or_paper_is_told(
    paper: Document, version: Version, client: Client
) -> None:
    patient = paper.patient
    shown = asked(client, CODE)
    for secret in (
        patient.family_name, patient.given_names, "DEMO 0042", patient.clinic.name, "clonazepam",
        "Clare", "handout", str(paper.pk), paper.reference, version.plan.reference, "1956",
    ):  # fmt: skip
        assert secret not in shown


def test_the_answer_is_the_same_to_whoever_is_signed_in(
    paper: Document, sam_client: Client
) -> None:
    assert "Matches." in asked(sam_client, CODE)


def test_a_code_in_the_address_is_not_read(paper: Document, client: Client) -> None:
    shown = client.get(PAGE, {"code": CODE}).content.decode()
    assert "Matches." not in shown
    assert CODE not in shown


def test_whoever_tries_code_after_code_is_told_to_wait(paper: Document, client: Client) -> None:
    for _time in range(PLACES):
        asked(client, "7K4MPQ9XRTCC")
    refused = client.post(PAGE, {"code": CODE})
    assert refused.status_code == 429
    assert "Wait one minute." in refused.content.decode()
    assert "Matches." not in refused.content.decode()
    # Somebody else's tries are their own.
    other = client.post(PAGE, {"code": CODE}, REMOTE_ADDR="192.0.2.7")
    assert "Matches." in other.content.decode()


def test_a_whole_ipv6_network_counts_as_one(paper: Document) -> None:
    assert all(may_try(f"2001:db8::{number}") for number in range(PLACES))
    assert not may_try("2001:db8::ffff")
    assert may_try("2001:db8:0:1::1")


@pytest.mark.django_db(transaction=True)
def test_guesses_that_arrive_at_once_are_counted_one_by_one() -> None:
    let_in: list[bool] = []

    def guess() -> None:
        let_in.append(may_try("192.0.2.9"))
        connection.close()

    threads = [threading.Thread(target=guess) for _number in range(PLACES * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == PLACES * 2
    assert sum(let_in) == PLACES
