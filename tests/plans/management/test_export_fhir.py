"""The record leaves by command as it leaves by its page: whole, and accounted for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from patients.models import Disclosure
from tests import factories
from tests.plans.fhir.reader import Site

if TYPE_CHECKING:
    from pathlib import Path

    from taperplan.accounts.models import Clinic, User

GIVEN = ["--recipient", "Southfield Test Hospital", "--ground", "treatment", "--why", "Admitted."]


def test_a_record_is_written_twice_alike_and_accounted_for_each_time(
    clinic: Clinic, clare: User, tmp_path: Path
) -> None:
    patient = factories.PatientFactory(clinic=clinic)
    factories.signed_plan(patient, clare)
    files = [tmp_path / "one.json", tmp_path / "two.json"]

    for file in files:
        given = ["--by", clare.email, *GIVEN, "--output", str(file)]
        call_command("export_fhir", str(patient.pk), *given)

    assert files[0].read_bytes() == files[1].read_bytes()
    assert Site(files[0].read_text()).all("CarePlan")
    assert Disclosure.objects.filter(patient=patient, disclosed_by=clare).count() == 2


def test_nobody_writes_what_they_may_not_see(clinic: Clinic, ada: User, sam: User) -> None:
    patient = factories.PatientFactory(clinic=clinic)

    for person, key in ((ada, patient.pk), (sam, patient.pk), (sam, uuid.uuid4())):
        with pytest.raises(CommandError):
            call_command("export_fhir", str(key), "--by", person.email, *GIVEN)
    assert not Disclosure.objects.exists()
