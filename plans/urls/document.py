"""Prints: lists, the form, the bytes; and the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.document")

urlpatterns: list[URLPattern] = [
    path("documents/", views.documents, name="documents"),
    path("documents/this-week/", views.week, name="week"),
    path("documents/<uuid:document>/", views.document, name="document"),
    path("patients/<uuid:patient>/documents/", views.patient_documents, name="patient-documents"),
    path("patients/<uuid:patient>/documents/print/", views.print_document, name="print-document"),
    path("plans/<uuid:plan>/chart-light.svg", views.chart, {"look": "light"}, name="chart"),
    path("plans/<uuid:plan>/chart-days.json", views.chart_days, name="chart-days"),
    path("plans/<uuid:plan>/chart-table/", views.chart_table, name="chart-table"),
    path("plans/<uuid:plan>/chart-dark.svg", views.chart, {"look": "dark"}, name="chart-dark"),
]
