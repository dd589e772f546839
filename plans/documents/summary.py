"""The clinician's summary on paper."""

from __future__ import annotations

from plans.documents.chart import draw
from plans.documents.figure import Figure
from plans.documents.flow import Block, Headed
from plans.documents.style import SUMMARY, Ink, Printed
from plans.rules.paper import PageSize
from plans.sheets.chart import Chart
from plans.sheets.paper import plain
from plans.sheets.summary import PlanPart, Summary


def render(sheet: Summary, *, page: PageSize) -> Printed:
    """The summary; the same sheet always gives the same bytes."""
    ink = _SummaryInk(SUMMARY, page)
    return ink.build(
        ink.blocks(sheet),
        name=sheet.name,
        author=sheet.letterhead.name,
        language=sheet.language,
        footing=sheet.footing,
        unprintable=sheet.unprintable,
    )


class _SummaryInk(Ink):
    def blocks(self, sheet: Summary) -> list[Block]:
        blocks = self.flags(sheet.flags_heading, sheet.open_flags)
        head = self.head(
            title=sheet.title,
            below=(plain(sheet.subtitle),),
            letterhead=sheet.letterhead,
            person=sheet.person,
            under_name=(),
        )
        head[0].before = 12
        blocks += head
        blocks.append(self.facts(sheet.background, before=12))
        for part in sheet.plans:
            blocks += self._plan(part)
        blocks.append(self.listing(sheet.check_ins))
        blocks.append(self.listing(sheet.red_flags))
        blocks.append(self.facts(sheet.assessment, label_share=0.34))
        blocks.append(self.facts(sheet.shared_decision))
        blocks.append(self.passage(sheet.open_questions))
        blocks.append(self.facts(sheet.sign_off))
        blocks.append(self.passage(sheet.provenance))
        return blocks

    def _plan(self, part: PlanPart) -> list[Block]:
        blocks: list[Block] = []
        if part.heading:
            blocks.append(
                self.said(
                    part.heading, self.sizes.figures, bold=True, tag="H2", before=18, outline=1
                )
            )
        blocks.append(self.facts(part.situation, before=12))
        if part.chart is not None:
            blocks += self._chart(part.chart)
        blocks.append(self.listing(part.schedule))
        if part.texts:
            blocks.append(self.paragraphs(part.texts, before=6))
        if part.as_needed is not None:
            blocks.append(self.passage(part.as_needed))
        blocks.append(self.listing(part.supply))
        blocks.append(self.listing(part.versions))
        blocks.append(self.listing(part.told))
        return blocks

    def _chart(self, chart: Chart) -> list[Headed]:
        figure = Figure(draw(chart, width=self.width))
        return [
            self.heading(chart.heading, figure),
            self.listing(chart.table),
            self.listing(chart.told),
        ]
