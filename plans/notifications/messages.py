"""The words of a message: that a red flag needs somebody, its reference, a link. Nothing else.

No name, no symptom, no clinic: mail and pagers are read over shoulders and kept by others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from plans.rules.redflags import Level

if TYPE_CHECKING:
    import uuid

    from patients.models import EmergencyAccess
    from plans.models import Sending


@dataclass(frozen=True)
class Message:
    """`key` is the same for every try of one sending."""

    key: uuid.UUID
    kind: str
    reference: str
    subject: str
    text: str
    link: str
    address: str


def of(sending: Sending) -> Message:
    """The sending's message; its outbox row with the red flag, or its test, is loaded."""
    if sending.test is not None:
        return _test(sending)
    if sending.access is not None:
        return _access(sending, sending.access)
    outbox = sending.outbox
    assert outbox is not None  # noqa: S101  # nosec B101  # the table's own constraint
    flag = outbox.escalation
    emergency = flag.level == Level.EMERGENCY.value
    need = (
        _("An emergency red flag needs you.") if emergency else _("A same-day red flag needs you.")
    )
    lines = [need, _("Reference: %(reference)s") % {"reference": flag.reference}]
    link = ""
    if sending.reference_only:
        lines += [
            _("Nobody stands on the clinic's ladder. You cannot open this red flag."),
            _("Tell a clinician the reference now, and put somebody on the ladder."),
        ]
    else:
        link = _absolute(reverse("plans:red-flag", kwargs={"escalation": flag.pk}))
        lines += [link, _("Opening it acknowledges nothing: press Acknowledge on the page.")]
    if outbox.turn:
        lines.insert(1, _("This is a reminder, number %(turn)s.") % {"turn": outbox.turn})
    return Message(
        key=sending.pk,
        kind="red-flag",
        reference=flag.reference,
        subject=f"{need.rstrip('.')}: {flag.reference}",
        text="\n".join(lines) + "\n",
        link=link,
        address=sending.address,
    )


def _test(sending: Sending) -> Message:
    test = sending.test
    assert test is not None  # noqa: S101  # nosec B101  # asked by the caller
    link = _absolute(reverse("accounts:test-message", kwargs={"test_message": test.pk}))
    lines = [
        _("This is a test message. No patient is concerned."),
        _("Reference: %(reference)s") % {"reference": test.reference},
        link,
        _("Opening it acknowledges nothing: press Acknowledge on the page."),
    ]
    return Message(
        key=sending.pk,
        kind="test",
        reference=test.reference,
        subject=_("Test message: %(reference)s") % {"reference": test.reference},
        text="\n".join(lines) + "\n",
        link=link,
        address=sending.address,
    )


def _access(sending: Sending, access: EmergencyAccess) -> Message:
    need = _("A use of emergency access waits for its review.")
    lines = [need, _("Reference: %(reference)s") % {"reference": access.reference}]
    link = ""
    if sending.reference_only:
        lines += [
            _("Nobody else holds the mark of the privacy lead. You cannot review this use."),
            _("Give the mark to somebody who can."),
        ]
    else:
        link = _absolute(reverse("patients:review", kwargs={"emergency_access": access.pk}))
        lines.append(link)
    return Message(
        key=sending.pk,
        kind="emergency-access",
        reference=access.reference,
        subject=f"{need.rstrip('.')}: {access.reference}",
        text="\n".join(lines) + "\n",
        link=link,
        address=sending.address,
    )


def _absolute(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path
