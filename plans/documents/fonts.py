"""The faces that documents are set in, and which of them holds a letter.

IBM Plex Sans first, DejaVu Sans for what it lacks, run by run. A letter that neither holds is
printed as a visible mark and counted, never left out and never a silent empty box. Scripts
that need shaping or run from right to left are not in these files on purpose: set letter by
letter they would print, and print wrongly.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

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
        for number, subset in enumerate(subsets):
            name = _subset_name(number, self.face.name)
            stream = doc.idToObject["toUnicodeCMap:" + name]
            stream.content = _to_unicode(name, subset)


def _subset_name(number: int, face: bytes) -> str:
    return str((SUBSETN(number) + b"+" + face).decode("pdfdoc"))


def _to_unicode(name: str, subset: list[int]) -> str:
    pairs = [(code, point) for code, point in enumerate(subset) if point]
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
        lines += [f"<{code:02X}> <{point:04X}>" for code, point in block]
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


def _font_for(letter: str, *, bold: bool) -> str | None:
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
        elif letter not in _WITHOUT_INK:
            lines[-1] += letter
    return lines


def pieces(line: str, *, bold: bool) -> Iterator[Piece]:
    """Cut a line into runs of one font; a letter that no font holds becomes the mark."""
    current: str | None = None
    run: list[str] = []
    for letter in line:
        font = _font_for(letter, bold=bold)
        shown = letter
        if font is None:
            font, shown = (STRONG if bold else REGULAR), MARK
        if letter in " \u00a0" and current is not None:
            font = current
        if font != current and run:
            yield current or font, "".join(run)
            run = []
        current = font
        run.append(shown)
    if run and current is not None:
        yield current, "".join(run)


def width(font: str, text: str, size: float) -> float:
    """How wide a run of one font is, in points."""
    return float(pdfmetrics.stringWidth(text, font, size))
