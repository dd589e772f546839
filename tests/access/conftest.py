from __future__ import annotations

from datetime import UTC, datetime

import pytest

from taperplan.accounts.models import Clinic, User
from tests.access.world import World
from tests.conftest import person


@pytest.fixture
def world(clinic: Clinic, clare: User, theo: User, ada: User, ole: User) -> World:
    """Our clinic, its people and everything that it keeps."""
    clare.memberships.update(privacy_lead=True)
    people = {
        "prescriber": clare,
        "monitor": theo,
        "administrator": ada,
        "auditor": ole,
        "records_officer": person("Rita Arkiv", clinic, records_officer=True),
    }
    return World(clinic, people, mark="Ourmark")


@pytest.fixture
def other_world(other_clinic: Clinic, sam: User) -> World:
    other_clinic.opened_at, other_clinic.opened_by = datetime(2026, 1, 5, 9, tzinfo=UTC), sam
    other_clinic.save()
    sam.memberships.update(privacy_lead=True)
    people = {
        "prescriber": sam,
        "monitor": person("Mona Elsewhere", other_clinic, monitor=True),
        "administrator": person("Alan Elsewhere", other_clinic, administrator=True),
    }
    return World(other_clinic, people, mark="Theirmark")
