"""The fixed words of the handout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.patient_text")

urlpatterns: list[URLPattern] = [
    path("clinic/handout-words/", views.patient_texts, name="patient-texts"),
    path(
        "clinic/handout-words/<slug:key>/confirm/",
        views.confirm_patient_text,
        name="confirm-patient-text",
    ),
    path(
        "clinic/handout-words/<slug:key>/withdraw/",
        views.withdraw_patient_text,
        name="withdraw-patient-text",
    ),
]
