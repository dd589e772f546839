"""The frame of every document: page, type sizes, head, foot, and how words become blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4, letter

from plans.documents import fonts
from plans.documents.flow import (
    HEAVY_RULE,
    RULE,
    Block,
    Box,
    Cell,
    Group,
    Headed,
    Item,
    Labelled,
    Line,
    Said,
    Sides,
    Stack,
    Table,
    Type,
    lay,
    set_lines,
)
from plans.documents.tagged import Element, TaggedCanvas
from plans.rules.paper import PageSize, PrintSize
from plans.sheets import paper as sheets

PAGES = {PageSize.A4: A4, PageSize.LETTER: letter}
MARGIN = 42.5
_LONGEST_NAME_IN_FOOT = 60
_SHORT_LIST = 8


@dataclass(frozen=True, slots=True)
class Sizes:
    """Type sizes of one kind of paper, in points."""

    title: Type
    name: Type
    heading: Type
    body: Type
    table: Type
    figures: Type
    foot: Type


HANDOUT = {
    PrintSize.STANDARD: Sizes(
        title=Type(20, 25),
        name=Type(16, 21),
        heading=Type(14, 19),
        body=Type(12, 17),
        table=Type(14, 18),
        figures=Type(16, 22),
        foot=Type(9, 11.5),
    ),
    PrintSize.LARGE: Sizes(
        title=Type(28, 34),
        name=Type(23, 29),
        heading=Type(21, 27),
        body=Type(18, 24),
        table=Type(20, 26),
        figures=Type(23, 30),
        foot=Type(12, 15),
    ),
}
SUMMARY = Sizes(
    title=Type(18, 23),
    name=Type(17, 22),
    heading=Type(13, 17),
    body=Type(10.5, 14.5),
    table=Type(10.5, 14.5),
    figures=Type(13, 17),
    foot=Type(9, 11.5),
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished document, and how many letters in it no font could print."""

    content: bytes
    pages: int
    unprintable: int


