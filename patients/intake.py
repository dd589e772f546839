"""What is asked before a plan is signed, and what signing waits for. Pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patients.vocabulary import Answer, Item
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Given:
    """One answer as it stands: the latest row of its item."""

    answer: Answer
    detail: str = ""


@dataclass(frozen=True)
class SigningGaps:
    """`refused`: sentences that stop the signing. `not_asked`: items accepted with a reason."""

    refused: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()


def not_asked(answers: Mapping[Item, Given]) -> tuple[Item, ...]:
    """The items nobody has asked about, in the order of the assessment."""
    return tuple(
        item for item in Item if item not in answers or answers[item].answer is Answer.NOT_ASKED
    )


def missing_for_signing(
    answers: Mapping[Item, Given],
    *,
    identity: bool,
    allergies_asked: bool,
    decision: bool,
) -> SigningGaps:
    """What signing a plan waits for on the patient's side.

    The indication is a text: "no" to it is no indication. A decision that was not agreed, with
    why, is a decision recorded.
    """
    refused = []
    if not identity:
        refused.append(_("Identity is incomplete: name and date of birth are needed."))
    indication = answers.get(Item.INDICATION)
    if indication is None or indication.answer is not Answer.YES or not indication.detail.strip():
        refused.append(_("The indication is not recorded."))
    if not allergies_asked:
        refused.append(_("Allergies: not asked."))
    if not decision:
        refused.append(_("The shared decision is not recorded."))
    return SigningGaps(
        refused=tuple(refused),
        not_asked=tuple(item.words for item in not_asked(answers) if item is not Item.INDICATION),
    )
