"""Completed check-ins: the list of a patient, and one of them in words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone

from plans.models import CheckIn, CheckInDraft, EscalationMove, FollowUp, PresentSymptom, Request
from plans.models.catalogues import catalogue_of
from plans.presenters.check_in import vitals_in_words
from plans.presenters.escalation import at, level_word
from plans.presenters.reach import unanswered as unanswered_calls
from plans.rules.check_in import (
    AskedKind,
    Decision,
    How,
    NextHow,
    Reporter,
    TakenAs,
    YesNo,
    to_be_confirmed,
)
from plans.rules.schedule_words import Form, Unit
from plans.rules.symptoms import SUICIDE, Suicide
from taperplan import formats
from taperplan.accounts.models import Membership
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from patients.models import Patient
    from plans.models import Taken, TakenAmount
    from plans.rules.catalogue import Catalogue
    from taperplan.accounts.models import Clinic, User

PAGE = 25


@dataclass(frozen=True)
class Row:
    when: str
    how: str
    by: str
    present: str
    stars: tuple[str, ...]
    decision: str
    next_on: str
    url: str
    kind: str = ""
    kind_words: str = ""
    baseline: bool = False


@dataclass(frozen=True)
class DraftRow:
    words: str
    url: str
    to_confirm: bool


@dataclass(frozen=True)
class CheckInList:
    rows: tuple[Row, ...]
    drafts: tuple[DraftRow, ...]
    requests: tuple[Asked, ...]
    calls: tuple[str, ...]
    due: str
    overdue: str
    missed_url: str
    safety_open: bool
    shown: str
    newer: str
    older: str


@dataclass(frozen=True)
class Asked:
    """Asked for, not yet signed."""

    words: str
    since: str
    decline_url: str


# --- the list ---------------------------------------------------------------------------------


def check_in_list(patient: Patient, *, page: str, now: datetime) -> CheckInList:
    """Nine statements, whatever the number of check-ins."""
    zone = patient.clinic.zone
    found = Paginator(
        CheckIn.objects.about(patient)
        .select_related("recorded_by", "superseded_by", "entered_in_error")
        .newest_first(),
        PAGE,
    ).get_page(page)
    rows = list(found)
    present: dict[uuid.UUID, list[PresentSymptom]] = defaultdict(list)
    for symptom in PresentSymptom.objects.filter(check_in__in=rows).order_by("pk"):
        present[symptom.check_in_id].append(symptom)
    due = FollowUp.objects.filter(patient=patient).first()
    today = now.astimezone(zone).date()
    url = reverse("plans:check-ins", kwargs={"patient": patient.pk})
    return CheckInList(
        rows=tuple(_row(row, present[row.pk], zone) for row in rows),
        drafts=open_drafts(patient, catalogue_of(patient.clinic, patient), now=now),
        requests=unanswered(patient, zone=zone, now=now),
        calls=unanswered_calls(patient, now=now),
        due=_due(due, today),
        overdue=_overdue(due, today),
        missed_url=reverse("plans:check-in-missed", kwargs={"patient": patient.pk})
        if due and due.due_on and due.due_on <= today
        else "",
        safety_open=bool(due and due.safety_open),
        shown=_("{first} to {last} of {all}").format(
            first=found.start_index(),
            last=found.end_index(),
            all=formats.number(found.paginator.count),
        )
        if found.paginator.num_pages > 1
        else "",
        newer=f"{url}?page={found.previous_page_number()}" if found.has_previous() else "",
        older=f"{url}?page={found.next_page_number()}" if found.has_next() else "",
    )


def _row(check_in: CheckIn, present: Sequence[PresentSymptom], zone: ZoneInfo) -> Row:
    kind = words = ""
    if hasattr(check_in, "entered_in_error"):
        kind, words = "error", _("Entered in error")
    elif hasattr(check_in, "superseded_by"):
        kind, words = "superseded", _("Superseded by a correction")
    return Row(
        when=formats.moment(check_in.happened_at.astimezone(zone)),
        how=How(check_in.how).label,
        by=check_in.recorded_by.name,
        present=present_words(present),
        stars=tuple(_upper(one.label) for one in present if one.star),
        decision=Decision(check_in.decision).label,
        next_on=next_words(check_in) or _("none"),
        url=reverse("plans:check-in", kwargs={"check_in": check_in.pk}),
        kind=kind,
        kind_words=words,
        baseline=check_in.version_id is None,
    )


def present_words(present: Sequence[PresentSymptom]) -> str:
    """As "Tremor (moderate), insomnia (severe)"; five at the most, then how many more."""
    if not present:
        return _("nothing recorded present")
    named = [
        f"{one.label} ({_(one.severity)})" if one.severity else one.label for one in present[:5]
    ]
    more = len(present) - len(named)
    if more:
        named.append(ngettext("{n} more", "{n} more", more).format(n=more))
    return _upper(", ".join(named))


def open_drafts(patient: Patient, catalogue: Catalogue, *, now: datetime) -> tuple[DraftRow, ...]:
    """Drafts that somebody left open, newest first. One statement."""
    zone = patient.clinic.zone
    rows = (
        CheckInDraft.objects.filter(patient=patient)
        .still_open()
        .select_related("changed_by")
        .order_by("-changed_at")[:PAGE]
    )
    return tuple(
        DraftRow(
            words=_("Draft, last changed {when} by {name}").format(
                when=at(row.changed_at, zone, now), name=row.changed_by.name
            ),
            url=reverse("plans:check-in-edit", kwargs={"check_in_draft": row.pk}),
            to_confirm=bool(to_be_confirmed(row.answers, catalogue)),
        )
        for row in rows
    )


def unanswered(patient: Patient, *, zone: ZoneInfo, now: datetime) -> tuple[Asked, ...]:
    """What prescribers are asked for, oldest first. One statement."""
    rows = (
        Request.objects.filter(patient=patient)
        .unanswered()
        .select_related("by", "given_by")
        .order_by("at", "pk")[:PAGE]
    )
    return tuple(
        Asked(
            words=asked_in_words(row),
            since=_("asked for, not yet signed, since {when}").format(when=at(row.at, zone, now)),
            decline_url=reverse("plans:request-decline", kwargs={"asked": row.pk}),
        )
        for row in rows
    )


def asked_in_words(request: Request) -> str:
    """As "Theo Mocksen asks for a change of the plan: sleep is worse"."""
    if request.given_by is not None and request.given_at is not None:
        return _(
            "{prescriber} by telephone, {moment}, taken by {name}, {read_back}: {what}: {words}"
        ).format(
            prescriber=request.given_by.name,
            moment=formats.moment(timezone.localtime(request.given_at)),
            name=request.by.name,
            read_back=_("read back") if request.read_back else _("not read back"),
            what=AskedKind(request.asked).label,
            words=request.words,
        )
    return _("{name} asks for {what}: {words}").format(
        name=request.by.name, what=AskedKind(request.asked).label, words=request.words
    )


def next_words(check_in: CheckIn) -> str:
    """As "Tue 1 Dec 2026, by telephone"; empty where there is no next date."""
    if check_in.next_on is None:
        return ""
    return _with_how(formats.day(check_in.next_on), check_in.next_how)


def _with_how(words: str, how: str) -> str:
    return f"{words}, {NextHow(how).label}" if how else words


def due_on(patient: Patient) -> date | None:
    return FollowUp.objects.filter(patient=patient).values_list("due_on", flat=True).first()


def _due(due: FollowUp | None, today: date) -> str:
    if due is None or due.due_on is None:
        return _("No check-in is due.")
    day = _with_how(formats.day(due.due_on), due.how)
    if due.due_on == today:
        return _("Next check-in due today, {day}.").format(day=day)
    if due.due_on < today:
        return _("A check-in was due on {day}.").format(day=day)
    return _("Next check-in due on {day}.").format(day=day)


def _overdue(due: FollowUp | None, today: date) -> str:
    if due is None or due.due_on is None or due.due_on >= today:
        return ""
    return overdue_words((today - due.due_on).days)


def overdue_words(days: int) -> str:
    """As "4 days overdue": the tag's word stands alone."""
    return ngettext("{n} day overdue", "{n} days overdue", days).format(n=days)


