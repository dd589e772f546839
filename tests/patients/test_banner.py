from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from patients import presenters
from patients.models import Patient
from taperplan.accounts.models import Clinic
from tests import doors
from tests.factories import (
    AllergyFactory,
    ContactPersonFactory,
    PatientFactory,
    RecordNumberFactory,
)
from tests.patients.sending import text

TODAY = date(2026, 11, 24)


def plain(value: str) -> str:
    return value.replace("\xa0", " ")


def test_the_banner_says_who_this_is(otto: Patient) -> None:
    ContactPersonFactory(patient=otto)
    AllergyFactory(patient=otto)

    banner = presenters.banner(otto, TODAY)

    assert banner.name == "SAMPLE, Otto"
    assert plain(banner.born) == "21 Nov 1956 (70 y)"
    assert plain(banner.record) == "DEMO 0042 17"
    assert (banner.prefers, banner.sex, banner.speaks) == ("Otto", "male", "English")
    assert (banner.telephone, banner.care_setting) == ("555-0142", "outpatient")
    assert banner.support_person == "Ingrid Sample, may be called"
    assert banner.allergies == "examplamycin"
    assert not banner.no_messages
    assert banner.states == ()


def test_what_nobody_recorded_is_not_recorded(clinic: Clinic) -> None:
    banner = presenters.banner(PatientFactory(clinic=clinic), TODAY)

    assert banner.record == banner.sex == banner.speaks == banner.telephone == ""
    assert banner.support_person == banner.care_setting == ""
    assert banner.allergies == "not asked"


@pytest.mark.parametrize("rows", [1, 10])
def test_the_banner_takes_at_most_two_statements(
    clinic: Clinic, otto: Patient, rows: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        AllergyFactory(patient=otto)
        ContactPersonFactory(patient=otto)
        RecordNumberFactory(patient=otto, number=f"Y {number}")
        PatientFactory(clinic=clinic, joined_to=otto, number=f"Z {number}")

    with django_assert_max_num_queries(2):
        presenters.banner(Patient.objects.get(pk=otto.pk), TODAY)


def test_struck_out_and_replaced_rows_are_not_in_the_banner(otto: Patient) -> None:
    first = AllergyFactory(patient=otto)
    second = AllergyFactory(patient=otto, replaces=first, substance="inventocillin")

    assert presenters.banner(otto, TODAY).allergies == "inventocillin"

    AllergyFactory(patient=otto, replaces=second, struck=True, why="a mistake")
    otto.allergies_status = "not asked"
    assert presenters.banner(otto, TODAY).allergies == "not asked"


@pytest.mark.parametrize(
    ("consent", "words"),
    [
        ("yes", "Ingrid Sample, may be called"),
        ("no", "Ingrid Sample, may not be called"),
        ("not asked", "Ingrid Sample, consent to call not asked"),
    ],
)
def test_a_support_person_is_named_with_the_consent_to_call(
    otto: Patient, consent: str, words: str
) -> None:
    ContactPersonFactory(patient=otto, may_contact=consent)
    ContactPersonFactory(patient=otto, kind="usual pharmacy", name="Testfield Pharmacy")

    assert presenters.banner(otto, TODAY).support_person == words


def test_no_messages_and_the_interpreter_stand_in_the_banner(clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic, may_message="no", interpreter="yes", language="Greek")

    banner = presenters.banner(patient, TODAY)

    assert banner.no_messages
    assert banner.speaks == "Greek, interpreter needed"
    patient.language = ""
    assert presenters.banner(patient, TODAY).speaks == "interpreter needed"


def test_whoever_died_stays_as_old_as_on_that_day(clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic, died=True, born=date(1956, 11, 21))

    banner = presenters.banner(patient, TODAY)

    assert plain(banner.born) == "21 Nov 1956 (69 y)"
    assert [state.kind for state in banner.states] == ["died"]


def test_a_joined_record_names_the_one_that_stays(
    clare_client: doors.Client, clinic: Clinic, otto: Patient
) -> None:
    away = PatientFactory(clinic=clinic, family_name="Muster", joined_to=otto, number="DEMO 0099")

    words = plain(text(clare_client.get(reverse("patients:intake", args=[away.pk]))))
    assert "Joined to another record: SAMPLE, Otto" in words
    assert "Add an allergy" not in words
    assert plain(presenters.banner(otto, TODAY).record) == "DEMO 0042 17, DEMO 0099"


def test_markup_in_a_name_is_shown_as_it_was_typed(
    clare_client: doors.Client, clinic: Clinic
) -> None:
    patient = PatientFactory(clinic=clinic, family_name="<script>alert(1)</script>")

    for url in (
        reverse("patients:intake", args=[patient.pk]),
        reverse("patients:history", args=[patient.pk]),
        reverse("patients:list"),
    ):
        body = clare_client.get(url).content.decode()
        assert "<script>alert" not in body.casefold()
        assert "&lt;script&gt;alert" in body.casefold()
