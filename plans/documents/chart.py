"""The chart of a plan as shapes, and those shapes as SVG.

One drawing serves page and paper. It is made of a few shapes of our own: SVG then needs no
style attribute (a strict content policy refuses those), the page's SVG is made without
loading the PDF library, and paper gets no font that is not embedded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr  # nosec B406  # writes, and reads nothing

from plans.sheets.chart import Chart, Panel, Pile, Stair, Taken


class Ink(StrEnum):
    """What a colour means; a palette says which it is."""

    INK = "ink"
    SOFT = "soft"
    LINE = "line"
    SURFACE = "surface"
    DRUG = "drug"
    OTHER_DRUG = "other drug"
    HATCH = "hatch"
    GHOST = "ghost"
    FLAG = "flag"


Palette = dict[Ink, str]
PRINT: Palette = {
    Ink.INK: "#000000",
    Ink.SOFT: "#000000",
    Ink.LINE: "#B0B0B0",
    Ink.SURFACE: "#FFFFFF",
    Ink.DRUG: "#000000",
    Ink.OTHER_DRUG: "#000000",
    Ink.HATCH: "#A8A8A8",
    Ink.GHOST: "#606060",
    Ink.FLAG: "#000000",
}
LIGHT: Palette = {
    Ink.INK: "#10212B",
    Ink.SOFT: "#3B4C56",
    Ink.LINE: "#CCD5DA",
    Ink.SURFACE: "#FFFFFF",
    Ink.DRUG: "#10212B",
    Ink.OTHER_DRUG: "#0B6A82",
    Ink.HATCH: "#7F8E97",
    Ink.GHOST: "#65757F",
    Ink.FLAG: "#A30D1E",
}
DARK: Palette = {
    Ink.INK: "#E9EFF2",
    Ink.SOFT: "#AFBDC5",
    Ink.LINE: "#2D3C45",
    Ink.SURFACE: "#141F25",
    Ink.DRUG: "#E9EFF2",
    Ink.OTHER_DRUG: "#84CCDF",
    Ink.HATCH: "#6E808A",
    Ink.GHOST: "#8496A1",
    Ink.FLAG: "#FFA3A8",
}

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points; y grows downwards."""

    points: tuple[Point, ...]
    width: float
    ink: Ink
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    points: tuple[Point, ...]
    fill: Ink | None
    edge: Ink | None = None


class Pattern(StrEnum):
    DIAGONAL = "diagonal"
    DOTS = "dots"
    LINES = "lines"
    CROSS = "cross"


@dataclass(frozen=True, slots=True)
class Hatched:
    """A rectangle filled with a pattern that stays readable in grey."""

    x: float
    y: float
    width: float
    height: float
    pattern: Pattern
    ink: Ink


class Anchor(StrEnum):
    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Words:
    """Text with a halo of the background, so that no line cuts it. `y` is its baseline."""

    x: float
    y: float
    text: str
    size: float
    ink: Ink = Ink.INK
    bold: bool = False
    anchor: Anchor = Anchor.START


Item = Stroke | Shape | Hatched | Words


@dataclass(slots=True)
class Drawing:
    width: float
    height: float
    described: str
    items: list[Item] = field(default_factory=list)


STEP = 4.5
"""Distance of the lines of a pattern, in points."""
_TEXT = 9.0
_FIGURE = 10.5
_GUTTER = 62.0
_MARGIN = 6.0
_PANEL = 58.0
_STAIR = 2.2
_DASHES: tuple[tuple[float, ...], ...] = ((), (7, 3), (1.5, 2.5), (7, 2.5, 1.5, 2.5))
_FILLS = (None, Pattern.DOTS, Pattern.LINES, Pattern.CROSS)
_MOST_SYMPTOM_HEIGHT = 60.0
_MILD, _MODERATE, _SEVERE, _EVENT = range(4)
_PARTS_OF_AN_EM = 0.62
_PARTS_OF_AN_EM_BOLD = 0.7
_APART = 10.0
"""Between two labels of one row."""


def _about(text: str, size: float, *, bold: bool = False) -> float:
    """Near enough to keep words apart, in the widest face that a browser falls back to: an image
    is not given the page's own. Paper measures them itself where it matters."""
    return len(text) * size * (_PARTS_OF_AN_EM_BOLD if bold else _PARTS_OF_AN_EM)