# --- one check-in in words --------------------------------------------------------------------


@dataclass(frozen=True)
class SymptomLine:
    label: str
    star: bool
    answer: str
    facts: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class FlagLine:
    title: str
    state: str
    url: str
    open: bool


@dataclass(frozen=True)
class Story:
    heading: str
    reference: str
    facts: tuple[tuple[str, str], ...]
    present: tuple[SymptomLine, ...]
    declined: tuple[SymptomLine, ...]
    denied: tuple[tuple[str, str], ...]
    rest_denied: bool
    suicide: tuple[tuple[str, str], ...]
    taken: tuple[tuple[str, tuple[str, ...]], ...]
    amounts: tuple[str, ...]
    vitals: str
    scales: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    in_confidence: bool
    decision: str
    reason: str
    next_on: str
    flags: tuple[FlagLine, ...]
    asked: tuple[str, ...]
    superseded: str
    superseded_url: str
    corrects: str
    corrects_url: str
    in_error: str
    may_correct: bool


def in_one_line(check_in: CheckIn) -> str:
    """As "Check-in by phone, Tue 24 Nov 2026, 09:31, recorded by Theo Mocksen"."""
    zone = check_in.patient.clinic.zone
    return _("{how}, {when}, recorded by {name}").format(
        how=How(check_in.how).heading,
        when=formats.moment(check_in.happened_at.astimezone(zone)),
        name=check_in.recorded_by.name,
    )


