"""A patient's page: who, what is open, what is expected today, what comes next, what happened.

Everything is loaded in ten statements, whatever the number of plans, versions or check-ins.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from patients.models import Patient, of_person
from patients.presenters import answers
from patients.presenters.words import answer_in_words
from patients.vocabulary import Item, TeamRole
from plans.models import CheckIn, Taken, Version
from plans.models.schedules import schedules
from plans.presenters import chart as charts
from plans.presenters.addresses import address
from plans.presenters.plan import Tag, as_needed_words, end_words, state_tag
from plans.presenters.story import Found, Story, document_words, gather, story
from plans.presenters.taking import Taking, takings
from plans.rules.check_in import AskedKind
from plans.rules.holds import holding_on
from plans.rules.lifecycle import PlanState, expected_in_force, version_on
from plans.rules.schedule import (
    Direction,
    Schedule,
    as_needed_on,
    away_on,
    first_day,
    in_force,
    last_day,
    next_change,
)
from plans.rules.schedule_words import End
from taperplan import formats, kept
from taperplan.accounts.roles import Permission
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from patients.intake import Given
    from plans.models import Plan
    from plans.sheets.paper import Line, Listing
    from taperplan.accounts.models import User

_DAY = timedelta(days=1)
_LIVE = (PlanState.ACTIVE.value, PlanState.AFTERCARE.value)
_CARE = (Item.INDICATION, Item.SEIZURES, Item.SEDATIVES, Item.LIVING)


@dataclass(frozen=True)
class NextChange:
    day: str
    takings: tuple[Taking, ...]
    note: str


@dataclass(frozen=True)
class Cell:
    heading: str
    figures: bool
    line: Line


@dataclass(frozen=True)
class TableRow:
    """A step of the table below the chart: its cells, a line under it, whether it is today's."""

    cells: tuple[Cell, ...]
    note: Line
    now: bool


@dataclass(frozen=True)
class PlanNow:
    """One plan as it stands today."""

    key: uuid.UUID
    title: str
    url: str
    tag: Tag
    day: str
    today: tuple[Taking, ...]
    today_words: str
    """Said in the place of doses where there are none to say."""
    several: bool
    notes: tuple[str, ...]
    as_needed: tuple[str, ...]
    change: NextChange | None
    change_words: str
    ends: tuple[str, ...]
    version: str
    signed: str
    later: str
    chart: bool
    listing: Listing
    rows: tuple[TableRow, ...]


@dataclass(frozen=True)
class Due:
    day: str
    ahead: str
    set_by: str
    overdue: str
    today: bool


@dataclass(frozen=True)
class Asked:
    what: str
    words: str
    since: str
    decline_url: str


@dataclass(frozen=True)
class Link:
    words: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Fact:
    label: str
    words: str
    """ "" for what was not asked."""


@dataclass(frozen=True)
class PatientPage:
    plans: tuple[PlanNow, ...]
    drafts: tuple[Link, ...]
    begun: tuple[Link, ...]
    ended: tuple[Link, ...]
    asked: tuple[Asked, ...]
    due: Due | None
    care: tuple[Fact, ...]
    papers: tuple[Link, ...]
    story: Story
    acts: dict[str, str]

    @property
    def nothing_planned(self) -> bool:
        return not (self.plans or self.drafts or self.ended)


def patient_page(
    patient: Patient,
    *,
    user: User,
    now: datetime,
    today: date,
    show: str,
    before: datetime | None,
    address_of_page: str,
) -> PatientPage:
    versions = _versions(patient)
    by_plan: dict[uuid.UUID, list[Version]] = {}
    for version in versions:
        by_plan.setdefault(version.plan_id, []).append(version)
    live = {key: group for key, group in by_plan.items() if group[0].plan.state in _LIVE}
    needed = [one for group in live.values() for one in _needed(group, today)]
    found = schedules(needed)
    check_ins = _told_since(
        patient, min((day for one in found.values() if (day := first_day(one))), default=today)
    )
    gathered = gather(patient, before=before)
    given = answers(patient)
    plans = tuple(
        _plan_now(patient, group, found, check_ins, today=today) for group in live.values()
    )
    return PatientPage(
        plans=plans,
        drafts=_drafts(gathered.get("draft", ()), by_plan),
        begun=_begun(gathered.get("begun", ())),
        ended=tuple(
            _ended(group[-1].plan, group, today)
            for key, group in by_plan.items()
            if key not in live
        ),
        asked=tuple(_asked(row, now, user) for row in gathered.get("asked", ())),
        due=_due(next(iter(gathered.get("due", ())), None), today),
        care=_care(given, gathered.get("team", ())),
        papers=_papers(gathered.get("paper", ()), by_plan),
        story=story(
            gathered,
            versions,
            show=show,
            before=before,
            address_of_page=address_of_page,
            today=today,
        ),
        acts=_acts(patient, user, plans),
    )


