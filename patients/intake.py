"""What is asked before a plan is signed, and what signing waits for. Pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from patients.vocabulary import Answer
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping


class Item(StrEnum):
    """One question of the assessment: not asked, no, or yes with a detail."""

    INDICATION = "indication"
    TAKEN = "taken"
    EARLIER_ATTEMPTS = "earlier attempts"
    SEIZURES = "seizures"
    WITHDRAWAL_DELIRIUM = "withdrawal delirium"
    EPILEPSY = "epilepsy"
    SEDATIVES = "sedatives"
    SUBSTANCE_USE = "substance use"
    TRAUMA = "trauma"
    SELF_HARM = "self-harm"
    MENTAL_ILLNESS = "mental illness"
    PREGNANCY = "pregnancy"
    FRAILTY = "frailty"
    ORGANS = "organs"
    DRIVING = "driving"
    LIVING = "living"
    PEOPLE = "people"
    RISK_AT_HOME = "risk at home"
    SUPPORT = "support"

    @property
    def key(self) -> str:
        """How forms name it."""
        return self.value.replace(" ", "-")

    @property
    def words(self) -> str:
        return {
            Item.INDICATION: _("Indication"),
            Item.TAKEN: _("What was taken, how much and for how long"),
            Item.EARLIER_ATTEMPTS: _("Earlier attempts and how they went"),
            Item.SEIZURES: _("History of seizures"),
            Item.WITHDRAWAL_DELIRIUM: _("History of delirium or hallucinations in withdrawal"),
            Item.EPILEPSY: _("Epilepsy"),
            Item.SEDATIVES: _("Opioid, alcohol or other sedative use"),
            Item.SUBSTANCE_USE: _("Substance-use disorder, in the person or the family"),
            Item.TRAUMA: _("Trauma"),
            Item.SELF_HARM: _("Suicidal thoughts or self-harm"),
            Item.MENTAL_ILLNESS: _("Severe mental illness"),
            Item.PREGNANCY: _("Pregnant or breastfeeding"),
            Item.FRAILTY: _("Frailty and falls"),
            Item.ORGANS: _("Breathing, liver or kidney disease"),
            Item.DRIVING: _("Driving or machinery"),
            Item.LIVING: _("Living situation"),
            Item.PEOPLE: _("People around them"),
            Item.RISK_AT_HOME: _("Someone else at risk at home"),
            Item.SUPPORT: _("Support"),
        }[self]


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
