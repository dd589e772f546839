"""A search that answers while one types: the people of the list, a few of them, each a door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.factories import PatientFactory
from tests.harness.chromium import assert_fits, assert_no_violations

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User
    from tests.harness.chromium import OpenPage

ADDRESS = "/patients/suggestions/"


def suggested(user: User, text: str) -> str:
    response = doors.signed_in(user).post(ADDRESS, {"q": text})
    assert response.status_code == 200
    return response.content.decode().replace("\u00a0", " ")


@pytest.mark.parametrize(
    "typed",
    ["otto sam", "SAMPLE ott", "21.11.1956", "nov 21 1956 otto", "0042", "555-0142", "öttö SAM"],
)
def test_parts_of_what_is_known_find_the_person_while_one_types(
    clinic: Clinic, clare: User, typed: str
) -> None:
    patient = PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17")
    PatientFactory(clinic=clinic)

    shown = suggested(clare, typed)

    assert shown.count('role="option"') == 1
    assert f'data-url="/patients/{patient.pk}/"' in shown


def test_nobody_found_and_nothing_typed_are_said_in_words(clinic: Clinic, clare: User) -> None:
    PatientFactory(clinic=clinic, otto=True)

    assert "Nobody is found" in suggested(clare, "qqqq")
    assert "SAMPLE, Otto" in suggested(clare, "")


def test_each_answer_is_in_the_trail_without_what_was_typed(clinic: Clinic, clare: User) -> None:
    PatientFactory(clinic=clinic, otto=True)

    suggested(clare, "otto")

    event = AuditEvent.objects.filter(verb=Verb.SEARCHED.value).latest("pk")
    assert "otto" not in str(vars(event)).lower()
    assert "1" in str(event.detail)


@pytest.mark.one_engine
def test_an_answer_costs_the_same_for_one_and_for_many(clinic: Clinic, clare: User) -> None:
    client = doors.signed_in(clare)
    counted = []
    for _more in range(2):
        PatientFactory.create_batch(12, clinic=clinic, given_names="Otto")
        client.post(ADDRESS, {"q": "otto"})
        with CaptureQueriesContext(
            connection,
        ) as spent:
            client.post(ADDRESS, {"q": "otto"})
        counted.append(len(spent))

    assert counted[0] == counted[1] <= 10


@pytest.mark.sweep
def test_a_patient_is_opened_by_keys_alone_and_by_touch(
    clinic: Clinic, clare: User, browser_page: OpenPage
) -> None:
    patient = PatientFactory(clinic=clinic, otto=True)
    PatientFactory.create_batch(3, clinic=clinic)
    page = browser_page(clare)
    page.goto("/help/")

    page.keyboard.press("/")
    page.keyboard.type("sam ot")
    option = page.get_by_role("option", name="SAMPLE, Otto")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert_no_violations(page)
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/patients/{patient.pk}/")

    narrow = browser_page(clare, width=390)
    narrow.goto("/")
    narrow.get_by_role("link", name="Search", exact=True).click()
    expect(narrow.locator("#patient-q")).to_be_focused()
    narrow.keyboard.type("otto")
    option = narrow.get_by_role("option", name="SAMPLE, Otto")
    expect(option).to_be_visible()
    assert_no_violations(narrow)
    assert_fits(narrow)
    option.click()
    narrow.wait_for_url(f"**/patients/{patient.pk}/")


@pytest.mark.sweep
def test_a_key_chooses_from_the_answer_to_what_stands_there_and_from_no_older_one(
    clinic: Clinic, clare: User, browser_page: OpenPage
) -> None:
    PatientFactory(clinic=clinic, family_name="Sample", given_names="Anna")
    otto = PatientFactory(clinic=clinic, otto=True)
    page = browser_page(clare)
    page.goto("/help/")

    page.keyboard.press("/")
    page.keyboard.type("sam")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.type(" ot")
    page.keyboard.press("ArrowDown")
    option = page.get_by_role("option")
    expect(option).to_have_count(1)
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/patients/{otto.pk}/")
