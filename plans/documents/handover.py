"""Papers for whoever takes over, on paper."""

from __future__ import annotations

from plans.documents.style import SUMMARY, Ink, Printed
from plans.rules.paper import PageSize
from plans.sheets.handover import Handover


def render(sheet: Handover, *, page: PageSize) -> Printed:
    """The sheet; the same one always gives the same bytes."""
    ink = Ink(SUMMARY, page)
    blocks = ink.flags(sheet.flags_heading, sheet.open_flags)
    head = ink.head(
        title=sheet.title,
        below=sheet.below,
        letterhead=sheet.letterhead,
        person=sheet.person,
        under_name=(),
    )
    head[0].before = 12
    blocks += head
    blocks += [ink.section(section, label_share=0.24) for section in sheet.sections]
    return ink.build(
        blocks,
        name=sheet.name,
        author=sheet.letterhead.name,
        language=sheet.language,
        footing=sheet.footing,
        unprintable=sheet.unprintable,
    )
