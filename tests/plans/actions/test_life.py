"""The life of a red flag as a machine: whatever is done to it, in whatever order, by whomever.

The model beside it knows only what the documents say (docs/states.md): it is asked before each
act whether the act is possible, and after it what must stand in the tables.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pytest_django import Settings

from patients.models import Patient
from plans.actions import check_in as check_ins
from plans.actions import escalation as actions
from plans.models import Escalation, EscalationMove, Outbox
from plans.notifications.worker import Notifier
from plans.rules.redflags import MoveHow, Reached, Source
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from tests.factories import PatientFactory
from tests.plans.typing import NOW, SEIZURE, keep

pytestmark = pytest.mark.django_db

# As docs/states.md draws it, written by hand: state -> act -> state that follows.
OPEN = {"raised", "notified", "acknowledged", "contacted", "outcome recorded"}
ANSWERED = {"acknowledged", "contacted", "outcome recorded"}
AFTER_CONTACT = {"acknowledged": "contacted", "contacted": "contacted"}


class Life(RuleBasedStateMachine):
    """One patient, two people, one notifier. Set up by `machine` below."""

    patient: Patient
    people: tuple[User, User]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.state = ""
        self.verbs: list[str] = []
        self.acknowledged_by: User | None = None
        self.since: list[str] = []
        self.turns = 0
        self.draft = uuid.uuid4()
        self.in_draft = False
        self.place = transaction.atomic()
        self.place.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.place.__exit__(None, None, None)

    # --- what the machine does -------------------------------------------------------------

    def flag(self) -> Escalation:
        return Escalation.objects.get(patient=self.patient)

    def done(self, verb: str, state: str) -> None:
        self.verbs.append(verb)
        self.state = state
        if verb in ("raise", "report again", "reopen"):
            self.since, self.acknowledged_by = [], None
            self.turns += 1
        else:
            self.since.append(verb)

    def tried(self, possible: bool, verb: str, state: str, act: Callable[[], object]) -> None:
        if possible:
            act()
            self.done(verb, state)
            return
        with pytest.raises(NotDoneError):
            act()

    def given(self, who: int) -> dict[str, Any]:
        return {"escalation": self.flag(), "frozen_now": self.now, "by": self.people[who]}

    @initialize()
    def raised(self) -> None:
        self.report(0)

    @rule(who=st.integers(0, 1))
    def report(self, who: int) -> None:
        if self.state in ("closed", "entered in error"):
            # A further report after the end is another red flag; here it is opened again.
            return
        form = uuid.uuid4()
        report = actions.Report(symptom="seizure", source=Source.REPORT, form=form)
        for _twice in range(2):
            actions.report_red_flag(
                patient=self.patient, report=report, frozen_now=self.now, by=self.people[who]
            )
        self.done("report again" if self.verbs else "raise", "raised")

    @precondition(lambda self: self.state in OPEN and not self.in_draft)
    @rule()
    def answer_in_a_draft(self) -> None:
        keep(self.patient, self.people[0], SEIZURE, key=self.draft, now=self.now)
        self.in_draft = True
        self.done("report again", "raised")

    @precondition(lambda self: self.in_draft and self.state in OPEN)
    @rule()
    def take_it_back(self) -> None:
        draft = self.flag().moves.exclude(draft=None).order_by("-number").first()
        assert draft is not None
        assert draft.draft is not None
        draft.draft.refresh_from_db()
        check_ins.take_back(
            draft=draft.draft, symptom="seizure", reason="a slip", frozen_now=self.now,
            by=self.people[0],
        )  # fmt: skip
        # Reported from elsewhere too: the red flag stays open and says so.
        self.done("take a report back", self.state)
        self.in_draft, self.draft = False, uuid.uuid4()

    @rule()
    def told(self) -> None:
        Notifier(clock=lambda: self.now).round()
        if self.state == "raised":
            self.done("notify", "notified")

    @rule(who=st.integers(0, 1))
    def acknowledge(self, who: int) -> None:
        person = self.people[who]
        if self.acknowledged_by == person and self.state in ANSWERED:
            before = self.flag().revision
            actions.acknowledge(**self.given(who))
            assert self.flag().revision == before
            return
        if self.state in ("closed", "entered in error") and self.acknowledged_by == person:
            # Pressed again after the end: it was theirs, and nothing is added.
            actions.acknowledge(**self.given(who))
            return
        possible = self.state in ("raised", "notified")
        self.tried(
            possible, "acknowledge", "acknowledged", lambda: actions.acknowledge(**self.given(who))
        )
        if possible:
            self.acknowledged_by = person

    @rule(reached=st.sampled_from(list(Reached)), who=st.integers(0, 1))
    def contact(self, reached: Reached, who: int) -> None:
        made = actions.ContactMade(whom="Otto", how=MoveHow.PHONE, reached=reached, at=self.now)
        yes = reached is Reached.YES
        self.tried(
            self.state in ANSWERED,
            "record a contact" if yes else "record an attempt",
            AFTER_CONTACT.get(self.state, self.state) if yes else self.state,
            lambda: actions.record_contact(contact=made, form=uuid.uuid4(), **self.given(who)),
        )

    @rule(who=st.integers(0, 1))
    def instead(self, who: int) -> None:
        self.tried(
            self.state in ANSWERED, "record what was done instead", self.state,
            lambda: actions.record_done_instead(
                text="welfare check", at=self.now, form=uuid.uuid4(), **self.given(who)
            ),
        )  # fmt: skip

    @rule(who=st.integers(0, 1))
    def outcome(self, who: int) -> None:
        self.tried(
            self.state in ANSWERED, "record the outcome", "outcome recorded",
            lambda: actions.record_outcome(text="seen", form=uuid.uuid4(), **self.given(who)),
        )  # fmt: skip

    @rule(who=st.integers(0, 1))
    def close(self, who: int) -> None:
        spoken = "record a contact" in self.since
        tried = {"record an attempt", "record what was done instead"} <= set(self.since)
        possible = (
            self.state == "outcome recorded"
            and "record the outcome" in self.since
            and (spoken or tried)
        )
        self.tried(
            possible, "close", "closed",
            lambda: actions.close(form=uuid.uuid4(), **self.given(who)),
        )  # fmt: skip

    @precondition(lambda self: self.state in ("closed", "entered in error"))
    @rule(who=st.integers(0, 1))
    def reopen(self, who: int) -> None:
        actions.reopen(reason="it came back", form=uuid.uuid4(), **self.given(who))
        self.done("reopen", "raised")

    @rule(who=st.integers(0, 1))
    def enter_in_error(self, who: int) -> None:
        self.tried(
            self.state in OPEN, "mark as entered in error", "entered in error",
            lambda: actions.mark_in_error(reason="slip", form=uuid.uuid4(), **self.given(who)),
        )  # fmt: skip

    @rule(minutes=st.integers(1, 70))
    def time_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    # --- what holds always -------------------------------------------------------------------

    @invariant()
    def the_tables_say_what_was_done(self) -> None:
        if not self.verbs:
            return
        flag = self.flag()
        assert flag.state == self.state
        assert flag.is_open == (self.state in OPEN)
        assert list(flag.moves.order_by("number").values_list("verb", flat=True)) == self.verbs
        assert flag.revision == len(self.verbs)
        if self.state in OPEN:
            assert flag.acknowledged_by == self.acknowledged_by
        # Each report is owed to the first rung, and everything but a notice has its trail row.
        assert Outbox.objects.filter(escalation=flag, rung=1, turn=0).count() == self.turns
        assert flag.telling or self.state not in ("raised", "notified")

    @invariant()
    def what_closed_had_an_outcome_and_a_contact_or_what_was_done_instead(self) -> None:
        if self.state == "closed":
            moves = EscalationMove.objects.filter(escalation=self.flag())
            said = set(moves.values_list("verb", flat=True))
            assert "record the outcome" in said
            assert said & {"record a contact", "record what was done instead"}
            assert moves.get(number=len(self.verbs)).by is not None


def machine(patient: Patient, people: tuple[User, User]) -> type[Life]:
    return type("Machine", (Life,), {"patient": patient, "people": people})


@pytest.mark.parametrize("lives", [3, pytest.param(250, marks=pytest.mark.slow)])
def test_whatever_is_done_to_a_red_flag_it_goes_by_the_diagram(
    clinic: Clinic, clare: User, theo: User, lives: int, settings: Settings
) -> None:
    settings.EMAIL_CONFIGURED = True
    patient = PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    run_state_machine_as_test(
        machine(patient, (clare, theo)),
        settings=hypothesis.settings(
            max_examples=lives,
            stateful_step_count=12 if lives < 10 else 40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert list(trail.faults()) == []
    assert not AuditEvent.objects.filter(verb="red flag closed").exists()
