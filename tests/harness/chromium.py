"""A real browser for the tests, and what is looked at on every page it opens.

`browser_page()` gives a page; `browser_page(clare)` one that is signed in as clare with her
second step done; `browser_page(clare, width=320)` a narrow one. Addresses are relative:
`page.goto("/")`. `sign_in` goes through the real screens, with a password and a code.

At the end of the test each page must have: asked nobody else for anything, broken no content
policy, thrown no script error, met no answer of 500 or above.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response
    from pytest_django.live_server_helper import LiveServer

    from taperplan.accounts.models import User

BROWSER_FIXTURES = frozenset({"browser_page", "chromium"})
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent.parent / "vendor" / "axe-4.14.1.min.js"
# Milliseconds that an action or an expectation may take; much, for machines under load.
PATIENCE = 30_000


def executable() -> str | None:
    """Where Chromium is: the variable CHROMIUM, else what Debian and others install."""
    if named := os.environ.get("CHROMIUM"):
        return named if Path(named).exists() else None
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


class Watch:
    """Everything about a page that no test should have to ask for."""

    def __init__(self, origin: str) -> None:
        self.origin = urlsplit(origin).netloc
        self.complaints: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.origin:
            self.complaints.append(f"asked another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"answered {response.status}: {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        text = message.text
        if "Content Security Policy" in text or "Permissions policy" in text:
            self.complaints.append(f"content policy: {text}")


class OpenPage(Protocol):
    """Open a page: signed in as `user` with the second step done, or as nobody."""

    def __call__(
        self,
        user: User | None = None,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        forced_colors: bool = False,
        zoom: float = 1,
        zone: str = "Europe/Berlin",
        scripts: bool = True,
    ) -> Page: ...


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(
    transactional_db: None, live_server: LiveServer, chromium: Browser
) -> Iterator[OpenPage]:
    from django.core.cache import cache

    # The cache's table is no model's, so no flush empties it: counts of guesses would stay.
    cache.clear()
    origin = f"http://localhost:{live_server.thread.port}"
    watch = Watch(origin)
    contexts: list[BrowserContext] = []

    def open_page(
        user: User | None = None,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        forced_colors: bool = False,
        zoom: float = 1,
        zone: str = "Europe/Berlin",
        scripts: bool = True,
    ) -> Page:
        context = chromium.new_context(
            base_url=origin,
            # Zooming leaves a window fewer and larger pixels of CSS: 1280 at 200 % are 640.
            viewport={"width": int(width / zoom), "height": int(height / zoom)},
            device_scale_factor=zoom,
            color_scheme="dark" if dark else "light",
            forced_colors="active" if forced_colors else "none",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id=zone,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        if user is not None:
            context.add_cookies([_session_cookie(user, origin)])
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


def _session_cookie(user: User, origin: str) -> Any:
    from django.conf import settings

    from tests import doors

    session = doors.signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.value, "url": origin}


# --- Coming in by the real screens ----------------------------------------------------------


def enrol(user: User) -> str:
    """Give `user` an authenticator app, as if set up before; returns its secret."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code(secret: str, *, at: float | None = None) -> str:
    """What the authenticator app shows for `secret` now."""
    from allauth.mfa import app_settings
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    counter = int(at if at is not None else time.time()) // app_settings.TOTP_PERIOD
    shown: str = format_hotp_value(hotp_value(secret, counter))
    return shown


def sign_in(page: Page, user: User, *, password: str, secret: str) -> None:
    """Through the screens: email and password, then the code of the second step."""
    from django.urls import reverse

    page.goto(reverse("account_login"))
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"**{reverse('mfa_authenticate')}**")
    page.locator("input[name=code]").fill(code(secret))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/account/"))


# --- What every page must hold ---------------------------------------------------------------


def assert_no_violations(page: Page) -> None:
    """axe finds nothing, each `aria-describedby` names what exists, nothing overflows aside."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        """async () => (await axe.run(document, {
            runOnly: {type: "tag", values: [
                "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
        })).violations.map(v => ({
            id: v.id, help: v.help, nodes: v.nodes.map(n => n.html + "  [" + n.target + "]  "
                + n.failureSummary)}))"""
    )
    lines = [f"{v['id']}: {v['help']}\n    " + "\n    ".join(v["nodes"]) for v in found]
    assert not lines, f"{page.url}\n" + "\n".join(lines)
    assert_descriptions_resolve(page)


def assert_descriptions_resolve(page: Page) -> None:
    """axe does not see a description that names no element, or an error without words.

    A description may be empty while there is nothing to say, but not where the field is refused.
    """
    broken: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(
               "[aria-describedby],[aria-labelledby],[aria-controls],[aria-errormessage]")]
            .flatMap(e => ["aria-describedby", "aria-labelledby", "aria-controls",
                           "aria-errormessage"].flatMap(a => {
              const ids = (e.getAttribute(a) || "").split(/\\s+/).filter(Boolean);
              const there = ids.map(id => document.getElementById(id));
              const words = there.map(t => t ? t.textContent.trim() : "").join("");
              const speaks = a === "aria-labelledby" || a === "aria-errormessage"
                || (a === "aria-describedby" && e.getAttribute("aria-invalid") === "true");
              const what = e.outerHTML.slice(0, 160);
              if (there.includes(null)) return [a + " names what is not there: " + what];
              return ids.length && speaks && !words ? [a + " says nothing: " + what] : [];
            }))"""
    )
    assert not broken, f"{page.url}\n" + "\n".join(broken)


def assert_fits(page: Page) -> None:
    """Nothing makes the page itself scroll sideways (a table may, inside its own box)."""
    wide: bool = page.evaluate(
        "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not wide, f"{page.url} scrolls sideways at {page.viewport_size}"
