"""The tables of check-ins and red flags refuse what is impossible, whoever writes to them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from patients.models import EmergencyAccess, Patient
from plans.models import (
    CheckIn,
    CheckInDraft,
    Contact,
    DeclinedSymptom,
    EnteredInError,
    Escalation,
    EscalationMove,
    FollowUp,
    Heartbeat,
    MissedCheckIn,
    Outbox,
    PresentSymptom,
    Request,
    RequestAnswer,
    ScaleTotal,
    Sending,
    Taken,
    TakenAmount,
    VitalSign,
)
from taperplan.accounts.models import Clinic, User
from tests.factories import PatientFactory
from tests.plans.signing import a_plan, published, sign
from tests.plans.typing import NOW, ROUTINE, SEIZURE, completed, keep

pytestmark = pytest.mark.django_db

MINE: tuple[Any, ...] = (
    CheckIn,
    CheckInDraft,
    Contact,
    DeclinedSymptom,
    EnteredInError,
    Escalation,
    EscalationMove,
    FollowUp,
    Heartbeat,
    MissedCheckIn,
    Outbox,
    PresentSymptom,
    Request,
    RequestAnswer,
    ScaleTotal,
    Sending,
    Taken,
    TakenAmount,
    VitalSign,
)


class Ward:
    """Somebody with a plan, a completed check-in and an open red flag."""

    def __init__(self, patient: Patient, by: User) -> None:
        self.patient, self.by = patient, by
        self.version = sign(
            a_plan(patient, by), published("A"), by, in_force_from=date(2026, 11, 18)
        )
        self.drug = self.version.drugs.get()
        product = self.drug.products.first()
        assert product is not None
        self.product = product
        self.draft = keep(patient, by, SEIZURE).draft
        self.flag = Escalation.objects.get()
        hold = {"decision": "hold", "decision_reason": "sleep"}
        self.check_in = completed(patient, by, {**ROUTINE, **hold})
        self.request = Request.objects.get()


@pytest.fixture
def ward(clinic: Clinic, clare: User) -> Ward:
    return Ward(PatientFactory(clinic=clinic, otto=True, registered_by=clare), clare)


Build = Callable[[Ward], models.Model]


def check_in(**fields: Any) -> Build:
    def build(ward: Ward) -> models.Model:
        row = CheckIn.objects.get(pk=ward.check_in.pk)
        row.pk = uuid.uuid4()
        for name, value in fields.items():
            setattr(row, name, value(ward) if callable(value) else value)
        return row

    return build


def below(model: Any, **fields: Any) -> Build:
    """A child of a check-in that does not stand yet."""
    values: dict[Any, dict[str, Any]] = {
        PresentSymptom: {
            "key": "tremor",
            "label": "tremor",
            "answered_by": "patient",
            "event": False,
            "star": False,
            "severity": "mild",
        },
        DeclinedSymptom: {
            "key": "tremor",
            "label": "tremor",
            "answered_by": "patient",
            "could_be_asked": True,
        },
        VitalSign: {"vital": "pulse", "value": Fraction(92), "unit": "/min", "typed": "92"},
        ScaleTotal: {"scale": "ISI", "total": Fraction(14), "rated_on": NOW.date(), "rater": "T"},
        Taken: {"answer": "as planned"},
        TakenAmount: {
            "position": 1,
            "first_day": NOW.date(),
            "last_day": NOW.date(),
            "quantity": Fraction(1, 2),
            "typed": "1/2",
        },
    }

    def build(ward: Ward) -> models.Model:
        given = {**values[model], **fields}
        if model is Taken:
            given["drug"] = ward.drug
        if model is TakenAmount:
            given["product"] = ward.product
        return model(check_in_id=uuid.UUID(int=7), **given)  # type: ignore[no-any-return]

    return build


def twice(build: Build) -> Build:
    def second(ward: Ward) -> models.Model:
        build(ward).save(force_insert=True)
        return build(ward)

    return second


def move(**fields: Any) -> Build:
    def build(ward: Ward) -> models.Model:
        values: dict[str, Any] = {
            "number": 2,
            "verb": "acknowledge",
            "state": "acknowledged",
            "at": NOW,
            "recorded_at": NOW,
            "by": ward.by,
        }
        return EscalationMove(escalation=ward.flag, **(values | fields))

    return build


def flag(**fields: Any) -> Build:
    def build(ward: Ward) -> models.Model:
        values: dict[str, Any] = {
            "id": uuid.uuid4(),
            "patient": ward.patient,
            "symptom": "delirium",
            "label": "delirium",
            "level": "emergency",
            "state": "raised",
            "revision": 1,
            "raised_at": NOW,
            "raised_by": ward.by,
            "reported_at": NOW,
        }
        return Escalation(**(values | fields))

    return build


def contact(**fields: Any) -> Build:
    def build(ward: Ward) -> models.Model:
        values: dict[str, Any] = {
            "id": uuid.uuid4(),
            "patient": ward.patient,
            "how": "call",
            "with_whom": "sister",
            "about": "the date",
            "happened_at": NOW,
            "recorded_at": NOW,
            "recorded_by": ward.by,
        }
        return Contact(**(values | fields))

    return build


def asked(**fields: Any) -> Build:
    def build(ward: Ward) -> models.Model:
        values: dict[str, Any] = {
            "id": uuid.uuid4(),
            "patient": ward.patient,
            "asked": "hold",
            "words": "wait",
            "at": NOW,
            "by": ward.by,
        }
        given = {name: value(ward) if callable(value) else value for name, value in fields.items()}
        return Request(**(values | given))

    return build


def missed(**fields: Any) -> Build:
    def build(ward: Ward) -> models.Model:
        values: dict[str, Any] = {
            "id": uuid.uuid4(),
            "patient": ward.patient,
            "due_on": NOW.date(),
            "tried": "called",
            "at": NOW,
            "by": ward.by,
        }
        return MissedCheckIn(**(values | fields))

    return build


def notice(ward: Ward) -> models.Model:
    return Outbox(
        id=uuid.uuid4(), escalation=ward.flag, move=1, rung=1, turn=0, made_at=NOW, due_at=NOW
    )


def sending(**fields: Any) -> Callable[[Ward], models.Model]:
    def build(ward: Ward) -> models.Model:
        values: dict[str, Any] = {
            "id": uuid.uuid4(),
            "outbox": Outbox.objects.get(),
            "channel": "email",
            "address": "theo@northfield.example",
            "made_at": NOW,
            "next_try_at": NOW,
        }
        return Sending(**(values | fields))

    return build


def of_an_access(ward: Ward) -> models.Model:
    opened, _made = EmergencyAccess.objects.get_or_create(
        patient=ward.patient,
        user=ward.by,
        reason="At night",
        at=NOW,
        until=NOW + timedelta(hours=1),
    )
    return sending(outbox=None, access=opened)(ward)


def heartbeat(ward: Ward) -> models.Model:
    return Heartbeat(id=2, at=NOW, worker="second")


def follow_up(ward: Ward) -> models.Model:
    other = PatientFactory(clinic=ward.patient.clinic, registered_by=ward.by)
    return FollowUp(
        patient=other, how="pigeon", as_of=NOW, safety_open=False, set_at=NOW, set_by=ward.by
    )


def a_draft(ward: Ward) -> models.Model:
    return CheckInDraft(
        id=uuid.uuid4(),
        patient=ward.patient,
        state="half",
        answers={},
        opened_at=NOW,
        opened_by=ward.by,
        changed_at=NOW,
        changed_by=ward.by,
    )


def answer(ward: Ward) -> models.Model:
    return RequestAnswer(request=ward.request, at=NOW, by=ward.by)


def error(ward: Ward) -> models.Model:
    return EnteredInError(check_in=ward.check_in, reason="", at=NOW, by=ward.by)


def whole(**fields: Any) -> Build:
    """A check-in that asks nothing of a prescriber, with one thing impossible in it."""
    return check_in(**{"decision": "continue", "decision_reason": "", **fields})


IMPOSSIBLE: dict[str, Build] = {
    "check_in_kind_known": whole(kind="other"),
    "check_in_how_known": whole(how="pigeon"),
    "check_in_reported_by_known": whole(reported_by="nobody"),
    "check_in_suicide_known": whole(suicide=""),
    "check_in_suicide_copy_given_known": whole(suicide_copy_given="perhaps"),
    "check_in_decision_known": whole(decision="wait"),
    "check_in_period_until_in_order": whole(
        period_from=date(2026, 11, 20), period_until=date(2026, 11, 19)
    ),
    "check_in_baseline_has_no_version": whole(kind="baseline"),
    "check_in_correction_says_why": whole(supersedes=lambda ward: ward.check_in),
    "check_in_happened_before_recorded": whole(happened_at=NOW + timedelta(hours=1)),
    "check_in_far_away_says_where": whole(how="phone"),
    "check_in_decision_says_why": whole(decision="refer"),
    "check_in_next_date_or_why_none": whole(next_on=None),
    "check_in_next_how_known": whole(next_how="pigeon"),
    "check_in_next_how_of_a_date": whole(next_on=None, no_next_reason="ended", next_how="video"),
    "check_in_suicide_not_asked_says_why": whole(suicide="could not be asked"),
    "check_in_confidence_about_a_note": whole(in_confidence=True, note=""),
    "present_symptom_once": twice(below(PresentSymptom)),
    "present_symptom_answered_by_known": below(PresentSymptom, answered_by="nobody"),
    "present_symptom_severity_known": below(PresentSymptom, severity="awful"),
    "present_symptom_injured_known": below(PresentSymptom, injured="perhaps"),
    "present_symptom_first_ever_known": below(PresentSymptom, first_ever="perhaps"),
    "present_symptom_ambulance_or_hospital_known": below(
        PresentSymptom, ambulance_or_hospital="perhaps"
    ),
    "present_symptom_event_has_no_severity": below(PresentSymptom, event=True),
    "present_symptom_interference_0_to_3": below(PresentSymptom, interference=4),
    "present_symptom_has_a_label": below(PresentSymptom, label=""),
    "declined_symptom_once": twice(below(DeclinedSymptom)),
    "declined_symptom_answered_by_known": below(DeclinedSymptom, answered_by="nobody"),
    "declined_symptom_not_asked_says_why": below(DeclinedSymptom, could_be_asked=False),
    "vital_sign_once": twice(below(VitalSign)),
    "vital_sign_vital_known": below(VitalSign, vital="mood"),
    "vital_sign_unit_known": below(VitalSign, unit="beats"),
    "vital_sign_value_exact": below(VitalSign, value=Fraction(-1)),
    "taken_drug_once": twice(below(Taken)),
    "taken_answer_known": below(Taken, answer="most"),
    "taken_amount_position_once": twice(below(TakenAmount)),
    "taken_amount_last_day_in_order": below(TakenAmount, last_day=date(2026, 11, 1)),
    "taken_amount_quantity_exact": below(TakenAmount, quantity=Fraction(-1, 2)),
    "scale_total_once": twice(below(ScaleTotal)),
    "scale_total_names_its_rater": below(ScaleTotal, rater=""),
    "scale_total_total_exact": below(ScaleTotal, total=Fraction(-1)),
    "check_in_draft_state_known": a_draft,
    "entered_in_error_says_why": error,
    "contact_how_known": contact(how="pigeon"),
    "contact_says_with_whom_about_what": contact(about=""),
    "contact_question_to_a_named_person": contact(question="may he drive?"),
    "contact_happened_before_recorded": contact(happened_at=NOW + timedelta(hours=1)),
    "request_asked_known": asked(asked="more"),
    "request_has_words": asked(words=""),
    "request_given_by_telephone_was_read_back": asked(given_by=lambda ward: ward.by),
    "request_answer_signed_or_declined_with_reason": answer,
    "missed_check_in_once": twice(missed()),
    "missed_check_in_says_what_was_tried": missed(tried=""),
    "missed_check_in_next_how_known": missed(next_how="pigeon"),
    "follow_up_how_known": follow_up,
    "escalation_one_open_per_symptom": flag(symptom="seizure"),
    "escalation_level_known": flag(level="low"),
    "escalation_state_known": flag(state="ignored"),
    "escalation_acknowledged_by_somebody": flag(acknowledged_at=NOW),
    "escalation_move_number_once": move(number=1),
    "escalation_move_form_once": twice(move(form=uuid.UUID(int=9))),
    "escalation_move_verb_known": move(verb="ignore"),
    "escalation_move_state_known": move(state="ignored"),
    "escalation_move_source_known": move(source="rumour"),
    "escalation_move_how_known": move(how="pigeon"),
    "escalation_move_reached_known": move(reached="perhaps"),
    "escalation_move_report_has_a_source": move(verb="report again"),
    "escalation_move_contact_names_whom": move(verb="record a contact"),
    "escalation_move_says_why": move(verb="record the outcome"),
    "escalation_move_by_somebody": move(by=None),
    "outbox_one_notice_per_turn": notice,
    "sending_once_to_each": twice(sending()),
    "sending_of_one_thing": sending(outbox=None),
    "sending_once_of_an_access": twice(of_an_access),
    "sending_channel_known": sending(channel="pigeon"),
    "sending_sent_or_given_up": sending(sent_at=NOW, given_up_at=NOW),
    "heartbeat_only_one": heartbeat,
}


def renumbered(row: models.Model, name: str) -> models.Model:
    """So that only the constraint in question can refuse the second row."""
    if name == "escalation_move_form_once" and isinstance(row, EscalationMove):
        row.number = 3
    return row


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_the_table_refuses(ward: Ward, name: str) -> None:
    # Built inside: the first of two is put away with the second.
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        renumbered(IMPOSSIBLE[name](ward), name).save(force_insert=True)
    if connection.vendor == "postgresql" or "UNIQUE" not in str(refused.value):
        assert name in str(refused.value)


def test_every_named_constraint_is_tried() -> None:
    named = {c.name for model in MINE for c in model._meta.constraints}
    assert named == set(IMPOSSIBLE)


@pytest.mark.parametrize(
    "model",
    [m for m in MINE if m.mutability.value == "sealed" and hasattr(m, "sealed_by")],
    ids=lambda model: model.__name__,
)
def test_nothing_is_added_below_a_check_in_that_stands(ward: Ward, model: Any) -> None:
    row = below(model)(ward)
    row.check_in_id = ward.check_in.pk  # type: ignore[attr-defined]
    with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("statement", ["UPDATE {} SET note = 'x'", "DELETE FROM {}"])
def test_a_completed_check_in_is_never_rewritten(ward: Ward, statement: str) -> None:
    table = CheckIn._meta.db_table
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.parametrize("statement", ["UPDATE {} SET text = 'x'", "DELETE FROM {}"])
def test_a_move_of_a_red_flag_is_never_rewritten(ward: Ward, statement: str) -> None:
    table = EscalationMove._meta.db_table
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.parametrize("model", [CheckIn, CheckInDraft, Escalation, Request, FollowUp, Contact])
def test_another_clinic_sees_nothing_of_it(ward: Ward, sam: User, model: Any) -> None:
    assert not model.objects.visible_to(sam).exists()


def test_open_for_gives_the_open_red_flags_of_these_patients(ward: Ward) -> None:
    assert list(Escalation.objects.open_for([ward.patient])) == [ward.flag]
    Escalation.objects.update(state="closed")
    assert not Escalation.objects.open_for([ward.patient]).exists()
