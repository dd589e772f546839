"""A confirmation of our fixed words is kept whole, once, and for ever."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from plans.models import ConfirmedTextSet, WithdrawnTextSet
from taperplan.accounts.models import Clinic, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)


def confirmed(clinic: Clinic, by: User, **fields: Any) -> ConfirmedTextSet:
    values = {"key": "opioid", "version": 1, "digest": "0" * 64, "words": "Call us.", "number": 1}
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


def test_a_withdrawal_says_why_and_ends_a_confirmation_once(clinic: Clinic, clare: User) -> None:
    """The constraint is withdrawn_text_set_says_why."""
    row = confirmed(clinic, clare)
    with pytest.raises(IntegrityError, match="says_why"), transaction.atomic():
        WithdrawnTextSet.objects.create(confirmed=row, why="", at=NOW, by=clare)
    WithdrawnTextSet.objects.create(confirmed=row, why="wrong words", at=NOW, by=clare)
    with pytest.raises(IntegrityError), transaction.atomic():
        WithdrawnTextSet.objects.create(confirmed=row, why="again", at=NOW, by=clare)


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_a_withdrawal_is_never_changed_and_never_deleted(
    clinic: Clinic, clare: User, verb: str
) -> None:
    WithdrawnTextSet.objects.create(
        confirmed=confirmed(clinic, clare), why="wrong words", at=NOW, by=clare
    )
    statement = {
        "UPDATE": "UPDATE plans_withdrawntextset SET why = 'other'",
        "DELETE": "DELETE FROM plans_withdrawntextset",
    }[verb]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
