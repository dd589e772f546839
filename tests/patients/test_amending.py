from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from patients import actions
from patients.models import Patient
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import DiffersError
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.factories import PatientFactory
from tests.patients.sending import day, fields_of, form_of, send, text

NOW = datetime(2026, 11, 24, 8, 49, tzinfo=UTC)


def page(patient: Patient, part: str = "contact") -> str:
    return reverse("patients:amend", args=[patient.pk, part])


def test_amending_changes_what_was_typed_and_keeps_what_stood_before(
    theo_client: doors.Client, theo: User, otto: Patient
) -> None:
    response = send(theo_client, page(otto), phone="555-0150", may_message="no", why="he moved")

    otto.refresh_from_db()
    assert response.status_code == 302
    assert (otto.phone, otto.phone_search, otto.may_message) == ("555-0150", "5550150", "no")
    history = text(theo_client.get(reverse("patients:history", args=[otto.pk])))
    assert "Phone: 555-0142 to 555-0150" in history
    assert "Amended : he moved" in history
    assert "Theo Mocksen" in history
    event = AuditEvent.objects.get(verb="amended")
    assert event.detail == '{"fields": "2"}'


def test_a_name_amended_is_found_by_its_new_name(clare_client: doors.Client, otto: Patient) -> None:
    send(clare_client, page(otto, "names"), family_name="Beispiel")

    found = clare_client.post(reverse("patients:list"), {"q": "beispiel"}, follow=True)
    assert "BEISPIEL, Otto" in text(found)
    assert "SAMPLE" not in text(
        clare_client.post(reverse("patients:list"), {"q": "sample"}, follow=True)
    )


def test_saving_unchanged_leaves_no_trace(clare_client: doors.Client, otto: Patient) -> None:
    response = send(clare_client, page(otto, "names"))

    otto.refresh_from_db()
    assert response.status_code == 302
    assert otto.revision == 1
    assert not AuditEvent.objects.filter(verb="amended").exists()


def test_the_same_amendment_sent_eight_times_is_one(
    clare_client: doors.Client, otto: Patient
) -> None:
    fields = {**fields_of(clare_client.get(page(otto))), "phone": "555-0150"}

    answers = [clare_client.post(page(otto), fields).status_code for _time in range(8)]

    otto.refresh_from_db()
    assert answers == [302] * 8
    assert otto.revision == 2
    assert AuditEvent.objects.filter(verb="amended").count() == 1


# --- Somebody else saved first --------------------------------------------------------------


def test_two_who_amend_different_things_both_get_their_way(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient
) -> None:
    clares = fields_of(clare_client.get(page(otto)))
    send(theo_client, page(otto), phone="555-0150")

    response = clare_client.post(page(otto), {**clares, "who_may_answer": "his sister"})

    otto.refresh_from_db()
    assert response.status_code == 302
    assert (otto.phone, otto.who_may_answer) == ("555-0150", "his sister")


def test_two_who_amend_the_same_thing_are_shown_both_and_lose_neither(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient
) -> None:
    clares = fields_of(clare_client.get(page(otto)))
    send(theo_client, page(otto), phone="555-0150", who_may_answer="nobody")

    response = clare_client.post(page(otto), {**clares, "phone": "555-0160"})

    otto.refresh_from_db()
    assert otto.phone == "555-0150"
    words = text(response)
    assert "Somebody else saved first" in words
    assert "Theo Mocksen" in words
    assert "555-0150" in words
    assert "555-0160" in words
    fields = fields_of(response)
    assert fields["phone"] == "555-0160"
    assert not any(name.startswith("keep-") for name in fields)

    undecided = clare_client.post(page(otto), fields)
    assert "Choose for each line whose version counts." in text(undecided)

    decided = {**fields, "keep-phone": "yours", "keep-who_may_answer": "theirs"}
    assert clare_client.post(page(otto), decided).status_code == 302
    otto.refresh_from_db()
    assert (otto.phone, otto.who_may_answer) == ("555-0160", "nobody")


def test_choosing_theirs_leaves_theirs(
    clare_client: doors.Client, theo_client: doors.Client, otto: Patient
) -> None:
    clares = fields_of(clare_client.get(page(otto)))
    send(theo_client, page(otto), phone="555-0150")
    response = clare_client.post(page(otto), {**clares, "phone": "555-0160"})

    clare_client.post(page(otto), {**fields_of(response), "keep-phone": "theirs"})

    otto.refresh_from_db()
    assert otto.phone == "555-0150"


