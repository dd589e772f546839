"""Handing a message over: by the site's mail server, or to a pager's signed webhook.

Each returns when the other side has taken the message, and raises `NotDelivered` else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import smtplib
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from plans.rules.notices import Fault, NotDelivered
from taperplan.accounts import pagers
from taperplan.accounts.ladder import WEBHOOK

if TYPE_CHECKING:
    from plans.notifications.messages import Message
    from taperplan.accounts.models import Webhook

# A server that takes longer than this for one answer counts as gone.
PATIENCE = 45
_TAKEN = range(200, 300)


def deliver(message: Message, channel: str, pager: Webhook | None, *, demo: bool) -> None:
    """Raises: NotDelivered."""
    if channel == WEBHOOK:
        _page(message, pager)
    elif settings.EMAIL_CONFIGURED:
        _mail(message)
    elif not demo:
        raise NotDelivered(Fault.NO_MAIL_SERVER)
    # The demo without a mail server has nobody to tell: its people are made up.


def message_id(message: Message) -> str:
    """The same for every try, so that the reader's mailbox can tell a retry from a reminder."""
    _name, _at, domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")
    return f"<{message.key}@{domain.rstrip('>') or 'localhost'}>"


def _mail(message: Message) -> None:
    mail = EmailMessage(
        message.subject,
        message.text,
        settings.DEFAULT_FROM_EMAIL,
        [message.address],
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )
    try:
        taken = mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise NotDelivered(Fault.ADDRESS_REFUSED) from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotDelivered(Fault.NOT_SIGNED_IN) from error
    except (smtplib.SMTPServerDisconnected, ConnectionResetError, BrokenPipeError) as error:
        raise NotDelivered(Fault.BROKE_OFF) from error
    except smtplib.SMTPException as error:
        raise NotDelivered(Fault.REFUSED) from error
    except TimeoutError as error:
        raise NotDelivered(Fault.TOO_SLOW) from error
    except OSError as error:
        raise NotDelivered(Fault.UNREACHABLE) from error
    if not taken:
        raise NotDelivered(Fault.ADDRESS_REFUSED)


def signature(key: bytes, name: str, moment: str, body: bytes) -> str:
    """As the Standard Webhooks convention signs: of name, time and body, HMAC-SHA-256."""
    signed = b".".join([name.encode(), moment.encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _page(message: Message, pager: Webhook | None) -> None:
    if pager is None:
        raise NotDelivered(Fault.NO_PAGER)
    # The list may have changed since the address was typed.
    if not pagers.allowed(pager.url):
        raise NotDelivered(Fault.NO_PAGER)
    parts = urlsplit(pager.url)
    body = json.dumps(
        {
            "type": message.kind,
            "reference": message.reference,
            "text": message.subject,
            "link": message.link,
            "to": message.address,
        }
    ).encode()
    name, moment = str(message.key), str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "taperplan",
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": signature(pager.secret, name, moment, body),
    }
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.connect()
        # A name may lead anywhere by now: before a word is said, who is it that answers?
        if not pagers.peer_allowed(connection.sock.getpeername()[0]):
            raise NotDelivered(Fault.NO_PAGER)
        path = parts.path or "/"
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        # No redirect is followed: the message goes where the clinic said, or nowhere.
        answer = connection.getresponse()
        answer.read(1024)
    except TimeoutError as error:
        raise NotDelivered(Fault.TOO_SLOW) from error
    except (ConnectionResetError, BrokenPipeError, http.client.HTTPException) as error:
        raise NotDelivered(Fault.BROKE_OFF) from error
    except (OSError, socket.gaierror) as error:
        raise NotDelivered(Fault.UNREACHABLE) from error
    finally:
        connection.close()
    if answer.status in (401, 403):
        raise NotDelivered(Fault.NOT_SIGNED_IN)
    if answer.status not in _TAKEN:
        raise NotDelivered(Fault.REFUSED)
