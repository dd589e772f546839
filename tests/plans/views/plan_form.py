"""A form as a browser without scripts would send it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    """Collects what the fields of one form hold; what stands in a template is not in it."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form
        self.inside = False
        self.templates = 0
        self.fields: dict[str, list[str]] = {}
        self.inputs: list[dict[str, str]] = []
        self.acts: list[str] = []
        self._select: tuple[str, list[str]] | None = None
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and (not self.form or given.get("id") == self.form):
            self.inside = True
        self.templates += tag == "template"
        if not self.inside or self.templates:
            return
        name = given.get("name", "")
        match tag:
            case "input":
                self.inputs.append(given | {"tag": tag})
                kind = given.get("type", "text")
                if kind not in ("checkbox", "radio") or "checked" in given:
                    self.fields.setdefault(name, []).append(given.get("value", ""))
            case "select":
                self._select = (name, [])
                self.inputs.append(given | {"tag": tag})
            case "option" if self._select is not None:
                if "selected" in given or not self._select[1]:
                    self._select = (self._select[0], [given.get("value", "")])
            case "textarea":
                self._area = (name, [])
                self.inputs.append(given | {"tag": tag})
            case "button" if name == "act":
                self.acts.append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        self.templates -= tag == "template"
        if tag == "form":
            self.inside = False
        if tag == "select" and self._select is not None:
            name, chosen = self._select
            self.fields.setdefault(name, []).extend(chosen)
            self._select = None
        if tag == "textarea" and self._area is not None:
            name, parts = self._area
            self.fields.setdefault(name, []).append("".join(parts).removeprefix("\n"))
            self._area = None


def read(response: Any, form: str = "") -> _Reader:
    reader = _Reader(form)
    reader.feed(response.content.decode())
    return reader


def fields(response: Any, form: str = "editor") -> dict[str, list[str]]:
    """Every field of the form with what it holds, ready to be changed and posted."""
    return read(response, form).fields
