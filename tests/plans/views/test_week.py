"""This week's handouts: one file, whoever must not get one left out and listed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import page
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Disclosure, Patient
from plans.forms.document import WEEK
from plans.models import Document, Plan
from taperplan import tokens
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.factories import PatientFactory
from tests.plans.documents.reading import page_words, words
from tests.plans.rules.published import PUBLISHED
from tests.plans.signing import a_plan, published, sign
from tests.plans.typing import SEIZURE, keep

pytestmark = pytest.mark.django_db
ADDRESS = reverse("plans:week")
FIRST = PUBLISHED["C"].first_day
NOW = datetime.combine(FIRST, datetime.min.time(), tzinfo=UTC).replace(hour=12)


@pytest.fixture(autouse=True)
def _the_day() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def with_plan(clinic: Clinic, clare: User, family: str, **fields: Any) -> Plan:
    patient: Patient = PatientFactory(
        clinic=clinic, family_name=family, given_names="Una", registered_by=clare, **fields
    )
    plan = a_plan(patient, clare)
    sign(plan, published("C"), clare)
    return plan


def sent(client: Client, by: User, **more: str) -> bytes:
    said = {"token": tokens.issue(by, WEEK), "page": "A4", "size": "standard"} | more
    answer = client.post(ADDRESS, said)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_each_patient_has_a_new_sheet_and_who_is_left_out_is_listed(
    theo_client: Client, theo: User, clinic: Clinic, clare: User
) -> None:
    with_plan(clinic, clare, "Alpha")
    with_plan(clinic, clare, "Beta")
    with_plan(clinic, clare, "Gone", died_on=date(2026, 1, 2), died_told_by="sister")
    with_plan(
        clinic, clare, "Moved", transferred_to="South", transfer_accepted_on=date(2026, 1, 2),
        transfer_told_by="letter",
    )  # fmt: skip
    with_plan(clinic, clare, "Quiet", may_send_letters="no")
    flagged = with_plan(clinic, clare, "Flagged")
    keep(flagged.patient, theo, SEIZURE, now=NOW)
    shown = theo_client.get(ADDRESS).content.decode()
    assert "2 handouts are printed" in shown
    assert "4 are left out" in shown
    document = sent(theo_client, theo)
    report = page.validate_pdf_bytes(document, profile=page.ValidationProfile.PDF_UA_1)
    assert report.is_compliant, [failure.message for failure in report.failures]
    pages = page_words(document)
    assert [text for text in pages if text.startswith("Your clonazepam plan")] != []
    alpha = next(n for n, text in enumerate(pages) if "Una ALPHA" in text)
    beta = next(n for n, text in enumerate(pages) if "Una BETA" in text)
    assert pages[alpha].startswith("Your clonazepam plan")
    assert pages[beta].startswith("Your clonazepam plan")
    assert alpha < beta < len(pages) - 1
    last = pages[-1]
    assert last.startswith("Left out of this batch For the clinic only. Not for the post.")
    for family, why in (
        ("GONE, Una", "died"),
        ("MOVED, Una", "transferred"),
        ("QUIET, Una", "wants no letters"),
        ("FLAGGED, Una", "a red flag is open: print it by hand"),
    ):
        assert why in last[last.index(family) :]
        assert not [text for text in pages[:-1] if family.split(",", 1)[0] in text]
    assert "seizure" not in words(document)


def test_each_handout_of_a_batch_is_kept_and_disclosed_and_sent_again_is_the_same(
    theo_client: Client, theo: User, clinic: Clinic, clare: User
) -> None:
    for family in ("Alpha", "Beta", "Gamma"):
        with_plan(clinic, clare, family)
    token = tokens.issue(theo, WEEK)
    first = sent(theo_client, theo, token=token)
    assert Document.objects.count() == Disclosure.objects.count() == 3
    assert sent(theo_client, theo, token=token) == first
    assert Document.objects.count() == 3
    kept = [words(bytes(document.content)) for document in Document.objects.all()]
    assert all(text in words(first) for text in kept)


def test_a_batch_is_written_as_the_clinic_reads_and_recorded_with_its_address(
    theo_client: Client, theo: User, clinic: Clinic, clare: User
) -> None:
    """It is made piece by piece, after the view has returned."""
    with_plan(clinic, clare, "Alpha")
    Clinic.objects.update(clock="12")

    document = sent(theo_client, theo)

    assert " pm" in words(document)
    assert "13:00" not in words(document)
    printed = AuditEvent.objects.filter(verb=Verb.PRINTED)
    assert {event.address for event in printed} == {"127.0.0.1"}


def test_a_plan_without_a_change_or_a_check_in_this_week_is_not_of_it(
    theo_client: Client, clinic: Clinic, clare: User
) -> None:
    with_plan(clinic, clare, "Alpha")
    with time_machine.travel(NOW.replace(year=NOW.year - 1), tick=False):
        shown = theo_client.get(ADDRESS).content.decode()
    assert "No handout is due this week" in shown


def test_where_everybody_is_left_out_nobody_is_told_that_nothing_is_due(
    theo_client: Client, theo: User, clinic: Clinic, clare: User
) -> None:
    keep(with_plan(clinic, clare, "Flagged").patient, theo, SEIZURE, now=NOW)
    shown = theo_client.get(ADDRESS).content.decode()
    assert "1 is left out" in shown
    assert "Each that is due is left out" in shown
    assert "No handout is due" not in shown


def test_the_list_asks_the_same_number_of_statements_however_long(
    theo_client: Client, clinic: Clinic, clare: User
) -> None:
    counts = []
    for number in range(3):
        with_plan(clinic, clare, f"Alpha{number}")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            theo_client.get(ADDRESS)
        counts.append(len(asked))
    assert len(set(counts[1:])) == 1
    assert counts[-1] <= 18


def test_another_clinic_s_patients_are_in_no_batch(
    sam_client: Client, sam: User, clinic: Clinic, clare: User
) -> None:
    with_plan(clinic, clare, "Alpha")
    assert "ALPHA" not in sam_client.get(ADDRESS).content.decode()
    assert "ALPHA" not in words(sent(sam_client, sam))


@pytest.mark.slow
def test_a_batch_in_one_streamed_request_holds_no_transaction_and_asks_the_same_for_each(
    theo_client: Client, theo: User, clinic: Clinic, clare: User
) -> None:
    """Each handout is kept in a transaction of its own before its pages are sent; whoever looks
    at the file growing sees how far it is, and a batch that breaks off has lost nothing."""
    for number in range(30):
        with_plan(clinic, clare, f"Alpha{number:02}")
    said = {"token": tokens.issue(theo, WEEK), "page": "A4", "size": "standard"}
    answer = theo_client.post(ADDRESS, said)
    depth = len(connection.savepoint_ids)
    kept: list[int] = []
    asked: list[int] = []
    with CaptureQueriesContext(connection) as statements:
        for piece in answer.streaming_content:  # type: ignore[attr-defined]
            count = Document.objects.count()
            assert len(connection.savepoint_ids) == depth, "a transaction is open while it is sent"
            if piece and (not kept or count > kept[-1]):
                kept.append(count)
                # Without this test's own counting.
                asked.append(sum("COUNT(" not in one["sql"] for one in statements))
    assert kept[:3] == [0, 1, 2], "the first pages wait for the whole batch"
    assert kept[-1] == 30
    steps = {later - earlier for earlier, later in pairwise(asked[2:])}
    assert max(steps) - min(steps) <= 3, steps
    assert max(steps) <= 40, steps
