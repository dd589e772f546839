"""What stands in no file: words that judge, addresses of machines, work left undone."""

from __future__ import annotations

import re

import pytest

from tests.architecture import sources
from tests.architecture.sources import ROOT, planted

THIS = "tests/architecture/"
PURPOSE = "it does not generate, convert or recommend doses"

# --- Words ----------------------------------------------------------------------------------

# The product records and adds up; it never judges or proposes.
JUDGING = re.compile(
    r"\b(recommend\w*|suggest\w*|advis\w+|should|safe|safer|safely|on track|(?<!for )good|too fast|"
    r"remaining\s*(?:%|per\s?cent)|streaks?|please|oops|ideal|did you mean|optimal)\b",
    re.IGNORECASE,
)


def judging(text: str) -> list[str]:
    flat = " ".join(text.split())
    return JUDGING.findall(re.sub(PURPOSE, "", flat, flags=re.IGNORECASE))


def test_no_text_of_the_product_judges_or_proposes() -> None:
    found = [
        f"{where}: {text!r}"
        for module in sources.modules()
        for where, text in sources.messages(module)
        if judging(text)
    ]
    for path in sources.templates():
        source = path.read_text(encoding="utf-8")
        found += [
            f"{path.relative_to(ROOT)}: {text!r}"
            for text in (*sources.marked_words(source), *sources.bare_words(source))
            if judging(text)
        ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text", ["We recommend 5 mg", "This is a safe dose", "You should lower it", "On track"]
)
def test_a_judging_word_is_found(text: str) -> None:
    assert judging(text)
    module = planted(f"from taperplan.words import gettext\ngettext({text!r})")
    assert [words for _, words in sources.messages(module)] == [text]
    assert sources.marked_words("{% translate '" + text + "' %}") == [text]
    assert sources.bare_words(f"<p>{text}</p>") == [text]


@pytest.mark.parametrize(
    "text", ["Safety questions", f"records a schedule; {PURPOSE}.", "advice of the clinic"]
)
def test_a_plain_word_passes(text: str) -> None:
    assert not judging(text)


def test_every_word_of_a_template_can_be_translated() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {text!r}"
        for path in sources.templates()
        # Shown when everything else is broken, so it leans on nothing.
        if path.name != "500.html"
        for text in sources.bare_words(path.read_text(encoding="utf-8"))
    ]

    assert not found, "\n".join(found)


def test_a_word_that_cannot_be_translated_is_found() -> None:
    assert sources.bare_words('<p aria-label="Close">{{ x }}</p>') == ["Close"]
    assert sources.bare_words("<p>{# a note #}{% translate 'Close' %} {{ name }}, 5</p>") == []


# --- What no file holds -----------------------------------------------------------------------

# Each with a letter in brackets, so that this file does not hold what it looks for.
EVERYWHERE = {
    "a folder of one machine": re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]/\w+)/"),
    "work left undone": re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b"),
    "a field that turns with the wheel": re.compile(r"type=[\"']numbe[r]|NumberInpu[t]"),
    "a test that does not run": re.compile(r"mark\.(?:ski[p]\b|xfai[l])|pragma: no[ ]cover"),
}
# Vendored, with its licence beside it.
NOT_OURS = re.compile(r"(^|/)(vendor|fonts)/|\.min\.|LICENSE|\.svg$")


def unwelcome(name: str, text: str) -> list[str]:
    return [
        f"{name}:{number}: {what}: {line.strip()[:120]}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in EVERYWHERE.items()
        if pattern.search(line)
    ]


def test_no_file_holds_what_belongs_to_one_machine_or_was_left_undone() -> None:
    found = []
    for path in sources.tracked():
        name = str(path.relative_to(ROOT))
        if not NOT_OURS.search(name) and not name.startswith("tests/harness/selection"):
            found += unwelcome(name, path.read_text(encoding="utf-8", errors="replace"))

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "open('/roo_t/x')",
        "# TO_DO later",
        '<input type="numb_er">',
        "@pytest.mark.sk_ip(reason=1)",
    ],
)
def test_what_no_file_may_hold_is_found(line: str) -> None:
    assert len(unwelcome("planted.py", line.replace("_", "", 1))) == 1


def test_no_lock_names_an_address() -> None:
    for path in sorted(ROOT.glob("requirements*")):
        assert not re.search(r"\w+://|--(?:index|find)|file:", path.read_text(encoding="utf-8"))


def test_every_dependency_says_why() -> None:
    for path in sorted(ROOT.glob("requirements*.in")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.search(r"\S\s+# \S", line), f"{path.name}: {line} has no reason"


def test_what_runs_holds_no_test_tool() -> None:
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")

    for tool in ("pytest", "playwright", "hypothesis", "factory", "faker", "mypy", "ruff"):
        assert not re.search(rf"^{tool}", locked, re.MULTILINE)


def test_no_page_asks_another_host() -> None:
    away = re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//|@import|url\((?:[\"']?)https?:")
    pages = [*sources.templates(), *(ROOT / "taperplan" / "static").rglob("*.css")]
    found = [
        f"{path.relative_to(ROOT)}: {match}"
        for path in pages
        for match in away.findall(path.read_text(encoding="utf-8"))
    ]

    assert not found, "\n".join(found)
    assert away.search('<script src="https://cdn.example/x.js">')


def test_no_template_writes_what_the_content_policy_refuses() -> None:
    refused = re.compile(
        r"\sstyle=|\son\w+=\"|javascript:|\|\s*safe\b|<script(?![^>]*(?:src|nonce|application/json))"
    )
    found = [
        f"{path.relative_to(ROOT)}: {match}"
        for path in sources.templates()
        for match in refused.findall(path.read_text(encoding="utf-8"))
    ]

    assert not found, "\n".join(found)
    for planted_fault in ('<p style="color:red">', '<a onclick="x()">', "{{ note|safe }}"):
        assert refused.search(planted_fault)
