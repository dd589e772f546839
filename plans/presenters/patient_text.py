"""The fixed words of the handout with who confirmed them, for a page and for paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plans.models import ConfirmedTextSet
from plans.rules.patient_texts import keys_for, text_sets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plans.rules.patient_texts import TextSet
    from plans.rules.schedule_words import DrugClass
    from taperplan.accounts.models import Clinic


@dataclass(frozen=True)
class TextSetCard:
    """One set on the clinic's page; `confirmed` is None while it waits."""

    words: TextSet
    confirmed: ConfirmedTextSet | None


def cards(clinic: Clinic) -> tuple[TextSetCard, ...]:
    found = ConfirmedTextSet.objects.of(clinic)
    return tuple(TextSetCard(one, found.get((one.key.value, one.digest))) for one in text_sets())


def confirmed_for(clinic: Clinic, classes: Iterable[DrugClass]) -> tuple[TextSetCard, ...]:
    """What a plan with drugs of these classes prints: its sets, as far as they are confirmed."""
    keys = keys_for(classes)
    return tuple(
        card for card in cards(clinic) if card.words.key in keys and card.confirmed is not None
    )
