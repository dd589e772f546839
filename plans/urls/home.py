"""The first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.home")

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("red-flags/now/", views.flags_now, name="flags-now"),
    path("alarms/", views.alarms, name="alarms"),
]
