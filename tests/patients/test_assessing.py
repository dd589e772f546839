from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from patients import presenters
from patients.intake import Given
from patients.models import AssessmentAnswer, Patient
from patients.vocabulary import Answer, Item
from taperplan.accounts.models import Clinic
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.factories import AllergyFactory, AnswerFactory, PatientFactory, SharedDecisionFactory
from tests.patients.sending import fields_of, send, text

NOW = datetime(2026, 11, 24, 8, 49, tzinfo=UTC)


def page(patient: Patient) -> str:
    return reverse("patients:assess", args=[patient.pk])


def test_nothing_is_answered_before_somebody_answers(
    clare_client: doors.Client, otto: Patient
) -> None:
    fields = fields_of(clare_client.get(page(otto)))

    assert {name for name, value in fields.items() if value} == {
        "csrfmiddlewaretoken",
        "token",
        "seen",
    }


def test_many_items_are_saved_at_once_and_the_rest_stays_not_asked(
    theo_client: doors.Client, otto: Patient
) -> None:
    response = send(
        theo_client, page(otto),
        indication="yes", indication__detail="panic disorder, 6 years",
        seizures="no", self__harm="not asked",
    )  # fmt: skip

    assert response.status_code == 302
    assert presenters.answers(otto) == {
        Item.INDICATION: Given(Answer.YES, "panic disorder, 6 years"),
        Item.SEIZURES: Given(Answer.NO),
        Item.SELF_HARM: Given(Answer.NOT_ASKED),
    }
    intake = text(theo_client.get(reverse("patients:intake", args=[otto.pk])))
    assert "Indication panic disorder, 6 years" in intake
    assert "History of seizures asked: none" in intake
    assert "Epilepsy not asked" in intake
    assert "2 of 19 asked" in intake
    event = AuditEvent.objects.get(verb="assessed")
    assert event.detail == '{"items": "3"}'


def test_yes_asks_for_what_and_a_detail_asks_for_its_answer(
    clare_client: doors.Client, otto: Patient
) -> None:
    response = send(
        clare_client, page(otto), seizures="yes", trauma__detail="told at the first visit"
    )

    assert "History of seizures: detail: Type what, in a few words." in text(response)
    assert "Trauma: A detail is typed. Choose no or yes" in text(response)
    fields = fields_of(response)
    assert fields["seizures"] == "yes"
    assert fields["trauma-detail"] == "told at the first visit"
    assert not AssessmentAnswer.objects.exists()


def test_saving_again_writes_only_what_changed(clare_client: doors.Client, otto: Patient) -> None:
    send(clare_client, page(otto), seizures="no", epilepsy="no")
    send(clare_client, page(otto), epilepsy="yes", epilepsy__detail="since 1999")
    unchanged = send(clare_client, page(otto))

    assert unchanged.status_code == 302
    assert AssessmentAnswer.objects.count() == 3
    assert presenters.answers(otto)[Item.EPILEPSY] == Given(Answer.YES, "since 1999")


def test_the_same_assessment_sent_eight_times_is_written_once(
    clare_client: doors.Client, otto: Patient
) -> None:
    fields = {**fields_of(clare_client.get(page(otto))), "seizures": "no"}

    answers = [clare_client.post(page(otto), fields).status_code for _time in range(8)]

    assert answers == [302] * 8
    assert AssessmentAnswer.objects.count() == 1
    assert AuditEvent.objects.filter(verb="assessed").count() == 1


def test_an_assessment_sent_again_with_other_answers_shows_both(
    clare_client: doors.Client, otto: Patient
) -> None:
    fields = {**fields_of(clare_client.get(page(otto))), "seizures": "no"}
    clare_client.post(page(otto), fields)

    response = clare_client.post(
        page(otto), {**fields, "seizures": "yes", "seizures-detail": "one in 2019"}
    )

    assert "Choose for each line whose answer counts" in text(response)
    assert "one in 2019" in text(response)
    assert presenters.answers(otto)[Item.SEIZURES] == Given(Answer.NO)
    kept = {**fields_of(response), "keep-seizures": "yours"}
    assert clare_client.post(page(otto), kept).status_code == 302
    assert presenters.answers(otto)[Item.SEIZURES] == Given(Answer.YES, "one in 2019")


