"""How a view reaches a plan and what belongs to it: only through what its user may see.

Unknown and not yours are the same answer. Whoever is shown a page of a plan leaves a row in the
trail, as for every page of a patient.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from patients.access import viewed
from patients.restriction import only_by_emergency
from plans.models import (
    AccessKey,
    CheckIn,
    CheckInDraft,
    Document,
    Draft,
    Escalation,
    Plan,
    Request,
    Version,
)
from plans.rules.exchange import KeyKind
from plans.rules.paper import DocumentKind

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from patients.models import Patient
    from taperplan.accounts.http import ClinicianRequest

    View = Callable[..., HttpResponse]

_PATIENT = ("clinic", "joined_to")


def _with_patient(path: str) -> tuple[str, ...]:
    return tuple(f"{path}__{name}" for name in _PATIENT)


def _shown(request: ClinicianRequest, patient: Patient, response: HttpResponse) -> HttpResponse:
    if request.method == "GET" and response.status_code == 200:
        viewed(request, patient)
    return response


def load_plan(view: View) -> View:
    """`plan: UUID` of the address becomes the `Plan`, with its patient, in one query."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, plan: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = Plan.objects.visible_to(request.user).select_related(*_with_patient("patient"))
        found = get_object_or_404(visible, pk=plan)
        return _shown(request, found.patient, view(request, *args, plan=found, **kwargs))

    return loaded


def load_draft(view: View) -> View:
    """`plan: UUID` becomes the `Draft` that is open on it, with plan and patient.

    Where there is none any more (it was signed, or discarded), the page of the plan says so.
    """

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, plan: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = Draft.objects.visible_to(request.user).select_related(
            *_with_patient("plan__patient"), "replaces", "changed_by"
        )
        draft = visible.filter(plan=plan).first()
        if draft is None:
            get_object_or_404(Plan.objects.visible_to(request.user), pk=plan)
            return redirect("plans:plan", plan=plan)
        response = view(request, *args, draft=draft, **kwargs)
        return _shown(request, draft.plan.patient, response)

    return loaded


def load_version(view: View) -> View:
    """`plan: UUID` and `number: int` become the `Version`, with plan and patient."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, plan: uuid.UUID, number: int, **kwargs: Any
    ) -> HttpResponse:
        visible = Version.objects.visible_to(request.user).select_related(
            *_with_patient("plan__patient"), "signed_by"
        )
        version = get_object_or_404(visible, plan=plan, number=number)
        response = view(request, *args, version=version, **kwargs)
        return _shown(request, version.plan.patient, response)

    return loaded


def draft_of(plan: Plan) -> Draft | None:
    """The draft that is open on a plan, ready to be read."""
    draft = Draft.objects.select_related("replaces", "changed_by").filter(plan=plan).first()
    if draft is not None:
        draft.plan = plan
    return draft


def two_versions(plan: Plan, before: str, after: str) -> tuple[Version, Version] | None:
    """The two versions that were asked for; the last two where none were. None: only one."""
    versions = {
        str(version.number): version
        for version in plan.versions.select_related("signed_by").order_by("number")
    }
    if len(versions) < 2:
        return None
    *_rest, one, other = versions.values()
    found = versions.get(before, one), versions.get(after, other)
    for version in found:
        version.plan = plan
    return found


# --- Check-ins and red flags ----------------------------------------------------------


def load_check_in(view: View) -> View:
    """`check_in: UUID` becomes the completed `CheckIn`, with its patient and who recorded it."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, check_in: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = CheckIn.objects.visible_to(request.user).select_related(
            *_with_patient("patient"),
            "recorded_by",
            "version__plan",
            "supersedes__recorded_by",
            "superseded_by__recorded_by",
            "entered_in_error__by",
        )
        found = get_object_or_404(visible, pk=check_in)
        return _shown(request, found.patient, view(request, *args, check_in=found, **kwargs))

    return loaded


def load_check_in_draft(view: View) -> View:
    """`draft: UUID` becomes the `CheckInDraft`, open or not, with its patient."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, check_in_draft: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = CheckInDraft.objects.visible_to(request.user).select_related(
            *_with_patient("patient"), "opened_by", "changed_by", "corrects"
        )
        found = get_object_or_404(visible, pk=check_in_draft)
        return _shown(request, found.patient, view(request, *args, draft=found, **kwargs))

    return loaded


def load_escalation(view: View) -> View:
    """`escalation: UUID` becomes the `Escalation`, with its patient and who acknowledged it."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, escalation: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = Escalation.objects.visible_to(request.user).select_related(
            *_with_patient("patient"), "raised_by", "acknowledged_by"
        )
        found = get_object_or_404(visible, pk=escalation)
        return _shown(request, found.patient, view(request, *args, escalation=found, **kwargs))

    return loaded


def load_request(view: View) -> View:
    """`asked: UUID` becomes the `Request` that waits for a prescriber."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, asked: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = Request.objects.visible_to(request.user).select_related(
            *_with_patient("patient"), "by", "given_by", "plan"
        )
        return view(request, *args, asked=get_object_or_404(visible, pk=asked), **kwargs)

    return loaded


def load_document(view: View) -> View:
    """`document: UUID` becomes the `Document`; handing its bytes out leaves a row of its own."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, document: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = Document.objects.visible_to(request.user).select_related(
            *_with_patient("patient"), "plan", "version", "printed_by"
        )
        found = get_object_or_404(visible, pk=document)
        # A handover sheet that stands in the patient's accounting is all that leaves so.
        accounted = found.kind == DocumentKind.HANDOVER.value and found.disclosure_id is not None
        if not accounted and only_by_emergency(request.user, found.patient):
            raise PermissionDenied
        response = view(request, *args, document=found, **kwargs)
        if response["Content-Type"].startswith("text/html"):
            return _shown(request, found.patient, response)
        return response

    return loaded


def plan_of(patient: Patient, key: uuid.UUID | None) -> Plan | None:
    """A plan of this very patient, by a key that a form brought back."""
    return None if key is None else get_object_or_404(Plan, patient=patient, pk=key)


def load_access_key(view: View) -> View:
    """`access_key: UUID` becomes a program's `AccessKey`, of the administrator's own clinic."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, access_key: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        found = get_object_or_404(_keys(request, KeyKind.PROGRAM), pk=access_key)
        return view(request, *args, access_key=found, **kwargs)

    return loaded


def load_calendar_key(view: View) -> View:
    """`calendar_key: UUID` becomes the `AccessKey` of one's own calendar."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, calendar_key: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        found = get_object_or_404(_keys(request, KeyKind.CALENDAR), pk=calendar_key)
        return view(request, *args, access_key=found, **kwargs)

    return loaded


def _keys(request: ClinicianRequest, kind: KeyKind) -> QuerySet[AccessKey]:
    visible = AccessKey.objects.visible_to(request.user).filter(kind=kind.value)
    return visible.select_related("clinic")
