"""Reading a printed document back, as whoever receives it would."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream


def words(document: bytes) -> str:
    """All text in reading order, blanks and line ends made one blank."""
    pages = PdfReader(BytesIO(document)).pages
    return squeezed(" ".join(page.extract_text() for page in pages))


def page_words(document: bytes) -> list[str]:
    return [squeezed(page.extract_text()) for page in PdfReader(BytesIO(document)).pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# --- as a screen reader has it -----------------------------------------------------------------
_SKIPPED = frozenset({"/Figure"})


def read_aloud(document: bytes) -> str:
    """All words in the order of the structure tree: no foot, no head that is only repeated, and
    a drawing by its description."""
    reader = PdfReader(BytesIO(document))
    spoken: dict[tuple[int, int], str] = {}
    numbers: dict[int, int] = {}
    for number, page in enumerate(reader.pages):
        assert page.indirect_reference is not None
        numbers[page.indirect_reference.idnum] = number
        for mark, text in _marked(page).items():
            spoken[number, mark] = text
    root: Any = reader.trailer["/Root"]
    found: list[str] = []

    def walk(element: Any) -> None:
        tag = element.get("/S")
        if tag in _SKIPPED:
            found.append(str(element.get("/Alt", "")))
            return
        kids = element["/K"].get_object()
        for kid in kids if isinstance(kids, list) else [kids]:
            one = kid.get_object()
            if one.get("/Type") == "/MCR":
                found.append(spoken[numbers[one.raw_get("/Pg").idnum], int(one["/MCID"])])
            else:
                walk(one)

    walk(root["/StructTreeRoot"])
    return squeezed(" ".join(found))


def _marked(page: Any) -> dict[int, str]:
    """The text of each piece of marked content, letters by the font's own map to Unicode."""
    letters = {
        name: _letters(font.get_object())
        for name, font in page["/Resources"]["/Font"].get_object().items()
    }
    found: dict[int, str] = {}
    mark: int | None = None
    instead = False
    font: dict[int, str] = {}
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        match operator:
            case b"BDC" if operands[0] == "/Span":
                instead = True
                if mark is not None:
                    found[mark] += operands[1]["/ActualText"]
            case b"EMC" if instead:
                instead = False
            case b"BDC":
                mark = int(operands[1]["/MCID"])
                found.setdefault(mark, "")
            case b"BMC" | b"EMC":
                mark = None
            case b"Tf":
                font = letters[operands[0]]
            case b"Tj":
                typed = operands[0]
                codes = typed if isinstance(typed, bytes) else typed.original_bytes
                if mark is not None and not instead:
                    found[mark] += "".join(font[code] for code in codes)
            case _:
                pass
    return found


def _letters(font: Any) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{2})> <([0-9A-F]+)>", font["/ToUnicode"].get_data())
    return {
        int(code, 16): bytes.fromhex(point.decode()).decode("utf-16-be")
        for code, point in pairs
        if len(code) == 2 and len(point) % 4 == 0
    }
