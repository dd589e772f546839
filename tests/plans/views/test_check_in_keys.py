"""A check-in by keyboard alone, in a real browser, and what the page shows at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from patients.models import Patient
from plans.models import CheckIn, CheckInDraft, Escalation
from taperplan.accounts.models import Clinic, User
from tests.factories import PatientFactory
from tests.harness.chromium import assert_descriptions_resolve, assert_fits, assert_no_violations

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


@pytest.fixture
def page(browser_page: Callable[..., Page], otto: Patient, theo: User) -> Page:
    made = browser_page(user=theo)
    made.goto(reverse("plans:check-in-new", kwargs={"patient": otto.pk}) + "?how=visit")
    expect(made.locator("#s-seizure_0")).to_be_focused()
    return made


def test_a_yes_waits_for_its_confirming_key_and_shows_the_protocol_at_once(page: Page) -> None:
    page.keyboard.press("y")
    page.wait_for_selector("#protocol-emergency:not([hidden])")
    page.wait_for_selector("#autosave:has-text('Saved')")
    assert not Escalation.objects.exists()
    page.keyboard.press("Enter")
    page.wait_for_selector("#flags-now .flag-bar")
    assert Escalation.objects.get().symptom == "seizure"
    assert "Emergency red flag open: seizure" in page.inner_text("#flags-now")
    assert page.evaluate("document.activeElement.id") == "s-hallucination_0"


@pytest.mark.sweep
def test_a_star_confirmed_while_a_saving_is_under_way_is_raised_all_the_same(page: Page) -> None:
    def late(route: Route) -> None:
        page.wait_for_timeout(700)
        route.continue_()

    page.route("**/check-ins/**", late)
    page.keyboard.press("y")
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    page.wait_for_selector("#flags-now .flag-bar")
    assert Escalation.objects.get().symptom == "seizure"


def test_a_check_in_by_keys_alone(page: Page) -> None:
    for key in ("n", "n", "n", "n", "1", "n"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") == "finder"
    page.keyboard.type("trem")
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    page.focus("#decision_0")
    page.keyboard.press("Space")
    page.focus("#next_0")
    for part in ("1", "12", "2099"):
        page.keyboard.type(part)
        page.keyboard.press("Tab")
    page.focus("#reported_by_0")
    page.keyboard.press("Space")
    page.wait_for_selector("#to-complete:has-text('Nothing is missing.')")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/check-ins/[0-9a-f-]{36}/$"))
    check_in = CheckIn.objects.get()
    assert [(row.key, row.severity) for row in check_in.present.all()] == [("tremor", "moderate")]
    assert not Escalation.objects.exists()


@pytest.mark.sweep
def test_what_is_typed_outlives_the_page(page: Page, otto: Patient) -> None:
    page.fill("#note", "slept badly")
    page.wait_for_url(re.compile(r"/check-ins/drafts/"))
    page.reload()
    assert page.input_value("#note") == "slept badly"
    assert CheckInDraft.objects.get().patient == otto


@pytest.mark.sweep
def test_up_and_down_never_change_an_answer(page: Page) -> None:
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.querySelectorAll('[data-safety-question] :checked').length") == 0
    assert page.evaluate("document.activeElement.id") == "s-hallucination_0"


@pytest.mark.sweep
def test_it_fits_a_narrow_screen_and_breaks_no_rule(page: Page) -> None:
    assert_no_violations(page)
    assert_descriptions_resolve(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert_fits(page)
