from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from patients import actions
from patients.forms import RECORD_FORMS
from patients.models import RECORDED, Allergy, ConsentWithdrawal, Patient
from patients.vocabulary import Kind
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.factories import AllergyFactory, ConsentFactory, PatientFactory
from tests.patients.sending import day, fields_of, form_of, send, text
from tests.patients.test_models import a_row

NOW = datetime(2026, 11, 24, 8, 49, tzinfo=UTC)
TYPED: dict[Kind, dict[str, str]] = {
    Kind.ALLERGY: {"substance": "examplamycin", "reaction": "rash", "source": "the patient"},
    Kind.MEDICINE: {
        "name": "inventostatin", "taken_as": "one in the evening", "source": "own list",
        **day("as_of", "1", "9", "2026"),
    },
    Kind.CONTACT: {
        "kind": "support person", "name": "Ingrid Sample", "phone": "555-0143",
        "may_contact": "yes",
    },
    Kind.DECISION: {
        **day("decided_on", "1", "9", "2026"), "options": "to stay; to reduce",
        "wants": "to sleep", "present": "the patient", "agreement": "agreed",
    },
    Kind.SUPPORT: {"kind": "CBT-I", **day("offered_on", "1", "9", "2026"), "accepted": "no"},
    Kind.REVERSAL: {"offered": "yes", "supplied": "yes", **day("keep_until", "1", "9", "2028")},
    Kind.RESULT: {
        "kind": "laboratory", "name": "sample marker", "value": "<0.5", "unit": "units",
        **day("dated", "1", "9", "2026"), **day("next_on", "1", "12", "2026"),
    },
    Kind.REVIEW: {**day("held_on", "1", "9", "2026"), **day("next_on", "15", "12", "2026")},
    Kind.CONSENT: {
        "may_tell": "this clinic", "whom": "Ingrid Sample", "what": "dates of visits",
        "purpose": "bringing him", **day("since", "1", "9", "2026"),
        "until_event": "the end of the plan", "how_withdrawn": "by word",
        "how_signed": "on paper",
    },
}  # fmt: skip


def new(patient: Patient, kind: Kind) -> str:
    return reverse("patients:record", args=[patient.pk, kind])


def over(patient: Patient, kind: Kind, row: Any, name: str = "correct") -> str:
    return reverse(f"patients:{name}", args=[patient.pk, kind, row.pk])


def intake(client: doors.Client, patient: Patient) -> str:
    return text(client.get(reverse("patients:intake", args=[patient.pk])))


@pytest.mark.parametrize("kind", Kind)
def test_each_form_types_what_its_table_keeps(kind: Kind, clare: User, otto: Patient) -> None:
    form = RECORD_FORMS[kind](user=clare, patient=otto, today=date(2026, 11, 24))

    assert form.typed == RECORDED[kind].typed


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_form_has_nothing_chosen_and_writes_nothing(
    theo_client: doors.Client, otto: Patient, kind: Kind
) -> None:
    fields = fields_of(theo_client.get(new(otto, kind)))
    response = theo_client.post(new(otto, kind), fields)

    assert {name for name, value in fields.items() if value} == {"csrfmiddlewaretoken", "token"}
    assert "to mend before this is saved" in text(response)
    assert not RECORDED[kind]._default_manager.exists()


@pytest.mark.parametrize("kind", Kind)
def test_what_is_typed_is_written_down_once_and_read_on_the_intake(
    theo_client: doors.Client, theo: User, otto: Patient, kind: Kind
) -> None:
    fields = {**fields_of(theo_client.get(new(otto, kind))), **TYPED[kind]}

    answers = [theo_client.post(new(otto, kind), fields).status_code for _time in range(8)]

    row = RECORDED[kind]._default_manager.get()
    assert answers == [302] * 8
    assert row.recorded_by == theo
    assert AuditEvent.objects.filter(verb="recorded").count() == 1
    words = intake(theo_client, otto)
    for name, typed in TYPED[kind].items():
        if not name[-1].isdigit() and name not in ("kind", "accepted", "agreement", "may_contact"):
            assert typed.replace("<", "&lt;") in words, name


