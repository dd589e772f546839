"""What no form asks for is not taken from it; an account's absence does not show in time."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from patients.models import Patient
from taperplan.accounts.models import Clinic, Membership, User
from tests import doors, factories
from tests.accounts.conftest import give_password

pytestmark = pytest.mark.django_db


def test_nobody_gives_themselves_rights_by_a_field_that_the_form_has_not(
    clare: User, theo: User, clinic: Clinic, other_clinic: Clinic
) -> None:
    page = reverse("accounts:me")
    client = doors.signed_in(theo)
    form = client.get(page).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    typed |= {"name": "Theo Mocksen"}
    more = {
        "prescriber": "on", "administrator": "on", "privacy_lead": "on", "roles": "administrator",
        "is_active": "on", "is_superuser": "on", "clinic": str(other_clinic.pk),
        "email": "other@northfield.example", "user": str(clare.pk), "membership": "1",
        "deactivated_at": "", "password": "another long passphrase",
    }  # fmt: skip
    before: dict[str, Any] = dict(Membership.objects.filter(user=theo).values().get())
    kept = theo.email, theo.password
    client.post(page, {**typed, **more})
    theo.refresh_from_db()
    after: dict[str, Any] = dict(Membership.objects.filter(user=theo).values().get())
    differ = {name for name in after if after[name] != before[name]}
    assert differ <= {"revision", "chosen_at"}
    assert (theo.email, theo.password) == kept


def test_a_record_is_amended_in_nothing_but_what_its_form_asks(
    clare: User, other_clinic: Clinic
) -> None:
    patient: Patient = factories.PatientFactory(clinic=clare.clinic, otto=True, registered_by=clare)
    page = reverse("patients:amend", kwargs={"patient": patient.pk, "part": "contact"})
    client = doors.signed_in(clare)
    form = client.get(page).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    more = {
        "restricted": "on", "archived_at": "2026-01-01", "clinic": str(other_clinic.pk),
        "joined_to": str(uuid.uuid4()), "registered_by": str(uuid.uuid4()), "id": str(uuid.uuid4()),
        "died_on": "2026-01-01", "family_name": "Taken", "name_search": "taken", "revision": "1",
    }  # fmt: skip
    client.post(page, {**more, **typed, "phone": "555-0177"})
    stands = Patient.objects.get(pk=patient.pk)
    for name in ("restricted", "archived_at", "clinic_id", "joined_to_id", "registered_by_id",
                 "died_on", "family_name"):  # fmt: skip
        assert getattr(stands, name) == getattr(patient, name), name
    assert not Patient.objects.filter(clinic=other_clinic).exists()


@pytest.mark.slow
def test_an_account_that_is_not_there_takes_as_long_to_refuse(
    clare: User, settings: Settings, record_property: Callable[[str, object], None]
) -> None:
    """Told, and asserted on no clock: a password is hashed in both cases, which is what is held."""
    hasher = "django.contrib.auth.hashers.Argon2PasswordHasher"
    settings.PASSWORD_HASHERS = [hasher]
    settings.AXES_FAILURE_LIMIT = 10_000
    settings.ACCOUNT_RATE_LIMITS = {}
    clare.set_password("a long enough passphrase")
    clare.save()
    nobody = User(email="nobody@northfield.example", name="Nobody")

    def refused(person: User) -> float:
        began = time.perf_counter()
        answer = give_password(doors.Client(), person, "a wrong guess")
        assert answer.status_code == 200
        return time.perf_counter() - began

    pairs = [(refused(clare), refused(nobody)) for _guess in range(15)]
    there, absent = (statistics.median(some) for some in zip(*pairs, strict=True))
    record_property("account there, ms", round(there * 1e3, 1))
    record_property("no such account, ms", round(absent * 1e3, 1))
