"""Every word of ours on every page can be translated: in a language made of brackets, whatever
stands outside them was typed by somebody, or is a figure, a reference or a name."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import available_timezones

import pytest
from crispy_forms.utils import default_field_template
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.template import engines
from django.utils import translation
from django.utils.translation import trans_real

from plans.rules.check_in_words import Scale
from taperplan import words
from taperplan.quick import Quick
from tests import doors
from tests.access.engine import url_of
from tests.access.pages import NAMES, ROWS, SHOWN, VISITORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.template.backends.django import DjangoTemplates

    from tests.access.world import World

pytestmark = [pytest.mark.sweep, pytest.mark.one_engine]
LANGUAGE = "xq"
OPEN, CLOSE = (
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}",
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}",
)
# Shows what a page is made of to whoever builds one, by the names that the code has for it.
SHOWROOM = "components"
# Out of which a script speaks; htmx has a small language of its own in its own ones.
_SCRIPTED = re.compile(r"data-(?!hx-)")
WORD = re.compile(r"[^\W\d_]{2,}")
# What parts two texts that came from different places.
BETWEEN = re.compile(r"[·,:;()|\n/“”\u00a0]|\s{2,}")
REFERENCE = re.compile(r"[a-z]+ [0-9a-f]{8}|[A-Z]{1,2}-[0-9a-f]{8}|[0-9A-Z]{4}(?:-[0-9A-Z]{4})+")
NAMES_OF_THINGS = {
    "taperplan", "mmhg", "kg", "__label__", "english", "brackets", "letter",
    *(scale.value.casefold() for scale in Scale),
    *(
        part.replace("_", " ").casefold()
        for zone in available_timezones()
        for part in zone.split("/")
    ),
}  # fmt: skip


class Brackets:
    """A catalogue in which every message stands in brackets."""

    def to_language(self) -> str:
        return LANGUAGE

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]}{CLOSE}"

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


def outside(text: str) -> str:
    """What stands in no bracket, each piece on a line."""
    depth, kept = 0, []
    for letter in text:
        depth += letter == OPEN
        if not depth:
            kept.append(letter)
        depth -= letter == CLOSE
        if letter == CLOSE and not depth:
            kept.append("\n")
    return "".join(kept)


class Read(HTMLParser):
    """What a page says: between its tags, in attributes that are read out, and in those out of
    which a script speaks."""

    SILENT = frozenset({"kbd", "script", "style", "svg", "code"})
    SPOKEN = frozenset({"alt", "aria-label", "aria-description", "placeholder", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.attributes: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self._silent.append(tag)
        for name, value in attrs:
            if not value or self._silent:
                continue
            if name in self.SPOKEN or (_SCRIPTED.match(name) and re.search(r"\w \w", value)):
                self.attributes.append(value)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def english(page: str, typed: str) -> list[str]:
    """The words of `page` that stand in no bracket and that nobody typed."""
    read = Read()
    read.feed(page)
    # A message may begin in one element and end in another.
    texts = [outside("\n".join(read.said)), *map(outside, read.attributes)]
    found = []
    for text in texts:
        for piece in BETWEEN.split(REFERENCE.sub("\n", text)):
            words_of_it = " ".join(piece.casefold().split()).strip(". ")
            if (
                WORD.search(words_of_it)
                and words_of_it not in typed
                and words_of_it not in NAMES_OF_THINGS
            ):
                found.append(piece.strip())
    return found


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield str(key)
            yield from _strings(below)
    elif isinstance(value, list | tuple):
        for below in value:
            yield from _strings(below)


def stored() -> str:
    """Every text that the database holds."""
    return "\n".join(
        " ".join(text.casefold().split())
        for model in apps.get_models()
        for row in model._default_manager.values_list()
        for text in _strings(list(row))
    )


@pytest.fixture
def two_languages(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A site to which the catalogue of a second language was added."""
    settings.LANGUAGES = [("en", "English"), (LANGUAGE, "Brackets")]
    monkeypatch.setitem(vars(trans_real)["_translations"], LANGUAGE, Brackets())
    monkeypatch.setattr(trans_real, "check_for_language", lambda code: True)
    monkeypatch.setattr(
        words, "_translator", words.Remembering(translation, translation.get_language)
    )
    _forget_templates()
    yield
    _forget_templates()


def _forget_templates() -> None:
    """Where there was one language, its words stand in the templates as they were read."""
    for backend in engines.all():
        for loader in cast("DjangoTemplates", backend).engine.template_loaders:
            if isinstance(loader, Quick):
                loader.reset()
    # It keeps the template of a field beside the loader, and with it what that includes.
    default_field_template.cache_clear()


def _answers(name: str, world: World) -> Iterator[tuple[str, str]]:
    """The page as the first sees it who may, and as it comes back when it is sent empty."""
    row, url = ROWS[name], url_of(ROWS[name], SHOWN[name], world)
    visitor = next(v for v in VISITORS if 200 in row.expected("GET", v, names_an_object=True))
    person = world.people.get(visitor)
    client = doors.signed_in(person) if person else doors.Client()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = LANGUAGE
    for verb in ("GET", "POST"):
        if set(row.expected(verb, visitor, names_an_object=True)) & {200, 422}:
            with transaction.atomic():
                response = client.get(url) if verb == "GET" else client.post(url, {})
                transaction.set_rollback(True)
            if "html" in response.headers.get("Content-Type", ""):
                yield verb, response.content.decode()


def test_nothing_of_ours_stays_in_english(world: World, two_languages: None) -> None:
    world.fill()
    world.clinic.language = LANGUAGE
    type(world.clinic)._default_manager.filter(pk=world.clinic.pk).update(language=LANGUAGE)
    said = [
        (f"{name}: {verb}", page)
        for name in NAMES
        if name != SHOWROOM
        for verb, page in _answers(name, world)
    ]
    typed = stored()
    found = [
        f"{where}: {piece!r}" for where, page in said for piece in sorted(set(english(page, typed)))
    ]
    assert not found, "\n".join(found)


def test_a_word_that_no_catalogue_reaches_is_found() -> None:
    page = f"<p title='Close it'>Save now {OPEN}Print{CLOSE}: Otto Sample, PL-0a1b2c3d, 5</p>"
    assert english(page, "otto sample") == ["Save now", "Close it"]
    assert english(f"<p>{OPEN}Printed by <b>Otto</b> today{CLOSE}</p>", "") == []
    assert settings.LANGUAGES[0] == ("en", "English")