def _wrapped(text: str, size: float, width: float) -> list[str]:
    """Lines of about this width; a word that is wider stands alone on its line."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _about(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def span_of_days(width: float) -> tuple[float, float]:
    """Where the first day begins and the last one ends, as parts of a drawing's width."""
    return _GUTTER / width, (width - _MARGIN) / width


def draw(chart: Chart, *, width: float) -> Drawing:
    """Lay the chart out in `width` points."""
    return _Artist(chart, width).drawing()


@dataclass(frozen=True, slots=True)
class _Scale:
    """The axis of one drug: where 0 stands, and the amount at its top."""

    zero: float
    most: Fraction

    def level(self, amount: Fraction) -> float:
        return self.zero - float(amount / self.most) * _PANEL if self.most else self.zero


class _Artist:
    def __init__(self, chart: Chart, width: float) -> None:
        self.chart = chart
        self.width = width
        self.left = _GUTTER
        self.right = width - _MARGIN
        self.days = (chart.last - chart.first).days + 1
        self.items: list[Item] = []
        self.y = 0.0

    def x(self, day: date) -> float:
        """The left edge of a day."""
        part = (day - self.chart.first).days / self.days
        return self.left + max(0.0, min(1.0, part)) * (self.right - self.left)

    def after(self, day: date) -> float:
        """The right edge of a day."""
        return self.x(day + timedelta(days=1)) if day < self.chart.last else self.right

    def drawing(self) -> Drawing:
        self._top_words()
        for number, panel in enumerate(self.chart.panels):
            self._panel(panel, number)
        self._taken()
        self._symptoms()
        self._axis()
        self._flags()
        return Drawing(self.width, self.y + 2, self.chart.described, self.items)

    # --- what stands above and across the panels
    def _top_words(self) -> None:
        """Versions and today in words, in as many rows as keep them apart."""
        rows: list[float] = []
        marks = [(mark, False) for mark in self.chart.versions]
        if self.chart.today is not None:
            marks.append((self.chart.today, True))
        placed = []
        for mark, bold in sorted(marks, key=lambda pair: pair[0].day):
            wide = _about(mark.label, _TEXT, bold=bold)
            x = min(self.x(mark.day) + 3, self.right - wide)
            row = next((n for n, end in enumerate(rows) if end < x), len(rows))
            if row == len(rows):
                rows.append(0)
            rows[row] = x + wide + _APART
            placed.append((x, row, mark.label, bold))
        for x, row, label, bold in placed:
            y = self.y + 10 + row * 11
            self.items.append(Words(x, y, label, _TEXT, bold=bold))
        self.y += 11 * len(rows) + (3 if rows else 0)

    def _verticals(self, top: float, bottom: float) -> None:
        """Across one panel, below its words."""
        for mark in self.chart.versions:
            x = self.x(mark.day)
            self.items.append(Stroke(((x, top), (x, bottom)), 0.6, Ink.SOFT, (3, 2)))
        if self.chart.today is not None:
            x = self.x(self.chart.today.day)
            self.items.append(Stroke(((x, top), (x, bottom)), 1.1, Ink.INK))

    # --- one drug
    def _panel(self, panel: Panel, number: int) -> None:
        self.y += 12 if number == 0 else 18
        for line in _wrapped(panel.heading, _TEXT + 0.5, self.width):
            self.items.append(Words(0, self.y, line, _TEXT + 0.5, bold=True))
            self.y += 12
        # Room for a figure on the topmost line, below the heading.
        self.y += 7
        top, bottom = self.y, self.y + _PANEL
        scale = _Scale(bottom, max((tick.at for tick in panel.ticks), default=Fraction(1)))
        ink = Ink.DRUG if number % 2 == 0 else Ink.OTHER_DRUG
        self._ticks(panel, scale)
        pattern = _FILLS[number % len(_FILLS)]
        if pattern is not None:
            self._fill(panel, scale, pattern, ink)
        for x, end in self._spans():
            self.items.append(
                Hatched(x, top - 6, end - x, bottom - top + 6, Pattern.DIAGONAL, Ink.HATCH)
            )
        self._verticals(top - 8, bottom)
        self._hold_words(panel, scale, top, must=number == 0)
        for points in self._lines(panel.earlier, scale):
            self.items.append(Stroke(points, 0.9, Ink.GHOST, (1, 2)))
        for points in self._lines(panel.stairs, scale):
            self.items.append(Stroke(points, _STAIR, ink, _DASHES[number % len(_DASHES)]))
        self._figures(panel, scale)
        self.y = bottom

    def _hold_words(self, panel: Panel, scale: _Scale, top: float, *, must: bool) -> None:
        """What a hatched band is, clear of the line. Where the line leaves no room the first
        panel alone says it (`must`), and its line is drawn over it."""
        for band, (x, end) in zip(self.chart.holds, self._spans(), strict=True):
            lines = _wrapped(band.label, _TEXT, end - x - 6)
            if max(_about(line, _TEXT) for line in lines) + 6 >= end - x:
                continue
            high = 11 * len(lines) + 4
            levels = [
                scale.level(stair.amount)
                for stair in panel.stairs
                if stair.first <= band.last and stair.last >= band.first
            ]
            above = min(levels, default=top) >= top + high
            below = max(levels, default=top) <= scale.zero - high
            if not (above or below or must):
                continue
            first = top + 7 if above and not below else scale.zero - 4 - 11 * (len(lines) - 1)
            for number, line in enumerate(lines):
                self.items.append(Words(x + 3, first + 11 * number, line, _TEXT))

    def _spans(self) -> list[tuple[float, float]]:
        return [(self.x(band.first), self.after(band.last)) for band in self.chart.holds]

    def _ticks(self, panel: Panel, scale: _Scale) -> None:
        for tick in panel.ticks:
            y = scale.level(tick.at)
            self.items.append(Stroke(((self.left - 8, y), (self.right, y)), 0.5, Ink.LINE))
            self.items.append(
                Words(self.left - 12, y + 3, tick.label, _TEXT, Ink.SOFT, anchor=Anchor.END)
            )

    def _fill(self, panel: Panel, scale: _Scale, pattern: Pattern, ink: Ink) -> None:
        for stair in panel.stairs:
            x, y = self.x(stair.first), scale.level(stair.amount)
            if y < scale.zero:
                wide = self.after(stair.last) - x
                self.items.append(Hatched(x, y, wide, scale.zero - y, pattern, ink))

    def _figures(self, panel: Panel, scale: _Scale) -> None:
        """The amount at the left end of each step, where it does not touch the one before."""
        free = 0.0
        for stair in panel.stairs:
            wide = _about(stair.label, _FIGURE, bold=True)
            x = min(self.x(stair.first) + 3, self.width - wide)
            if x >= free:
                y = scale.level(stair.amount) - 4.5
                self.items.append(Words(x, y, stair.label, _FIGURE, bold=True))
                free = x + wide + 4

    def _lines(self, stairs: Sequence[Stair], scale: _Scale) -> Iterable[tuple[Point, ...]]:
        """One line for each unbroken run of steps; none over days without a statement."""
        points: list[Point] = []
        last: date | None = None
        for stair in stairs:
            if points and last is not None and stair.first != last + timedelta(days=1):
                yield tuple(points)
                points = []
            y = scale.level(stair.amount)
            points += [(self.x(stair.first), y), (self.after(stair.last), y)]
            last = stair.last
        if points:
            yield tuple(points)

    # --- what was told
    def _taken(self) -> None:
        if not self.chart.taken:
            return
        self.y += 16
        y = self.y
        self.items.append(Words(0, y + 3, self.chart.labels.taken, _TEXT + 0.5, bold=True))
        free = 0.0
        worded = False
        for stretch in self.chart.taken:
            x, end = self.x(stretch.first), self.after(stretch.last)
            match stretch.taken:
                case Taken.AS_PLANNED:
                    self.items.append(Stroke(((x, y), (end, y)), 4, Ink.INK))
                case Taken.DIFFERENT:
                    box = ((x, y - 4), (end, y - 4), (end, y + 4), (x, y + 4))
                    self.items.append(Hatched(x, y - 4, end - x, 8, Pattern.DIAGONAL, Ink.INK))
                    self.items.append(Shape(box, None, Ink.INK))
                case Taken.STOPPED:
                    ends = (((x, y - 4), (x, y + 4)), ((end, y - 4), (end, y + 4)))
                    self.items += [Stroke(points, 1, Ink.INK) for points in ends]
                case Taken.NOT_KNOWN | Taken.NOT_RECORDED:
                    self.items.append(Stroke(((x, y), (end, y)), 1, Ink.SOFT, (1, 3)))
            wide = _about(stretch.label, _TEXT)
            x = min(x, self.right - wide)
            if stretch.label and x >= free:
                self.items.append(Words(x, y + 15, stretch.label, _TEXT, Ink.SOFT))
                free = x + wide + 8
                worded = True
        self.y += 18 if worded else 8

    def _symptoms(self) -> None:
        piles = self.chart.piles
        if not piles:
            return
        labels = self.chart.labels
        self.y += 14
        x = max(self.left, _about(labels.symptoms, _TEXT + 0.5, bold=True) + 8)
        self.items.append(Words(0, self.y, labels.symptoms, _TEXT + 0.5, bold=True))
        kinds = (labels.mild, labels.moderate, labels.severe, labels.event)
        for kind, label in enumerate(kinds):
            self._square(x, self.y, 7, kind)
            self.items.append(Words(x + 11, self.y, label, _TEXT, Ink.SOFT))
            x += 11 + _about(label, _TEXT) + 14
        highest = max(len(_kinds(pile)) for pile in piles)
        closest = min(
            (self.x(b.day) - self.x(a.day) for a, b in pairwise(piles)), default=self.right
        )
        side = min(8.0, closest * 0.8, _MOST_SYMPTOM_HEIGHT / max(highest, 1))
        self.y += 8 + _TEXT + highest * side
        free = 0.0
        for pile in piles:
            free = self._pile(pile, side, free)

    def _pile(self, pile: Pile, side: float, free: float) -> float:
        middle = (self.x(pile.day) + self.after(pile.day)) / 2
        y = self.y
        for kind in _kinds(pile):
            self._square(middle - side / 2, y, side, kind)
            y -= side
        half = _about(pile.total, _TEXT, bold=True) / 2
        if middle - half >= free:
            self.items.append(
                Words(middle, y - 2, pile.total, _TEXT, bold=True, anchor=Anchor.MIDDLE)
            )
            free = middle + half + 2
        return free

    def _square(self, x: float, bottom: float, side: float, kind: int) -> None:
        inner = side * 0.86
        box = (
            (x, bottom - inner),
            (x + inner, bottom - inner),
            (x + inner, bottom),
            (x, bottom),
        )
        if kind == _MODERATE:
            self.items.append(Hatched(x, bottom - inner, inner, inner, Pattern.DIAGONAL, Ink.INK))
        self.items.append(Shape(box, Ink.INK if kind == _SEVERE else None, Ink.INK))
        if kind == _EVENT:
            self.items.append(Stroke((box[0], box[2]), 0.8, Ink.INK))
            self.items.append(Stroke((box[1], box[3]), 0.8, Ink.INK))

    # --- the axis of days, and red flags below it
    def _axis(self) -> None:
        self.y += 3
        self.items.append(Stroke(((self.left - 8, self.y), (self.right, self.y)), 0.8, Ink.INK))
        self.y += 12
        free = 0.0
        for mark in self.chart.days:
            middle = (self.x(mark.day) + self.after(mark.day)) / 2
            half = _about(mark.label, _TEXT) / 2
            middle = min(middle, self.right - half)
            if middle - half < free:
                continue
            free = middle + half + 4
            self.items.append(
                Words(middle, self.y, mark.label, _TEXT, Ink.SOFT, anchor=Anchor.MIDDLE)
            )
        self.y += 3

    def _flags(self) -> None:
        if not self.chart.flags:
            return
        self.y += 6
        self.items.append(Words(0, self.y + 10, self.chart.labels.flags, _TEXT + 0.5, bold=True))
        rows: list[float] = []
        for mark in self.chart.flags:
            wide = _about(mark.label, _TEXT) + 16
            x = min((self.x(mark.day) + self.after(mark.day)) / 2 - 6, self.right - wide)
            x = max(x, self.left)
            row = next((n for n, end in enumerate(rows) if end < x), len(rows))
            if row == len(rows):
                rows.append(0)
            rows[row] = x + wide + 4
            self._octagon(x + 6, self.y + 7 + row * 14)
            self.items.append(Words(x + 15, self.y + 10 + row * 14, mark.label, _TEXT))
        self.y += 14 * len(rows)

    def _octagon(self, x: float, y: float) -> None:
        small, large = 2.5, 6.0
        points = (
            (x - small, y - large),
            (x + small, y - large),
            (x + large, y - small),
            (x + large, y + small),
            (x + small, y + large),
            (x - small, y + large),
            (x - large, y + small),
            (x - large, y - small),
        )
        self.items.append(Shape(points, Ink.FLAG))
        self.items.append(Stroke(((x, y - 3.6), (x, y + 0.8)), 1.5, Ink.SURFACE))
        self.items.append(Stroke(((x, y + 2.2), (x, y + 3.8)), 1.5, Ink.SURFACE))


