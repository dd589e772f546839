"""Who may do what: one table. `docs/access.md` is made from it and compared in the checks."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise


class Role(StrEnum):
    PRESCRIBER = "prescriber"
    MONITOR = "monitor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    RECORDS_OFFICER = "records_officer"


ROLE_WORDS: Mapping[Role, StrOrPromise] = {
    Role.PRESCRIBER: _("prescriber"),
    Role.MONITOR: _("monitor"),
    Role.ADMINISTRATOR: _("administrator"),
    Role.AUDITOR: _("auditor"),
    Role.RECORDS_OFFICER: _("records officer"),
}

# What each role is for, in the words of the accounts page.
ROLE_USES: Mapping[Role, StrOrPromise] = {
    Role.PRESCRIBER: _("signs plans"),
    Role.MONITOR: _("records check-ins"),
    Role.ADMINISTRATOR: _("manages accounts"),
    Role.AUDITOR: _("reads the trail"),
    Role.RECORDS_OFFICER: _("makes a patient's copy"),
}


class Permission(StrEnum):
    VIEW_PATIENTS = "view patients"
    REGISTER_PATIENT = "register a patient"
    AMEND_PATIENT = "amend a patient"
    ASSESS_PATIENT = "assess a patient"
    JOIN_RECORDS = "join and part records"
    DRAFT_PLAN = "draft a plan"
    SIGN_PLAN = "sign a plan"
    MOVE_PLAN = "complete, stop or transfer a plan"
    RECORD_CHECK_IN = "record a check-in"
    REPORT_RED_FLAG = "report a red flag"
    ACKNOWLEDGE_ESCALATION = "acknowledge, contact and close a red flag"
    PRINT_DOCUMENT = "print a document"
    MANAGE_ACCOUNTS = "manage accounts"
    MANAGE_CLINIC = "manage the clinic's texts and contacts"
    CONFIRM_PROTOCOL = "confirm clinical settings"
    READ_TRAIL = "read the trail"
    REVIEW_ACCESS = "review emergency access"
    KEEP_RECORDS = "make a patient's copy, archive and keep records"


_MONITOR = frozenset(
    {
        Permission.VIEW_PATIENTS,
        Permission.REGISTER_PATIENT,
        Permission.AMEND_PATIENT,
        Permission.ASSESS_PATIENT,
        Permission.JOIN_RECORDS,
        Permission.RECORD_CHECK_IN,
        Permission.REPORT_RED_FLAG,
        Permission.ACKNOWLEDGE_ESCALATION,
        Permission.PRINT_DOCUMENT,
    }
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PRESCRIBER: _MONITOR | {Permission.DRAFT_PLAN, Permission.SIGN_PLAN, Permission.MOVE_PLAN},
    Role.MONITOR: _MONITOR,
    Role.ADMINISTRATOR: frozenset({Permission.MANAGE_ACCOUNTS, Permission.MANAGE_CLINIC}),
    Role.AUDITOR: frozenset({Permission.READ_TRAIL}),
    Role.RECORDS_OFFICER: frozenset({Permission.KEEP_RECORDS}),
}

# Held by the protocol owner's mark, not by a role.
PROTOCOL_OWNER_PERMISSIONS = frozenset({Permission.CONFIRM_PROTOCOL})

# Held by the privacy lead's mark, not by a role.
PRIVACY_LEAD_PERMISSIONS = frozenset({Permission.REVIEW_ACCESS})
