"""Printing: its vocabulary, what may be printed when, and the code that a print carries."""

from __future__ import annotations

from enum import StrEnum

from taperplan.words import gettext as _


class DocumentKind(StrEnum):
    HANDOUT = "handout"
    DIARY = "diary"
    SUPPLY = "supply"
    SUMMARY = "summary"
    HANDOVER = "handover"
    TRANSFER = "transfer"

    @property
    def words(self) -> str:
        match self:
            case DocumentKind.HANDOUT:
                return _("Patient handout")
            case DocumentKind.DIARY:
                return _("Diary sheet")
            case DocumentKind.SUPPLY:
                return _("Supply sheet for the pharmacy")
            case DocumentKind.SUMMARY:
                return _("Clinician summary")
            case DocumentKind.HANDOVER:
                return _("Red-flag handover sheet")
            case DocumentKind.TRANSFER:
                return _("Transfer package")

    @property
    def of_a_version(self) -> bool:
        """Whether it is made from one signed version; the others are about the whole record."""
        return self in (DocumentKind.HANDOUT, DocumentKind.DIARY, DocumentKind.SUPPLY)

    @property
    def names_no_flag(self) -> bool:
        """Open red flags never stand on such paper; printing it names them instead."""
        return self.of_a_version


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
    EMERGENCY_TEAM = "emergency team"
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
            case Recipient.EMERGENCY_TEAM:
                return _("emergency team")
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


def check_of_a_plan(kind: DocumentKind, *, state: str, signed: bool, patient_died: bool) -> None:
    """Whether a document that is made from a version of a plan may be printed.

    Raises:
        NotPrintable: with the sentence for the clinician.
    """
    handout = kind is DocumentKind.HANDOUT
    if not signed:
        if handout:
            raise NotPrintable(_("No version of this plan is signed. A draft has no handout."))
        raise NotPrintable(_("No version of this plan is signed. A draft is not printed."))
    if patient_died:
        if handout:
            raise NotPrintable(_("The patient is marked as died. No handout is printed."))
        raise NotPrintable(_("The patient is marked as died. This is not printed."))
    if over := _over(state):
        raise NotPrintable(over)


def _over(state: str) -> str:
    """Why a plan in this state (plans.rules.lifecycle) has no such paper any more."""
    match state:
        case "completed":
            return _("This plan is completed. A paper of it would say to go on.")
        case "stopped":
            return _("This plan is stopped. A paper of it would say to go on.")
        case "transferred":
            return _("This plan is with another clinic now. Its papers are no longer ours.")
        case "entered in error":
            return _("This plan was entered in error. It has no paper.")
        case _other:
            return ""


# 0 and O, 1, I and L, 8 and B, 5 and S, 2 and Z are mixed up when a code is read aloud or typed.
CHECK_CODE_LETTERS = "34679ACDEFGHJKMNPQRTUVWXY"
CHECK_CODE_LENGTH = 12


def grouped(code: str) -> str:
    """A check code as it is printed: "7K4M-PQ9X-RTCA"."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
