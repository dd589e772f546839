"""The top bar: which rooms this person may enter. Labels and addresses, nothing clinical."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _

from taperplan import addresses
from taperplan.accounts.roles import Permission, Role

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise


ROLE_WORDS: dict[Role, StrOrPromise] = {
    Role.PRESCRIBER: _("prescriber"),
    Role.MONITOR: _("monitor"),
    Role.ADMINISTRATOR: _("administrator"),
    Role.AUDITOR: _("auditor"),
    Role.RECORDS_OFFICER: _("records officer"),
}


@dataclass(frozen=True)
class Room:
    """`key` marks the current page (`nav` in a page's context, or its address). `seldom`: where
    the bar is short, a clinician finds its door under their name."""

    key: str
    label: StrOrPromise
    name: str
    permission: Permission | tuple[Permission, ...] | None
    icon: str = ""
    on_phone: StrOrPromise = ""
    seldom: bool = False


@dataclass(frozen=True)
class Tab:
    key: str
    label: StrOrPromise
    url: str


# The rooms of one patient's record: key, label, name of the address.
PATIENT_ROOMS: tuple[tuple[str, StrOrPromise, str], ...] = (
    ("overview", _("Overview"), "plans:patient"),
    ("plan", _("Plan"), "plans:plans"),
    ("check-ins", _("Check-ins"), "plans:check-ins"),
    ("red-flags", _("Red flags"), "plans:red-flags"),
    ("documents", _("Documents"), "plans:patient-documents"),
    ("intake", _("Intake"), "patients:intake"),
    ("history", _("History"), "patients:history"),
)


@dataclass(frozen=True)
class Door:
    room: Room
    url: str
    current: bool


ROOMS: tuple[Room, ...] = (
    Room("worklist", _("Worklist"), "plans:home", Permission.VIEW_PATIENTS, "list", _("Worklist")),
    Room(
        "patients",
        _("Patients"),
        "patients:list",
        Permission.VIEW_PATIENTS,
        "person",
        _("Patients"),
    ),
    Room(
        "red-flags",
        _("Red flags"),
        "plans:escalations",
        Permission.VIEW_PATIENTS,
        "red-flag",
        _("Flags"),
    ),
    Room("documents", _("Documents"), "plans:documents", Permission.VIEW_PATIENTS),
    Room("accounts", _("Accounts"), "accounts:list", Permission.MANAGE_ACCOUNTS, "person"),
    Room(
        "clinic",
        _("Clinic"),
        "accounts:clinic",
        (Permission.MANAGE_CLINIC, Permission.CONFIRM_PROTOCOL),
        "visit",
        seldom=True,
    ),
    Room("symptoms", _("Symptoms"), "accounts:levels", Permission.MANAGE_CLINIC),
    Room("escalation", _("Escalation"), "accounts:ladder", Permission.MANAGE_CLINIC),
    Room("trail", _("Trail"), "audit:list", Permission.READ_TRAIL, "list"),
    Room(
        "reviews",
        _("Emergency access"),
        "patients:reviews",
        Permission.REVIEW_ACCESS,
        "lock",
        seldom=True,
    ),
    Room("records", _("Records"), "patients:records", Permission.KEEP_RECORDS, "person"),
    Room("help", _("Help"), "help", None, "help"),
)


def address(name: str, **kwargs: Any) -> str:
    """The address of a room, or "" while that room does not stand."""
    try:
        return addresses.address(name, **kwargs)
    except NoReverseMatch:
        return ""


def patient_tabs(patient: Any) -> tuple[Tab, ...]:
    return tuple(
        Tab(key, label, url)
        for key, label, name in PATIENT_ROOMS
        if (url := address(name, patient=patient.pk))
    )


def _may_enter(user: Any, room: Room) -> bool:
    asked = room.permission
    if asked is None:
        return True
    return any(user.may(one) for one in (asked if isinstance(asked, tuple) else (asked,)))


def doors(request: HttpRequest, current: str = "") -> tuple[Door, ...]:
    """The rooms open to whoever asks, in order; the current one is named by `current` or found."""
    user: Any = request.user
    if not user.is_authenticated:
        return ()
    found = [
        (room, url) for room in ROOMS if _may_enter(user, room) and (url := address(room.name))
    ]
    if not current:
        under = [(len(url), room.key) for room, url in found if request.path.startswith(url)]
        length, key = max(under, default=(0, ""))
        current = key if length > 1 or request.path == "/" else ""
    return tuple(Door(room, url, room.key == current) for room, url in found)
