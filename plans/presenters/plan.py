"""A plan and its signed versions as finished words, for the pages of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from plans.models import Draft, Move, Plan, Version
from plans.models.plan import aways_of
from plans.presenters import choices
from plans.presenters.by_date import ByDate, by_date, column_label, head_words
from plans.presenters.check_in_story import asked_in_words
from plans.presenters.grid import SupplyLine, closed_period
from plans.rules import wording
from plans.rules.compare import Comparison, Kind, StepPair, compare
from plans.rules.holds import stays_until
from plans.rules.lifecycle import (
    PlanState,
    PlanVerb,
    moves_from,
    version_on,
)
from plans.rules.schedule import (
    AsNeeded,
    Away,
    Direction,
    Drug,
    Product,
    Schedule,
    Step,
    When,
    direction,
    step_totals,
    supply,
)
from plans.rules.schedule_words import End, Form
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from patients.models import Patient
    from plans.models.check_in import RequestQuerySet
    from plans.rules.cells import Reading

_LINES = 4
_DAY = timedelta(days=1)
STATE_TAGS: Mapping[PlanState, str] = {
    PlanState.DRAFT: "draft",
    PlanState.ACTIVE: "active",
    PlanState.AFTERCARE: "aftercare",
    PlanState.COMPLETED: "completed",
    PlanState.STOPPED: "stopped",
    PlanState.TRANSFERRED: "transferred",
    PlanState.LOST_TO_CONTACT: "lost",
    PlanState.ENTERED_IN_ERROR: "error",
}
UNSIGNED_MOVES = (
    PlanVerb.BEGIN_AFTERCARE,
    PlanVerb.COMPLETE,
    PlanVerb.STOP,
    PlanVerb.TRANSFER,
    PlanVerb.LOSE_CONTACT,
    PlanVerb.ENTER_IN_ERROR,
)
"""Moves that sign nothing, in the order of their buttons."""


@dataclass(frozen=True)
class Tag:
    kind: str
    words: str = ""


# --- one schedule, read only ----------------------------------------------------------------


@dataclass(frozen=True)
class ShownDose:
    """`typed` is "" where nothing is stated."""

    label: str
    typed: str
    read: str


@dataclass(frozen=True)
class ShownGroup:
    """One row of a step: on which days, and a dose in each column."""

    days: str
    doses: tuple[ShownDose, ...]


@dataclass(frozen=True)
class ShownTotal:
    drug: str
    words: str
    way: str


@dataclass(frozen=True)
class ShownStep:
    number: int
    first: str
    first_weekday: str
    begins: str
    days: str
    last: str
    last_weekday: str
    dates: str
    pattern: str
    groups: tuple[ShownGroup, ...]
    totals: tuple[ShownTotal, ...]
    reason: str
    texts: tuple[tuple[str, str], ...]
    now: bool


@dataclass(frozen=True)
class ShownHead:
    name: str
    rest: str
    span: int
    line: int


@dataclass(frozen=True)
class ShownSchedule:
    heads: tuple[ShownHead, ...]
    times: tuple[str, ...]
    drugs: tuple[tuple[str, int], ...]
    steps: tuple[ShownStep, ...]
    ends: tuple[tuple[str, str], ...]
    as_needed: tuple[str, ...]
    supply: tuple[SupplyLine, ...]
    supply_period: str
    wide: bool
    by_date: ByDate | None


def shown(schedule: Schedule, *, today: date | None = None) -> ShownSchedule:
    """The whole schedule as a table. `today` marks the step in force."""
    used = {(dose.product, dose.when) for step in schedule.steps for dose in step.doses}
    columns = [
        (product, when)
        for product in schedule.products
        for when in sorted(when for key, when in used if key == product.key)
    ]
    lines = {drug.key: at % _LINES + 1 for at, drug in enumerate(schedule.drugs)}
    heads = []
    for product in schedule.products:
        span = sum(1 for other, _when in columns if other.key == product.key)
        if span:
            name, rest = head_words(schedule, product)
            heads.append(ShownHead(name, rest, span, lines[product.drug]))
    period = closed_period(schedule)
    return ShownSchedule(
        heads=tuple(heads),
        times=tuple(formats.slot_name(when.token) for _product, when in columns),
        drugs=tuple((drug.name, lines[drug.key]) for drug in schedule.drugs),
        steps=tuple(
            _step(schedule, step, [(p.key, when) for p, when in columns], today)
            for step in schedule.steps
        ),
        ends=tuple((drug.name, end_words(drug)) for drug in schedule.drugs if drug.end),
        as_needed=tuple(as_needed_words(schedule, line) for line in schedule.as_needed),
        supply=supply_lines(schedule, *period) if period else (),
        supply_period=formats.day_range(*period) if period else "",
        wide=len(columns) > 5,
        by_date=by_date(schedule),
    )


def _step(
    schedule: Schedule, step: Step, columns: list[tuple[str, When]], today: date | None
) -> ShownStep:
    rows: dict[int, dict[tuple[str, When], ShownDose]] = {}
    words: dict[int, str] = {}
    for dose in step.doses:
        product = schedule.product(dose.product)
        rows.setdefault(dose.on_days, {})[dose.product, dose.when] = ShownDose(
            label="",
            typed=wording.figure(product, dose.quantity),
            read=wording.amount_under(product, dose.quantity),
        )
        words[dose.on_days] = wording.days_words(schedule, step, dose)
    totals = {total.drug.key: total for total in step_totals(schedule, step)}
    return ShownStep(
        number=step.number,
        first=formats.short_day(step.first_day),
        first_weekday=formats.weekday(step.first_day),
        begins=formats.at(step.from_slot.token) if step.from_slot else "",
        days=formats.length((step.last_day - step.first_day).days + 1) if step.last_day else "",
        last=formats.short_day(step.last_day) if step.last_day else "",
        last_weekday=formats.weekday(step.last_day) if step.last_day else "",
        dates=formats.day_range(step.first_day, step.last_day),
        pattern=wording.pattern_words(step),
        groups=tuple(
            ShownGroup(
                days=words[mask] if len(rows) > 1 or step.cycle_days > 1 else "",
                doses=tuple(_dose(schedule, row.get(column), *column) for column in columns),
            )
            for mask, row in rows.items()
        ),
        totals=tuple(
            ShownTotal(
                drug=drug.name,
                words=wording.step_total_words(totals[drug.key])
                if drug.key in totals
                else _("no statement"),
                way=direction(schedule, step, drug).value
                if drug.key in totals
                else Direction.NONE.value,
            )
            for drug in schedule.drugs
        ),
        reason=step.reason,
        texts=_texts(step.texts.patient, step.texts.pharmacy, step.texts.team),
        now=today is not None
        and step.first_day <= today
        and (step.last_day is None or today <= step.last_day),
    )


def _dose(schedule: Schedule, stated: ShownDose | None, key: str, when: When) -> ShownDose:
    label = column_label(schedule, schedule.product(key), when)
    return replace(stated, label=label) if stated else ShownDose(label, "", "")


def _texts(patient: str, pharmacy: str, team: str) -> tuple[tuple[str, str], ...]:
    named = ((_("Patient"), patient), (_("Pharmacy"), pharmacy), (_("Team"), team))
    return tuple((who, text) for who, text in named if text)


def end_words(drug: Drug) -> str:
    """As "Stop", "Maintain at this dose until a review on Mon 1 Mar 2027"."""
    match drug.end:
        case End.MAINTAIN if drug.review_on:
            words = _("Maintain at this dose until the review on %(day)s") % {
                "day": formats.day(drug.review_on)
            }
        case None:
            return ""
        case end:
            words = choices.word(choices.ENDS, end.value)
    return f"{words}. {drug.end_note}" if drug.end_note else f"{words}."


def as_needed_words(schedule: Schedule, line: AsNeeded) -> str:
    product = schedule.product(line.product)
    parts = [
        _("%(name)s: %(dose)s when needed")
        % {
            "name": wording.product_name(product, schedule.drug(product.drug)),
            "dose": wording.dose_words(product, line.quantity),
        }
    ]
    if line.maximum is not None:
        parts.append(
            _("at most %(quantity)s in 24 hours")
            % {"quantity": wording.quantity_words(product, line.maximum)}
        )
    if line.gap_minutes:
        parts.append(
            _("at least %(span)s between two")
            % {"span": formats.duration(timedelta(minutes=line.gap_minutes))}
        )
    if line.reason:
        parts.append(line.reason)
    parts.append(formats.day_range(line.first_day, line.last_day))
    return " · ".join(parts)


def supply_lines(schedule: Schedule, first: date, last: date) -> tuple[SupplyLine, ...]:
    return tuple(
        SupplyLine(
            name=wording.product_label(line.product, schedule.drug(line.product.drug)),
            words=formats.quantity(line.quantity, line.product.form),
        )
        for line in supply(schedule, first, last)
    )


# --- versions, the plan ---------------------------------------------------------------------


@dataclass(frozen=True)
class VersionLine:
    number: int
    tag: Tag
    in_force: str
    signed: str
    reason: str


@dataclass(frozen=True)
class MoveLine:
    at: str
    words: str
    detail: str


@dataclass(frozen=True)
class MoveAct:
    slug: str
    label: str


@dataclass(frozen=True)
class DraftLine:
    """The draft that is open: "draft 2", and who typed in it last, when."""

    number: int
    changed: str


@dataclass(frozen=True)
class AskedLine:
    """Asked for, not yet signed."""

    key: str
    words: str
    since: str
    decline_url: str


@dataclass(frozen=True)
class PlanPage:
    reference: str
    title: str
    tag: Tag
    in_force: VersionLine | None
    schedule: ShownSchedule | None
    notes: tuple[tuple[str, str], ...]
    versions: tuple[VersionLine, ...]
    moves: tuple[MoveLine, ...]
    draft: DraftLine | None
    acts: tuple[MoveAct, ...]
    may_revise: bool
    asked: tuple[AskedLine, ...]
    latest: Version | None


def asked_lines(requests: RequestQuerySet) -> tuple[AskedLine, ...]:
    """What prescribers are asked for, oldest first. One query."""
    return tuple(
        AskedLine(
            key=str(request.pk),
            words=asked_in_words(request),
            since=_("asked for, not yet signed, since %(moment)s") % {"moment": moment(request.at)},
            decline_url=reverse("plans:request-decline", kwargs={"asked": request.pk}),
        )
        for request in requests.select_related("by", "given_by").order_by("at", "pk")
    )


def plan_page(plan: Plan, requests: RequestQuerySet, *, today: date) -> PlanPage:
    """Versions, moves and draft with their people, what is asked for, and the schedule of the
    version that counts today (or will count first): nine queries."""
    versions = list(plan.versions.select_related("signed_by").order_by("number"))
    moves = list(plan.moves.select_related("by", "version").order_by("-number"))
    draft = Draft.objects.select_related("changed_by").filter(plan=plan).first()
    standing = version_on(versions, today) or next(iter(versions), None)
    state = PlanState(plan.state)
    verbs = moves_from(state)
    return PlanPage(
        reference=plan.reference,
        title=plan.title or _("Plan"),
        tag=state_tag(plan, standing, today),
        in_force=version_line(standing, versions, plan, today) if standing else None,
        schedule=shown(standing.schedule(), today=today) if standing else None,
        notes=version_notes(standing) if standing else (),
        versions=tuple(
            version_line(version, versions, plan, today) for version in reversed(versions)
        ),
        moves=tuple(move_line(move) for move in moves),
        draft=draft_line(draft, versions) if draft else None,
        acts=tuple(
            MoveAct(slug_of(verb), str(MOVE_WORDS[verb].button))
            for verb in UNSIGNED_MOVES
            if verb in verbs
        ),
        may_revise=PlanVerb.SIGN in verbs or PlanVerb.RESTART in verbs,
        asked=asked_lines(requests),
        latest=versions[-1] if versions else None,
    )


def draft_line(draft: Draft, versions: list[Version]) -> DraftLine:
    changed = _("%(name)s, %(moment)s") % {
        "name": draft.changed_by.name,
        "moment": moment(draft.changed_at),
    }
    return DraftLine(number=len(versions) + 1, changed=changed)


def moment(at: datetime) -> str:
    return formats.moment(timezone.localtime(at))


def state_tag(plan: Plan, standing: Version | None, today: date) -> Tag:
    """The state, or what the version in force makes of an active plan."""
    state = PlanState(plan.state)
    if state is PlanState.ACTIVE and standing is not None:
        if any(
            one.first_day <= today and _until(one.last_day, today) for one in aways_of(standing)
        ):
            return Tag("interrupted")
        if (
            standing.hold_from
            and standing.hold_from <= today
            and _until(standing.hold_until, today)
        ):
            return Tag("staying")
    return Tag(STATE_TAGS[state])


def _until(last: date | None, today: date) -> bool:
    return last is None or today <= last


def version_line(version: Version, versions: list[Version], plan: Plan, today: date) -> VersionLine:
    begins = formats.day(version.in_force_from)
    if version.in_force_slot:
        begins = f"{begins} {formats.at(version.in_force_slot)}"
    return VersionLine(
        number=version.number,
        tag=_version_tag(version, versions, plan, today),
        in_force=_("in force from %(day)s") % {"day": begins},
        signed=_("signed %(moment)s by %(name)s")
        % {"moment": moment(version.signed_at), "name": version.signed_by.name},
        reason=version.reason,
    )


def _version_tag(version: Version, versions: list[Version], plan: Plan, today: date) -> Tag:
    if version == version_on(versions, today):
        return state_tag(plan, version, today)
    later = [other for other in versions if other.number > version.number]
    if version.in_force_from > today and not any(
        other.in_force_from <= version.in_force_from for other in later
    ):
        return Tag("soon", _("In force later"))
    return Tag("superseded")


def version_notes(version: Version) -> tuple[tuple[str, str], ...]:
    """What was written with a version, under what head."""
    notes = [
        (_("Reason for this version"), version.reason),
        (_("For the patient"), version.patient_text),
        (_("When a dose is missed or vomited"), version.missed_dose_text),
        (_("For the pharmacy"), version.pharmacy_text),
        (_("For the team"), version.team_text),
        (_("Signed although items were not asked"), version.not_asked_reason),
    ]
    days = days_notes(version.hold_from, version.hold_until, aways_of(version))
    return tuple((head, text) for head, text in (*days, *notes) if text)


def days_notes(
    hold_from: date | None, hold_until: date | None, aways: Iterable[Away]
) -> Iterator[tuple[str, str]]:
    """Who sets the doses on which days, and how long the patient stays on a dose."""
    for away in aways:
        yield (
            _("Set by %(where)s, not recorded here") % {"where": away.where},
            formats.day_range(away.first_day, away.last_day),
        )
    if hold_from:
        yield (
            _("Staying on this dose"),
            _("until %(day)s") % {"day": formats.day(hold_until)}
            if hold_until
            else _("until the clinic tells the next change"),
        )


@dataclass(frozen=True)
class MoveWords:
    """The button, the page's title, and how the history says that it was done."""

    button: StrOrPromise
    title: StrOrPromise
    done: StrOrPromise


