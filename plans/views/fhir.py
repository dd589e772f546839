"""The read-only interface for programs: one patient at a time, with a key, every reading written
down before the first byte is sent."""

from __future__ import annotations

import uuid
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plans.actions import access_key as keys
from plans.fhir import routes
from plans.fhir.bundle import SEARCHSET, bundle
from plans.fhir.writing import dumps
from plans.presenters import exchange as record
from plans.rules.exchange import KeyKind
from taperplan.accounts.refusals import NotDoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest

    from patients.models import Patient
    from plans.actions.access_key import Holder
    from plans.fhir.writing import Resource

VERSION = "0.1.0"
_CODES = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.UNAUTHORIZED: "login",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.TOO_MANY_REQUESTS: "throttled",
}


class NotAnswered(Exception):
    """Why there is no answer, as its status and a sentence."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def _written(found: Resource, status: int = 200) -> HttpResponse:
    response = HttpResponse(dumps(found), status=status, content_type=routes.FHIR_JSON)
    response["Cache-Control"] = "no-store"
    return response


def _refused(why: NotAnswered) -> HttpResponse:
    response = _written(routes.outcome(_CODES[why.status], why.sentence), why.status)
    if why.status is HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if why.status is HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = "60"
    return response


def with_key(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in who shows a key that still opens something, and count the question."""

    @login_not_required
    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        held: Holder | None = None
        try:
            held = _held(request)
            with held.key.clinic.speaking():
                return view(request, held=held, **kwargs)
        except NotAnswered as why:
            if held is not None:
                page = str(getattr(request.resolver_match, "view_name", ""))
                keys.refused(held=held, what=page, answer=why.status.value)
            return _refused(why)

    return guarded


def _held(request: Any) -> Holder:
    scheme, _blank, text = request.headers.get("Authorization", "").partition(" ")
    held = None
    if scheme.lower() == "bearer":
        held = keys.holder(text.strip(), KeyKind.PROGRAM, now=request.now)
    if held is None:
        raise NotAnswered(HTTPStatus.UNAUTHORIZED, _("A key is needed, as a bearer token."))
    if not keys.admit(held, now=request.now):
        raise NotAnswered(HTTPStatus.TOO_MANY_REQUESTS, _("Too many questions in one minute."))
    return held


# --- Open to whoever writes a program --------------------------------------------------------


def base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/fhir")


@login_not_required
@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    return _written(routes.capability(base(request), VERSION))


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(routes.openapi(base(request)))


# --- With a key ------------------------------------------------------------------------------


@with_key
def patients(request: Any, held: Holder) -> HttpResponse:
    number = _asked(request, "identifier")
    found = record.by_number(held.user, number)
    for patient in found:
        _disclose(request, held, patient, "Patient", f"Patient/{patient.pk}")
    if not found:
        keys.read(held=held, what="Patient")
    today = held.key.clinic.day(request.now)
    return _bundle(request, held, (record.itself(patient, today) for patient in found))


@with_key
def everything(request: Any, held: Holder, record_key: str) -> HttpResponse:
    patient = _patient(held, record_key)
    _disclose(request, held, patient, "Patient/$everything", f"Patient/{patient.pk}")
    found = record.Record(patient, held.key.clinic.day(request.now), held.user)
    return _bundle(request, held, found.resources(held.parts))


@with_key
def search(request: Any, held: Holder, kind: str) -> HttpResponse:
    part = routes.BY_NAME[kind].part
    if part is None or part not in held.parts:
        raise NotAnswered(HTTPStatus.FORBIDDEN, _("The key does not reach so far."))
    patient = _patient(held, _asked(request, "patient").removeprefix("Patient/"))
    _disclose(request, held, patient, kind, f"Patient/{patient.pk}")
    found = record.Record(patient, held.key.clinic.day(request.now), held.user).part(part)
    return _bundle(request, held, (one for one in found if one["resourceType"] == kind))


@with_key
def read(request: Any, held: Holder, kind: str, key: str) -> HttpResponse:
    today = held.key.clinic.day(request.now)
    if kind == "Patient":
        patient = _patient(held, key)
        _disclose(request, held, patient, kind, f"Patient/{patient.pk}")
        return _written(record.itself(patient, today))
    anchor = _key(key.partition(".")[0])
    part = routes.BY_NAME[kind].part
    if part is None:
        return _of_the_clinic(held, kind, anchor)
    if part not in held.parts:
        raise NotAnswered(HTTPStatus.FORBIDDEN, _("The key does not reach so far."))
    owner = record.owner(part, anchor)
    patient = _patient(held, str(owner))
    found = record.one(patient, part, anchor, f"{kind}/{key}", today, held.user)
    if found is None:
        raise _nothing()
    _disclose(request, held, patient, kind, f"{kind}/{key}")
    return _written(found)


def _of_the_clinic(held: Holder, kind: str, key: uuid.UUID) -> HttpResponse:
    clinic = held.key.clinic
    found = None
    if kind == "Practitioner":
        found = record.staff(clinic, key)
    elif key == clinic.pk:
        found = record.clinic_itself(clinic)
    if found is None:
        raise _nothing()
    keys.read(held=held, what=kind)
    return _written(found)


# --- Parts of an answer --------------------------------------------------------------------------


def _nothing() -> NotAnswered:
    return NotAnswered(HTTPStatus.NOT_FOUND, _("Nothing of that name is within reach."))


def _key(text: str) -> uuid.UUID:
    try:
        found = uuid.UUID(text)
    except ValueError as error:
        raise _nothing() from error
    if str(found) != text:
        raise _nothing()
    return found


def _patient(held: Holder, text: str) -> Patient:
    patient = record.visible(held.user, _key(text))
    if patient is None:
        raise _nothing()
    return patient


def _asked(request: Any, name: str) -> str:
    """The one thing that is asked for; a question that we do not know is not answered."""
    if set(request.GET) != {name} or not request.GET[name].strip():
        sentence = _("Ask with %(name)s, and with nothing else.") % {"name": name}
        raise NotAnswered(HTTPStatus.BAD_REQUEST, sentence)
    return str(request.GET[name]).strip()


def _disclose(request: Any, held: Holder, patient: Patient, what: str, subject: str) -> None:
    try:
        keys.disclose(held=held, patient=patient, what=what, subject=subject, now=request.now)
    except NotDoneError as refused:
        raise NotAnswered(HTTPStatus.FORBIDDEN, refused.sentence) from refused


def _bundle(request: Any, held: Holder, found: Iterable[Resource]) -> HttpResponse:
    pieces = bundle(
        SEARCHSET,
        found,
        base=base(request),
        itself=request.build_absolute_uri(),
        part_2=record.under_part_2(held.key.clinic),
    )
    response = StreamingHttpResponse(
        (piece.encode() for piece in pieces), content_type=routes.FHIR_JSON
    )
    response["Cache-Control"] = "no-store"
    return cast("HttpResponse", response)
