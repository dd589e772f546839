"""What the database refuses of emergency access and its review."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from patients.models import EmergencyAccess, EmergencyReview
from patients.restriction import review
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def access(clinic: Clinic, clare: User) -> EmergencyAccess:
    patient = factories.PatientFactory(clinic=clinic, registered_by=clare, restricted=True)
    return EmergencyAccess.objects.create(
        patient=patient, user=clare, reason="At night", at=NOW, until=NOW + timedelta(hours=1)
    )


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("emergency_access_says_why", {"reason": ""}),
        ("emergency_access_ends_after_it_begins", {"until": NOW}),
    ],
)
def test_an_access_without_a_reason_or_an_end_is_refused(
    access: EmergencyAccess, constraint: str, changed: dict[str, object]
) -> None:
    values = {
        "patient": access.patient, "user": access.user, "reason": "x", "at": NOW,
        "until": NOW + timedelta(minutes=1), **changed,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        EmergencyAccess.objects.create(**values)


def test_a_review_says_what_was_found(access: EmergencyAccess, theo: User) -> None:
    with pytest.raises(IntegrityError, match="emergency_review_says_what"), transaction.atomic():
        EmergencyReview.objects.create(access=access, note="", at=NOW, by=theo)


def test_nobody_reviews_their_own_use(access: EmergencyAccess, clare: User, theo: User) -> None:
    with pytest.raises(NotDoneError, match="Somebody else"):
        review(access=access, note="In order.", now=NOW, by=clare)
    first = review(access=access, note="In order.", now=NOW, by=theo)
    assert review(access=access, note="Again.", now=NOW, by=theo) == first
