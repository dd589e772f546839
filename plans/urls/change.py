"""What is done to a running plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

arrangement = Room("plans.views.arrangement")
instruction = Room("plans.views.instruction")
table = Room("plans.views.table")
taken_over = Room("plans.views.taken_over")
told = Room("plans.views.told")
views = Room("plans.views.change")

urlpatterns: list[URLPattern] = [
    path(f"plans/<uuid:plan>/{name}/", views.change, {"change": name}, name=name)
    for name in ("hold", "resume", "interrupt", "restart")
]
urlpatterns += [
    path("plans/<uuid:plan>/instruction/", instruction.instruction, name="instruction"),
    path("plans/<uuid:plan>/versions/<int:number>/told/", told.told, name="told"),
    path(
        "plans/<uuid:plan>/versions/<int:number>/schedule.csv",
        table.schedule_csv,
        name="schedule-csv",
    ),
    path(
        "plans/<uuid:plan>/versions/<int:number>/arrangement/",
        arrangement.arrangement,
        name="arrangement",
    ),
    path("patients/<uuid:patient>/taken-over/", taken_over.taken_over, name="taken-over"),
    path("plans/<uuid:plan>/import/", table.revise, name="import-version"),
    path("patients/<uuid:patient>/plans/import/", table.begin, name="import-plan"),
]
