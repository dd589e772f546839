"""How many school years a text asks for: Flesch-Kincaid and SMOG, on plain English.

Syllables are counted from the spelling. The count was set against a list of words whose
syllables are known; where it errs it counts one too many, which makes a text harder.
"""

from __future__ import annotations

import math
import re

_VOWELS = re.compile(r"[aeiouy]+")
# Vowels that stand side by side and are said apart.
_APART = re.compile(r"i[aou]|eo|ua(?!r)|uou|oi(?=d)|ying|eing")
_TOGETHER = re.compile(r"[tcsg]i[aou]|people")


def syllables(word: str) -> int:
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(_VOWELS.findall(letters))
    count += len(_APART.findall(letters)) - len(_TOGETHER.findall(letters))
    if re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyscxz]es$|[aeiouy]le$", letters):
        count -= 1
    if letters in _SILENT:
        count -= 1
    return max(count, 1)


# An e that is silent inside the word.
_SILENT = {"someone", "something", "sometimes", "somewhere", "homework", "careful", "lifetime"}


def sentences(text: str) -> list[list[str]]:
    split = (re.findall(r"[A-Za-z']+", part) for part in re.split(r"[.!?]+", text))
    return [words for words in split if words]


def flesch_kincaid(text: str) -> float:
    found = sentences(text)
    words = [word for sentence in found for word in sentence]
    beats = sum(syllables(word) for word in words)
    return 0.39 * len(words) / len(found) + 11.8 * beats / len(words) - 15.59


def smog(text: str) -> float:
    found = sentences(text)
    long_words = sum(syllables(word) >= 3 for sentence in found for word in sentence)
    return 1.043 * math.sqrt(long_words * 30 / len(found)) + 3.1291
