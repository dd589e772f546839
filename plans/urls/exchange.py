"""Files for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from plans.views import exchange as views

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path("patients/<uuid:patient>/hand-over/", views.hand_over, name="hand-over"),
]
