"""Printing: once per form, kept with its bytes, told to the accounting and to the trail."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from patients.models import Disclosure, Patient
from patients.vocabulary import Ground
from plans.actions import document as actions
from plans.actions.document import Wish
from plans.models import Document, Escalation, Plan
from plans.rules.paper import DocumentKind, NotPrintable, PageSize, PrintSize, Recipient
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from tests.factories import ConsentFactory, PatientFactory
from tests.plans.documents.reading import page_words, words
from tests.plans.signing import SIGNED_AT, a_plan, published, sign
from tests.plans.typing import SEIZURE, keep

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)
HANDOUT = Wish(
    kind=DocumentKind.HANDOUT,
    page=PageSize.A4,
    size=PrintSize.STANDARD,
    recipient=Recipient.PATIENT,
    ground=Ground.PATIENT,
)
SUMMARY = Wish(
    kind=DocumentKind.SUMMARY,
    page=PageSize.A4,
    size=PrintSize.STANDARD,
    recipient=Recipient.OWN_TEAM,
)


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)


@pytest.fixture
def plan(otto: Patient, clare: User) -> Plan:
    plan = a_plan(otto, clare)
    sign(plan, published("C"), clare)
    return plan


def printed(plan: Plan, by: User, wish: Wish = HANDOUT, **more: Any) -> tuple[Document, bool]:
    values: dict[str, Any] = {"key": uuid.uuid4(), "now": NOW} | more
    return actions.print_document(patient=plan.patient, plan=plan, wish=wish, by=by, **values)


def test_a_print_keeps_its_bytes_and_their_hash(plan: Plan, theo: User) -> None:
    document, made = printed(plan, theo)
    kept = Document.objects.get(pk=document.pk)
    assert made
    assert bytes(kept.content).startswith(b"%PDF-1.7")
    assert kept.sha256 == hashlib.sha256(bytes(kept.content)).hexdigest()
    assert kept.version == plan.versions.get()
    assert kept.pages == len(page_words(bytes(kept.content)))
    assert kept.printed_by == theo
    grouped = "-".join(kept.check_code[n : n + 4] for n in (0, 4, 8))
    assert f"Check code {grouped}." in words(bytes(kept.content))


def test_the_same_form_is_one_print_however_often_it_arrives(plan: Plan, theo: User) -> None:
    key = uuid.uuid4()
    first, made = printed(plan, theo, key=key)
    again, made_again = printed(plan, theo, key=key)
    assert (made, made_again) == (True, False)
    assert first == again
    assert Document.objects.count() == Disclosure.objects.count() == 1
    assert AuditEvent.objects.filter(verb="printed").count() == 1


def test_a_form_that_asks_for_something_else_prints_nothing_else(plan: Plan, theo: User) -> None:
    key = uuid.uuid4()
    first, _made = printed(plan, theo, key=key)
    large = replace(HANDOUT, size=PrintSize.LARGE)
    again, made = printed(plan, theo, large, key=key)
    assert not made
    assert again == first
    assert actions.same(again, HANDOUT, plan)
    assert not actions.same(again, large, plan)


def test_a_form_of_one_patient_cannot_print_for_another(
    plan: Plan, theo: User, clinic: Clinic, clare: User
) -> None:
    key = uuid.uuid4()
    printed(plan, theo, key=key)
    other = a_plan(PatientFactory(clinic=clinic, zoe=True, registered_by=clare), clare)
    with pytest.raises(NotPrintable, match="another patient"):
        printed(other, theo, key=key)


def test_a_reprint_gives_the_same_bytes_and_leaves_a_trail_row(plan: Plan, theo: User) -> None:
    document, _made = printed(plan, theo)
    kept = Document.objects.get(pk=document.pk)
    assert actions.reprint(document=kept, by=theo) == bytes(kept.content)
    assert AuditEvent.objects.filter(verb="reprinted").count() == 1


def test_a_handout_for_the_patient_is_a_row_of_the_accounting(plan: Plan, theo: User) -> None:
    document, _made = printed(plan, theo)
    row = Disclosure.objects.get()
    assert document.disclosure == row
    assert row.recipient == "the patient"
    assert row.ground == "patient"
    assert row.what == "Patient handout, plan version 1"
    assert row.subject == document.reference


def test_what_is_given_away_names_recipient_ground_and_consent(
    plan: Plan, otto: Patient, theo: User
) -> None:
    consent = ConsentFactory(patient=otto)
    wish = replace(
        SUMMARY,
        recipient=Recipient.PRIMARY_CARE,
        recipient_name="Dr Sample",
        ground=Ground.CONSENT,
        consent=consent,
    )
    document, _made = printed(plan, theo, wish)
    row = Disclosure.objects.get()
    assert (row.recipient, row.ground, row.consent) == ("Dr Sample", "consent", consent)
    assert document.recipient_name == "Dr Sample"


def test_what_stays_with_our_own_team_is_told_to_nobody(plan: Plan, theo: User) -> None:
    document, _made = printed(plan, theo, SUMMARY)
    assert document.disclosure is None
    assert not Disclosure.objects.exists()


def test_the_trail_says_what_was_printed_without_a_name_or_a_dose(plan: Plan, theo: User) -> None:
    printed(plan, theo)
    event = AuditEvent.objects.get(verb="printed")
    detail = json.loads(event.detail)
    assert detail["kind"] == "handout"
    assert detail["version"] == plan.versions.get().reference
    assert "SAMPLE" not in event.detail.upper()
    assert "mg" not in event.detail


def test_a_draft_has_no_handout(otto: Patient, clare: User) -> None:
    draft = a_plan(otto, clare, state="draft")
    with pytest.raises(NotPrintable, match="A draft has no handout"):
        printed(draft, clare)
    assert not Document.objects.exists()


@pytest.mark.parametrize("state", ["completed", "stopped", "transferred", "entered in error"])
def test_a_plan_that_is_over_has_no_new_handout(state: str, otto: Patient, clare: User) -> None:
    over = a_plan(otto, clare, state=state)
    sign(over, published("C"), clare)
    with pytest.raises(NotPrintable):
        printed(over, clare)


def test_nothing_is_printed_for_whoever_died(plan: Plan, otto: Patient, clare: User) -> None:
    otto.died_on, otto.died_told_by = NOW.date(), "the family"
    otto.save()
    plan.refresh_from_db()
    with pytest.raises(NotPrintable, match="marked as died"):
        printed(plan, clare)


def test_the_newest_signed_version_is_printed(plan: Plan, clare: User) -> None:
    first = plan.versions.get()
    second = sign(
        plan, published("C2"), clare, number=2, kind="change", replaces=first,
        reason="Settling.", signed_at=SIGNED_AT + timedelta(days=1),
    )  # fmt: skip
    document, _made = printed(plan, clare)
    assert document.version == second
    assert "Replaces version 1" in words(bytes(document.content))


def test_a_version_signed_while_the_paper_was_set_stops_the_print(
    plan: Plan, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = plan.versions.get()
    set_it = actions._set

    def meanwhile(*args: Any) -> Any:
        result = set_it(*args)
        sign(
            plan, published("C2"), clare, number=2, kind="change", replaces=first,
            reason="Settling.",
        )  # fmt: skip
        return result

    monkeypatch.setattr(actions, "_set", meanwhile)
    with pytest.raises(NotPrintable, match="signed meanwhile"):
        printed(plan, clare)
    assert not Document.objects.exists()


def test_a_handout_is_refused_until_the_open_red_flag_is_known(
    plan: Plan, otto: Patient, theo: User
) -> None:
    keep(otto, theo, SEIZURE)
    with pytest.raises(NotPrintable, match="A red flag is open: seizure"):
        printed(plan, theo)
    known = replace(HANDOUT, flags_seen=frozenset(Escalation.objects.values_list("pk", flat=True)))
    document, _made = printed(plan, theo, known)
    text = words(bytes(document.content))
    assert "red flag" not in text.lower()
    assert "seizure" not in text.lower()
    assert document.open_flags == 1


def test_a_summary_carries_the_open_red_flag_above_its_title(
    plan: Plan, otto: Patient, theo: User
) -> None:
    keep(otto, theo, SEIZURE)
    document, _made = printed(plan, theo, SUMMARY)
    text = words(bytes(document.content))
    assert text.index("1 red flag is open") < text.index("Clinician summary")
    assert "Emergency: seizure recorded present" in text


def test_a_flag_raised_while_the_paper_was_set_stops_the_print(
    plan: Plan, otto: Patient, theo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_it = actions._set

    def meanwhile(*args: Any) -> Any:
        result = set_it(*args)
        keep(otto, theo, SEIZURE)
        return result

    monkeypatch.setattr(actions, "_set", meanwhile)
    with pytest.raises(NotPrintable, match="raised or closed meanwhile"):
        printed(plan, theo, SUMMARY)
    assert not Document.objects.exists()


def test_nothing_is_kept_when_the_trail_cannot_be_written(
    plan: Plan, theo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_args: Any, **_kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr("plans.actions.document.trail.record", refused)
    with pytest.raises(DatabaseError), transaction.atomic():
        printed(plan, theo)
    assert not Document.objects.exists()
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE plans_document SET pages = 9", "DELETE FROM plans_document"]
)
def test_a_print_is_never_changed_and_never_deleted(plan: Plan, theo: User, statement: str) -> None:
    printed(plan, theo)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("document_kind_known", {"kind": "poster", "plan": None, "version": None}),
        ("document_page_size_known", {"page_size": "A3"}),
        ("document_print_size_known", {"print_size": "tiny"}),
        ("document_recipient_known", {"recipient": "nobody", "recipient_name": "x"}),
        ("document_of_a_version_names_it", {"version": None}),
        ("document_diary_names_its_step", {"kind": "diary"}),
        ("document_that_leaves_is_disclosed", {"disclosure": None}),
        ("document_recipient_is_named", {"recipient": "pharmacy"}),
        ("document_sha256_whole", {"sha256": "0" * 63}),
        ("document_check_code_whole", {"check_code": "A"}),
        ("document_has_a_page", {"pages": 0}),
    ],
)
def test_the_table_refuses_what_no_print_is(
    plan: Plan, theo: User, constraint: str, values: dict[str, Any]
) -> None:
    first, _made = printed(plan, theo)
    row = Document.objects.get(pk=first.pk)
    disclosure = Disclosure.objects.create(
        patient=row.patient, recipient="r", what="w", ground="patient", disclosed_at=NOW,
        disclosed_by=theo,
    )  # fmt: skip
    row.pk, row.check_code, row.disclosure = uuid.uuid4(), "Y" * 12, disclosure
    for name, value in values.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)
