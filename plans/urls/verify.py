"""The one page of plans that needs no account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from plans.views import verify as views

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [path("verify/", views.verify, name="verify")]
