"""Every address of the site."""

from __future__ import annotations

from django.urls import include

from taperplan.routes import path

urlpatterns = [
    path("", include("taperplan.frame_urls")),
    path("", include("taperplan.accounts.urls")),
    path("trail/", include("taperplan.accounts.trail_urls")),
    path("patients/", include("patients.urls")),
    path("", include("plans.urls")),
]

handler400 = "taperplan.views.bad_request"
handler403 = "taperplan.views.forbidden"
handler404 = "taperplan.views.not_found"
handler500 = "taperplan.views.server_error"
