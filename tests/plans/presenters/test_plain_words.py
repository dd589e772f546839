"""Every word of ours that a patient reads is plain: school year six or lower, by two measures."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plans.rules.reading_age import flesch_kincaid, smog, syllables

GRADE = 6
ROOT = Path(__file__).parents[3]
# What makes the words of a handout and of a diary sheet.
MADE_IN = (
    "plans/presenters/handout.py",
    "plans/presenters/dosing.py",
    "plans/presenters/diary.py",
    "plans/presenters/paper.py",
)
# Not a patient's: a title inside the file, the line of the demo, the intended purpose.
NOT_READ = re.compile(
    r"\{reference\}|^Synthetic data|^Records a schedule set by a clinician|^\{document\}"
)
_CALLS = {"_", "gettext", "ngettext"}


def ours() -> Iterator[tuple[str, str]]:
    """Each text that can be translated, with where it is made."""
    for path in MADE_IN:
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _CALLS:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield path, argument.value


def said(text: str) -> str:
    """The text with plain words where a name, a day or a dose will stand."""
    return re.sub(r"\{[^}]*\}", "it", text).strip()


def sentences() -> list[str]:
    found = []
    for _path, text in ours():
        if not NOT_READ.search(text) and re.search(r"[.!?]$", text.strip()):
            found += re.findall(r"[^.!?]+[.!?]", said(text))
    return [one.strip() for one in found if len(one.split()) > 1]


def labels() -> list[str]:
    return [
        said(text)
        for _path, text in ours()
        if not NOT_READ.search(text) and not re.search(r"[.!?]$", text.strip())
    ]


def test_all_sentences_together_read_at_school_year_six_or_lower() -> None:
    text = " ".join(sentences())
    assert len(sentences()) > 30
    assert flesch_kincaid(text) <= GRADE
    assert smog(text) <= GRADE


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_no_sentence_is_hard_by_itself(sentence: str) -> None:
    assert len(sentence.split()) <= 20, sentence
    assert sum(syllables(word) >= 3 for word in re.findall(r"[A-Za-z]+", sentence)) <= 2
    if len(sentence.split()) > 4:
        assert flesch_kincaid(sentence) <= GRADE + 1, (flesch_kincaid(sentence), sentence)


def test_labels_and_headings_are_short_and_plain() -> None:
    for label in labels():
        assert len(label.split()) <= 16, label
        assert sum(syllables(word) >= 4 for word in re.findall(r"[A-Za-z]+", label)) <= 1, label
