"""The first page of a patient's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from plans.views import patient_page as views

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path("patients/<uuid:patient>/", views.overview, name="patient"),
]
