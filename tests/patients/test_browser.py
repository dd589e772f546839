"""The patients room in a real browser: by keyboard alone, seen by axe, on narrow windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from patients.models import Allergy, Patient
from patients.vocabulary import Kind
from tests.factories import (
    AllergyFactory,
    CareTeamFactory,
    ConsentFactory,
    ContactPersonFactory,
    PatientFactory,
)
from tests.harness.chromium import assert_fits, assert_no_violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from taperplan.accounts.models import Clinic, User
    from tests.harness.chromium import OpenPage


def pages(otto: Patient, zoe: Patient) -> list[str]:
    """Every page of the room that is read or has a form of its own."""
    row = AllergyFactory(patient=otto)
    AllergyFactory(patient=otto, replaces=row, why="misheard", reaction="swelling")
    ContactPersonFactory(patient=otto)
    ConsentFactory(patient=otto)
    standing = Allergy.objects.standing().get()
    plain = ("intake", "history", "assess", "add-number", "team", "died", "transferred",
             "take-back", "find-to-join", "part")  # fmt: skip
    return [
        reverse("patients:list"),
        reverse("patients:list") + "?q=nobody",
        reverse("patients:register"),
        *(reverse(f"patients:{name}", args=[otto.pk]) for name in plain),
        *(reverse("patients:amend", args=[otto.pk, part]) for part in
          ("names", "contact", "needs", "care-setting")),
        *(reverse("patients:record", args=[otto.pk, kind]) for kind in Kind),
        reverse("patients:correct", args=[otto.pk, Kind.ALLERGY, standing.pk]),
        reverse("patients:strike", args=[otto.pk, Kind.ALLERGY, standing.pk]),
        reverse("patients:join", args=[otto.pk, zoe.pk]),
    ]  # fmt: skip


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_with_and_without_errors_and_nothing_scrolls_sideways(
    browser_page: OpenPage, clare: User, clinic: Clinic, otto: Patient, width: int
) -> None:
    zoe = PatientFactory(clinic=clinic, zoe=True, died=True)
    CareTeamFactory(patient=otto, user=clare)
    page = browser_page(clare, width=width, dark=width == 320)
    for address in pages(otto, zoe):
        page.goto(address)
        assert_no_violations(page)
        assert_fits(page)
        send = page.locator("main form[method=post] .btn-primary")
        if send.count() == 1:
            send.click()
            if page.locator(".error-summary").count():
                assert_no_violations(page)
                assert_fits(page)


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
    type_(page, "Sample", "Zoë", "", "29", "2", "1957")
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


def test_a_row_of_the_list_is_opened_by_keyboard(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    page = browser_page(clare)
    page.goto(reverse("patients:list"))

    page.keyboard.press("/")
    page.keyboard.type("otto 1956")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=otto**")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/patients/{otto.pk}/**")
