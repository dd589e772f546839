"""The protocol owner reads our fixed words whole and confirms these very words by name."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from plans.actions.patient_text import confirm_text_set, withdraw_text_set
from plans.models import ConfirmedTextSet
from plans.presenters.patient_text import confirmed_for
from plans.rules.patient_texts import SetKey, text_sets
from plans.rules.schedule_words import DrugClass
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
PAGE = reverse("plans:patient-texts")
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
OPIOID = next(one for one in text_sets() if one.key is SetKey.OPIOID)


def confirm_at(key: str) -> str:
    return reverse("plans:confirm-patient-text", kwargs={"key": key})


def test_the_exact_words_stand_on_the_page_and_say_that_they_are_not_printed(
    clare_client: Client,
) -> None:
    shown = html.unescape(clare_client.get(PAGE).content.decode())
    for one in text_sets():
        for sentence in one.sentences:
            assert sentence in shown
    assert shown.count("Not confirmed, not printed.") == len(text_sets())


def test_the_protocol_owner_s_name_stands_under_what_she_confirmed(
    clare_client: Client, clinic: Clinic, clare: User
) -> None:
    sent = clare_client.post(confirm_at("opioid"), {"digest": OPIOID.digest}, follow=True)
    assert "Confirmed: Opioid." in sent.content.decode()
    assert "confirmed by Clare Exampleton" in sent.content.decode()
    row = ConfirmedTextSet.objects.get()
    assert (row.clinic, row.key, row.version) == (clinic, "opioid", 1)
    assert (row.digest, row.confirmed_by) == (OPIOID.digest, clare)
    assert row.words.split("\n") == list(OPIOID.sentences)
    event = AuditEvent.objects.latest("pk")
    assert event.verb == "confirmed by the protocol owner"


def test_confirming_twice_keeps_the_first(clare_client: Client) -> None:
    for _time in range(2):
        clare_client.post(confirm_at("opioid"), {"digest": OPIOID.digest})
    assert ConfirmedTextSet.objects.count() == 1


@pytest.mark.parametrize("digest", ["", "0" * 64, text_sets()[0].digest])
def test_words_that_are_not_those_on_the_page_are_not_confirmed(
    digest: str, clare_client: Client
) -> None:
    sent = clare_client.post(confirm_at("opioid"), {"digest": digest}, follow=True)
    assert "These words have changed since you read them." in sent.content.decode()
    assert not ConfirmedTextSet.objects.exists()


def test_a_set_that_never_was_is_not_found(clare_client: Client) -> None:
    assert clare_client.post(confirm_at("other"), {"digest": "0" * 64}).status_code == 404


def test_an_administrator_reads_them_and_cannot_confirm(ada_client: Client) -> None:
    shown = ada_client.get(PAGE).content.decode()
    assert "Confirm these words" not in shown
    assert "Waits for the protocol owner." in shown
    assert ada_client.post(confirm_at("opioid"), {"digest": OPIOID.digest}).status_code == 403


def test_nobody_confirms_for_another_clinic(clinic: Clinic, sam: User, ada: User) -> None:
    for person in (sam, ada):
        with pytest.raises(NotDoneError, match="Only the protocol owner"):
            confirm_text_set(
                clinic=clinic, key=SetKey.OPIOID, digest=OPIOID.digest, now=NOW, by=person
            )


def test_a_withdrawn_set_is_not_printed_until_it_is_confirmed_anew(
    clare_client: Client, clinic: Clinic, clare: User
) -> None:
    confirm_text_set(clinic=clinic, key=SetKey.OPIOID, digest=OPIOID.digest, now=NOW, by=clare)
    address = reverse("plans:withdraw-patient-text", kwargs={"key": "opioid"})
    assert address in clare_client.get(PAGE).content.decode()
    assert clare_client.get(address).status_code == 200
    empty = clare_client.post(address, {"why": ""})
    assert empty.status_code == 422
    assert "Type the reason." in empty.content.decode()
    done = clare_client.post(address, {"why": "The list of numbers is old."}, follow=True)
    assert "Withdrawn: Opioid." in done.content.decode()
    assert confirmed_for(clinic, [DrugClass.OPIOID]) == ()
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, "numbers is old" in event.detail) == ("confirmation withdrawn", False)
    assert clare_client.get(address).status_code == 404
    confirm_text_set(clinic=clinic, key=SetKey.OPIOID, digest=OPIOID.digest, now=NOW, by=clare)
    assert [card.words.key for card in confirmed_for(clinic, [DrugClass.OPIOID])] == [SetKey.OPIOID]
    assert ConfirmedTextSet.objects.count() == 2


def test_only_the_protocol_owner_withdraws(clinic: Clinic, clare: User, theo: User) -> None:
    confirm_text_set(clinic=clinic, key=SetKey.OPIOID, digest=OPIOID.digest, now=NOW, by=clare)
    with pytest.raises(NotDoneError, match="Only the protocol owner"):
        withdraw_text_set(clinic=clinic, key=SetKey.OPIOID, why="x", now=NOW, by=theo)
    assert withdraw_text_set(clinic=clinic, key=SetKey.OPIOID, why="x", now=NOW, by=clare)
    assert not withdraw_text_set(clinic=clinic, key=SetKey.OPIOID, why="x", now=NOW, by=clare)
