"""What each sheet says, in the order in which whoever hears it read aloud is meant to hear it.

Written from the sheet alone: it knows how wide no word is, and nothing of blocks and pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from plans.rules.paper import PrintSize
from plans.sheets.diary import Diary
from plans.sheets.handout import Calendar, Handout, ScheduleTable
from plans.sheets.handover import Handover
from plans.sheets.paper import (
    Facts,
    Letterhead,
    Line,
    Listing,
    OpenFlag,
    Passage,
    Person,
    Section,
    plain,
    text_of,
)
from plans.sheets.summary import Summary
from plans.sheets.supply import SupplySheet
from tests.plans.documents.reading import squeezed

FEWEST_DAYS_IN_WEEKS = 7


def said(lines: Iterable[str]) -> str:
    return squeezed(" ".join(line for line in lines if line))


# --- what sheets are made of --------------------------------------------------------------------
def _head(
    title: str,
    below: Sequence[Line],
    letterhead: Letterhead,
    person: Person,
    beside: Sequence[Line] = (),
) -> Iterator[str]:
    yield title
    yield from map(text_of, below)
    yield from (letterhead.name, letterhead.hours, letterhead.phone, person.name)
    yield from person.details
    yield from map(text_of, beside)
    yield text_of(person.born)
    yield text_of(person.identifier)


def _passage(passage: Passage) -> Iterator[str]:
    yield passage.heading
    yield from map(text_of, passage.lines)


def _facts(facts: Facts) -> Iterator[str]:
    yield facts.heading
    for label, answer in facts.rows:
        yield label
        yield text_of(answer)


def _listing(listing: Listing) -> Iterator[str]:
    yield listing.heading
    if listing.rows:
        yield from (column.label for column in listing.columns)
        for row in listing.rows:
            yield from map(text_of, row.cells)
            yield text_of(row.note)
    else:
        yield listing.empty
    yield from map(text_of, listing.notes)


def _section(section: Section) -> Iterator[str]:
    match section:
        case Facts():
            yield from _facts(section)
        case Listing():
            yield from _listing(section)
        case Passage():
            yield from _passage(section)


def _flags(heading: str, flags: Sequence[OpenFlag]) -> Iterator[str]:
    if flags:
        yield heading
    for flag in flags:
        yield flag.what
        yield flag.detail


# --- handout ------------------------------------------------------------------------------------
def handout(sheet: Handout, size: PrintSize, *, products_beside: bool) -> str:
    """`products_beside`: one short line of products stands beside the record number."""
    large = size is PrintSize.LARGE
    return said(_handout(sheet, large=large, products_beside=products_beside))


def _handout(sheet: Handout, *, large: bool, products_beside: bool) -> Iterator[str]:
    below = (plain(sheet.made), sheet.replaces)
    beside = sheet.products if products_beside else ()
    yield from _head(sheet.title, below, sheet.letterhead, sheet.person, beside)
    if not products_beside:
        yield from map(text_of, sheet.products)
    yield from sheet.plan_text
    for table in sheet.tables:
        yield from _schedule(table, large=large)
        for calendar in table.calendars:
            yield from _calendar(calendar, large=large)
    if sheet.as_needed is not None:
        yield from _passage(sheet.as_needed)
    yield from map(text_of, sheet.warning)
    if sheet.next_check_in is not None:
        yield from _passage(sheet.next_check_in)
    yield text_of(sheet.other_plans)
    if sheet.call is not None:
        yield from _passage(sheet.call)
    elif sheet.numbers:
        yield sheet.numbers_heading
    for phone in sheet.numbers:
        yield from (phone.label, phone.number)
    yield from _passage(sheet.missed_dose)
    for passage in sheet.advice:
        yield from _passage(passage)
    yield sheet.texts_source


def _schedule(table: ScheduleTable, *, large: bool) -> Iterator[str]:
    timed = any(taking.when for row in table.rows for taking in row.takings)
    first, last, days, when, take = table.labels
    stacked = timed or large
    yield table.heading
    yield from [first] if stacked else [first, last, days]
    if timed and not large:
        yield when
    yield take
    for row in table.rows:
        yield row.first
        yield from row.stacked if stacked else (row.last, row.days)
        for taking in row.takings:
            yield taking.when
            yield from map(text_of, taking.what)
        yield from map(text_of, row.notes)


def _calendar(calendar: Calendar, *, large: bool) -> Iterator[str]:
    yield calendar.heading
    listed = large or len(calendar.days) < FEWEST_DAYS_IN_WEEKS
    yield from calendar.labels if listed else calendar.weekdays
    for day in calendar.days:
        yield day.day if listed else day.short
        yield from day.what


# --- the others ---------------------------------------------------------------------------------
def summary(sheet: Summary) -> str:
    return said(_summary(sheet))


def _summary(sheet: Summary) -> Iterator[str]:
    yield from _flags(sheet.flags_heading, sheet.open_flags)
    yield from _head(sheet.title, (plain(sheet.subtitle),), sheet.letterhead, sheet.person)
    yield from _facts(sheet.background)
    for part in sheet.plans:
        yield part.heading
        yield from _facts(part.situation)
        if part.chart is not None:
            yield part.chart.heading
            yield part.chart.described
            yield from _listing(part.chart.table)
            yield from _listing(part.chart.told)
        yield from _listing(part.schedule)
        yield from map(text_of, part.texts)
        if part.as_needed is not None:
            yield from _passage(part.as_needed)
        for listing in (part.supply, part.versions, part.told):
            yield from _listing(listing)
    yield from _listing(sheet.check_ins)
    yield from _listing(sheet.red_flags)
    yield from _facts(sheet.assessment)
    yield from _facts(sheet.shared_decision)
    yield from _passage(sheet.open_questions)
    yield from _facts(sheet.sign_off)
    yield from _passage(sheet.provenance)


def supply(sheet: SupplySheet) -> str:
    parts = list(_head(sheet.title, sheet.below, sheet.letterhead, sheet.person))
    parts.append(text_of(sheet.notice))
    for section in sheet.sections:
        parts += _section(section)
    return said(parts)


def handover(sheet: Handover) -> str:
    parts = list(_flags(sheet.flags_heading, sheet.open_flags))
    parts += _head(sheet.title, sheet.below, sheet.letterhead, sheet.person)
    for section in sheet.sections:
        parts += _section(section)
    return said(parts)


def diary(sheet: Diary) -> str:
    """Day by day; how the columns are headed depends on the paper, so heads are left out."""
    parts: list[str] = []
    if sheet.letterhead is not None and sheet.person is not None:
        parts += _head(sheet.title, sheet.below, sheet.letterhead, sheet.person)
    else:
        parts += [sheet.title, *map(text_of, sheet.below)]
    parts += map(text_of, sheet.how)
    for day in sheet.days:
        parts.append(day.day)
        for time in day.times:
            parts += [text_of(entry.words) for entry in time.entries]
    return said([*parts, sheet.as_needed_heading, sheet.notes_heading])
