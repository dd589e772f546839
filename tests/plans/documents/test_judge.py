"""The judge of accessible PDF is worth its word: what is planted, it finds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import page
import pytest

from plans.documents import bundle, handout, summary
from plans.rules.paper import PageSize, PrintSize
from tests.plans.documents import samples
from tests.plans.documents.reading import words

UA = page.ValidationProfile.PDF_UA_1


def failures(document: bytes) -> list[str]:
    report = page.validate_pdf_bytes(document, profile=UA)
    return [failure.message for failure in report.failures]


def a_handout(steps: int = 3) -> bytes:
    sheet = samples.handout(steps)
    return handout.render(sheet, page=PageSize.A4, size=PrintSize.STANDARD).content


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        (b"/Lang (en)", b"/Lxng (en)"),
        (b"/DisplayDocTitle true", b"/DisplayDocTitle nope"),
        (b"/Marked true", b"/Mxrked true"),
        (b"/FontFile2", b"/FontFilx2"),
        (b"/ToUnicode", b"/ToUnicodx"),
        (b"/Alt (", b"/Axt ("),
        (b"pdfuaid:part>1<", b"pdfuaid:part>7<"),
        (b"/StructTreeRoot ", b"/StructTreexoot "),
        (b"/Scope /Column", b"/Scopx /Column"),
        (b"/S /H1", b"/S /H3"),
    ],
)
def test_a_planted_fault_is_found(whole: bytes, broken: bytes) -> None:
    document = summary.render(samples.summary(), page=PageSize.A4).content
    assert failures(document) == []
    assert whole in document
    assert len(whole) == len(broken), "the table of objects would be wrong, and that be found"
    assert failures(document.replace(whole, broken)) != []


def a_bundle(parts: int = 3) -> bytes:
    made = [bundle.Part(a_handout(2 + n), f"Part {n} of (4 0 R) Γιώργος") for n in range(parts)]
    return b"".join(bundle.bundled(made, title="Handouts", author="Clinic", language="en"))


def test_a_bundle_is_accessible_too_and_holds_every_part_in_order() -> None:
    document = a_bundle()
    assert failures(document) == []
    text = words(document)
    assert text.count("Your clonazepam plan") == 3
    parts = [words(a_handout(2 + n)) for n in range(3)]
    assert text == " ".join(parts)


def test_a_bundle_is_the_same_bytes_every_time_and_a_number_in_a_name_is_no_reference() -> None:
    assert a_bundle() == a_bundle()
    named = "Part 0 of (4 0 R) Γιώργος".encode("utf-16-be").hex().upper().encode()
    assert named in a_bundle()


def test_what_is_not_one_of_our_documents_is_not_bundled() -> None:
    with pytest.raises(ValueError, match=r"not found|our documents"):
        list(bundle.bundled([bundle.Part(b"%PDF-1.7", "x")], title="t", author="a", language="en"))
    with pytest.raises(ValueError, match="at least one document"):
        list(bundle.bundled([], title="t", author="a", language="en"))


@pytest.mark.slow
def test_a_strict_reader_finds_nothing_wrong_in_any_document(tmp_path: Path) -> None:
    qpdf = shutil.which("qpdf")
    assert qpdf, "qpdf is needed for the deep tests"
    made = {
        "handout": a_handout(60),
        "summary": summary.render(samples.summary(), page=PageSize.LETTER).content,
        "bundle": a_bundle(20),
    }
    for name, content in made.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(content)
        done = subprocess.run([qpdf, "--check", str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "WARNING" not in done.stdout + done.stderr
