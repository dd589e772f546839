from __future__ import annotations

import pytest

from patients.models import Patient
from taperplan.accounts.models import Clinic, User
from tests.factories import PatientFactory


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)
