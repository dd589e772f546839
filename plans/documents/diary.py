"""The patient's diary sheet on paper: a row for each day, a box to tick for each dose."""

from __future__ import annotations

from collections.abc import Sequence

from plans.documents import fonts
from plans.documents.flow import (
    HEAVY_RULE,
    Block,
    Cell,
    Group,
    Laid,
    Line,
    Said,
    Stack,
    Table,
    Type,
    Writing,
)
from plans.documents.style import HANDOUT, Ink, Printed
from plans.documents.tagged import TaggedCanvas
from plans.rules.paper import PageSize, PrintSize
from plans.sheets.diary import Diary, DiaryDay, DiaryTime
from plans.sheets.paper import text_of

_GAP = 8.0
_MOST_TIMES_BESIDE = 3
_NOTE_LINES = 4


def render(sheet: Diary, *, page: PageSize, size: PrintSize) -> Printed:
    """The diary sheet; the same sheet always gives the same bytes."""
    ink = _DiaryInk(page, size)
    return ink.build(
        ink.blocks(sheet),
        name=sheet.name,
        author=sheet.letterhead.name if sheet.letterhead is not None else "",
        language=sheet.language,
        footing=sheet.footing,
        unprintable=sheet.unprintable,
    )


class Ticked(Said):
    """Words beside a box to tick. The box is drawn; no letter of a font stands for it."""

    def __init__(
        self, lines: Sequence[Sequence[fonts.Piece]], type_: Type, *, box: bool, before: float = 0
    ) -> None:
        super().__init__(lines, type_, before=before)
        self.box = box

    @property
    def indent(self) -> float:
        return self.type.size * 1.25

    def lines(self, width: float) -> list[Laid]:
        return super().lines(width - self.indent)

    def part(self, lines: list[Laid], width: float) -> Ticked:
        whole = self.lines(width)
        part = Ticked((), self.type, box=self.box and lines[:1] == whole[:1] and bool(lines))
        part.element = self.element
        part._set, part._width = lines, width - self.indent
        return part

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        if self.box:
            side = self.type.size * 0.82
            with canvas.artifact():
                canvas.setLineWidth(0.9)
                canvas.setStrokeGray(0)
                middle = top - self.type.leading / 2
                canvas.rect(x, middle - side / 2, side, side, stroke=1, fill=0)
        super().draw(canvas, x + self.indent, top, width)


class _DiaryInk(Ink):
    def __init__(self, page: PageSize, size: PrintSize) -> None:
        super().__init__(HANDOUT[size], page)
        self.large = size is PrintSize.LARGE
        self.small = self.sizes.body if self.large else Type(12, 15)

    def blocks(self, sheet: Diary) -> list[Block]:
        blocks: list[Block] = []
        if sheet.letterhead is not None and sheet.person is not None:
            blocks += self.head(
                title=sheet.title,
                below=sheet.below,
                letterhead=sheet.letterhead,
                person=sheet.person,
                under_name=(),
            )
        else:
            title = self.said(sheet.title, self.sizes.title, bold=True, tag="H1", outline=0)
            lines: list[Block] = [title, *(self.said(line, before=2) for line in sheet.below)]
            blocks += [Stack(lines), Line(thickness=HEAVY_RULE, before=8, height=0)]
        blocks.append(self.paragraphs(sheet.how, before=8))
        table = self._table(sheet)
        table.before = 10
        blocks.append(table)
        if sheet.as_needed_heading:
            blocks.append(self._to_write(sheet.as_needed_heading))
        blocks.append(self._to_write(sheet.notes_heading))
        return blocks

    def _to_write(self, heading: str) -> Block:
        lines = Writing(_NOTE_LINES, leading=self.sizes.body.leading * 1.45)
        return self.heading(heading, lines)

    def _table(self, sheet: Diary) -> Table:
        """A column for each time of day, as long as no word of a dose is broken by it."""
        times = [time.when for time in sheet.days[0].times] if sheet.days else []
        day_width = self._longest([sheet.day_label, *(day.day for day in sheet.days)])
        day_width = min(day_width, self.width * 0.3)
        symptoms = max(self.width * 0.26, self._longest(sheet.symptom_label.split(" ")))
        symptoms = min(symptoms, self.width * 0.3)
        free = self.width - day_width - symptoms - _GAP
        columns = max(len(times), 1)
        beside = (
            not self.large
            and columns <= _MOST_TIMES_BESIDE
            and self._longest(_words(sheet)) + self.small.size * 1.25 <= free / columns - _GAP
        )
        if not beside and not self.large:
            return self._listed(sheet, day_width, symptoms)
        middle = times if beside and times else [sheet.take_label]
        free -= _GAP * len(middle)
        widths = [day_width, *[free / len(middle)] * len(middle), symptoms]
        labels = [sheet.day_label, *middle, sheet.symptom_label]
        groups = [Group((), [self._row(day, beside=beside)]) for day in sheet.days]
        return self._tabled(widths, labels, groups)

    def _listed(self, sheet: Diary, day_width: float, symptoms: float) -> Table:
        """The times of a day below each other, each beside what to take then."""
        when = self._longest(
            [sheet.when_label, *(time.when for day in sheet.days for time in day.times)]
        )
        when = min(when, self.width * 0.2)
        widths = [day_width, when, self.width - day_width - when - symptoms - 3 * _GAP, symptoms]
        labels = [sheet.day_label, sheet.when_label, sheet.take_label, sheet.symptom_label]
        groups = []
        for day in sheet.days:
            lines = [
                [
                    Cell((self.said(time.when, self.small, before=2),)),
                    Cell(tuple(self._entries(time))),
                    Cell(()),
                ]
                for time in day.times
                if time.entries
            ] or [[Cell(()), Cell(()), Cell(())]]
            lines[-1][-1] = Cell((), least=self.small.leading * 1.2)
            groups.append(Group([Cell((self.said(day.day, self.small, bold=True),))], lines))
        return self._tabled(widths, labels, groups, aside=1)

    def _tabled(
        self,
        widths: Sequence[float],
        labels: Sequence[str],
        groups: Sequence[Group],
        *,
        aside: int = 0,
    ) -> Table:
        heads = [self.said(label, self.small, bold=True) for label in labels]
        padding = self.small.size * 0.4
        return Table(widths, heads, groups, gap=_GAP, padding=padding, aside=aside)

    def _longest(self, words: Sequence[str]) -> float:
        return max((self.wide(word, self.small, bold=True) for word in words), default=0) + 1

    def _row(self, day: DiaryDay, *, beside: bool) -> list[Cell]:
        cells = [Cell((self.said(day.day, self.small, bold=True),))]
        if beside:
            cells += [Cell(tuple(self._entries(time))) for time in day.times]
        else:
            said: list[Said] = []
            for time in day.times:
                if time.entries:
                    said.append(self.said(time.when, self.small, before=3))
                    said += self._entries(time)
            cells.append(Cell(tuple(said)))
        return [*cells, Cell((), least=self.small.leading * 1.6)]

    def _entries(self, time: DiaryTime) -> list[Said]:
        found: list[Said] = []
        for entry in time.entries:
            said = self.said(entry.words, self.small)
            found.append(Ticked(said.typed, self.small, box=entry.box, before=2))
        return found


def _words(sheet: Diary) -> list[str]:
    lines = {
        text_of(entry.words) for day in sheet.days for time in day.times for entry in time.entries
    }
    return [word for line in lines for word in line.split(" ")]
