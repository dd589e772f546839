"""Pages of what is printed: lists, the form of a print, the bytes, the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from patients.access import load_patient
from patients.presenters import banner
from patients.restriction import only_by_emergency
from plans.access import load_document, load_plan, plan_of
from plans.actions import document as actions
from plans.forms.document import PrintForm, WeekForm
from plans.presenters import document as presenters
from plans.presenters.chart import chart_of, told_of
from plans.presenters.reading import reading
from plans.presenters.week import week_of
from plans.rules.paper import DocumentKind, NotPrintable, PageSize, PrintSize, Recipient
from taperplan.accounts.access import require_permission
from taperplan.accounts.limits import Limited, limited, sent
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from patients.models import Patient
    from plans.models import Document, Plan
    from taperplan.accounts.http import ClinicianRequest

require_form = require_http_methods(["GET", "HEAD", "POST"])
REFUSED = 422
# Drawn narrower than it is shown, so that its words are no smaller than the page's.
# In points, for a phone, for what the address does not say, and for a wide window.
CHART_WIDTHS = {"narrow": 300.0, "": 520.0, "wide": 880.0}


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
def documents(request: ClinicianRequest) -> HttpResponse:
    prints = presenters.of_clinic(request.user, request.clinic.zone, request.GET.get("page", "1"))
    may_open = request.user.may(Permission.PRINT_DOCUMENT)
    week_url = reverse("plans:week") if may_open else ""
    context = {"prints": prints, "may_open": may_open, "nav": "documents", "week_url": week_url}
    return render(request, "plans/document/documents.html", context)


@require_form
@require_permission(Permission.PRINT_DOCUMENT)
@sent(Limited.FILE)
def week(request: ClinicianRequest) -> HttpResponse:
    """Who is in this week's batch and who is left out; posted, the batch itself."""
    shown = week_of(request.user, request.today)
    form = WeekForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        today=request.today,
        paper=request.clinic.paper,
    )
    if request.method == "POST" and form.is_valid():
        pieces = actions.print_week(
            key=form.cleaned_data["token"],
            week=shown,
            page=PageSize(form.cleaned_data["page"]),
            size=PrintSize(form.cleaned_data["size"]),
            clinic=request.clinic,
            now=request.now,
            by=request.user,
        )
        response = StreamingHttpResponse(pieces, content_type="application/pdf")
        name = f"handouts-{shown.first.isoformat()}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        # Streamed, and so no HttpResponse to the type checker; to a server it is one.
        return cast("HttpResponse", response)
    context = {"week": shown, "form": form, "nav": "documents"}
    status = REFUSED if form.errors else 200
    return render(request, "plans/document/week.html", context, status=status)


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_patient
def patient_documents(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    prints = presenters.of_patient(patient, request.clinic.zone, request.GET.get("page", "1"))
    return _page(
        request,
        "plans/document/patient_documents.html",
        patient,
        prints=prints,
        may_print=request.user.may(Permission.PRINT_DOCUMENT),
        print_url=reverse("plans:print-document", kwargs={"patient": patient.pk}),
    )


@require_form
@require_permission(Permission.PRINT_DOCUMENT)
@sent(Limited.FILE)
@load_patient
def print_document(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    offer = presenters.offer(patient, request.today)
    form = PrintForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        today=request.today,
        printable=offer.printable,
        steps=offer.steps,
        consents=offer.consents,
        flags=[flag.key for flag in offer.flags],
        flag_words=offer.flag_words,
        paper=request.clinic.paper,
        what=request.GET.get("what", ""),
    )
    if request.method == "POST" and form.is_valid() and _withheld(request, patient, form):
        form.add_error(
            None,
            _(
                "Under emergency access only the red-flag handover sheet is printed, for somebody "
                "outside the clinic: it stands in the patient's accounting."
            ),
        )
    elif request.method == "POST" and form.is_valid():
        try:
            return _print(request, patient, form)
        except NotPrintable as refused:
            form.add_error(None, refused.sentence)
    status = REFUSED if form.errors else 200
    context = {
        "form": form,
        "withheld": offer.withheld,
        # Without the query: what was preset by a link is chosen in the form now.
        "action": reverse("plans:print-document", kwargs={"patient": patient.pk}),
        "back": reverse("plans:patient-documents", kwargs={"patient": patient.pk}),
    }
    return _page(request, "plans/document/print.html", patient, status=status, **context)


def _withheld(request: ClinicianRequest, patient: Patient, form: PrintForm) -> bool:
    said = form.said()
    accounted = said.kind is DocumentKind.HANDOVER and said.recipient is not Recipient.OWN_TEAM
    return not accounted and only_by_emergency(request.user, patient)


def _print(request: ClinicianRequest, patient: Patient, form: PrintForm) -> HttpResponse:
    said = form.said()
    plan = plan_of(patient, said.plan)
    wish = actions.Wish(
        kind=said.kind,
        page=said.page,
        size=said.size,
        recipient=said.recipient,
        recipient_name=said.recipient_name,
        ground=said.ground,
        consent=presenters.consent_in_force(patient, said.consent, request.today),
        why=said.why,
        facility=said.facility,
        emergency=said.emergency,
        step=said.step,
        discreet=said.discreet,
        flags_seen=said.flags_seen,
    )
    document, made = actions.print_document(
        key=form.cleaned_data["token"],
        patient=patient,
        plan=plan,
        wish=wish,
        now=request.now,
        by=request.user,
    )
    name = presenters.title(document)
    if made:
        messages.success(request, _("%(document)s is printed.") % {"document": name})
    elif not actions.same(document, wish, plan):
        messages.warning(
            request,
            _("This form had printed already: %(document)s. Nothing else was printed.")
            % {"document": name},
        )
    listed = reverse("plans:patient-documents", kwargs={"patient": patient.pk})
    return redirect(f"{listed}#{document.reference}")


@require_safe
@require_permission(Permission.PRINT_DOCUMENT)
@limited(Limited.FILE)
@load_document
def document(request: ClinicianRequest, document: Document) -> HttpResponse:
    """The stored bytes; of what is superseded first the page that says so. The file's name
    holds a reference, never a person's name."""
    line = presenters.opened(document, request.clinic.zone)
    if line.superseded and "anyway" not in request.GET:
        patient = document.patient
        return _page(
            request,
            "plans/document/superseded.html",
            patient,
            line=line,
            back=line.patient_url,
            anyway=f"{line.url}?anyway=yes",
        )
    content = actions.reprint(document=document, by=request.user)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{document.reference}.pdf"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_plan
def chart(request: ClinicianRequest, plan: Plan, look: str) -> HttpResponse:
    """The drawing of a plan in one palette, to be shown as an image beside its table."""
    from plans.documents.chart import DARK, LIGHT, as_svg, draw

    sheet = chart_of(plan, request.today)
    if sheet is None:
        raise Http404
    width = CHART_WIDTHS.get(request.GET.get("size", ""), CHART_WIDTHS[""])
    svg = as_svg(draw(sheet, width=width), DARK if look == "dark" else LIGHT)
    response = HttpResponse(svg, content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_plan
def chart_days(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    """The same drawing, to be read day by day: words for each day, and where its days lie."""
    from plans.documents.chart import span_of_days

    found = reading(plan, request.today)
    if found is None:
        raise Http404
    found["spans"] = {size: span_of_days(width) for size, width in CHART_WIDTHS.items()}
    response = JsonResponse(found)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_plan
def chart_table(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    """What the drawing shows below the doses, in figures; the doses' own table stands beside it."""
    listing = told_of(plan.patient)
    context = {
        "patient": plan.patient,
        "banner": banner(plan.patient, request.today),
        "tab": "overview",
        "nav": "patients",
        "listing": listing,
        "rows": presenters.table_rows(listing),
    }
    return render(request, "plans/document/chart_table.html", context)


def _page(
    request: ClinicianRequest,
    template: str,
    patient: Patient,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    head = {
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": "documents",
        "nav": "patients",
    }
    return render(request, template, {**head, **context}, status=status)
