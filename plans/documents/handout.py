"""The patient's handout on paper."""

from __future__ import annotations

from itertools import groupby

from plans.documents.flow import (
    RULE,
    Block,
    Box,
    Cell,
    Group,
    Headed,
    IfRoom,
    Line,
    Sides,
    Stack,
    Table,
    Type,
    Writing,
)
from plans.documents.style import HANDOUT, Ink, Printed
from plans.rules.paper import PageSize, PrintSize
from plans.sheets.handout import Calendar, CalendarDay, Handout, ScheduleRow, ScheduleTable
from plans.sheets.paper import Passage, Phone, plain, strong

_GAP = 9.0
_WEEK_GAP = 5.0
_FEWEST_DAYS_IN_WEEKS = 7
_FEW_PAGES = 2


def render(sheet: Handout, *, page: PageSize, size: PrintSize) -> Printed:
    """The handout; the same sheet always gives the same bytes.

    What would run on to a third page is set closer where two then hold it; type never shrinks.
    """
    printed = _set(sheet, _HandoutInk(page, size))
    if size is PrintSize.STANDARD and printed.pages == _FEW_PAGES + 1:
        closer = _set(sheet, _HandoutInk(page, size, close=True))
        return closer if closer.pages <= _FEW_PAGES else printed
    return printed


def _set(sheet: Handout, ink: _HandoutInk) -> Printed:
    blocks = [*ink.first_page(sheet), *ink.second_page(sheet)]
    return ink.build(
        blocks,
        name=sheet.name,
        author=sheet.letterhead.name,
        language=sheet.language,
        footing=sheet.footing,
        unprintable=sheet.unprintable,
    )


