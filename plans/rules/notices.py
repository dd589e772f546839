"""What can go wrong on a notice's way, and when that is said on every page."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from taperplan.words import gettext as _

# With pages that ask again each half minute, this stays under two minutes.
SILENCE = timedelta(seconds=60)
# A notice that has not arrived after this, or after so many tries, is said on every page.
LATE = timedelta(seconds=60)
TRIES = 3


def lives(beat: datetime | None, now: datetime) -> bool:
    """A beat that lies in the future says nothing either: the clock was set back."""
    return beat is not None and abs(now - beat) <= SILENCE


class Fault(StrEnum):
    NO_MAIL_SERVER = "no mail server"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too slow"
    BROKE_OFF = "broke off"
    REFUSED = "refused"
    ADDRESS_REFUSED = "address refused"
    NOT_SIGNED_IN = "not signed in"
    NO_PAGER = "no pager"
    LEFT = "left"
    UNEXPECTED = "unexpected"

    @property
    def label(self) -> str:  # noqa: C901  (one line a fault)
        match self:
            case Fault.NO_MAIL_SERVER:
                return _("no mail server is set")
            case Fault.UNREACHABLE:
                return _("the server cannot be reached")
            case Fault.TOO_SLOW:
                return _("the server does not answer in time")
            case Fault.BROKE_OFF:
                return _("the server broke off")
            case Fault.REFUSED:
                return _("the server refused the message")
            case Fault.ADDRESS_REFUSED:
                return _("the mail server refused the address")
            case Fault.NOT_SIGNED_IN:
                return _("the server refused our password")
            case Fault.NO_PAGER:
                return _("no pager address is typed, or this installation does not allow it")
            case Fault.LEFT:
                return _("this person does not work here any more")
            case Fault.UNEXPECTED:
                return _("something that was not foreseen; the log has its kind")


def fault_words(word: str) -> str:
    """What the page says; empty where nothing has gone wrong yet."""
    return Fault(word).label if word else ""


class NotDelivered(Exception):
    """A message was not handed over. It is tried again."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault
