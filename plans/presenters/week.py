"""This week's handouts: whose plan changes or whose check-in is due from Monday to Sunday, and
who is left out of the batch and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from patients.models import without_emergency
from patients.vocabulary import Answer
from plans.models import Escalation, FollowUp, Plan, Version
from plans.models.schedules import schedules
from plans.presenters.handout import STANDING, plan_names
from plans.presenters.paper import purpose, unprintable
from plans.rules.schedule import next_change
from plans.sheets.left_out import LeftOut
from plans.sheets.paper import Column, Footing, Listing, Row, plain, strong
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from patients.models import Patient
    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import Clinic, User

_DAY = timedelta(days=1)
TRANSFERRED = "transferred"


@dataclass(frozen=True)
class WeekLine:
    """One plan of the week. `left_out` says why its handout is not in the batch; "" when it is."""

    plan: Plan
    patient: str
    born: str
    url: str
    what: str
    why: str
    left_out: str


@dataclass(frozen=True)
class Week:
    first: date
    last: date
    lines: tuple[WeekLine, ...]

    @property
    def words(self) -> str:
        return formats.day_range(self.first, self.last)

    @property
    def printed(self) -> tuple[WeekLine, ...]:
        return tuple(line for line in self.lines if not line.left_out)

    @property
    def left_out(self) -> tuple[WeekLine, ...]:
        return tuple(line for line in self.lines if line.left_out)


def week_of(user: User, today: date) -> Week:
    """The plans of this week that `user` may see, by name: a fixed number of queries."""
    first = today - formats.place_in_week(today) * _DAY
    last = first + 6 * _DAY
    plans = (
        Plan.objects.visible_to(user)
        # What was opened in an emergency is not printed, nor named on the sheet of those left out.
        .filter(without_emergency(user, "patient__"), state__in=[*STANDING, TRANSFERRED])
        .select_related("patient__clinic")
    )
    newest: dict[object, Version] = {}
    for version in Version.objects.filter(plan__in=plans).order_by("number"):
        newest[version.plan_id] = version
    found = schedules(newest.values())
    due = dict(
        FollowUp.objects.visible_to(user)
        .filter(due_on__range=(first, last))
        .values_list("patient", "due_on")
    )
    flagged = set(
        Escalation.objects.still_open()
        .filter(patient__in=plans.values("patient"))
        .values_list("patient", flat=True)
    )
    lines = []
    for plan in plans.order_by("patient__family_name", "patient__given_names", "begun_at", "pk"):
        if (signed := newest.get(plan.pk)) is None:
            continue
        schedule = found[signed.pk]
        why = _why(signed, schedule, due.get(plan.patient_id), first, last)
        if why:
            lines.append(_line(plan, signed, schedule, why, flagged=plan.patient_id in flagged))
    return Week(first, last, tuple(lines))


def _why(
    version: Version, schedule: Schedule, check_in: date | None, first: date, last: date
) -> str:
    """What makes the handout one of this week; "" when nothing does."""
    reasons = []
    change = next_change(schedule, first - _DAY)
    if change is not None and change.day <= last:
        reasons.append(_("changes on {day}").format(day=formats.day(change.day)))
    elif first <= version.in_force_from <= last:
        day = formats.day(version.in_force_from)
        reasons.append(_("version {number} from {day}").format(number=version.number, day=day))
    if check_in is not None:
        reasons.append(_("check-in on {day}").format(day=formats.day(check_in)))
    return "; ".join(reasons)


def _line(plan: Plan, version: Version, schedule: Schedule, why: str, *, flagged: bool) -> WeekLine:
    patient = plan.patient
    name = formats.family_given(patient.family_name, patient.given_names)
    if patient.latin_name:
        name = f"{name} ({patient.latin_name})"
    return WeekLine(
        plan=plan,
        patient=name,
        born=formats.short_day(patient.born),
        url=reverse("plans:patient-documents", kwargs={"patient": patient.pk}),
        what=_("{drugs}, version {number}").format(
            drugs=plan_names(schedule), number=version.number
        ),
        why=why,
        left_out=_left_out(plan, patient, flagged=flagged),
    )


def _left_out(plan: Plan, patient: Patient, *, flagged: bool) -> str:
    if patient.died_on is not None:
        return _("died")
    if patient.transfer_accepted_on is not None or plan.state == TRANSFERRED:
        return _("transferred")
    if patient.may_send_letters == Answer.NO:
        return _("wants no letters")
    if patient.joined_to_id is not None:
        return _("this record is joined to another one")
    if flagged:
        return _("a red flag is open: print it by hand")
    return ""


def left_out_sheet(
    clinic: Clinic, week: Week, others: Sequence[tuple[WeekLine, str]], *, by: User, at: datetime
) -> LeftOut:
    """Whose handout is not in the batch. `others`: those that could not be printed just now."""
    rows = [(line, line.left_out) for line in week.left_out] + list(others)
    local = formats.moment(at.astimezone(clinic.zone))
    printed = _("Printed {when}, by {who}.").format(when=local, who=by.name)
    if clinic.demo:
        printed = _("Synthetic data, no real person.") + " " + printed
    return LeftOut(
        language=clinic.spoken,
        name=_("Left out of a batch"),
        author=clinic.name,
        title=_("Left out of this batch"),
        below=(strong(_("For the clinic only. Not for the post.")), plain(week.words)),
        listing=Listing(
            heading=_("Not in it"),
            columns=(
                Column(_("Patient"), 3),
                Column(_("Born"), 2),
                Column(_("Plan"), 3),
                Column(_("Why"), 3),
            ),
            rows=tuple(
                Row((strong(line.patient), plain(line.born), plain(line.what), plain(reason)))
                for line, reason in rows
            ),
            empty=_("Nobody is left out."),
        ),
        unprintable=unprintable(),
        footing=Footing(
            name=clinic.name,
            identity=_("left out of a batch"),
            printed=printed,
            purpose=purpose(),
            page=_("Page {page} of {pages}"),
        ),
    )
