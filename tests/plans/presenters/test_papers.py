"""Diary, supply sheet, handover sheet, transfer package: what stands on them, and what never."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import page
import pytest

from patients.models import Disclosure, Patient
from patients.vocabulary import Ground
from plans.actions.document import Wish, print_document
from plans.documents import diary as diary_paper
from plans.documents import handover as handover_paper
from plans.documents import supply as supply_paper
from plans.models import Collection, Document, Plan, Supply, Version
from plans.models.supply import AsNeededSupply
from plans.presenters.diary import MOST_DAYS, diary
from plans.presenters.handover import handover
from plans.presenters.paper import Printing
from plans.presenters.supply_sheet import supply_sheet
from plans.rules.paper import DocumentKind, NotPrintable, PageSize, PrintSize, Recipient
from plans.rules.schedule import AsNeeded, Schedule, When, expected_on
from plans.sheets.diary import Diary
from plans.sheets.handover import Handover
from plans.sheets.supply import SupplySheet
from taperplan import formats
from taperplan.accounts.models import Clinic, User
from tests.factories import AllergyFactory, AnswerFactory, PatientFactory
from tests.plans.documents.reading import squeezed, words
from tests.plans.rules.published import PUBLISHED
from tests.plans.signing import SIGNED_AT, a_plan, published, sign
from tests.plans.typing import ROUTINE, SEIZURE, completed, keep

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 10, 20, tzinfo=UTC)


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)


@pytest.fixture
def printing(clinic: Clinic, theo: User) -> Printing:
    return Printing(clinic=clinic, by=theo, at=NOW, code="7K4MPQ9XRTCA")


def judged(content: bytes) -> str:
    report = page.validate_pdf_bytes(content, profile=page.ValidationProfile.PDF_UA_1)
    assert report.is_compliant, [failure.message for failure in report.failures]
    return words(content)


def on_paper(sheet: Diary | SupplySheet | Handover) -> str:
    """The words of the sheet, from documents that are accessible on either paper and in
    either print."""
    found = []
    for size in PageSize:
        match sheet:
            case Diary():
                for print_size in PrintSize:
                    content = diary_paper.render(sheet, page=size, size=print_size).content
                    found.append(judged(content))
            case SupplySheet():
                found.append(judged(supply_paper.render(sheet, page=size).content))
            case Handover():
                found.append(judged(handover_paper.render(sheet, page=size).content))
    return found[0]


# --- diary ----------------------------------------------------------------------------------
@pytest.mark.parametrize("letter", sorted(PUBLISHED))
def test_a_diary_says_for_each_day_of_a_step_what_is_expected_on_it(
    letter: str, otto: Patient, clare: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published(letter), clare)
    schedule = version.schedule()
    step = schedule.steps[0]
    early = replace(printing, at=datetime(2020, 1, 1, 12, tzinfo=UTC))
    sheet = diary(version, step, early, discreet=False)
    assert len(sheet.days) <= MOST_DAYS
    for number, day in enumerate(sheet.days):
        expected = expected_on(schedule, step.first_day + timedelta(days=number))
        entries = [entry for time in day.times for entry in time.entries]
        boxes = [entry for entry in entries if entry.box and "off" not in entry.words[0].text]
        assert len(boxes) == len([one for one in expected if one.quantity])
    text = on_paper(sheet)
    assert "Otto SAMPLE" in text
    for one in expected_on(schedule, step.first_day):
        assert squeezed(formats.quantity(one.quantity, one.product.form)) in text


def test_a_diary_begins_today_in_a_step_that_has_begun(
    otto: Patient, clare: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published("C"), clare)
    step = version.schedule().steps[0]
    later = datetime.combine(step.first_day + timedelta(days=3), NOW.time(), tzinfo=UTC)
    sheet = diary(version, step, replace(printing, at=later), discreet=False)
    assert sheet.days[0].day.endswith(formats.short_month(later.month))
    assert str(later.day) in sheet.days[0].day


def test_a_discreet_diary_names_neither_the_patient_nor_the_clinic_nor_the_drug(
    otto: Patient, clare: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published("C"), clare)
    text = on_paper(diary(version, version.schedule().steps[0], printing, discreet=True))
    assert text.startswith("My diary")
    for word in ("SAMPLE", "Otto", "DEMO 0042", "clonazepam", printing.clinic.name, "Clare"):
        assert word not in text
    assert "Check code 7K4M-PQ9X-RTCA" in text


# --- supply -----------------------------------------------------------------------------------
def arranged(version: Version, by: User, days: list[tuple[date, str]], **fields: str) -> Supply:
    values = {"pack": "blister", "taking": "supervised", "collected_by": "Ingrid Sample"} | fields
    supply = Supply(id=uuid.uuid4(), version=version, number=1, at=SIGNED_AT, by=by, **values)
    for day, slot in days:
        Collection(supply=supply, day=day, from_slot=slot).save(force_insert=True)
    supply.save(force_insert=True)
    return supply


def test_without_collection_dates_each_step_is_added_up(
    otto: Patient, clare: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published("C"), clare)
    text = on_paper(supply_sheet(version, printing))
    assert "This is not a prescription." in text
    assert "No collection dates are recorded for this version." in text
    assert "10 and a half tablets (10.5)" in text
    for step in version.schedule().steps:
        assert squeezed(formats.day_range(step.first_day, step.last_day)) in text


def test_each_collection_lasts_up_to_the_next_to_the_time_of_day(
    otto: Patient, clare: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published("C"), clare)
    first = version.schedule().steps[0].first_day
    second = first + timedelta(days=7)
    arranged(version, clare, [(first, ""), (second, "evening")], note="Ring before noon.")
    text = on_paper(supply_sheet(version, printing))
    before = f"{formats.day(first)} to {formats.day(second)}, before evening"
    assert squeezed(before) in text
    assert squeezed(f"{formats.day(second)}, from evening to") in text
    assert "Pack blister" in text
    assert "Taken supervised" in text
    assert "May collect Ingrid Sample" in text
    assert "Note Ring before noon." in text


def test_a_collection_moved_for_a_holiday_says_from_which_day(
    otto: Patient, clare: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published("C"), clare)
    first = version.schedule().steps[0].first_day
    supply = Supply(
        id=uuid.uuid4(), version=version, number=1, at=SIGNED_AT, by=clare,
        pack="blister", taking="supervised",
    )  # fmt: skip
    moved = first + timedelta(days=6)
    Collection(supply=supply, day=first).save(force_insert=True)
    Collection(supply=supply, day=moved, moved_from=moved + timedelta(days=1)).save(
        force_insert=True
    )
    supply.save(force_insert=True)
    text = on_paper(supply_sheet(version, printing))
    words = f"{formats.day(moved)} moved from {formats.day(moved + timedelta(days=1))}"
    assert squeezed(words) in text
    assert text.count("moved from") == 1


def test_as_needed_is_handed_out_as_typed_and_never_worked_out(
    otto: Patient, clare: User, printing: Printing
) -> None:
    schedule = published("C")
    needed = AsNeeded(
        "a1", schedule.products[0].key, Fraction(1), Fraction(2), 240, "panic",
        schedule.steps[0].first_day, None,
    )  # fmt: skip
    version = sign(a_plan(otto, clare), replace(schedule, as_needed=(needed,)), clare)
    text = on_paper(supply_sheet(version, printing))
    assert "How many at each collection is not recorded." in text
    supply = Supply(
        id=uuid.uuid4(), version=version, number=1, at=SIGNED_AT, by=clare, pack="blister",
        taking="home",
    )  # fmt: skip
    row = version.drugs.get().products.get().as_needed.get()
    typed = AsNeededSupply(supply=supply, as_needed=row)
    typed.quantity = Fraction(21, 2)
    typed.save(force_insert=True)
    Collection(supply=supply, day=needed.first_day).save(force_insert=True)
    supply.save(force_insert=True)
    text = on_paper(supply_sheet(version, printing))
    assert "At each collection: 10 and a half tablets (10.5)." in text


def test_a_supply_sheet_says_what_it_replaces_and_what_is_not_in_force(
    otto: Patient, clare: User, theo: User, printing: Printing
) -> None:
    plan = a_plan(otto, clare)
    first = sign(plan, published("C"), clare)
    wish = a_wish(DocumentKind.SUPPLY)
    print_document(
        key=uuid.uuid4(), patient=otto, plan=plan, wish=wish, now=NOW - timedelta(days=1), by=theo
    )
    second = sign(
        plan, published("C"), clare, number=2, replaces=first, kind="change", reason="asked",
        in_force_from=date(2026, 12, 1), in_force_slot="evening",
    )  # fmt: skip
    text = on_paper(supply_sheet(second, printing))
    assert "Replaces the sheet of 19 Nov 2026." in text
    assert "Version 1 is not in force from Tue 1 Dec 2026, evening." in text


def test_a_pharmacy_learns_allergies_and_nothing_of_why(
    otto: Patient, clare: User, theo: User, printing: Printing
) -> None:
    AllergyFactory(patient=otto)
    AnswerFactory(patient=otto, item="indication", answer="yes", detail="panic disorder")
    version = sign(a_plan(otto, clare), published("C"), clare, pharmacy_text="Blister, please.")
    completed(otto, theo, ROUTINE | {"s-tremor": "present", "s-tremor-severity": "mild"})
    keep(otto, theo, SEIZURE)
    text = on_paper(supply_sheet(version, printing))
    assert "Allergies examplamycin" in text
    assert "Blister, please." in text
    for word in ("panic", "seizure", "tremor", "red flag", "Red flag"):
        assert word not in text


# --- handover ---------------------------------------------------------------------------------
def test_a_handover_sheet_says_situation_background_assessment_and_what_was_done(
    otto: Patient, clare: User, theo: User, printing: Printing
) -> None:
    AnswerFactory(patient=otto, item="indication", answer="yes", detail="panic disorder")
    sign(a_plan(otto, clare), published("C"), clare)
    completed(otto, theo, ROUTINE | {"s-tremor": "present", "s-tremor-severity": "mild"})
    keep(otto, theo, SEIZURE)
    text = on_paper(handover(otto, printing))
    place = 0
    for heading in (
        "1 red flag is open", "Red-flag handover", "SAMPLE, Otto", "Situation",
        "seizure recorded present", "Background", "panic disorder", "Allergies", "Assessment",
        "tremor: mild", "Suicide question none", "What was done", "Questions to",
    ):  # fmt: skip
        place = text.index(heading, place)


def test_without_a_red_flag_there_is_nothing_to_hand_over(
    otto: Patient, clare: User, theo: User
) -> None:
    with pytest.raises(NotPrintable, match="nothing to hand over"):
        print_document(
            key=uuid.uuid4(), patient=otto, plan=None, wish=a_wish(DocumentKind.HANDOVER),
            now=NOW, by=theo,
        )  # fmt: skip
    assert not Document.objects.exists()


# --- transfer -----------------------------------------------------------------------------------
def a_wish(kind: DocumentKind) -> Wish:
    return Wish(
        kind=kind, page=PageSize.A4, size=PrintSize.STANDARD, recipient=Recipient.CLINICIAN,
        recipient_name="Southfield Clinic", ground=Ground.TREATMENT, why="moves away",
    )  # fmt: skip


def test_a_transfer_package_is_one_document_one_disclosure_and_everything_in_order(
    otto: Patient, clare: User, theo: User
) -> None:
    sign(a_plan(otto, clare, title="First"), published("C"), clare)
    stopped = a_plan(otto, clare, title="Over", state="stopped")
    sign(stopped, published("A"), clare)
    keep(otto, theo, SEIZURE)
    document, made = print_document(
        key=uuid.uuid4(), patient=otto, plan=None, wish=a_wish(DocumentKind.TRANSFER), now=NOW,
        by=theo,
    )  # fmt: skip
    assert made
    row = Disclosure.objects.get()
    assert (row.recipient, row.what, row.ground) == (
        "Southfield Clinic", "Transfer package", "treatment",
    )  # fmt: skip
    text = judged(bytes(document.content))
    place = 0
    for heading in (
        "1 red flag is open", "Transfer package", "For Southfield Clinic",
        "What is in it", "Clinician summary:", "Patient handout, First, version 1:",
        "Supply sheet for the pharmacy, First, version 1:", "Told of version 1",
        "Clinician summary", "Your clonazepam plan", "Supply sheet",
    ):  # fmt: skip
        place = text.index(heading, place)
    assert "Patient handout, Over" not in text


# --- what may be printed ---------------------------------------------------------------------
def test_a_diary_sheet_names_a_step_of_the_newest_version(
    otto: Patient, clare: User, theo: User
) -> None:
    plan: Plan = a_plan(otto, clare)
    version = sign(plan, published("C"), clare)
    wish = a_wish(DocumentKind.DIARY)
    with pytest.raises(NotPrintable, match="Choose the step"):
        print_document(key=uuid.uuid4(), patient=otto, plan=plan, wish=wish, now=NOW, by=theo)
    step = version.schedule().steps[-1]
    document, _made = print_document(
        key=uuid.uuid4(), patient=otto, plan=plan, wish=replace(wish, step=step.key), now=NOW,
        by=theo,
    )  # fmt: skip
    assert document.step is not None
    assert document.step.key == step.key
    over = datetime(2030, 1, 1, 12, tzinfo=UTC)
    with pytest.raises(NotPrintable, match="days of this step are over"):
        print_document(
            key=uuid.uuid4(), patient=otto, plan=plan, wish=replace(wish, step=step.key),
            now=over, by=theo,
        )  # fmt: skip


def test_each_paper_for_the_patient_or_the_pharmacy_asks_about_an_open_flag(
    otto: Patient, clare: User, theo: User
) -> None:
    plan = a_plan(otto, clare)
    sign(plan, published("C"), clare)
    keep(otto, theo, SEIZURE)
    for kind in (DocumentKind.HANDOUT, DocumentKind.DIARY, DocumentKind.SUPPLY):
        wish = replace(a_wish(kind), step="s1")
        with pytest.raises(NotPrintable, match=r"A red flag is open|Choose the step"):
            print_document(key=uuid.uuid4(), patient=otto, plan=plan, wish=wish, now=NOW, by=theo)


def test_a_dose_at_a_time_of_day_has_its_column_or_its_line(
    otto: Patient, clare: User, printing: Printing
) -> None:
    schedule: Schedule = published("F")
    version = sign(a_plan(otto, clare), schedule, clare)
    text = on_paper(diary(version, version.schedule().steps[0], printing, discreet=False))
    for slot in {dose.when for dose in schedule.steps[0].doses}:
        assert isinstance(slot, When)
        assert formats.slot_name(slot.token) in text
