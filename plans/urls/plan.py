"""Plans, their draft, their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.plan")
shift = Room("plans.views.shift")

urlpatterns: list[URLPattern] = [
    path("patients/<uuid:patient>/plans/", views.plans, name="plans"),
    path("plans/<uuid:plan>/", views.plan, name="plan"),
    path("plans/<uuid:plan>/revise/", views.revise, name="revise"),
    path("plans/<uuid:plan>/draft/", views.draft, name="draft"),
    path("plans/<uuid:plan>/draft/shift/", shift.shift, name="shift"),
    path("plans/<uuid:plan>/draft/discard/", views.discard, name="discard"),
    path("plans/<uuid:plan>/sign/", views.sign, name="sign"),
    path("plans/<uuid:plan>/compare/", views.compare, name="compare"),
    path("plans/<uuid:plan>/versions/<int:number>/", views.version, name="version"),
    path("plans/<uuid:plan>/move/<slug:move>/", views.move, name="move"),
]