def _versions(patient: Patient) -> list[Version]:
    return _kept_versions.objects("", kept.about(patient=patient.pk), _asked_versions)


_kept_versions, _kept_check_ins, _kept_taken = kept.Kept(), kept.Kept(), kept.Kept()


def _asked_versions(marks: kept.Values) -> QuerySet[Version]:
    return (
        Version.objects.filter(of_person(_somebody(marks), "plan__patient"))
        .exclude(plan__state=PlanState.ENTERED_IN_ERROR.value)
        .select_related("plan", "signed_by")
        .order_by("plan__begun_at", "plan_id", "number")
    )


def _somebody(marks: kept.Values) -> Patient:
    return Patient(pk=marks.keys["patient"])


def _told_since(patient: Patient, day: date) -> tuple[CheckIn, ...]:
    """The check-ins that tell of a day since then, oldest first, with what was taken."""
    at = datetime.combine(day, time(), patient.clinic.zone)
    asked = kept.about(today=day, now=at, patient=patient.pk)
    found = _kept_check_ins.objects("", asked, _asked_check_ins)
    taken: dict[uuid.UUID, list[Taken]] = {one.pk: [] for one in found}
    for row in _kept_taken.objects("", asked, _asked_taken):
        if row.check_in_id in taken:
            taken[row.check_in_id].append(row)
    for one in found:
        vars(one).setdefault("_prefetched_objects_cache", {})["taken"] = taken[one.pk]
    return tuple(found)


def _of_days(marks: kept.Values, path: str = "") -> Q:
    told = Q(**{f"{path}period_until__gte": marks.today})
    return told | Q(**{f"{path}happened_at__gte": marks.now})


def _asked_check_ins(marks: kept.Values) -> QuerySet[CheckIn]:
    rows = CheckIn.objects.about(_somebody(marks)).standing().filter(_of_days(marks))
    return rows.only("pk", "happened_at", "period_from", "period_until").order_by(
        "happened_at", "pk"
    )


def _asked_taken(marks: kept.Values) -> QuerySet[Taken]:
    rows = Taken.objects.filter(
        of_person(_somebody(marks), "check_in__patient"), _of_days(marks, "check_in__")
    )
    return rows.select_related("drug").order_by("pk")


def _needed(versions: Sequence[Version], today: date) -> list[Version]:
    """The newest version, and those that answer for some hour of today."""
    wanted = {versions[-1].pk: versions[-1]}
    for day in (today - _DAY, today):
        standing = version_on(versions, day)
        if standing is not None:
            wanted[standing.pk] = standing
    return list(wanted.values())


# --- a plan today -----------------------------------------------------------------------------


def _plan_now(
    patient: Patient,
    versions: Sequence[Version],
    found: dict[uuid.UUID, Schedule],
    check_ins: tuple[CheckIn, ...],
    *,
    today: date,
) -> PlanNow:
    standing = version_on(versions, today)
    shown = standing or versions[-1]
    schedule = found[shown.pk]
    known = {one.number: found[one.pk] for one in versions if one.pk in found}
    doses = [expected for _version, expected in expected_in_force(versions, known, today)]
    taken_now = takings(doses, schedule, today) if standing is not None else ()
    facts = charts.PlanFacts(
        plan=shown.plan,
        versions=tuple(versions),
        schedules=known,
        check_ins=check_ins,
        flags=(),
        today=today,
        zone=patient.clinic.zone,
    )
    listing = charts.table(facts, charts.told(facts))
    change, change_words = _next(schedule, shown, today)
    return PlanNow(
        key=shown.plan_id,
        title=shown.title or shown.plan.title or _plan_name(schedule),
        url=address("plans:plan", plan=shown.plan_id),
        tag=state_tag(shown.plan, standing, today),
        day=formats.day(today),
        today=taken_now,
        today_words="" if taken_now else _nothing(schedule, shown, standing, today),
        several=len(schedule.drugs) > 1,
        notes=tuple(_notes(schedule, standing, today)),
        as_needed=tuple(as_needed_words(schedule, line) for line in as_needed_on(schedule, today)),
        change=change,
        change_words=change_words,
        ends=tuple(_ends(schedule)),
        version=_("Version %(number)s") % {"number": shown.number},
        signed=_("Signed %(day)s by %(name)s")
        % {
            "day": formats.short_day(timezone.localdate(shown.signed_at)),
            "name": shown.signed_by.name,
        },
        later=_later(versions, shown),
        chart=first_day(facts.schedule) is not None,
        listing=listing,
        rows=tuple(
            TableRow(
                cells=tuple(
                    Cell(column.label, column.figures, cell)
                    for column, cell in zip(listing.columns, row.cells, strict=True)
                ),
                note=row.note,
                now=in_force(step, today),
            )
            for row, step in zip(listing.rows, facts.schedule.steps, strict=True)
        ),
    )


