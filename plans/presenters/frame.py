"""What the frame of every page says: how many red flags are open, what waits, whose they are.

One statement a page, made only when the page draws the frame. Red flags come as rows, where the
page shows any, and the counts as one row more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone

from patients.models import CareTeam, Patient, RecordNumber, within_reach, without_emergency
from plans.models import Escalation
from plans.presenters import alarm
from plans.presenters.addresses import address
from plans.presenters.waiting import MOST_WAITING, team_size, what_concerns
from plans.rules.reach import told
from plans.rules.redflags import EscalationState, Level, overdue_since
from taperplan import formats
from taperplan.accounts.models import Clinic, TestMessage, TimeLimits, User
from taperplan.accounts.rights import asker, rights_of
from taperplan.accounts.roles import Permission
from taperplan.counting import RowsOf
from taperplan.kept import Kept, Values
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Sequence

    from django.http import HttpRequest

# Flags that one page names. More than these are counted, and the page of red flags has them all.
MOST = 50
_NOT_ACKNOWLEDGED = (EscalationState.RAISED.value, EscalationState.NOTIFIED.value)


@dataclass(frozen=True)
class FlagLine:
    """An open red flag as a line of the bar and a row of the worklist, in finished words."""

    key: uuid.UUID
    patient: uuid.UUID
    joined_to: uuid.UUID | None
    level: Level
    # As "seizure recorded present".
    told: str
    acknowledged: bool
    reported_at: datetime
    name: str
    born: str
    record: str
    mine: bool
    title: str
    line: str
    when: str
    ago: str
    overdue: str
    url: str
    patient_url: str
    acknowledge_url: str

    @property
    def who(self) -> str:
        return self.name

    @property
    def tag(self) -> str:
        return "emergency" if self.level is Level.EMERGENCY else "same-day"

    def without_name(self) -> dict[str, str]:
        """As it stands on the patient's own page, where the banner says who."""
        return {
            "title": self.title,
            "who": "",
            "line": self.line,
            "url": self.url,
            "acknowledge_url": self.acknowledge_url,
        }


@dataclass(frozen=True)
class Counts:
    flags: int = 0
    waits: int = 0
    team: int = 0
    tests: int = 0


class Frame:
    """Evaluated when the page first asks. `attend` names the patient whose flags are shown;
    `flags`: those of everybody are. `leaving`: it goes into a file, which names nobody who was
    opened in an emergency."""

    def __init__(self, request: Any, *, flags: bool = False, leaving: bool = False) -> None:
        self._request = request
        self._shows_flags = flags
        self.leaving = leaving
        self._patient: Patient | None = None

    def attend(self, patient: Patient) -> None:
        self._patient = patient

    @property
    def red_flags(self) -> int:
        return self._found[0].flags

    @property
    def worklist(self) -> str:
        """Every open red flag, and what waits for an act about those whom one looks after."""
        return self.with_flags(self.waits)

    @property
    def waits(self) -> int:
        """Without the red flags: about mine, and about everybody for whoever is on no team."""
        return self._found[0].waits

    def with_flags(self, waits: int) -> str:
        """As a badge says it: the last of what waits was not counted where there is so much."""
        if waits > MOST_WAITING:
            return _("%(count)s+") % {"count": formats.number(self.red_flags + MOST_WAITING)}
        return formats.number(self.red_flags + waits)

    @property
    def team(self) -> int:
        """How many people this person looks after, counted to FEW and one: asked with everybody's
        flags alone."""
        if not self._shows_flags:
            raise ValueError("A frame without everybody's flags does not ask for the team.")
        return self._found[0].team

    @property
    def tests(self) -> int:
        """Test messages of the ladder that wait for this person's answer."""
        return self._found[0].tests

    @cached_property
    def flags(self) -> tuple[FlagLine, ...]:
        """Those over the clinic's own time limit first."""
        if self._shows_flags:
            return self._lines(self._found[1])
        # Not foreseen when the frame was asked for.
        return Frame(self._request, flags=True, leaving=self.leaving).flags

    @property
    def alarms(self) -> tuple[alarm.Alarm, ...]:
        return self._found[2]

    @cached_property
    def of_patient(self) -> list[dict[str, str]]:
        """The open flags of the page's patient and of the records joined to theirs."""
        if self._patient is None:
            return []
        if self._shows_flags:
            # Those of everybody are cut off; of this patient none may be.
            whole = Frame(self._request, leaving=self.leaving)
            whole.attend(self._patient)
            return whole.of_patient
        key = self._patient.pk
        own = [row for row in self._found[1] if key in (row["about"], row["joined"])]
        return [flag.without_name() for flag in self._lines(own)]

    def _lines(self, rows: Sequence[dict[str, Any]]) -> tuple[FlagLine, ...]:
        """In words, which most pages show of few flags or of none."""
        now, today, limits = self._request.now, self._request.today, self._found[3]
        lines = [_line(row, now, today, limits.get(row["level"])) for row in rows]
        return tuple(sorted(lines, key=lambda flag: not flag.overdue))

    @property
    def of_patient_words(self) -> str:
        return _heading(len(self.of_patient))

    @property
    def flags_words(self) -> str:
        return _heading(self.red_flags)

    @property
    def mark(self) -> str:
        """Which flags are open and which of them nobody acknowledged: it differs when they do."""
        open_now = "".join(f"{flag.key}{flag.acknowledged}" for flag in self.flags)
        return hashlib.sha256(open_now.encode()).hexdigest()[:16]

    @cached_property
    def _found(
        self,
    ) -> tuple[Counts, tuple[dict[str, Any], ...], tuple[alarm.Alarm, ...], dict[str, int | None]]:
        """The counts, the open flags as they were read, the alarms, the clinic's time limits."""
        request = self._request
        flags: list[dict[str, Any]] = []
        counts = Counts()
        alarms: tuple[alarm.Alarm, ...] = ()
        limits: dict[str, int | None] = {}
        asked = _Asked(self._shows_flags, self._patient is not None, self.leaving)
        for row in _rows(request, asked, self._patient):
            if row["place"] == 0:
                counts = Counts(row["flags"], row["waits"], row["team"], row["tests"])
                alarms = alarm.alarms(row, request.clinic, request.now, may_open=True)
                limits = {
                    Level.EMERGENCY.value: row["emergency_limit"],
                    Level.SAME_DAY.value: row["same_day_limit"],
                }
            else:
                flags.append(row)
        return counts, tuple(flags), alarms, limits


