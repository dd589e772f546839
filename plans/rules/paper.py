"""The vocabulary of printing: kinds of document, sizes, who receives one and on what ground."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    HANDOUT = "handout"
    SUMMARY = "summary"

    @property
    def leaves_with_patient(self) -> bool:
        """Whether it is written for the patient; open red flags never stand on such paper."""
        return self is DocumentKind.HANDOUT


class PageSize(StrEnum):
    A4 = "a4"
    LETTER = "letter"


class PrintSize(StrEnum):
    STANDARD = "standard"
    LARGE = "large"


class Recipient(StrEnum):
    PATIENT = "patient"
    SUPPORT_PERSON = "support_person"
    PHARMACY = "pharmacy"
    PRIMARY_CARE = "primary_care"
    OTHER_CLINICIAN = "other_clinician"
    OWN_TEAM = "own_team"
    OTHER = "other"


class Ground(StrEnum):
    PATIENT = "patient"
    CONSENT = "consent"
    TREATMENT = "treatment"
    EMERGENCY = "emergency"
    LAW = "law"


# 1, I and L, 0 and O, 8 and B cannot be mixed up when a code is read aloud or typed.
CHECK_CODE_LETTERS = "2345679ACDEFGHJKMNPQRTUVWXYZ"
CHECK_CODE_LENGTH = 12


def grouped(code: str) -> str:
    """A check code as it is printed: "7K4M-P2QX-9RTC"."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