@pytest.mark.parametrize("kind", Kind)
def test_a_form_sent_again_with_other_content_shows_both_and_changes_nothing(
    clare_client: doors.Client, otto: Patient, kind: Kind
) -> None:
    fields = {**fields_of(clare_client.get(new(otto, kind))), **TYPED[kind]}
    clare_client.post(new(otto, kind), fields)
    name = next(n for n in TYPED[kind] if not n[-1].isdigit()) if kind is not Kind.REVIEW else ""
    other = (
        {"held_on_0": "2"}
        if kind is Kind.REVIEW
        else {"accepted": "yes"}
        if kind is Kind.SUPPORT
        else {"supplied": "no"}
        if kind is Kind.REVERSAL
        else {"name": "something else"}
        if "name" in TYPED[kind]
        else {name: "something else"}
    )

    response = clare_client.post(new(otto, kind), {**fields, **other})

    assert "Another version stands already" in text(response)
    assert RECORDED[kind]._default_manager.count() == 1


@pytest.mark.parametrize("kind", Kind)
def test_a_correction_counts_and_what_stood_before_stays_readable(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient, kind: Kind
) -> None:
    send(theo_client, new(otto, kind), **TYPED[kind])
    row = RECORDED[kind]._default_manager.get()
    page = clare_client.get(over(otto, kind, row))

    typed = {**fields_of(page), **TYPED[kind], "why": "misheard"}
    change = {"held_on_0": "2"} if kind is Kind.REVIEW else {}
    for name in ("reaction", "taken_as", "relation", "wants", "detail", "shown_to", "unit",
                 "how_signed"):  # fmt: skip
        if name in RECORDED[kind].typed:
            change[name] = "as corrected"
    response = clare_client.post(over(otto, kind, row), {**typed, **change})

    assert response.status_code == 302
    assert RECORDED[kind]._default_manager.standing().count() == 1
    history = text(clare_client.get(reverse("patients:history", args=[otto.pk])))
    assert "by Clare Exampleton: misheard" in history
    assert AuditEvent.objects.filter(verb="corrected").count() == 1


@pytest.mark.parametrize("kind", Kind)
def test_what_is_struck_out_counts_no_longer_and_stays_readable(
    clare_client: doors.Client, otto: Patient, kind: Kind
) -> None:
    row = a_row(kind, otto)
    url = over(otto, kind, row, "strike")
    fields = fields_of(clare_client.get(url))

    bare = clare_client.post(url, fields)
    assert "Reason" in text(bare)
    assert RECORDED[kind]._default_manager.standing().count() == 1

    answers = [
        clare_client.post(url, {**fields, "why": "of another patient"}).status_code
        for _time in range(8)
    ]

    assert answers == [302] * 8
    assert RECORDED[kind]._default_manager.standing().count() == 0
    history = text(clare_client.get(reverse("patients:history", args=[otto.pk])))
    assert "Struck out" in history
    assert "of another patient" in history
    assert AuditEvent.objects.filter(verb="struck out").count() == 1


# --- Two at once ----------------------------------------------------------------------------


def test_two_who_correct_the_same_row_are_shown_both_and_lose_neither(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient
) -> None:
    row = AllergyFactory(patient=otto)
    clares = fields_of(clare_client.get(over(otto, Kind.ALLERGY, row)))
    send(theo_client, over(otto, Kind.ALLERGY, row), reaction="swelling")

    response = clare_client.post(
        over(otto, Kind.ALLERGY, row), {**clares, "reaction": "rash on the arms"}
    )

    words = text(response)
    assert "Another version stands already" in words
    assert "swelling" in words
    assert "rash on the arms" in words
    action, fields = form_of(response)
    stands = Allergy.objects.standing().get()
    assert action == over(otto, Kind.ALLERGY, stands)
    undecided = clare_client.post(action, fields)
    assert "Choose for each line" in text(undecided)
    clare_client.post(action, {**fields, "keep-reaction": "yours"})
    assert Allergy.objects.standing().get().reaction == "rash on the arms"
    assert Allergy.objects.count() == 3


def test_keeping_theirs_writes_nothing_of_mine(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient
) -> None:
    row = AllergyFactory(patient=otto)
    clares = fields_of(clare_client.get(over(otto, Kind.ALLERGY, row)))
    send(theo_client, over(otto, Kind.ALLERGY, row), reaction="swelling")
    response = clare_client.post(
        over(otto, Kind.ALLERGY, row), {**clares, "reaction": "rash on the arms"}
    )
    action, fields = form_of(response)

    clare_client.post(action, {**fields, "keep-reaction": "theirs"})

    assert Allergy.objects.standing().get().reaction == "swelling"
    assert Allergy.objects.count() == 2


