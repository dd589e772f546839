"""Signing in, accounts and the clinic's settings in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from taperplan.accounts.models import Ladder, Membership, User
from tests.conftest import PASSWORD
from tests.harness.chromium import assert_fits, assert_no_violations, code, enrol, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.harness.chromium import OpenPage

PAGES = ("list", "invite", "me", "clinic", "numbers", "texts", "levels", "ladder")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=False).first.click()
    page.wait_for_load_state()


def passkey_device(page: Page) -> None:
    """A device that holds passkeys and asks for a fingerprint, played by the browser."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.mark.both_engines
def test_from_an_invitation_to_the_first_page_by_keyboard(
    browser_page: OpenPage, ada: User
) -> None:
    administrator = browser_page(ada)
    administrator.goto(reverse("accounts:invite"))
    administrator.get_by_label("Work email address").press_sequentially("maria@x.example")
    administrator.keyboard.press("Tab")
    administrator.keyboard.type("Μαρία Δοκιμή")
    administrator.keyboard.press("Tab")
    administrator.keyboard.press("Space")
    administrator.keyboard.press("Enter")
    administrator.wait_for_url("**/link/")
    link = administrator.locator("#one-time-link").inner_text()
    assert_no_violations(administrator)

    page = browser_page()
    page.goto(link)
    assert_no_violations(page)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/sign-in/")
    page.locator("input[name=login]").fill("maria@x.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-step/app/")
    assert_no_violations(page)
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.content())
    assert secret is not None
    page.locator("input[name=code]").fill(code(secret.group()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/")
    assert_no_violations(page)
    page.get_by_role("button", name="Show my recovery codes").click()
    page.wait_for_selector(".codes li")
    assert_no_violations(page)
    page.goto(reverse("accounts:me"))

    assert page.get_by_role("heading", name="Your account").is_visible()
    assert Membership.objects.get(user__email="maria@x.example").active


@pytest.mark.sweep
def test_a_passkey_is_both_steps(browser_page: OpenPage, clare: User) -> None:
    secret = enrol(clare)
    page = browser_page()
    passkey_device(page)
    sign_in(page, clare, password=PASSWORD, secret=secret)
    page.goto(reverse("mfa_add_webauthn"))
    assert_no_violations(page)
    page.get_by_label("Passwordless", exact=False).check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/second-step/")
    assert Authenticator.objects.filter(user=clare, type="webauthn").exists()
    page.context.clear_cookies()

    page.goto(reverse("account_login"))
    page.locator("#passkey_login").click()
    page.wait_for_url(lambda url: "/account/" not in url)
    page.goto(reverse("accounts:me"))

    assert page.get_by_role("heading", name="Your account").is_visible()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 768])
def test_every_page_reads_well_wide_and_narrow(
    browser_page: OpenPage, ada: User, clare: User, theo: User, width: int
) -> None:
    page = browser_page(ada, width=width)
    addresses = [reverse(f"accounts:{name}") for name in PAGES]
    addresses += [
        reverse("accounts:change", args=[theo.memberships.get().pk]),
        reverse("accounts:text", args=["emergency"]),
    ]
    for address in addresses:
        page.goto(address)
        assert_no_violations(page)
        assert_fits(page)


@pytest.mark.sweep
def test_the_trail_reads_well(browser_page: OpenPage, ole: User, clare: User) -> None:
    sign_in(browser_page(), clare, password=PASSWORD, secret=enrol(clare))
    for width in (1280, 320):
        page = browser_page(ole, width=width)
        page.goto(reverse("audit:list") + "?patient=nonsense")
        assert_no_violations(page)
        page.goto(reverse("audit:list"))
        assert_no_violations(page)
        assert_fits(page)
    assert page.locator("td b", has_text="signed in").first.is_visible()


@pytest.mark.sweep
def test_what_was_refused_is_read_out_and_stays_typed(
    browser_page: OpenPage, ada: User, theo: User
) -> None:
    page = browser_page(ada)
    page.goto(reverse("accounts:ladder"))
    page.get_by_label("Rung 1: who").select_option(label=theo.name)
    page.get_by_label("Rung 1: minutes").fill("1,5")
    press(page, "Save the ladder")

    assert page.locator("#error-summary").is_visible()
    assert page.title().startswith("1 error:")
    assert page.get_by_label("Rung 1: minutes").input_value() == "1,5"
    assert_no_violations(page)
    page.get_by_label("Rung 1: minutes").fill("15")
    press(page, "Save the ladder")
    assert Ladder.objects.standing_rungs(ada.memberships.get().clinic) == [(theo, 15)]


@pytest.mark.sweep
def test_deactivating_leads_to_what_the_person_holds_and_names_them(
    browser_page: OpenPage, ada: User, theo: User
) -> None:
    page = browser_page(ada)
    page.goto(reverse("accounts:change", args=[theo.memberships.get().pk]))
    page.get_by_role("link", name="Deactivate...").click()
    page.get_by_role("heading", name=f"Deactivate {theo.name}").wait_for()
    assert_no_violations(page)
    press(page, "Deactivate")
    page.wait_for_url(f"**{reverse('accounts:list')}")

    assert theo.memberships.get().state is Membership.State.DEACTIVATED


@pytest.mark.sweep
def test_it_works_without_scripts(browser_page: OpenPage, ada: User, theo: User) -> None:
    page = browser_page(ada, scripts=False)
    page.goto(reverse("accounts:change", args=[theo.memberships.get().pk]))
    page.get_by_role("link", name="Deactivate...").click()
    press(page, "Deactivate")
    page.wait_for_url(f"**{reverse('accounts:list')}")

    assert theo.memberships.get().state is Membership.State.DEACTIVATED
