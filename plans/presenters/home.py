"""The worklist: what waits, for whom, since when, and the one thing to do about it.

Rows of many kinds come in one statement; what changes this week needs its schedules beside.
Each group shows so many rows and says how many there are.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db.models import (
    CharField,
    DateField,
    DateTimeField,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.models import RecordNumber
from plans.models import Version
from plans.models.schedules import schedules
from plans.presenters.addresses import address
from plans.presenters.waiting import FEW, MOST_WAITING, Waiting, Whose
from plans.rules.check_in import AskedKind
from plans.rules.schedule import Change, DrugChange, Schedule, away_on, next_change
from plans.rules.schedule_words import End
from plans.rules.wording import step_total_words
from plans.sheets.paper import Line, Run, plain
from taperplan import formats
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.rights import asker, rights_of
from taperplan.accounts.roles import Permission
from taperplan.counting import KeysOf, RowsOf
from taperplan.kept import Kept, Values

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    from plans.presenters.frame import FlagLine, Frame

MOST = 50
# Of each group where all of them stand on one page: what does not fit has a page of its own.
OVERVIEW = 20
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Act:
    """The one thing to do about a row. `posts`: it is done by pressing, not by following."""

    label: str
    url: str
    look: str = "small"
    posts: bool = False

    @property
    def classes(self) -> str:
        return " ".join(f"btn-{look}" for look in self.look.split())


@dataclass(frozen=True)
class Row:
    name: str
    url: str
    born: str
    record: str
    tag: str
    tag_words: str
    what: Line
    detail: str
    when: str
    note: str = ""
    act: Act | None = None


@dataclass(frozen=True)
class Group:
    key: str
    title: str
    rows: tuple[Row, ...]
    count: int
    more: str = ""
    """Where the rest stands, when not all of it is shown."""
    counted: int | None = None
    """How far it was counted: a count above that only says that there are more."""

    @property
    def how_many(self) -> str:
        """The count as it stands beside the title."""
        if self.counted is not None and self.count > self.counted:
            return _("more than %(count)s") % {"count": formats.number(self.counted)}
        return formats.number(self.count)

    @property
    def more_words(self) -> str:
        return _("%(shown)s of %(count)s are shown.") % {
            "shown": formats.number(len(self.rows)),
            "count": self.how_many,
        }


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool
    count: str
    """What waits for an act there, counted as the top bar counts it."""


@dataclass(frozen=True)
class Worklist:
    title: str
    groups: tuple[Group, ...]
    whose: tuple[Choice, ...]
    show: str
    shows: tuple[tuple[str, str], ...]
    mine: bool
    page: int
    older: str
    newer: str

    @property
    def empty(self) -> bool:
        return not self.groups

    @property
    def nothing(self) -> str:
        """What is true when nothing waits."""
        if self.mine:
            return _(
                "No red flag is open. For the people whom you look after no check-in is due or "
                "overdue, and no step changes in the next 7 days."
            )
        return _(
            "No red flag is open. No check-in is due or overdue, and no step changes in the "
            "next 7 days."
        )


TITLES: dict[str, Callable[[], str]] = {
    "red-flags": lambda: _("Red flags"),
    "undelivered": lambda: _("Notices not delivered"),
    "overdue": lambda: _("Check-ins overdue"),
    "due": lambda: _("Due today"),
    "changing": lambda: _("Steps changing"),
    "staying": lambda: _("Stays that end"),
    "ending": lambda: _("Plans ending"),
    "reviews": lambda: _("Reviews due"),
    "weighing": lambda: _("Risk-benefit reviews due"),
    "asked": lambda: _("Asked for, not yet signed"),
    "safety": lambda: _("Safety questions open"),
    "told": lambda: _("Told list open"),
    "intake": lambda: _("Intake items open"),
    "begun": lambda: _("Check-ins begun"),
    "drafts": lambda: _("Drafts not signed"),
}
# So far a group is counted, or to the end of the page that is shown: a clinic of a hundred thousand
# plans would be read whole for figures of five digits.
COUNTED = MOST_WAITING
# And so far those whose every row takes some looking up.
COUNTED_DEAR = 2 * MOST
DEAR = frozenset({"changing", "ending", "told"})


def worklist(
    *,
    user: User,
    frame: Frame,
    now: datetime,
    today: date,
    whose: str,
    show: str = "",
    page: int = 1,
    most: int | None = None,
) -> Worklist:
    """Eight statements at most, whatever waits; the red flags come with the frame. `most`: how
    many rows of a group stand on a page, else as many as a person reads there."""
    mine = whose == "mine" if whose in ("mine", "team") else bool(frame.team)
    show = show if show in TITLES else ""
    most = most or (MOST if show else OVERVIEW)
    start = (page - 1) * most if show else 0
    few = mine and frame.team <= FEW
    whom = Whose.MINE if mine else Whose.EVERYBODY
    about = Waiting(user, today, whom, few=few, leaving=frame.leaving)
    # The frame has counted one of the lists; whoever is on no team has nothing on the other.
    counts_all = mine or frame.team > 0
    made = _Maker(user, now, today, about, show, range(start, start + most), counts_all)
    rows = made.found()
    found = {group.key: group for group in (made.red_flags(frame), *made.groups(rows))}
    groups = tuple(found[key] for key in TITLES if key in found and found[key].rows)
    link = _Link("mine" if mine else "team", show)
    everybody = rows[_EVERYBODY][0].count if counts_all else frame.waits
    return Worklist(
        title=_long_day(today),
        groups=tuple(
            replace(group, more=link.to(show=group.key))
            if not show and group.count > len(group.rows)
            else group
            for group in groups
        ),
        whose=(
            Choice(
                _("Mine"),
                link.to(whose="mine"),
                current=mine,
                count=frame.with_flags(frame.waits if frame.team else 0),
            ),
            Choice(
                _("Team"),
                link.to(whose="team"),
                current=not mine,
                count=frame.with_flags(everybody),
            ),
        ),
        show=show,
        shows=(("", _("everything")), *((key, title()) for key, title in TITLES.items())),
        mine=mine,
        page=page,
        newer=link.to(page=page - 1) if show and page > 1 else "",
        older=(
            link.to(page=page + 1) if show and any(g.count > start + most for g in groups) else ""
        ),
    )


def prepare(user: User, now: datetime, today: date) -> None:
    """Write the statements of the first page of both lists for somebody with these rights."""
    mine = Waiting(user, today, Whose.MINE)
    for about in (mine, replace(mine, few=True), Waiting(user, today)):
        _Maker(user, now, today, about, "", range(OVERVIEW), counts_all=True).found()
    _Maker(user, now, today, Waiting(user, today), "", range(OVERVIEW), counts_all=False).found()


@dataclass(frozen=True)
class _Link:
    whose: str
    show: str

    def to(self, *, whose: str = "", show: str = "", page: int = 1) -> str:
        parts = [f"whose={whose or self.whose}"]
        if show or self.show:
            parts.append(f"show={show or self.show}")
        if page > 1:
            parts.append(f"page={page}")
        return "?" + "&".join(parts)


def _long_day(day: date) -> str:
    return _("%(weekday)s %(day)s %(month)s %(year)s") % {
        "weekday": formats.weekday(day),
        "day": day.day,
        "month": formats.month(day.month),
        "year": day.year,
    }


_kept = Kept()


@dataclass(frozen=True)
class _Maker:
    user: User
    now: datetime
    today: date
    about: Waiting
    show: str
    shown: range
    """The rows of each group that are shown, from the first as 0."""
    counts_all: bool
    """Whether what waits on everybody's list is counted here, and not by the frame."""

    def wants(self, key: str) -> bool:
        return self.show in ("", key)

    # --- red flags
    def red_flags(self, frame: Frame) -> Group:
        """Everybody's, whatever else is shown: a red flag is never filtered away by "mine"."""
        shown = frame.flags[self.shown.start : self.shown.stop] if self.wants("red-flags") else ()
        return Group(
            "red-flags",
            TITLES["red-flags"](),
            tuple(self._flag(flag) for flag in shown),
            frame.red_flags,
        )

    def _flag(self, flag: FlagLine) -> Row:
        act = Act(_("Open"), flag.url)
        if flag.acknowledge_url and self.user.may(Permission.ACKNOWLEDGE_ESCALATION):
            act = Act(_("Acknowledge"), flag.acknowledge_url, look="red small", posts=True)
        return Row(
            name=flag.name,
            url=flag.patient_url,
            born=flag.born,
            record=flag.record,
            tag=flag.tag,
            tag_words="",
            what=(Run(capital(flag.told)),),
            detail=flag.line,
            when=flag.when,
            note=flag.ago,
            act=act,
        )

    # --- one statement for everything that is a row of a table
    def found(self) -> dict[str, list[_Found]]:
        """Rows by their kind, with one more for what waits on everybody's list.

        The text of the statement hangs on what this person may do and on what is shown.
        """
        membership = self.user.membership
        if membership is None:
            return {}
        rights = rights_of(membership)
        about = self.about
        whom = (about.whose, about.few, about.leaving, self.counts_all)
        sort = (rights, whom, self.show, self.shown)
        keys = {"user": self.user.pk, "clinic": membership.clinic_id}
        values = Values(keys, self.today, self.now)

        def made(marks: Values) -> QuerySet[Any, dict[str, Any]]:
            user = asker(marks.keys["user"], marks.keys["clinic"], rights)
            about = replace(self.about, user=user, today=marks.today)
            return self._together(about, marks.keys["clinic"], marks.now)

        # Pages of one group are many and seldom asked for: only the first is kept.
        kept = _kept if not self.shown.start else Kept()
        found: dict[str, list[_Found]] = {}
        for columns in kept.rows(sort, values, made):
            row = _Found(*columns.values())
            found.setdefault(row.kind, []).append(row)
        return found

    def _together(
        self, about: Waiting, clinic: uuid.UUID, now: datetime
    ) -> QuerySet[Any, dict[str, Any]]:
        queries = [
            query
            for place, (key, branch) in enumerate(_branches(about, now).items())
            if self.wants(key)
            and (query := branch.query(key, place, self._read(key), self._counted(key))) is not None
        ]
        if self.counts_all:
            queries.insert(0, _waits(about.user, clinic, about.today))
        if not queries:
            nobody: Any = Clinic.objects.none().values("pk")
            return cast("QuerySet[Any, dict[str, Any]]", nobody)
        first, *others = queries
        together = first.union(*others, all=True) if others else first
        return together.order_by("r_place", "r_on", "r_at", "r_key")

    def _read(self, key: str) -> range:
        """The rows that are read: of those that are dear to count, as far as they are counted."""
        stop = self._far(key) + 1 if key in DEAR else self.shown.stop
        return range(self.shown.start, stop)

    def _far(self, key: str) -> int:
        """How far a group is counted: to the end of the page at least."""
        return max(COUNTED_DEAR if key in DEAR else COUNTED, self.shown.stop)

    def _counted(self, key: str) -> int | None:
        return None if key in DEAR else self._far(key) + 1

    def groups(self, found: dict[str, list[_Found]]) -> Iterable[Group]:
        for key, rows in found.items():
            if key not in TITLES:
                continue
            count = self.shown.start + len(rows) if key in DEAR else rows[0].count
            shown = rows[: len(self.shown)]
            made = self._changing(shown) if key == "changing" else tuple(map(self._row, shown))
            yield Group(key, TITLES[key](), made, count, counted=self._far(key))

    def _row(self, row: _Found) -> Row:
        words = _WORDS[row.kind](self, row)
        return Row(
            name=formats.family_given(row.family, row.given),
            url=address("plans:patient", patient=row.patient),
            born=formats.date_of_birth(row.born, self.today),
            record=row.record or "",
            **words,
        )

    def overdue(self, row: _Found) -> dict[str, Any]:
        late = formats.length((self.today - row.on).days)
        return {
            "tag": "overdue",
            "tag_words": _("%(days)s overdue") % {"days": late},
            **self._check_in_due(row),
            "when": formats.day(row.on),
        }

    def due(self, row: _Found) -> dict[str, Any]:
        return {
            "tag": "due",
            "tag_words": "",
            **self._check_in_due(row),
            "when": _("Today"),
        }

    def _check_in_due(self, row: _Found) -> dict[str, Any]:
        return {
            "what": plain(_("Check-in")),
            "detail": _("date set by %(name)s, %(day)s")
            % {"name": row.who, "day": formats.day(timezone.localdate(row.at))},
            "act": self._record_check_in(row),
        }

    def safety(self, row: _Found) -> dict[str, Any]:
        return {
            "tag": "open",
            "tag_words": _("Safety question"),
            "what": plain(_("Declined, or could not be asked, at the last check-in")),
            "detail": _("recorded by %(name)s") % {"name": row.who},
            "when": formats.day(timezone.localdate(row.at)),
            "act": self._record_check_in(row),
        }

    def begun(self, row: _Found) -> dict[str, Any]:
        return {
            "tag": "draft",
            "tag_words": _("Not completed"),
            "what": plain(_("Check-in, begun")),
            "detail": _("by %(name)s") % {"name": row.who},
            **self._edited(row),
            "act": Act(_("Continue"), address("plans:check-in-edit", check_in_draft=row.id)),
        }

    def asked(self, row: _Found) -> dict[str, Any]:
        url = address("plans:request", request=row.id)
        return {
            "tag": "asked",
            "tag_words": _("Asked for"),
            "what": plain(capital(AskedKind(row.word).label)),
            "detail": _("by %(name)s: %(words)s")
            % {"name": row.who, "words": shortened(row.words)},
            "when": formats.day(timezone.localdate(row.at)),
            "note": formats.ago(row.at, self.now),
            "act": Act(_("Answer"), url or address("plans:patient", patient=row.patient)),
        }

    def told(self, row: _Found) -> dict[str, Any]:
        told = address("plans:told", plan=row.plan, number=row.word)
        return {
            "tag": "open",
            "tag_words": _("Not everybody is told"),
            "what": plain(_("Version %(n)s") % {"n": row.word}),
            "detail": _("signed by %(name)s") % {"name": row.who},
            "when": formats.day(timezone.localdate(row.at)),
            "act": Act(_("Told list"), told),
        }

    def drafts(self, row: _Found) -> dict[str, Any]:
        title = row.words or _("without a title")
        return {
            "tag": "draft",
            "tag_words": "",
            "what": plain(_("Plan: %(title)s") % {"title": shortened(title)}),
            "detail": _("last changed by %(name)s") % {"name": row.who},
            **self._edited(row),
            "act": Act(_("Continue"), address("plans:draft", plan=row.plan)),
        }

    def undelivered(self, row: _Found) -> dict[str, Any]:
        act = Act(_("Open"), address("plans:red-flag", escalation=row.plan))
        return {
            "tag": "finding",
            "tag_words": _("Not delivered"),
            "what": plain(_("Red flag: %(what)s") % {"what": row.words}),
            "detail": _("rung %(rung)s, tell the on-call clinician by phone") % {"rung": row.word},
            "when": formats.moment(timezone.localtime(row.at)),
            "act": act,
        }

    def staying(self, row: _Found) -> dict[str, Any]:
        return {
            **self._this_week(row, "staying"),
            "what": (
                Run(_("Staying on this dose until") + " "),
                Run(formats.day(row.on), strong=True),
            ),
            "detail": _("version %(number)s, signed by %(name)s")
            % {"number": row.word, "name": row.who},
        }

    def ending(self, row: _Found) -> dict[str, Any]:
        return {
            **self._this_week(row, "soon"),
            "what": (
                Run(_("Last dated day of the plan:") + " "),
                Run(formats.day(row.on), strong=True),
            ),
            "detail": shortened(row.words)
            or _("version %(number)s, signed by %(name)s") % {"number": row.word, "name": row.who},
        }

    def _this_week(self, row: _Found, tag: str) -> dict[str, Any]:
        ahead = (row.on - self.today).days
        words = _("Ends today") if ahead == 0 else _("Ends in %(days)s")
        return {
            "tag": tag,
            "tag_words": words % {"days": formats.length(ahead)} if ahead else words,
            "when": _("Today") if ahead == 0 else formats.day(row.on),
            "act": Act(_("Open"), address("plans:plan", plan=row.plan)),
        }

    def intake(self, row: _Found) -> dict[str, Any]:
        return {
            "tag": "open",
            "tag_words": _("Not asked yet"),
            "what": plain(_("Items of the assessment that nobody asked")),
            "detail": _("a plan is being drafted, begun by %(name)s") % {"name": row.who},
            "when": formats.day(timezone.localdate(row.at)),
            "act": Act(_("Intake"), address("patients:intake", patient=row.patient)),
        }

    def reviews(self, row: _Found) -> dict[str, Any]:
        late = row.on < self.today
        return {
            "tag": "overdue" if late else "review",
            "tag_words": (
                _("%(days)s overdue") % {"days": formats.length((self.today - row.on).days)}
                if late
                else ""
            ),
            "what": (
                Run(row.words, strong=True),
                Run(" " + _("kept at its dose until a review")),
            ),
            "detail": _("version %(number)s, signed by %(name)s")
            % {"number": row.word, "name": row.who},
            "when": _("Today") if row.on == self.today else formats.day(row.on),
            "act": Act(_("Open"), address("plans:plan", plan=row.plan)),
        }

    def weighing(self, row: _Found) -> dict[str, Any]:
        late = row.on < self.today
        return {
            "tag": "overdue" if late else "review",
            "tag_words": (
                _("%(days)s overdue") % {"days": formats.length((self.today - row.on).days)}
                if late
                else ""
            ),
            "what": plain(_("Risk-benefit review")),
            "detail": _("date set by %(name)s, %(day)s")
            % {"name": row.who, "day": formats.day(timezone.localdate(row.at))},
            "when": _("Today") if row.on == self.today else formats.day(row.on),
            "act": Act(_("Open"), address("patients:intake", patient=row.patient)),
        }

    def _edited(self, row: _Found) -> dict[str, Any]:
        at = timezone.localtime(row.at)
        when = formats.clock(at) if at.date() == self.today else formats.day(at.date())
        return {"when": _("Edited %(when)s") % {"when": when}}

    def _record_check_in(self, row: _Found) -> Act:
        """The button, or for whoever may not record one, the way to the patient."""
        url = address("plans:check-in-new", patient=row.patient)
        if url and self.user.may(Permission.RECORD_CHECK_IN):
            return Act(_("Record check-in"), url)
        return Act(_("Open"), address("plans:patient", patient=row.patient))

    # --- what changes this week
    def _changing(self, rows: list[_Found]) -> tuple[Row, ...]:
        versions = Version.objects.in_bulk([row.id for row in rows])
        found = schedules(list(versions.values()))
        dated = [self._change_row(row, versions[row.id], found[row.id]) for row in rows]
        dated.sort(key=lambda pair: (pair[0], pair[1].name))
        return tuple(row for _day, row in dated)

    def _change_row(self, found: _Found, version: Version, schedule: Schedule) -> tuple[date, Row]:
        begins = max(self.today, version.in_force_from)
        change = next_change(schedule, begins - _DAY)
        if change is None or change.day > self.about.until:
            day, what = begins, plain(_("A new version is in force"))
            detail = _("version %(number)s") % {"number": version.number}
        else:
            day, what = change.day, change_line(schedule, change)
            detail = _change_detail(version, schedule, change)
        ahead = (day - self.today).days
        soon = _("In %(days)s") % {"days": formats.length(ahead)}
        return day, Row(
            name=formats.family_given(found.family, found.given),
            url=address("plans:patient", patient=found.patient),
            born=formats.date_of_birth(found.born, self.today),
            record=found.record or "",
            tag="today" if ahead == 0 else "soon",
            tag_words="" if ahead == 0 else soon,
            what=what,
            detail=detail,
            when=_("Today") if ahead == 0 else formats.day(day),
            act=Act(_("Open"), address("plans:plan", plan=found.plan)),
        )


