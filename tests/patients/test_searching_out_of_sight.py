"""The words of a search stand in no address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse

from taperplan import searches
from taperplan.audit.models import AuditEvent
from tests import doors

if TYPE_CHECKING:
    from patients.models import Patient
    from taperplan.accounts.models import User

ROOMS = ("patients:list", "patients:records", "accounts:list", "audit:list")


@pytest.mark.parametrize("name", ROOMS)
def test_a_search_is_sent_in_the_body_and_its_words_stand_in_no_address(
    name: str, clare: User, otto: Patient
) -> None:
    clare.memberships.update(
        prescriber=True, administrator=True, auditor=True, records_officer=True
    )
    client = doors.signed_in(clare)
    forms = re.findall(
        r"<form[^>]*role=\"search\"[^>]*>", client.get(reverse(name)).content.decode()
    )
    assert forms
    assert all('method="post"' in form for form in forms)

    typed = {"q": "sample otto", "person": "sample otto", "role": "prescriber"}
    answer = client.post(reverse(name), typed)

    assert answer.status_code == 302
    for word in ("sample", "otto"):
        assert word not in answer["Location"].lower()
    found = client.get(answer["Location"])
    assert found.status_code == 200
    assert 'value="sample otto"' in found.content.decode(), "what was typed stands in the field"
    for event in AuditEvent.objects.all():
        assert "otto" not in f"{event.detail}{event.address}".lower()


def test_filters_that_name_nobody_stay_in_the_address(clare_client: doors.Client) -> None:
    answer = clare_client.post(reverse("patients:list"), {"q": " ", "mine": "1"})

    assert answer["Location"] == "/patients/?mine=1"


def test_it_is_found_again_by_the_same_person_only_and_for_a_session_s_time(
    clare: User, theo: User
) -> None:
    with time_machine.travel("2026-11-24 09:00Z", tick=False) as clock:
        token = searches.sealed(clare, "Müller 1956")
        assert searches.opened(clare, token) == "Müller 1956"
        assert searches.opened(theo, token) == ""
        clock.shift(12 * 3600 + 1)
        assert searches.opened(clare, token) == ""


@pytest.mark.one_engine
@pytest.mark.parametrize("token", ["", "x", "=" * 9, "A" * 60, "A" * 9_999, "é", "\0", "a b"])
def test_a_made_up_one_finds_everybody_as_no_search_does(clare: User, token: str) -> None:
    assert searches.opened(clare, token) == ""
    assert (
        doors.signed_in(clare).get(reverse("patients:list"), {"search": token}).status_code == 200
    )


@pytest.mark.one_engine
def test_its_length_tells_little_and_it_is_never_twice_the_same(clare: User) -> None:
    assert len({len(searches.sealed(clare, "x" * n)) for n in range(1, 22)}) == 1
    assert searches.sealed(clare, "otto") != searches.sealed(clare, "otto")


def test_pages_of_what_was_found_lead_on_without_its_words(clare: User, otto: Patient) -> None:
    client = doors.signed_in(clare)
    answer = client.post(reverse("patients:list"), {"q": "otto", "mine": "1"})
    query = parse_qs(urlsplit(answer["Location"]).query)

    body = client.get(answer["Location"]).content.decode()

    assert f"?search={query['search'][0]}" in body, "whose patients: the search goes along"
    assert "q=otto" not in body
