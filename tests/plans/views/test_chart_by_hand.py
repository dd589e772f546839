"""The drawing on a patient's page, read at a day by pointer, finger and keyboard."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from taperplan import formats
from tests.factories import PatientFactory, plan_cells, signed_plan
from tests.harness.chromium import assert_fits, assert_no_violations

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User
    from tests.harness.chromium import OpenPage


@pytest.mark.sweep
def test_the_drawing_is_read_at_a_day_by_arrows_by_pointing_and_by_touch(
    clinic: Clinic, clare: User, browser_page: OpenPage
) -> None:
    today = clinic.day(timezone.now())
    first = formats.short_day(today).replace("\u00a0", " ")
    cells = plan_cells(in_force_from=first, reason="agreed")
    cells["steps"][0]["first_day"] = first
    patient = PatientFactory(clinic=clinic)
    signed_plan(patient, clare, cells, now=timezone.now())
    page = browser_page(clare, width=390)
    page.goto(f"/patients/{patient.pk}/")

    chart = page.get_by_role("slider", name="Drawing of the plan")
    day, planned = page.locator("[data-read=day]"), page.locator("[data-read=planned]")
    expect(day).to_have_text(formats.day(today))
    expect(planned).to_contain_text("3\u00a0mg")
    assert_no_violations(page)
    assert_fits(page)

    chart.press("ArrowRight")
    expect(day).to_have_text(formats.day(today + timedelta(days=1)))
    chart.press("PageUp")
    expect(planned).to_contain_text("2\u00a0mg")
    chart.press("End")
    expect(planned).to_contain_text("1\u00a0mg")
    said = chart.get_attribute("aria-valuetext") or ""
    assert "Planned" in said
    assert "1\u00a0mg" in said or "1 mg" in said
    chart.press("Home")
    expect(day).to_have_text(formats.day(today))

    page.get_by_role("button", name="Day after").click()
    expect(day).to_have_text(formats.day(today + timedelta(days=1)))

    box = chart.locator(".plot").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.97, box["y"] + box["height"] / 2)
    expect(planned).to_contain_text("1\u00a0mg")
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    expect(planned).to_contain_text("3\u00a0mg")
