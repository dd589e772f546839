"""Words for code that must not know Django.

The lower half of the house (rules, sheets, documents) writes sentences, and every sentence
can be translated. It calls these functions; `taperplan.apps` installs Django's translator
once, at start. Without it the English text comes back unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Translator(Protocol):
    """What `django.utils.translation` offers, seen from below."""

    def gettext(self, message: str) -> str: ...

    def ngettext(self, singular: str, plural: str, number: int) -> str: ...

    def pgettext(self, context: str, message: str) -> str: ...


class Remembering:
    """A translator whose plain messages are looked up once in each language.

    A grid says a few dozen words some thousand times; each look into a catalogue takes longer
    than the rest of saying it.
    """

    def __init__(self, translator: Translator, language: Callable[[], str | None]) -> None:
        self._translator = translator
        self._language = language
        self._known: dict[tuple[str | None, str], str] = {}

    def gettext(self, message: str) -> str:
        key = self._language(), message
        if (said := self._known.get(key)) is None:
            # Messages are those written in the code: so many and no more.
            said = self._known[key] = self._translator.gettext(message)
        return said

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self._translator.ngettext(singular, plural, number)

    def pgettext(self, context: str, message: str) -> str:
        return self._translator.pgettext(context, message)


class English:
    """The source language: every message is its own translation."""

    def gettext(self, message: str) -> str:
        return message

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return singular if number == 1 else plural

    def pgettext(self, context: str, message: str) -> str:
        return message


_translator: Translator = English()


def install(translator: Translator) -> None:
    """Let `translator` answer from now on. Called once, when the app starts."""
    global _translator
    _translator = translator


def gettext(message: str) -> str:
    return _translator.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    return _translator.ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    return _translator.pgettext(context, message)
