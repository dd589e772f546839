"""A sealed file opens with its passphrase in readers that are not ours, and with nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.errors import FileNotDecryptedError

from plans.documents import bundle, summary
from plans.documents.sealing import Seal
from plans.rules.paper import PageSize
from tests.plans.documents import samples
from tests.plans.documents.reading import read_aloud

PASSPHRASE = "abcde-fghij-klmno-pqrst-uvwxy"
TITLE = "A (title) with \\ and ) and Γιώργος"
LABEL = "SAMPLE, Otto (4 0 R) \\051 <FEFF>"


def made(seal: Seal | None, parts: int = 2) -> bytes:
    part = summary.render(samples.summary(), page=PageSize.A4).content
    several = [bundle.Part(part, LABEL)] * parts
    return b"".join(bundle.bundled(several, title=TITLE, author="Clinic", language="en", seal=seal))


def test_what_is_opened_is_what_was_sealed_word_for_word() -> None:
    clear, sealed = made(None), made(Seal(PASSPHRASE))

    reader = PdfReader(BytesIO(sealed))
    assert reader.decrypt(PASSPHRASE)
    plain = PdfReader(BytesIO(clear))
    assert [one.extract_text() for one in reader.pages] == [
        one.extract_text() for one in plain.pages
    ]
    assert reader.metadata == plain.metadata
    assert reader.metadata is not None
    assert reader.metadata.title == TITLE
    assert len(reader.outline) == len(plain.outline)
    opened = BytesIO()
    PdfWriter(clone_from=reader).write(opened)
    assert read_aloud(opened.getvalue()) == read_aloud(clear)


@pytest.mark.parametrize("words", ["", "abcde", PASSPHRASE.upper(), PASSPHRASE + " "])
def test_nothing_else_opens_it(words: str) -> None:
    reader = PdfReader(BytesIO(made(Seal(PASSPHRASE), 1)))
    assert not reader.decrypt(words)
    with pytest.raises(FileNotDecryptedError):
        reader.pages[0].extract_text()


def test_two_files_of_one_passphrase_share_nothing() -> None:
    found = [set(re.findall(rb"<([0-9a-f]{64,})>", made(Seal(PASSPHRASE), 1))) for _n in range(2)]
    assert len(found[0]) == len(found[1]) > 10
    assert not found[0] & found[1]


@pytest.mark.skipif(not shutil.which("qpdf"), reason="qpdf is not installed")
def test_another_reader_finds_no_fault_in_it(tmp_path: Path) -> None:
    file = tmp_path / "sealed.pdf"
    file.write_bytes(made(Seal(PASSPHRASE), 3))
    command = ["qpdf", f"--password={PASSPHRASE}", "--check", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "AESv3" in done.stdout
    wrong = subprocess.run(
        ["qpdf", "--password=wrong", "--check", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert wrong.returncode != 0
