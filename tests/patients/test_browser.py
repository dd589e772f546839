"""The patients room in a real browser: by keyboard alone, seen by axe, on narrow windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from patients.models import Patient

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from taperplan.accounts.models import User
    from tests.harness.chromium import OpenPage


def type_(page: Page, *keys: str) -> None:
    """Each key, or text, then Tab to the next field."""
    for text in keys:
        if text:
            page.keyboard.type(text)
        page.keyboard.press("Tab")


def test_a_patient_is_registered_by_keyboard_alone(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    page = browser_page(clare)
    page.goto(reverse("patients:register"))
    page.locator("#id_family_name").focus()

    # A day that was not, and a letter for a figure.
    type_(page, "Sample", "Zoë", "", "", "29", "2", "1957")
    page.keyboard.press("Space")  # female
    page.keyboard.press("Tab")
    type_(page, "55-O1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_selector(".error-summary:focus")
    assert page.title().startswith("2 errors: ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_born_0"
    page.keyboard.press("Control+A")
    type_(page, "21", "11", "1956")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("555-0139")
    page.keyboard.press("Enter")

    # The same name and birth date as Otto's: said before anybody is registered.
    page.wait_for_selector("text=may be of the same person")
    assert Patient.objects.count() == 1
    page.locator("#id_another").press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/intake/")

    zoe = Patient.objects.get(given_names="Zoë")
    assert (zoe.sex, zoe.phone) == ("female", "555-0139")


@pytest.mark.sweep
def test_the_assessment_is_answered_by_keyboard_alone(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    page = browser_page(clare)
    page.goto(reverse("patients:assess", args=[otto.pk]))
    page.locator("#id_indication_0").focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("panic disorder")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.locator("button", has_text="Save the assessment").press("Enter")
    page.wait_for_url("**/intake/")

    answer = otto.answers.get()
    assert (answer.item, answer.answer, answer.detail) == (
        "indication", "yes", "panic disorder",
    )  # fmt: skip


@pytest.mark.sweep
def test_a_row_of_the_list_is_opened_by_keyboard(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    page = browser_page(clare)
    page.goto(reverse("patients:list"))

    page.keyboard.press("/")
    page.keyboard.type("otto 1956")
    page.keyboard.press("Enter")
    page.wait_for_url("**/patients/?search=*")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/patients/{otto.pk}/**")
