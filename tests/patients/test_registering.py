from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse

from patients import actions
from patients.identity import Identity
from patients.models import Patient, RecordNumber
from taperplan import tokens
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.factories import PatientFactory, RecordNumberFactory
from tests.patients.sending import day, fields_of, send, text

REGISTER = reverse("patients:register")
NOW = datetime(2026, 11, 24, 8, 49, tzinfo=UTC)
ZOE = {
    "family_name": "O'Brien-Beispiel",
    "given_names": "Zoë",
    **day("born", "8", "7", "1990"),
    "phone": "555-0139",
    "number": "DEMO 0039 02",
}


def test_registering_keeps_what_was_typed_and_opens_the_intake(
    clare_client: doors.Client, clare: User
) -> None:
    response = send(clare_client, REGISTER, **ZOE, sex="female", language="English")

    patient = Patient.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == f"/patients/{patient.pk}/intake/"
    assert (patient.family_name, patient.given_names) == ("O'Brien-Beispiel", "Zoë")
    assert (patient.born, patient.phone, patient.sex) == (date(1990, 7, 8), "555-0139", "female")
    assert patient.registered_by == clare
    assert patient.numbers.get().number == "DEMO 0039 02"
    assert patient.history.get().history_user == clare


def test_registering_leaves_a_row_in_the_trail_without_a_name(
    clare_client: doors.Client,
) -> None:
    send(clare_client, REGISTER, **ZOE)

    patient = Patient.objects.get()
    event = AuditEvent.objects.get(verb="registered")
    assert event.patient == f"patient:{patient.pk}"
    assert "Zo" not in event.detail + event.target
    assert "Brien" not in event.detail + event.target


def test_the_form_has_nothing_typed_and_nothing_chosen_beforehand(
    clare_client: doors.Client,
) -> None:
    fields = fields_of(clare_client.get(REGISTER))

    assert {name for name, value in fields.items() if value} == {"csrfmiddlewaretoken", "token"}


def test_a_clinic_that_is_not_open_registers_nobody(
    sam_client: doors.Client, other_clinic: Clinic, sam: User
) -> None:
    page = sam_client.get(REGISTER)
    fields = {**ZOE, "token": tokens.issue(sam, "patients.register")}
    response = sam_client.post(REGISTER, fields)

    assert "not open for patients yet" in text(page)
    assert "not open for patients yet" in text(response)
    assert not Patient.objects.exists()


# --- The same form more than once ---------------------------------------------------------