def frame(request: HttpRequest) -> dict[str, Any]:
    """Of whoever is signed in. Nothing is asked of the database before a template does."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not hasattr(request, "now"):
        return {}
    if user.membership is None:
        return {}
    if not user.may(Permission.VIEW_PATIENTS):
        return {"alarms": alarm.ForOthers(request)}
    made = Frame(request)
    return {"frame": made, "alarms": made}


def alarms_of(request: HttpRequest) -> tuple[alarm.Alarm, ...]:
    made = frame(request).get("alarms")
    return made.alarms if made else ()


def _heading(count: int) -> str:
    return ngettext("%(count)s red flag open", "%(count)s red flags open", count) % {
        "count": formats.number(count)
    }


_kept = Kept()


@dataclass(frozen=True)
class _Asked:
    """On what the text of the statement hangs, beside what somebody may do: whose flags come as
    rows."""

    everybodys: bool
    of_patient: bool
    leaving: bool


def _rows(request: Any, asked: _Asked, patient: Patient | None) -> Iterator[dict[str, Any]]:
    """The row of counts, then the open flags."""
    rights = rights_of(request.user.membership)
    keys = {"user": request.user.pk, "clinic": request.clinic.pk}
    if patient is not None:
        keys["patient"] = patient.pk

    def made(marks: Values) -> QuerySet[Any, dict[str, Any]]:
        clinic = Clinic(pk=marks.keys["clinic"])
        user = asker(marks.keys["user"], marks.keys["clinic"], rights)
        open_now = Escalation.objects.open_to(user)
        counts = _counts(open_now, user, clinic, marks, whole=asked.everybodys)
        if not asked.everybodys and not asked.of_patient:
            return counts
        seen = (without_emergency if asked.leaving else within_reach)(user, "patient__")
        rows = _flags(open_now, user, _shown(asked, marks.keys.get("patient")), seen)
        rows = rows.union(counts, all=True).order_by("place", "level", "reported_at", "key")
        # A file names all of them.
        return rows if asked.leaving else rows[: MOST + 1]

    values = Values(keys, request.today, request.now)
    return _kept.rows((rights, asked), values, made)


def _shown(asked: _Asked, patient: uuid.UUID | None) -> Q:
    return Q() if asked.everybodys else Q(patient=patient) | Q(patient__joined_to=patient)


def prepare(request: Any) -> None:
    """Write the statements of somebody with these rights."""
    for patient in (None, Patient(pk=uuid4())):
        for everybodys in (False, True):
            _rows(request, _Asked(everybodys, patient is not None, leaving=False), patient)


def _flags(
    open_now: QuerySet[Escalation], user: User, shown: Q, seen: Q
) -> QuerySet[Any, dict[str, Any]]:
    """The open flags that are shown."""
    team = CareTeam.objects.filter(patient=OuterRef("patient"), user=user, until=None)
    numbers = RecordNumber.objects.filter(patient=OuterRef("patient"), withdrawn_at=None)
    found: QuerySet[Any, dict[str, Any]] = (
        open_now.filter(shown)
        .order_by()
        .annotate(
            place=Value(1),
            key=F("pk"),
            about=F("patient_id"),
            joined=F("patient__joined_to_id"),
            flags=Value(0),
            waits=Value(0),
            team=Value(0),
            tests=Value(0),
            mine=Exists(team),
            # Everybody on duty may open it; whose it is stands only where it may be seen.
            family=Case(
                When(seen, then=F("patient__family_name")),
                default=Value(""),
            ),
            given=F("patient__given_names"),
            born=F("patient__born"),
            by=F("raised_by__name"),
            number=Subquery(numbers.order_by("recorded_at").values("number")[:1]),
            acked=F("acknowledged_at"),
            emergency_limit=Cast(Value(None), IntegerField()),
            same_day_limit=Cast(Value(None), IntegerField()),
            **alarm.nothing(),
        )
        .values(*_COLUMNS)
    )
    return found


_COLUMNS = (
    "place", "key", "about", "joined", "level", "symptom", "label", "state", "reported_at",
    "flags", "waits", "team", "tests", "mine", "family", "given", "born", "by", "number",
    "acked", "emergency_limit", "same_day_limit", *alarm.COLUMNS,
)  # fmt: skip


def _counts(
    open_now: QuerySet[Escalation], user: User, clinic: Clinic, asked: Values, *, whole: bool
) -> QuerySet[Any, dict[str, Any]]:
    """One row: how many flags are open, what waits for this person; `whole`: and on how many
    people's team they are."""
    limits = TimeLimits.objects.standing(clinic)
    tests = TestMessage.objects.visible_to(user).filter(acknowledgement=None)
    nothing = Value("", output_field=CharField())
    found: QuerySet[Any, dict[str, Any]] = (
        Clinic.objects.filter(pk=clinic.pk)
        .order_by()
        .annotate(
            place=Value(0),
            key=Cast(Value(None), UUIDField()),
            about=Cast(Value(None), UUIDField()),
            joined=Cast(Value(None), UUIDField()),
            level=nothing,
            symptom=nothing,
            label=nothing,
            state=nothing,
            reported_at=Cast(Value(None), DateTimeField()),
            flags=RowsOf(open_now.order_by().values("pk")),
            waits=what_concerns(user, asked.today),
            team=team_size(user) if whole else Value(0),
            tests=RowsOf(tests.order_by().values("pk")),
            mine=Cast(Value(None), BooleanField()),
            family=nothing,
            given=nothing,
            born=Cast(Value(None), DateField()),
            by=nothing,
            number=nothing,
            acked=Cast(Value(None), DateTimeField()),
            emergency_limit=Subquery(limits.values("emergency_minutes")[:1]),
            same_day_limit=Subquery(limits.values("same_day_minutes")[:1]),
            **alarm.asked(clinic, asked.now),
        )
        .values(*_COLUMNS)
    )
    return found


