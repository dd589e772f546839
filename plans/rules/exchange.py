"""What can be handed to another program or taken from one, by name."""

from __future__ import annotations

from enum import StrEnum

from taperplan.words import gettext as _


class Part(StrEnum):
    """A part of a record that may be handed out by itself; the patient comes with each."""

    PLANS = "plans"
    CHECK_INS = "check-ins"
    RED_FLAGS = "red-flags"
    CONSENTS = "consents"
    PRINTS = "prints"
    TRAIL = "trail"

    @property
    def words(self) -> str:
        match self:
            case Part.PLANS:
                return _("plans, every version")
            case Part.CHECK_INS:
                return _("check-ins")
            case Part.RED_FLAGS:
                return _("red flags")
            case Part.CONSENTS:
                return _("consents")
            case Part.PRINTS:
                return _("prints, without their pages")
            case Part.TRAIL:
                return _("who wrote what in it, and when")


WHOLE = frozenset(Part)


class FileKind(StrEnum):
    """A file made from a record."""

    FHIR = "fhir"
    CALENDAR = "calendar"
    PATIENT_CALENDAR = "patient-calendar"
    SCHEDULE = "schedule"
    DAYS = "days"
    CHECK_INS = "check-ins"
    SUPPLY = "supply"

    @property
    def words(self) -> str:
        match self:
            case FileKind.FHIR:
                return _("the whole record for another program (FHIR R4)")
            case FileKind.CALENDAR:
                return _("calendar of step changes and check-ins, for a clinician")
            case FileKind.PATIENT_CALENDAR:
                return _("calendar for the patient, discreet")
            case FileKind.SCHEDULE:
                return _("table of the schedule in force")
            case FileKind.DAYS:
                return _("table of what is taken, day by day")
            case FileKind.CHECK_INS:
                return _("table of check-ins")
            case FileKind.SUPPLY:
                return _("table of totals per strength")

    @property
    def ending(self) -> str:
        match self:
            case FileKind.FHIR:
                return "json"
            case FileKind.CALENDAR | FileKind.PATIENT_CALENDAR:
                return "ics"
            case _:
                return "csv"

    @property
    def content_type(self) -> str:
        return {
            "json": "application/fhir+json; charset=utf-8",
            "ics": "text/calendar; charset=utf-8",
            "csv": "text/csv; charset=utf-8",
        }[self.ending]


class KeyKind(StrEnum):
    """What a key opens."""

    PROGRAM = "program"
    CALENDAR = "calendar"
