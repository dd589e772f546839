"""What the trail can say happened. One word each; never a clinical fact."""

from __future__ import annotations

from enum import StrEnum


class Verb(StrEnum):
    # Accounts
    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    SIGN_IN_REFUSED = "sign-in refused"
    REFUSED = "refused"
    CLINIC_SET_UP = "clinic set up"
    CLINIC_AMENDED = "clinic amended"
    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation withdrawn"
    ROLES_CHANGED = "roles changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    SECOND_STEP_SET = "second step set"
    SECOND_STEP_RESET = "second step reset"
    PASSWORD_CHANGED = "password changed"  # noqa: S105
    # Patients
    VIEWED = "viewed"
    SEARCHED = "searched"
    REGISTERED = "registered"
    AMENDED = "amended"
    ASSESSED = "assessed"
    JOINED = "joined"
    PARTED = "parted"
    MARKED_DIED = "marked as died"
    MARKED_TRANSFERRED = "marked as transferred"
    MARK_TAKEN_BACK = "mark taken back"
    RECORDED = "recorded"
    CORRECTED = "corrected"
    STRUCK_OUT = "struck out"
    CONSENT_WITHDRAWN = "consent withdrawn"
    NUMBER_ADDED = "record number added"
    NUMBER_WITHDRAWN = "record number withdrawn"
    PUT_ON_CARE_TEAM = "put on the care team"
    TAKEN_OFF_CARE_TEAM = "taken off the care team"
    # Plans
    DRAFTED = "drafted"
    DRAFT_OPENED = "draft opened"
    DRAFT_DISCARDED = "draft discarded"
    SIGNED = "signed"
    MOVED = "moved"
    # Check-ins and red flags
    CHECK_IN_OPENED = "check-in opened"
    CHECK_IN_DISCARDED = "check-in discarded"
    CHECK_IN_COMPLETED = "check-in completed"
    CHECK_IN_CORRECTED = "check-in corrected"
    RED_FLAG_RAISED = "red flag raised"
    RED_FLAG_REPORTED_AGAIN = "red flag reported again"
    RED_FLAG_ACKNOWLEDGED = "red flag acknowledged"
    RED_FLAG_CONTACTED = "red flag contact recorded"
    RED_FLAG_OUTCOME = "red flag outcome recorded"
    RED_FLAG_CLOSED = "red flag closed"
    RED_FLAG_ENTERED_IN_ERROR = "red flag entered in error"
    # Documents
    PRINTED = "printed"
    REPRINTED = "reprinted"
    EXPORTED = "exported"
