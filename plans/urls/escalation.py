"""Addresses of red flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

escalation = Room("plans.views.escalation")

_ONE = "red-flags/<uuid:escalation>/"

urlpatterns: list[URLPattern] = [
    path("red-flags/", escalation.clinic_list, name="escalations"),
    path("patients/<uuid:patient>/red-flags/", escalation.patient_list, name="red-flags"),
    path("patients/<uuid:patient>/report-now/", escalation.report, name="report"),
    path(_ONE, escalation.red_flag, name="red-flag"),
    path(f"{_ONE}acknowledge/", escalation.acknowledge, name="acknowledge"),
    path(f"{_ONE}contacts/", escalation.contact, name="red-flag-contact"),
    path(f"{_ONE}done-instead/", escalation.instead, name="red-flag-instead"),
    path(f"{_ONE}outcome/", escalation.outcome, name="red-flag-outcome"),
    path(f"{_ONE}close/", escalation.close, name="red-flag-close"),
    path(f"{_ONE}reopen/", escalation.reopen, name="red-flag-reopen"),
    path(f"{_ONE}handover/", escalation.handover, name="red-flag-handover"),
    path(f"{_ONE}entered-in-error/", escalation.in_error, name="red-flag-error"),
]
