"""The first page of a patient's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.patient_page")

urlpatterns: list[URLPattern] = [
    path("patients/<uuid:patient>/", views.overview, name="patient"),
]
