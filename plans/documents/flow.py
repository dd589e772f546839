"""Blocks that are laid on pages: words, boxes, tables, two sides.

Typed text is measured and set letter by letter; no markup language reads it, so nothing that
a person typed can become a tag, a picture or a request. A block says how high it is, can be
cut where a page ends, and knows its place in the structure tree.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from reportlab.pdfgen.textobject import PDFTextObject

from plans.documents import fonts, shaping
from plans.documents.tagged import Element, TaggedCanvas

RULE = 0.6
STRONG_RULE = 1.5
HEAVY_RULE = 2.0
_NEARLY = 0.01
_HIGHEST_REPEATED_HEAD = 200.0


@dataclass(frozen=True, slots=True)
class Type:
    """A size of type, in points."""

    size: float
    leading: float


class Block(Protocol):
    """What can be laid on a page. `before` is the space above, unless at the top of one."""

    before: float

    def measure(self, width: float) -> float:
        """How high the block is when it is this wide."""

    def start(self, width: float) -> float:
        """How high its smallest honest beginning is; less room than this: a new page."""

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Block, Block] | None:
        """What fits into `room` and what does not. `must`: on an empty page, so cut anyhow."""

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None: ...


Laid = tuple[float, tuple[fonts.Piece, ...]]
"""A line as it will be set: its width and its runs."""


class Said:
    """Words: a paragraph, a heading, the content of a cell."""

    def __init__(
        self,
        lines: Sequence[Sequence[fonts.Piece]],
        type_: Type,
        *,
        tag: str = "P",
        before: float = 0,
        right: bool = False,
        outline: int | None = None,
    ) -> None:
        self.before = before
        self.type = type_
        self.element = Element(tag)
        self.right = right
        self.outline = outline
        self.typed = lines
        self.words = ""
        self.leftwards = shaping.mostly_leftwards(self.text)
        self.lengthy = False
        self._set: list[Laid] | None = None
        self._width = -1.0

    @property
    def text(self) -> str:
        return self.words or " ".join("".join(text for _, text in line) for line in self.typed)

    def lines(self, width: float) -> list[Laid]:
        """The words as they stand at this width; each line but the last ends in a blank, so
        that whoever has them read aloud does not hear two words as one."""
        if self._set is None or (self.typed and abs(self._width - width) > _NEARLY):
            last = len(self.typed) - 1
            self._set = [
                laid
                for number, line in enumerate(self.typed)
                for laid in _broken(line, self.type.size, width, more=number < last)
            ]
            self._width = width
            self.lengthy = len(self._set) > 1
        return self._set

    def measure(self, width: float) -> float:
        return len(self.lines(width)) * self.type.leading

    def start(self, width: float) -> float:
        return min(len(self.lines(width)), 2) * self.type.leading

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Said, Said] | None:
        lines = self.lines(width)
        fit = int((room + _NEARLY) / self.type.leading)
        if len(lines) - fit == 1:
            # No line stands alone at the top of a page.
            fit -= 1
        if must:
            fit = max(fit, 1)
        elif fit < 2:
            return None
        head = self.part(lines[:fit], width)
        # A heading that is cut leads to its beginning.
        head.outline, head.words = self.outline, self.text
        return head, self.part(lines[fit:], width)

    def part(self, lines: list[Laid], width: float) -> Said:
        part = Said((), self.type, right=self.right)
        part.element = self.element
        part.leftwards, part.lengthy = self.leftwards, self.lengthy
        part._set, part._width = lines, width
        return part

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        lines = self.lines(width)
        if not lines:
            return
        if self.outline is not None:
            canvas.heading(self.text, self.outline, top)
        with canvas.content(self.element):
            # A paragraph that runs leftwards begins at the right; one line stays with its label.
            right = self.right or (self.leftwards and self.lengthy)
            edge = width if right else None
            set_lines(canvas, lines, self.type, x, top, edge, leftwards=self.leftwards)


def set_lines(
    canvas: TaggedCanvas,
    lines: Sequence[Laid],
    type_: Type,
    x: float,
    top: float,
    right_of: float | None = None,
    *,
    leftwards: bool = False,
) -> None:
    """Write lines below `top`; against the right edge of `right_of` when it is given."""
    size, leading = type_.size, type_.leading
    text = canvas.beginText()
    baseline = top - leading / 2 - size * 0.35
    for number, (line_width, runs) in enumerate(lines):
        start = x if right_of is None else x + right_of - line_width
        y = baseline - number * leading
        set_runs(canvas, text, runs, size, start, y, leftwards=leftwards)
    canvas.drawText(text)


def set_runs(
    canvas: TaggedCanvas,
    text: PDFTextObject,
    runs: Sequence[fonts.Piece],
    size: float,
    x: float,
    y: float,
    *,
    leftwards: bool = False,
) -> None:
    """Write one line from `x` on. Where something runs leftwards or is shaped, each run is set at
    its own place, in the order in which it is read."""
    if not any(fonts.shaped(font) or shaping.runs_leftwards(words) for font, words in runs):
        text.setTextOrigin(x, y)
        for font, words in runs:
            text.setFont(font, size)
            text.textOut(words)
        return
    places = shaping.placed(runs, leftwards=leftwards)
    run_starts: dict[int, float] = {}
    if leftwards:
        # The blank at the end of the line stands at its left, outside.
        font, words = runs[-1]
        x -= fonts.width(font, words[len(words.rstrip(" ")) :], size)
    for run in sorted(places, key=lambda run: run.place):
        run_starts[run.place] = x
        x += fonts.width(run.font, run.text, size)
    for run in places:
        _set_run(canvas, text, run, size, run_starts[run.place], y)


def _set_run(
    canvas: TaggedCanvas, text: PDFTextObject, run: shaping.Placed, size: float, x: float, y: float
) -> None:
    text.setFont(run.font, size)
    face = fonts.shaped(run.font)
    if face is None and not run.leftwards:
        text.setTextOrigin(x, y)
        text.textOut(run.text)
        return
    with canvas.real_text(text, run.text, "" if face is None else face.script.language):
        if face is None:
            text.setTextOrigin(x, y)
            text.textOut(shaping.mirrored(run.text))
            return
        glyphs = fonts.drawn(face, run.text, leftwards=run.leftwards)
        face.note(canvas.document, glyphs)
        for glyph in glyphs:
            text.setTextOrigin(x + glyph.right * size, y + glyph.up * size)
            text.textOut(chr(glyph.code))
            x += glyph.advance * size


def _broken(line: Sequence[fonts.Piece], size: float, width: float, *, more: bool) -> list[Laid]:
    """Break one typed line at blanks; a word wider than the line is broken anywhere."""
    breaker = _Breaker(size, width)
    for word in _words(line):
        if word[0][1] == " ":
            breaker.blank = word
        else:
            breaker.add(word)
    breaker.close(blank=more)
    return breaker.laid


class _Breaker:
    """Fills one line after another with words."""

    def __init__(self, size: float, width: float) -> None:
        self.size = size
        self.width = width
        self.laid: list[Laid] = []
        self.blank: tuple[fonts.Piece, ...] = ()
        self._line: list[fonts.Piece] = []
        self._used = 0.0

    def _wide(self, pieces: Iterable[fonts.Piece]) -> float:
        return sum(fonts.width(font, text, self.size) for font, text in pieces)

    def _fits(self, wide: float) -> bool:
        return self._used + wide <= self.width + _NEARLY

    def close(self, *, blank: bool) -> None:
        if blank and self._line:
            self._line.append((self._line[-1][0], " "))
        self.laid.append((self._used, _joined(self._line)))
        self._line, self._used = [], 0.0

    def add(self, word: tuple[fonts.Piece, ...]) -> None:
        """Put a word after the blank that came before it, or on a new line."""
        wide = self._wide(word)
        gap = self._wide(self.blank)
        if self._line and not self._fits(gap + wide):
            self.close(blank=bool(self.blank))
        if self._line:
            self._line.extend(self.blank)
            self._used += gap
        self.blank = ()
        if self._fits(wide):
            self._line.extend(word)
            self._used += wide
        elif len(parts := _parted(word)) > 1:
            for part in parts:
                font, last = part[-1]
                held = last.endswith(_HELD)
                self.add((*part[:-1], (font, last.removesuffix(_HELD))))
                if held:
                    self.blank = ((font, _HELD),)
        else:
            self._add_by_letters(word)

    def _add_by_letters(self, word: tuple[fonts.Piece, ...]) -> None:
        for font, text in word:
            for letter in shaping.letters(text):
                wide = fonts.width(font, letter, self.size)
                if self._line and not self._fits(wide):
                    self.close(blank=False)
                self._line.append((font, letter))
                self._used += wide


_HELD = "\u00a0"
_ENDS_OF_A_PART = re.compile("(?<=[-\u00a0])")


def _parted(word: tuple[fonts.Piece, ...]) -> list[tuple[fonts.Piece, ...]]:
    """A word that is too wide, cut after its hyphens and where it was only held together."""
    parts: list[tuple[fonts.Piece, ...]] = []
    current: list[fonts.Piece] = []
    for font, text in word:
        *before, last = _ENDS_OF_A_PART.split(text)
        for piece in before:
            parts.append((*current, (font, piece)))
            current = []
        if last:
            current.append((font, last))
    if current:
        parts.append(tuple(current))
    return parts


def _joined(runs: list[fonts.Piece]) -> tuple[fonts.Piece, ...]:
    joined: list[list[str]] = []
    for font, text in runs:
        if joined and joined[-1][0] == font:
            joined[-1][1] += text
        else:
            joined.append([font, text])
    return tuple((font, text) for font, text in joined)


def _words(line: Sequence[fonts.Piece]) -> Iterable[tuple[fonts.Piece, ...]]:
    """Words and the blanks between them; one word may be set in several fonts."""
    word: list[fonts.Piece] = []
    for font, text in line:
        for number, part in enumerate(text.split(" ")):
            if number:
                if word:
                    yield tuple(word)
                    word = []
                yield ((font, " "),)
            if part:
                word.append((font, part))
    if word:
        yield tuple(word)


class Stack:
    """Blocks below each other, cut between them or inside one. Tagged `tag` when it has one."""

    def __init__(
        self,
        blocks: Sequence[Block],
        *,
        before: float = 0,
        element: Element | None = None,
        whole: bool = False,
    ) -> None:
        self.before = before
        self.blocks = list(blocks)
        self.element = element
        self.whole = whole
        """Cut only where it is higher than a page."""

    def measure(self, width: float) -> float:
        height = 0.0
        for number, block in enumerate(self.blocks):
            height += (block.before if number else 0) + block.measure(width)
        return height

    def start(self, width: float) -> float:
        if self.whole:
            return self.measure(width)
        return self.blocks[0].start(width) if self.blocks else 0

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Stack, Stack] | None:
        if self.whole and not must:
            return None
        head: list[Block] = []
        rest = deque(self.blocks)
        used = 0.0
        while rest:
            gap = rest[0].before if head else 0
            height = rest[0].measure(width)
            if used + gap + height <= room + _NEARLY:
                head.append(rest.popleft())
                used += gap + height
                continue
            parts = rest[0].cut(width, room - used - gap, must=must and not head)
            if parts is not None:
                head.append(parts[0])
                rest[0] = parts[1]
            break
        if not head:
            return None
        return Stack(head, element=self.element), Stack(list(rest), element=self.element)

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        if self.element is None:
            self._draw(canvas, x, top, width)
        else:
            with canvas.within(self.element):
                self._draw(canvas, x, top, width)

    def _draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        for number, block in enumerate(self.blocks):
            top -= block.before if number else 0
            block.draw(canvas, x, top, width)
            top -= block.measure(width)


class Item:
    """One point of a list: a drawn dot and its words."""

    def __init__(self, said: Said, *, indent: float, before: float = 0) -> None:
        self.before = before
        self.said = said
        self.indent = indent
        self.first = True
        self.element = Element("LI")
        self.body = Element("LBody")

    def measure(self, width: float) -> float:
        return self.said.measure(width - self.indent)

    def start(self, width: float) -> float:
        return self.said.start(width - self.indent)

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Item, Item] | None:
        parts = self.said.cut(width - self.indent, room, must=must)
        if parts is None:
            return None
        head, tail = (Item(part, indent=self.indent) for part in parts)
        for part in (head, tail):
            part.element, part.body = self.element, self.body
        tail.first = False
        head.first = self.first
        return head, tail

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        size, leading = self.said.type.size, self.said.type.leading
        if self.first:
            with canvas.artifact():
                canvas.setFillGray(0)
                canvas.circle(x + size * 0.2, top - leading / 2, size * 0.13, stroke=0, fill=1)
        with canvas.within(self.element), canvas.within(self.body):
            self.said.draw(canvas, x + self.indent, top, width - self.indent)


class Box:
    """Something in a frame. It is cut only when it is higher than a page."""

    def __init__(
        self, inside: Stack, *, padding: float, before: float = 0, rule: float = STRONG_RULE
    ) -> None:
        self.before = before
        self.inside = inside
        self.padding = padding
        self.rule = rule

    def measure(self, width: float) -> float:
        return self.inside.measure(width - 2 * self.padding) + 2 * self.padding

    def start(self, width: float) -> float:
        return self.measure(width)

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Box, Box] | None:
        if not must:
            return None
        inner = width - 2 * self.padding
        parts = self.inside.cut(inner, room - 2 * self.padding, must=True)
        if parts is None:
            return None
        head, tail = parts
        return (
            Box(head, padding=self.padding, rule=self.rule),
            Box(tail, padding=self.padding, rule=self.rule),
        )

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        height = self.measure(width)
        with canvas.artifact():
            canvas.setLineWidth(self.rule)
            canvas.setStrokeGray(0)
            canvas.rect(x, top - height, width, height, stroke=1, fill=0)
        pad = self.padding
        self.inside.draw(canvas, x + pad, top - pad, width - 2 * pad)


class Sides:
    """A left and a right side; below each other when either needs more than half a page."""

    def __init__(
        self, left: Stack, right: Stack, *, right_share: float, gap: float, before: float = 0
    ) -> None:
        self.before = before
        self.left = left
        self.right = right
        self.share = right_share
        self.gap = gap

    def _widths(self, width: float) -> tuple[float, float]:
        right = (width - self.gap) * self.share
        return width - self.gap - right, right

    def measure(self, width: float) -> float:
        left, right = self._widths(width)
        return max(self.left.measure(left), self.right.measure(right))

    def start(self, width: float) -> float:
        return self.measure(width)

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Stack, Stack] | None:
        if not must:
            return None
        for block in self.right.blocks:
            if isinstance(block, Said):
                block.right = False
        return Stack([*self.left.blocks, *self.right.blocks]).cut(width, room, must=True)

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        left, right = self._widths(width)
        self.left.draw(canvas, x, top, left)
        self.right.draw(canvas, x + left + self.gap, top, right)


class Line:
    """A rule across the page, or lines to write on."""

    def __init__(self, *, thickness: float = RULE, height: float = 0, before: float = 0) -> None:
        self.before = before
        self.thickness = thickness
        self.height = height

    def measure(self, width: float) -> float:
        return self.height

    def start(self, width: float) -> float:
        return self.height

    def cut(self, width: float, room: float, *, must: bool) -> None:
        return None

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        with canvas.artifact():
            canvas.setLineWidth(self.thickness)
            canvas.setStrokeGray(0)
            canvas.line(x, top - self.height, x + width, top - self.height)


class Writing:
    """Lines to write on. Near the end of a page there are fewer, not a page of their own."""

    FEWEST = 3

    def __init__(self, lines: int, *, leading: float, before: float = 0) -> None:
        self.before = before
        self.lines = lines
        self.leading = leading

    def measure(self, width: float) -> float:
        return self.lines * self.leading

    def start(self, width: float) -> float:
        return min(self.lines, self.FEWEST) * self.leading

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Writing, Space]:
        return Writing(max(int(room / self.leading), 1), leading=self.leading), Space(0)

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        with canvas.artifact():
            canvas.setLineWidth(RULE)
            canvas.setStrokeGray(0.35)
            for number in range(1, self.lines + 1):
                y = top - number * self.leading
                canvas.line(x, y, x + width, y)


class Space:
    """Nothing, so high."""

    def __init__(self, height: float) -> None:
        self.before = 0.0
        self.height = height

    def measure(self, width: float) -> float:
        return self.height

    def start(self, width: float) -> float:
        return self.height

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Space, Space] | None:
        return Space(max(room, 0)), Space(0)

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        return None


class Headed:
    """A heading that stays with the beginning of what it heads."""

    def __init__(self, heading: Said, body: Block) -> None:
        self.before = heading.before
        self.heading = heading
        self.body = body

    def measure(self, width: float) -> float:
        return self.heading.measure(width) + self.body.before + self.body.measure(width)

    def start(self, width: float) -> float:
        return self.heading.measure(width) + self.body.before + self.body.start(width)

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Block, Block] | None:
        if self.start(width) > room + _NEARLY and not must:
            return None
        height = self.heading.measure(width)
        if height > room and must:
            return Stack([self.heading, self.body]).cut(width, room, must=True)
        parts = self.body.cut(width, room - height - self.body.before, must=must)
        if parts is None:
            return (self.heading, self.body) if must else None
        return Headed(self.heading, parts[0]), parts[1]

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        self.heading.draw(canvas, x, top, width)
        top -= self.heading.measure(width) + self.body.before
        self.body.draw(canvas, x, top, width)


class IfRoom:
    """What stands where a page has room left for it, and begins no page of its own."""

    def __init__(self, block: Block) -> None:
        self.before = block.before
        self.block = block

    def measure(self, width: float) -> float:
        return self.block.measure(width)

    def start(self, width: float) -> float:
        return self.block.start(width)

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Block, Block] | None:
        """As much as there is room for; the rest is let go."""
        parts = self.block.cut(width, room, must=must)
        return None if parts is None else (parts[0], Space(0))

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        self.block.draw(canvas, x, top, width)


class Labelled:
    """A label and its answer side by side."""

    def __init__(self, label: Said, answer: Said, *, label_width: float, before: float) -> None:
        self.before = before
        self.label = label
        self.answer = answer
        self.label_width = label_width
        self.element = Element("LI")

    def _answer_width(self, width: float) -> float:
        return width - self.label_width - 10

    def measure(self, width: float) -> float:
        return max(
            self.label.measure(self.label_width), self.answer.measure(self._answer_width(width))
        )

    def start(self, width: float) -> float:
        return max(
            self.label.measure(self.label_width), self.answer.start(self._answer_width(width))
        )

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Labelled, Labelled] | None:
        label = self.label.cut(self.label_width, room, must=must)
        if label is None or not label[1].lines(self.label_width):
            label = (self.label, self.label.part([], self.label_width))
        answer = self.answer.cut(self._answer_width(width), room, must=must)
        if answer is None:
            return None
        head, tail = (
            Labelled(left, right, label_width=self.label_width, before=self.before)
            for left, right in zip(label, answer, strict=True)
        )
        head.element = tail.element = self.element
        return head, tail

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        with canvas.within(self.element):
            self.label.draw(canvas, x, top, self.label_width)
            answer_x = x + self.label_width + 10
            self.answer.draw(canvas, answer_x, top, self._answer_width(width))


# --- tables -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell; `span` columns wide."""

    said: tuple[Said, ...]
    span: int = 1
    least: float = 0
    """Room to write by hand, where the words need less."""

    def height(self, width: float) -> float:
        words = sum(
            said.before * (number > 0) + said.measure(width)
            for number, said in enumerate(self.said)
        )
        return max(words, self.least)


