"""A one-time link on its way: by mail where a mail server is set, else by the administrator."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from taperplan.accounts import links
from taperplan.accounts.models import OneTimeLink

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logging.getLogger(__name__)


def path(link: OneTimeLink) -> str:
    return reverse("accounts:join", args=[links.token(link)])


def send(link: OneTimeLink, request: HttpRequest) -> bool:
    """Mail the link; False when it could not be handed over. Never inside a transaction."""
    invitation = link.purpose == OneTimeLink.Purpose.INVITATION
    subject = _("Your account in taperplan") if invitation else _("A new password for taperplan")
    text = render_to_string(
        "accounts/mail/one_time_link.txt",
        {
            "link": link,
            "invitation": invitation,
            "clinic": link.membership.clinic,
            "url": request.build_absolute_uri(path(link)),
        },
    )
    message = EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [link.membership.user.email])
    try:
        message.send()
    except (SMTPException, OSError) as error:
        log.warning("The mail %s was not sent: %s.", link.reference, type(error).__name__)
        return False
    return True
