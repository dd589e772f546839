"""Addresses of check-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

check_in = Room("plans.views.check_in")

_PATIENT = "patients/<uuid:patient>/check-ins/"
_ONE = "check-ins/<uuid:check_in>/"

urlpatterns: list[URLPattern] = [
    path(_PATIENT, check_in.listing, name="check-ins"),
    path(f"{_PATIENT}new/", check_in.new, name="check-in-new"),
    path(f"{_PATIENT}missed/", check_in.missed, name="check-in-missed"),
    path("patients/<uuid:patient>/contacts/new/", check_in.contact, name="contact-new"),
    path("check-ins/drafts/<uuid:check_in_draft>/", check_in.edit, name="check-in-edit"),
    path(_ONE, check_in.check_in, name="check-in"),
    path(f"{_ONE}correct/", check_in.correct, name="check-in-correct"),
    path(f"{_ONE}entered-in-error/", check_in.in_error, name="check-in-error"),
    path("requests/<uuid:asked>/decline/", check_in.decline, name="request-decline"),
]
