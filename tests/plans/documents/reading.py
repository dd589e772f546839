"""Reading a printed document back, as whoever receives it would."""

from __future__ import annotations

import re
from io import BytesIO

from pypdf import PdfReader


def words(document: bytes) -> str:
    """All text in reading order, blanks and line ends made one blank."""
    pages = PdfReader(BytesIO(document)).pages
    return squeezed(" ".join(page.extract_text() for page in pages))


def page_words(document: bytes) -> list[str]:
    return [squeezed(page.extract_text()) for page in PdfReader(BytesIO(document)).pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