def _line(row: dict[str, Any], now: datetime, today: date, minutes: int | None) -> FlagLine:
    level = Level(row["level"])
    state = EscalationState(row["state"])
    waits = row["state"] in _NOT_ACKNOWLEDGED
    reported = timezone.localtime(row["reported_at"])
    when = formats.clock(reported) if reported.date() == today else formats.moment(reported)
    words = state.label
    if waits:
        words = _("not acknowledged for %(span)s") % {
            "span": formats.duration(now - row["reported_at"])
        }
    title = (
        _("Emergency red flag open: %(what)s")
        if level is Level.EMERGENCY
        else _("Same-day red flag open: %(what)s")
    )
    line = _("raised %(when)s, by %(name)s, %(state)s")
    over = overdue_since(
        state=state, reported_at=row["reported_at"], acknowledged_at=row["acked"], minutes=minutes
    )
    overdue = ""
    if over is not None and over <= now:
        overdue = _("%(span)s over the clinic's time limit") % {
            "span": formats.duration(now - over)
        }
        line += ", " + overdue.replace("%", "%%")
    hidden = not row["family"]
    url = address("plans:red-flag", escalation=row["key"])
    return FlagLine(
        key=row["key"],
        patient=row["about"],
        joined_to=row["joined"],
        level=level,
        told=told(row["symptom"], row["label"]),
        acknowledged=not waits,
        reported_at=row["reported_at"],
        name=_("Restricted record")
        if hidden
        else formats.family_given(row["family"], row["given"]),
        born="" if hidden else formats.date_of_birth(row["born"], today),
        record="" if hidden else row["number"] or "",
        mine=bool(row["mine"]),
        title=title % {"what": told(row["symptom"], row["label"])},
        line=line % {"when": when, "name": row["by"], "state": words},
        when=when,
        ago=formats.ago(row["reported_at"], now),
        overdue=overdue,
        url=url,
        patient_url=url if hidden else address("plans:patient", patient=row["about"]),
        acknowledge_url=address("plans:acknowledge", escalation=row["key"]) if waits else "",
    )