def _kinds(pile: Pile) -> list[int]:
    """The squares of one pile from the bottom up."""
    return (
        [_MILD] * pile.mild
        + [_MODERATE] * pile.moderate
        + [_SEVERE] * pile.severe
        + [_EVENT] * pile.events
    )


# --- SVG ---------------------------------------------------------------------------------
_NAMESPACE = "http://www.w3.org/2000/svg"
_FACES = "IBM Plex Sans, system-ui, Segoe UI, Roboto, Noto Sans, sans-serif"


def as_svg(drawing: Drawing, palette: Palette) -> str:
    """The drawing as an SVG document with presentation attributes only."""
    used = sorted({(item.pattern, item.ink) for item in drawing.items if isinstance(item, Hatched)})
    size = f"0 0 {_n(drawing.width)} {_n(drawing.height)}"
    parts = [
        f'<svg xmlns="{_NAMESPACE}" viewBox="{size}" role="img" font-family="{_FACES}">',
        f"<title>{_text(drawing.described)}</title>",
    ]
    if used:
        parts.append("<defs>")
        parts += [_svg_pattern(pattern, ink, palette[ink]) for pattern, ink in used]
        parts.append("</defs>")
    parts += [_svg_item(item, palette) for item in drawing.items]
    parts.append("</svg>")
    return "\n".join(parts)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    """Text that XML can hold: what it forbids becomes a visible mark."""
    allowed = (
        letter
        if letter in "\t\n\r"
        or (" " <= letter <= "\ud7ff")
        or ("\ue000" <= letter <= "\ufffd")
        or letter > "\uffff"
        else "\ufffd"
        for letter in text
    )
    return escape("".join(allowed))


