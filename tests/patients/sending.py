"""A form as a browser would send it: read out of the page, changed, sent."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Fields(HTMLParser):
    """What the page's POST form holds: hidden, text, chosen radio and ticked boxes, text areas."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside = False
        self.area = ""
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            own = given.get("method") == "post" and "logout" not in given.get("action", "")
            self.inside = own and "no-known-allergies" not in given.get("action", "")
            if self.inside:
                self.action = given.get("action", "")
        elif tag == "input" and self.inside and given.get("name"):
            if given.get("type") in ("radio", "checkbox") and "checked" not in given:
                return
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "textarea" and self.inside:
            self.area = given["name"]
            self.fields[self.area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            # A browser leaves the line break out that stands first.
            if self.area:
                self.fields[self.area] = self.fields[self.area].removeprefix("\n")
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data


def form_of(response: Any) -> tuple[str, dict[str, str]]:
    """Where the page's form is sent ("" for the page itself), and with what."""
    reader = _Fields()
    reader.feed(response.content.decode())
    return reader.action, reader.fields


def fields_of(response: Any) -> dict[str, str]:
    return form_of(response)[1]


def send(client: Client, url: str, **typed: Any) -> Any:
    """Open the page, type, and send. Dashes in a name are written as two underscores."""
    fields = fields_of(client.get(url))
    fields.update({name.replace("__", "-"): value for name, value in typed.items()})
    return client.post(url, fields)


def day(name: str, day: str, month: str, year: str) -> dict[str, str]:
    """The three boxes of a date."""
    return {f"{name}_0": day, f"{name}_1": month, f"{name}_2": year}


def text(response: Any) -> str:
    """The page's words, without its tags."""
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", bare.replace("&#x27;", "'").replace("&quot;", '"'))