def _plan_name(schedule: Schedule) -> str:
    return formats.listing([drug.name for drug in schedule.drugs])


def _nothing(schedule: Schedule, shown: Version, standing: Version | None, today: date) -> str:
    """Why there is no dose to say today."""
    begins, ends = first_day(schedule), last_day(schedule)
    away = away_on(schedule, today)
    if standing is None:
        day = max(begins or shown.in_force_from, shown.in_force_from)
        return _("Begins %(day)s") % {"day": formats.day(day)}
    if away is not None:
        return _("Set by %(where)s, not recorded here") % {"where": away.where}
    if begins is not None and today < begins:
        return _("Begins %(day)s") % {"day": formats.day(begins)}
    if ends is not None and ends < today:
        return _("No dose stated since %(day)s") % {"day": formats.day(ends)}
    return _("No dose stated for today")


def _notes(schedule: Schedule, standing: Version | None, today: date) -> Iterable[str]:
    if standing is None:
        return
    if holding_on(standing.hold_from, standing.hold_until, today) and standing.hold_from:
        day = (today - standing.hold_from).days + 1
        if standing.hold_until is None:
            yield _("Staying on this dose, day %(day)s. The next change is not dated.") % {
                "day": day
            }
        else:
            yield _("Staying on this dose, day %(day)s of %(days)s.") % {
                "day": day,
                "days": (standing.hold_until - standing.hold_from).days + 1,
            }
    begins, ends = first_day(schedule), last_day(schedule)
    if begins is None or today < begins or (ends is not None and today > ends):
        return
    day = (today - begins).days + 1
    if ends is None:
        yield _("Plan day %(day)s.") % {"day": formats.number(day)}
    else:
        yield _("Plan day %(day)s of %(days)s.") % {
            "day": formats.number(day),
            "days": formats.number((ends - begins).days + 1),
        }


def _next(schedule: Schedule, shown: Version, today: date) -> tuple[NextChange | None, str]:
    change = next_change(schedule, max(today, shown.in_force_from - _DAY))
    if change is None:
        if shown.hold_from is not None and shown.hold_until is None:
            return None, _("Not dated. The clinic tells the next change.")
        return None, _("No later change is dated")
    doses = [
        one for _version, one in expected_in_force([shown], {shown.number: schedule}, change.day)
    ]
    changing = {one.drug.key for one in change.drugs}
    after = takings([one for one in doses if one.drug.key in changing], schedule, change.day)
    ended = [
        Taking(one.drug.name, _after_the_end(one.drug.end), (), Direction.ENDS)
        for one in change.drugs
        if one.after is None
    ]
    steps = [step.number for step in schedule.steps if step.first_day == change.day]
    ahead = formats.length((change.day - today).days)
    note = _("In %(days)s.") % {"days": ahead}
    if steps:
        numbers = formats.listing([formats.number(number) for number in steps])
        note = _("Step %(step)s, in %(days)s.") % {"step": numbers, "days": ahead}
    day = formats.day(change.day)
    if change.from_slot is not None:
        day = _("%(day)s, from %(time)s") % {
            "day": day,
            "time": formats.slot_name(change.from_slot.token).lower(),
        }
    return (
        NextChange(
            day=day,
            takings=(*after, *ended),
            note=note,
        ),
        "",
    )


def _after_the_end(end: End | None) -> str:
    match end:
        case End.STOP:
            return _("Stop")
        case End.REFER:
            return _("Refer")
        case _other:
            return _("No dose stated")


def _ends(schedule: Schedule) -> Iterable[str]:
    """As "Stop after Wed 23 Dec 2026"; each drug named where there are several."""
    for drug in schedule.drugs:
        words = end_words(drug)
        days = [step.last_day for step in schedule.steps_of(drug)]
        known = [day for day in days if day is not None]
        if drug.end is End.STOP and known and len(known) == len(days):
            words = _("Stop after %(day)s") % {"day": formats.day(max(known))}
            if drug.end_note:
                words = f"{words}. {drug.end_note}"
        words = words or _("No end: as needed only")
        yield f"{drug.name}: {words}" if len(schedule.drugs) > 1 else words


