"""Every document in every variant: accessible, whole, and deaf to whatever was typed."""

from __future__ import annotations

import dataclasses
import resource
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import page
import pytest

from plans.documents import bundle, diary, handout, handover, left_out, summary, supply
from plans.rules.paper import PageSize, PrintSize
from plans.sheets.diary import Diary, DiaryDay, DiaryTime, Entry
from plans.sheets.handover import Handover
from plans.sheets.left_out import LeftOut
from plans.sheets.paper import Column, Line, Listing, Passage, Row, Run, plain, strong
from plans.sheets.supply import SupplySheet
from tests.plans.documents import samples
from tests.plans.documents.reading import page_words, squeezed, words
from tests.plans.documents.test_handout import HOSTILE


def a_diary(days: int = 28, times: int = 2) -> Diary:
    entries = (Entry(strong("2 tablets of 0.5 mg")), Entry(plain("no tablet of 1 mg"), box=False))
    names = ("Morning", "Midday", "Evening", "Bedtime", "23:30")
    return Diary(
        language="en", name="Diary sheet", title="Your clonazepam diary", below=(plain("x"),),
        letterhead=samples.CLINIC, person=samples.handout().person, how=(plain("Tick a box."),),
        day_label="Day", when_label="When", take_label="Take", symptom_label="How I felt",
        days=tuple(
            DiaryDay(f"Mon {n + 1} Nov", tuple(DiaryTime(name, entries) for name in names[:times]))
            for n in range(days)
        ),
        as_needed_heading="Only when I needed it", notes_heading="What I want to ask",
        unprintable=samples.UNPRINTABLE, footing=samples.FOOTING,
    )  # fmt: skip


def a_supply_sheet(rows: int = 60) -> SupplySheet:
    part = samples.summary().plans[0]
    listing = Listing(
        "What to hand out",
        (Column("Collect on", 3), Column("Days", 4), Column("Product", 4), Column("Count", 4)),
        tuple(
            Row((
                plain("Tue 1 Dec 2026"), plain("Tue 1 Dec 2026 to Mon 7 Dec 2026"),
                plain("clonazepam 0.5 mg tablet"), strong("10 and a half tablets (10.5)"),
            ))
            for _n in range(rows)
        ),
        "Nothing.",
    )  # fmt: skip
    return SupplySheet(
        language="en", name="Supply sheet", title="Supply sheet", below=(plain("x"),),
        letterhead=samples.CLINIC, person=samples.summary().person,
        notice=strong("This is not a prescription."), sections=(listing, part.situation),
        unprintable=samples.UNPRINTABLE, footing=samples.FOOTING,
    )  # fmt: skip


def a_handover() -> Handover:
    sheet = samples.summary()
    return Handover(
        language="en", name="Red-flag handover sheet", flags_heading=sheet.flags_heading,
        open_flags=sheet.open_flags, title="Red-flag handover", below=(plain("x"),),
        letterhead=sheet.letterhead, person=sheet.person,
        sections=(sheet.background, sheet.assessment, sheet.red_flags, sheet.open_questions),
        unprintable=samples.UNPRINTABLE, footing=samples.FOOTING,
    )  # fmt: skip


def a_left_out_sheet() -> LeftOut:
    return LeftOut(
        language="en", name="Left out", author="Clinic", title="Left out of this batch",
        below=(strong("For the clinic only."),),
        listing=Listing("Not in it", (Column("Patient"), Column("Why")),
                        (Row((strong("SAMPLE, Otto"), plain("died"))),), "Nobody."),
        unprintable=samples.UNPRINTABLE, footing=samples.FOOTING,
    )  # fmt: skip


def set_(sheet: Any, paper: PageSize, size: PrintSize) -> bytes:
    match sheet:
        case Diary():
            return diary.render(sheet, page=paper, size=size).content
        case SupplySheet():
            return supply.render(sheet, page=paper).content
        case Handover():
            return handover.render(sheet, page=paper).content
        case LeftOut():
            return left_out.render(sheet, page=paper).content
        case _:
            pass
    if hasattr(sheet, "provenance"):
        return summary.render(sheet, page=paper).content
    return handout.render(sheet, page=paper, size=size).content


SHEETS: dict[str, Callable[[], Any]] = {
    "handout": lambda: samples.handout(12),
    "diary": a_diary,
    "diary at five times": lambda: a_diary(14, 5),
    "supply": a_supply_sheet,
    "summary": samples.summary,
    "handover": a_handover,
    "left out": a_left_out_sheet,
}
EACH = pytest.mark.parametrize("name", sorted(SHEETS))


