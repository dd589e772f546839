"""Ending an account, with what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from plans.views import leaving as views

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path("accounts/<int:membership>/deactivate/", views.leaving, name="leaving"),
]
