"""The list of keys (`?`) and the scripts: every key that a script binds is on the list, and no
key is on the list that no script binds."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tests.architecture import sources
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SCRIPTS = {path.name: path for path in (ROOT / "taperplan/static/taperplan").glob("*.js")}
LIST = ROOT / "templates" / "components" / "key_list.html"
# As a key is printed, and as the browser names it.
PRINTED = {
    "↓": "ArrowDown", "↑": "ArrowUp", "←": "ArrowLeft", "→": "ArrowRight",
    "PgDn": "PageDown", "PgUp": "PageUp", "Esc": "Escape",
}  # fmt: skip
# The browser's own: from field to field, and Enter on a link or a button.
NATIVE = {"Tab"}


class Listed(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, set[str]] = {}
        self._script = ""
        self._in_key = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = dict(attrs).get("data-keys-of") or self._script
        self._in_key = tag == "kbd"

    def handle_endtag(self, tag: str) -> None:
        self._in_key = False

    def handle_data(self, data: str) -> None:
        if self._in_key:
            *held, key = data.strip().split("+")
            key = PRINTED.get(key, key.lower() if held and len(key) == 1 else key)
            self.keys.setdefault(self._script, set()).add("+".join([*held, key]))


def listed(template: str) -> dict[str, set[str]]:
    parser = Listed()
    parser.feed(template)
    return parser.keys


_MAP = re.compile(
    r"^( *)const (\w+) = \{(?:([^\n]*)\};$|\n(.*?)\n\1\};$)", re.DOTALL | re.MULTILINE
)
_NAME = re.compile(r"(?:^|[{,]|\n)\s*(?:\"([^\"]+)\"|(\w+))\s*:")
_ASKED = re.compile(r"\b([A-Za-z]+)\[(?:event\.)?key\]|\bkey in ([A-Za-z]+)|: ([A-Z]+)\)\[key\]")
_INLINE = re.compile(r"\{([^{}]*)\}\[(?:event\.)?key\]")
_SPREAD = re.compile(r"\{ \.\.\.([A-Z]+), ([^{}]*)\} : ")
_COMPARED = re.compile(r"(?<![\w.])(?:event\.)?key(?:\.toLowerCase\(\))? === \"([^\"]+)\"")
_CHORDS = re.compile(r"\nfunction command\(.*?\n\}", re.DOTALL)


def _names(body: str) -> set[str]:
    return {quoted or plain for quoted, plain in _NAME.findall("{" + body)}


def _plain(code: str) -> set[str]:
    """Keys by themselves: those of the maps that a key is looked up in, and those compared."""
    maps = {name: _names(line or lines) for _, name, line, lines in _MAP.findall(code)}
    found: set[str] = set()
    for match in _ASKED.findall(code):
        name = next(filter(None, match))
        found |= maps[name]  # A map that is not found here is a fault of this reading.
    for body in _INLINE.findall(code):
        found |= _names(body)
    for name, body in _SPREAD.findall(code):
        found |= maps[name] | _names(body)
    for line in code.splitlines():
        if "event.altKey &&" in line and "===" in line:
            found |= {f"Alt+{key}" for key in _COMPARED.findall(line)}
        elif "ctrlKey" not in line:
            found |= set(_COMPARED.findall(line))
        if "nextChange(event.shiftKey" in line:
            found.add("Shift+n")
    return found


def bound(code: str) -> set[str]:
    code = re.sub(r"(?ms:^\s*/\*.*?\*/)|(?m:^\s*//[^\n]*)", "", code)
    chords = "".join(_CHORDS.findall(code))
    found = _plain(code.replace(chords, "") if chords else code)
    for key in _COMPARED.findall(chords):
        key = {"enter": "Enter", "backspace": "Backspace"}.get(key, key)
        found.add(f"Ctrl+{key}")
    if "event.shiftKey)" in chords:
        found.add("Ctrl+Shift+d")
    if 'addEventListener("paste"' in code:
        found.add("Ctrl+v")
    return found


def in_templates() -> set[str]:
    """Keys of a page's own: on a link or a button that does the same."""
    return {
        key
        for path in sources.templates()
        for key in re.findall(r'data-(?:key|after-g)="(\w)"', path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_the_list_names_the_keys_that_are_bound_and_no_other(script: str) -> None:
    has = bound(SCRIPTS[script].read_text(encoding="utf-8"))
    if script == "app.js":
        # Enter presses what has the keyboard: a link opens, a button acts.
        has |= in_templates() | {"Enter"}
    names = listed(LIST.read_text(encoding="utf-8")).get(script, set()) - NATIVE
    assert names == has, f"not listed: {sorted(has - names)}; not bound: {sorted(names - has)}"


def test_a_key_that_nobody_listed_is_found() -> None:
    grid: Path = SCRIPTS["grid.js"]
    code = grid.read_text(encoding="utf-8")
    before = bound(code)

    assert bound(
        code.replace("  Enter: (input)", "  Delete: (input) => clear(input),\n  Enter: (input)", 1)
    ) - before == {"Delete"}
    assert bound(code + '\nif (event.key === "F9") go();') - before == {"F9"}
    assert bound(
        code.replace('if (key === "enter")', 'if (key === "k") return go;\n  if (key === "enter")')
    ) - before == {"Ctrl+k"}
    with pytest.raises(KeyError):
        bound("MORE[event.key]?.();")
    assert listed('<p data-keys-of="a.js"><kbd>Ctrl+D</kbd> <kbd>↓</kbd></p>') == {
        "a.js": {"Ctrl+d", "ArrowDown"}
    }
