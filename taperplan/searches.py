"""The words of a search, out of the address.

A search is sent in the body of a POST, and answered with the address of what it finds. That holds
the words sealed: readable by this site alone, for the person who searched, for as long as a
session may last. So the back button, a reload, pages of a list and two tabs work as with plain
words, and no history, log or link that somebody passes on holds the name of a patient.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import User

TYPED, SEALED = "q", "search"
LONGEST = 200
_NONCE, _CLOCK, _LENGTH, _BLOCK = 12, 8, 2, 32
_WORDS = _CLOCK + _LENGTH


def typed(request: ClinicianRequest) -> str:
    """What is searched for, as a POST says it."""
    return request.POST.get(TYPED, "")


def asked(request: ClinicianRequest) -> str:
    """What is searched for, as the address says it; empty where it does not, or not any more."""
    return opened(request.user, request.GET.get(SEALED, ""))


def answered(
    request: ClinicianRequest, words: str | None = None, *, beside: Sequence[str] = ()
) -> HttpResponse:
    """Leads to the same page for what was typed; `beside` names what stays as it was chosen."""
    words = typed(request) if words is None else words
    kept = {name: value for name in beside if (value := request.POST.get(name, ""))}
    if words.strip():
        kept[SEALED] = sealed(request.user, words)
    query = f"?{urlencode(kept, errors='replace')}" if kept else ""
    return redirect(f"{request.path}{query}")


def sealed(user: User, words: str) -> str:
    nonce = secrets.token_bytes(_NONCE)
    text = words[:LONGEST].encode("utf-8", "replace")
    plain = int(time.time()).to_bytes(_CLOCK) + len(text).to_bytes(_LENGTH) + text
    # Filled up, so that the length tells little.
    plain += b"\0" * (-len(plain) % _BLOCK)
    held = _cipher().encrypt(nonce, plain, str(user.pk).encode())
    return base64.urlsafe_b64encode(nonce + held).rstrip(b"=").decode()


def opened(user: User, token: str) -> str:
    """The words; empty for a token that is nobody's, another person's or too old."""
    if not token or len(token) > 8 * LONGEST or not token.isascii():
        return ""
    from cryptography.exceptions import InvalidTag

    try:
        held = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        plain = _cipher().decrypt(held[:_NONCE], held[_NONCE:], str(user.pk).encode())
    except (InvalidTag, ValueError, binascii.Error):
        return ""
    began, length = int.from_bytes(plain[:_CLOCK]), int.from_bytes(plain[_CLOCK:_WORDS])
    age = time.time() - began
    if age > settings.SESSION_ABSOLUTE_TIMEOUT.total_seconds():
        return ""
    return plain[_WORDS : _WORDS + length].decode("utf-8", "replace")


def _cipher() -> AESGCM:
    """Imported with a worker's first search: the library weighs more than most pages do."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(salted_hmac("taperplan.searches", "words", algorithm="sha256").digest())