MOVE_WORDS: Mapping[PlanVerb, MoveWords] = {
    PlanVerb.SIGN: MoveWords("", "", gettext_lazy("signed")),
    PlanVerb.HOLD: MoveWords("", "", gettext_lazy("signed: staying on this dose")),
    PlanVerb.RESUME: MoveWords("", "", gettext_lazy("signed: going on")),
    PlanVerb.INTERRUPT: MoveWords("", "", gettext_lazy("signed: interrupted")),
    PlanVerb.RESTART: MoveWords("", "", gettext_lazy("signed: restarted")),
    PlanVerb.BEGIN_AFTERCARE: MoveWords(
        gettext_lazy("Begin aftercare"),
        gettext_lazy("Begin aftercare"),
        gettext_lazy("Aftercare begun"),
    ),
    PlanVerb.COMPLETE: MoveWords(
        gettext_lazy("Complete the plan"),
        gettext_lazy("Complete the plan"),
        gettext_lazy("Completed"),
    ),
    PlanVerb.STOP: MoveWords(
        gettext_lazy("Stop the plan"),
        gettext_lazy("Stop the plan"),
        gettext_lazy("Stopped"),
    ),
    PlanVerb.TRANSFER: MoveWords(
        gettext_lazy("Transfer"),
        gettext_lazy("Transfer the plan"),
        gettext_lazy("Transferred"),
    ),
    PlanVerb.LOSE_CONTACT: MoveWords(
        gettext_lazy("Lost to contact"),
        gettext_lazy("Mark as lost to contact"),
        gettext_lazy("Marked as lost to contact"),
    ),
    PlanVerb.ENTER_IN_ERROR: MoveWords(
        gettext_lazy("Entered in error"),
        gettext_lazy("Mark as entered in error"),
        gettext_lazy("Marked as entered in error"),
    ),
}