@EACH
@pytest.mark.parametrize("paper", list(PageSize))
@pytest.mark.parametrize("size", list(PrintSize))
def test_no_rule_of_accessible_pdf_fails(name: str, paper: PageSize, size: PrintSize) -> None:
    report = page.validate_pdf_bytes(
        set_(SHEETS[name](), paper, size), profile=page.ValidationProfile.PDF_UA_1
    )
    assert report.is_compliant, [failure.message for failure in report.failures]


# --- hostile text -------------------------------------------------------------------------------
_OURS = frozenset({"language", "page", "unprintable"})


def typed_everywhere(value: Any, text: str, name: str = "") -> Any:
    """The sheet with `text` in every place that holds words."""
    if isinstance(value, str):
        return value if name in _OURS or not value else text
    if isinstance(value, tuple):
        return tuple(typed_everywhere(one, text, name) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                one.name: typed_everywhere(getattr(value, one.name), text, one.name)
                for one in dataclasses.fields(value)
            },
        )
    return value


SMALL: dict[str, Callable[[], Any]] = {
    "handout": lambda: samples.handout(2),
    "diary": lambda: a_diary(2),
    "supply": lambda: a_supply_sheet(2),
    "summary": samples.summary,
    "handover": a_handover,
    "left out": a_left_out_sheet,
}


@pytest.mark.parametrize("name", sorted(SMALL))
def test_whatever_was_typed_in_any_place_prints_as_text(name: str) -> None:
    for text in (*HOSTILE, "a\u200db\u200cc", "\u202etxet\x07"):
        document = set_(typed_everywhere(SMALL[name](), text), PageSize.A4, PrintSize.STANDARD)
        shown = text.replace("\u200d", "").replace("\u200c", "")
        for letter in "\u202e\x07":
            shown = shown.replace(letter, "\ufffd")
        together = words(document).replace(" ", "")
        assert together.count(squeezed(shown).replace(" ", "")) > 3, text
        assert b"/XObject" not in document
        assert b"/URI" not in document


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SMALL))
def test_ten_thousand_characters_without_a_blank_in_one_place_are_broken(name: str) -> None:
    sheet = SMALL[name]()
    long = "Wort" * 2500
    places = [one.name for one in dataclasses.fields(sheet) if one.name in ("title", "below")]
    for place in places:
        value: Any = long if place == "title" else (plain(long),)
        document = set_(replace(sheet, **{place: value}), PageSize.A4, PrintSize.STANDARD)
        assert words(document).replace(" ", "").count("Wort") >= 2490
        report = page.validate_pdf_bytes(document, profile=page.ValidationProfile.PDF_UA_1)
        assert report.is_compliant


# --- what must fit ---
@pytest.mark.parametrize("paper", list(PageSize))
def test_twelve_steps_with_the_words_for_two_classes_fit_on_two_pages(paper: PageSize) -> None:
    from plans.rules.patient_texts import SetKey, text_sets

    every, benzodiazepine = (
        one for one in text_sets() if one.key in (SetKey.EVERY_PLAN, SetKey.BENZODIAZEPINE)
    )
    sheet = replace(
        samples.handout(12),
        warning=(strong(" ".join(every.stopping)), plain(" ".join(benzodiazepine.stopping))),
        call=Passage("When to call at once", lines(every.call + benzodiazepine.call), bullets=True),
        advice=(
            Passage("While you are on this plan", lines(every.meanwhile), bullets=True),
            Passage("While you take clonazepam", lines(benzodiazepine.meanwhile), bullets=True),
        ),
    )
    assert len(page_words(set_(sheet, paper, PrintSize.STANDARD))) <= 2


def lines(sentences: tuple[str, ...]) -> tuple[Line, ...]:
    return tuple((Run(sentence),) for sentence in sentences)


# --- memory ---
@pytest.mark.slow
def test_a_batch_of_two_hundred_takes_no_more_memory_than_one_of_twenty() -> None:
    def written(count: int) -> int:
        def parts() -> Any:
            for number in range(count):
                sheet = samples.handout(3 + number % 10)
                content = set_(sheet, PageSize.A4, PrintSize.STANDARD)
                yield bundle.Part(content, f"Part {number}")

        pieces = bundle.bundled(parts(), title="Handouts", author="Clinic", language="en")
        return sum(len(piece) for piece in pieces)

    # Kibibytes on Linux, bytes elsewhere.
    unit = 1024 if sys.platform.startswith("linux") else 1
    small = written(20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    assert written(200) > 9 * small
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    assert after - before < 4 * 1024 * 1024
