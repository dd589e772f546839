"""A clinic's figures as finished tables: counts of dates, red flags and plans, nothing else.

No outcome is ranked and no dose compared; a line is a month or the whole clinic, never a person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Min, Q

from patients.models import Patient
from plans.models import CheckIn, Escalation, MissedCheckIn, Plan
from plans.rules import columns
from plans.rules.figures import Answered, Done, Seen, answered, outcomes, protected
from plans.rules.lifecycle import PlanState, state_word
from plans.rules.redflags import EscalationState, EscalationVerb, Level
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from enum import StrEnum

    from plans.rules.figures import Line
    from taperplan.accounts.models import Clinic
    from taperplan.columns import Values

MONTHS = 12
# A date that was set longer ago than this before the first month is not looked for.
_BEFORE = timedelta(days=400)
# The width of a bar, in units of its drawing.
WIDTH = 600


@dataclass(frozen=True)
class Piece:
    """One piece of a bar; what is kept back has none. `look`: which of the patterns."""

    look: int
    x: int
    width: int


@dataclass(frozen=True)
class Row:
    name: str
    key: str
    cells: tuple[str, ...]
    total: str
    counts: tuple[int | None, ...]
    pieces: tuple[Piece, ...]
    kept_back: bool


@dataclass(frozen=True)
class Table:
    key: str
    title: str
    says: str
    line: str
    columns: tuple[str, ...]
    words: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def kept_back(self) -> bool:
        return any(row.kept_back for row in self.rows)


@dataclass(frozen=True)
class Figures:
    tables: tuple[Table, ...]
    first: str
    last: str


def figures(clinic: Clinic, today: date) -> Figures:
    """A fixed number of queries, and a row of little for each check-in of a year."""
    months = _months(today)
    return Figures(
        tables=(
            _check_ins(clinic, months, today),
            *_red_flags(clinic, months),
            _plans(clinic),
        ),
        first=formats.day(months[0]),
        last=formats.day(today),
    )


def csv(found: Figures) -> bytes:
    return columns.FIGURES.write(lines(found))


def lines(found: Figures) -> Iterator[Values]:
    """None: kept back."""
    for table in found.tables:
        for row in table.rows:
            for word, count in zip((*table.words, "total"), row.counts, strict=True):
                yield table.key, row.key, word, count


# --- Months --------------------------------------------------------------------------------------


def _months(today: date) -> list[date]:
    """The first days of the last twelve months; the newest is the one that goes on."""
    month = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(month - MONTHS + 1, month + 1)]


def _begin(clinic: Clinic, day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=clinic.zone)


# --- Tables --------------------------------------------------------------------------------------


def _check_ins(clinic: Clinic, months: Sequence[date], today: date) -> Table:
    counts: dict[date, Counter[StrEnum]] = defaultdict(Counter)
    waited = set(Patient.objects.filter(clinic=clinic).under_care().values_list("pk", flat=True))
    for patient, events in _seen(clinic, months[0] - _BEFORE).items():
        for due, done in outcomes(events, today=today, expected=patient in waited):
            counts[due.replace(day=1)][done] += 1
    return _by_month(
        "check-ins",
        _("Check-ins by the month in which they were due"),
        _(
            "A check-in is due on the date that a clinician set with the one before. "
            "Dates from today on are not in it."
        ),
        Done,
        months,
        counts,
    )


def _seen(clinic: Clinic, since: date) -> Mapping[object, list[Seen]]:
    """What happened, by the record that stands."""
    found: dict[object, list[Seen]] = defaultdict(list)
    rows = CheckIn.objects.standing().filter(
        patient__clinic=clinic, happened_at__gte=_begin(clinic, since)
    )
    for own, joined, at, next_on in rows.values_list(
        "patient_id", "patient__joined_to", "happened_at", "next_on"
    ):
        found[joined or own].append(Seen(clinic.day(at), next_on))
    missed = MissedCheckIn.objects.filter(
        patient__clinic=clinic, at__gte=_begin(clinic, since)
    ).values_list("patient_id", "patient__joined_to", "at", "next_on", "due_on")
    for own, joined, at, next_on, due_on in missed:
        found[joined or own].append(Seen(clinic.day(at), next_on, due_on))
    return found


def _red_flags(clinic: Clinic, months: Sequence[date]) -> Iterable[Table]:
    levels: dict[date, Counter[StrEnum]] = defaultdict(Counter)
    waits: dict[date, Counter[StrEnum]] = defaultdict(Counter)
    rows = (
        Escalation.objects.filter(patient__clinic=clinic, raised_at__gte=_begin(clinic, months[0]))
        .exclude(state=EscalationState.ENTERED_IN_ERROR.value)
        .annotate(first=Min("moves__at", filter=Q(moves__verb=EscalationVerb.ACKNOWLEDGE.value)))
    )
    for raised, level, first in rows.values_list("raised_at", "level", "first"):
        month = clinic.day(raised).replace(day=1)
        levels[month][Level(level)] += 1
        waits[month][answered(None if first is None else (first - raised).total_seconds())] += 1
    yield _by_month(
        "red-flags",
        _("Red flags by the month in which they were raised"),
        _("Those entered in error are not in it."),
        Level,
        months,
        levels,
    )
    yield _by_month(
        "acknowledged",
        _("Minutes until a red flag was acknowledged"),
        _(
            "From raised to the first acknowledgement by a named person, "
            "by the month in which it was raised."
        ),
        Answered,
        months,
        waits,
    )


def _plans(clinic: Clinic) -> Table:
    states = Counter(
        Plan.objects.filter(patient__clinic=clinic)
        .exclude(state=PlanState.ENTERED_IN_ERROR.value)
        .values_list("state", flat=True)
    )
    kinds = [state for state in PlanState if state is not PlanState.ENTERED_IN_ERROR]
    line = protected([states[kind.value] for kind in kinds])
    return Table(
        key="plans",
        title=_("Plans by status, today"),
        says=_("A patient may have several."),
        line=_("Status"),
        columns=tuple(_capital(state_word(kind)) for kind in kinds),
        words=tuple(kind.value for kind in kinds),
        rows=(_row(_("All plans"), "", line),),
    )


def _by_month(
    key: str,
    title: str,
    says: str,
    kinds: type[StrEnum],
    months: Sequence[date],
    counts: Mapping[date, Counter[StrEnum]],
) -> Table:
    return Table(
        key=key,
        title=title,
        says=says,
        line=_("Month"),
        columns=tuple(_capital(_words(kind)) for kind in kinds),
        words=tuple(kind.value for kind in kinds),
        rows=tuple(
            _row(
                f"{formats.month(month.month)} {month.year}",
                f"{month:%Y-%m}",
                protected([counts[month][kind] if month in counts else 0 for kind in kinds]),
                most=max((sum(some.values()) for some in counts.values()), default=0),
            )
            for month in _since_the_first(months, counts)
        ),
    )


def _since_the_first(
    months: Sequence[date], counts: Mapping[date, Counter[StrEnum]]
) -> Sequence[date]:
    """Without the months before anything was counted; the last three always."""
    begin = next((at for at, month in enumerate(months) if month in counts), len(months))
    return months[min(begin, len(months) - 3) :]


def _row(name: str, key: str, line: Line, most: int = 0) -> Row:
    return Row(
        name=name,
        key=key,
        cells=tuple(map(_figure, line.cells)),
        total=_figure(line.total),
        counts=(*line.cells, line.total),
        pieces=tuple(_pieces(line, max(most, line.total or 0))),
        kept_back=None in line.cells or line.total is None,
    )


def _figure(count: int | None) -> str:
    return "" if count is None else formats.number(count)


def _pieces(line: Line, most: int) -> Iterator[Piece]:
    """Only what is shown is drawn, from the left, one after the other."""
    x = 0
    for look, count in enumerate(line.cells):
        if count:
            width = max(count * WIDTH // max(most, 1), 2)
            yield Piece(look, x, width - 1)
            x += width


def _words(kind: StrEnum) -> str:
    match kind:
        case Level():
            return kind.label
        case Done() | Answered():
            return kind.words
        case _:
            return kind.value


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
