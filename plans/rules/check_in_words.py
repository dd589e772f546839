"""The vocabularies of a check-in."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from plans.rules.schedule_words import DrugClass
from taperplan.words import gettext as _


class DraftState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    DISCARDED = "discarded"


class Kind(StrEnum):
    BASELINE = "baseline"
    FOLLOW_UP = "follow-up"


class How(StrEnum):
    VISIT = "visit"
    PHONE = "phone"
    VIDEO = "video"
    HOME = "home"
    WARD = "ward"

    @property
    def label(self) -> str:
        match self:
            case How.VISIT:
                return _("visit")
            case How.PHONE:
                return _("phone")
            case How.VIDEO:
                return _("video")
            case How.HOME:
                return _("home")
            case How.WARD:
                return _("ward")

    @property
    def heading(self) -> str:
        match self:
            case How.VISIT:
                return _("Check-in at a visit")
            case How.PHONE:
                return _("Check-in by phone")
            case How.VIDEO:
                return _("Check-in by video")
            case How.HOME:
                return _("Check-in at home")
            case How.WARD:
                return _("Check-in on the ward")


# Nobody of ours stands beside the patient then: where they are and a number are asked.
TELEPHONED = (How.PHONE, How.VIDEO)


class Reporter(StrEnum):
    PATIENT = "patient"
    CARER = "carer"
    OBSERVED = "observed"

    @property
    def label(self) -> str:
        match self:
            case Reporter.PATIENT:
                return _("patient")
            case Reporter.CARER:
                return _("carer")
            case Reporter.OBSERVED:
                return _("observed")


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not known"

    @property
    def label(self) -> str:
        match self:
            case YesNo.YES:
                return _("yes")
            case YesNo.NO:
                return _("no")
            case YesNo.NOT_KNOWN:
                return _("not known")


class TakenAs(StrEnum):
    PLANNED = "as planned"
    MISSED = "some missed"
    EXTRA = "extra"
    STOPPED = "stopped"
    RAN_OUT = "ran out"
    NOT_KNOWN = "not known"

    @property
    def label(self) -> str:
        match self:
            case TakenAs.PLANNED:
                return _("as planned")
            case TakenAs.MISSED:
                return _("some missed")
            case TakenAs.EXTRA:
                return _("extra taken")
            case TakenAs.STOPPED:
                return _("stopped")
            case TakenAs.RAN_OUT:
                return _("ran out")
            case TakenAs.NOT_KNOWN:
                return _("not known")


class AskedKind(StrEnum):
    HOLD = "hold"
    CHANGE = "change"
    STOP = "stop"

    @property
    def label(self) -> str:
        match self:
            case AskedKind.HOLD:
                return _("staying on the dose in force")
            case AskedKind.CHANGE:
                return _("a change of the plan")
            case AskedKind.STOP:
                return _("stopping the taper")


class Decision(StrEnum):
    CONTINUE = "continue"
    HOLD = "hold"
    CHANGE = "change the plan"
    STOP = "stop the taper"
    REFER = "refer"
    ESCALATE = "escalate"

    @property
    def label(self) -> str:
        match self:
            case Decision.CONTINUE:
                return _("continue")
            case Decision.HOLD:
                return _("stay on this dose")
            case Decision.CHANGE:
                return _("change the plan")
            case Decision.STOP:
                return _("stop the taper")
            case Decision.REFER:
                return _("refer")
            case Decision.ESCALATE:
                return _("escalate")

    @property
    def asked(self) -> AskedKind | None:
        """What a prescriber is asked for by it; the plan itself does not change."""
        match self:
            case Decision.HOLD:
                return AskedKind.HOLD
            case Decision.CHANGE:
                return AskedKind.CHANGE
            case Decision.STOP:
                return AskedKind.STOP
            case Decision.CONTINUE | Decision.REFER | Decision.ESCALATE:
                return None


class NextHow(StrEnum):
    """How the next check-in takes place. Nothing is chosen beforehand; it may stay open."""

    IN_PERSON = "in person"
    PHONE = "phone"
    VIDEO = "video"
    HOME = "home visit"

    @property
    def label(self) -> str:
        match self:
            case NextHow.IN_PERSON:
                return _("in person")
            case NextHow.PHONE:
                return _("by telephone")
            case NextHow.VIDEO:
                return _("by video")
            case NextHow.HOME:
                return _("home visit")


class ContactHow(StrEnum):
    CALL = "call"
    MESSAGE = "message"
    LETTER = "letter"


class Scale(StrEnum):
    """Totals only, as the rater gave them. They track change; they do not decide a dose."""

    PHQ_9 = "PHQ-9"
    GAD_7 = "GAD-7"
    CIWA_AR = "CIWA-Ar"
    COWS = "COWS"
    CIWA_B = "CIWA-B"
    BWSQ = "BWSQ"
    DESS = "DESS"
    ISI = "ISI"
    C_SSRS = "C-SSRS"


def scales_asked(classes: Iterable[DrugClass], *, sedatives: bool) -> tuple[Scale, ...]:
    """The scales to choose from. Two are of one substance alone: COWS of opioids, CIWA-Ar of
    alcohol. `sedatives`: opioid, alcohol or other sedative use is recorded for this patient.
    """
    opioid = DrugClass.OPIOID in classes
    return tuple(
        scale
        for scale in Scale
        if not (scale is Scale.COWS and not (opioid or sedatives))
        and not (scale is Scale.CIWA_AR and not sedatives)
    )
