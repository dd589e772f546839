"""The frame's own addresses."""

from __future__ import annotations

from django.urls import include

from taperplan.rooms import Room
from taperplan.routes import path

health = Room("taperplan.health")
views = Room("taperplan.views")

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("help/", views.help_page, name="help"),
    path("help/<slug:topic>/", views.help_topic, name="help-topic"),
    path("session/", views.session, name="session"),
    path("components/", views.components, name="components"),
    path("account/", include("taperplan.accounts.sign_in_urls")),
]
