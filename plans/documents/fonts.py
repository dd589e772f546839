"""The faces that documents are set in, and which of them holds a letter.

IBM Plex Sans first, DejaVu Sans for what it lacks, run by run; Noto Sans for Arabic and
Devanagari, whose letters are shaped. A letter that none of them holds is printed as a visible
mark and counted, never left out and never a silent empty box. Other scripts that need shaping
or run from right to left are in no file on purpose: set letter by letter they would print, and
print wrongly.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

from plans.documents import shaping
from plans.documents.shaping import Glyph, Glyphs

FOLDER = Path(__file__).parent / "fonts"
REGULAR = "taperplan-regular"
STRONG = "taperplan-strong"
FALLBACK = "taperplan-fallback"
FALLBACK_STRONG = "taperplan-fallback-strong"
FILES = {
    REGULAR: "IBMPlexSans-Regular.ttf",
    STRONG: "IBMPlexSans-SemiBold.ttf",
    FALLBACK: "DejaVuSans.ttf",
    FALLBACK_STRONG: "DejaVuSans-Bold.ttf",
}
MARK = "\N{REPLACEMENT CHARACTER}"

# Without ink in the scripts we print: leaving them out changes nothing that can be seen.
_WITHOUT_INK = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f")
_LINE_ENDS = frozenset("\r\n\v\f\x85\u2028\u2029")
_CODES_IN_A_BLOCK = 100
_lock = Lock()

Piece = tuple[str, str]
"""A font's name and the text to be set in it."""


class Face(TTFont):
    """A TrueType font whose map back to Unicode is one that readers accept.

    reportlab maps unused codes to U+0000 and writes one block of any length; both are
    refused by PDF/UA and by strict readers.
    """

    def addObjects(self, doc: Any) -> None:
        subsets = list(self.state[doc].subsets)
        super().addObjects(doc)
        shown = self.shown(doc)
        for number, subset in enumerate(subsets):
            name = _subset_name(number, self.face.name)
            stream = doc.idToObject["toUnicodeCMap:" + name]
            stream.content = _to_unicode(name, subset, shown)

    def shown(self, doc: Any) -> dict[int, str]:
        """What codes stand for that are no letters themselves."""
        return {}


class ShapedFace(Face):
    """A font of a script whose glyphs are chosen by their neighbours."""

    def __init__(self, name: str, script: shaping.Script, file: str) -> None:
        super().__init__(name, str(FOLDER / file), shapable=False)
        self.glyphs = Glyphs(self, script, file)

    def shown(self, doc: Any) -> dict[int, str]:
        return self.glyphs.shown.get(doc, {})


def _subset_name(number: int, face: bytes) -> str:
    return str((SUBSETN(number) + b"+" + face).decode("pdfdoc"))


def _to_unicode(name: str, subset: list[int], shown: dict[int, str]) -> str:
    pairs = [
        (code, shown.get(point, chr(point)).encode("utf-16-be").hex().upper())
        for code, point in enumerate(subset)
        if point
    ]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for start in range(0, len(pairs), _CODES_IN_A_BLOCK):
        block = pairs[start : start + _CODES_IN_A_BLOCK]
        lines.append(f"{len(block)} beginbfchar")
        lines += [f"<{code:02X}> <{text}>" for code, text in block]
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


@cache
def _held(font: str) -> frozenset[int]:
    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)


def register() -> None:
    """Make the faces known to reportlab, once in a process."""
    with _lock:
        known = pdfmetrics.getRegisteredFontNames()
        for name, file in FILES.items():
            if name not in known:
                pdfmetrics.registerFont(Face(name, str(FOLDER / file)))


def shaped(font: str) -> Glyphs | None:
    """What shapes the words of this font; None for one that is set letter by letter."""
    if font not in shaping.FILES:
        return None
    with _lock:
        if font not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(ShapedFace(font, *shaping.FILES[font]))
    face: ShapedFace = pdfmetrics.getFont(font)
    return face.glyphs


# A record is written in some hundred letters, and each of them stands in it thousands of times.
@lru_cache(maxsize=4096)
def _font_for(letter: str, *, bold: bool) -> str | None:
    script = shaping.script_of(letter)
    if script is not None:
        font = script.font(bold=bold)
        shaped(font)
        return font if ord(letter) in _held(font) else None
    for font in (STRONG, FALLBACK_STRONG) if bold else (REGULAR, FALLBACK):
        if ord(letter) in _held(font):
            return font
    return None


def lines_of(text: str) -> list[str]:
    """Typed text as lines: composed letters, no tabs, nothing that has no ink."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    lines = [""]
    for letter in text:
        if letter in _LINE_ENDS:
            lines.append("")
        elif letter not in _WITHOUT_INK or _joins(letter, lines[-1]):
            lines[-1] += letter
    return lines


def _joins(letter: str, before: str) -> bool:
    """Whether a letter without ink changes the shape of its neighbours."""
    return letter in shaping.JOINERS and before != "" and shaping.script_of(before[-1]) is not None


def pieces(line: str, *, bold: bool) -> Iterator[Piece]:
    """Cut a line into runs of one font; a letter that no font holds becomes the mark."""
    current: str | None = None
    run: list[str] = []
    for letter in line:
        font = _font_for(letter, bold=bold)
        shown = letter
        if font is None:
            font, shown = (STRONG if bold else REGULAR), MARK
        if (letter in " \u00a0" or letter in shaping.JOINERS) and current is not None:
            font, shown = current, letter
        if font != current and run:
            yield current or font, "".join(run)
            run = []
        current = font
        run.append(shown)
    if run and current is not None:
        yield current, "".join(run)


def width(font: str, text: str, size: float) -> float:
    """How wide a run of one font is, in points."""
    glyphs = shaped(font)
    if glyphs is None:
        return float(pdfmetrics.stringWidth(text, font, size))
    leftwards = shaping.runs_leftwards(text)
    return size * sum(glyph.advance for glyph in drawn(glyphs, text, leftwards=leftwards))


def drawn(glyphs: Glyphs, text: str, *, leftwards: bool) -> tuple[Glyph, ...]:
    """The glyphs of a run, from left to right."""
    return shaping.glyphs_of(glyphs, text, leftwards=leftwards)
