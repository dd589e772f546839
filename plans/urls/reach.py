"""Addresses of calls that nobody answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

reach = Room("plans.views.reach")

urlpatterns: list[URLPattern] = [
    path("patients/<uuid:patient>/calls/new/", reach.attempt, name="call-attempt"),
    path("clinic/unanswered-calls/", reach.call_limit, name="call-limit"),
]
