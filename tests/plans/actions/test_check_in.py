"""Typing, completing and correcting a check-in."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from patients.models import Patient
from plans.actions import check_in as actions
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
    TakenAmount,
    VitalSign,
)
from plans.presenters.check_in import around
from plans.rules.check_in import ContactHow
from plans.rules.redflags import EscalationState
from plans.rules.symptoms import starred
from taperplan.accounts.models import Clinic, Confirmation, LevelSet, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.factories import PatientFactory
from tests.plans.signing import a_plan, published, sign
from tests.plans.typing import NOW, ROUTINE, SEIZURE, complete, completed, keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


@pytest.fixture
def other(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, zoe=True, registered_by=clare)


def verbs(patient: Patient) -> list[str]:
    rows = AuditEvent.objects.filter(patient=f"patient:{patient.pk}").order_by("number")
    return list(rows.values_list("verb", flat=True))


# --- drafts ---------------------------------------------------------------------------------


def test_a_draft_keeps_anything_as_it_was_typed(otto: Patient, theo: User) -> None:
    typed = {"v-pulse": "ninety two", "next_0": "31", "next_1": "2", "note": "=1+1 <b>"}
    kept = keep(otto, theo, typed)
    assert CheckInDraft.objects.get().answers == typed
    assert kept.draft.revision == 1
    assert verbs(otto) == ["check-in opened"]


def test_an_autosave_leaves_no_trail_row(otto: Patient, theo: User) -> None:
    first = keep(otto, theo, {"note": "a"})
    keep(otto, theo, {"note": "ab"}, key=first.draft.pk, revision=1)
    assert CheckInDraft.objects.get().answers == {"note": "ab"}
    assert verbs(otto) == ["check-in opened"]


@pytest.mark.parametrize(
    "key", [s.key for s in starred() if s.key not in {"suicidal_thoughts", "suicide_plan"}]
)
def test_every_star_in_a_draft_raises_its_red_flag(otto: Patient, theo: User, key: str) -> None:
    safety = key in {"seizure", "hallucination", "confusion", "loss_of_consciousness", "overdose"}
    kept = keep(
        otto, theo, {f"s-{key}": "yes" if safety else "present", f"s-{key}-confirmed": "yes"}
    )
    (flag,) = kept.raised
    assert flag.symptom == key
    assert flag.level == "emergency"
    assert Outbox.objects.get().escalation == flag
    assert EscalationMove.objects.get().draft == kept.draft
    assert verbs(otto) == ["check-in opened", "red flag raised"]
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize(
    ("answer", "symptom"),
    [
        ("wish", "suicidal_thoughts"),
        ("thoughts", "suicidal_thoughts"),
        ("plan", "suicide_plan"),
        ("attempt", "suicide_plan"),
    ],
)
def test_suicide_in_a_draft_raises(otto: Patient, theo: User, answer: str, symptom: str) -> None:
    (flag,) = keep(otto, theo, {"suicide": answer, "suicide-confirmed": "yes"}).raised
    assert flag.symptom == symptom


def test_pressed_and_not_confirmed_is_kept_and_raises_nothing(otto: Patient, theo: User) -> None:
    kept = keep(otto, theo, {"s-seizure": "yes"})
    assert kept.raised == ()
    assert not Escalation.objects.exists()
    done = complete(otto, theo, {**ROUTINE, "s-seizure": "yes"}, key=kept.draft.pk, revision=1)
    assert done.check_in is None
    assert CheckInDraft.objects.get().answers["s-seizure"] == "yes"


@pytest.mark.parametrize("severity", ["mild", "moderate", "severe", ""])
def test_a_seizure_is_escalated_whatever_its_severity(
    otto: Patient, theo: User, severity: str
) -> None:
    keep(otto, theo, {**SEIZURE, "s-seizure-severity": severity})
    assert Escalation.objects.get().level == "emergency"


def test_a_red_flag_is_raised_once_however_often_the_draft_is_saved(
    otto: Patient, theo: User
) -> None:
    first = keep(otto, theo, SEIZURE)
    for revision in range(1, 8):
        keep(otto, theo, {**SEIZURE, "note": "x" * revision}, key=first.draft.pk, revision=revision)
    completed_by = {**ROUTINE, **SEIZURE}
    complete(otto, theo, completed_by, key=first.draft.pk, revision=8)
    assert Escalation.objects.count() == 1
    assert Outbox.objects.count() == 1


def test_typing_over_a_raised_star_changes_nothing(otto: Patient, theo: User) -> None:
    first = keep(otto, theo, SEIZURE)
    keep(otto, theo, {"s-seizure": "no"}, key=first.draft.pk, revision=1)
    assert CheckInDraft.objects.get().answers["s-seizure"] == "yes"
    assert Escalation.objects.get().is_open


def test_taking_it_back_closes_the_red_flag_as_entered_in_error(otto: Patient, theo: User) -> None:
    first = keep(otto, theo, SEIZURE)
    actions.take_back(
        draft=first.draft, symptom="seizure", reason="wrong line", frozen_now=NOW, by=theo
    )
    flag = Escalation.objects.get()
    assert flag.state == EscalationState.ENTERED_IN_ERROR.value
    assert [*flag.moves.all()][-1].text == "wrong line"
    assert "s-seizure" not in CheckInDraft.objects.get().answers
    assert verbs(otto)[-1] == "red flag entered in error"


def test_taking_back_needs_a_reason(otto: Patient, theo: User) -> None:
    first = keep(otto, theo, SEIZURE)
    with pytest.raises(NotDoneError, match="why"):
        actions.take_back(draft=first.draft, symptom="seizure", reason=" ", frozen_now=NOW, by=theo)
    assert Escalation.objects.get().is_open


def test_a_star_taken_back_and_told_again_is_a_new_red_flag(otto: Patient, theo: User) -> None:
    first = keep(otto, theo, SEIZURE)
    actions.take_back(
        draft=first.draft, symptom="seizure", reason="wrong line", frozen_now=NOW, by=theo
    )
    keep(otto, theo, SEIZURE, key=first.draft.pk, revision=2)
    assert [flag.is_open for flag in Escalation.objects.order_by("state")] == [False, True]


def test_a_second_report_joins_the_open_red_flag_and_tells_again(
    otto: Patient, theo: User, clare: User
) -> None:
    keep(otto, theo, SEIZURE)
    keep(otto, clare, SEIZURE)
    flag = Escalation.objects.get()
    assert flag.state == EscalationState.RAISED.value
    assert [move.verb for move in flag.moves.all()] == ["raise", "report again"]
    assert Outbox.objects.count() == 2


def test_taking_one_report_back_leaves_the_red_flag_of_the_other(
    otto: Patient, theo: User, clare: User
) -> None:
    keep(otto, theo, SEIZURE)
    second = keep(otto, clare, SEIZURE)
    actions.take_back(
        draft=second.draft, symptom="seizure", reason="the same one", frozen_now=NOW, by=clare
    )
    flag = Escalation.objects.get()
    assert flag.is_open
    assert [*flag.moves.all()][-1].verb == "take a report back"


def test_a_stale_page_saves_nothing_over_another_but_its_red_flag_counts(
    otto: Patient, theo: User, clare: User
) -> None:
    first = keep(otto, theo, {"note": "one"})
    keep(otto, clare, {"note": "two"}, key=first.draft.pk, revision=1)
    stale = keep(otto, theo, {"note": "three", **SEIZURE}, key=first.draft.pk, revision=1)
    assert "note" in stale.differs
    draft = CheckInDraft.objects.get()
    assert draft.answers["note"] == "two"
    assert draft.answers["s-seizure"] == "yes"
    assert Escalation.objects.get().symptom == "seizure"


def test_a_draft_of_another_patient_is_refused(otto: Patient, other: Patient, theo: User) -> None:
    first = keep(otto, theo, {"note": "a"})
    with pytest.raises(NotDoneError, match="another patient"):
        keep(other, theo, {"note": "b"}, key=first.draft.pk, revision=1)


def test_a_discarded_draft_leaves_its_red_flag_open(otto: Patient, theo: User) -> None:
    first = keep(otto, theo, SEIZURE)
    actions.discard(draft=first.draft, frozen_now=NOW, by=theo)
    assert Escalation.objects.get().is_open
    with pytest.raises(actions.DraftClosedError):
        keep(otto, theo, {"note": "late"}, key=first.draft.pk, revision=2)


def test_a_discarded_draft_is_taken_out_again_as_it_was_left(otto: Patient, theo: User) -> None:
    first = keep(otto, theo, {"note": "half a page"})
    put_away = actions.discard(draft=first.draft, frozen_now=NOW, by=theo)

    for _pressed_twice in range(2):
        actions.take_out_again(draft=put_away, frozen_now=NOW, by=theo)

    draft = CheckInDraft.objects.get()
    assert (draft.state, draft.answers["note"]) == ("open", "half a page")
    assert AuditEvent.objects.filter(verb=Verb.CHECK_IN_OPENED).count() == 2
    late = keep(otto, theo, {"note": "going on"}, key=draft.pk, revision=draft.revision)
    assert late.draft.answers["note"] == "going on"


def test_a_correction_is_not_taken_out_beside_another(otto: Patient, theo: User) -> None:
    check_in = completed(otto, theo)

    def begun() -> CheckInDraft:
        return actions.open_correction(check_in=check_in, key=uuid.uuid4(), frozen_now=NOW, by=theo)

    first = begun()
    actions.discard(draft=first, frozen_now=NOW, by=theo)
    assert begun() != first

    with pytest.raises(NotDoneError, match="Another correction"):
        actions.take_out_again(draft=first, frozen_now=NOW, by=theo)
    assert CheckInDraft.objects.filter(corrects=check_in).still_open().count() == 1


def test_levels_confirmed_by_the_protocol_owner_are_used(
    otto: Patient, theo: User, clare: User, clinic: Clinic
) -> None:
    levels = LevelSet.objects.create(
        clinic=clinic, number=1, same_day=["suicidal_thoughts"], written_at=NOW, written_by=clare
    )
    wish = {"suicide": "wish", "suicide-confirmed": "yes"}
    assert keep(otto, theo, wish).raised[0].level == "emergency"
    Escalation.objects.all().update(state="closed")
    Confirmation.objects.create(levels=levels, confirmed_at=NOW, confirmed_by=clare)
    assert keep(otto, theo, wish).raised[0].level == "same_day"
    assert keep(otto, theo, SEIZURE).raised[0].level == "emergency"


# --- completing -----------------------------------------------------------------------------


def test_a_routine_check_in_is_sealed_under_the_key_of_its_form(otto: Patient, theo: User) -> None:
    key = uuid.uuid4()
    done = complete(otto, theo, key=key)
    check_in = CheckIn.objects.get()
    assert done.check_in == check_in
    assert check_in.pk == key == CheckInDraft.objects.get().pk
    assert CheckInDraft.objects.get().state == "completed"
    assert check_in.kind == "baseline"
    assert check_in.version is None
    assert verbs(otto)[-1] == "check-in completed"
    assert not check_in.present.exists()
    assert "tremor" not in str(check_in.denied)


def test_what_is_missing_keeps_the_draft(otto: Patient, theo: User) -> None:
    done = complete(otto, theo, {"how": "visit"})
    assert done.check_in is None
    assert not done.reading.complete
    assert CheckInDraft.objects.get().state == "open"
    assert not CheckIn.objects.exists()


def test_the_same_form_eight_times_is_one_check_in_and_one_red_flag(
    otto: Patient, theo: User
) -> None:
    key = uuid.uuid4()
    answers = {**ROUTINE, **SEIZURE}
    for _time in range(8):
        done = complete(otto, theo, answers, key=key)
        assert done.check_in is not None
        assert done.differs == ()
    assert CheckIn.objects.count() == 1
    assert Escalation.objects.count() == 1
    assert Outbox.objects.count() == 1


def test_a_second_arrival_with_other_content_is_shown_both(otto: Patient, theo: User) -> None:
    key = uuid.uuid4()
    complete(otto, theo, ROUTINE, key=key)
    again = complete(otto, theo, {**ROUTINE, "note": "forgot this"}, key=key)
    assert again.check_in is not None
    assert again.differs == ("note",)
    assert CheckIn.objects.get().note == ""


def test_it_names_the_version_in_force_and_the_period(otto: Patient, clare: User) -> None:
    version = sign(a_plan(otto, clare), published("A"), clare, in_force_from=date(2026, 11, 18))
    first = completed(otto, clare)
    assert first.kind == "follow-up"
    assert first.version == version
    assert first.period_until == date(2026, 11, 24)
    later = NOW + timedelta(days=5)
    second = completed(otto, clare, now=later)
    assert second.period_from == date(2026, 11, 24)
    assert second.period_until == date(2026, 11, 29)


def test_what_was_taken_belongs_to_a_drug_of_the_version_in_force(
    otto: Patient, clare: User
) -> None:
    version = sign(a_plan(otto, clare), published("A"), clare, in_force_from=date(2026, 11, 18))
    drug = version.drugs.get()
    product = drug.products.first()
    assert product is not None
    plan = version.plan_id.hex[:8]
    typed = {
        f"t-{plan}{drug.key}": "some missed",
        f"t-{plan}{drug.key}-in_hand": "9 tablets",
        "a-1-product": f"{plan}{product.key}",
        "a-1-from": "20 11 2026",
        "a-1-quantity": "1/2",
    }
    check_in = completed(otto, clare, {**ROUTINE, **typed})
    assert Taken.objects.get(check_in=check_in).drug == drug
    amount = TakenAmount.objects.get(check_in=check_in)
    assert (amount.product, str(amount.quantity), amount.typed) == (product, "1/2", "1/2")


def test_answers_become_rows_and_what_was_denied_one_list(otto: Patient, theo: User) -> None:
    check_in = completed(
        otto,
        theo,
        {
            **ROUTINE,
            "s-tremor": "present",
            "s-tremor-severity": "moderate",
            "s-tremor-interference": "1",
            "s-sweating": "declined",
            "s-seizure-by": "carer",
            "v-bp_lying": "138/84",
            "v-pulse": "92",
            "rest": "none",
        },
    )
    (present,) = PresentSymptom.objects.filter(check_in=check_in)
    assert (present.key, present.severity, present.interference) == ("tremor", "moderate", 1)
    assert DeclinedSymptom.objects.get(check_in=check_in).key == "sweating"
    assert VitalSign.objects.filter(check_in=check_in).count() == 3
    assert check_in.denied["carer"] == ["seizure"]
    assert {"insomnia", "delirium"} <= set(check_in.denied["patient"])


def test_nothing_can_be_added_below_a_completed_check_in(otto: Patient, theo: User) -> None:
    check_in = completed(otto, theo)
    with pytest.raises(Exception, match="sealed"):
        PresentSymptom.objects.create(
            check_in=check_in,
            key="tremor",
            label="tremor",
            answered_by="patient",
            event=False,
            star=False,
        )


def test_the_next_date_stands_on_the_due_list(otto: Patient, theo: User) -> None:
    check_in = completed(otto, theo)
    due = FollowUp.objects.get()
    assert (due.due_on, due.check_in) == (date(2026, 12, 1), check_in)


def test_an_older_check_in_written_down_later_does_not_set_the_date_back(
    otto: Patient, theo: User
) -> None:
    completed(otto, theo)
    completed(
        otto,
        theo,
        {
            **ROUTINE,
            "happened_0": "10",
            "happened_1": "11",
            "happened_2": "2026",
            "happened_clock": "09:00",
            "next_0": "25",
            "next_1": "11",
        },
        now=NOW + timedelta(hours=1),
    )
    assert FollowUp.objects.get().due_on == date(2026, 12, 1)


def test_a_safety_question_left_open_keeps_the_patient_on_the_list(
    otto: Patient, theo: User
) -> None:
    completed(otto, theo, {**ROUTINE, "s-overdose": "declined"})
    assert FollowUp.objects.get().safety_open


@pytest.mark.parametrize(
    ("decision", "asked"),
    [("hold", "hold"), ("change the plan", "change"), ("stop the taper", "stop")],
)
def test_a_decision_waits_for_a_prescriber_and_changes_no_plan(
    otto: Patient, theo: User, clare: User, decision: str, asked: str
) -> None:
    version = sign(a_plan(otto, clare), published("A"), clare, in_force_from=date(2026, 11, 18))
    completed(otto, theo, {**ROUTINE, "decision": decision, "decision_reason": "sleep worse"})
    (request,) = Request.objects.unanswered()
    assert (request.asked, request.words, request.plan) == (asked, "sleep worse", version.plan)
    assert version.plan.versions.count() == 1


def test_a_declined_request_waits_no_more(otto: Patient, theo: User, clare: User) -> None:
    completed(otto, theo, {**ROUTINE, "decision": "hold", "decision_reason": "sleep"})
    request = Request.objects.get()
    actions.decline_request(request=request, reason="seen today", frozen_now=NOW, by=clare)
    assert not Request.objects.unanswered().exists()
    with pytest.raises(NotDoneError, match="Clare Exampleton has answered"):
        actions.decline_request(request=request, reason="again", frozen_now=NOW, by=theo)


def test_the_trail_names_no_symptom_and_no_words(otto: Patient, theo: User) -> None:
    completed(
        otto, theo, {**ROUTINE, **SEIZURE, "note": "heard his name", "s-seizure-note": "fell"}
    )
    text = " ".join(
        f"{row.verb} {row.target} {row.detail}" for row in AuditEvent.objects.order_by("number")
    )
    for word in ("seizure", "fell", "heard", "Sample", "Otto"):
        assert word not in text


# --- corrections ------------------------------------------------------------------------------


def correct(check_in: CheckIn, by: User, answers: dict[str, str]) -> actions.Completed:
    draft = actions.open_correction(
        check_in=check_in, key=uuid.uuid4(), frozen_now=NOW + timedelta(hours=1), by=by
    )
    typed = {**draft.answers, **answers}
    return actions.complete(
        patient=check_in.patient,
        key=draft.pk,
        answers=typed,
        revision=draft.revision,
        around=around(
            check_in.patient,
            answers=typed,
            opened_at=draft.opened_at,
            now=NOW + timedelta(hours=1),
            by=by,
            corrects=check_in,
            corrected_stars=actions.corrected_stars(draft),
        ),
        frozen_now=NOW + timedelta(hours=1),
        by=by,
    )


def test_a_correction_supersedes_and_both_stay_readable(
    otto: Patient, theo: User, clare: User
) -> None:
    first = completed(otto, theo)
    done = correct(first, clare, {"note": "pulse was 92", "correction_reason": "left out"})
    assert done.check_in is not None
    assert done.check_in.supersedes == first
    assert list(CheckIn.objects.standing()) == [done.check_in]
    assert CheckIn.objects.count() == 2
    assert done.check_in.happened_at == first.happened_at
    assert FollowUp.objects.get().check_in == done.check_in


def test_only_one_correction_supersedes_a_check_in(otto: Patient, theo: User, clare: User) -> None:
    first = completed(otto, theo)
    assert correct(first, clare, {"correction_reason": "left out"}).check_in is not None
    with pytest.raises(NotDoneError, match="Clare Exampleton has corrected"):
        correct(first, theo, {"correction_reason": "me too"})


def test_a_correction_that_adds_a_star_raises_it(otto: Patient, theo: User) -> None:
    first = completed(otto, theo)
    correct(first, theo, {**SEIZURE, "correction_reason": "told later"})
    assert Escalation.objects.get().symptom == "seizure"


def test_a_correction_that_keeps_a_star_raises_nothing_again(otto: Patient, theo: User) -> None:
    first = completed(otto, theo, {**ROUTINE, **SEIZURE})
    correct(first, theo, {"note": "more", "correction_reason": "left out"})
    assert Escalation.objects.get().revision == 1
    assert Outbox.objects.count() == 1


def test_a_correction_that_drops_a_star_closes_it_by_a_named_person(
    otto: Patient, theo: User, clare: User
) -> None:
    first = completed(otto, theo, {**ROUTINE, **SEIZURE})
    done = correct(
        first,
        clare,
        {
            "s-seizure": "no",
            "s-seizure-confirmed": "",
            "s-seizure-removed": "it was a faint",
            "correction_reason": "misheard",
        },
    )
    assert done.check_in is not None
    flag = Escalation.objects.get()
    assert flag.state == "entered in error"
    last = flag.moves.last()
    assert last is not None
    assert (last.by, last.text) == (clare, "it was a faint")


def test_a_correction_without_that_reason_keeps_the_red_flag(otto: Patient, theo: User) -> None:
    first = completed(otto, theo, {**ROUTINE, **SEIZURE})
    done = correct(
        first,
        theo,
        {"s-seizure": "no", "s-seizure-confirmed": "", "correction_reason": "misheard"},
    )
    assert done.check_in is None
    assert Escalation.objects.get().is_open


# --- on the wrong patient ---------------------------------------------------------------------


def test_on_the_wrong_patient_it_moves_with_its_red_flag(
    otto: Patient, other: Patient, theo: User
) -> None:
    wrong = completed(otto, theo, {**ROUTINE, **SEIZURE, "note": "fell in the kitchen"})
    draft = actions.enter_in_error(
        check_in=wrong,
        reason="two tabs open",
        right_patient=other,
        key=uuid.uuid4(),
        frozen_now=NOW,
        by=theo,
    )
    assert draft is not None
    assert draft.patient == other
    assert draft.answers["note"] == "fell in the kitchen"
    assert not CheckIn.objects.standing().exists()
    assert Escalation.objects.get(patient=otto).state == "entered in error"
    assert Escalation.objects.get(patient=other).is_open
    assert FollowUp.objects.get(patient=otto).due_on is None
    assert "check-in entered in error" in verbs(otto)
    assert "red flag raised" in verbs(other)


def test_marking_it_twice_is_marking_it_once(otto: Patient, theo: User, clare: User) -> None:
    wrong = completed(otto, theo)
    arguments = {"check_in": wrong, "reason": "wrong", "right_patient": None, "frozen_now": NOW}
    actions.enter_in_error(key=uuid.uuid4(), by=theo, **arguments)  # type: ignore[arg-type]
    actions.enter_in_error(key=uuid.uuid4(), by=theo, **arguments)  # type: ignore[arg-type]
    assert EnteredInError.objects.count() == 1
    with pytest.raises(NotDoneError, match="Theo Mocksen has marked"):
        actions.enter_in_error(key=uuid.uuid4(), by=clare, **arguments)  # type: ignore[arg-type]


def test_the_date_goes_back_to_the_check_in_that_stands(otto: Patient, theo: User) -> None:
    completed(otto, theo)
    wrong = completed(otto, theo, {**ROUTINE, "next_0": "9"}, now=NOW + timedelta(days=1))
    actions.enter_in_error(
        check_in=wrong,
        reason="wrong",
        right_patient=None,
        key=uuid.uuid4(),
        frozen_now=NOW,
        by=theo,
    )
    assert FollowUp.objects.get().due_on == date(2026, 12, 1)


# --- beside check-ins -------------------------------------------------------------------------


def test_a_starred_item_told_in_a_call_raises_its_red_flag(otto: Patient, theo: User) -> None:
    told = actions.ContactTold(
        how=ContactHow.CALL,
        with_whom="Ingrid Sample",
        about="found him shaking",
        happened_at=NOW,
        symptom="seizure",
    )
    key = uuid.uuid4()
    for _time in range(3):
        actions.record_contact(patient=otto, key=key, told=told, frozen_now=NOW, by=theo)
    flag = Escalation.objects.get()
    assert flag.moves.get().said_by == "Ingrid Sample"
    assert "contact recorded" in verbs(otto)


def test_a_missed_check_in_is_recorded_with_its_new_date(otto: Patient, theo: User) -> None:
    completed(otto, theo)
    actions.record_missed(
        patient=otto,
        key=uuid.uuid4(),
        due_on=date(2026, 12, 1),
        tried="called twice",
        next_on=date(2026, 12, 3),
        next_how="home visit",
        frozen_now=NOW,
        by=theo,
    )
    due = FollowUp.objects.get()
    assert (due.due_on, due.how) == (date(2026, 12, 3), "home visit")
    assert "check-in missed" in verbs(otto)


def test_how_the_next_check_in_takes_place_follows_its_date(otto: Patient, theo: User) -> None:
    first = completed(otto, theo, {**ROUTINE, "next_how": "phone"})
    assert (first.next_how, FollowUp.objects.get().how) == ("phone", "phone")
    later = NOW + timedelta(days=7)
    on_the_8th = {**ROUTINE, "next_0": "8", "happened_0": ""}
    second = completed(otto, theo, on_the_8th, now=later)
    # Nobody chose: it stays open, and nothing of the one before is carried over.
    assert (second.next_how, FollowUp.objects.get().how) == ("", "")
    actions.enter_in_error(
        check_in=second, reason="two tabs", right_patient=None, key=uuid.uuid4(),
        frozen_now=later, by=theo,
    )  # fmt: skip
    assert FollowUp.objects.get().how == "phone"
