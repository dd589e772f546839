"""The chart read day by day: what its drawing shows, in words, for whoever points at it.

The same facts and the same version as the drawing and the table below it, so that the three
cannot disagree. Days are counted from the first day of the drawing.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from plans.presenters.chart import boundaries, chart, facts_of
from plans.rules.schedule import away_on, day_totals, in_force
from plans.rules.schedule_words import Rhythm
from plans.rules.wording import total_words
from taperplan import formats
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plans.models import Plan
    from plans.rules.schedule import Schedule
    from plans.sheets.chart import Chart, Pile

_DAY = timedelta(days=1)

Runs = list[tuple[int, int, str]]
"""From this day, up to and with that day, these words."""


def reading(plan: Plan, today: date) -> dict[str, Any] | None:
    """What the page's script needs; None where there is no drawing."""
    facts = facts_of(plan, today)
    sheet = chart(facts) if facts is not None else None
    if facts is None or sheet is None:
        return None
    first = sheet.first

    def place(day: date) -> int:
        return (day - first).days

    return {
        "first": first.isoformat(),
        "days": place(sheet.last) + 1,
        "today": min(max(place(today), 0), place(sheet.last)),
        "planned": _joined(
            (place(begin), place(end), words)
            for begin, end, words in _planned(facts.schedule, sheet)
        ),
        "taken": [(place(one.first), place(one.last), one.label) for one in sheet.taken],
        "symptoms": [
            (place(pile.day), place(pile.day), _present(pile, sheet)) for pile in sheet.piles
        ],
        "flags": [
            (place(mark.day), place(mark.day), _("red flag: {what}").format(what=mark.label))
            for mark in sheet.flags
        ],
        "weekdays": [formats.short_weekday(number) for number in range(7)],
        "months": [formats.short_month(number) for number in range(1, 13)],
        "nothing": {
            "planned": _("no dose stated"),
            "taken": _("not yet recorded"),
            "symptoms": _("no check-in on this day"),
        },
    }


def _planned(schedule: Schedule, sheet: Chart) -> Iterable[tuple[date, date, str]]:
    begins = boundaries(schedule, sheet.first, sheet.last)
    for begin, after in zip(begins, [*begins[1:], sheet.last + _DAY], strict=True):
        steps = [step for step in schedule.steps if in_force(step, begin)]
        if all(step.rhythm is Rhythm.DAILY for step in steps):
            yield begin, after - _DAY, _on(schedule, begin)
        else:
            for ahead in range((after - begin).days):
                day = begin + ahead * _DAY
                yield day, day, _on(schedule, day)


def _on(schedule: Schedule, day: date) -> str:
    """As "examplazepam 1 mg; placebodone none"; "" where nothing is stated."""
    away = away_on(schedule, day)
    if away is not None:
        return _("set by {where}, not recorded here").format(where=away.where)
    return "; ".join(
        f"{total.drug.name} {total_words(total)}" for total in day_totals(schedule, day)
    )


def _joined(runs: Iterable[tuple[int, int, str]]) -> Runs:
    joined: Runs = []
    for begin, end, words in runs:
        if joined and joined[-1][2] == words and joined[-1][1] == begin - 1:
            joined[-1] = (joined[-1][0], end, words)
        elif words:
            joined.append((begin, end, words))
    return joined


def _present(pile: Pile, sheet: Chart) -> str:
    """As "7 present (3 mild, 3 moderate, 1 severe)"."""
    labels = sheet.labels
    counted = (
        (pile.mild, labels.mild),
        (pile.moderate, labels.moderate),
        (pile.severe, labels.severe),
        (pile.events, labels.event),
    )
    parts = ", ".join(f"{formats.number(count)} {label}" for count, label in counted if count)
    number = sum(count for count, _label in counted)
    words = ngettext("{n} present", "{n} present", number).format(n=formats.number(number))
    return f"{words} ({parts})" if parts else words
