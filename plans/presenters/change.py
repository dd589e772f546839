"""What a change of a running plan would do, as finished words, for the page that confirms it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from django.urls import reverse
from django.utils.translation import gettext as _

from plans.models.plan import aways_of
from plans.presenters.plan import ComparedLine, ComparedStep, compared_steps, compared_totals
from plans.rules import wording
from plans.rules.cells import read
from plans.rules.compare import compare
from plans.rules.holds import staying_words, stays_until
from plans.rules.lifecycle import PlanState, VersionKind, can_move, verb_of
from plans.rules.schedule import step_on, step_totals
from taperplan import formats
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from datetime import date

    from plans.models import Draft, Plan, Version
    from plans.rules.draft import Cells
    from plans.rules.schedule import Drug, Schedule
    from taperplan.accounts.models import User

KINDS = {
    "hold": VersionKind.HOLD,
    "resume": VersionKind.RESUME,
    "interrupt": VersionKind.INTERRUPT,
    "restart": VersionKind.RESTART,
}


@dataclass(frozen=True)
class ChangeWords:
    """The button on the plan, the page's title, what it does in a sentence, and its icon."""

    button: str
    explains: str
    icon: str


def change_words(kind: VersionKind) -> ChangeWords:
    match kind:
        case VersionKind.HOLD:
            return ChangeWords(
                _("Stay on this dose"),
                _("The doses of the step in force go on. What begins later is later, or waits."),
                "hold",
            )
        case VersionKind.RESUME:
            return ChangeWords(
                _("Go on with the plan"),
                _("What the version before had still to come is back, its doses as signed."),
                "forward",
            )
        case VersionKind.INTERRUPT:
            return ChangeWords(
                _("Interrupt the plan"),
                _(
                    "For these days somebody else sets the doses, or none is taken. "
                    "The plan answers: set by them, not recorded here."
                ),
                "interrupted",
            )
        case VersionKind.RESTART:
            return ChangeWords(
                _("Restart the plan"),
                _("The doses are as signed. Change what is different now in the draft."),
                "starts",
            )
        case VersionKind.FIRST | VersionKind.CHANGE:
            raise ValueError(kind)
        case _:
            assert_never(kind)


@dataclass(frozen=True)
class ChangeAct:
    slug: str
    label: str
    icon: str
    url: str


def change_acts(latest: Version | None, plan: Plan, today: date) -> tuple[ChangeAct, ...]:
    """What can be done to a running plan today, beside a version typed anew."""
    if latest is None or PlanState(plan.state) is not PlanState.ACTIVE:
        return ()
    waits = latest.hold_from is not None and latest.hold_until is None
    away = any(one.last_day is None or one.last_day >= today for one in aways_of(latest))
    offered = [
        ("resume", waits and not away),
        ("hold", not waits and not away),
        ("restart", away),
        ("interrupt", True),
    ]
    return tuple(
        ChangeAct(
            slug,
            change_words(KINDS[slug]).button,
            change_words(KINDS[slug]).icon,
            address(slug, plan),
        )
        for slug, on in offered
        if on and can_move(PlanState.ACTIVE, verb_of(KINDS[slug]))
    )


@dataclass(frozen=True)
class Way:
    label: str
    icon: str
    url: str


def ways_of(plan: Plan, latest: Version | None, user: User) -> tuple[Way, ...]:
    """Where else a plan leads: what is recorded beside it."""
    ways = []
    if latest is not None:
        ways += [
            Way(_("Calendar of days"), "due", address("calendar", plan)),
            Way(_("Supply of a period"), "document", address("supply", plan)),
        ]
        arranged = _("Supply arrangement of version %(n)d") % {"n": latest.number}
        ways.append(Way(arranged, "due", address("arrangement", plan, latest.number)))
        ways.append(
            Way(
                _("Schedule of version %(n)d as CSV") % {"n": latest.number},
                "document",
                address("schedule-csv", plan, latest.number),
            )
        )
        if user.may(Permission.DRAFT_PLAN):
            ways.append(
                Way(_("Next version from a table"), "draft", address("import-version", plan))
            )
    if user.may(Permission.RECORD_CHECK_IN):
        ways.append(Way(_("Instruction by telephone"), "phone", address("instruction", plan)))
    if latest is not None and user.may(Permission.RECORD_CHECK_IN):
        told = _("Told of version %(n)d") % {"n": latest.number}
        ways.append(Way(told, "done", address("told", plan, latest.number)))
    return tuple(ways)


