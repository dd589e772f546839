"""Arabic and Devanagari on paper: joined, in their direction, read aloud as they were typed."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from dataclasses import replace

import page
import pytest

from plans.documents import fonts, handout, shaping
from plans.rules.paper import PageSize, PrintSize
from plans.sheets.handout import Handout
from tests.plans.documents import samples
from tests.plans.documents.reading import read_aloud, words

ARABIC = "\u0645\u062d\u0645\u062f \u0623\u062d\u0645\u062f"
DEVANAGARI = "\u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f"
JOINED_BY_TYPING = "\u0915\u094d\u200d\u0937"


def sheet(name: str, text: str) -> Handout:
    made = samples.handout(3)
    return replace(made, person=replace(made.person, name=name), plan_text=(text,))


def printed(made: Handout) -> bytes:
    return handout.render(made, page=PageSize.A4, size=PrintSize.STANDARD).content


def glyphs(text: str) -> tuple[shaping.Glyph, ...]:
    script = shaping.script_of(text[0])
    assert script is not None
    face = fonts.shaped(script.font(bold=False))
    assert face is not None
    return fonts.drawn(face, text, leftwards=shaping.runs_leftwards(text))


def places(line: str, *, leftwards: bool = False) -> str:
    """A line as it stands on paper, from the left."""
    runs = list(fonts.pieces(line, bold=False))
    found = sorted(shaping.placed(runs, leftwards=leftwards), key=lambda run: run.place)
    return "".join(shaping.mirrored(run.text) if run.leftwards else run.text for run in found)


@pytest.fixture(autouse=True)
def faces() -> None:
    fonts.register()


@pytest.mark.parametrize("name", [ARABIC, DEVANAGARI, JOINED_BY_TYPING])
def test_a_shaped_name_is_accessible_and_read_aloud_as_it_was_typed(name: str) -> None:
    made = sheet(name, f"{name}, 2 tablets of {name}.")
    paper = handout.render(made, page=PageSize.A4, size=PrintSize.STANDARD)
    report = page.validate_pdf_bytes(paper.content, profile=page.ValidationProfile.PDF_UA_1)
    assert report.is_compliant, [failure.message for failure in report.failures]
    assert paper.unprintable == 0
    said = read_aloud(paper.content)
    assert said.count(name) == 3
    assert f"{name}, 2 tablets of {name}." in said


def test_arabic_letters_take_the_shape_that_their_neighbours_ask_for() -> None:
    alone = {glyph.code for letter in "\u0645\u062d\u062f" for glyph in glyphs(letter)}
    joined = {glyph.code for glyph in glyphs("\u0645\u062d\u0645\u062f")}
    assert joined - alone, "the letters stand as if each were alone"


def test_devanagari_letters_join_and_a_vowel_that_is_said_after_stands_before() -> None:
    # Two letters and their joiner are one shape; the sign for short i is drawn left of its letter.
    assert len(glyphs("\u0915\u094d\u0937")) == 1
    first = glyphs("\u0939\u093f")[0]
    assert first.code == glyphs("\u093f\u200c")[0].code or first.shows == "\u0939\u093f"
    assert glyphs("\u0939\u093f")[-1].code == glyphs("\u0939")[0].code


def test_what_is_read_from_right_to_left_stands_so_and_figures_keep_to_their_units() -> None:
    arabic = "\u0623\u0628\u062a"
    turned = "".join(reversed(arabic))
    assert places(f"{arabic} SAMPLE") == f"{turned} SAMPLE"
    assert places(f"2 tablets of {arabic} 0.5 mg (1 mg)") == f"2 tablets of {turned} 0.5 mg (1 mg)"
    assert places(f"{arabic}: 2 mg", leftwards=True) == f"2 mg :{turned}"
    assert places(f"({arabic})") == f"({turned})"
    assert places(f"{arabic} \u0662 {arabic}") == f"{turned} \u0662 {turned}"


def test_a_paragraph_runs_leftwards_when_it_begins_so_and_most_of_it_does() -> None:
    assert shaping.mostly_leftwards(f"{ARABIC} 2")
    assert not shaping.mostly_leftwards(f"Plan {ARABIC}")
    assert not shaping.mostly_leftwards(f"{ARABIC} \N{MIDDLE DOT} DEMO 0042 17, plan version 2")


def test_a_word_too_long_for_a_line_is_not_cut_inside_a_letter() -> None:
    for part in shaping.letters(DEVANAGARI * 3):
        assert not unicodedata.category(part[0]).startswith("M")
    made = sheet("Otto", DEVANAGARI * 200)
    assert DEVANAGARI * 3 in read_aloud(printed(made)).replace(" ", "")
    assert printed(made) == printed(made)


def test_the_glyphs_themselves_lead_back_to_letters_for_readers_that_look_at_each() -> None:
    for name in (ARABIC, DEVANAGARI):
        shown = [glyph.shows for glyph in glyphs(name)]
        assert sorted("".join(shown).replace("\u200b", "")) == sorted(name)


@pytest.mark.parametrize("text", ["\u05e9\u05dc\u05d5\u05dd", "\u6f22\u5b57", "\u0e44\u0e17\u0e22"])
def test_other_scripts_are_marked_and_counted_never_a_silent_box(text: str) -> None:
    made = sheet("Otto SAMPLE", text)
    paper = handout.render(made, page=PageSize.A4, size=PrintSize.STANDARD)
    assert paper.unprintable == len(text)
    assert fonts.MARK * len(text) in read_aloud(paper.content)


def test_a_name_in_latin_letters_stands_beside_the_name_or_beside_the_mark() -> None:
    def of(name: str, latin: str) -> tuple[str, int]:
        made = samples.handout(1)
        made = replace(
            made,
            person=replace(made.person, name=name, latin=latin),
            footing=replace(made.footing, name=name, latin=latin),
        )
        paper = handout.render(made, page=PageSize.A4, size=PrintSize.STANDARD)
        report = page.validate_pdf_bytes(paper.content, profile=page.ValidationProfile.PDF_UA_1)
        assert report.is_compliant
        return words(paper.content), paper.unprintable

    text, missing = of("\u9673\u7f8e\u73b2", "Mei-Ling SAMPLE")
    assert text.count(f"{fonts.MARK} Mei-Ling SAMPLE") == 3, "head and both feet"
    assert f"{fonts.MARK} stands for" in text
    assert missing == 3
    text, missing = of(ARABIC, "Muhammad SAMPLE")
    assert text.count("(Muhammad SAMPLE)") == 2, "both feet"
    assert text.count("Muhammad SAMPLE") == 3, "and below the name"
    assert missing == 0
    text, missing = of("Otto SAMPLE", "")
    assert "Otto SAMPLE" in text
    assert fonts.MARK not in text


def test_nothing_of_shaping_is_loaded_where_no_such_letter_is_printed() -> None:
    code = (
        "import sys\n"
        "from plans.documents import handout\n"
        "from plans.rules.paper import PageSize, PrintSize\n"
        "from tests.plans.documents import samples\n"
        "handout.render(samples.handout(3), page=PageSize.A4, size=PrintSize.STANDARD)\n"
        "from reportlab.pdfbase import pdfmetrics\n"
        "assert 'bidi' not in sys.modules\n"
        "assert not [name for name in pdfmetrics.getRegisteredFontNames() if 'arab' in name]\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
