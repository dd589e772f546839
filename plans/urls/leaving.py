"""Ending an account, with what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.leaving")

urlpatterns: list[URLPattern] = [
    path("accounts/<int:membership>/deactivate/", views.leaving, name="leaving"),
]