def slug_of(verb: PlanVerb) -> str:
    return verb.value.replace(" ", "-")


def verb_of_slug(slug: str) -> PlanVerb | None:
    """The move of an address; None where there is none that signs nothing."""
    return next((verb for verb in UNSIGNED_MOVES if slug_of(verb) == slug), None)


def move_line(move: Move) -> MoveLine:
    verb = PlanVerb(move.verb)
    words = str(MOVE_WORDS[verb].done)
    if move.version is not None:
        words = _("Version %(n)d %(what)s") % {"n": move.version.number, "what": words}
    detail = [move.reason]
    if move.receiver:
        accepted = formats.day(move.accepted_on) if move.accepted_on else ""
        detail.insert(
            0, _("To %(who)s, accepted %(day)s") % {"who": move.receiver, "day": accepted}
        )
    return MoveLine(
        at=moment(move.at),
        words=_("%(what)s by %(name)s") % {"what": words, "name": move.by.name},
        detail=". ".join(part for part in detail if part),
    )


# --- all plans of a patient -----------------------------------------------------------------


@dataclass(frozen=True)
class PlanLine:
    key: str
    reference: str
    title: str
    tag: Tag
    begun: str
    words: str


def plan_lines(patient: Patient, *, today: date) -> tuple[PlanLine, ...]:
    """Every plan of a patient, the latest first. Three queries."""
    plans = list(
        patient.plans.select_related("begun_by")
        .prefetch_related("versions")
        .order_by("-begun_at", "pk")
    )
    drafts = dict(Draft.objects.filter(plan__in=plans).values_list("plan_id", "cells__title"))
    return tuple(_plan_line(plan, today, draft_title=drafts.get(plan.pk)) for plan in plans)


