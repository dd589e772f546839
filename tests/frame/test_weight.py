"""What a page weighs, what it asks for, and how soon it is seen."""

from __future__ import annotations

import gzip
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from tests.factories import CareTeamFactory, PatientFactory, signed_plan

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

    from taperplan.accounts.models import Clinic, User
    from tests.harness.chromium import OpenPage

PAGE, SCRIPT = 150_000, 40_000
# Milliseconds to the largest paint. A machine that does nothing else takes under one second;
# one that runs other tests beside takes several, and this is no test of that machine.
PATIENCE = 10_000
LARGEST = """() => new Promise(resolve => new PerformanceObserver(list =>
    resolve(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true}))"""
# These are compressed already.
PACKED = ("font/woff2", "image/png")


def weighed(page: Page, address: str) -> dict[str, int]:
    """Bytes over the wire by path, on a first visit."""
    got: list[Response] = []
    page.on("response", lambda one: got.append(one))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    weights: dict[str, int] = {}
    for one in got:
        kind = one.headers.get("content-type", "").split(";")[0]
        body = one.body()
        weight = len(body) if kind in PACKED else len(gzip.compress(body))
        weights[urlsplit(one.url).path] = weight
    return weights


@pytest.mark.slow
def test_a_page_weighs_little_and_is_soon_seen(
    clinic: Clinic, clare: User, browser_page: OpenPage
) -> None:
    patient = PatientFactory(clinic=clinic, otto=True)
    CareTeamFactory(patient=patient, user=clare)
    plan = signed_plan(patient, clare, now=timezone.now())
    for address in (
        "/",
        "/patients/",
        f"/patients/{patient.pk}/",
        f"/plans/{plan.pk}/",
        f"/patients/{patient.pk}/check-ins/new/?how=visit",
        "/help/worklist/",
    ):
        page = browser_page(clare)
        weights = weighed(page, address)
        # Seen a second time: the first one pays for the server's start.
        page.goto(address)
        largest = page.evaluate(LARGEST)
        scripts = sum(weight for path, weight in weights.items() if path.endswith(".js"))
        said = f"{address}: {sum(weights.values())} bytes, script {scripts}, {largest:.0f} ms"
        sys.stderr.write(f"{said}\n")  # seen with pytest -s
        assert sum(weights.values()) < PAGE, f"{said} {weights}"
        assert scripts < SCRIPT, said
        assert largest < PATIENCE, said
        page.context.close()
