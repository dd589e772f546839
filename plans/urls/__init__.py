"""Every address of the plans room, one module a concern."""

from __future__ import annotations

from plans.urls import (
    calendar,
    catalogue,
    change,
    check_in,
    document,
    escalation,
    exchange,
    formulary,
    home,
    leaving,
    limits,
    patient_page,
    patient_text,
    plan,
    reach,
    restored,
    verify,
)

app_name = "plans"
urlpatterns = [
    *home.urlpatterns,
    # One after the other is tried: what is asked for most comes first.
    *patient_page.urlpatterns,
    *check_in.urlpatterns,
    *plan.urlpatterns,
    *change.urlpatterns,
    *calendar.urlpatterns,
    *formulary.urlpatterns,
    *escalation.urlpatterns,
    *document.urlpatterns,
    *exchange.urlpatterns,
    *patient_text.urlpatterns,
    *catalogue.urlpatterns,
    *reach.urlpatterns,
    *restored.urlpatterns,
    *verify.urlpatterns,
    *leaving.urlpatterns,
    *limits.urlpatterns,
]