def _plan_line(plan: Plan, today: date, *, draft_title: str | None) -> PlanLine:
    """`draft_title` is what is typed in its draft, None where none is open."""
    versions = list(plan.versions.all())
    standing = version_on(versions, today)
    words = [
        ngettext("%(n)d version signed", "%(n)d versions signed", len(versions))
        % {"n": len(versions)}
        if versions
        else _("not signed yet")
    ]
    if versions and standing is None:
        words.append(_("in force from %(day)s") % {"day": formats.day(versions[0].in_force_from)})
    if draft_title is not None:
        words.append(_("draft %(n)d open") % {"n": len(versions) + 1})
    return PlanLine(
        key=str(plan.pk),
        reference=plan.reference,
        title=plan.title or draft_title or _("Plan without a name"),
        tag=state_tag(plan, standing, today),
        begun=_("begun %(moment)s by %(name)s")
        % {"moment": moment(plan.begun_at), "name": plan.begun_by.name},
        words=", ".join(words),
    )


# --- one version ----------------------------------------------------------------------------


@dataclass(frozen=True)
class VersionPage:
    title: str
    number: int
    line: VersionLine
    replaces: int | None
    schedule: ShownSchedule
    notes: tuple[tuple[str, str], ...]
    accepted: tuple[tuple[str, str], ...]
    digest: str
    numbers: tuple[int, ...]


