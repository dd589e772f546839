"""Every template of the site, read as text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "templates"
PAGES = sorted(ROOT.rglob("*.html"))


def _id(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_a_template_has_no_style_no_handler_and_no_script_of_its_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<style|javascript:|https?://", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script, script


@pytest.mark.parametrize("path", sorted((ROOT / "components").glob("*.html")), ids=_id)
def test_a_component_begins_by_saying_which_values_it_takes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name == "day_widget.html":  # a widget's; Django gives it its values
        return

    assert "{% comment %}" in text[:400]


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_components_are_given_named_values_and_nothing_else(path: Path) -> None:
    for include in re.findall(r"{% include \"components/[^%]*%}", path.read_text()):
        assert " only %}" in include, include
