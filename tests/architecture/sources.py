"""The source as the architecture tests read it: modules, templates, messages, tracked files."""

from __future__ import annotations

import ast
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("taperplan", "patients", "plans")
GETTEXT = frozenset(
    {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
)


@dataclass(frozen=True)
class Module:
    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)

    def where(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def read(path: Path) -> Module:
    return Module(path, ast.parse(path.read_text(encoding="utf-8"), str(path)))


def planted(source: str, name: str = "plans/rules/planted.py") -> Module:
    """A module that exists only in a test, to see that a guard finds what it is for."""
    return Module(ROOT / name, ast.parse(source))


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product, without migrations."""
    return tuple(
        read(path)
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    )


@cache
def templates() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "templates").rglob("*.html")))


@cache
def tracked() -> tuple[Path, ...]:
    """Every text file that is kept under version control (or would be)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096])


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of its name: `_`, `update`, `Dose`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                yield function.attr, node
            elif isinstance(function, ast.Name):
                yield function.id, node


def messages(module: Module) -> Iterator[tuple[str, str]]:
    """Every text of `module` that a person may read: (where, text)."""
    for name, call in calls(module.tree):
        if name in GETTEXT:
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield module.where(call), argument.value


class _Text(HTMLParser):
    """The words of a template: between the tags, and in attributes that are read out."""

    # What stands on a key is no word of a language.
    SILENT = frozenset({"kbd", "script", "style"})
    SPOKEN = frozenset({"alt", "aria-label", "placeholder", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self.SILENT
        self.found += [value for name, value in attrs if name in self.SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self.SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data.strip())


_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}", re.DOTALL)
_TRANSLATE = re.compile(r"\{%\s*(?:trans|translate)\s+(\"[^\"]*\"|'[^']*')[^%]*%\}")
_BLOCK = re.compile(
    r"\{%\s*blocktrans(?:late)?\b.*?%\}(.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL
)
_CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def marked_words(source: str) -> list[str]:
    """The texts of a template that are marked for translation."""
    source = _COMMENT.sub("", source)
    return [found[1:-1] for found in _TRANSLATE.findall(source)] + [
        _CODE.sub(" ", block) for block in _BLOCK.findall(source)
    ]


def bare_words(source: str) -> list[str]:
    """The texts of a template that are not marked for translation."""
    source = _BLOCK.sub("", _TRANSLATE.sub("", _COMMENT.sub("", source)))
    parser = _Text()
    parser.feed(_CODE.sub(" ", source).replace("taperplan", ""))
    return [text for text in parser.found if re.search(r"[^\W\d_]{2,}", text)]
