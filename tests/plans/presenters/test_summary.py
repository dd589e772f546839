"""The summary says what the record holds, and what it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import page
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Patient
from plans.actions import escalation as escalations
from plans.documents import summary as paper
from plans.models import Escalation
from plans.presenters.paper import Printing
from plans.presenters.summary import summary
from plans.rules.paper import PageSize
from plans.rules.schedule import step_totals, supply
from plans.rules.wording import total_words
from plans.sheets.summary import Summary
from taperplan import formats
from taperplan.accounts.models import Clinic, User
from tests.factories import (
    AllergyFactory,
    AnswerFactory,
    OtherMedicineFactory,
    PatientFactory,
    SharedDecisionFactory,
)
from tests.plans.documents.reading import squeezed, words
from tests.plans.rules.published import PUBLISHED
from tests.plans.signing import SIGNED_AT, a_plan, published, sign
from tests.plans.typing import ROUTINE, SEIZURE, completed, keep

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
NOW = datetime(2026, 12, 15, 9, 58, tzinfo=UTC)


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)


@pytest.fixture
def printing(clinic: Clinic, theo: User) -> Printing:
    return Printing(clinic=clinic, by=theo, at=NOW, code="7K4MPQ9XRTCA")


def printed(sheet: Summary, size: PageSize = PageSize.A4) -> str:
    return words(paper.render(sheet, page=size).content)


@pytest.mark.parametrize("letter", ["A", "B", "C", "D", "F"])
def test_every_dose_date_and_total_of_a_published_schedule_can_be_read_off_the_paper(
    letter: str, otto: Patient, clare: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published(letter), clare)
    schedule = version.schedule()
    text = printed(summary(otto, printing))
    doses = text[text.index("Doses of each step") :]
    for step in schedule.steps:
        assert squeezed(formats.day_range(step.first_day, step.last_day)) in doses
        for dose in step.doses:
            product = schedule.product(dose.product)
            assert squeezed(formats.quantity(dose.quantity, product.form)) in doses
        for total in step_totals(schedule, step):
            assert squeezed(total_words(total.by_day[0])) in text
    source = PUBLISHED[letter]
    if not source.open:
        for line in supply(schedule, source.first_day, source.last_day):
            stated = Fraction(source.supply[line.product.key])
            assert line.quantity == stated
            assert squeezed(formats.quantity(stated, line.product.form)) in text
        for drug, amount in source.amounts.items():
            assert squeezed(formats.amount(Fraction(amount), "mg")) in text, drug


def test_the_head_names_the_person_the_version_and_the_clinic(
    otto: Patient, clare: User, printing: Printing
) -> None:
    sign(a_plan(otto, clare), published("C"), clare, title="Clonazepam, reducing")
    text = printed(summary(otto, printing))
    assert "Clinician summary Clonazepam, reducing, version 1, signed 18 Nov 2026 by" in text
    assert "SAMPLE, Otto" in text
    assert "born 21 Nov 1956 (70 y)" in text
    assert "record DEMO 0042 17" in text
    assert "male · speaks English · phone 555-0142" in text


def test_what_was_not_asked_is_said_to_be_not_asked(otto: Patient, printing: Printing) -> None:
    otto.allergies_status = "not asked"
    otto.save()
    AnswerFactory(patient=otto, item="seizures", answer="no")
    AnswerFactory(patient=otto, item="epilepsy", answer="yes", detail="since 2003")
    text = printed(summary(otto, printing))
    assert "Indication not asked" in text
    assert "Allergies not asked" in text
    assert "History of seizures asked: none" in text
    assert "Epilepsy since 2003" in text
    assert "Allergies: not asked." in text[text.index("Open questions") :]
    assert "No plan is signed." in text


def test_allergies_medicines_and_the_shared_decision_stand_on_it(
    otto: Patient, printing: Printing
) -> None:
    AllergyFactory(patient=otto)
    OtherMedicineFactory(patient=otto)
    SharedDecisionFactory(patient=otto)
    text = printed(summary(otto, printing))
    assert "Allergies examplamycin (What happened: rash)" in text
    assert "Other medicines inventostatin" in text
    assert "Decision Agreed" in text


def test_the_situation_says_today_the_current_step_the_next_change_and_the_end(
    otto: Patient, clare: User, printing: Printing
) -> None:
    sign(a_plan(otto, clare), published("F"), clare)
    text = printed(summary(otto, printing))
    assert "Situation on Tue 15 Dec 2026" in text
    assert "bedtime no tablet of clonazepam 0.5 mg and 2 tablets of diazepam 5 mg (10 mg)" in text
    assert "Current step step 3 of 3, Mon 14 Dec 2026 to Sun 20 Dec 2026" in text
    assert "Next Mon 21 Dec 2026: clonazepam ends; diazepam ends" in text
    assert "End clonazepam: refer; diazepam: refer" in text


def test_two_plans_stand_one_after_the_other_and_are_never_added_up(
    otto: Patient, clare: User, printing: Printing
) -> None:
    sign(a_plan(otto, clare), published("C"), clare, title="First plan")
    later = SIGNED_AT + timedelta(days=1)
    sign(a_plan(otto, clare, begun_at=later), published("D"), clare, title="Second plan")
    ghost = a_plan(otto, clare, state="entered in error")
    sign(ghost, published("A"), clare, title="Never meant")
    sheet = summary(otto, printing)
    assert [part.heading for part in sheet.plans] == ["First plan", "Second plan"]
    assert "Clinician summary 2 plans" in printed(sheet)


def test_versions_stand_with_their_reasons(otto: Patient, clare: User, printing: Printing) -> None:
    plan = a_plan(otto, clare)
    first = sign(plan, published("C"), clare)
    sign(
        plan, published("C2"), clare, number=2, kind="hold", replaces=first,
        reason="Wants to settle.", signed_at=SIGNED_AT + timedelta(days=1),
        in_force_from=date(2026, 11, 19), hold_from=date(2026, 11, 19),
        hold_until=date(2026, 12, 2),
    )  # fmt: skip
    text = printed(summary(otto, printing))
    assert "2 staying on a dose Thu 19 Nov 2026" in text
    assert "Wants to settle." in text
    assert "Staying on this dose until Wed 2 Dec 2026." in text


def test_a_red_flag_stands_with_every_act_and_its_time(
    otto: Patient, clare: User, theo: User, printing: Printing
) -> None:
    sign(a_plan(otto, clare), published("C"), clare)
    keep(otto, theo, SEIZURE)
    flag = Escalation.objects.get()
    escalations.acknowledge(
        escalation=flag, frozen_now=datetime(2026, 11, 24, 8, 50, tzinfo=UTC), by=clare
    )
    text = printed(summary(otto, printing))
    assert "1 red flag is open Emergency: seizure recorded present" in text
    assert "Acknowledged Tue 24 Nov 2026, 09:50 by Clare Exampleton." in text
    acts = text[text.index("Red flags Red flag When") :]
    assert "Tue 24 Nov 2026, 09:41 raised, emergency" in acts
    assert "Tue 24 Nov 2026, 09:50 acknowledged Clare Exampleton" in acts


def test_a_check_in_stands_with_symptoms_decision_and_note(
    otto: Patient, clare: User, theo: User, printing: Printing
) -> None:
    sign(a_plan(otto, clare), published("C"), clare)
    answers = {
        **ROUTINE, "s-tremor": "present", "s-tremor-severity": "mild", "note": "Sleeps better.",
        "v-pulse": "92",
    }  # fmt: skip
    completed(otto, theo, answers)
    text = printed(summary(otto, printing))
    row = text[text.index("Check-ins When How") :]
    assert "tremor (mild)" in row
    assert "continue. Next: Tue 1 Dec 2026" in row
    assert "Vital signs: pulse 92" in row
    assert "Note: Sleeps better." in row


def test_what_was_told_in_confidence_is_left_out_and_said_to_be(
    otto: Patient, clare: User, theo: User, printing: Printing
) -> None:
    sign(a_plan(otto, clare), published("C"), clare)
    completed(otto, theo, {**ROUTINE, "note": "His sister drinks.", "in_confidence": "yes"})
    text = printed(summary(otto, printing))
    assert "sister" not in text
    assert "A note that was told in confidence is not printed." in text


def test_who_is_not_told_yet_is_open(otto: Patient, clare: User, printing: Printing) -> None:
    sign(a_plan(otto, clare), published("C"), clare)
    text = printed(summary(otto, printing))
    assert "Told of version 1" in text
    assert "pharmacy open" in text


def test_provenance_names_version_and_digest(
    otto: Patient, clare: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published("C"), clare, digest="ab" * 32)
    text = printed(summary(otto, printing))
    assert f"{version.plan.reference}, version 1: digest {'ab' * 32}" in text
    assert "Printed by Theo Mocksen" in text


@pytest.mark.parametrize("size", list(PageSize))
def test_a_summary_is_accessible_pdf(
    size: PageSize, otto: Patient, clare: User, theo: User, printing: Printing
) -> None:
    sign(a_plan(otto, clare), published("F"), clare)
    completed(otto, theo, {**ROUTINE, **SEIZURE})
    document = paper.render(summary(otto, printing), page=size).content
    report = page.validate_pdf_bytes(document, profile=page.ValidationProfile.PDF_UA_1)
    assert report.is_compliant, [failure.message for failure in report.failures]
    assert document == paper.render(summary(otto, printing), page=size).content


def test_the_number_of_queries_does_not_grow_with_the_record(
    otto: Patient, clare: User, theo: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published("C"), clare, in_force_from=date(2026, 9, 24))
    taken = {f"t-{version.plan_id.hex[:8]}d1": "as planned"}
    counted = []
    for count in (1, 4):
        for day in range(count):
            now = datetime(2026, 11, 20 + day, 8, tzinfo=UTC) + timedelta(hours=count)
            completed(otto, theo, {**ROUTINE, **SEIZURE, **taken}, now=now)
        with CaptureQueriesContext(connection) as queries:
            summary(otto, printing)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 26
