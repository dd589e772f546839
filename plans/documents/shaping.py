"""Scripts whose letters change with their neighbours, or that run from right to left.

Arabic and Devanagari: HarfBuzz chooses and places the glyphs, the bidirectional algorithm of
Unicode says where each run of a line stands. Words stay in the order in which they were typed
until they are set, and each run carries them as its real text: whoever has a page read aloud,
searches or copies it gets the letters that were typed and not the glyphs that were drawn.

The faces are read and the algorithm is loaded only where such a letter is printed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parent / "fonts"
JOINERS = frozenset("\u200c\u200d")
_NOTHING_MORE = "\N{ZERO WIDTH SPACE}"
_GLYPHS = 0xF0000
_VIRAMA = 9
_FIGURES = frozenset("0123456789")
_STRONG = frozenset({"L", "R", "AL"})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# No letter before it runs so; most text is told apart by this alone.
_FIRST_RIGHT_TO_LEFT = "\u0590"


@dataclass(frozen=True, slots=True)
class Script:
    """A script that is shaped, and the letters that are its own."""

    tag: str
    blocks: tuple[tuple[int, int], ...]
    regular: str
    strong: str

    @property
    def language(self) -> str:
        """Nobody said which language it is; in which letters it is written is plain."""
        return f"und-{self.tag}"

    def font(self, *, bold: bool) -> str:
        return f"taperplan-{self.tag.lower()}" + ("-strong" if bold else "")

    def holds(self, letter: str) -> bool:
        return any(first <= ord(letter) <= last for first, last in self.blocks)


SCRIPTS = (
    Script(
        "Arab",
        ((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE)),
        "NotoSansArabic-Regular.ttf",
        "NotoSansArabic-SemiBold.ttf",
    ),
    Script(
        "Deva",
        ((0x900, 0x97F), (0xA8E0, 0xA8FF)),
        "NotoSansDevanagari-Regular.ttf",
        "NotoSansDevanagari-SemiBold.ttf",
    ),
)
FILES = {
    script.font(bold=bold): (script, script.strong if bold else script.regular)
    for script in SCRIPTS
    for bold in (False, True)
}


def script_of(letter: str) -> Script | None:
    return next((script for script in SCRIPTS if script.holds(letter)), None)


# --- glyphs -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn shape: the code that stands for it in the file, how far it carries the pen and
    where it stands beside it, in parts of the type's size; and the letters that it shows."""

    code: int
    advance: float
    right: float
    up: float
    shows: str


class Glyphs:
    """Words to glyphs of one face, and the glyphs to codes that reportlab can embed."""

    def __init__(self, font: TTFont, script: Script, file: str) -> None:
        import uharfbuzz

        self.font = font
        self.script = script
        self._harfbuzz: Any = uharfbuzz
        self._face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(FOLDER / file)))
        self._shaper = uharfbuzz.Font(self._face)
        self._unit = 1 / self._face.upem
        self.shown: WeakKeyDictionary[Any, dict[int, str]] = WeakKeyDictionary()
        """Of each document that is being made, what its glyphs show."""

    def shaped(self, text: str, *, leftwards: bool) -> tuple[Glyph, ...]:
        """The glyphs of a run from left to right, as they stand on paper."""
        if not text:
            return ()
        buffer = self._harfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if leftwards else "ltr"
        buffer.script = self.script.tag
        self._harfbuzz.shape(self._shaper, buffer)
        starts = sorted({info.cluster for info in buffer.glyph_infos})
        ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
        said: set[int] = set()
        found = []
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            begin = info.cluster
            shows = _NOTHING_MORE if begin in said else text[begin : ends[begin]]
            said.add(begin)
            found.append(
                Glyph(
                    code=self._code(info.codepoint),
                    advance=place.x_advance * self._unit,
                    right=place.x_offset * self._unit,
                    up=place.y_offset * self._unit,
                    shows=shows,
                )
            )
        return tuple(found)

    def _code(self, glyph: int) -> int:
        """A letter of the private use plane that stands for a glyph, the same every time."""
        code = _GLYPHS + glyph
        face = self.font.face
        if code not in face.charToGlyph:
            face.charToGlyph[code] = glyph
            advance = self._shaper.get_glyph_h_advance(glyph)
            face.charWidths[code] = round(advance * self._unit * 1000)
        return code

    def note(self, document: Any, glyphs: Sequence[Glyph]) -> None:
        """Keep what the glyphs show, for readers that look at each by itself."""
        shown = self.shown.setdefault(document, {})
        for glyph in glyphs:
            if shown.get(glyph.code, _NOTHING_MORE) == _NOTHING_MORE:
                shown[glyph.code] = glyph.shows


