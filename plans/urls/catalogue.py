"""Addresses of the symptom catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

catalogue = Room("plans.views.catalogue")

urlpatterns: list[URLPattern] = [
    path("clinic/symptoms/", catalogue.catalogue, name="catalogue"),
    path("clinic/symptoms/add/", catalogue.add, name="catalogue-add"),
    path("clinic/symptoms/<slug:key>/", catalogue.item, name="catalogue-item"),
    path(
        "clinic/symptoms/entries/<uuid:catalogue_entry>/confirm/",
        catalogue.confirm,
        name="catalogue-confirm",
    ),
]
