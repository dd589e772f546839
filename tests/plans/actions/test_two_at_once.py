"""Two people save the same thing at the same moment, fifty times over: nothing is lost, and
nobody is told of a lock. Two fields by two people are both kept; one field by both is kept once,
and the other person is told what stands."""

from __future__ import annotations

import copy
import uuid
from typing import Any

import pytest
from django.db import DatabaseError

from patients import actions as patients
from patients.models import Patient
from plans.actions import escalation as red_flags
from plans.actions import plan as plans
from plans.actions.check_in import Kept
from plans.models import CheckInDraft, Draft, EscalationMove
from taperplan.accounts.models import Clinic, User
from taperplan.audit import trail
from tests import factories
from tests.plans.actions.test_at_once import at_once
from tests.plans.typing import NOW, SEIZURE, keep

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 50


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    made: Patient = factories.PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    return made


def no_lock(answers: list[object]) -> list[object]:
    """What was refused; a fault of the database reaches nobody."""
    assert not [one for one in answers if isinstance(one, DatabaseError)], answers
    return [one for one in answers if isinstance(one, Exception)]


def test_two_amend_the_same_patient(otto: Patient, clare: User, theo: User) -> None:
    for number in range(ROUNDS):
        read = Patient.objects.get(pk=otto.pk)
        same = number % 2 == 0
        first = {"phone": f"555-0{number:03d}"}
        other = {"phone": f"555-1{number:03d}"} if same else {"language": f"Sample {number}"}
        refused = no_lock(
            at_once(
                lambda read=read, first=first: patients.amend(  # type: ignore[misc]
                    patient=read, revision=read.revision, changes=first, now=NOW, by=clare
                ),
                lambda read=read, other=other: patients.amend(  # type: ignore[misc]
                    patient=read, revision=read.revision, changes=other, now=NOW, by=theo
                ),
            )
        )
        stands = Patient.objects.get(pk=otto.pk)
        assert [type(one).__name__ for one in refused] == (["DiffersError"] if same else [])
        assert stands.phone in (first["phone"], other.get("phone"))
        assert stands.revision == read.revision + (1 if same else 2)
        if not same:
            assert (stands.phone, stands.language) == (first["phone"], other["language"])
    assert list(trail.faults()) == []


def test_two_save_the_same_draft_of_a_plan(otto: Patient, clare: User, theo: User) -> None:
    draft = factories.draft_plan(otto, clare, factories.plan_cells(), now=NOW).draft
    for number in range(ROUNDS):
        read = Draft.objects.select_related("plan__patient").get(pk=draft.pk)

        def save(who: User, title: str, read: Draft = read) -> Draft:
            # Each has loaded it for themselves: saving writes into what was loaded.
            own = copy.copy(read)
            cells: Any = {**own.cells, "title": title}
            return plans.save(draft=own, cells=cells, revision=own.revision, now=NOW, by=who)

        answers = at_once(
            lambda number=number, save=save: save(clare, f"hers {number}"),  # type: ignore[misc]
            lambda number=number, save=save: save(theo, f"his {number}"),  # type: ignore[misc]
        )
        refused = no_lock(answers)
        stands = Draft.objects.get(pk=draft.pk)
        assert len(refused) == 1, answers
        assert stands.revision == read.revision + 1
        kept = f"hers {number}" if answers[0] not in refused else f"his {number}"
        assert stands.cells["title"] == kept


def test_two_keep_the_same_check_in(otto: Patient, clare: User, theo: User) -> None:
    key = uuid.uuid4()
    keep(otto, clare, {"note": "begun"}, key=key)
    for number in range(ROUNDS):
        revision = CheckInDraft.objects.get(pk=key).revision

        def save(who: User, note: str, revision: int = revision) -> Kept:
            return keep(otto, who, {"note": note}, key=key, revision=revision)

        answers = at_once(
            lambda number=number, save=save: save(clare, f"hers {number}"),  # type: ignore[misc]
            lambda number=number, save=save: save(theo, f"his {number}"),  # type: ignore[misc]
        )
        assert not no_lock(answers)
        hers, his = (one for one in answers if isinstance(one, Kept))
        stands = CheckInDraft.objects.get(pk=key).answers["note"]
        assert [bool(hers.differs), bool(his.differs)].count(True) == 1, "one is told of the other"
        assert stands == (f"his {number}" if hers.differs else f"hers {number}")


def test_two_acknowledge_the_same_red_flag(otto: Patient, clare: User, theo: User) -> None:
    for number in range(ROUNDS):
        other: Patient = factories.PatientFactory(clinic=otto.clinic, registered_by=clare)
        flag = keep(other, theo, SEIZURE).raised[0]
        refused = no_lock(
            at_once(
                lambda flag=flag: red_flags.acknowledge(  # type: ignore[misc]
                    escalation=flag, frozen_now=NOW, by=theo
                ),
                lambda flag=flag: red_flags.acknowledge(  # type: ignore[misc]
                    escalation=flag, frozen_now=NOW, by=clare
                ),
            )
        )
        assert [type(one).__name__ for one in refused] == ["AlreadyAcknowledgedError"], number
        assert EscalationMove.objects.filter(escalation=flag, verb="acknowledge").count() == 1
    assert list(trail.faults()) == []
