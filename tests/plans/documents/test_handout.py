"""The handout on paper: every word, in order, on whole rows, in a document that opens anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import page
import pytest
from pypdf import PdfReader

from plans.documents import handout
from plans.documents.style import HANDOUT
from plans.rules.paper import PageSize, PrintSize
from plans.sheets.handout import Calendar, CalendarDay, Handout
from plans.sheets.paper import Passage, plain, text_of
from tests.plans.documents import samples
from tests.plans.documents.reading import page_words, squeezed, words

VARIANTS = [(paper, size) for paper in PageSize for size in PrintSize]
HOSTILE = (
    "<script>alert(1)</script>",
    "dose<x>5mg</x>",
    "a<b & c>d",
    "<!-- hold -->",
    '<img src="file:///etc/hostname">',
    '<img src="http://example.org/x.png"/>',
    "&lt;b&gt; &amp; &#65;",
    "{mark} {page} %s \\n",
    "/P <</MCID 0>> BDC EMC) Tj ET",
    "=1+1",
    "O'Brien, Zoë Γιώργος Ольга Ångström Łukasz ½ ¼ ⅔ → ≥ ☐",
)


def printed(
    sheet: Handout, *, paper: PageSize = PageSize.A4, size: PrintSize = PrintSize.STANDARD
) -> bytes:
    return handout.render(sheet, page=paper, size=size).content


def lines_of(sheet: Handout) -> Iterator[str]:
    """Every line of a handout in the order in which it is read."""
    yield sheet.title
    yield sheet.made
    yield text_of(sheet.replaces)
    yield sheet.letterhead.name
    yield sheet.person.name
    yield from map(text_of, sheet.products)
    for table in sheet.tables:
        yield table.heading
        for row in table.rows:
            yield " ".join(part for part in (row.first, row.last, row.days) if part)
            for taking in row.takings:
                yield from map(text_of, taking.what)
            yield from map(text_of, row.notes)
    yield from map(text_of, sheet.warning)
    for phone in sheet.numbers:
        yield f"{phone.label} {phone.number}"
    yield sheet.missed_dose.heading
    yield from map(text_of, sheet.missed_dose.lines)
    yield sheet.texts_source
    yield sheet.questions_heading


@pytest.mark.parametrize(("paper", "size"), VARIANTS)
def test_every_word_of_the_sheet_stands_on_paper_in_reading_order(
    paper: PageSize, size: PrintSize
) -> None:
    sheet = samples.handout()
    if size is PrintSize.LARGE:
        rows = tuple(replace(row, last="", days="") for row in sheet.tables[0].rows)
        sheet = replace(sheet, tables=(replace(sheet.tables[0], rows=rows),))
    text = words(printed(sheet, paper=paper, size=size))
    place = 0
    for line in lines_of(sheet):
        found = text.find(squeezed(line), place)
        assert found >= 0, line
        place = found
    assert squeezed(text_of(sheet.person.born)) in text


@pytest.mark.parametrize(("paper", "size"), VARIANTS)
@pytest.mark.parametrize("steps", [1, 12, 60])
def test_a_handout_is_accessible_pdf_in_every_variant(
    paper: PageSize, size: PrintSize, steps: int
) -> None:
    report = page.validate_pdf_bytes(
        printed(samples.handout(steps), paper=paper, size=size),
        profile=page.ValidationProfile.PDF_UA_1,
    )
    assert report.is_compliant, [failure.message for failure in report.failures]


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert printed(samples.handout()) == printed(samples.handout())


def test_twelve_steps_fit_on_two_pages() -> None:
    assert len(page_words(printed(samples.handout(12)))) <= 2


@pytest.mark.parametrize(("paper", "size"), VARIANTS)
def test_a_step_never_splits_and_the_head_of_the_table_is_repeated(
    paper: PageSize, size: PrintSize
) -> None:
    sheet = samples.handout(60)
    note = plain("A sentence for this step alone, long enough to need more than a single line.")
    rows = tuple(replace(row, notes=(note,)) for row in sheet.tables[0].rows)
    sheet = replace(sheet, tables=(replace(sheet.tables[0], rows=rows),))
    pages = page_words(printed(sheet, paper=paper, size=size))
    with_rows = 0
    for text in pages:
        found = 0
        for row in rows:
            first = squeezed(row.first)
            if row.last and f"{first} " in text and squeezed(row.last) in text:
                what = squeezed(text_of(row.takings[0].what[0]))
                after = text[text.index(first) :]
                assert what in after
                assert squeezed(text_of(note)) in after
                found += 1
        if found:
            with_rows += 1
            assert "At bedtime, take" in text
    assert with_rows > 1


def test_type_is_never_smaller_than_promised() -> None:
    for size, body, schedule, foot in (
        (PrintSize.STANDARD, 12, 14, 9),
        (PrintSize.LARGE, 18, 20, 12),
    ):
        sizes = HANDOUT[size]
        assert sizes.body.size >= body
        assert sizes.table.size >= schedule
        assert sizes.foot.size >= foot
        used: set[float] = set()

        def note(text: str, _cm: Any, _tm: Any, _font: Any, points: float) -> None:
            if text.strip():
                used.add(round(points, 1))  # noqa: B023  (used within the same round)

        for laid in PdfReader(BytesIO(printed(samples.handout(), size=size))).pages:
            laid.extract_text(visitor_text=note)
        assert min(used) >= foot


def test_each_page_says_whose_it_is_which_version_and_how_many_pages_there_are() -> None:
    pages = page_words(printed(samples.handout(30)))
    for number, text in enumerate(pages, start=1):
        assert "SAMPLE, Otto · DEMO 0042 17 · plan version 2" in text
        assert f"Page {number} of {len(pages)}" in text
        assert "Check code 7K4M-P2QX-9RTC." in text
        assert samples.PURPOSE in text


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_was_typed_prints_as_text(text: str) -> None:
    sheet = replace(
        samples.handout(),
        title=text,
        products=(plain(text),),
        plan_text=(text,),
        as_needed=Passage(text, (plain(text),)),
        missed_dose=Passage("If you miss a dose", (plain(text),)),
    )
    document = printed(sheet)
    assert words(document).count(squeezed(text)) >= 6
    assert b"/XObject" not in document
    assert b"/URI" not in document


def test_ten_thousand_characters_without_a_blank_are_broken_over_lines_and_pages() -> None:
    text = "Wort" * 2500
    sheet = samples.handout()
    row = replace(sheet.tables[0].rows[0], notes=(plain(text),))
    sheet = replace(
        sheet,
        tables=(replace(sheet.tables[0], rows=(row, *sheet.tables[0].rows[1:])),),
        plan_text=(text,),
        products=(plain(text),),
        as_needed=Passage(text, (plain(text),)),
        made=text,
    )
    document = printed(sheet)
    together = words(document).replace(" ", "")
    foot = squeezed(f"{samples.FOOTING.name} · {samples.FOOTING.identity}").replace(" ", "")
    assert foot in together
    assert together.count("Wort") >= 2500 * 6 - 60  # a foot may stand inside a broken word
    report = page.validate_pdf_bytes(document, profile=page.ValidationProfile.PDF_UA_1)
    assert report.is_compliant


def test_a_letter_that_no_font_holds_is_marked_and_the_mark_is_explained() -> None:
    sheet = samples.handout()
    text = words(printed(replace(sheet, plan_text=("साँप 👍 عمر",))))
    assert "\ufffd" in text
    assert "\ufffd stands for a letter that this page cannot print." in text
    assert "stands for a letter" not in words(printed(sheet))


def test_control_characters_are_visible_and_invisible_joiners_do_not_part_words() -> None:
    text = words(
        printed(replace(samples.handout(), plan_text=("bell\x07 rtl\u202etxt zero\u200bw",)))
    )
    assert "bell\ufffd rtl\ufffdtxt zerow" in text


def test_alternating_days_are_a_dated_calendar() -> None:
    first = date(2026, 12, 3)
    days = tuple(
        CalendarDay(
            day=f"day {number}",
            short=f"{(first + timedelta(days=number)).day} Dec",
            weekday=(first + timedelta(days=number)).weekday(),
            what=("1 tablet of 10 mg" if number % 2 == 0 else "1 tablet of 7.5 mg",),
        )
        for number in range(14)
    )
    calendar = Calendar(
        heading="Day by day",
        weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        days=days,
        labels=("Day", "Take"),
    )
    sheet = samples.handout()
    sheet = replace(sheet, tables=(replace(sheet.tables[0], calendars=(calendar,)),))
    text = words(printed(sheet))
    assert "3 Dec 1 tablet of 10 mg 4 Dec 1 tablet of 7.5 mg" in text
    assert "16 Dec 1 tablet of 7.5 mg" in text
    listed = words(printed(sheet, size=PrintSize.LARGE))
    assert "day 0 1 tablet of 10 mg day 1 1 tablet of 7.5 mg" in listed


def test_no_word_of_a_calendar_is_broken_in_a_column_that_is_too_narrow() -> None:
    first = date(2026, 12, 3)
    patch = "put on 1\u00a0patch of 12\u00a0micrograms\u00a0per\u00a0hour"
    days = tuple(
        CalendarDay(f"day {n}", f"{3 + n} Dec", (first + timedelta(days=n)).weekday(), (patch,))
        for n in range(14)
    )
    calendar = Calendar("Day by day", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), days,
                        ("Day", "Take"))  # fmt: skip
    sheet = samples.handout()
    sheet = replace(sheet, tables=(replace(sheet.tables[0], calendars=(calendar,)),))
    text = words(printed(sheet))
    assert text.count(squeezed(patch)) == len(days)


def test_a_short_list_is_never_parted() -> None:
    for steps in range(1, 40, 4):
        sheet = samples.handout(steps)
        for size in PrintSize:
            pages = page_words(printed(sheet, size=size))
            for passage in sheet.advice:
                first, last = (squeezed(text_of(passage.lines[n])) for n in (0, -1))
                assert [first in text for text in pages] == [last in text for text in pages]


def test_the_title_of_the_file_names_the_document_and_not_the_person() -> None:
    sheet = samples.handout()
    information = PdfReader(BytesIO(printed(sheet))).metadata
    assert information is not None
    assert information.title == sheet.name
    assert not any("SAMPLE" in str(value) for value in information.values())


def test_every_font_is_embedded() -> None:
    sheet = replace(samples.handout(), plan_text=("⅔ ☐ Γιώργος",))
    for laid in PdfReader(BytesIO(printed(sheet))).pages:
        resources: Any = laid["/Resources"]
        for font in resources["/Font"].values():
            descriptor = font.get_object()["/FontDescriptor"]
            assert "/FontFile2" in descriptor


def test_headings_lead_there_from_the_outline() -> None:
    outline: Any = PdfReader(BytesIO(printed(samples.handout()))).outline
    titles = [str(entry["/Title"]) for entry in outline if not isinstance(entry, list)]
    assert titles == ["Your clonazepam plan"]
    inner = next(entry for entry in outline if isinstance(entry, list))
    assert next(entry["/Title"] for entry in inner) == "What to take at bedtime, every day"
