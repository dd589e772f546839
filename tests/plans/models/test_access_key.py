"""The table refuses a key that nobody answers for, that never ends or that says not what for."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from plans.models import AccessKey

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User

NOW = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("access_key_kind_known", {"kind": "master"}),
        ("access_key_ground_known", {"ground": "curiosity"}),
        ("access_key_of_a_program_says_what_and_why", {"why": ""}),
        ("access_key_of_a_program_says_what_and_why", {"parts": ""}),
        ("access_key_revoked_by_somebody", {"revoked_at": NOW}),
        ("access_key_ends_after_it_begins", {"ends_at": NOW}),
        ("access_key_digest_whole", {"digest": "short"}),
    ],
)
def test_the_table_refuses(
    constraint: str, changed: dict[str, Any], clinic: Clinic, clare: User
) -> None:
    row = {
        "id": uuid.uuid4(),
        "clinic": clinic,
        "kind": "program",
        "recipient": "Southfield Test Hospital",
        "answers_for": clare,
        "parts": "plans",
        "ground": "treatment",
        "why": "shared care",
        "digest": "0" * 64,
        "calls": 0,
        "issued_at": NOW,
        "issued_by": clare,
        "ends_at": NOW + timedelta(days=1),
    }
    AccessKey.objects.create(**row)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AccessKey.objects.create(**{**row, "id": uuid.uuid4(), **changed})
