"""The pharmacy's supply sheet on paper."""

from __future__ import annotations

from plans.documents.flow import Block, Box
from plans.documents.style import SUMMARY, Ink, Printed
from plans.rules.paper import PageSize
from plans.sheets.supply import SupplySheet


def render(sheet: SupplySheet, *, page: PageSize) -> Printed:
    """The supply sheet; the same sheet always gives the same bytes."""
    ink = Ink(SUMMARY, page)
    blocks: list[Block] = ink.head(
        title=sheet.title,
        below=sheet.below,
        letterhead=sheet.letterhead,
        person=sheet.person,
        under_name=(),
    )
    blocks.append(Box(ink.paragraphs([sheet.notice]), padding=8, before=12))
    blocks += [ink.section(section, label_share=0.28) for section in sheet.sections]
    return ink.build(
        blocks,
        name=sheet.name,
        author=sheet.letterhead.name,
        language=sheet.language,
        footing=sheet.footing,
        unprintable=sheet.unprintable,
    )
