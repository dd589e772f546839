"""The last sheet of a batch on paper."""

from __future__ import annotations

from plans.documents.flow import HEAVY_RULE, Block, Line, Stack
from plans.documents.style import SUMMARY, Ink, Printed
from plans.rules.paper import PageSize
from plans.sheets.left_out import LeftOut


def render(sheet: LeftOut, *, page: PageSize) -> Printed:
    """The sheet; the same one always gives the same bytes."""
    ink = Ink(SUMMARY, page)
    title = ink.said(sheet.title, ink.sizes.title, bold=True, tag="H1", outline=0)
    head: list[Block] = [title, *(ink.said(line, before=2) for line in sheet.below)]
    blocks: list[Block] = [Stack(head), Line(thickness=HEAVY_RULE, before=8, height=0)]
    blocks.append(ink.listing(sheet.listing))
    return ink.build(
        blocks,
        name=sheet.name,
        author=sheet.author,
        language=sheet.language,
        footing=sheet.footing,
        unprintable=sheet.unprintable,
    )
