"""A drawing on paper."""

from __future__ import annotations

from plans.documents import fonts
from plans.documents.chart import (
    PRINT,
    STEP,
    Anchor,
    Drawing,
    Hatched,
    Ink,
    Palette,
    Pattern,
    Shape,
    Stroke,
    Words,
)
from plans.documents.flow import set_runs
from plans.documents.tagged import Element, TaggedCanvas

_HALO = 1.2


class Figure:
    """A drawing as a block. It is one picture to whoever hears it, with words in its place."""

    def __init__(self, drawing: Drawing, *, before: float = 0, palette: Palette = PRINT) -> None:
        self.before = before
        self.drawing = drawing
        self.palette = palette
        self.element = Element("Figure", alt=drawing.described)

    def measure(self, width: float) -> float:
        return self.drawing.height

    def start(self, width: float) -> float:
        return self.drawing.height

    def cut(self, width: float, room: float, *, must: bool) -> None:
        return None

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        self.element.box = (x, top - self.drawing.height, x + self.drawing.width, top)
        with canvas.content(self.element):
            canvas.saveState()
            canvas.translate(x, top)
            for item in self.drawing.items:
                match item:
                    case Stroke():
                        self._stroke(canvas, item)
                    case Shape():
                        self._shape(canvas, item)
                    case Hatched():
                        self._hatched(canvas, item)
                    case Words():
                        self._words(canvas, item)
            canvas.restoreState()

    def _stroke(self, canvas: TaggedCanvas, item: Stroke) -> None:
        canvas.setStrokeColor(self.palette[item.ink])
        canvas.setLineWidth(item.width)
        canvas.setDash(list(item.dash))
        path = canvas.beginPath()
        path.moveTo(item.points[0][0], -item.points[0][1])
        for x, y in item.points[1:]:
            path.lineTo(x, -y)
        canvas.drawPath(path, stroke=1, fill=0)
        canvas.setDash([])

    def _shape(self, canvas: TaggedCanvas, item: Shape) -> None:
        path = canvas.beginPath()
        path.moveTo(item.points[0][0], -item.points[0][1])
        for x, y in item.points[1:]:
            path.lineTo(x, -y)
        path.close()
        canvas.setLineWidth(0.8)
        if item.fill is not None:
            canvas.setFillColor(self.palette[item.fill])
        if item.edge is not None:
            canvas.setStrokeColor(self.palette[item.edge])
        canvas.drawPath(path, stroke=int(item.edge is not None), fill=int(item.fill is not None))

    def _hatched(self, canvas: TaggedCanvas, item: Hatched) -> None:
        canvas.saveState()
        clip = canvas.beginPath()
        clip.rect(item.x, -item.y - item.height, item.width, item.height)
        canvas.clipPath(clip, stroke=0, fill=0)
        canvas.setStrokeColor(self.palette[item.ink])
        canvas.setLineWidth(0.5)
        left, right = item.x, item.x + item.width
        low, high = -item.y - item.height, -item.y
        lines = []
        if item.pattern in (Pattern.DIAGONAL, Pattern.CROSS):
            start = left - item.height - (left - item.height) % STEP
            while start < right:
                lines.append((start, low, start + item.height, high))
                if item.pattern is Pattern.CROSS:
                    lines.append((start, high, start + item.height, low))
                start += STEP
        else:
            if item.pattern is Pattern.DOTS:
                canvas.setLineWidth(0.9)
                canvas.setDash([0.9, STEP - 0.9])
            y = high - STEP / 2
            while y > low:
                lines.append((left - left % STEP, y, right, y))
                y -= STEP
        canvas.lines(lines)
        canvas.restoreState()

    def _words(self, canvas: TaggedCanvas, item: Words) -> None:
        runs = [
            piece
            for line in fonts.lines_of(item.text)
            for piece in fonts.pieces(line, bold=item.bold)
        ]
        wide = sum(fonts.width(font, text, item.size) for font, text in runs)
        x = {Anchor.START: item.x, Anchor.MIDDLE: item.x - wide / 2, Anchor.END: item.x - wide}[
            item.anchor
        ]
        y = -item.y
        canvas.setFillColor(self.palette[Ink.SURFACE])
        canvas.rect(
            x - _HALO, y - item.size * 0.22, wide + 2 * _HALO, item.size * 0.98, stroke=0, fill=1
        )
        canvas.setFillColor(self.palette[item.ink])
        text = canvas.beginText()
        set_runs(canvas, text, runs, item.size, x, y)
        canvas.drawText(text)
