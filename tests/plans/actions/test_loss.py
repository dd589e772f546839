"""A fault at every statement, and at the commit, of everything that stores a red flag.

After each fault the database holds the whole act or nothing of it: never a check-in without its
escalation or its trail row, never a stored red-flag answer without exactly one red flag.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection

from patients.models import Patient
from plans.actions import check_in as actions
from plans.actions import escalation as red_flags
from plans.actions.limits import write_limits
from plans.models import (
    CheckIn,
    CheckInDraft,
    DeclinedSymptom,
    EnteredInError,
    Escalation,
    EscalationMove,
    FollowUp,
    Outbox,
    PresentSymptom,
    Request,
    Taken,
    VitalSign,
)
from plans.rules import check_in as rules
from plans.rules import limits
from plans.rules.redflags import MoveHow, Reached, Source
from taperplan.accounts.models import Clinic, User
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from tests.factories import PatientFactory
from tests.plans.typing import NOW, ROUTINE, SEIZURE, complete, completed, keep

pytestmark = pytest.mark.django_db(transaction=True)

TABLES: tuple[Any, ...] = (
    CheckIn,
    CheckInDraft,
    DeclinedSymptom,
    EnteredInError,
    Escalation,
    EscalationMove,
    FollowUp,
    Outbox,
    PresentSymptom,
    Request,
    Taken,
    VitalSign,
    AuditEvent,
)
FULL = {
    **ROUTINE,
    **SEIZURE,
    "suicide": "thoughts",
    "suicide-confirmed": "yes",
    "s-tremor": "present",
    "s-tremor-severity": "mild",
    "s-sweating": "declined",
    # Beyond a limit: a red flag of its own.
    "v-pulse": "92",
    "v-pulse-emergency": "92",
    "decision": "hold",
    "decision_reason": "sleep is worse",
}


class Killed(BaseException):
    """The process is gone in the middle of a statement."""


FAULTS: dict[str, Callable[[], BaseException]] = {
    "lock": lambda: OperationalError("database is locked"),
    "i/o error": lambda: OperationalError("disk I/O error"),
    "integrity": lambda: IntegrityError("somebody was first"),
    "exception": lambda: RuntimeError("anything else"),
    "killed": Killed,
}


@contextlib.contextmanager
def failing_at(place: int, fault: Callable[[], BaseException]) -> Iterator[list[int]]:
    """The statement of this number fails, once, with `fault`."""
    seen = [0]

    def wrap(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen[0] += 1
        if seen[0] == place:
            raise fault()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrap):
        yield seen


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    write_limits(
        clinic=clinic,
        patient=patient,
        token=uuid.uuid4(),
        number=0,
        lines=[limits.read(limits.CELLS["pulse-above-emergency"], "90", of_patient=True)],
        now=NOW,
        by=clare,
    )
    return patient


def counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


def check_nothing_is_half() -> None:
    for draft in CheckInDraft.objects.all():
        for key in rules.raised(draft.answers):
            moves = EscalationMove.objects.filter(
                draft=draft, escalation__symptom=key, verb__in=["raise", "report again"]
            )
            assert moves.count() == 1, key
    verbs = list(AuditEvent.objects.values_list("verb", "target"))
    for flag in Escalation.objects.all():
        assert flag.moves.count() == flag.revision
        assert flag.outbox.exists()
        assert ("red flag raised", f"escalation:{flag.pk}") in verbs
    for check_in in CheckIn.objects.all():
        assert CheckInDraft.objects.get(pk=check_in.pk).state == "completed"
        assert ("check-in completed", f"checkin:{check_in.pk}") in verbs or (
            "check-in corrected",
            f"checkin:{check_in.pk}",
        ) in verbs
    for table in (PresentSymptom, DeclinedSymptom, VitalSign, Taken):
        assert not table.objects.exclude(check_in__in=CheckIn.objects.all()).exists()
    assert list(trail.faults()) == []


def sweep(act: Callable[[], object], fault: Callable[[], BaseException]) -> int:
    """Fail at the 1st, 2nd, ... statement until a run completes; how many there were."""
    for place in range(1, 200):
        before = counts()
        failed = False
        with failing_at(place, fault) as seen:
            try:
                act()
            except (DatabaseError, RuntimeError, Killed):
                failed = True
        check_nothing_is_half()
        if failed:
            assert counts() == before, f"half of it stands after statement {place}"
        if seen[0] < place:
            assert not failed
            return place - 1
        if not failed:
            # A row that was said to be there already is tried again, and then it is whole.
            assert isinstance(fault(), IntegrityError)
            return place
    raise AssertionError("no run completed")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_completing_with_two_red_flags(
    otto: Patient, theo: User, fault: Callable[[], BaseException]
) -> None:
    key = uuid.uuid4()
    sweep(lambda: complete(otto, theo, FULL, key=key), fault)
    assert CheckIn.objects.get().pk == key
    assert Escalation.objects.count() == 3
    assert Outbox.objects.count() == 3


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_an_autosave_with_a_red_flag(
    otto: Patient, theo: User, fault: Callable[[], BaseException]
) -> None:
    key = uuid.uuid4()
    keep(otto, theo, {"note": "tired"}, key=key)
    sweep(lambda: keep(otto, theo, {"note": "tired", **SEIZURE}, key=key, revision=1), fault)
    assert Escalation.objects.get().is_open
    assert CheckInDraft.objects.get().answers["s-seizure"] == "yes"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_report_now(otto: Patient, theo: User, fault: Callable[[], BaseException]) -> None:
    report = red_flags.Report(
        symptom="overdose", source=Source.REPORT, said_by="sister", form=uuid.uuid4()
    )

    def act() -> object:
        return red_flags.report_red_flag(patient=otto, report=report, frozen_now=NOW, by=theo)

    sweep(act, fault)
    assert Escalation.objects.get().symptom == "overdose"


def test_taking_back_and_marking_in_error(
    otto: Patient, theo: User, clinic: Clinic, clare: User
) -> None:
    draft = keep(otto, theo, SEIZURE).draft

    def take_back() -> object:
        return actions.take_back(
            draft=draft, symptom="seizure", reason="wrong line", frozen_now=NOW, by=theo
        )

    sweep(take_back, FAULTS["lock"])
    zoe = PatientFactory(clinic=clinic, zoe=True, registered_by=clare)
    wrong = completed(otto, theo, FULL)
    key = uuid.uuid4()

    def enter_in_error() -> object:
        return actions.enter_in_error(
            check_in=wrong, reason="two tabs", right_patient=zoe, key=key, frozen_now=NOW, by=theo
        )

    sweep(enter_in_error, FAULTS["exception"])
    assert Escalation.objects.filter(patient=zoe).count() == 3


def test_acknowledging_contacting_and_closing(otto: Patient, theo: User) -> None:
    flag = keep(otto, theo, SEIZURE).raised[0]
    forms = [uuid.uuid4() for _each in range(3)]
    contact = red_flags.ContactMade(
        whom="Otto", how=MoveHow.PHONE, reached=Reached.YES, at=NOW, place="555-0142"
    )
    given: dict[str, Any] = {"escalation": flag, "frozen_now": NOW, "by": theo}
    acts: list[Callable[[], object]] = [
        lambda: red_flags.acknowledge(**given),
        lambda: red_flags.record_contact(contact=contact, form=forms[0], **given),
        lambda: red_flags.record_outcome(text="seen", form=forms[1], **given),
        lambda: red_flags.close(form=forms[2], **given),
    ]
    for act in acts:
        sweep(act, FAULTS["lock"])
    assert Escalation.objects.get().state == "closed"
    assert EscalationMove.objects.count() == 5


def test_a_fault_at_the_commit_leaves_nothing(
    otto: Patient, theo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts()
    with monkeypatch.context() as patch:

        def refuse() -> None:
            raise OperationalError("disk I/O error")

        patch.setattr(connection, "_commit", refuse)
        with pytest.raises(OperationalError):
            complete(otto, theo, FULL)
    assert counts() == before
    assert complete(otto, theo, FULL).check_in is not None
    check_nothing_is_half()
