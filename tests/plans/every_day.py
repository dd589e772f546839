"""The daily table as a reader finds it: on the grid, the calendar, the handout and the summary.

Each is read from its finished words alone: dates, times of day, quantities, and the words of a
pattern ("every 3 days", "day 2 of 2", "Mon, Wed and Fri"), counted out by hand.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from plans.presenters.dosing import dose_line
from plans.rules import wording
from plans.rules.schedule import Product, Schedule, When
from plans.rules.schedule_words import Form
from plans.sheets.paper import text_of
from taperplan import formats
from tests.plans.rules.published import Published, exact

if TYPE_CHECKING:
    from plans.presenters.plan import ShownSchedule
    from plans.sheets.handout import Calendar, Handout, ScheduleRow
    from plans.sheets.summary import Summary

Table = dict[date, set[tuple[str, str]]]
"""Of each day, the time of day and the words of each dose; a day without doses is left out."""

TOKENS = ["morning", "midday", "evening", "bedtime"]
CLOCKS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]
NAMES = {formats.slot_name(token): token for token in [*TOKENS, *CLOCKS]}
AT = {formats.at(token): token for token in [*TOKENS, *CLOCKS]}
_DATE = re.compile(r"(\d{1,2} [A-Z][a-z]{2} \d{4})")
_DAY = timedelta(days=1)


def plain(words: str) -> str:
    return words.replace("\xa0", " ")


def dates(words: str) -> list[date]:
    return [
        datetime.strptime(found, "%d %b %Y").date()  # noqa: DTZ007  (a calendar day)
        for found in _DATE.findall(plain(words))
    ]


@dataclass
class Row:
    """Doses of a run of days: time of day, words, and on which of the days."""

    first: date
    last: date
    doses: list[tuple[str, str, str]]
    since: When | None = None
    until: When | None = None

    def days(self) -> Iterator[tuple[date, str, str]]:
        for number in range((self.last - self.first).days + 1):
            day = self.first + number * _DAY
            for token, words, pattern in self.doses:
                when = When.of(token)
                early = day == self.first and self.since and when < self.since
                late = day == self.last and self.until and not when < self.until
                if not early and not late and falls(pattern, number, day):
                    yield day, token, words


def falls(pattern: str, number: int, day: date) -> bool:
    """Whether the words of a pattern name this day, the first being number 0."""
    words = plain(pattern)
    if words in ("", "every day"):
        return True
    if found := re.fullmatch(r"every (\d+) days", words):
        return number % int(found[1]) == 0
    if found := re.fullmatch(r"(\d+) days? on, (\d+) days? off", words):
        return number % (int(found[1]) + int(found[2])) < int(found[1])
    if found := re.fullmatch(r"days? ([\d, and]+) of (\d+)", words):
        return number % int(found[2]) + 1 in map(int, re.findall(r"\d+", found[1]))
    named = re.findall(r"Mon|Tue|Wed|Thu|Fri|Sat|Sun", words)
    assert named, f"not the words of a pattern: {words}"
    return f"{day:%a}" in named


def table(rows: Iterable[Row], until: date) -> Table:
    found: Table = {}
    for row in rows:
        for day, token, words in row.days():
            if day <= until:
                found.setdefault(day, set()).add((token, plain(words)))
    return found


def stated(
    published: Published, products: dict[str, Product], words: Callable[[Product, Fraction], str]
) -> Table:
    """What the source states, written out by hand, in the words of one of the four."""
    found: Table = {}
    for day, run in published.table():
        for token, quantities in run.doses.items():
            for key, quantity in quantities.items():
                said = plain(words(products[key], exact(quantity)))
                found.setdefault(day, set()).add((token, said))
    return found


# --- The grid ------------------------------------------------------------------------------------


def grid_words(schedule: Schedule) -> Callable[[Product, Fraction], str]:
    def words(product: Product, quantity: Fraction) -> str:
        label = wording.product_label(product, schedule.drug(product.drug))
        figure, under = wording.figure(product, quantity), wording.amount_under(product, quantity)
        return f"{label}: {figure} ({under})"

    return words


def on_the_grid(shown: ShownSchedule, until: date) -> Table:
    rows = []
    for step in shown.steps:
        first = dates(step.first)[0]
        doses = []
        for group in step.groups:
            for dose in group.doses:
                if dose.typed:
                    time, _comma, label = dose.label.partition(", ")
                    said = f"{label}: {dose.typed} ({dose.read})"
                    doses.append((NAMES[time], said, group.days))
        since = When.of(AT[step.begins]) if step.begins else None
        rows.append(Row(first, dates(step.last)[0] if step.last else until, doses, since))
    return table(handing_over(rows), until)


def handing_over(rows: list[Row]) -> list[Row]:
    """A row that begins at a time of day takes over from the one that ends on that day."""
    for later in rows:
        for earlier in rows:
            if later.since and earlier.last == later.first and earlier.first < later.first:
                earlier.until = later.since
    return rows


# --- The calendar --------------------------------------------------------------------------------


def calendar_words(schedule: Schedule) -> Callable[[Product, Fraction], str]:
    def words(product: Product, quantity: Fraction) -> str:
        name = wording.product_name(product, schedule.drug(product.drug))
        said = wording.dose_words(product, quantity)
        return f"{name}: apply {said}" if product.form is Form.PATCH else f"{name}: {said}"

    return words


def on_the_calendar(client: Any, address: str, published: Published) -> Table:
    """The pages of all its months, as they arrive."""
    found: Table = {}
    month = published.first_day.replace(day=1)
    while month <= published.last_day:
        page = client.get(address, {"month": f"{month:%Y-%m}"}).content.decode()
        for cell in page.split('<p class="day">')[1:]:
            (day,) = dates(re.findall(r'class="whole">([^<]+)<', cell)[0])
            for time, words in re.findall(
                r'class="expects"><span class="when">([^<]+)</span> <span>([^<]+)</span></p>', cell
            ):
                if time in NAMES and day <= published.last_day:
                    said = plain(html.unescape(words))
                    found.setdefault(day, set()).add((NAMES[time], said))
        month = (month.replace(day=28) + 4 * _DAY).replace(day=1)
    return found


# --- Paper ---------------------------------------------------------------------------------------


def paper_words(schedule: Schedule, *, named: bool) -> Callable[[Product, Fraction], str]:
    def words(product: Product, quantity: Fraction) -> str:
        drug = schedule.drug(product.drug)
        return text_of(dose_line(product, drug, quantity, named=named))

    return words


def on_the_handout(sheet: Handout, until: date) -> Table:
    found: Table = {}
    for one in sheet.tables:
        drawn = {dates(day.day)[0] for calendar in one.calendars for day in calendar.days}
        rows = [
            _dated_row(row, one.heading, until)
            for row in one.rows
            # The end of a drug; a row whose days stand one by one below.
            if not row.end and dates(row.first)[0] not in drawn
        ]
        for day, said in table(rows, until).items():
            found.setdefault(day, set()).update(said)
        for calendar in one.calendars:
            for day, token, words in _one_by_one(calendar):
                if day <= until:
                    found.setdefault(day, set()).add((token, words))
    return found


def _dated_row(row: ScheduleRow, heading: str, until: date) -> Row:
    doses = []
    for taking in row.takings:
        token = NAMES[taking.when] if taking.when else at_time_of(heading)
        for line in taking.what:
            doses.append((token, *parted(text_of(line))))
    last = dates(row.last)[0] if row.last else until
    return Row(dates(row.first)[0], last, doses, named_time(row.first), named_time(row.last))


def _one_by_one(calendar: Calendar) -> Iterator[tuple[date, str, str]]:
    for each in calendar.days:
        for words in each.what:
            if words in ("none", "keep the patch on", "take off the old patch"):
                continue
            time, colon, rest = words.partition(": ")
            named = bool(colon) and time in NAMES
            token = NAMES[time] if named else at_time_of(calendar.heading)
            said = plain(rest if named else words).removeprefix("put on ")
            yield dates(each.day)[0], token, said


def at_time_of(heading: str) -> str:
    """The one time of day that a heading names: "What to take at bedtime, every day"."""
    return next(AT[words] for words in AT if words in heading)


def parted(words: str) -> tuple[str, str]:
    """ "2 tablets of 5 mg (10 mg), Mon and Wed": the dose, and the words of its pattern."""
    dose, _comma, pattern = words.removeprefix("put on ").partition(", ")
    return dose, pattern


def named_time(words: str) -> When | None:
    """ "Wed 2 Dec 2026, from the evening"; None where no time of day is named."""
    found = re.search(r", (?:from|before) (?:the )?(\S+)$", plain(words))
    return When.of(found[1]) if found else None


def on_the_summary(sheet: Summary, until: date) -> Table:
    rows = []
    for part in sheet.plans:
        for line in part.schedule.rows:
            _number, days, doses = (text_of(cell) for cell in line.cells)
            between = dates(days)
            last = between[1] if len(between) > 1 else between[0]
            if plain(days).startswith("from "):
                last = until
            read = []
            for words in doses.split("\n"):
                time, _colon, dose = words.partition(": ")
                said, pattern = parted(dose)
                read.append((NAMES[time], said, pattern))
            _days, _comma, begins = plain(days).partition(", beginning ")
            since = When.of(AT[begins]) if begins else None
            rows.append(Row(between[0], last, read, since))
    return table(handing_over(rows), until)


__all__ = [
    "calendar_words",
    "grid_words",
    "on_the_calendar",
    "on_the_grid",
    "on_the_handout",
    "on_the_summary",
    "paper_words",
    "stated",
]