def test_a_revision_that_never_was_shows_both(clare: User, otto: Patient) -> None:
    with pytest.raises(DiffersError) as differs:
        actions.amend(patient=otto, revision=99, changes={"phone": "555-0160"}, now=NOW, by=clare)

    assert [one.field for one in differs.value.differences] == ["phone"]


def test_only_particulars_are_amended_here(clare: User, otto: Patient) -> None:
    for field in ("clinic", "clinic_id", "revision", "died_on", "joined_to", "registered_by"):
        with pytest.raises(ValueError, match="not amendable"):
            actions.amend(patient=otto, revision=1, changes={field: None}, now=NOW, by=clare)


def test_a_field_that_the_form_does_not_have_is_not_taken(
    clare_client: doors.Client, otto: Patient, other_clinic: Clinic
) -> None:
    send(
        clare_client, page(otto), phone="555-0150",
        clinic=str(other_clinic.pk), died_on="2026-01-01", family_name="Elsewhere",
    )  # fmt: skip

    otto.refresh_from_db()
    assert (otto.clinic_id != other_clinic.pk, otto.died_on) == (True, None)
    assert otto.family_name == "Sample"


# --- Record numbers -------------------------------------------------------------------------


def test_a_second_number_is_added_and_found(clare_client: doors.Client, otto: Patient) -> None:
    response = send(
        clare_client,
        reverse("patients:add-number", args=[otto.pk]),
        number="77 88-9",
        issuer="Eastfield Test Clinic",
    )

    assert response.status_code == 302
    assert "SAMPLE" in text(
        clare_client.post(reverse("patients:list"), {"q": "77889"}, follow=True)
    )
    banner = text(clare_client.get(reverse("patients:intake", args=[otto.pk])))
    assert "DEMO 0042 17, 77 88-9 (Eastfield Test Clinic)" in banner.replace("\xa0", " ")


def test_a_number_of_somebody_else_is_refused_and_names_them(
    clare_client: doors.Client, otto: Patient, clinic: Clinic
) -> None:
    zoe = PatientFactory(clinic=clinic, zoe=True)

    response = send(
        clare_client, reverse("patients:add-number", args=[zoe.pk]), number="DEMO 0042 17"
    )

    assert "already belongs to SAMPLE, Otto" in text(response)
    assert not zoe.numbers.exists()


def test_the_same_number_sent_eight_times_is_one(clare_client: doors.Client, otto: Patient) -> None:
    url = reverse("patients:add-number", args=[otto.pk])
    fields = {**fields_of(clare_client.get(url)), "number": "77"}

    answers = [clare_client.post(url, fields).status_code for _time in range(8)]
    differing = clare_client.post(url, {**fields, "number": "78"})

    assert answers == [302] * 8
    assert otto.numbers.count() == 2
    assert "sent before, with the number 77" in text(differing)


def test_a_number_typed_in_error_is_withdrawn_and_may_be_given_to_another(
    clare_client: doors.Client, otto: Patient, clinic: Clinic
) -> None:
    number = otto.numbers.get()
    url = reverse("patients:withdraw-number", args=[otto.pk, number.pk])

    assert send(clare_client, url, why="typed on the wrong record").status_code == 302
    assert send(clare_client, url, why="again").status_code == 302

    number.refresh_from_db()
    assert number.withdrawn_why == "typed on the wrong record"
    assert "SAMPLE" not in text(
        clare_client.post(reverse("patients:list"), {"q": "DEMO 0042"}, follow=True)
    )
    intake = text(clare_client.get(reverse("patients:intake", args=[otto.pk])))
    assert "typed on the wrong record" in intake
    zoe = PatientFactory(clinic=clinic, zoe=True)
    send(clare_client, reverse("patients:add-number", args=[zoe.pk]), number="DEMO 0042 17")
    assert zoe.numbers.get().number == "DEMO 0042 17"


def test_a_birth_date_after_the_death_is_refused_in_words(
    clare_client: doors.Client, clinic: Clinic
) -> None:
    patient = PatientFactory(clinic=clinic, died=True, born=date(1950, 1, 1))

    response = send(clare_client, page(patient, "names"), **day("born", "1", "11", "2026"))

    assert response.status_code == 200
    assert "after the day of death" in text(response)


def test_the_form_of_one_page_is_sent_to_that_page(
    clare_client: doors.Client, otto: Patient
) -> None:
    assert form_of(clare_client.get(page(otto)))[0] in ("", page(otto))
