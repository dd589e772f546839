"""A confirmation of our fixed words is kept whole, once, and for ever."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from plans.models import ConfirmedTextSet
from taperplan.accounts.models import Clinic, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)


def confirmed(clinic: Clinic, by: User, **fields: Any) -> ConfirmedTextSet:
    values = {"key": "opioid", "version": 1, "digest": "0" * 64, "words": "Call us."}
    return ConfirmedTextSet.objects.create(
        clinic=clinic, confirmed_at=NOW, confirmed_by=by, **(values | fields)
    )


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("confirmed_text_set_key_known", {"key": "other"}),
        ("confirmed_text_set_says_something", {"words": ""}),
        ("confirmed_text_set_version_counted", {"version": 0}),
        ("confirmed_text_set_digest_whole", {"digest": "0" * 63}),
    ],
)
def test_the_table_refuses_what_confirms_nothing(
    clinic: Clinic, clare: User, constraint: str, values: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        confirmed(clinic, clare, **values)


def test_the_same_words_are_confirmed_once_in_a_clinic(
    clinic: Clinic, other_clinic: Clinic, clare: User, sam: User
) -> None:
    """The constraint is confirmed_text_set_once."""
    confirmed(clinic, clare)
    confirmed(other_clinic, sam)
    confirmed(clinic, clare, digest="1" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        confirmed(clinic, clare)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE plans_confirmedtextset SET version = 9", "DELETE FROM plans_confirmedtextset"],
)
def test_a_confirmation_is_never_changed_and_never_deleted(
    clinic: Clinic, clare: User, statement: str
) -> None:
    confirmed(clinic, clare)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
