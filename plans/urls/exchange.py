"""Files for other programs, the read-only interface, the keys to both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import re_path

from plans.fhir.routes import KEY_PATTERN, READ_PATTERN, SEARCH_PATTERN
from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

keys = Room("plans.views.access_key")
views = Room("plans.views.exchange")
fhir = Room("plans.views.fhir")
figures = Room("plans.views.figures")

_RECORD = rf"^fhir/Patient/(?P<record_key>{KEY_PATTERN})/\$everything$"
_ONE = rf"^fhir/(?P<kind>{READ_PATTERN})/(?P<key>{KEY_PATTERN})$"

urlpatterns: list[URLPattern] = [
    path("patients/<uuid:patient>/hand-over/", views.hand_over, name="hand-over"),
    path("patients/<uuid:patient>/take-over/", views.take_over, name="take-over"),
    path("worklist.csv", views.worklist_table, name="worklist-table"),
    path("clinic/figures/", figures.figures, name="figures"),
    path("clinic/figures.csv", figures.figures_table, name="figures-table"),
    path("clinic/programs/", keys.programs, name="programs"),
    path("clinic/programs/<uuid:access_key>/revoke/", keys.revoke, name="revoke-key"),
    path("my-calendar/", keys.calendar, name="my-calendar"),
    path("my-calendar/<uuid:calendar_key>/revoke/", keys.revoke_calendar, name="revoke-calendar"),
    path("dates/<str:text>.ics", keys.calendar_feed, name="calendar-feed"),
    path("fhir/metadata", fhir.metadata, name="fhir-metadata"),
    path("fhir/openapi.json", fhir.openapi, name="fhir-openapi"),
    path("fhir/Patient", fhir.patients, name="fhir-patients"),
    re_path(_RECORD, fhir.everything, name="fhir-everything"),
    re_path(rf"^fhir/(?P<kind>{SEARCH_PATTERN})$", fhir.search, name="fhir-search"),
    re_path(_ONE, fhir.read, name="fhir-read"),
]
