"""Really killed, by SIGKILL, before and after every statement, commit and word to the mail server.

Of saving and of telling: what was stored before stands, nothing is half, and whoever takes over
brings it to its end.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from plans.actions import escalation as red_flags
from plans.models import CheckIn, CheckInDraft, Escalation
from plans.notifications.worker import Notifier
from plans.rules.redflags import MoveHow, Reached, Source
from taperplan.audit import trail
from tests.factories import PatientFactory
from tests.harness.killing import killed_at
from tests.plans.actions.test_loss import FULL, check_nothing_is_half, counts
from tests.plans.notifications.ward import PHASES, Errand, Ward
from tests.plans.typing import NOW, SEIZURE, complete, keep

if TYPE_CHECKING:
    from patients.models import Patient
    from taperplan.accounts.models import Clinic, User
    from tests.plans.notifications.conftest import Clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MOST = 400
Properties = Callable[[str, object], None]


def sweep(act: Callable[[], object], after: Callable[[bool], None]) -> int:
    """Killed at the 1st, 2nd, ... step until a run comes to its end; how many steps there were."""
    for place in range(1, MOST):
        killed = killed_at(place, act)
        after(killed)
        if not killed:
            return place - 1
    raise AssertionError("no run completed")


@pytest.mark.parametrize("minutes", PHASES.values(), ids=PHASES.keys())
def test_a_notifier_killed_at_every_step_loses_nothing(
    ward: Ward, clock: Clock, minutes: int, record_property: Properties
) -> None:
    flags = [ward._flag(minutes)]

    def round_() -> None:
        Notifier(clock=clock).round()

    def after(_killed: bool) -> None:
        ward._take_over()
        ward._check(flags[-1], minutes)
        flags.append(ward._flag(minutes))

    record_property("places", sweep(round_, after))
    assert len(flags) > 50
    assert list(trail.faults()) == []


def test_a_notifier_killed_while_it_tells_of_an_emergency_access_or_a_test_loses_nothing(
    errand: Errand, clock: Clock, record_property: Properties
) -> None:
    told = [errand._flag(0)]

    def after(_killed: bool) -> None:
        errand._take_over()
        errand._check(told[-1], 0)
        told.append(errand._flag(0))

    record_property("places", sweep(lambda: Notifier(clock=clock).round(), after))
    assert len(told) > 30
    assert list(trail.faults()) == []


def whole_or_nothing(act: Callable[[], object], record_property: Properties) -> None:
    """However far it came, the database holds all of it or nothing; sent again it is whole."""
    before = counts()
    seen: list[dict[str, int]] = []

    def after(_killed: bool) -> None:
        check_nothing_is_half()
        stands = counts()
        if stands != before and stands not in seen:
            seen.append(stands)

    steps = sweep(act, after)
    record_property("places", steps)
    assert len(seen) == 1, "it was seen in more than one shape"
    # The same form again makes no second one.
    act()
    assert counts() == seen[0]
    check_nothing_is_half()


def test_a_check_in_with_two_red_flags_killed_at_every_step(
    otto: Patient, theo: User, record_property: Properties
) -> None:
    key = uuid.uuid4()
    whole_or_nothing(lambda: complete(otto, theo, FULL, key=key), record_property)
    assert CheckIn.objects.get().pk == key
    assert Escalation.objects.count() == 2


def test_an_autosave_with_a_red_flag_killed_at_every_step(
    otto: Patient, theo: User, record_property: Properties
) -> None:
    key = uuid.uuid4()
    keep(otto, theo, {"note": "tired"}, key=key)
    typed = {"note": "tired", **SEIZURE}
    steps = sweep(
        lambda: keep(otto, theo, typed, key=key, revision=1),
        lambda _killed: check_nothing_is_half(),
    )
    record_property("places", steps)
    assert Escalation.objects.get().is_open
    assert CheckInDraft.objects.get().answers["s-seizure"] == "yes"


def test_report_now_killed_at_every_step(
    otto: Patient, theo: User, record_property: Properties
) -> None:
    report = red_flags.Report(
        symptom="overdose", source=Source.REPORT, said_by="sister", form=uuid.uuid4()
    )
    whole_or_nothing(
        lambda: red_flags.report_red_flag(patient=otto, report=report, frozen_now=NOW, by=theo),
        record_property,
    )
    assert Escalation.objects.get().symptom == "overdose"


def test_dealing_with_a_red_flag_killed_at_every_step(
    clinic: Clinic, theo: User, record_property: Properties
) -> None:
    patient = PatientFactory(clinic=clinic, registered_by=theo)
    flag = keep(patient, theo, SEIZURE).raised[0]
    forms = [uuid.uuid4() for _each in range(6)]
    given: dict[str, Any] = {"escalation": flag, "frozen_now": NOW, "by": theo}
    contact = red_flags.ContactMade(
        whom="Otto", how=MoveHow.PHONE, reached=Reached.YES, at=NOW, place="555-0142"
    )
    acts: list[Callable[[], object]] = [
        lambda: red_flags.acknowledge(**given),
        lambda: red_flags.record_contact(contact=contact, form=forms[0], **given),
        lambda: red_flags.record_outcome(text="seen", form=forms[1], **given),
        lambda: red_flags.close(form=forms[2], **given),
        lambda: red_flags.reopen(reason="it came back", form=forms[3], **given),
        lambda: red_flags.mark_in_error(reason="two tabs", form=forms[4], **given),
    ]
    steps = [sweep(act, lambda _killed: check_nothing_is_half()) for act in acts]
    record_property("places", sum(steps))
    assert Escalation.objects.get().state == "entered in error"
    assert Escalation.objects.get().moves.count() == 1 + len(acts)
