"""What happened to a patient, newest first, and what stands beside it, in one statement.

Check-ins, red flags, prints, contacts and moves are rows of different tables; the story takes
so many of each kind before a moment. The next date, the care team and what waits come along.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from patients.models import CareTeam, Patient, of_person
from plans.models import (
    CheckIn,
    CheckInDraft,
    Contact,
    Document,
    Draft,
    EnteredInError,
    Escalation,
    FollowUp,
    Move,
    PresentSymptom,
    Request,
    Version,
)
from plans.presenters.addresses import address
from plans.presenters.plan import MOVE_WORDS
from plans.rules.check_in import ContactHow, Decision, How
from plans.rules.lifecycle import PlanState, PlanVerb, VersionKind
from plans.rules.paper import DocumentKind
from plans.rules.redflags import EscalationState, Level
from taperplan import formats, kept
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

MOST = 20
PAPERS = 4

# What a reader may ask for, and the kinds that it shows.
SHOWS: dict[str, tuple[Callable[[], str], frozenset[str]]] = {
    "": (
        lambda: _("All"),
        frozenset({"check-in", "flag", "version", "document", "contact", "move"}),
    ),
    "check-ins": (lambda: _("Check-ins"), frozenset({"check-in", "contact"})),
    "versions": (lambda: _("Versions"), frozenset({"version", "move"})),
    "flags": (lambda: _("Flags"), frozenset({"flag"})),
    "documents": (lambda: _("Documents"), frozenset({"document"})),
}


@dataclass(frozen=True)
class Found:
    """One row of the one statement. What `a`, `b`, `c` and `n` hold depends on the kind."""

    kind: str
    key: str
    at: datetime | None
    who: str
    a: str
    b: str
    c: str
    n: int
    on: date | None
    plan: uuid.UUID | None

    @property
    def id(self) -> uuid.UUID:
        return uuid.UUID(self.key)


@dataclass(frozen=True)
class Event:
    """One row of the story, in finished words."""

    at: datetime
    when: str
    icon: str
    fact: str
    line: str
    url: str
    open_flag: bool = False
    struck: str = ""


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Story:
    events: tuple[Event, ...]
    choices: tuple[Choice, ...]
    older: str
    newest: str


# --- the statement --------------------------------------------------------------------------


_kept = kept.Kept()


def gather(patient: Patient, *, before: datetime | None) -> dict[str, list[Found]]:
    """Everything, by kind. One statement, and no more rows of a kind than the story can show."""
    asked = kept.about(patient=patient.pk)
    if before is not None:
        asked = kept.about(now=before, patient=patient.pk)
    found: dict[str, list[Found]] = {}
    for values in _kept.tuples(
        before is None,
        asked,
        lambda marks: _asked(
            Patient(pk=marks.keys["patient"]), None if before is None else marks.now
        ),
    ):
        row = Found(*values)
        found.setdefault(row.kind, []).append(row)
    return found


def _asked(patient: Patient, before: datetime | None) -> QuerySet[Any, tuple[Any, ...]]:
    about, of_plan = of_person(patient), of_person(patient, "plan__patient")
    branches = (
        *_happened(about, of_plan, before),
        _branch("paper", Document.objects.filter(about).order_by("-printed_at"), PAPERS, **_PRINT),
        _branch(
            "due",
            FollowUp.objects.filter(patient=patient),
            at="set_at",
            who="set_by__name",
            on="due_on",
        ),
        _branch(
            "team",
            CareTeam.objects.filter(patient=patient, until=None).order_by("since"),
            who="user__name",
            a="role",
        ),
        _branch(
            "asked",
            Request.objects.filter(about).unanswered().order_by("at"),
            at="at",
            who="by__name",
            a="asked",
            b=Coalesce("given_by__name", Value("")),
            c="words",
            plan="plan_id",
        ),
        _branch(
            "draft",
            Draft.objects.filter(of_plan)
            .exclude(plan__state=PlanState.ENTERED_IN_ERROR.value)
            .order_by("changed_at"),
            at="changed_at",
            who="changed_by__name",
            plan="plan_id",
        ),
        _branch(
            "begun",
            CheckInDraft.objects.filter(about).still_open().order_by("changed_at"),
            at="changed_at",
            who="changed_by__name",
        ),
    )
    return branches[0].union(*branches[1:], all=True)


_PRINT: dict[str, Any] = {
    "at": "printed_at",
    "who": "printed_by__name",
    "a": "kind",
    "n": Coalesce("version__number", Value(0)),
    "plan": "plan_id",
}


def _happened(about: Q, of_plan: Q, before: datetime | None) -> Iterable[QuerySet[Any, Any]]:
    present = (
        PresentSymptom.objects.filter(check_in=OuterRef("pk"))
        .order_by()
        .values("check_in")
        .annotate(how_many=Count("pk"))
        .values("how_many")
    )
    corrected = CheckIn.objects.filter(supersedes=OuterRef("pk"))
    wrong = EnteredInError.objects.filter(check_in=OuterRef("pk"))

    def until(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
        return (rows.filter(**{f"{field}__lt": before}) if before else rows).order_by(
            f"-{field}", "-pk"
        )

    yield _branch(
        "check-in",
        until(CheckIn.objects.filter(about), "happened_at"),
        at="happened_at",
        who="recorded_by__name",
        a="how",
        b="decision",
        c=Case(
            When(Exists(wrong), then=Value("error")),
            When(Exists(corrected), then=Value("superseded")),
            default=Value(""),
            output_field=CharField(),
        ),
        n=Coalesce(Subquery(present), Value(0)),
        on="next_on",
    )
    yield _branch(
        "flag",
        until(Escalation.objects.filter(about), "raised_at"),
        at="raised_at",
        who="raised_by__name",
        a="label",
        b="level",
        c="state",
    )
    yield _branch("document", until(Document.objects.filter(about), "printed_at"), **_PRINT)
    yield _branch(
        "contact",
        until(Contact.objects.filter(about), "happened_at"),
        at="happened_at",
        who="recorded_by__name",
        a="how",
        b="with_whom",
        c="about",
    )
    yield _branch(
        "move",
        until(Move.objects.filter(of_plan, version=None), "at"),
        at="at",
        who="by__name",
        a="verb",
        b="reason",
        plan="plan_id",
    )


def _branch(
    kind: str,
    rows: QuerySet[Any],
    most: int = MOST + 1,
    *,
    who: str,
    at: str = "",
    a: Any = "",
    b: Any = "",
    c: Any = "",
    n: Any = "",
    on: str = "",
    plan: str = "",
) -> QuerySet[Any, tuple[Any, ...]]:
    found: QuerySet[Any, tuple[Any, ...]] = (
        rows.model._default_manager.filter(pk__in=rows.values("pk")[:most])
        .order_by()
        .annotate(
            r_kind=Value(kind, output_field=CharField()),
            r_key=Cast("pk", CharField()),
            r_at=F(at) if at else Cast(Value(None), DateTimeField()),
            r_who=F(who),
            r_a=_text(a),
            r_b=_text(b),
            r_c=_text(c),
            r_n=Cast(n or Value(0), IntegerField()),
            r_on=F(on) if on else Cast(Value(None), DateField()),
            r_plan=F(plan) if plan else Cast(Value(None), UUIDField()),
        )
        .values_list(*(f"r_{one.name}" for one in fields(Found)))
    )
    return found


def _text(given: str | Combinable) -> Combinable:
    expression = (F(given) if given else Value("")) if isinstance(given, str) else given
    return Cast(expression, TextField())


# --- the story ------------------------------------------------------------------------------


def story(
    found: dict[str, list[Found]],
    versions: Sequence[Version],
    *,
    show: str,
    before: datetime | None,
    address_of_page: str,
    today: date,
) -> Story:
    show = show if show in SHOWS else ""
    kinds = SHOWS[show][1]
    made = _Teller(versions, today)
    events = [made.tell(row) for kind in kinds for row in found.get(kind, ())]
    if "version" in kinds:
        signed = [one for one in versions if before is None or one.signed_at < before]
        events += [made.signed(one) for one in signed]
    events.sort(key=lambda event: event.at, reverse=True)
    shown = _whole_moments(events)
    asked = f"story={show}&" if show else ""
    return Story(
        events=tuple(shown),
        choices=tuple(
            Choice(label(), f"{address_of_page}?story={key}#story", current=key == show)
            for key, (label, _kinds) in SHOWS.items()
        ),
        older=(
            f"{address_of_page}?{asked}before={quote(shown[-1].at.isoformat())}#story"
            if len(shown) < len(events)
            else ""
        ),
        newest=f"{address_of_page}?story={show}#story" if before else "",
    )


def _whole_moments(events: list[Event]) -> list[Event]:
    """So many, and whatever happened at the very moment of the last one."""
    shown = events[:MOST]
    rest = events[MOST:]
    while rest and shown and rest[0].at == shown[-1].at:
        shown.append(rest.pop(0))
    return shown


@dataclass(frozen=True)
class _Teller:
    versions: Sequence[Version]
    today: date

    def tell(self, row: Found) -> Event:
        match row.kind:
            case "check-in":
                return self._check_in(row)
            case "flag":
                return self._flag(row)
            case "document":
                return self._document(row)
            case "contact":
                return self._contact(row)
            case _move:
                return self._move(row)

    def when(self, at: datetime) -> str:
        local = timezone.localtime(at)
        if local.date() == self.today:
            return _("Today %(clock)s") % {"clock": formats.clock(local)}
        return formats.short_day(local.date())

    def _event(self, row: Found, **words: Any) -> Event:
        at = cast("datetime", row.at)  # every kind that is told here has its moment
        return Event(at=at, when=self.when(at), **words)

    def _check_in(self, row: Found) -> Event:
        present = _("nothing recorded present")
        if row.n:
            present = ngettext("%(n)s symptom present", "%(n)s symptoms present", row.n)
        line = [
            _("Recorded by %(name)s.") % {"name": row.who},
            _("Decision: %(decision)s.") % {"decision": Decision(row.b).label},
        ]
        if row.on:
            line.append(_("Next: %(day)s.") % {"day": formats.day(row.on)})
        struck = {
            "error": _("Entered in error."),
            "superseded": _("Superseded by a correction."),
        }
        icons = {How.PHONE: "phone", How.VIDEO: "video"}
        return self._event(
            row,
            icon=icons.get(How(row.a), "check-in"),
            fact=f"{How(row.a).heading}, {present % {'n': formats.number(row.n)}}",
            line=" ".join(line),
            url=address("plans:check-in", check_in=row.id),
            struck=struck.get(row.c, ""),
        )

    def _flag(self, row: Found) -> Event:
        state = EscalationState(row.c)
        level = Level(row.b)
        return self._event(
            row,
            icon="red-flag",
            fact=_("Red flag raised: %(what)s") % {"what": row.a},
            line=_("%(level)s. Recorded by %(name)s. Now: %(state)s.")
            % {
                "level": _("Emergency") if level is Level.EMERGENCY else _("Same day"),
                "name": row.who,
                "state": (
                    _("not acknowledged")
                    if state in (EscalationState.RAISED, EscalationState.NOTIFIED)
                    else state.label
                ),
            },
            url=address("plans:red-flag", escalation=row.id),
            open_flag=state.open,
        )

    def _document(self, row: Found) -> Event:
        return self._event(
            row,
            icon="document",
            fact=_("Printed: %(document)s") % {"document": document_words(row)},
            line=_("By %(name)s.") % {"name": row.who},
            url=address("plans:document", document=row.id),
        )

    def _contact(self, row: Found) -> Event:
        word = {
            ContactHow.CALL: _("Call with %(name)s"),
            ContactHow.MESSAGE: _("Message: %(name)s"),
            ContactHow.LETTER: _("Letter: %(name)s"),
        }[ContactHow(row.a)]
        icon = {ContactHow.CALL: "phone"}.get(ContactHow(row.a), "mail")
        return self._event(
            row,
            icon=icon,
            fact=word % {"name": row.b},
            line=_("Recorded by %(name)s. %(about)s") % {"name": row.who, "about": row.c},
            url="",
        )

    def _move(self, row: Found) -> Event:
        verb = PlanVerb(row.a)
        ends = verb in (PlanVerb.STOP, PlanVerb.COMPLETE)
        return self._event(
            row,
            icon="ends" if ends else "version",
            fact=_("Plan: %(done)s") % {"done": str(MOVE_WORDS[verb].done).lower()},
            line=" ".join(part for part in (_("By %(name)s.") % {"name": row.who}, row.b) if part),
            url=address("plans:plan", plan=row.plan),
        )

    def signed(self, version: Version) -> Event:
        fact = _("Version %(number)s signed") % {"number": version.number}
        before = next((one for one in self.versions if one.pk == version.replaces_id), None)
        if before is not None:
            fact += _(", replaces version %(number)s") % {"number": before.number}
        line = [_("By %(name)s.") % {"name": version.signed_by.name}]
        if version.kind == VersionKind.HOLD.value:
            line.append(_("Staying on the dose in force."))
        if version.reason:
            line.append(_("Reason: \u201c%(reason)s\u201d") % {"reason": version.reason})
        return Event(
            at=version.signed_at,
            when=self.when(version.signed_at),
            icon="hold" if version.kind == VersionKind.HOLD.value else "version",
            fact=fact,
            line=" ".join(line),
            url=address("plans:version", plan=version.plan_id, number=version.number),
        )


def document_words(row: Found) -> str:
    words = DocumentKind(row.a).words
    if not row.n:
        return words
    return _("%(document)s, version %(number)s") % {"document": words, "number": row.n}