def story(check_in: CheckIn, *, now: datetime) -> Story:
    """Nine statements: one a kind of row, and the catalogue."""
    zone = check_in.patient.clinic.zone
    present = list(check_in.present.order_by("pk"))
    declined = list(check_in.declined.order_by("pk"))
    later = getattr(check_in, "superseded_by", None)
    error = getattr(check_in, "entered_in_error", None)
    earlier = check_in.supersedes
    return Story(
        heading=How(check_in.how).heading,
        reference=check_in.reference,
        facts=_facts(check_in, zone),
        present=tuple(_present_line(row) for row in present),
        declined=tuple(
            SymptomLine(
                label=_upper(row.label),
                star=True,
                answer=_("declined") if row.could_be_asked else _("could not be asked"),
                facts=(),
                words=row.why,
            )
            for row in declined
        ),
        denied=_denied(check_in),
        rest_denied=check_in.rest_denied,
        suicide=_suicide(check_in),
        taken=tuple(_taken(row) for row in check_in.taken.select_related("drug").order_by("pk")),
        amounts=tuple(
            _amount(row)
            for row in check_in.taken_amounts.select_related("product__drug").order_by("position")
        ),
        vitals=vitals_in_words(list(check_in.vital_signs.order_by("pk"))),
        scales=tuple(
            _("{scale} {version} {total}, rated {day} by {rater}")
            .format(
                scale=row.scale,
                version=row.version,
                total=formats.number(row.total),
                day=formats.short_day(row.rated_on),
                rater=row.rater,
            )
            .replace("  ", " ")
            for row in check_in.scale_totals.order_by("pk")
        ),
        notes=tuple(
            (words, text)
            for words, text in (
                (_("Mood"), check_in.mood),
                (_("Alcohol and other drugs"), check_in.alcohol_and_drugs),
                (_("Driving"), check_in.driving),
                (_("Note"), check_in.note),
            )
            if text
        ),
        in_confidence=check_in.in_confidence,
        decision=_upper(Decision(check_in.decision).label),
        reason=check_in.decision_reason,
        next_on=next_words(check_in) or check_in.no_next_reason,
        flags=_flags(check_in),
        asked=_asked(check_in, zone, now),
        superseded=_("Superseded by a correction of {when} by {name}: {why}").format(
            when=formats.moment(later.recorded_at.astimezone(zone)),
            name=later.recorded_by.name,
            why=later.correction_reason,
        )
        if later
        else "",
        superseded_url=reverse("plans:check-in", kwargs={"check_in": later.pk}) if later else "",
        corrects=_("Corrects the check-in recorded {when} by {name}: {why}").format(
            when=formats.moment(earlier.recorded_at.astimezone(zone)),
            name=earlier.recorded_by.name,
            why=check_in.correction_reason,
        )
        if earlier
        else "",
        corrects_url=reverse("plans:check-in", kwargs={"check_in": earlier.pk}) if earlier else "",
        in_error=_("Entered in error, marked {when} by {name}: {why}").format(
            when=formats.moment(error.at.astimezone(zone)), name=error.by.name, why=error.reason
        )
        if error
        else "",
        may_correct=later is None and error is None,
    )


