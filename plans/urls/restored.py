"""Addresses of what a restore left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.restored")

urlpatterns: list[URLPattern] = [
    path("red-flags/after-restore/", views.restored, name="restored"),
    path("red-flags/<uuid:escalation>/go-on/", views.go_on, name="red-flag-go-on"),
]