_WORDS: dict[str, Callable[[_Maker, _Found], dict[str, Any]]] = {
    "undelivered": _Maker.undelivered,
    "overdue": _Maker.overdue,
    "due": _Maker.due,
    "safety": _Maker.safety,
    "begun": _Maker.begun,
    "asked": _Maker.asked,
    "drafts": _Maker.drafts,
    "staying": _Maker.staying,
    "ending": _Maker.ending,
    "intake": _Maker.intake,
    "told": _Maker.told,
    "reviews": _Maker.reviews,
    "weighing": _Maker.weighing,
}


# A row is one line: longer words are cut there, with a mark that says so; the page has them whole.
LINE = 140


def shortened(words: str) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= LINE else one_line[: LINE - 1].rstrip() + "\u2026"


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def change_line(schedule: Schedule, change: Change) -> Line:
    """As "examplazepam **1 mg** to **0.5 mg**", or "**0.5 mg**, then **stop**"; drugs in a row."""
    away = away_on(schedule, change.day)
    if away is not None:
        return plain(_("Set by %(where)s, not recorded here") % {"where": away.where})
    line: list[Run] = []
    for one in change.drugs:
        if line:
            line.append(Run("; "))
        line.append(Run(f"{one.drug.name} "))
        if one.before is not None:
            joint = ", " + _("then") if one.after is None else " " + _("to")
            line += [Run(step_total_words(one.before), strong=True), Run(f"{joint} ")]
        line.append(Run(_after(one), strong=True))
    return tuple(line)


