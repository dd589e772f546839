"""The supply arrangement of a version: read by everybody, typed by prescribers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plans.access import load_version
from plans.actions import arrangement as actions
from plans.forms import arrangement as forms
from plans.presenters import arrangement as presenters
from plans.rules.collection_days import weekdays
from plans.views.pages import REFUSED, page_of
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse, QueryDict

    from plans.models import Version
    from plans.rules.schedule import Schedule
    from taperplan.accounts.http import ClinicianRequest


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.VIEW_PATIENTS)
def arrangement(request: ClinicianRequest, **of: object) -> HttpResponse:
    return (_arrange if request.method == "POST" else _read)(request, **of)


@load_version
def _read(request: ClinicianRequest, version: Version) -> HttpResponse:
    schedule = version.schedule()
    form = None
    if request.user.may(Permission.DRAFT_PLAN):
        form = _form(request, schedule, None)
    return _page(request, version, schedule, form, forms.ListForm())


@require_permission(Permission.DRAFT_PLAN)
@load_version
def _arrange(request: ClinicianRequest, version: Version) -> HttpResponse:
    schedule = version.schedule()
    if request.POST.get("act") == "list":
        return _listed(request, version, schedule)
    form = _form(request, schedule, request.POST)
    waits = forms.is_listing(request.POST)
    if waits:
        # What is typed there would be gone, and the collections would lack it.
        sentence = _("Days are typed for a list and not listed yet. List them, or empty the boxes.")
        form.add_error(None, sentence)
    if not form.is_valid():
        listing = forms.ListForm(request.POST if waits else None)
        return _page(request, version, schedule, form, listing, status=REFUSED)
    given = form.cleaned_data
    actions.arrange(
        key=given["token"],
        version=version,
        arrangement=actions.Arrangement(
            pack=given["pack"],
            taking=given["taking"],
            days=given["collections"],
            until=given["until"],
            collected_by=given["collected_by"],
            note=given["note"],
            as_needed={
                key: given[name] for name, key in form.needed.items() if given[name] is not None
            },
        ),
        now=request.now,
        by=request.user,
    )
    messages.success(request, _("The arrangement is recorded."))
    return redirect("plans:arrangement", plan=version.plan_id, number=version.number)


def _listed(request: ClinicianRequest, version: Version, schedule: Schedule) -> HttpResponse:
    """The chosen weekdays as lines that can be moved; nothing is recorded yet."""
    listing = forms.ListForm(request.POST)
    data: QueryDict = request.POST
    if listing.is_valid():
        chosen = listing.cleaned_data
        days = tuple(weekdays(chosen["list_first"], chosen["list_last"], chosen["weekdays"]))
        data = forms.with_listed(request.POST, days)
        listing = forms.ListForm()
    form = _form(request, schedule, data)
    form.unread()
    status = REFUSED if listing.is_bound else 200
    return _page(request, version, schedule, form, listing, status=status)


def _form(request: ClinicianRequest, schedule: Schedule, data: object) -> forms.ArrangementForm:
    lines = [(line.key, presenters.needed_words(schedule, line)) for line in schedule.as_needed]
    return forms.ArrangementForm(data, user=request.user, as_needed=lines)


def _page(
    request: ClinicianRequest,
    version: Version,
    schedule: Schedule,
    form: forms.ArrangementForm | None,
    listing: forms.ListForm,
    *,
    status: int = 200,
) -> HttpResponse:
    supply = presenters.standing(version)
    return page_of(
        request,
        "plans/change/arrangement.html",
        version.plan.patient,
        status=status,
        plan=version.plan,
        version=version,
        page=presenters.page(schedule, supply) if supply else None,
        form=form,
        listing=listing,
    )
