"""Our own fixed words for the patient's handout, in sets: every plan, and one for a drug class.

A set is data: its words, the number of their version and a digest of those very words. A clinic
confirms a set by that digest, so a word changed here, in English or in a translation, waits for
its confirmation again. Raise the number of the set's version with any change of its words.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plans.rules.schedule_words import DrugClass
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable


class SetKey(StrEnum):
    """Which plans a set belongs to."""

    EVERY_PLAN = "every_plan"
    BENZODIAZEPINE = "benzodiazepine"
    OPIOID = "opioid"
    CORTICOSTEROID = "corticosteroid"
    ANTIDEPRESSANT = "antidepressant"

    @property
    def words(self) -> str:
        match self:
            case SetKey.EVERY_PLAN:
                return _("Every plan")
            case SetKey.BENZODIAZEPINE:
                return _("Benzodiazepine")
            case SetKey.OPIOID:
                return _("Opioid")
            case SetKey.CORTICOSTEROID:
                return _("Corticosteroid")
            case SetKey.ANTIDEPRESSANT:
                return _("Antidepressant")


@dataclass(frozen=True, slots=True)
class TextSet:
    """The words of one set, each a whole sentence."""

    key: SetKey
    version: int
    stopping: tuple[str, ...]
    call: tuple[str, ...]
    meanwhile: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        return (*self.stopping, *self.call, *self.meanwhile)

    @property
    def digest(self) -> str:
        """Of the words and of the place where each stands."""
        parts = (self.stopping, self.call, self.meanwhile)
        whole = "\x1e".join("\x1f".join(part) for part in parts)
        return hashlib.sha256(f"{self.key}\x1e{whole}".encode()).hexdigest()


def keys_for(classes: Iterable[DrugClass]) -> tuple[SetKey, ...]:
    """The sets of a plan with drugs of these classes, in the order in which they are read."""
    named = {drug_class.value for drug_class in classes}
    return tuple(key for key in SetKey if key is SetKey.EVERY_PLAN or key.value in named)


def text_sets() -> tuple[TextSet, ...]:
    """Every set, in the language of whoever asks."""
    return (
        TextSet(
            SetKey.EVERY_PLAN,
            1,
            stopping=(
                _("Do not stop all at once, even if you feel well."),
                _("Do not change a dose on your own."),
                _("If you feel worse, call us."),
            ),
            call=(
                _("You have a fit, or you pass out."),
                _("You see, hear or feel things that are not there."),
                _("You are mixed up, or do not know where you are."),
                _("You think of ending your life, or of hurting yourself or someone else."),
                _("You find it hard to breathe, or others find it hard to wake you."),
                _("You took more than this page says, or you have run out."),
            ),
            meanwhile=(
                _("Show this page to each person who treats you."),
                _("Ask us first if you want to take some other drug, even one from a shop."),
                _("Tell us if you fall ill, go to hospital or may be pregnant."),
                _("Keep your drugs locked up, out of reach of children."),
            ),
        ),
        TextSet(
            SetKey.BENZODIAZEPINE,
            1,
            stopping=(_("To stop this drug all at once can bring on a fit. A fit can kill."),),
            call=(
                _("Your body shakes or jerks, and you cannot make it stop."),
                _("You feel so sleepy that you cannot stay awake."),
            ),
            meanwhile=(
                _("Do not drink alcohol. With this drug it can stop your breath."),
                _("Tell us if you take a strong pain drug or a drug to help you sleep."),
                _("Do not drive or use machines if you feel sleepy or slow."),
                _("Once your body is used to less, your old dose can harm you."),
            ),
        ),
        TextSet(
            SetKey.OPIOID,
            1,
            stopping=(
                _("To stop this drug all at once can make you very ill, with much more pain."),
            ),
            call=(
                _("Your breath is slow or weak, or your lips turn blue."),
                _("You throw up so much that you cannot keep a drink down."),
                _("Someone else has taken your drug, even just a bit."),
            ),
            meanwhile=(
                _("Once your body is used to less, your old dose can kill you."),
                _("Do not drink alcohol. With this drug it can stop your breath."),
                _("Tell us if you take a drug that makes you calm or helps you sleep."),
                _("Do not drive or use machines if you feel sleepy or slow."),
                _("Do not share this drug."),
            ),
        ),
        TextSet(
            SetKey.CORTICOSTEROID,
            1,
            stopping=(
                _("Your body may not yet make enough of what this drug gives it."),
                _("To stop all at once can make you pass out. It can kill."),
            ),
            call=(
                _("You are so weak or faint that you cannot stand."),
                _("You throw up and cannot keep this drug down."),
                _("You have a fever, a bad wound or a bad fall."),
            ),
            meanwhile=(
                _("Call us the same day if you fall ill or get hurt."),
                _("Tell us well ahead if you will have teeth pulled or be put to sleep."),
                _("If you have a steroid card, keep it with you. Show it to all who treat you."),
            ),
        ),
        TextSet(
            SetKey.ANTIDEPRESSANT,
            1,
            stopping=(_("To stop this drug all at once can make you feel ill, sad or on edge."),),
            call=(
                _("You feel so low that you cannot get through the day."),
                _("You feel wild or full of rage, and that is not like you."),
            ),
            meanwhile=(
                _("You may feel dizzy or sick, sleep badly, or feel short shocks in your head."),
                _("Tell us if this is hard to bear or does not pass."),
                _("Tell us if your old low mood or fear comes back."),
            ),
        ),
    )
