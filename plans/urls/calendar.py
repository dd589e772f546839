"""The days of a plan and what a period takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.calendar")

_PLAN = "plans/<uuid:plan>/"

urlpatterns: list[URLPattern] = [
    path(f"{_PLAN}calendar/", views.calendar, name="calendar"),
    path(f"{_PLAN}calendar.csv", views.calendar_csv, name="calendar-csv"),
    path(f"{_PLAN}supply/", views.supply, name="supply"),
    path(f"{_PLAN}supply.csv", views.supply_csv, name="supply-csv"),
]
