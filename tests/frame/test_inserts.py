"""Rows that are written with a text made once are those that the ORM would have written."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from patients.models import RecordNumber
from plans.models import CheckInDraft, PresentSymptom
from plans.rules.check_in import DraftState
from taperplan import inserts
from taperplan.inserts import insert
from tests.factories import PatientFactory
from tests.plans.typing import NOW, ROUTINE, completed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, User

pytestmark = pytest.mark.django_db

ODD = 'it\'s 100 %s, %(p0)s \\ "quoted" ? :named \N{SNOWMAN}'


@pytest.fixture(autouse=True)
def _nothing_made_yet() -> None:
    inserts._made.clear()


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


def draft(patient: Patient, by: User, **more: Any) -> CheckInDraft:
    given = {"answers": {"note": ODD}, "revision": 1, "state": DraftState.OPEN.value} | more
    return CheckInDraft(
        id=uuid.uuid4(), patient=patient, opened_at=NOW, opened_by=by,
        changed_at=NOW, changed_by=by, **given,
    )  # fmt: skip


def kept(rows: Sequence[Model], *but: str) -> list[dict[str, Any]]:
    model = type(rows[0])
    columns = [one.attname for one in model._meta.concrete_fields if one.attname not in but]
    found = model._default_manager.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    return list(found.values(*columns))


def test_a_row_is_kept_as_the_orm_keeps_it(otto: Patient, theo: User) -> None:
    for more in ({}, {"answers": {}, "revision": 7}, {"state": DraftState.COMPLETED.value}):
        ours, theirs = draft(otto, theo, **more), draft(otto, theo, **more)
        insert(ours)
        theirs.save(force_insert=True)
        assert kept([ours], "id") == kept([theirs], "id")
        assert not ours._state.adding
        assert ours._state.db == theirs._state.db


def test_a_completed_check_in_says_the_same_with_either(
    clinic: Clinic, otto: Patient, theo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoe = PatientFactory(clinic=clinic, zoe=True, registered_by=theo)
    typed = {**ROUTINE, "note": ODD}
    for symptom in ("tremor", "nausea", "sweating", "insomnia", "headache"):
        typed |= {f"s-{symptom}": "present", f"s-{symptom}-severity": "mild"}
    ours = completed(otto, theo, typed)
    monkeypatch.setattr(inserts, "_MOST_ROWS", 0)
    inserts._made.clear()
    theirs = completed(zoe, theo, typed)
    assert kept([ours], "id", "patient_id") == kept([theirs], "id", "patient_id")
    symptoms = [list(one.present.order_by("key")) for one in (ours, theirs)]
    first, second = (kept(rows, "id", "check_in_id") for rows in symptoms)
    assert len(first) == 5
    assert sorted(first, key=str) == sorted(second, key=str)


@pytest.mark.parametrize("many", [1, 2, 20, 21, 60])
def test_so_many_rows_at_once_are_each_there(otto: Patient, clare: User, many: int) -> None:
    for turn, so_many in (("a", many), ("b", many + 1), ("c", many)):
        insert(
            *(
                RecordNumber(
                    patient=otto, clinic=otto.clinic, issuer=ODD, number=f"{turn}{n}",
                    number_search=f"{turn}{n}", recorded_at=NOW, recorded_by=clare,
                )
                for n in range(so_many)
            )
        )  # fmt: skip
        found = RecordNumber.objects.filter(patient=otto, number__startswith=turn)
        assert found.count() == so_many


def test_none_asks_nothing_of_the_database() -> None:
    with CaptureQueriesContext(connection) as asked:
        insert()
    assert not asked.captured_queries


def test_a_row_that_the_database_refuses_is_refused(otto: Patient, theo: User) -> None:
    first = draft(otto, theo)
    insert(first)
    again = draft(otto, theo)
    again.id = first.id
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(again)
    sealed = completed(otto, theo, ROUTINE)
    late = PresentSymptom(
        check_in=sealed, key="tremor", label="Tremor", answered_by="patient", severity="mild"
    )
    with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
        insert(late)