def test_a_correction_of_what_was_struck_out_meanwhile_may_be_added_anew(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient
) -> None:
    row = AllergyFactory(patient=otto)
    clares = fields_of(clare_client.get(over(otto, Kind.ALLERGY, row)))
    send(theo_client, over(otto, Kind.ALLERGY, row, "strike"), why="not an allergy")

    response = clare_client.post(
        over(otto, Kind.ALLERGY, row), {**clares, "reaction": "rash on the arms"}
    )

    assert "It was struck out meanwhile" in text(response)
    action, fields = form_of(response)
    assert action == new(otto, Kind.ALLERGY)
    assert clare_client.post(action, fields).status_code == 302
    assert Allergy.objects.standing().get().reaction == "rash on the arms"


def test_what_was_corrected_meanwhile_is_not_struck_out_unseen(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient
) -> None:
    row = AllergyFactory(patient=otto)
    url = over(otto, Kind.ALLERGY, row, "strike")
    clares = fields_of(clare_client.get(url))
    send(theo_client, over(otto, Kind.ALLERGY, row), reaction="swelling")

    clare_client.post(url, {**clares, "why": "not an allergy"})

    assert Allergy.objects.standing().get().reaction == "swelling"
    assert clare_client.get(url).status_code == 302
    assert clare_client.get(over(otto, Kind.ALLERGY, row)).status_code == 302


def test_saving_a_correction_unchanged_writes_nothing(
    clare_client: doors.Client, otto: Patient
) -> None:
    row = AllergyFactory(patient=otto)

    assert send(clare_client, over(otto, Kind.ALLERGY, row)).status_code == 302

    assert Allergy.objects.get() == row


def test_a_row_of_another_patient_is_not_reached_through_this_one(
    clare_client: doors.Client, otto: Patient, clinic: Clinic
) -> None:
    row = AllergyFactory(patient=PatientFactory(clinic=clinic))

    for name in ("correct", "strike"):
        assert clare_client.get(over(otto, Kind.ALLERGY, row, name)).status_code == 404
        assert clare_client.post(over(otto, Kind.ALLERGY, row, name)).status_code == 404
    assert clare_client.get(over(otto, Kind.RESULT, row)).status_code == 404


def test_a_form_given_for_one_patient_is_not_taken_for_another(
    clare_client: doors.Client, otto: Patient, clinic: Clinic
) -> None:
    zoe = PatientFactory(clinic=clinic, zoe=True)
    fields = {**fields_of(clare_client.get(new(otto, Kind.ALLERGY))), **TYPED[Kind.ALLERGY]}

    response = clare_client.post(new(zoe, Kind.ALLERGY), fields)

    assert "Open it again." in text(response)
    assert not Allergy.objects.exists()


def test_save_and_add_another_opens_the_next_empty_form(
    clare_client: doors.Client, otto: Patient
) -> None:
    response = send(clare_client, new(otto, Kind.ALLERGY), **TYPED[Kind.ALLERGY], another="1")

    assert response.headers["Location"] == new(otto, Kind.ALLERGY)


# --- Allergies ------------------------------------------------------------------------


def no_allergies(client: doors.Client, patient: Patient) -> None:
    client.post(reverse("patients:no-allergies", args=[patient.pk]))
    patient.refresh_from_db()


def test_allergies_are_not_asked_none_known_or_a_list(
    clare_client: doors.Client, clinic: Clinic
) -> None:
    zoe = PatientFactory(clinic=clinic, zoe=True)
    assert "Allergies not asked" in intake(clare_client, zoe)

    no_allergies(clare_client, zoe)
    assert zoe.allergies_status == "none known"
    assert "Allergies none known" in intake(clare_client, zoe)

    send(clare_client, new(zoe, Kind.ALLERGY), **TYPED[Kind.ALLERGY])
    zoe.refresh_from_db()
    assert zoe.allergies_status == "listed"
    assert "Allergies examplamycin" in intake(clare_client, zoe)


def test_none_known_is_refused_while_an_allergy_is_listed(
    clare_client: doors.Client, otto: Patient
) -> None:
    send(clare_client, new(otto, Kind.ALLERGY), **TYPED[Kind.ALLERGY])

    no_allergies(clare_client, otto)

    assert otto.allergies_status == "listed"