def version_page(version: Version, *, today: date) -> VersionPage:
    versions = list(version.plan.versions.select_related("signed_by"))
    return VersionPage(
        title=version.title or _("Plan"),
        number=version.number,
        line=version_line(version, versions, version.plan, today),
        replaces=version.number - 1 if version.replaces_id else None,
        schedule=shown(version.schedule()),
        notes=version_notes(version),
        accepted=tuple(version.acceptances.order_by("pk").values_list("sentence", "reason")),
        digest=version.digest,
        numbers=tuple(other.number for other in versions),
    )


# --- signing --------------------------------------------------------------------------------


@dataclass(frozen=True)
class SignPage:
    """What is about to be signed. `schedule` None: it cannot be read whole yet."""

    number: int
    title: str
    replaces: str
    in_force: str
    reason: str
    schedule: ShownSchedule | None
    notes: tuple[tuple[str, str], ...]
    accepted: tuple[tuple[str, str], ...]


def sign_page(
    draft: Draft, reading: Reading, accepted: tuple[tuple[str, str], ...], *, today: date
) -> SignPage:
    begins = formats.day(reading.in_force_from) if reading.in_force_from else _("not typed")
    if reading.in_force_slot:
        begins = f"{begins} {formats.at(reading.in_force_slot.token)}"
    until = None
    if reading.schedule is not None and draft.hold_from is not None:
        until = stays_until(reading.schedule, draft.hold_from)
    notes = (
        *days_notes(draft.hold_from, until, aways_of(draft)),
        (_("For the patient"), reading.texts.patient),
        (_("When a dose is missed or vomited"), reading.missed_dose_text),
        (_("For the pharmacy"), reading.texts.pharmacy),
        (_("For the team"), reading.texts.team),
    )
    return SignPage(
        number=draft.replaces.number + 1 if draft.replaces else 1,
        title=reading.title or _("Plan"),
        replaces=_("Replaces version %(n)d") % {"n": draft.replaces.number}
        if draft.replaces
        else "",
        in_force=begins,
        reason=reading.reason,
        schedule=shown(reading.schedule, today=None) if reading.schedule else None,
        notes=tuple((head, text) for head, text in notes if text),
        accepted=accepted,
    )


