"""What is done to a running plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from plans.views import change as views

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path(f"plans/<uuid:plan>/{name}/", views.change, {"change": name}, name=name)
    for name in ("hold", "resume", "interrupt", "restart")
]