class Ink:
    """Turns the words of a sheet into blocks, and counts the letters that no font holds."""

    def __init__(self, sizes: Sizes, page: PageSize) -> None:
        fonts.register()
        self.sizes = sizes
        self.page: tuple[float, float] = PAGES[page]
        self.width: float = self.page[0] - 2 * MARGIN
        self.unprintable = 0
        self.air = 16.0
        """Space above a heading."""

    # --- words
    def said(
        self,
        words: sheets.Line | str,
        type_: Type | None = None,
        *,
        bold: bool = False,
        tag: str = "P",
        before: float = 0,
        right: bool = False,
        outline: int | None = None,
    ) -> Said:
        line = (sheets.Run(words),) if isinstance(words, str) else words
        typed: list[list[fonts.Piece]] = [[]]
        for run in line:
            for number, text in enumerate(fonts.lines_of(run.text)):
                if number:
                    typed.append([])
                for piece in fonts.pieces(text, bold=bold or run.strong):
                    self.unprintable += piece[1].count(fonts.MARK)
                    typed[-1].append(piece)
        return Said(
            typed, type_ or self.sizes.body, tag=tag, before=before, right=right, outline=outline
        )

    def named(self, name: str, latin: str) -> str:
        """A person's name as this paper can print it: beside it what was typed in Latin letters,
        or that beside the mark where some of its own letters cannot be set."""
        missing = self.lacking(name)
        if not latin:
            return name
        if missing:
            # The mark that is set is counted once more when it is set.
            self.unprintable += missing - 1
            return f"{fonts.MARK} {latin}"
        return f"{name} ({latin})"

    @staticmethod
    def lacking(words: str) -> int:
        """How many of the letters no font holds."""
        return sum(
            piece.count(fonts.MARK)
            for line in fonts.lines_of(words)
            for _font, piece in fonts.pieces(line, bold=False)
        )

    def wide(self, words: str, type_: Type, *, bold: bool = False) -> float:
        """How wide the widest line of `words` is."""
        return max(
            sum(fonts.width(font, text, type_.size) for font, text in fonts.pieces(line, bold=bold))
            for line in fonts.lines_of(words)
        )

    def heading(
        self, words: str, body: Block, *, before: float | None = None, after: float = 4
    ) -> Headed:
        space = self.air if before is None else before
        said = self.said(words, self.sizes.heading, bold=True, tag="H2", before=space, outline=1)
        body.before = after
        return Headed(said, body)

    def bullets(self, lines: Iterable[sheets.Line], *, before: float = 0) -> Stack:
        size = self.sizes.body.size
        items = [
            Item(self.said(line), indent=size * 1.2, before=size * 0.25 if number else 0)
            for number, line in enumerate(lines)
        ]
        # A short list is read as one: no point of it stands alone on another page.
        short = len(items) <= _SHORT_LIST
        return Stack(items, before=before, element=Element("L"), whole=short)

    def paragraphs(self, lines: Iterable[sheets.Line], *, before: float = 0) -> Stack:
        size = self.sizes.body.size
        return Stack(
            [
                self.said(line, before=size * 0.35 if number else 0)
                for number, line in enumerate(lines)
            ],
            before=before,
        )

    def passage(self, passage: sheets.Passage, *, before: float | None = None) -> Headed:
        body = self.bullets(passage.lines) if passage.bullets else self.paragraphs(passage.lines)
        return self.heading(passage.heading, body, before=before)

    # --- tables
    def listing(self, listing: sheets.Listing, *, before: float = 16) -> Headed:
        """A heading and its table, or the sentence that says there is nothing."""
        if listing.rows:
            body: Block = self.table(listing.columns, listing.rows)
            if listing.notes:
                body = Stack([body, self.paragraphs(listing.notes, before=6)])
        else:
            body = self.paragraphs([sheets.plain(listing.empty), *listing.notes])
        return self.heading(listing.heading, body, before=before)

    def table(
        self, columns: Sequence[sheets.Column], rows: Sequence[sheets.Row], *, gap: float = 10
    ) -> Table:
        type_ = self.sizes.table
        head = [
            self.said(column.label, type_, bold=True, right=column.figures) for column in columns
        ]
        widths = self._widths(columns, rows, gap)
        groups = []
        for row in rows:
            lines = [
                [
                    Cell((self.said(cell, type_, right=column.figures),))
                    for cell, column in zip(row.cells, columns, strict=True)
                ]
            ]
            if row.note:
                lines.append([Cell((self.said(row.note, type_),), span=len(columns))])
            groups.append(Group((), lines))
        return Table(widths, head, groups, gap=gap, padding=type_.size * 0.28)

    def _widths(
        self, columns: Sequence[sheets.Column], rows: Sequence[sheets.Row], gap: float
    ) -> list[float]:
        """Each column as wide as its words where all fit. Else the narrow ones keep their words
        on one line and the wide ones share the rest; none is narrower than its longest word."""
        cells = [
            [sheets.text_of(row.cells[number]) for row in rows] for number in range(len(columns))
        ]
        wanted = [
            self._widest([column.label], words)
            for column, words in zip(columns, cells, strict=True)
        ]
        free = self.width - gap * (len(columns) - 1)
        spare = free - sum(wanted)
        if spare >= 0:
            if not columns[-1].figures:
                wanted[-1] += spare
            return wanted
        longest = [
            self._widest(
                column.label.split(" "), [part for line in words for part in line.split(" ")]
            )
            for column, words in zip(columns, cells, strict=True)
        ]
        return _shared([column.share for column in columns], wanted, longest, free)

    def _widest(self, labels: Sequence[str], texts: Sequence[str]) -> float:
        type_ = self.sizes.table
        widths = [self.wide(label, type_, bold=True) for label in labels]
        widths += [self.wide(text, type_, bold=True) for text in texts if text]
        return max(widths) + 1

    def facts(self, facts: sheets.Facts, *, label_share: float = 0.2, before: float = 16) -> Headed:
        """Labels at the left, answers at the right; a list to whoever hears it."""
        rows: list[Block] = []
        label_width = self.width * label_share
        for label, answer in facts.rows:
            rows.append(
                Labelled(
                    self.said(label, tag="Lbl"),
                    self.said(answer, tag="LBody"),
                    label_width=label_width,
                    before=self.sizes.body.size * 0.15,
                )
            )
        short = len(rows) <= _SHORT_LIST
        body = Stack(rows, element=Element("L"), whole=short)
        return self.heading(facts.heading, body, before=before)

    # --- what clinicians' documents share
    def section(self, section: sheets.Section, *, label_share: float = 0.2) -> Headed:
        match section:
            case sheets.Facts():
                return self.facts(section, label_share=label_share)
            case sheets.Listing():
                return self.listing(section)
            case sheets.Passage():
                return self.passage(section)

    def flags(self, heading: str, flags: Sequence[sheets.OpenFlag]) -> list[Block]:
        """Above the title, so that nobody can read the document without them."""
        if not flags:
            return []
        lines: list[Block] = [self.said(heading, self.sizes.heading, bold=True)]
        for flag in flags:
            lines.append(self.said(flag.what, bold=True, before=4))
            lines.append(self.said(flag.detail))
        return [Box(Stack(lines), padding=8, rule=HEAVY_RULE)]

    # --- the head that all documents share
    def head(
        self,
        *,
        title: str,
        below: Sequence[sheets.Line],
        letterhead: sheets.Letterhead,
        person: sheets.Person,
        under_name: Sequence[sheets.Line],
    ) -> list[Block]:
        sizes = self.sizes
        left = Stack(
            [
                self.said(title, sizes.title, bold=True, tag="H1", outline=0),
                *(self.said(line, before=2) for line in below if line),
            ]
        )
        right = Stack(
            [
                self.said(letterhead.name, bold=True, right=True),
                *([self.said(letterhead.hours, right=True)] if letterhead.hours else []),
                *(
                    [self.said(letterhead.phone, sizes.figures, bold=True, right=True)]
                    if letterhead.phone
                    else []
                ),
            ]
        )
        facts = Stack(
            [
                self.said(person.born, right=True),
                self.said(person.identifier, right=True, before=2),
            ]
        )
        share = self._share(facts, 0.42)
        lines = [self.said(line, before=2) for line in under_name]
        free = (self.width - 12) * (1 - share)
        # One short line stands beside the record number; more of them need the whole width.
        beside = lines if len(lines) == 1 and len(lines[0].lines(free)) == 1 else []
        who = Stack(
            [
                *self._name(person),
                *(self.said(detail, before=2) for detail in person.details),
                *beside,
            ]
        )
        return [
            Sides(left, right, right_share=self._share(right, 0.34), gap=12),
            Line(thickness=HEAVY_RULE, before=8, height=0),
            Sides(who, facts, right_share=share, gap=12, before=7),
            *([] if beside or not lines else [Stack(lines, before=4)]),
            Line(thickness=RULE, before=7, height=0),
        ]

    def _name(self, person: sheets.Person) -> list[Said]:
        """The name, and below it what was typed in Latin letters: in one line with a name that
        runs leftwards the two would change places."""
        if not person.latin or self.lacking(person.name):
            words = self.named(person.name, person.latin)
            return [self.said(words, self.sizes.name, bold=True)]
        return [
            self.said(person.name, self.sizes.name, bold=True),
            self.said(person.latin, bold=True),
        ]

    def _share(self, side: Stack, most: float) -> float:
        """The part of the width that a right side needs, up to `most`."""
        widest = max(
            (
                line
                for said in side.blocks
                if isinstance(said, Said)
                for line, _ in said.lines(self.width)
            ),
            default=0.0,
        )
        return min((widest + 1) / (self.width - 12), most)

    # --- the end
    def build(
        self,
        blocks: Sequence[Block],
        *,
        name: str,
        author: str,
        language: str,
        footing: sheets.Footing,
        unprintable: str,
    ) -> Printed:
        """Lay the blocks on pages."""
        missing = self.unprintable
        blocks = list(blocks)
        foot, height = self._foot(footing)
        if missing:
            blocks.append(self.said(unprintable.replace("{mark}", fonts.MARK), before=16))
        canvas = TaggedCanvas(
            size=self.page, title=name, author=author, language=language, foot=foot
        )
        lay(
            canvas,
            blocks,
            x=MARGIN,
            top=self.page[1] - MARGIN,
            bottom=MARGIN * 0.8 + height,
            width=self.width,
        )
        content = canvas.bytes()
        return Printed(content=content, pages=canvas.pages, unprintable=missing)

    def _foot(
        self, footing: sheets.Footing
    ) -> tuple[Callable[[TaggedCanvas, int, int], None], float]:
        type_ = self.sizes.foot
        name = self.named(footing.name, footing.latin) if footing.latin else footing.name
        if len(name) > _LONGEST_NAME_IN_FOOT:
            # The whole name stands at the head of page 1.
            name = name[: _LONGEST_NAME_IN_FOOT - 1] + "\N{HORIZONTAL ELLIPSIS}"
        page_width = self.wide(footing.page.format(page=999, pages=999), type_)
        first = self.said(f"{name} \N{MIDDLE DOT} {footing.identity}", type_)
        rest = [self.said(text, type_) for text in (footing.printed, footing.purpose) if text]
        narrow = self.width - page_width - 12
        lines = [*first.lines(narrow), *(laid for said in rest for laid in said.lines(self.width))]
        height = len(lines) * type_.leading + 6
        top = MARGIN * 0.8 + height

        def foot(canvas: TaggedCanvas, page: int, pages: int) -> None:
            canvas.setStrokeGray(0)
            canvas.setLineWidth(RULE)
            canvas.line(MARGIN, top, MARGIN + self.width, top)
            set_lines(canvas, lines, type_, MARGIN, top - 4)
            words = self.said(footing.page.format(page=page, pages=pages), type_)
            set_lines(canvas, words.lines(self.width), type_, MARGIN, top - 4, self.width)

        return foot, height + 10


def _shared(
    shares: Sequence[int], wanted: Sequence[float], longest: Sequence[float], free: float
) -> list[float]:
    """Widths that add up to `free`, by share, between the longest word and what is wanted."""
    count = len(shares)
    least = [min(word, free / count) for word in longest]
    widths = [0.0] * count
    rest = set(range(count))
    while rest:
        unit = free / sum(shares[n] for n in rest)
        fixed = {n: wanted[n] for n in rest if wanted[n] <= unit * shares[n]}
        fixed = fixed or {n: least[n] for n in rest if least[n] > unit * shares[n]}
        if not fixed:
            for n in rest:
                widths[n] = unit * shares[n]
            break
        for n, width in fixed.items():
            widths[n] = width
            free -= width
        rest -= set(fixed)
    return widths