# --- two versions ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ComparedCell:
    """What one version says; `marks` the parts that changed: dates, days, doses."""

    dates: str
    days: str
    doses: tuple[str, ...]


@dataclass(frozen=True)
class ComparedStep:
    label: str
    before: ComparedCell | None
    after: ComparedCell | None
    dates_changed: bool
    days_changed: bool
    doses_changed: bool
    words: str
    finer: tuple[str, ...]
    changed: bool


@dataclass(frozen=True)
class ComparedLine:
    label: str
    before: str
    after: str
    changed: bool


@dataclass(frozen=True)
class ComparePage:
    before: VersionLine
    after: VersionLine
    counts: tuple[tuple[int, str], ...]
    steps: tuple[ComparedStep, ...]
    others: tuple[ComparedLine, ...]
    totals: tuple[ComparedLine, ...]
    numbers: tuple[int, ...]
    same: bool


def compare_page(before: Version, after: Version, *, today: date) -> ComparePage:
    versions = list(after.plan.versions.select_related("signed_by").order_by("number"))
    was, now = before.schedule(), after.schedule()
    found = compare(was, now)
    return ComparePage(
        before=version_line(before, versions, after.plan, today),
        after=version_line(after, versions, after.plan, today),
        counts=_counts(found),
        steps=compared_steps(found, was, now),
        others=tuple(
            ComparedLine(other.place, other.before, other.after, changed=True)
            for other in found.others
        ),
        totals=compared_totals(found),
        numbers=tuple(version.number for version in versions),
        same=found.nothing,
    )


