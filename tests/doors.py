"""Coming in: a client whose session holds a second step, as the middleware asks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.test import Client

from taperplan import searches

if TYPE_CHECKING:
    from taperplan.accounts.models import User

BACKEND = "taperplan.accounts.backends.ClinicBackend"

__all__ = ["BACKEND", "Client", "asking", "signed_in"]


def signed_in(user: User, *, second_step: bool = True) -> Client:
    """A client signed in as `user`; without the second step if so asked."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    session = client.session
    records = [{"method": "password", "at": time.time(), "email": user.email}]
    if second_step:
        records.append({"method": "mfa", "at": time.time(), "type": "totp"})
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(user.pk)
    session["taperplan.began"] = session["taperplan.seen"] = time.time()
    session.save()
    return client


def asking(client: Client, words: str) -> dict[str, str]:
    """The query that sending a search for `words` leads whoever is signed in to."""
    from taperplan.accounts.models import User

    owner = User(pk=client.session["_auth_user_id"])
    return {searches.SEALED: searches.sealed(owner, words)} if words.strip() else {}
