"""The one page of plans that needs no account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taperplan.rooms import Room
from taperplan.routes import path

if TYPE_CHECKING:
    from django.urls import URLPattern

views = Room("plans.views.verify")

urlpatterns: list[URLPattern] = [path("verify/", views.verify, name="verify")]