def _after(change: DrugChange) -> str:
    if change.after is not None:
        return step_total_words(change.after)
    match change.drug.end:
        case End.STOP:
            return _("stop")
        case End.REFER:
            return _("refer")
        case _other:
            return _("no dose stated")


def _change_detail(version: Version, schedule: Schedule, change: Change) -> str:
    begins = [step for step in schedule.steps if step.first_day == change.day]
    if not begins:
        return _("after the last step · planned, version %(number)s") % {"number": version.number}
    step = formats.listing([formats.number(step.number) for step in begins])
    return _("Step %(step)s of %(steps)s · planned, version %(number)s") % {
        "step": step,
        "steps": formats.number(len(schedule.steps)),
        "number": version.number,
    }


# --- the branches of the one statement ------------------------------------------------------------
def _first_number(patient: str) -> Subquery:
    numbers = RecordNumber.objects.filter(patient=OuterRef(patient), withdrawn_at=None)
    return Subquery(numbers.order_by("recorded_at").values("number")[:1])


@dataclass(frozen=True)
class _Branch:
    """Rows of one kind, and where each finds what a worklist says of it."""

    rows: QuerySet[Any]
    patient: str
    at: str
    who: str
    on: str | Combinable = ""
    plan: str = ""
    word: str = ""
    words: str | Combinable = ""
    key: str = "pk"
    keys: Callable[[int], QuerySet[Any, dict[str, Any]]] | None = None
    """Which of the rows and in which order, where it takes more than one query to say so."""

    def query(
        self, kind: str, place: int, shown: range, counted: int | None
    ) -> QuerySet[Any, dict[str, Any]] | None:
        """These rows, and how many there are, counted so far or not at all; None where there
        cannot be any."""
        if self.rows.query.is_empty():
            return None
        found: QuerySet[Any, dict[str, Any]] = (
            self.rows.model._default_manager.filter(pk__in=self._keys(shown))
            .order_by()
            .annotate(
                r_place=Value(place),
                r_kind=Value(kind, output_field=CharField()),
                r_key=Cast(self.key, CharField()),
                r_patient=F(f"{self.patient}__pk"),
                r_plan=F(self.plan) if self.plan else Cast(Value(None), UUIDField()),
                r_family=F(f"{self.patient}__family_name"),
                r_given=F(f"{self.patient}__given_names"),
                r_born=F(f"{self.patient}__born"),
                r_record=_first_number(self.patient),
                r_on=self._day(),
                r_at=F(self.at) if self.at else Cast(Value(None), DateTimeField()),
                # No join: it would tempt a database to begin with the few people who sign.
                r_who=Subquery(User.objects.filter(pk=OuterRef(f"{self.who}_id")).values("name")),
                r_word=Cast(F(self.word) if self.word else Value(""), CharField()),
                r_words=Cast(_text(self.words), TextField()),
                r_count=Value(0)
                if counted is None
                else RowsOf(self.rows.order_by().values("pk")[:counted]),
            )
            .values(*_Found.columns())
        )
        return found

    def _keys(self, shown: range) -> Any:
        if self.keys is None:
            return self.rows.values("pk")[shown.start : shown.stop]
        return KeysOf(self.keys(shown.stop)[shown.start : shown.stop])

    def _day(self) -> Combinable:
        if not isinstance(self.on, str):
            return self.on
        return F(self.on) if self.on else Cast(Value(None), DateField())