def _td(attribute: str, span: int) -> Element:
    return Element("TD", attributes={attribute: span} if span > 1 else {})


class Group:
    """Rows that belong together: the first cells stand once, beside all lines.

    A group stays on one page. Only one that is higher than a whole page is cut, between or
    inside its lines.
    """

    def __init__(self, aside: Sequence[Cell], lines: Sequence[Sequence[Cell]]) -> None:
        self.aside = tuple(aside)
        self.lines = [tuple(line) for line in lines]
        self.rows = [Element("TR") for _ in self.lines]
        self.cells = [[_td("ColSpan", cell.span) for cell in line] for line in self.lines]
        self.aside_cells = [_td("RowSpan", len(self.lines)) for _ in self.aside]

    def part(self, first: int, last: int) -> Group:
        """The lines from `first` up to `last`; the cells beside them stand in the first part."""
        part = Group(self.aside if first == 0 else (), self.lines[first:last])
        part.rows = self.rows[first:last]
        part.cells = self.cells[first:last]
        part.aside_cells = self.aside_cells if first == 0 else []
        return part


class Table:
    """A table of groups under a head that is repeated on every page."""

    def __init__(
        self,
        widths: Sequence[float],
        head: Sequence[Said],
        groups: Sequence[Group],
        *,
        gap: float,
        padding: float,
        aside: int = 0,
        before: float = 0,
    ) -> None:
        self.before = before
        self.widths = tuple(widths)
        self.head = tuple(head)
        self.groups = list(groups)
        self.gap = gap
        self.padding = padding
        self.aside = aside
        self.element = Element("Table")
        self.head_row = Element("TR")
        self.head_cells = [Element("TH", attributes={"Scope": "Column"}) for _ in head]
        self.first_part = True

    # --- sizes
    def _x(self, column: int) -> float:
        return sum(self.widths[:column]) + self.gap * column

    def _cell_width(self, column: int, span: int) -> float:
        last = min(column + span, len(self.widths)) - 1
        return self._x(last) + self.widths[last] - self._x(column)

    def _head_height(self) -> float:
        """A head that would leave its rows no room is not repeated."""
        height = (
            max(said.measure(width) for said, width in zip(self.head, self.widths, strict=True))
            + self.padding * 1.5
        )
        return height if self.first_part or height <= _HIGHEST_REPEATED_HEAD else 0.0

    def _line_height(self, line: Sequence[Cell]) -> float:
        column, height = self.aside, 0.0
        for cell in line:
            height = max(height, cell.height(self._cell_width(column, cell.span)))
            column += cell.span
        return height

    def _group_height(self, group: Group) -> float:
        beside = max(
            (cell.height(self.widths[n]) for n, cell in enumerate(group.aside)), default=0.0
        )
        lines = sum(self._line_height(line) for line in group.lines)
        return max(beside, lines) + 2 * self.padding

    def measure(self, width: float) -> float:
        return self._head_height() + sum(map(self._group_height, self.groups))

    def start(self, width: float) -> float:
        return self._head_height() + (self._group_height(self.groups[0]) if self.groups else 0)

    # --- cutting
    def _with(self, groups: list[Group], *, first: bool) -> Table:
        part = Table(
            self.widths, self.head, groups, gap=self.gap, padding=self.padding, aside=self.aside
        )
        part.element, part.head_row = self.element, self.head_row
        part.head_cells = self.head_cells
        part.first_part = first
        return part

    def cut(self, width: float, room: float, *, must: bool) -> tuple[Table, Table] | None:
        used = self._head_height()
        for number, group in enumerate(self.groups):
            height = self._group_height(group)
            if used + height <= room + _NEARLY:
                used += height
                continue
            head, tail = self.groups[:number], self.groups[number:]
            if not head:
                if not must:
                    return None
                first, second = self._cut_group(group, room - used)
                head, tail = [first], [second, *tail[1:]]
            return self._with(head, first=self.first_part), self._with(tail, first=False)
        return None

    def _cut_group(self, group: Group, room: float) -> tuple[Group, Group]:
        """Cut a group that no page can hold: after whole lines, or inside its first."""
        used = 2 * self.padding
        for number, line in enumerate(group.lines):
            height = self._line_height(line)
            if used + height <= room:
                used += height
                continue
            if number:
                return group.part(0, number), group.part(number, len(group.lines))
            break
        first, second = group.part(0, 1), group.part(0, len(group.lines))
        second.aside, second.aside_cells = (), []
        heads: list[Cell] = []
        tails: list[Cell] = []
        column = self.aside
        for cell in group.lines[0]:
            width = self._cell_width(column, cell.span)
            column += cell.span
            head, tail = _cut_cell(cell, width, room - used)
            heads.append(head)
            tails.append(tail)
        first.lines[0] = tuple(heads)
        second.lines[0] = tuple(tails)
        return first, second

    # --- drawing
    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        with canvas.within(self.element):
            top = self._draw_head(canvas, x, top)
            for number, group in enumerate(self.groups):
                if number:
                    self._rule(canvas, x, top, RULE)
                top = self._draw_group(canvas, x, top, group)

    def _rule(self, canvas: TaggedCanvas, x: float, y: float, thickness: float) -> None:
        with canvas.artifact():
            canvas.setLineWidth(thickness)
            canvas.setStrokeGray(0 if thickness > RULE else 0.35)
            canvas.line(x, y, x + self._x(len(self.widths)) - self.gap, y)

    def _draw_head(self, canvas: TaggedCanvas, x: float, top: float) -> float:
        height = self._head_height()
        if not height:
            return top
        low = top - height + self.padding

        def labels() -> None:
            for column, said in enumerate(self.head):
                wide = self.widths[column]
                place = x + self._x(column), low + said.measure(wide)
                if self.first_part:
                    with canvas.within(self.head_cells[column]):
                        said.draw(canvas, *place, wide)
                else:
                    said.draw(canvas, *place, wide)

        if self.first_part:
            with canvas.within(self.head_row):
                labels()
        else:
            with canvas.artifact():
                labels()
        self._rule(canvas, x, top - height, STRONG_RULE)
        return top - height

    def _draw_group(self, canvas: TaggedCanvas, x: float, top: float, group: Group) -> float:
        height = self._group_height(group)
        y = top - self.padding
        for number, line in enumerate(group.lines):
            with canvas.within(group.rows[number]):
                if number == 0:
                    for column, cell in enumerate(group.aside):
                        element = group.aside_cells[column]
                        self._draw_cell(
                            canvas, element, cell, x + self._x(column), y, self.widths[column]
                        )
                column = self.aside
                for cell, element in zip(line, group.cells[number], strict=True):
                    wide = self._cell_width(column, cell.span)
                    self._draw_cell(canvas, element, cell, x + self._x(column), y, wide)
                    column += cell.span
            y -= self._line_height(line)
        return top - height

    @staticmethod
    def _draw_cell(
        canvas: TaggedCanvas, element: Element, cell: Cell, x: float, top: float, width: float
    ) -> None:
        with canvas.within(element):
            for number, said in enumerate(cell.said):
                top -= said.before if number else 0
                said.draw(canvas, x, top, width)
                top -= said.measure(width)


