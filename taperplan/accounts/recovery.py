"""Recovery codes: twelve digits each, shown once, kept as a salted hash, used once.

The library derives its codes from a seed that it keeps, so whoever reads the table could work
them out. Here the table holds one salt for a person's codes and what argon2 makes of each: a
guess costs one run of argon2 whatever the number of codes. The library's own class is replaced
by this one, so nothing of it makes a seed.
"""

from __future__ import annotations

import base64
import re
import secrets
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth, flows
from django.db import transaction
from django.utils.crypto import constant_time_compare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taperplan.accounts.models import User

COUNT, DIGITS = 10, 12
KIND = Authenticator.Type.RECOVERY_CODES
# Eight digits: those that the library made, hashed since.
_CODE = re.compile(r"\d{12}|\d{8}")
# How often somebody else may have used another code in the meantime.
_TRIES = 20
_COST = {"time_cost": 2, "memory_cost": 19_456, "parallelism": 1}

_Library = auth.RecoveryCodes


class HashedRecoveryCodes(auth.RecoveryCodes):
    """What the library asks of a person's codes, answered from hashes."""

    instance: Authenticator

    @classmethod
    def activate(cls, user: User) -> HashedRecoveryCodes:
        """The place for codes; they are made when somebody asks to be shown them."""
        row, _made = Authenticator.objects.get_or_create(
            user=user, type=KIND, defaults={"data": kept([])}
        )
        return cls(row)

    def generate_codes(self) -> list[str]:
        """Nobody can: only their hashes are kept."""
        return []

    def get_unused_codes(self) -> list[str]:
        """A star for each that is left, which the library counts."""
        data = self.instance.data
        left = _Library(self.instance).get_unused_codes() if "seed" in data else data["hashes"]
        return ["*" for _one in left]

    def validate_code(self, code: str) -> bool:
        """Whether it is one of them and was not used; it is used with that."""
        typed = re.sub(r"[\s-]", "", code)
        if not (typed.isascii() and _CODE.fullmatch(typed)):
            return False
        for _try in range(_TRIES):
            self.instance.refresh_from_db()
            data = hashed(self.instance.data)
            left = data.get("hashes", [])
            tried = _hash(typed, data) if left else ""
            others = [one for one in left if not constant_time_compare(one, tried)]
            if len(others) == len(left):
                return False
            # One statement: whoever comes second finds other codes than those that were read.
            same = Authenticator.objects.filter(pk=self.instance.pk, data=self.instance.data)
            if same.update(data={**data, "hashes": others}):
                return True
        return False


def made() -> tuple[list[str], dict[str, Any]]:
    """New codes, and what is kept of them. Takes a while: call it outside a transaction."""
    codes = [f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}" for _one in range(COUNT)]
    return codes, kept(codes)


def replace(user: User, data: Mapping[str, Any]) -> None:
    """Those before stop working."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user, type=KIND).delete()
        Authenticator.objects.create(user=user, type=KIND, data=dict(data))


def kept(codes: Sequence[str]) -> dict[str, Any]:
    # "migrated_codes": a copy of the program before this one finds no code there, and no fault.
    data: dict[str, Any] = {
        "migrated_codes": [],
        "salt": base64.b64encode(secrets.token_bytes(16)).decode(),
        "cost": dict(_COST),
    }
    return {**data, "hashes": [_hash(code, data) for code in codes]}


def hashed(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the library kept as a seed, as hashes of the codes that were not used yet."""
    if "seed" not in data:
        return dict(data)
    codes: list[str] = _Library(Authenticator(data=dict(data))).get_unused_codes()
    return kept(codes)


def _hash(code: str, data: Mapping[str, Any]) -> str:
    # A password is checked before a code is: until then no server needs it.
    from argon2.low_level import Type, hash_secret_raw

    cost = data["cost"]
    raw = hash_secret_raw(
        code.encode(),
        base64.b64decode(data["salt"]),
        time_cost=cost["time_cost"],
        memory_cost=cost["memory_cost"],
        parallelism=cost["parallelism"],
        hash_len=32,
        type=Type.ID,
    )
    return base64.b64encode(raw).decode()


def take_over() -> None:
    """Called once by the accounts app: the library looks its class up in these two modules."""
    for module in (auth, flows):
        vars(module)["RecoveryCodes"] = HashedRecoveryCodes
