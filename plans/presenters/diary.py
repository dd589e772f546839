"""One step of a signed version as a sheet to tick: what is expected on each of its days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from plans.presenters.dosing import dose_line
from plans.presenters.handout import plan_names
from plans.presenters.paper import (
    Printing,
    footing,
    identifier,
    labelled,
    letterhead,
    purpose,
    unprintable,
)
from plans.rules.paper import grouped
from plans.rules.schedule import PatchAct, expected_on, worn_on
from plans.rules.schedule_words import Form
from plans.sheets.diary import Diary, DiaryDay, DiaryTime, Entry
from plans.sheets.paper import Footing, Line, Person, plain, strong
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from datetime import date

    from plans.models import Version
    from plans.rules.schedule import Schedule, Step, When

_DAY = timedelta(days=1)
# A sheet has at most so many days: a longer step is continued on the next print.
MOST_DAYS = 28


def diary(version: Version, step: Step, printing: Printing, *, discreet: bool) -> Diary:
    """The sheet of `step`; a step that has begun starts today. `discreet`: no name, no clinic.

    Everything expected on a day stands on it, from other steps that run beside this one too.
    """
    patient = version.plan.patient
    schedule = version.schedule()
    first, last = days_of(step, printing.today)
    times = _times(schedule, first, last)
    identity = _("{record} \N{MIDDLE DOT} plan version {number}").format(
        record=identifier(patient), number=version.number
    )
    below: tuple[Line, ...] = (strong(formats.day_range(first, last)),)
    if not discreet:
        words = _("Version {number}, step {step}").format(number=version.number, step=step.number)
        below = (*below, plain(words))
    words = _("Diary sheet {reference}").format(reference=version.reference)
    return Diary(
        language=printing.language,
        name=words if discreet else printing.titled(words, patient),
        title=_("My diary")
        if discreet
        else _("Your {drugs} diary").format(drugs=plan_names(schedule)),
        below=below,
        letterhead=None if discreet else letterhead(printing.clinic),
        person=None
        if discreet
        else Person(
            name=formats.given_family(patient.given_names, patient.family_name),
            born=labelled(_("born"), formats.short_day(patient.born)),
            identifier=labelled(_("record"), identifier(patient)),
            latin=patient.latin_name,
        ),
        how=(
            plain(_("Tick a box when you have taken what stands beside it.")),
            plain(_("If you took more, less or none, write down how much.")),
        ),
        day_label=_("Day"),
        when_label=_("When"),
        take_label=_("Take"),
        symptom_label=_("How I felt"),
        days=tuple(_day(schedule, day, times) for day in _days(first, last)),
        as_needed_heading=_("What I took only when I needed it: what, day and time")
        if schedule.as_needed
        else "",
        notes_heading=_("What I want to ask or tell"),
        unprintable=unprintable(),
        footing=_discreet_footing(printing) if discreet else footing(patient, identity, printing),
    )


def days_of(step: Step, today: date) -> tuple[date, date]:
    """The days of a sheet: what is left of the step, at most `MOST_DAYS`."""
    first = max(step.first_day, today)
    longest = first + (MOST_DAYS - 1) * _DAY
    return first, longest if step.last_day is None else min(step.last_day, longest)


def _days(first: date, last: date) -> list[date]:
    return [first + n * _DAY for n in range((last - first).days + 1)]


def _times(schedule: Schedule, first: date, last: date) -> list[When]:
    return sorted(
        {expected.when for day in _days(first, last) for expected in expected_on(schedule, day)}
    )


def _day(schedule: Schedule, day: date, times: list[When]) -> DiaryDay:
    named = len(schedule.drugs) > 1
    rows = []
    doses = expected_on(schedule, day)
    for when in times:
        entries = []
        for one in doses:
            if one.when != when:
                continue
            line = dose_line(one.product, one.drug, one.quantity, named=named)
            if one.product.form is Form.PATCH and one.quantity:
                line = (*plain(_("put on") + " "), *line)
            entries.append(Entry(line, box=bool(one.quantity)))
        rows.append(DiaryTime(formats.slot_name(when.token), tuple(entries)))
    if rows and any(worn.act is PatchAct.REMOVE for worn in worn_on(schedule, day)):
        off = Entry(plain(_("take off the old patch")))
        rows[0] = DiaryTime(rows[0].when, (off, *rows[0].entries))
    weekday = formats.short_weekday(day.weekday())
    words = f"{weekday} {day.day} {formats.short_month(day.month)}"
    return DiaryDay(words.replace(" ", formats.NBSP), tuple(rows))


def _discreet_footing(printing: Printing) -> Footing:
    """What tells the sheet apart without saying whose it is."""
    return Footing(
        name=_("Check code {code}").format(code=grouped(printing.code)),
        identity=formats.short_day(printing.today),
        printed=_("Synthetic data, no real person.") if printing.clinic.demo else "",
        purpose=purpose(),
        page=_("Page {page} of {pages}"),
    )
