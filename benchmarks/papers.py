"""A two-page handout, beside the same words set by plain platypus in the same embedded font.

Run in a process of its own by `benchmarks.run`; prints the medians as JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape  # nosec B406  # writes, and reads nothing

STEPS = 12


def main() -> None:
    import django

    django.setup()
    from plans.documents import fonts, handout
    from plans.rules.paper import PageSize, PrintSize
    from tests.plans.documents import samples

    sheet = samples.handout(STEPS)
    fonts.register()

    def ours() -> bytes:
        return handout.render(sheet, page=PageSize.A4, size=PrintSize.STANDARD).content

    def plain() -> bytes:
        return platypus(sheet)

    sides: dict[str, Callable[[], bytes]] = {"ours": ours, "plain": plain}
    found: dict[str, list[float]] = {"ours": [], "plain": []}
    rounds = int(sys.argv[1])
    for number in range(rounds + 2):
        for name in sorted(sides, reverse=bool(number % 2)):
            began = time.process_time()
            content = sides[name]()
            took = (time.process_time() - began) * 1000
            if number >= 2:
                found[name].append(took)
            if number == 0:
                found[f"{name} pages"] = [pages(content)]
    sys.stdout.write(json.dumps({name: statistics.median(took) for name, took in found.items()}))


def pages(content: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(BytesIO(content)).pages)


def platypus(sheet: Any) -> bytes:
    """As somebody would first set it: paragraphs and a table, untagged, the words the same."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    from plans.documents.fonts import REGULAR, STRONG

    body = ParagraphStyle("body", fontName=REGULAR, fontSize=12, leading=17)
    cell = ParagraphStyle("cell", fontName=REGULAR, fontSize=14, leading=18)
    head = ParagraphStyle("head", fontName=STRONG, fontSize=14, leading=19, spaceBefore=12)

    def said(line: Iterable[Any]) -> str:
        runs = ((escape(run.text), run.strong) for run in line)
        return "".join(f'<font name="{STRONG}">{t}</font>' if s else t for t, s in runs)

    story: list[Any] = [Paragraph(escape(sheet.title), head), Paragraph(escape(sheet.made), body)]
    person, clinic = sheet.person, sheet.letterhead
    story += [Paragraph(escape(text), body) for text in (clinic.name, clinic.hours, clinic.phone)]
    story += [Paragraph(escape(person.name), head), Paragraph(said(person.born), body)]
    story += [Paragraph(said(line), body) for line in (person.identifier, *sheet.products)]
    story += [Paragraph(said(line), body) for line in (sheet.replaces, *sheet.warning)]
    for table in sheet.tables:
        story.append(Paragraph(escape(table.heading), head))
        rows = [[Paragraph(escape(label), head) for label in table.labels]]
        for row in table.rows:
            takings = "<br/>".join(said(line) for one in row.takings for line in one.what)
            when = "<br/>".join(escape(one.when) for one in row.takings)
            words = (escape(row.first), escape(row.last), escape(row.days), when, takings)
            rows.append([Paragraph(word, cell) for word in words])
        story.append(Table(rows, repeatRows=1))
    passages = (sheet.next_check_in, sheet.call, sheet.missed_dose, *sheet.advice)
    for passage in passages:
        if passage is not None:
            story.append(Paragraph(escape(passage.heading), head))
            story += [Paragraph(said(line), body) for line in passage.lines]
    story += [Paragraph(escape(f"{one.label} {one.number}"), cell) for one in sheet.numbers]
    foot = escape(f"{sheet.footing.name} {sheet.footing.identity} {sheet.footing.printed}")
    story.append(Paragraph(foot, body))
    out = BytesIO()
    SimpleDocTemplate(out, pagesize=A4, title=sheet.name).build(story)
    return out.getvalue()


if __name__ == "__main__":
    main()