class _HandoutInk(Ink):
    def __init__(self, page: PageSize, size: PrintSize, *, close: bool = False) -> None:
        super().__init__(HANDOUT[size], page)
        self.large = size is PrintSize.LARGE
        # Parts of the type's size: above and below a row of the schedule, and inside a box.
        self.row_air = 0.18 if close else 0.36
        self.box_air = 0.5 if close else 0.8
        if close:
            self.air = 9.0

    # --- page 1: who, what, when
    def first_page(self, sheet: Handout) -> list[Block]:
        blocks = self.head(
            title=sheet.title,
            below=(plain(sheet.made), sheet.replaces),
            letterhead=sheet.letterhead,
            person=sheet.person,
            under_name=sheet.products,
        )
        blocks += [self.said(text, before=10) for text in sheet.plan_text]
        for table in sheet.tables:
            blocks.append(self._schedule(table))
            blocks += [self._calendar(calendar) for calendar in table.calendars]
        if sheet.as_needed is not None:
            blocks.append(self._boxed(sheet.as_needed))
        if sheet.warning:
            lines = self.paragraphs(sheet.warning)
            blocks.append(Box(lines, padding=self.sizes.body.size * self.box_air, before=16))
        if sheet.next_check_in is not None:
            blocks.append(self.passage(sheet.next_check_in))
        if sheet.other_plans:
            blocks.append(self.said(sheet.other_plans, before=10))
        return blocks

    def _boxed(self, passage: Passage) -> Headed:
        lines = self.paragraphs(passage.lines)
        return self.heading(
            passage.heading, Box(lines, padding=self.sizes.body.size * self.box_air)
        )

    def _schedule(self, table: ScheduleTable) -> Headed:
        """Dates in three columns, as long as one time of day leaves room for them; else the
        dates stand below each other, and the times of day beside the doses."""
        type_ = self.sizes.table
        timed = any(taking.when for row in table.rows for taking in row.takings)
        stacked = timed or self.large
        first, last, days, when, take = table.labels
        head_type = type_ if self.large else self.sizes.body
        if stacked:
            below = [words for row in table.rows for words in row.stacked]
            heads = [self.said(first, head_type, bold=True)]
            widths = [
                max(
                    self._column(first, [row.first for row in table.rows]),
                    self._column("", below, type_=self.sizes.body, whole=True),
                )
            ]
        else:
            heads = [
                self.said(first, head_type, bold=True),
                self.said(last, head_type, bold=True),
                self.said(days, head_type, bold=True, right=True),
            ]
            widths = [
                self._column(first, [row.first for row in table.rows]),
                self._column(last, [row.last for row in table.rows]),
                self._column(days, [row.days for row in table.rows]),
            ]
        aside = len(widths)
        times = [taking.when for row in table.rows for taking in row.takings]
        beside = timed and not self.large
        if beside:
            heads.append(self.said(when, head_type, bold=True))
            widths.append(self._column(when, times))
        heads.append(self.said(take, head_type, bold=True))
        widths.append(self.width - sum(widths) - _GAP * len(widths))
        body = Table(
            widths,
            heads,
            [self._row(row, stacked=stacked, beside=beside) for row in table.rows],
            gap=_GAP,
            padding=type_.size * self.row_air,
            aside=aside,
        )
        return self.heading(table.heading, body, after=6)

    def _column(
        self, label: str, cells: list[str], *, type_: Type | None = None, whole: bool = False
    ) -> float:
        """As wide as its longest word, so that no date is broken (`whole`: as its longest
        line); never much more than a third of the page."""
        longest = self.wide(label, self.sizes.body, bold=True)
        for words in cells:
            for word in [words] if whole else words.split(" "):
                longest = max(longest, self.wide(word, type_ or self.sizes.table, bold=True))
        return min(longest + 1, self.width * 0.36)

    def _row(self, row: ScheduleRow, *, stacked: bool, beside: bool) -> Group:
        type_ = self.sizes.table
        if stacked:
            dates = [self.said(row.first, type_, bold=row.end or self.large)]
            dates += [self.said(words, self.sizes.body) for words in row.stacked]
            aside = [Cell(tuple(dates))]
        else:
            aside = [
                Cell((self.said(row.first, type_, bold=row.end),)),
                Cell((self.said(row.last, type_, bold=row.end),)),
                Cell((self.said(row.days, type_, right=True),)),
            ]
        whole = 2 if beside else 1
        lines: list[list[Cell]] = []
        for taking in row.takings:
            what = tuple(self.said(line, type_) for line in taking.what)
            if not taking.when:
                lines.append([Cell(what, span=whole)])
            elif beside:
                lines.append([Cell((self.said(taking.when, type_),)), Cell(what)])
            else:
                lines.append([Cell((self.said(taking.when, self.sizes.body), *what))])
        lines += [[Cell((self.said(note),), span=whole)] for note in row.notes]
        return Group(aside, lines)

    def _calendar(self, calendar: Calendar) -> Headed:
        few = len(calendar.days) < _FEWEST_DAYS_IN_WEEKS
        if self.large or few or not self._fits_weeks(calendar):
            body: Block = self._days(calendar)
        else:
            body = self._weeks(calendar)
        return self.heading(calendar.heading, body, after=6)

    def _fits_weeks(self, calendar: Calendar) -> bool:
        """Whether no word of a day would be broken in one of seven columns."""
        spoken = {part for day in calendar.days for words in day.what for part in words.split()}
        width = (self.width - 6 * _WEEK_GAP) / 7
        return all(self.wide(word, self.sizes.body, bold=True) <= width for word in spoken)

    def _days(self, calendar: Calendar) -> Table:
        type_ = self.sizes.body
        day_width = max(self.wide(day.day, type_) for day in calendar.days) + 2
        day_width = max(day_width, self.wide(calendar.labels[0], type_, bold=True) + 2)
        heads = [self.said(label, type_, bold=True) for label in calendar.labels]
        groups = [
            Group(
                (),
                [
                    [
                        Cell((self.said(day.day, type_),)),
                        Cell(tuple(self.said(words, type_, bold=True) for words in day.what)),
                    ]
                ],
            )
            for day in calendar.days
        ]
        widths = [day_width, self.width - day_width - _GAP]
        return Table(widths, heads, groups, gap=_GAP, padding=type_.size * 0.25)

    def _weeks(self, calendar: Calendar) -> Table:
        """Seven columns, Monday first; a day outside the step is an empty place."""
        type_ = self.sizes.body
        gap = _WEEK_GAP
        width = (self.width - 6 * gap) / 7
        heads = [self.said(label, type_, bold=True) for label in calendar.weekdays]
        groups = []
        place = 0
        numbered: list[tuple[int, CalendarDay]] = []
        for day in calendar.days:
            if numbered and day.weekday <= numbered[-1][1].weekday:
                place += 1
            numbered.append((place, day))
        for _, week in groupby(numbered, key=lambda pair: pair[0]):
            days = {day.weekday: day for _, day in week}
            cells = []
            for weekday in range(7):
                one = days.get(weekday)
                said = (
                    ()
                    if one is None
                    else (
                        self.said(one.short, type_),
                        *(self.said(words, type_, bold=True) for words in one.what),
                    )
                )
                cells.append(Cell(said))
            groups.append(Group((), [cells]))
        return Table([width] * 7, heads, groups, gap=gap, padding=type_.size * 0.3)

    # --- page 2: when to call, what else
    def second_page(self, sheet: Handout) -> list[Block]:
        blocks: list[Block] = []
        inside: list[Block] = []
        heading = sheet.numbers_heading
        if sheet.call is not None:
            heading = sheet.call.heading
            inside += [self.bullets(sheet.call.lines), Line(thickness=RULE, before=8, height=0)]
        inside += [
            self._phone(phone, before=6 if number or sheet.call else 0)
            for number, phone in enumerate(sheet.numbers)
        ]
        if inside:
            box = Box(Stack(inside), padding=self.sizes.body.size * self.box_air)
            blocks.append(self.heading(heading, box, after=6))
        blocks.append(self.passage(sheet.missed_dose))
        blocks += [self.passage(passage) for passage in sheet.advice]
        if sheet.texts_source:
            blocks.append(self.said(sheet.texts_source, before=8))
        if sheet.questions:
            space = self.sizes.body.leading * 1.45
            lines = Writing(sheet.questions, leading=space)
            questions = self.heading(sheet.questions_heading, lines)
            blocks.append(questions if self.large else IfRoom(questions))
        return blocks

    def _phone(self, phone: Phone, *, before: float) -> Block:
        level = Type(self.sizes.table.size, self.sizes.figures.leading)
        label = Stack([self.said(phone.label, level)])
        number = Stack([self.said(strong(phone.number), self.sizes.figures, right=True)])
        return Sides(label, number, right_share=0.45, gap=8, before=before)