def address(name: str, plan: Plan, number: int | None = None) -> str:
    of_version = {} if number is None else {"number": number}
    return reverse(f"plans:{name}", kwargs={"plan": plan.pk, **of_version})


@dataclass(frozen=True)
class Preview:
    """`moved` are the steps with other dates, `others` how many keep theirs."""

    says: tuple[str, ...]
    moved: tuple[ComparedStep, ...]
    others: int
    totals: tuple[ComparedLine, ...]


def preview(
    kind: VersionKind, before: Schedule, after: Schedule, from_day: date, from_slot: str = ""
) -> Preview:
    found = compare(before, after)
    rows = compared_steps(found, before, after)
    moved = tuple(row for row in rows if row.changed)
    return Preview(
        says=(*_says(kind, before, after, from_day), *_from(from_day, from_slot)),
        moved=moved,
        others=len(rows) - len(moved),
        totals=compared_totals(found),
    )


def draft_preview(before: Cells, after: Cells, *, today: date) -> Preview:
    """Dates of a draft moved, as far as it can be read."""
    was, now = (_readable(read(cells, today=today).so_far) for cells in (before, after))
    return preview(VersionKind.CHANGE, was, now, today)


def _readable(schedule: Schedule) -> Schedule:
    """Without doses of a product that cannot be read yet."""
    return replace(
        schedule,
        steps=tuple(
            replace(
                step,
                doses=tuple(d for d in step.doses if schedule.known_product(d.product) is not None),
            )
            for step in schedule.steps
        ),
    )


def shift_steps(cells: Cells, *, today: date) -> list[tuple[str, str]]:
    """The steps that have a first day, as (key, "Step 3, from Mon 7 Dec 2026")."""
    back = read(cells, today=today).partial.steps
    return [
        (key, _("Step %(n)d, from %(day)s") % {"n": one.number, "day": formats.day(one.first_day)})
        for key, one in back.items()
        if one.first_day is not None
    ]


def _from(day: date, slot: str) -> list[str]:
    """From what time of day the version counts, where one is typed."""
    if not slot:
        return []
    return [_("In force from {day} {slot}.").format(day=formats.day(day), slot=formats.at(slot))]


def _says(kind: VersionKind, before: Schedule, after: Schedule, from_day: date) -> list[str]:
    if kind is VersionKind.CHANGE:
        return []
    if kind is VersionKind.HOLD:
        until = stays_until(after, from_day)
        return [
            f"{drug.name}: {staying_words(dose, until)}." for drug, dose in _doses(after, from_day)
        ]
    if kind is VersionKind.INTERRUPT:
        return [
            _("{days}: set by {where}, not recorded here.").format(
                days=formats.day_range(away.first_day, away.last_day), where=away.where
            )
            for away in after.away
            if away not in before.away
        ]
    return [
        f"{formats.day(from_day)}: {drug.name} {dose}." for drug, dose in _doses(after, from_day)
    ]


def _doses(schedule: Schedule, day: date) -> list[tuple[Drug, str]]:
    found = []
    for drug in schedule.drugs:
        step = step_on(schedule, day, drug)
        if step is not None:
            total = next(t for t in step_totals(schedule, step) if t.drug.key == drug.key)
            found.append((drug, wording.step_total_words(total)))
    return found


def kind_words(draft: Draft) -> str:
    """What a draft was opened as; "" for a version typed anew."""
    if draft.away_from is not None and draft.kind != VersionKind.HOLD.value:
        return _("Set by {where}, not recorded here: {days}").format(
            where=draft.away_where, days=formats.day_range(draft.away_from, draft.away_until)
        )
    if draft.hold_from is not None:
        return _("Staying on the dose of {day}").format(day=formats.day(draft.hold_from))
    if draft.kind == VersionKind.RESUME.value:
        return _("Going on after staying on a dose")
    return ""
