"""The site formulary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from plans.views import formulary as views

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path("clinic/formulary/", views.formulary, name="formulary"),
    path("clinic/formulary.csv", views.formulary_csv, name="formulary-csv"),
]
