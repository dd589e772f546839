"""The handout says what the version holds: every dose, date and amount, read back off the paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from patients.models import Patient
from plans.documents import handout as paper
from plans.models import FollowUp, Version
from plans.presenters.handout import handout
from plans.presenters.paper import Printing
from plans.rules.paper import PageSize, PrintSize
from plans.rules.schedule import AsNeeded, Away, Dose, Drug, Product, Schedule, Step, Texts, When
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Unit
from plans.sheets.handout import Handout
from plans.sheets.paper import text_of
from taperplan import formats
from taperplan.accounts.models import Clinic, Confirmation, ProtocolText, User
from tests.factories import PatientFactory
from tests.plans.documents.reading import squeezed, words
from tests.plans.presenters.test_traced import many
from tests.plans.rules.published import PUBLISHED
from tests.plans.signing import SIGNED_AT, a_plan, published, sign

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
FIRST = date(2026, 11, 30)


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)


@pytest.fixture
def printing(clinic: Clinic, clare: User) -> Printing:
    return Printing(clinic=clinic, by=clare, at=NOW, code="7K4MPQ9XRTCA")


def printed(sheet: Handout, size: PrintSize = PrintSize.STANDARD) -> str:
    return words(paper.render(sheet, page=PageSize.A4, size=size).content)


def signed(otto: Patient, clare: User, schedule: Schedule, **fields: object) -> Version:
    return sign(a_plan(otto, clare), schedule, clare, **fields)


def one_drug(step: Step, *, product: Product | None = None, drug: Drug | None = None) -> Schedule:
    return Schedule(
        drugs=(drug or Drug("d1", "examplazepam", DrugRole.TAPERED, DrugClass.OPIOID, End.STOP),),
        products=(
            product or Product("p1", "d1", "", Form.TABLET, strength=Fraction(1), unit=Unit.MG),
        ),
        steps=(step,),
    )


def a_step(**fields: object) -> Step:
    values: dict[str, object] = {
        "key": "s1", "number": 1, "first_day": FIRST, "from_slot": None,
        "last_day": FIRST + timedelta(days=13), "rhythm": Rhythm.DAILY, "cycle_days": 1,
        "cycle_from": None, "doses": (Dose("p1", When.of("bedtime"), Fraction(1), 1),),
    }  # fmt: skip
    return Step(**(values | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("letter", ["A", "B", "C", "D", "F", "G", "I"])
@pytest.mark.parametrize("size", list(PrintSize))
def test_every_dose_and_date_of_a_published_schedule_can_be_read_off_the_paper(
    letter: str, size: PrintSize, otto: Patient, clare: User, printing: Printing
) -> None:
    version = signed(otto, clare, published(letter))
    schedule = version.schedule()
    text = printed(handout(version, printing), size)
    place = text.index("What to take")
    for step in schedule.steps:
        place = text.index(squeezed(formats.day(step.first_day)), place)
        if step.last_day is not None and step.last_day != step.first_day:
            assert squeezed(formats.day(step.last_day)) in text[place:]
        row = text[place:]
        for dose in step.doses:
            product = schedule.product(dose.product)
            whole = formats.dose(
                dose.quantity, product.form, product.strength, product.unit, product.per
            )
            if len(schedule.drugs) > 1:
                # The drug's name stands between quantity and strength.
                whole = formats.quantity(dose.quantity, product.form)
            assert squeezed(whole) in row, (step.number, whole)


@pytest.mark.parametrize("letter", sorted(PUBLISHED))
def test_any_published_schedule_prints_in_any_variant(
    letter: str, otto: Patient, clare: User, printing: Printing
) -> None:
    sheet = handout(signed(otto, clare, published(letter)), printing)
    for size in PrintSize:
        for page in PageSize:
            assert paper.render(sheet, page=page, size=size).unprintable == 0


def test_the_head_says_whose_it_is_and_which_version(
    otto: Patient, clare: User, printing: Printing
) -> None:
    text = printed(handout(signed(otto, clare, published("C")), printing))
    assert "Your clonazepam plan" in text
    assert "Otto SAMPLE" in text
    assert "born 21 Nov 1956" in text
    assert "record DEMO 0042 17" in text
    assert "Version 1, made on 18 Nov 2026 by Clare Exampleton, prescriber." in text
    assert "Replaces" not in text
    assert "Printed Wed 18 Nov 2026, 11:20, by Clare Exampleton." in text
    assert "Check code 7K4M-PQ9X-RTCA." in text


def test_a_second_version_says_which_one_it_replaces_and_from_when_it_counts(
    otto: Patient, clare: User, printing: Printing
) -> None:
    plan = a_plan(otto, clare)
    first = sign(plan, published("C"), clare)
    second = sign(
        plan, published("C2"), clare, number=2, kind="hold", replaces=first, reason="Settling.",
        signed_at=SIGNED_AT + timedelta(days=3), in_force_from=date(2026, 11, 19),
        hold_from=date(2026, 11, 19), hold_until=date(2026, 12, 2),
    )  # fmt: skip
    text = printed(handout(second, printing))
    assert "Version 2, made on 21 Nov 2026" in text
    assert "Replaces version 1 of 18 Nov 2026. It counts from Thu 19 Nov 2026." in text
    assert "Throw the old page away." in text
    assert "Stay on this dose until Wed 2 Dec 2026." in text
    assert "hold" not in text.lower()


def test_an_open_hold_says_that_the_clinic_will_tell(
    otto: Patient, clare: User, printing: Printing
) -> None:
    drug = Drug(
        "d1", "examplazepam", DrugRole.TAPERED, DrugClass.OPIOID, End.MAINTAIN, date(2027, 1, 4)
    )
    version = signed(
        otto, clare, one_drug(a_step(last_day=None), drug=drug), kind="hold", hold_from=FIRST
    )
    text = printed(handout(version, printing))
    assert "Stay on this dose. Your clinic will tell you the next change." in text
    assert "Mon 4 Jan 2027 Review. Stay on the last dose of examplazepam" in text


def test_the_last_row_says_that_the_drug_stops(
    otto: Patient, clare: User, printing: Printing
) -> None:
    text = printed(handout(signed(otto, clare, published("B")), printing))
    after = formats.day(PUBLISHED["B"].first_day + timedelta(days=9))
    assert f"{squeezed(after)} Stop. No clonazepam from this day on." in text


def test_a_typed_nothing_is_said_in_words(otto: Patient, clare: User, printing: Printing) -> None:
    text = printed(handout(signed(otto, clare, published("D")), printing))
    assert "no tablet of 100 mg" in text


def test_a_step_that_begins_in_the_evening_says_so_on_both_rows(
    otto: Patient, clare: User, printing: Printing
) -> None:
    text = printed(handout(signed(otto, clare, published("G")), printing))
    assert "to Wed 2 Dec 2026, before the evening" in text
    assert "Wed 2 Dec 2026, from the evening" in text


def test_a_liquid_names_millilitres_strength_and_milligrams(
    otto: Patient, clare: User, printing: Printing
) -> None:
    text = printed(handout(signed(otto, clare, published("I")), printing))
    assert "2 mL of 1 mg in 1 mL (2 mg)" in text
    assert "10 mL of 0.1 mg in 1 mL (1 mg)" in text


def test_alternating_doses_stand_day_by_day(otto: Patient, clare: User, printing: Printing) -> None:
    step = a_step(
        rhythm=Rhythm.CYCLE,
        cycle_days=2,
        doses=(
            Dose("p1", When.of("bedtime"), Fraction(2), 0b01),
            Dose("p1", When.of("bedtime"), Fraction(1), 0b10),
        ),
    )
    sheet = handout(signed(otto, clare, one_drug(step)), printing)
    (calendar,) = sheet.tables[0].calendars
    assert [day.what[0] for day in calendar.days[:3]] == [
        "2\u00a0tablets of 1\u00a0mg (2\u00a0mg)",
        "1\u00a0tablet of 1\u00a0mg (1\u00a0mg)",
        "2\u00a0tablets of 1\u00a0mg (2\u00a0mg)",
    ]
    assert len(calendar.days) == 14
    text = printed(sheet)
    assert "30 Nov 2 tablets of 1 mg (2 mg) 1 Dec 1 tablet of 1 mg (1 mg)" in text


def test_a_patch_reads_put_on_keep_on_take_off(
    otto: Patient, clare: User, printing: Printing
) -> None:
    patch = Product(
        "p1", "d1", "", Form.PATCH, strength=Fraction(25), unit=Unit.MICROGRAM_PER_HOUR,
        wear_hours=72,
    )  # fmt: skip
    step = a_step(
        rhythm=Rhythm.CYCLE,
        cycle_days=3,
        last_day=FIRST + timedelta(days=5),
        doses=(Dose("p1", When.of("08:00"), Fraction(1), 1),),
    )
    sheet = handout(signed(otto, clare, one_drug(step, product=patch)), printing)
    days = sheet.tables[0].calendars[0].days
    put_on = "put on 1\u00a0patch of 25\u00a0micrograms\u00a0per\u00a0hour"
    assert [day.what for day in days] == [
        (put_on,),
        ("keep the patch on",),
        ("keep the patch on",),
        ("take off the old patch", put_on),
        ("keep the patch on",),
        ("keep the patch on",),
        ("take off the old patch",),
    ]
    assert "If you miss or vomit a dose, or lose a patch" in printed(sheet)


def test_the_last_patch_comes_off_when_it_was_worn_out_though_the_step_is_over(
    otto: Patient, clare: User, printing: Printing
) -> None:
    patch = Product(
        "p1", "d1", "", Form.PATCH, strength=Fraction(25), unit=Unit.MICROGRAM_PER_HOUR,
        wear_hours=72,
    )  # fmt: skip
    step = a_step(
        rhythm=Rhythm.CYCLE,
        cycle_days=3,
        last_day=FIRST + timedelta(days=4),
        doses=(Dose("p1", When.of("08:00"), Fraction(1), 1),),
    )
    sheet = handout(signed(otto, clare, one_drug(step, product=patch)), printing)
    last = sheet.tables[0].calendars[0].days[-1]
    assert last.what == ("take off the old patch",)
    assert last.day == formats.day(FIRST + timedelta(days=6))


def test_a_patch_stands_in_the_calendar_of_its_own_drug_alone(
    otto: Patient, clare: User, printing: Printing
) -> None:
    sheet = handout(signed(otto, clare, many()), printing)
    said = {
        table.heading: {words for calendar in table.calendars for day in calendar.days
                        for words in day.what if "patch" in words}
        for table in sheet.tables
    }  # fmt: skip
    assert {heading for heading, words in said.items() if words} == {"What to take of mockisone"}


def test_as_needed_has_its_own_box_with_the_most(
    otto: Patient, clare: User, printing: Printing
) -> None:
    text = printed(handout(signed(otto, clare, published("J")), printing))
    assert "Only if you need it" in text
    assert "At most 3 tablets in 24 hours. At least 4 hours between two doses." in text
    assert text.count("At most 3 tablets") == 1
    schedule = replace(
        published("J"),
        as_needed=(AsNeeded("a1", "p1", Fraction(1), None, None, "", FIRST, None),),
    )
    open_ended = printed(handout(signed(otto, clare, schedule), printing))
    assert "The most in 24 hours is not stated." in open_ended


def test_days_set_by_another_team_say_so(otto: Patient, clare: User, printing: Printing) -> None:
    away = Away(date(2026, 12, 3), date(2026, 12, 5), "Sample Hospital")
    schedule = replace(one_drug(a_step()), away=(away,))
    version = signed(
        otto, clare, schedule, away_from=away.first_day, away_until=away.last_day,
        away_where=away.where,
    )  # fmt: skip
    text = printed(handout(version, printing))
    assert "Your doses are set by Sample Hospital. They are not on this page." in text


def test_texts_for_the_patient_stand_on_it_and_the_team_s_do_not(
    otto: Patient, clare: User, printing: Printing
) -> None:
    texts = Texts(patient="Take it with food.", pharmacy="Blister pack.", team="Anxious.")
    product = Product("p1", "d1", "", Form.TABLET, strength=Fraction(1), unit=Unit.MG, texts=texts)
    version = signed(
        otto, clare, one_drug(a_step(texts=texts), product=product),
        patient_text="We meet weekly.", pharmacy_text="Ring us.", team_text="Watch sleep.",
    )  # fmt: skip
    text = printed(handout(version, printing))
    assert text.count("Take it with food.") == 2
    assert "We meet weekly." in text
    for hidden in ("Blister", "Anxious", "Ring us", "Watch sleep"):
        assert hidden not in text


def test_until_the_clinic_has_confirmed_its_texts_only_its_numbers_are_printed(
    otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    ProtocolText.objects.create(
        clinic=clinic, kind="missed_benzodiazepine", number=1, text="Never confirmed.",
        written_at=SIGNED_AT, written_by=clare,
    )  # fmt: skip
    sheet = handout(signed(otto, clare, published("C")), printing)
    text = printed(sheet)
    assert sheet.warning == ()
    assert sheet.call is None
    assert sheet.advice == ()
    assert "Never confirmed" not in text
    assert "Call us on 555-0110. Out of hours: 555-0100." in text
    for line in ("Emergency 555-0199", "Out of hours 555-0100", "Crisis line 555-0188"):
        assert line in text


def test_a_confirmed_text_of_the_drug_s_class_is_printed_with_its_confirmation(
    otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    for kind, words_ in (
        ("missed_benzodiazepine", "Leave it out and ring us."),
        ("missed_opioid", "For another class."),
    ):
        text = ProtocolText.objects.create(
            clinic=clinic, kind=kind, number=1, text=words_, written_at=SIGNED_AT, written_by=clare
        )
        Confirmation.objects.create(text=text, confirmed_at=SIGNED_AT, confirmed_by=clare)
    on_paper = printed(handout(signed(otto, clare, published("C")), printing))
    assert "Leave it out and ring us." in on_paper
    assert "For another class." not in on_paper
    assert "Texts confirmed as its own by Northfield Test Clinic, last on 18 Nov 2026." in on_paper


def test_what_the_prescriber_typed_for_a_missed_dose_stands_before_the_clinic_s_text(
    otto: Patient, clare: User, printing: Printing
) -> None:
    version = signed(otto, clare, published("C"), missed_dose_text="Ring Clare the same day.")
    text = printed(handout(version, printing))
    assert "If you miss or vomit a dose Ring Clare the same day." in text
    assert "Call us on" not in text


def test_the_next_check_in_and_the_other_plan_stand_in_one_line_each(
    otto: Patient, clare: User, printing: Printing
) -> None:
    FollowUp.objects.create(
        patient=otto,
        due_on=date(2026, 11, 25),
        as_of=NOW,
        safety_open=False,
        set_at=NOW,
        set_by=clare,
    )
    version = signed(otto, clare, published("C"))
    signed(otto, clare, published("D"))
    ended = a_plan(otto, clare, state="stopped")
    sign(ended, published("A"), clare)
    text = printed(handout(version, printing))
    assert "Your next check-in Wed 25 Nov 2026" in text
    assert "You also have another plan with us: lamotrigine (version 1)." in text
    assert "morphine" not in text


def test_two_drugs_that_change_apart_stand_in_tables_of_their_own(
    otto: Patient, clare: User, printing: Printing
) -> None:
    other = Drug(
        "d2", "samplitine", DrugRole.UNCHANGED, DrugClass.OTHER, End.MAINTAIN, date(2027, 1, 4)
    )
    base = one_drug(a_step())
    schedule = replace(
        base,
        drugs=(*base.drugs, other),
        products=(
            *base.products,
            Product("p2", "d2", "", Form.CAPSULE, strength=Fraction(20), unit=Unit.MG),
        ),
        steps=(
            *base.steps,
            a_step(
                key="s2", number=2, last_day=None,
                doses=(Dose("p2", When.of("morning"), Fraction(1), 1),),
            ),
        ),
    )  # fmt: skip
    sheet = handout(signed(otto, clare, schedule), printing)
    assert [table.heading for table in sheet.tables] == [
        "What to take of examplazepam at bedtime, every day",
        "What to take of samplitine in the morning, every day",
    ]
    assert "Your examplazepam plan" in printed(sheet)


def test_overlapping_rows_of_one_drug_say_that_both_count(
    otto: Patient, clare: User, printing: Printing
) -> None:
    base = one_drug(a_step())
    schedule = replace(
        base, steps=(*base.steps, a_step(key="s2", number=2, first_day=FIRST + timedelta(days=7)))
    )
    sheet = handout(signed(otto, clare, schedule), printing)
    notes = [text_of(note) for row in sheet.tables[0].rows for note in row.notes]
    assert notes == ["Other rows count on some of these days too. Take what each row says."] * 2


def test_a_greek_name_prints_in_its_own_letters(
    clinic: Clinic, clare: User, printing: Printing
) -> None:
    giorgos = PatientFactory(clinic=clinic, giorgos=True, registered_by=clare)
    sheet = handout(signed(giorgos, clare, published("C")), printing)
    assert sheet.person.name in printed(sheet)
    assert paper.render(sheet, page=PageSize.A4, size=PrintSize.STANDARD).unprintable == 0


def test_a_demo_clinic_says_on_paper_that_its_data_are_synthetic(
    otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    clinic.demo = True
    text = printed(handout(signed(otto, clare, published("C")), printing))
    assert "Synthetic data, no real person." in text
