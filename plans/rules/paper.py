"""Printing: its vocabulary, what may be printed when, and the code that a print carries."""

from __future__ import annotations

from enum import StrEnum

from taperplan.words import gettext as _


class DocumentKind(StrEnum):
    HANDOUT = "handout"
    SUMMARY = "summary"

    @property
    def words(self) -> str:
        match self:
            case DocumentKind.HANDOUT:
                return _("Patient handout")
            case DocumentKind.SUMMARY:
                return _("Clinician summary")

    @property
    def for_the_patient(self) -> bool:
        """Open red flags never stand on such paper; printing it names them instead."""
        return self is DocumentKind.HANDOUT


class PageSize(StrEnum):
    A4 = "A4"
    LETTER = "Letter"


class PrintSize(StrEnum):
    STANDARD = "standard"
    LARGE = "large"

    @property
    def words(self) -> str:
        match self:
            case PrintSize.STANDARD:
                return _("standard print")
            case PrintSize.LARGE:
                return _("large print")


class Recipient(StrEnum):
    """Who is given the paper. Only what stays with our own team is not told to anybody."""

    PATIENT = "patient"
    SUPPORT_PERSON = "support person"
    PHARMACY = "pharmacy"
    PRIMARY_CARE = "primary care"
    CLINICIAN = "clinician"
    OTHER = "other"
    OWN_TEAM = "own team"

    @property
    def words(self) -> str:
        match self:
            case Recipient.PATIENT:
                return _("the patient")
            case Recipient.SUPPORT_PERSON:
                return _("support person")
            case Recipient.PHARMACY:
                return _("pharmacy")
            case Recipient.PRIMARY_CARE:
                return _("primary-care doctor")
            case Recipient.CLINICIAN:
                return _("another clinician or clinic")
            case Recipient.OTHER:
                return _("somebody else")
            case Recipient.OWN_TEAM:
                return _("our own team, it stays in the clinic")

    @property
    def named(self) -> bool:
        """Whether it has to be said who exactly."""
        return self not in (Recipient.PATIENT, Recipient.OWN_TEAM)


class NotPrintable(ValueError):
    """The document cannot be printed now; ``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def check_handout(*, state: str, signed: bool, patient_died: bool) -> None:
    """Whether the handout of a plan may be printed.

    Raises:
        NotPrintable: with the sentence for the clinician.
    """
    if not signed:
        raise NotPrintable(_("No version of this plan is signed. A draft has no handout."))
    if patient_died:
        raise NotPrintable(_("The patient is marked as died. No handout is printed."))
    if over := _over(state):
        raise NotPrintable(over)


def _over(state: str) -> str:
    """Why a plan in this state (plans.rules.lifecycle) has no handout any more."""
    match state:
        case "completed":
            return _("This plan is completed. A handout of it would say to go on.")
        case "stopped":
            return _("This plan is stopped. A handout of it would say to go on.")
        case "transferred":
            return _("This plan is with another clinic now. Its handout is no longer ours.")
        case "entered in error":
            return _("This plan was entered in error. It has no handout.")
        case _other:
            return ""


# 0 and O, 1, I and L, 8 and B, 5 and S, 2 and Z are mixed up when a code is read aloud or typed.
CHECK_CODE_LETTERS = "34679ACDEFGHJKMNPQRTUVWXY"
CHECK_CODE_LENGTH = 12


def grouped(code: str) -> str:
    """A check code as it is printed: "7K4M-PQ9X-RTCA"."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
