from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from patients.models import Patient
from taperplan.audit.models import AuditEvent
from tests import doors
from tests.patients.sending import day, fields_of, send, text


def page(patient: Patient, name: str) -> str:
    return reverse(f"patients:{name}", args=[patient.pk])


def test_a_death_has_its_day_and_who_told_us_and_ends_the_due_lists(
    theo_client: doors.Client, otto: Patient
) -> None:
    fields = {
        **fields_of(theo_client.get(page(otto, "died"))),
        **day("died_on", "20", "11", "2026"),
        "told_by": "Ingrid Sample, sister, by phone",
    }

    answers = [theo_client.post(page(otto, "died"), fields).status_code for _time in range(8)]

    otto.refresh_from_db()
    assert answers == [302] * 8
    assert (otto.died_on, otto.died_told_by) == (
        date(2026, 11, 20),
        "Ingrid Sample, sister, by phone",
    )
    assert not Patient.objects.under_care().exists()
    assert AuditEvent.objects.filter(verb="marked as died").count() == 1
    words = text(theo_client.get(reverse("patients:history", args=[otto.pk])))
    assert "Died on: not recorded to Fri 20 Nov 2026" in words.replace("\xa0", " ")


def test_another_day_of_death_is_not_written_over_the_first(
    theo_client: doors.Client, otto: Patient
) -> None:
    send(theo_client, page(otto, "died"), **day("died_on", "20", "11", "2026"), told_by="a sister")

    response = send(
        theo_client, page(otto, "died"), **day("died_on", "19", "11", "2026"), told_by="a sister"
    )

    assert "It is marked already: Died 20 Nov 2026" in text(response).replace("\xa0", " ")
    otto.refresh_from_db()
    assert otto.died_on == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (day("died_on", "", "", ""), "Died on"),
        (day("died_on", "1", "1", "1950"), "before the date of birth, 21 Nov 1956"),
        (day("died_on", "1", "1", "2199"), "1 Jan 2199 is still to come"),
        ({"told_by": ""}, "Who told us"),
    ],
)
def test_a_death_without_a_sound_day_and_source_is_refused_in_words(
    theo_client: doors.Client, otto: Patient, typed: dict[str, str], sentence: str
) -> None:
    sound = {**day("died_on", "20", "11", "2026"), "told_by": "a sister"}

    response = send(theo_client, page(otto, "died"), **{**sound, **typed})

    assert sentence in text(response).replace("\xa0", " ")
    otto.refresh_from_db()
    assert otto.died_on is None


def test_a_transfer_names_who_accepted_and_when(clare_client: doors.Client, otto: Patient) -> None:
    typed = {**day("accepted_on", "20", "11", "2026"), "told_by": "their letter"}
    refused = send(clare_client, page(otto, "transferred"), **typed)
    assert "Who takes the patient over" in text(refused)
    assert Patient.objects.under_care().exists()

    response = send(
        clare_client, page(otto, "transferred"), **typed, receiver="Eastfield Test Clinic"
    )
    again = send(clare_client, page(otto, "transferred"), **typed, receiver="Westfield")

    otto.refresh_from_db()
    assert response.status_code == 302
    assert otto.transferred_to == "Eastfield Test Clinic"
    assert "It is marked already" in text(again)
    assert not Patient.objects.under_care().exists()


def test_a_mark_is_taken_back_with_a_reason_that_stays(
    clare_client: doors.Client, otto: Patient
) -> None:
    send(clare_client, page(otto, "died"), **day("died_on", "20", "11", "2026"), told_by="a sister")

    bare = send(clare_client, page(otto, "take-back"))
    assert "Reason" in text(bare)
    assert send(clare_client, page(otto, "take-back"), why="another Otto Sample").status_code == 302
    assert send(clare_client, page(otto, "take-back"), why="twice").status_code == 302

    otto.refresh_from_db()
    assert otto.under_care
    assert "another Otto Sample" in text(clare_client.get(page(otto, "history")))
    assert AuditEvent.objects.filter(verb="mark taken back").count() == 1