def compared_steps(found: Comparison, was: Schedule, now: Schedule) -> tuple[ComparedStep, ...]:
    return tuple(_compared(pair, was, now) for pair in found.steps)


def compared_totals(found: Comparison) -> tuple[ComparedLine, ...]:
    return tuple(
        ComparedLine(
            total.label,
            total.before or _("no last day"),
            total.after or _("no last day"),
            changed=total.before != total.after,
        )
        for total in found.totals
    )


def _counts(found: Comparison) -> tuple[tuple[int, str], ...]:
    return (
        (found.added, ngettext("step added", "steps added", found.added)),
        (
            found.with_other_dates,
            ngettext("step with other dates", "steps with other dates", found.with_other_dates),
        ),
        (
            found.with_other_doses,
            ngettext("step with other doses", "steps with other doses", found.with_other_doses),
        ),
        (found.removed, ngettext("step removed", "steps removed", found.removed)),
    )


def _compared(pair: StepPair, was: Schedule, now: Schedule) -> ComparedStep:
    step = pair.after or pair.before
    number = step.number if step else 0
    finer = tuple(
        _("%(place)s: %(before)s, now %(after)s")
        % {
            "place": cell.place,
            "before": cell.before or _("not typed"),
            "after": cell.after or _("not typed"),
        }
        for cell in pair.cells
        if ".doses." not in cell.where
        and not cell.where.endswith((".first_day", ".last_day", ".days"))
    )
    before = _compared_cell(was, pair.before) if pair.before else None
    after = _compared_cell(now, pair.after) if pair.after else None
    return ComparedStep(
        label=_("Step %(n)d") % {"n": number},
        before=before,
        after=after,
        dates_changed=pair.dates_changed or before is None or after is None,
        days_changed=before is None or after is None or before.days != after.days,
        doses_changed=pair.doses_changed or before is None or after is None,
        words=pair.words,
        finer=finer if before and after else (),
        changed=pair.kind is not Kind.UNCHANGED,
    )


def _compared_cell(schedule: Schedule, step: Step) -> ComparedCell:
    doses = []
    for dose in sorted(step.doses, key=lambda dose: dose.when.place):
        product = schedule.product(dose.product)
        words = [
            formats.slot_name(dose.when.token),
            _compared_dose(schedule, product, dose.quantity),
        ]
        if step.cycle_days > 1:
            words.append(wording.days_words(schedule, step, dose))
        doses.append(" · ".join(words))
    return ComparedCell(
        dates=formats.day_range(step.first_day, step.last_day),
        days=str((step.last_day - step.first_day).days + 1) if step.last_day else "",
        doses=tuple(doses),
    )


def _compared_dose(schedule: Schedule, product: Product, quantity: Fraction) -> str:
    """As "2.5 mg"; with the count where a drug has several products, with the drug where the
    schedule has several."""
    drug = schedule.drug(product.drug)
    plain = (
        product.strength is not None
        and product.unit is not None
        and not product.form.measured
        and product.form is not Form.PATCH
        and len(schedule.products_of(drug)) == 1
    )
    if not quantity:
        words = wording.quantity_words(product, quantity)
    elif plain and product.strength is not None and product.unit is not None:
        words = formats.amount(quantity * product.strength, product.unit)
    else:
        words = wording.dose_words(product, quantity)
    return f"{drug.name} {words}" if len(schedule.drugs) > 1 else words