def _text(words: str | Combinable) -> Combinable:
    if isinstance(words, str):
        return F(words) if words else Value("")
    return words


_EVERYBODY = "everybody"


def _waits(user: User, clinic: uuid.UUID, today: date) -> QuerySet[Any, dict[str, Any]]:
    """How much waits for an act on everybody's list, as a row that names no patient."""
    nobody = Cast(Value(None), UUIDField())
    found: QuerySet[Any, dict[str, Any]] = (
        Clinic.objects.filter(pk=clinic)
        .order_by()
        .annotate(
            r_place=Value(-1),
            r_kind=Value(_EVERYBODY, output_field=CharField()),
            r_key=Cast("pk", CharField()),
            r_patient=nobody,
            r_plan=nobody,
            r_family=Value(""),
            r_given=Value(""),
            r_born=Cast(Value(None), DateField()),
            r_record=Value(""),
            r_on=Cast(Value(None), DateField()),
            r_at=Cast(Value(None), DateTimeField()),
            r_who=Value(""),
            r_word=Value(""),
            r_words=Value(""),
            r_count=Waiting(user, today).how_many(),
        )
        .values(*_Found.columns())
    )
    return found


@dataclass(frozen=True)
class _Found:
    place: int
    kind: str
    key: str
    patient: uuid.UUID
    plan: uuid.UUID
    family: str
    given: str
    born: date
    record: str | None
    on: date
    at: datetime
    who: str
    word: str
    words: str
    count: int

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        return tuple(f"r_{one.name}" for one in fields(cls))

    @property
    def id(self) -> uuid.UUID:
        return uuid.UUID(self.key)