def test_the_same_form_sent_eight_times_registers_one_patient(
    clare_client: doors.Client,
) -> None:
    fields = {**fields_of(clare_client.get(REGISTER)), **ZOE}

    answers = [clare_client.post(REGISTER, fields) for _time in range(8)]

    patient = Patient.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/patients/{patient.pk}/intake/"}
    assert RecordNumber.objects.count() == 1
    assert AuditEvent.objects.filter(verb="registered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_eight_times_at_once_registers_one_patient(
    clinic: Clinic, clare: User
) -> None:
    client = doors.signed_in(clare)
    fields = {**fields_of(client.get(REGISTER)), **ZOE}
    # Signed in beforehand: a thread that waits at the barrier holds no connection.
    clients = [doors.signed_in(clare) for _time in range(8)]
    answers: list[int] = []
    start = Barrier(8, timeout=60)

    def post(own: doors.Client) -> None:
        start.wait()
        try:
            answers.append(own.post(REGISTER, fields).status_code)
        finally:
            connection.close()

    threads = [Thread(target=post, args=[own]) for own in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [302] * 8
    assert Patient.objects.count() == 1
    assert AuditEvent.objects.filter(verb="registered").count() == 1


def test_a_form_sent_again_with_other_content_shows_both_and_changes_nothing(
    clare_client: doors.Client,
) -> None:
    fields = {**fields_of(clare_client.get(REGISTER)), **ZOE}
    clare_client.post(REGISTER, fields)

    response = clare_client.post(REGISTER, {**fields, "given_names": "Zora", "number": "DEMO 9"})

    assert "sent before" in text(response)
    assert "Given names Zoë Zora" in text(response)
    assert "DEMO 0039 02 DEMO 9" in text(response).replace("\xa0", " ")
    assert fields_of(response)["given_names"] == "Zora"
    assert fields_of(response)["token"] != fields["token"]
    assert Patient.objects.get().given_names == "Zoë"


def test_a_form_sent_again_after_an_amendment_is_still_the_same_form(
    clare_client: doors.Client, clare: User
) -> None:
    fields = {**fields_of(clare_client.get(REGISTER)), **ZOE}
    clare_client.post(REGISTER, fields)
    patient = Patient.objects.get()
    actions.amend(patient=patient, revision=1, changes={"phone": "555-0100"}, now=NOW, by=clare)

    response = clare_client.post(REGISTER, fields)

    assert response.status_code == 302
    assert Patient.objects.get().phone == "555-0100"


@pytest.mark.parametrize("token", ["", "forged", "a:b:c"])
def test_a_form_without_its_own_token_registers_nobody(
    clare_client: doors.Client, token: str
) -> None:
    response = clare_client.post(REGISTER, {**ZOE, "token": token})

    assert "Open it again." in text(response)
    assert not Patient.objects.exists()


def test_another_persons_token_is_refused(clare_client: doors.Client, theo: User) -> None:
    fields = {**ZOE, "token": tokens.issue(theo, "patients.register")}

    assert "Open it again." in text(clare_client.post(REGISTER, fields))
    assert not Patient.objects.exists()


# --- Possible duplicates ----------------------------------------------------------------


def test_a_record_number_that_is_taken_names_its_holder_and_keeps_everything_typed(
    clare_client: doors.Client, otto: Patient
) -> None:
    response = send(clare_client, REGISTER, **{**ZOE, "number": "demo-0042 17"})

    assert "demo-0042 17 already belongs to SAMPLE, Otto, born 21 Nov 1956" in text(
        response
    ).replace("\xa0", " ")
    assert f'href="/patients/{otto.pk}/' in response.content.decode()
    fields = fields_of(response)
    assert fields["family_name"] == "O'Brien-Beispiel"
    assert fields["number"] == "demo-0042 17"
    assert (fields["born_0"], fields["born_1"], fields["born_2"]) == ("8", "7", "1990")
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"family_name": "Sampel", "given_names": "Ottilie"},
        {"family_name": "SAMPLE", "given_names": "Karl"},
        {"family_name": "Otto", "given_names": "Sample"},
        {
            "family_name": "Sample",
            "given_names": "Otto",
            **day("born", "21", "11", "1965"),
        },
        {
            "family_name": "Elsewhere",
            "given_names": "Ida",
            **day("born", "1", "1", "2000"),
            "phone": "+49 555 0142",
        },
        {
            "family_name": "Elsewhere",
            "given_names": "Ida",
            **day("born", "1", "1", "2000"),
            "number": "DEMO 0042 17",
            "issuer": "Eastfield",
        },
    ],
    ids=["misspelt", "same family name", "swapped", "year typed wrong", "phone", "number"],
)
def test_who_may_be_the_same_person_is_shown_before_registering(
    clare_client: doors.Client, otto: Patient, typed: dict[str, str]
) -> None:
    typed = {**day("born", "21", "11", "1956"), **typed}

    response = send(clare_client, REGISTER, **typed)

    assert "1 record may be of the same person" in text(response)
    assert "SAMPLE, Otto" in text(response)
    assert Patient.objects.count() == 1

    again = {**fields_of(response), "another": "on"}
    assert clare_client.post(REGISTER, again).status_code == 302
    assert Patient.objects.count() == 2


def test_whoever_shares_nothing_with_anybody_is_registered_at_once(
    clare_client: doors.Client, otto: Patient
) -> None:
    assert send(clare_client, REGISTER, **ZOE).status_code == 302


def test_sending_again_without_saying_that_it_is_another_person_registers_nobody(
    clare_client: doors.Client, otto: Patient
) -> None:
    typed = {**ZOE, "family_name": "Sample", "given_names": "Otto"}
    first = send(clare_client, REGISTER, **typed)

    response = clare_client.post(REGISTER, fields_of(first))

    assert "If it is not, tick this." in text(response)
    assert Patient.objects.count() == 1


def test_a_duplicate_that_came_meanwhile_is_shown_too(
    clare_client: doors.Client, otto: Patient, clinic: Clinic
) -> None:
    typed = {**ZOE, "family_name": "Sample", "given_names": "Otto"}
    first = send(clare_client, REGISTER, **typed)
    PatientFactory(clinic=clinic, zoe=True)

    response = clare_client.post(REGISTER, {**fields_of(first), "another": "on"})

    assert "2 records may be of the same person" in text(response)
    assert Patient.objects.count() == 2


def test_another_clinics_patients_are_no_duplicates(
    clare_client: doors.Client, other_clinic: Clinic
) -> None:
    theirs = PatientFactory(clinic=other_clinic, otto=True)
    RecordNumberFactory(patient=theirs, number="DEMO 0039 02")

    typed = {**ZOE, "family_name": "Sample", "given_names": "Otto"}
    response = send(clare_client, REGISTER, **{**typed, **day("born", "21", "11", "1956")})

    assert response.status_code == 302


def test_two_registrations_with_one_number_make_one_patient(
    clinic: Clinic, clare: User, otto: Patient
) -> None:
    identity = Identity("Elsewhere", "Ida", date(2000, 1, 1))

    with pytest.raises(actions.NumberTakenError) as taken:
        actions.register(
            clinic=clinic,
            token=tokens.read(tokens.issue(clare, "x"), clare, "x"),
            identity=identity,
            numbers=[("", "DEMO004217")],
            now=NOW,
            by=clare,
        )

    assert taken.value.holder == otto
    assert Patient.objects.count() == 1
