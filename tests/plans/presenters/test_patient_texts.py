"""A handout prints the words of its own drugs' sets, once the clinic has confirmed them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from patients.models import Patient
from plans.actions.patient_text import confirm_text_set
from plans.documents import handout as paper
from plans.models import ConfirmedTextSet
from plans.presenters.handout import handout
from plans.presenters.paper import Printing
from plans.rules.paper import PageSize, PrintSize
from plans.rules.patient_texts import SetKey, text_sets
from plans.rules.schedule import Dose, Drug, Product, Schedule, Step, When
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Unit
from taperplan.accounts.models import Clinic, User
from tests.factories import PatientFactory
from tests.plans.documents.reading import words
from tests.plans.signing import a_plan, published, sign

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
SETS = {one.key: one for one in text_sets()}


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)


@pytest.fixture
def printing(clinic: Clinic, clare: User) -> Printing:
    return Printing(clinic=clinic, by=clare, at=NOW, code="7K4MPQ9XRTCA")


def confirm(clinic: Clinic, by: User, *keys: SetKey) -> None:
    for key in keys:
        confirm_text_set(clinic=clinic, key=key, digest=SETS[key].digest, now=NOW, by=by)


def of_classes(*classes: DrugClass) -> Schedule:
    drugs = tuple(
        Drug(f"d{n}", f"sample{n}", DrugRole.TAPERED, drug_class, End.STOP)
        for n, drug_class in enumerate(classes, start=1)
    )
    products = tuple(
        Product(f"p{n}", f"d{n}", "", Form.TABLET, strength=Fraction(1), unit=Unit.MG)
        for n in range(1, len(classes) + 1)
    )
    doses = tuple(Dose(one.key, When.of("bedtime"), Fraction(1), 1) for one in products)
    step = Step(
        key="s1", number=1, first_day=date(2026, 11, 30), from_slot=None,
        last_day=date(2026, 12, 13), rhythm=Rhythm.DAILY, cycle_days=1, cycle_from=None,
        doses=doses,
    )  # fmt: skip
    return Schedule(drugs=drugs, products=products, steps=(step,))


def on_paper(otto: Patient, clare: User, printing: Printing, schedule: Schedule) -> str:
    sheet = handout(sign(a_plan(otto, clare), schedule, clare), printing)
    return words(paper.render(sheet, page=PageSize.A4, size=PrintSize.STANDARD).content)


@pytest.mark.parametrize("drug_class", list(DrugClass))
def test_the_sets_of_a_plan_s_drugs_are_printed_and_no_other(
    drug_class: DrugClass, otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    confirm(clinic, clare, *SetKey)
    text = on_paper(otto, clare, printing, of_classes(drug_class))
    mine = {SetKey.EVERY_PLAN.value, drug_class.value}
    expected = {s for one in text_sets() if one.key.value in mine for s in one.sentences}
    for sentence in expected:
        assert sentence in text
    for other in (one for one in text_sets() if one.key.value not in mine):
        for sentence in set(other.sentences) - expected:
            assert sentence not in text


def test_a_set_that_waits_for_its_confirmation_is_not_printed(
    otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    confirm(clinic, clare, SetKey.EVERY_PLAN)
    text = on_paper(otto, clare, printing, of_classes(DrugClass.OPIOID))
    assert "Do not change a dose on your own." in text
    assert "your lips turn blue" not in text


def test_another_clinic_s_confirmation_prints_nothing_here(
    otto: Patient, clare: User, sam: User, printing: Printing
) -> None:
    assert sam.clinic is not None
    confirm(sam.clinic, sam, *SetKey)
    text = on_paper(otto, clare, printing, of_classes(DrugClass.OPIOID))
    assert "When to call at once" not in text


def test_words_that_were_changed_after_the_confirmation_are_not_printed(
    otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    ConfirmedTextSet.objects.create(
        clinic=clinic, key="every_plan", number=1, version=1, digest="0" * 64, words="Other words.",
        confirmed_at=NOW, confirmed_by=clare,
    )  # fmt: skip
    text = on_paper(otto, clare, printing, of_classes(DrugClass.OPIOID))
    assert "Do not change a dose on your own." not in text
    assert "Other words." not in text


def test_it_says_which_words_these_are_and_who_confirmed_them(
    otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    confirm(clinic, clare, *SetKey)
    text = on_paper(otto, clare, printing, published("C"))
    assert (
        "Words for every plan version 1 and benzodiazepine version 1: confirmed by "
        "Clare Exampleton for Northfield Test Clinic on 18 Nov 2026."
    ) in text


def test_where_a_plan_has_several_drugs_it_is_said_which_one_is_meant(
    otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    confirm(clinic, clare, *SetKey)
    schedule = of_classes(DrugClass.OPIOID, DrugClass.BENZODIAZEPINE, DrugClass.OPIOID)
    text = on_paper(otto, clare, printing, schedule)
    assert "sample2: To stop this drug all at once can bring on a fit." in text
    assert "sample1 and sample3: To stop this drug all at once can make you very ill" in text
    assert "While you take sample1 and sample3" in text
    assert "While you take sample2" in text


@pytest.mark.parametrize("letter", ["A", "B", "C", "D"])
def test_a_published_schedule_with_its_words_stays_on_two_pages(
    letter: str, otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    confirm(clinic, clare, *SetKey)
    sheet = handout(sign(a_plan(otto, clare), published(letter), clare), printing)
    assert paper.render(sheet, page=PageSize.A4, size=PrintSize.STANDARD).pages <= 2


@pytest.mark.parametrize("drug_class", list(DrugClass))
def test_lines_for_questions_stand_where_there_is_room_and_take_no_page_of_their_own(
    drug_class: DrugClass, otto: Patient, clare: User, printing: Printing, clinic: Clinic
) -> None:
    version = sign(a_plan(otto, clare), of_classes(drug_class), clare)
    bare = paper.render(handout(version, printing), page=PageSize.A4, size=PrintSize.STANDARD)
    assert "My questions" in words(bare.content)
    confirm(clinic, clare, *SetKey)
    sheet = handout(version, printing)
    for page in PageSize:
        asked = paper.render(sheet, page=page, size=PrintSize.STANDARD)
        unasked = paper.render(replace(sheet, questions=0), page=page, size=PrintSize.STANDARD)
        assert asked.pages == unasked.pages