def _later(versions: Sequence[Version], shown: Version) -> str:
    """A version that is signed and not yet in force."""
    newest = versions[-1]
    if newest.pk == shown.pk:
        return ""
    return _("Version %(number)s is in force from %(day)s.") % {
        "number": newest.number,
        "day": formats.day(newest.in_force_from),
    }


# --- what stands beside -------------------------------------------------------------------------


def _drafts(rows: Sequence[Found], by_plan: dict[uuid.UUID, list[Version]]) -> tuple[Link, ...]:
    links = []
    for row in rows:
        signed = by_plan.get(row.plan, []) if row.plan else []
        words = _("Draft of version %(number)s") % {
            "number": signed[-1].number + 1 if signed else 1
        }
        links.append(Link(words, address("plans:draft", plan=row.plan), _changed(row)))
    return tuple(links)


def _begun(rows: Sequence[Found]) -> tuple[Link, ...]:
    return tuple(
        Link(
            _("Check-in begun, not completed"),
            address("plans:check-in-edit", check_in_draft=row.id),
            _changed(row),
        )
        for row in rows
    )


def _changed(row: Found) -> str:
    at = formats.moment(timezone.localtime(row.at)) if row.at else ""
    return _("last changed %(when)s by %(name)s") % {"when": at, "name": row.who}


def _ended(plan: Plan, versions: Sequence[Version], today: date) -> Link:
    state = state_tag(plan, version_on(versions, today), today)
    return Link(
        versions[-1].title or plan.title or _("Plan"),
        address("plans:plan", plan=plan.pk),
        note=state.kind,
    )


def _asked(row: Found, now: datetime, user: User) -> Asked:
    since = formats.ago(row.at, now) if row.at else ""
    words = _("%(name)s: \u201c%(words)s\u201d") % {"name": row.who, "words": row.c}
    if row.b:
        words = _("%(name)s, as told by %(prescriber)s: \u201c%(words)s\u201d") % {
            "name": row.who,
            "prescriber": row.b,
            "words": row.c,
        }
    may = user.may(Permission.SIGN_PLAN)
    return Asked(
        what=AskedKind(row.a).label,
        words=words,
        since=since,
        decline_url=address("plans:request-decline", asked=row.id) if may else "",
    )


def _due(row: Found | None, today: date) -> Due | None:
    if row is None or row.on is None:
        return None
    ahead = (row.on - today).days
    overdue = ""
    if ahead < 0:
        overdue = ngettext("%(n)s day overdue", "%(n)s days overdue", -ahead) % {"n": -ahead}
    return Due(
        day=formats.day(row.on),
        ahead=_("In %(days)s") % {"days": formats.length(ahead)} if ahead > 0 else "",
        set_by=_("Date set by %(name)s") % {"name": row.who},
        overdue=overdue,
        today=ahead == 0,
    )


def _care(given: dict[Item, Given], team: Sequence[Found]) -> tuple[Fact, ...]:
    facts = [
        Fact(
            role.words[:1].upper() + role.words[1:],
            formats.listing([row.who for row in team if row.a == role.value]) or _("nobody named"),
        )
        for role in TeamRole
    ]
    facts += [Fact(item.words, answer_in_words(given.get(item))) for item in _CARE]
    return tuple(facts)


def _papers(rows: Sequence[Found], by_plan: dict[uuid.UUID, list[Version]]) -> tuple[Link, ...]:
    links = []
    ordered = sorted(rows, key=lambda row: (row.at is not None, row.at), reverse=True)
    for row in ordered:
        newest = by_plan[row.plan][-1].number if row.plan in by_plan else row.n
        at = formats.moment(timezone.localtime(row.at)) if row.at else ""
        note = _("Printed %(when)s.") % {"when": at}
        if row.n and row.n < newest:
            note += " " + _("Superseded.")
        links.append(Link(document_words(row), address("plans:document", document=row.id), note))
    return tuple(links)


def _acts(patient: Patient, user: User, plans: Sequence[PlanNow]) -> dict[str, str]:
    """Where the buttons of the head lead; "" for what this person may not do."""

    def door(permission: Permission, name: str) -> str:
        return address(name, patient=patient.pk) if user.may(permission) else ""

    paper = door(Permission.PRINT_DOCUMENT, "plans:print-document")
    return {
        "check_in": door(Permission.RECORD_CHECK_IN, "plans:check-in-new"),
        "contact": door(Permission.RECORD_CHECK_IN, "plans:contact-new"),
        "plan": plans[0].url if len(plans) == 1 else address("plans:plans", patient=patient.pk),
        "paper": paper,
        "summary": f"{paper}?what=summary" if paper else "",
        "handout": f"{paper}?what=handout:{plans[0].key}" if paper and len(plans) == 1 else paper,
    }
