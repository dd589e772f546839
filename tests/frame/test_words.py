"""Sentences of the lower half of the house, in the language of whoever reads them."""

from __future__ import annotations

from taperplan.words import Remembering


class Counting:
    """Translates into upper case, except in English, and counts how often it is asked."""

    def __init__(self) -> None:
        self.language = "en"
        self.asked: list[str] = []

    def gettext(self, message: str) -> str:
        self.asked.append(message)
        return message if self.language == "en" else message.upper()

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return singular if number == 1 else plural

    def pgettext(self, context: str, message: str) -> str:
        return message


def test_a_message_is_looked_up_once_in_each_language() -> None:
    catalogue = Counting()
    words = Remembering(catalogue, lambda: catalogue.language)

    said = [words.gettext("lower") for _again in range(3)]
    catalogue.language = "de"
    said += [words.gettext("lower"), words.gettext("lower")]
    catalogue.language = "en"

    assert [*said, words.gettext("lower")] == ["lower"] * 3 + ["LOWER"] * 2 + ["lower"]
    assert catalogue.asked == ["lower", "lower"]
