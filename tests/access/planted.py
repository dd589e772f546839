"""Addresses with one fault each, and two without, to see that the matrix finds the faults."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from patients.models import Patient
from taperplan import urls
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission


def _seen(request: Any, key: uuid.UUID) -> Patient:
    try:
        return Patient.objects.visible_to(request.user).get(pk=key)
    except Patient.DoesNotExist as error:
        raise Http404 from error


@require_GET
@require_permission(Permission.VIEW_PATIENTS)
def sound(request: Any, patient: uuid.UUID) -> HttpResponse:
    return HttpResponse(_seen(request, patient).family_name)


@require_POST
@require_permission(Permission.VIEW_PATIENTS)
def sound_act(request: Any, patient: uuid.UUID) -> HttpResponse:
    _seen(request, patient)
    return HttpResponse()


@require_GET
def role_forgotten(request: Any, patient: uuid.UUID) -> HttpResponse:
    return HttpResponse(Patient.objects.get(clinic=request.clinic, pk=patient).family_name)


@require_GET
@require_permission(Permission.VIEW_PATIENTS)
def clinic_forgotten(request: Any, patient: uuid.UUID) -> HttpResponse:
    try:
        return HttpResponse(Patient.objects.get(pk=patient).family_name)
    except Patient.DoesNotExist as error:
        raise Http404 from error


@require_GET
@require_permission(Permission.VIEW_PATIENTS)
def told_apart(request: Any, patient: uuid.UUID) -> HttpResponse:
    if Patient.objects.visible_to(request.user).filter(pk=patient).exists():
        return HttpResponse("seen")
    words = "another clinic" if Patient.objects.filter(pk=patient).exists() else "nobody"
    return HttpResponse(words, status=404)


@require_permission(Permission.VIEW_PATIENTS)
def any_verb(request: Any, patient: uuid.UUID) -> HttpResponse:
    _seen(request, patient)
    return HttpResponse()


@require_GET
@require_permission(Permission.VIEW_PATIENTS)
def reading_writes(request: Any, patient: uuid.UUID) -> HttpResponse:
    _seen(request, patient)
    Patient.objects.filter(pk=patient).update(revision=9)
    return HttpResponse()


@login_not_required
def session_forgotten(request: Any, patient: uuid.UUID) -> HttpResponse:
    return HttpResponse("anybody")


@csrf_exempt
@require_POST
@require_permission(Permission.VIEW_PATIENTS)
def forged(request: Any, patient: uuid.UUID) -> HttpResponse:
    return sound_act(request, patient)


@require_GET
@require_permission(Permission.VIEW_PATIENTS)
def list_of_all(request: Any) -> HttpResponse:
    return HttpResponse(", ".join(Patient.objects.values_list("family_name", flat=True)))


VIEWS = [
    sound, sound_act, role_forgotten, clinic_forgotten, told_apart, any_verb, reading_writes,
    session_forgotten, forged,
]  # fmt: skip
urlpatterns = [
    *urls.urlpatterns,
    path("planted/list/", list_of_all, name="list_of_all"),
    *(path(f"planted/{view.__name__}/<uuid:patient>/", view, name=view.__name__) for view in VIEWS),
]
