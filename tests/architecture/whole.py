"""What every page has: a language, a title, one heading, tokens in its forms, names in place."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.headings = 0
        self.language = ""
        self.title = ""
        self.tokenless: list[str] = []
        self.loose_fields: list[str] = []
        self.labels: set[str] = set()
        self.words: list[str] = []
        self._form: str | None = None
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if values.get("id") and "template" not in self._in:
            self.ids[values["id"]] += 1
        if tag == "html":
            self.language = values.get("lang", "")
        elif tag == "h1":
            self.headings += 1
        elif tag == "form" and values.get("method", "").lower() == "post":
            self._form = values.get("action") or "itself"
            self.tokenless.append(self._form)
        elif tag == "input" and values.get("name") == "csrfmiddlewaretoken" and self._form:
            self.tokenless.remove(self._form)
            self._form = None
        if tag in ("title", "script", "style", "template"):
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._in and self._in[-1] == tag:
            self._in.pop()

    def handle_data(self, data: str) -> None:
        if "title" in self._in:
            self.title += data
        elif not self._in:
            self.words.append(data)


# What shows through when a template is given code instead of words. (None is an answer.)
SHOWS_THROUGH = ("datetime.", "Fraction(", "<bound", "{{", "{%", "SafeString")


def unsound(page: str) -> list[str]:
    parser = _Page()
    parser.feed(page)
    parser.close()
    # A fragment that a script asked for is no page.
    whole = "<html" in page
    found = [f"two elements are called {name}" for name, count in parser.ids.items() if count > 1]
    found += [f"the form to {address} carries no token" for address in parser.tokenless]
    if whole:
        found += ["says no language"] * (not parser.language)
        found += ["has no title"] * (not parser.title.strip())
        found += [f"has {parser.headings} first headings"] * (parser.headings != 1)
    words = " ".join(" ".join(parser.words).split())
    found += [f"shows {sign!r}" for sign in SHOWS_THROUGH if f" {sign}" in f" {words}"]
    return found
