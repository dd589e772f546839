"""A running plan stays on a dose, goes on, is interrupted, is restarted: each a draft to sign.

Dates move, and nothing else: every quantity in such a draft was typed and signed before. What
moves is shown first, and the draft is made by a second press. Findings that were accepted stay
accepted as long as their figures are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from plans.actions.plan import NotDoneError, open_draft, standing_days
from plans.models import Draft, Plan, Version
from plans.models.plan import away_columns
from plans.rules import cells as rule_cells
from plans.rules import holds
from plans.rules.lifecycle import MoveRefused, PlanState, VersionKind, check_move, verb_of
from plans.rules.schedule import Texts, When
from taperplan import formats
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from datetime import date, datetime

    from plans.rules.draft import Cells
    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import User


@dataclass(frozen=True)
class Change:
    """What would be drafted: the schedule as signed, and as it would be; `days` go with it."""

    kind: VersionKind
    replaces: Version
    before: Schedule
    after: Schedule
    from_day: date
    reason: str
    days: dict[str, Any] = field(default_factory=dict)
    # The time of day from which the new version is in force; "" the start of the day.
    from_slot: str = ""


def latest_of(plan: Plan) -> Version | None:
    return Version.objects.filter(plan=plan).order_by("-number").first()


def _standing(plan: Plan) -> Version:
    latest = latest_of(plan)
    if latest is None:
        raise NotDoneError(_("No version is signed."))
    return latest


def staying(
    *,
    plan: Plan,
    from_day: date,
    days: int | None = None,
    until: date | None = None,
    reason: str,
    today: date,
) -> Change:
    """Stay on the doses of a day: so many days more, or up to a day, or (neither) until told.

    Raises:
        NotDoneError: no step is in force then, or the day is not after its last day.
    """
    latest = _standing(plan)
    before = latest.schedule()
    try:
        if until is not None:
            days = _days_more(before, from_day, until)
        after = holds.held(before, from_day, days)
    except holds.HoldRefused as refused:
        raise NotDoneError(refused.sentence) from refused
    return Change(
        VersionKind.HOLD, latest, before, after, from_day, reason,
        {**standing_days(latest, today), "hold_from": from_day},
    )  # fmt: skip


def _days_more(schedule: Schedule, from_day: date, until: date) -> int:
    ends = holds.stays_until(schedule, from_day)
    if ends is None:
        raise holds.HoldRefused(_("The step in force has no last day."))
    if until <= ends:
        raise holds.HoldRefused(
            _("The step in force ends on {ends}. {until} is not after it.").format(
                ends=formats.day(ends), until=formats.day(until)
            )
        )
    return (until - ends).days


def going_on(*, plan: Plan, from_day: date, reason: str, today: date) -> Change:
    """After an open stay: what the version before it had still to come begins on `from_day`."""
    latest = _standing(plan)
    held = _open_stay(plan)
    if held is None or held.replaces is None:
        raise NotDoneError(_("The plan does not wait on a dose: no change waits to go on."))
    before = latest.schedule()
    try:
        after = holds.resumed(before, held.replaces.schedule(), from_day)
    except holds.HoldRefused as refused:
        raise NotDoneError(refused.sentence) from refused
    days = standing_days(latest, today)
    days.pop("hold_from", None)
    return Change(VersionKind.RESUME, latest, before, after, from_day, reason, days)


def _open_stay(plan: Plan) -> Version | None:
    """The version that began the open stay which still stands."""
    for version in Version.objects.filter(plan=plan).select_related("replaces").order_by("-number"):
        if version.hold_from is None or version.hold_until is not None:
            return None
        if version.kind == VersionKind.HOLD.value:
            return version
    return None


def interrupting(
    *, plan: Plan, from_day: date, until: date | None, where: str, reason: str
) -> Change:
    """Days on which somebody else sets the doses, or none is taken. No step moves."""
    latest = _standing(plan)
    before = latest.schedule()
    try:
        after = holds.interrupted(before, from_day, until, where=where, why=reason.strip()[:500])
    except holds.HoldRefused as refused:
        raise NotDoneError(refused.sentence) from refused
    days = away_columns(after.away)
    return Change(VersionKind.INTERRUPT, latest, before, after, from_day, reason, days)


def restarting(*, plan: Plan, from_day: date, later: bool, reason: str) -> Change:
    """After an interruption; `later`: what was not over moves by its days, else as signed."""
    latest = _standing(plan)
    before = latest.schedule()
    try:
        after = holds.restarted(before, from_day, later=later)
    except holds.HoldRefused as refused:
        raise NotDoneError(refused.sentence) from refused
    days = away_columns(after.away)
    return Change(VersionKind.RESTART, latest, before, after, from_day, reason, days)


WAITS_FOR_DRAFT = gettext_lazy("A draft is open on this plan. Sign it or discard it first.")


def check(plan: Plan, kind: VersionKind) -> None:
    """Raises NotDoneError where the plan's state has no such move."""
    try:
        check_move(PlanState(plan.state), verb_of(kind), reason="-", signed=True)
    except MoveRefused as refused:
        raise NotDoneError(refused.sentence) from refused


def waits_for(plan: Plan) -> str:
    """Why nothing can be drafted now; "" where nothing is in the way."""
    return str(WAITS_FOR_DRAFT) if Draft.objects.filter(plan=plan).exists() else ""


def draft(*, key: uuid.UUID, plan: Plan, change: Change, now: datetime, by: User) -> Draft:
    """The draft of a change that was shown and confirmed. The same form, the same draft.

    Raises:
        NotDoneError: the plan has no such move, another draft is open, or this one is signed.
    """
    if made := _made(key, plan):
        return made
    check(plan, change.kind)
    if waits := waits_for(plan):
        # It may be this form's own, made meanwhile by its first arrival.
        if made := _made(key, plan):
            return made
        raise NotDoneError(waits)
    try:
        with transaction.atomic():
            opened = open_draft(
                key=key, plan=plan, cells=_cells(change), replaces=change.replaces,
                kind=change.kind, now=now, by=by, **change.days,
            )  # fmt: skip
            trail.record(Verb.DRAFT_OPENED, opened, patient=plan.patient, by=by)
    except IntegrityError:
        if made := _made(key, plan):
            return made
        raise NotDoneError(str(WAITS_FOR_DRAFT)) from None
    return opened


def _made(key: uuid.UUID, plan: Plan) -> Draft | None:
    return Draft.objects.select_related("plan").filter(pk=key, plan=plan).first()


def _cells(change: Change) -> Cells:
    version = change.replaces
    cells = rule_cells.cells_from(
        change.after,
        title=version.title,
        in_force_from=change.from_day,
        in_force_slot=When.of(change.from_slot) if change.from_slot else None,
        reason=change.reason,
        texts=Texts(version.patient_text, version.pharmacy_text, version.team_text),
        missed_dose_text=version.missed_dose_text,
    )
    cells["acceptances"] = [
        {"code": line.code, "subject": line.subject, "reason": line.reason}
        for line in version.acceptances.order_by("pk")
    ]
    return cells
