"""Recovery codes: shown once, kept as salted hashes, each used once."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.urls import reverse

from taperplan.accounts import recovery
from tests import doors
from tests.accounts.conftest import come_in
from tests.harness.chromium import enrol

if TYPE_CHECKING:
    from taperplan.accounts.models import User

# As the library wrote it: ten codes of eight digits, of which the first is used.
SEED = {"seed": "00" * 40, "used_mask": 1}


def row_of(user: User) -> Authenticator:
    found: Authenticator = Authenticator.objects.get(user=user, type="recovery_codes")
    return found


def test_what_is_kept_holds_no_code_and_no_seed(clare: User) -> None:
    codes, data = recovery.made()
    recovery.replace(clare, data)

    kept = json.dumps(row_of(clare).data)
    assert len(set(codes)) == recovery.COUNT
    assert all(re.fullmatch(r"\d{12}", code) and code not in kept for code in codes)
    assert "seed" not in kept
    assert recovery.kept(codes)["salt"] != data["salt"]


def test_codes_are_shown_in_the_answer_that_makes_them_and_never_again(clare: User) -> None:
    client = come_in(clare, enrol(clare))
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert "Show my recovery codes" in page
    assert row_of(clare).data["hashes"] == []

    shown = client.post(reverse("mfa_generate_recovery_codes")).content.decode()
    codes = re.findall(r"<li>(\d{4} \d{4} \d{4})</li>", shown)

    assert len(codes) == recovery.COUNT
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert "10 of 10 codes are left" in again
    assert not any(code in again for code in codes)
    other = doors.Client()
    other.post(reverse("account_login"), {"login": clare.email, "password": "x"})
    assert row_of(clare).wrap().validate_code(codes[3])
    assert not row_of(clare).wrap().validate_code(codes[3].replace(" ", ""))
    assert "9 of 10" in client.get(reverse("mfa_view_recovery_codes")).content.decode()


@pytest.mark.one_engine
@pytest.mark.parametrize("typed", ["", "000000", "12345678901", "٣" * 12, "x" * 12, "1" * 4_000])
def test_what_is_no_code_is_refused_without_hashing(
    clare: User, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _codes, data = recovery.made()
    recovery.replace(clare, data)
    monkeypatch.setattr(recovery, "_hash", lambda *_: pytest.fail("hashed"))

    assert not row_of(clare).wrap().validate_code(typed)


def test_codes_of_the_library_go_on_working_as_hashes(clare: User) -> None:
    codes = recovery._Library(Authenticator(data=SEED)).generate_codes()
    row = Authenticator.objects.create(user=clare, type="recovery_codes", data=SEED)

    migration = import_module("taperplan.accounts.migrations.0005_recovery_codes")
    migration.hash_codes(apps, None)

    row.refresh_from_db()
    assert "seed" not in row.data
    assert len(row.data["hashes"]) == len(codes) - 1
    assert not row.wrap().validate_code(codes[0]), "it was used before"
    assert row.wrap().validate_code(codes[1])
    assert not row.wrap().validate_code(codes[1])


def test_a_seed_that_an_older_program_wrote_meanwhile_is_hashed_when_used(clare: User) -> None:
    codes = recovery._Library(Authenticator(data=SEED)).generate_codes()
    row = Authenticator.objects.create(user=clare, type="recovery_codes", data=SEED)

    assert len(row.wrap().get_unused_codes()) == len(codes) - 1
    assert row.wrap().validate_code(codes[2])
    row.refresh_from_db()
    assert "seed" not in row.data
    assert not row.wrap().validate_code(codes[2])


def test_the_program_before_this_one_finds_no_code_and_no_fault(clare: User) -> None:
    _codes, data = recovery.made()

    older = recovery._Library(Authenticator(user=clare, data=data))

    assert older.get_unused_codes() == []
    assert not older.validate_code("12345678")