def test_striking_out_the_last_allergy_asks_again(
    clare_client: doors.Client, otto: Patient
) -> None:
    send(clare_client, new(otto, Kind.ALLERGY), **TYPED[Kind.ALLERGY])
    row = Allergy.objects.get()
    send(clare_client, over(otto, Kind.ALLERGY, row, "strike"), why="not an allergy")

    otto.refresh_from_db()
    assert otto.allergies_status == "not asked"


def test_none_known_said_twice_is_said_once(clare_client: doors.Client, clinic: Clinic) -> None:
    zoe = PatientFactory(clinic=clinic, zoe=True)

    no_allergies(clare_client, zoe)
    no_allergies(clare_client, zoe)

    assert AuditEvent.objects.filter(verb="recorded").count() == 1
    assert zoe.revision == 2


# --- Consent ----------------------------------------------------------------------------


def test_a_consent_is_withdrawn_by_a_row_and_stays_readable(
    clare_client: doors.Client, otto: Patient
) -> None:
    consent = ConsentFactory(patient=otto)
    url = reverse("patients:withdraw-consent", args=[otto.pk, consent.pk])
    fields = {
        **fields_of(clare_client.get(url)),
        **day("withdrawn_on", "20", "11", "2026"),
        "how": "by phone, to Theo",
    }

    answers = [clare_client.post(url, fields).status_code for _time in range(8)]
    other = clare_client.post(url, {**fields, "how": "by letter"})

    assert answers == [302] * 8
    assert ConsentWithdrawal.objects.get().how == "by phone, to Theo"
    assert "withdrawn already" in text(other)
    assert "Withdrawn 20 Nov 2026: by phone, to Theo" in intake(clare_client, otto).replace(
        "\xa0", " "
    )


def test_a_consent_of_another_patient_is_not_reached_through_this_one(
    clare_client: doors.Client, otto: Patient, clinic: Clinic
) -> None:
    consent = ConsentFactory(patient=PatientFactory(clinic=clinic))
    url = reverse("patients:withdraw-consent", args=[otto.pk, consent.pk])

    assert clare_client.get(url).status_code == 404
    assert clare_client.post(url, {"how": "x"}).status_code == 404


# --- Findings of the forms ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        (Kind.DECISION, {"agreement": "not agreed"}, "Not agreed: type why."),
        (Kind.DECISION, day("decided_on", "1", "1", "2090"), "1 Jan 2090 is still to come."),
        (Kind.RESULT, day("next_on", "1", "1", "2020"), "1 Jan 2020 is not after 1 Sep 2026."),
        (Kind.REVIEW, day("next_on", "1", "9", "2026"), "1 Sep 2026 is not after 1 Sep 2026."),
        (
            Kind.REVIEW,
            {**day("held_on", "", "", ""), **day("next_on", "", "", "")},
            "Type the day it was held, or the day of the next one.",
        ),
        (Kind.CONSENT, {"until_event": ""}, "Type the last day, or what ends it."),
        (Kind.CONSENT, day("until", "1", "1", "2020"), "1 Jan 2020 is not after 1 Sep 2026."),
        (Kind.CONTACT, {"phone": "55-O1"}, "55-O1 is not a phone number."),
        (Kind.MEDICINE, day("as_of", "29", "2", "2025"), "29 2 2025 does not exist."),
    ],
)
def test_what_makes_no_sense_is_said_and_kept(
    clare_client: doors.Client, otto: Patient, kind: Kind, typed: dict[str, str], sentence: str
) -> None:
    response = send(clare_client, new(otto, kind), **{**TYPED[kind], **typed})

    assert sentence in text(response).replace("\xa0", " ")
    fields = fields_of(response)
    for name, value in {**TYPED[kind], **typed}.items():
        assert fields.get(name, "") == value
    assert not RECORDED[kind]._default_manager.exists()


def test_nothing_is_written_down_on_a_record_that_is_joined_to_another(
    clare: User, otto: Patient, clinic: Clinic
) -> None:
    away = PatientFactory(clinic=clinic, joined_to=otto)

    with pytest.raises(NotDoneError, match="joined to another one"):
        actions.record_no_allergies(patient=away, now=NOW, by=clare)
