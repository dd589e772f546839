"""Our scripts: nothing that a person types, or a page says, becomes a name in an object's chain.

An object keeps words under names that our own code wrote; what was typed is looked up as an own
name only, and no name that is not written in the script is ever written to.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

OURS = sorted(Path(__file__).resolve().parents[2].glob("taperplan/static/taperplan/*.js"))
FORBIDDEN = {
    "a name of the chain": re.compile(r"__proto__|\.prototype\b|\.constructor\b|setPrototypeOf"),
    "a name that is not written here is written to": re.compile(
        r"(?<![\s=(,:?&|{\[])\[(?!\d+\]|[\w.()-]+\.length - 1\])[^\[\]\n]+\]"
        r"\s*(?:[-+*/%]|\?\?|\|\||&&)?=(?![=>])"
    ),
    "every name of an object, inherited ones too": re.compile(r"\bfor\s*\(\s*\w+\s+\w+\s+in\b"),
    "names taken over from elsewhere": re.compile(
        r"Object\.(?:assign\((?!\w+, \{)|fromEntries|defineProperty|defineProperties)|Reflect\.set"
    ),
    "text that runs": re.compile(r"\beval\(|new Function|set(?:Timeout|Interval)\(\s*[\"'`]"),
    "text that becomes markup": re.compile(
        r"\.outerHTML\s*=|\.innerHTML\s*\+=|insertAdjacentHTML|document\.write|srcdoc"
    ),
    "kept in the browser": re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie"),
    "what was typed, looked up in the chain": re.compile(r"\[(?:typed|input\.value|\w+\.value)\]"),
}


def faults(script: str) -> list[str]:
    code = re.sub(r"(?ms:^\s*/\*.*?\*/)|(?m:^\s*//[^\n]*)", "", script)
    return [
        f"{what}: {found[0].strip()}"
        for what, pattern in FORBIDDEN.items()
        for found in pattern.finditer(code)
    ]


@pytest.mark.parametrize("script", OURS, ids=lambda path: path.name)
def test_no_script_lets_a_typed_name_into_an_object_s_chain(script: Path) -> None:
    assert faults(script.read_text(encoding="utf-8")) == []


def test_there_are_scripts_to_read() -> None:
    assert {path.name for path in OURS} >= {"app.js", "grid.js", "check-in.js"}


@pytest.mark.parametrize(
    "planted",
    [
        "kept[input.name] = 1;",
        "kept[name] ??= [];",
        "kept[a.b] += 1;",
        "answer.__proto__.x = 1",
        "for (const name in answer) show(name);",
        "Object.assign(kept, answer);",
        "kept = Object.fromEntries(pairs);",
        "row.innerHTML += typed;",
        "row.insertAdjacentHTML('beforeend', text)",
        "setTimeout('go()', 1)",
        "localStorage.setItem('a', 'b')",
        "const said = words[typed]?.[0];",
    ],
)
def test_a_planted_fault_is_found(planted: str) -> None:
    assert faults(planted)


@pytest.mark.parametrize(
    "sound",
    [
        "const [name, said] = pair;",
        "if (kept[name] === 1) show();",
        "rows[0] = first;",
        "const list = [one, two];",
        "kept.set(name, 1);",
        "Object.assign(tick, { name });",
        "const act = (rows) => rows[at];",
    ],
)
def test_what_is_sound_is_left_alone(sound: str) -> None:
    assert faults(sound) == []
