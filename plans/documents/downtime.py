"""The downtime pack on paper: its first sheet and blank check-ins."""

from __future__ import annotations

from plans.documents.diary import Ticked
from plans.documents.flow import (
    HEAVY_RULE,
    Block,
    Cell,
    Group,
    IfRoom,
    Line,
    Stack,
    Table,
    Type,
    Writing,
)
from plans.documents.style import SUMMARY, Ink, Printed
from plans.rules.paper import PageSize
from plans.sheets import paper as sheets
from plans.sheets.downtime import BlankCheckIn, Boxes, Cover, Lines, Room

_SMALL = Type(9.5, 12.0)
_WRITING = 21.0
_GAP = 6.0


def render_cover(sheet: Cover, *, page: PageSize) -> Printed:
    ink = _PackInk(SUMMARY, page)
    blocks = ink.titled(sheet.title, sheet.below)
    blocks += [ink.section(section, label_share=0.28) for section in sheet.sections]
    return ink.finished(sheet, blocks)


def render_blank(sheet: BlankCheckIn, *, page: PageSize) -> Printed:
    ink = _PackInk(SUMMARY, page)
    ink.air = 11.0
    blocks = ink.titled(sheet.title, sheet.below)
    for part in sheet.parts:
        match part:
            case Boxes():
                blocks.append(ink.boxes(part))
            case Lines():
                blocks.append(ink.lines(part))
            case Room():
                writing = Writing(part.lines, leading=_WRITING)
                room = ink.heading(part.heading, writing)
                # Lines for notes fill a page; they begin none.
                blocks.append(IfRoom(room) if part is sheet.parts[-1] else room)
    return ink.finished(sheet, blocks)


class _PackInk(Ink):
    def titled(self, title: str, below: tuple[sheets.Line, ...]) -> list[Block]:
        said = self.said(title, self.sizes.title, bold=True, tag="H1", outline=0)
        head: list[Block] = [said, *(self.said(line, before=2) for line in below)]
        return [Stack(head), Line(thickness=HEAVY_RULE, before=8, height=0)]

    def finished(self, sheet: Cover | BlankCheckIn, blocks: list[Block]) -> Printed:
        return self.build(
            blocks,
            name=sheet.name,
            author=sheet.author,
            language=sheet.language,
            footing=sheet.footing,
            unprintable=sheet.unprintable,
        )

    def boxes(self, part: Boxes) -> Block:
        widths = [max(self.wide(word, _SMALL, bold=True) for word in _words(answer)) + 2
                  for answer in part.answers]  # fmt: skip
        widths = [max(width, 34.0) for width in widths]
        first = self.width - sum(widths) - _GAP * len(widths)
        heads = [self.said(word, _SMALL, bold=True) for word in (part.asked, *part.answers)]
        groups = []
        for question in part.questions:
            least = 0 if question else _WRITING
            cells = [Cell((self.said(question, _SMALL),) if question else (), least=least)]
            cells += [Cell((Ticked([[]], _SMALL, box=True),)) for _answer in part.answers]
            groups.append(Group((), [cells]))
        table = Table([first, *widths], heads, groups, gap=_GAP, padding=2.0)
        body: Block = table
        if part.note:
            body = Stack([table, self.said(part.note, before=4)])
        return self.heading(part.heading, body)

    def lines(self, part: Lines) -> Block:
        label = max(self.wide(words, self.sizes.body) for words in (*part.labels, part.asked)) + 2
        label = min(label, self.width * 0.4)
        heads = [self.said(word, _SMALL, bold=True) for word in (part.asked, part.written)]
        groups = [
            Group((), [[Cell((self.said(words),)), Cell((), least=_WRITING - 4)]])
            for words in part.labels
        ]
        widths = [label, self.width - label - _GAP]
        return self.heading(part.heading, Table(widths, heads, groups, gap=_GAP, padding=2.0))


def _words(text: str) -> list[str]:
    return text.split(" ")
