"""The vocabularies of a schedule: what is chosen from a list, by forms and in tables."""

from __future__ import annotations

from enum import StrEnum


class DrugRole(StrEnum):
    TAPERED = "tapered"
    INTRODUCED = "introduced"
    UNCHANGED = "unchanged"
    SUPPORTIVE = "supportive"
    RESCUE = "rescue"


class DrugClass(StrEnum):
    BENZODIAZEPINE = "benzodiazepine"
    OPIOID = "opioid"
    CORTICOSTEROID = "corticosteroid"
    ANTIDEPRESSANT = "antidepressant"
    OTHER = "other"


class End(StrEnum):
    STOP = "stop"
    MAINTAIN = "maintain"
    REFER = "refer"


class Form(StrEnum):
    TABLET = "tablet"
    CAPSULE = "capsule"
    BEAD = "bead"
    PATCH = "patch"
    LIQUID = "liquid"
    DROP = "drop"
    FILM = "film"
    LOZENGE = "lozenge"
    SPRAY = "spray"
    SUPPOSITORY = "suppository"
    INJECTION = "injection"
    SACHET = "sachet"
    PUFF = "puff"

    @property
    def measured(self) -> bool:
        """Whether the quantity is a volume in mL; every other form is counted."""
        return self in (Form.LIQUID, Form.INJECTION)


class Unit(StrEnum):
    MICROGRAM = "microgram"
    MG = "mg"
    G = "g"
    UNIT = "unit"
    MICROGRAM_PER_HOUR = "microgram/h"


class Slot(StrEnum):
    MORNING = "morning"
    MIDDAY = "midday"
    EVENING = "evening"
    BEDTIME = "bedtime"
    CLOCK = "clock"


class Rhythm(StrEnum):
    DAILY = "daily"
    CYCLE = "cycle"
    WEEKDAYS = "weekdays"