def _branches(about: Waiting, now: datetime) -> dict[str, _Branch]:
    follow_up: dict[str, Any] = {
        "patient": "patient",
        "on": "due_on",
        "at": "set_at",
        "who": "set_by",
    }
    return {
        "undelivered": _Branch(
            about.undelivered(now).order_by("made_at", "pk"),
            patient="escalation__patient",
            plan="escalation_id",
            at="made_at",
            who="escalation__raised_by",
            word="rung",
            words="escalation__label",
        ),
        "overdue": _Branch(about.overdue.order_by("due_on", "pk"), **follow_up),
        "due": _Branch(about.due.order_by("pk"), **follow_up),
        "changing": _Branch(
            Version.objects.all() if about.sees else Version.objects.none(),
            keys=about.changing,
            patient="plan__patient",
            plan="plan_id",
            on=about.changes_on(),
            at="",
            who="signed_by",
        ),
        "staying": _Branch(
            about.holds_ending.order_by("hold_until", "pk"),
            patient="plan__patient",
            plan="plan_id",
            on="hold_until",
            at="signed_at",
            who="signed_by",
            word="number",
        ),
        "ending": _Branch(
            about.plans_ending.order_by("last_day", "version_id"),
            key="version_id",
            patient="version__plan__patient",
            plan="version__plan_id",
            on="last_day",
            at="",
            who="version__signed_by",
            word="version__number",
            words="version__title",
        ),
        "reviews": _Branch(
            about.reviews.order_by("review_on", "pk"),
            patient="version__plan__patient",
            plan="version__plan_id",
            on="review_on",
            at="version__signed_at",
            who="version__signed_by",
            word="version__number",
            words="name",
        ),
        "weighing": _Branch(
            about.weighing.order_by("next_on", "pk"),
            patient="patient",
            on="next_on",
            at="recorded_at",
            who="recorded_by",
        ),
        "asked": _Branch(
            about.asked.order_by("at", "pk"),
            patient="patient",
            plan="plan_id",
            at="at",
            who="by",
            word="asked",
            words="words",
        ),
        "told": _Branch(
            about.told_open.order_by("plan__signed_at", "pk"),
            patient="plan__patient",
            plan="plan_id",
            at="signed_at",
            who="signed_by",
            word="number",
        ),
        "intake": _Branch(
            about.intake_open.order_by("opened_at", "pk"),
            patient="plan__patient",
            plan="plan_id",
            at="opened_at",
            who="opened_by",
        ),
        "safety": _Branch(about.safety_open.order_by("as_of", "pk"), **follow_up | {"at": "as_of"}),
        "begun": _Branch(
            about.begun.order_by("changed_at", "pk"),
            patient="patient",
            at="changed_at",
            who="changed_by",
        ),
        "drafts": _Branch(
            about.drafts.order_by("changed_at", "pk"),
            patient="plan__patient",
            plan="plan_id",
            at="changed_at",
            who="changed_by",
            words=Coalesce(NullIf(KeyTextTransform("title", "cells"), Value("")), "plan__title"),
        ),
    }