def _cut_cell(cell: Cell, width: float, room: float) -> tuple[Cell, Cell]:
    head: list[Said] = []
    rest = deque(cell.said)
    while rest:
        height = rest[0].measure(width)
        if height <= room:
            head.append(rest.popleft())
            room -= height
            continue
        parts = rest[0].cut(width, room, must=not head)
        if parts is not None:
            head.append(parts[0])
            rest[0] = parts[1]
        break
    return replace(cell, said=tuple(head)), replace(cell, said=tuple(rest))


# --- pages --------------------------------------------------------------------------------
def lay(
    canvas: TaggedCanvas,
    blocks: Sequence[Block],
    *,
    x: float,
    top: float,
    bottom: float,
    width: float,
) -> None:
    """Lay blocks on pages from `top` to `bottom`, cutting where a page ends."""
    rest = deque(blocks)
    y = top
    while rest:
        block = rest.popleft()
        fresh = y == top
        gap = 0 if fresh else block.before
        height = block.measure(width)
        room = y - gap - bottom
        if height <= room + _NEARLY:
            block.draw(canvas, x, y - gap, width)
            y -= gap + height
            continue
        if isinstance(block, IfRoom) and block.start(width) > room + _NEARLY:
            continue
        parts = None
        if fresh or block.start(width) <= room + _NEARLY:
            parts = block.cut(width, room, must=fresh)
        if parts is None:
            if fresh:
                raise ValueError("A block is higher than a page and cannot be cut.")
            rest.appendleft(block)
        else:
            parts[0].draw(canvas, x, y - gap, width)
            if isinstance(block, IfRoom):
                y = bottom
                continue
            left = parts[1].measure(width)
            if fresh and left >= height:
                raise ValueError("A block does not get smaller by being cut.")
            if left > 0:
                rest.appendleft(parts[1])
        canvas.showPage()
        y = top