def _facts(check_in: CheckIn, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    reporter = Reporter(check_in.reported_by).label
    if check_in.reporter_name:
        reporter = f"{reporter}, {check_in.reporter_name}"
    rows = [
        (_("Happened"), formats.moment(check_in.happened_at.astimezone(zone))),
        (_("Told to us"), formats.moment(check_in.told_at.astimezone(zone))),
        (
            _("Recorded"),
            f"{formats.moment(check_in.recorded_at.astimezone(zone))}, {check_in.recorded_by.name}",
        ),
        (_("How"), How(check_in.how).label),
        (_("Told by"), reporter),
    ]
    if check_in.where_now:
        rows.append((_("Patient was"), check_in.where_now))
    if check_in.call_back:
        rows.append((_("Call back"), check_in.call_back))
    if check_in.version is None:
        rows.append((_("In force"), _("no signed version: a baseline")))
    else:
        rows.append(
            (
                _("In force"),
                _("version {n}").format(n=formats.number(check_in.version.number)),
            )
        )
    if check_in.period_from and check_in.period_until:
        rows.append((_("Period"), formats.day_range(check_in.period_from, check_in.period_until)))
    return tuple(rows)


def _present_line(row: PresentSymptom) -> SymptomLine:
    facts = [
        _("interferes {n} of 3").format(n=row.interference) if row.interference is not None else "",
        _("began {when}").format(when=row.onset) if row.onset else "",
        _("how many: {n}").format(n=formats.number(row.how_many)) if row.how_many else "",
        _("when: {when}").format(when=row.when_each) if row.when_each else "",
        _("how long: {long}").format(long=row.how_long) if row.how_long else "",
        _("witnessed by {who}").format(who=row.witnessed_by) if row.witnessed_by else "",
        _yes_no(_("injured"), row.injured),
        _yes_no(_("first ever"), row.first_ever),
        _yes_no(_("ambulance or hospital"), row.ambulance_or_hospital),
        _("last dose before it: {what}").format(what=row.last_dose_before)
        if row.last_dose_before
        else "",
        _("answered by {who}").format(who=Reporter(row.answered_by).label),
    ]
    return SymptomLine(
        label=_upper(row.label),
        star=row.star,
        answer=_(row.severity) if row.severity else _("present"),
        facts=tuple(fact for fact in facts if fact),
        words=row.note,
    )


def _yes_no(words: str, answer: str) -> str:
    return f"{words}: {YesNo(answer).label}" if answer else ""


def _denied(check_in: CheckIn) -> tuple[tuple[str, str], ...]:
    known = catalogue_of(check_in.patient.clinic)
    return tuple(
        (
            Reporter(who).label,
            formats.listing([known.label(key) for key in keys if key != SUICIDE]),
        )
        for who, keys in sorted(check_in.denied.items())
        if keys
    )


def _suicide(check_in: CheckIn) -> tuple[tuple[str, str], ...]:
    """The question as it was answered; nothing here is a score or a level of risk."""
    words = {
        Suicide.NONE: _("none"),
        Suicide.WISH: _("wish to be dead"),
        Suicide.THOUGHTS: _("thoughts"),
        Suicide.PLAN: _("thoughts with plan or means"),
        Suicide.ATTEMPT: _("attempt or self-harm since"),
        Suicide.DECLINED: _("declined"),
        Suicide.NOT_ASKED_WHY: _("could not be asked"),
    }
    copy = check_in.suicide_copy_given
    rows = (
        (_("Answer"), words[Suicide(check_in.suicide)]),
        (_("Asked by"), check_in.suicide_asked_by),
        (_("Why it could not be asked"), check_in.suicide_why_not),
        (_("In their own words"), check_in.suicide_words),
        (_("Earlier attempts"), check_in.suicide_earlier_attempts),
        (_("Access to means"), check_in.suicide_means),
        (_("What was done about means"), check_in.suicide_means_done),
        (_("What protects"), check_in.suicide_protects),
        (_("Safety plan"), check_in.suicide_safety_plan),
        (_("Copy of it given"), YesNo(copy).label if copy else ""),
        (_("Who was told"), check_in.suicide_told),
    )
    return tuple((name, text) for name, text in rows if text)


def _taken(row: Taken) -> tuple[str, tuple[str, ...]]:
    last = ", ".join(
        filter(None, [row.last_product, row.last_strength, row.last_amount, row.last_when])
    )
    lines = [
        TakenAs(row.answer).label,
        row.note,
        _("last dose: {what}").format(what=last) if last else "",
        _("left in hand: {what}").format(what=row.in_hand) if row.in_hand else "",
    ]
    return row.drug.name, tuple(line for line in lines if line)


def _amount(row: TakenAmount) -> str:
    """As "Thu 20 Nov 2026: half a tablet of examplazepam 0.5 mg (0.25 mg)"."""
    product = row.product
    name = product.name or product.drug.name
    words = formats.quantity(row.quantity, Form(product.form))
    strength = formats.strength(
        product.strength, Unit(product.unit) if product.unit else None, product.form, product.per
    )
    return _("{days}: {quantity} of {name} {strength} each day").format(
        days=formats.day_range(row.first_day, row.last_day),
        quantity=words,
        name=name,
        strength=strength,
    )


def _flags(check_in: CheckIn) -> tuple[FlagLine, ...]:
    """The red flags that this check-in, or the draft that it was, reported."""
    moves = (
        EscalationMove.objects.filter(draft=check_in.pk, verb__in=["raise", "report again"])
        .select_related("escalation")
        .order_by("recorded_at", "pk")
    )
    found = {move.escalation_id: move.escalation for move in moves}
    return tuple(
        FlagLine(
            title=_("{level} red flag: {what}").format(level=level_word(row.level), what=row.label),
            state=row.state,
            url=reverse("plans:red-flag", kwargs={"escalation": row.pk}),
            open=row.is_open,
        )
        for row in found.values()
    )


def _asked(check_in: CheckIn, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    rows = Request.objects.filter(check_in=check_in).select_related("answer__by", "answer__version")
    return tuple(_answer(row, zone, now) for row in rows)


def _answer(row: Request, zone: ZoneInfo, now: datetime) -> str:
    answer = getattr(row, "answer", None)
    what = _upper(AskedKind(row.asked).label)
    if answer is None:
        return _("{what}: asked for, not yet signed, since {when}").format(
            what=what, when=at(row.at, zone, now)
        )
    if answer.version is not None:
        return _("{what}: signed as version {n} by {name}").format(
            what=what, n=formats.number(answer.version.number), name=answer.by.name
        )
    return _("{what}: declined by {name}: {why}").format(
        what=what, name=answer.by.name, why=answer.declined_because
    )


# --- who may be asked -------------------------------------------------------------------------


def colleagues(clinic: Clinic, asking: User) -> list[tuple[str, str]]:
    """The clinicians of this clinic, but the one who asks."""
    return [
        (str(person.pk), person.name) for person in _clinicians(clinic) if person.pk != asking.pk
    ]


def colleague(clinic: Clinic, key: str) -> User | None:
    return next((person for person in _clinicians(clinic) if str(person.pk) == key), None)


def _clinicians(clinic: Clinic) -> Iterable[User]:
    rows = (
        Membership.objects.filter(clinic=clinic, deactivated_at=None, user__is_active=True)
        .select_related("user")
        .order_by("user__name")
    )
    return [row.user for row in rows if row.prescriber or row.monitor]


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