def test_two_who_assess_at_once_lose_nothing(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient
) -> None:
    clares = fields_of(clare_client.get(page(otto)))
    send(
        theo_client, page(otto),
        seizures="yes", seizures__detail="one in 2019", trauma="no",
    )  # fmt: skip

    other = clare_client.post(page(otto), {**clares, "epilepsy": "no"})
    assert other.status_code == 302
    assert presenters.answers(otto)[Item.SEIZURES] == Given(Answer.YES, "one in 2019")

    response = clare_client.post(page(otto), {**clares, "seizures": "no", "epilepsy": "no"})
    assert "one in 2019" in text(response)
    assert presenters.answers(otto)[Item.SEIZURES] == Given(Answer.YES, "one in 2019")


def test_after_a_difference_what_the_other_person_saved_elsewhere_stays(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient
) -> None:
    send(theo_client, page(otto), seizures="no", trauma="no")
    clares = fields_of(clare_client.get(page(otto)))
    send(
        theo_client, page(otto),
        seizures="yes", seizures__detail="one in 2019", trauma="yes", trauma__detail="told",
    )  # fmt: skip

    response = clare_client.post(
        page(otto), {**clares, "seizures": "yes", "seizures-detail": "two in 2018"}
    )
    fields = fields_of(response)
    assert fields["differing"].split("|") == ["seizures", "trauma"]
    decided = {**fields, "keep-seizures": "yours", "keep-trauma": "theirs"}
    assert clare_client.post(page(otto), decided).status_code == 302

    answers = presenters.answers(otto)
    assert answers[Item.SEIZURES] == Given(Answer.YES, "two in 2018")
    assert answers[Item.TRAUMA] == Given(Answer.YES, "told")


# --- What signing waits for ---------------------------------------------------------------


def test_signing_waits_for_indication_allergies_and_the_shared_decision(
    otto: Patient, clinic: Clinic
) -> None:
    bare = PatientFactory(clinic=clinic)

    assert presenters.signing_gaps(bare).refused == (
        "The indication is not recorded.",
        "Allergies: not asked.",
        "The shared decision is not recorded.",
    )


def test_nothing_is_waited_for_once_all_is_recorded(
    clinic: Clinic, django_assert_max_num_queries: Any
) -> None:
    patient = PatientFactory(clinic=clinic, ready=True)
    AnswerFactory(patient=patient, item="seizures")

    with django_assert_max_num_queries(3):
        gaps = presenters.signing_gaps(patient)

    assert gaps.refused == ()
    assert "History of seizures" not in gaps.not_asked
    assert "Epilepsy" in gaps.not_asked


def test_a_decision_struck_out_is_no_decision(clare_client: doors.Client, clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic, ready=True)
    decision = patient.decisions.get()
    send(
        clare_client,
        reverse("patients:strike", args=[patient.pk, "decisions", decision.pk]),
        why="of another patient",
    )

    assert presenters.signing_gaps(patient).refused == ("The shared decision is not recorded.",)


def test_a_decision_that_was_not_agreed_with_why_is_a_decision(clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic)
    SharedDecisionFactory(patient=patient, agreement="not agreed", why_not="wants to wait")

    assert "The shared decision is not recorded." not in presenters.signing_gaps(patient).refused


@pytest.mark.parametrize("status", ["none known", "listed"])
def test_allergies_asked_is_enough_whatever_the_answer(clinic: Clinic, status: str) -> None:
    patient = PatientFactory(clinic=clinic, allergies_status=status)
    AllergyFactory(patient=patient)

    assert "Allergies: not asked." not in presenters.signing_gaps(patient).refused
