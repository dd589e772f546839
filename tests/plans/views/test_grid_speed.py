"""A draft of 60 steps, 4 products and 4 times of day stays as quick to type in as a short one."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route

from patients.models import Patient
from plans.models import Draft
from taperplan.accounts.models import Clinic, User
from tests.doors import Client
from tests.factories import PatientFactory, draft_plan
from tests.harness.chromium import OpenPage
from tests.plans.views.large_grid import large_cells
from tests.plans.views.plan_form import fields

PAGE_BYTES = 640_000
ANSWER_BYTES = 80_000


@pytest.fixture
def url(clinic: Clinic, clare: User) -> str:
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    plan = draft_plan(otto, clare, large_cells())
    return reverse("plans:draft", kwargs={"plan": plan.pk})


def round_trip(client: Client, url: str, form: dict[str, list[str]], typed: str) -> float:
    """Processor time of one autosave with its findings, everything in it: the form that is read,
    the draft that is kept, the answer."""
    form["steps.s30.0.c3"] = [typed]
    body = urlencode(form, doseq=True)
    began = time.thread_time()
    answer = client.post(
        url,
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"Accept": "application/json"},
    )
    took = time.thread_time() - began
    assert answer.status_code == 200
    assert len(answer.content) < ANSWER_BYTES
    told = answer.json()
    form["revision"], form["found"] = [str(told["revision"])], [told["found"]]
    return took


def opened(client: Client, url: str) -> dict[str, list[str]]:
    page = client.get(url)
    layout = page.content.decode().partition('data-layout="')[2].partition('"')[0]
    return {**fields(page), "layout": [layout]}


def test_a_large_grid_is_not_a_heavy_page(clare_client: Client, url: str) -> None:
    assert len(clare_client.get(url).content) < PAGE_BYTES
    form = opened(clare_client, url)

    round_trip(clare_client, url, form, "1 1/2")

    assert Draft.objects.get().cells["steps"][29]["doses"][3]["quantity"] == "1 1/2"


@pytest.mark.slow
def test_how_soon_findings_of_a_large_grid_come_back_is_told(
    clare_client: Client, url: str, record_property: Callable[[str, object], None]
) -> None:
    form = opened(clare_client, url)

    took = [round_trip(clare_client, url, form, str(n % 4)) for n in range(12)]

    assert Draft.objects.get().cells["steps"][29]["doses"][3]["quantity"] == "3"
    record_property("round trip, processor, ms", [round(one * 1000) for one in sorted(took)])


@pytest.mark.slow
def test_keys_in_a_large_grid_do_not_wait_for_the_server(
    browser_page: OpenPage,
    clare: User,
    url: str,
    record_property: Callable[[str, object], None],
) -> None:
    page: Page = browser_page(clare)
    page.goto(url)
    painted = [first_paint(page, url) for _again in range(3)]
    record_property("first paint, ms", painted)

    # The server answers only after it has been let to: what is typed stands at once.
    held: list[Route] = []
    page.route(f"**{url}", lambda route: held.append(route))
    page.locator("[id='steps.s30.0.c3']").focus()
    page.keyboard.type("1 1/2")
    page.keyboard.press("Enter")
    page.keyboard.type("1 1/4")
    assert page.locator("[id='steps.s30.0.c3']").input_value() == "1 1/2"
    assert page.locator("[id='steps.s31.0.c3']").input_value() == "1 1/4"
    assert held == [] or page.locator("#autosave").inner_text() == "Saving"
    for route in held:
        route.abort()


def first_paint(page: Page, url: str) -> float:
    """Milliseconds from the request to the first paint with something in it."""
    page.goto(url)
    painted: float = page.evaluate(
        """() => new Promise((told) => {
             const seen = performance.getEntriesByName("first-contentful-paint")[0];
             if (seen) return told(seen.startTime);
             new PerformanceObserver((list) => {
               const found = list.getEntriesByName("first-contentful-paint")[0];
               if (found) told(found.startTime);
             }).observe({ type: "paint", buffered: true });
           })"""
    )
    return painted