def _name(pattern: Pattern, ink: Ink) -> str:
    return f"{pattern}-{ink}".replace(" ", "-")


def _svg_pattern(pattern: Pattern, ink: Ink, colour: str) -> str:
    step = _n(STEP)
    head = (
        f'<pattern id="{_name(pattern, ink)}" width="{step}" height="{step}" '
        'patternUnits="userSpaceOnUse"'
    )
    line = f'stroke="{colour}" stroke-width="0.7" fill="none"'
    across = f'<path d="M0 0H{step}" {line}/>'
    match pattern:
        case Pattern.DIAGONAL:
            return f'{head} patternTransform="rotate(-45)">{across}</pattern>'
        case Pattern.DOTS:
            return f'{head}><circle cx="1" cy="1" r="0.55" fill="{colour}"/></pattern>'
        case Pattern.LINES:
            return f"{head}>{across}</pattern>"
        case Pattern.CROSS:
            down = f'<path d="M0 0V{step}" {line}/>'
            return f'{head} patternTransform="rotate(-45)">{across}{down}</pattern>'


def _svg_item(item: Item, palette: Palette) -> str:
    match item:
        case Stroke(points, width, ink, dash):
            dashes = f' stroke-dasharray="{" ".join(map(_n, dash))}"' if dash else ""
            return (
                f'<path d="{_path(points)}" fill="none" stroke="{palette[ink]}" '
                f'stroke-width="{_n(width)}"{dashes}/>'
            )
        case Shape(points, fill, edge):
            inside = palette[fill] if fill else "none"
            line = f' stroke="{palette[edge]}" stroke-width="0.8"' if edge else ""
            return f'<path d="{_path(points)}Z" fill="{inside}"{line}/>'
        case Hatched(x, y, width, height, pattern, ink):
            return (
                f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" '
                f'fill="url(#{_name(pattern, ink)})"/>'
            )
        case Words(x, y, text, size, ink, bold, anchor):
            weight = ' font-weight="600"' if bold else ""
            return (
                f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{palette[ink]}" '
                f'text-anchor={quoteattr(anchor)} paint-order="stroke" '
                f'stroke="{palette[Ink.SURFACE]}" stroke-width="3" '
                f'stroke-linejoin="round"{weight}>{_text(text)}</text>'
            )


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
