"""A check-in as typed, read: what it says, what it still lacks, what cannot be read."""

from __future__ import annotations

from enum import StrEnum


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


# Nobody of ours stands beside the patient then: where they are and a number are asked.
TELEPHONED = (How.PHONE, How.VIDEO)


class Reporter(StrEnum):
    PATIENT = "patient"
    CARER = "carer"
    OBSERVED = "observed"


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not known"


class TakenAs(StrEnum):
    PLANNED = "as planned"
    MISSED = "some missed"
    EXTRA = "extra"
    STOPPED = "stopped"
    RAN_OUT = "ran out"
    NOT_KNOWN = "not known"


class Decision(StrEnum):
    CONTINUE = "continue"
    HOLD = "hold"
    CHANGE = "change the plan"
    STOP = "stop the taper"
    REFER = "refer"
    ESCALATE = "escalate"

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


class AskedKind(StrEnum):
    HOLD = "hold"
    CHANGE = "change"
    STOP = "stop"