@lru_cache(maxsize=2048)
def glyphs_of(face: Glyphs, text: str, *, leftwards: bool) -> tuple[Glyph, ...]:
    return face.shaped(text, leftwards=leftwards)


def letters(text: str) -> Iterator[str]:
    """A text in its smallest parts that may stand on lines of their own."""
    part = ""
    for letter in text:
        joined = part and (
            unicodedata.category(letter).startswith("M")
            or letter in JOINERS
            or part[-1] in JOINERS
            or unicodedata.combining(part[-1]) == _VIRAMA
        )
        if part and not joined:
            yield part
            part = ""
        part += letter
    if part:
        yield part


# --- directions -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Placed:
    """A run in one font and one direction; `place` counts from the left."""

    font: str
    text: str
    leftwards: bool
    place: int


def runs_leftwards(text: str) -> bool:
    """Whether some letter runs from right to left."""
    return max(text, default="") >= _FIRST_RIGHT_TO_LEFT and any(
        unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text
    )


def mostly_leftwards(text: str) -> bool:
    """Whether a paragraph as a whole runs from right to left: it begins so, and more of its
    letters do than do not. The documents themselves run from left to right."""
    if not runs_leftwards(text):
        return False
    ways = [way for letter in text if (way := unicodedata.bidirectional(letter)) in _STRONG]
    return ways[:1] != ["L"] and ways.count("L") * 2 < len(ways)


def placed(runs: Sequence[tuple[str, str]], *, leftwards: bool = False) -> list[Placed]:
    """The runs of a line in the order in which they are read, each with its place from the left.

    `leftwards`: of a paragraph that runs so as a whole. A run whose words change direction
    becomes several.
    """
    whole = "".join(text for _font, text in runs)
    levels = _levels(whole, int(leftwards))
    parts: list[tuple[str, str, int]] = []
    at = 0
    for font, text in runs:
        here = zip(text, levels[at : at + len(text)], strict=True)
        at += len(text)
        for level, pairs in groupby(here, key=lambda pair: pair[1]):
            parts.append((font, "".join(letter for letter, _level in pairs), level))
    order = _from_the_left([level for _font, _text, level in parts])
    places = {part: place for place, part in enumerate(order)}
    return [
        Placed(font, text, level % 2 == 1, places[number])
        for number, (font, text, level) in enumerate(parts)
    ]


def mirrored(text: str) -> str:
    """A run of signs without a shape of their own for it, turned round."""
    from bidi.mirror import MIRRORED

    return "".join(MIRRORED.get(letter, letter) for letter in reversed(text))


def _levels(text: str, base: int) -> list[int]:
    """The embedding level of each letter, by the bidirectional algorithm."""
    from bidi import algorithm

    # What has no width of its own is left out of the algorithm and stays with what is before it.
    counted = [n for n, letter in enumerate(text) if unicodedata.bidirectional(letter) != "BN"]
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    algorithm.get_embedding_levels("".join(text[n] for n in counted), storage)
    for one in storage["chars"]:
        if one["ch"] in _FIGURES:
            # The algorithm lets a figure change places with the word before it, and a dose would
            # stand away from its unit. Figures of ours run from left to right like their units.
            one["type"] = one["orig"] = "L"
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, debug=False)
    algorithm.resolve_implicit_levels(storage, debug=False)
    found = dict(zip(counted, (one["level"] for one in storage["chars"]), strict=True))
    levels: list[int] = []
    for number in range(len(text)):
        levels.append(found.get(number, levels[-1] if levels else base))
    for number in range(len(text) - 1, -1, -1):
        if text[number] != " ":
            break
        levels[number] = base
    return levels


def _from_the_left(levels: Sequence[int]) -> list[int]:
    """The runs as they stand from left to right: from the deepest level on, each row of runs of
    that level or deeper is turned round."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            if levels[order[start]] < level:
                start += 1
                continue
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end
    return order
