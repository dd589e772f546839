from __future__ import annotations

from django.urls import include, path

from benchmarks.peer.urls import urlpatterns as plain

urlpatterns = [*plain, path("account/", include("allauth.urls"))]
