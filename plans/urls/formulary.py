"""The site formulary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.formulary")

urlpatterns: list[URLPattern] = [
    path("clinic/formulary/", views.formulary, name="formulary"),
    path("clinic/formulary.csv", views.formulary_csv, name="formulary-csv"),
]
