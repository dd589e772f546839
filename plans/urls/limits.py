"""Addresses of the limits of vital signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

limits = Room("plans.views.limits")

urlpatterns: list[URLPattern] = [
    path("clinic/limits/", limits.of_clinic, name="limits"),
    path("clinic/limits/<uuid:limit_set>/confirm/", limits.confirm, name="limits-confirm"),
    path("patients/<uuid:patient>/limits/", limits.of_patient, name="patient-limits"),
]
