"""The form's token: a signed key for the record that the form will make.

The token is bound to the person and the purpose, and *becomes the primary key*. So the
second arrival of one form (pressed twice, sent again after a time-out, refreshed) finds the
record that the first one made, without a table to remember tokens in.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core import signing

if TYPE_CHECKING:
    from taperplan.accounts.models import User

SALT = "taperplan.form-token"


class BadToken(ValueError):
    """The token is not one that this person was given for this purpose."""


def issue(user: User, purpose: str) -> str:
    return signing.dumps([uuid.uuid4().hex, str(user.pk), purpose], salt=SALT, compress=False)


def read(token: str, user: User, purpose: str) -> uuid.UUID:
    """The key inside `token`.

    Raises:
        BadToken: forged, of another person, or given for another form.
    """
    try:
        key, owner, meant_for = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadToken from error
    if owner != str(user.pk) or meant_for != purpose:
        raise BadToken
    return uuid.UUID(hex=key)
