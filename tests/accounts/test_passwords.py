"""What a new password may not be, and that all of it counts."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import get_default_password_validators
from django.core.exceptions import ValidationError
from pytest_django import Settings

from taperplan.accounts.forms.people import NewPasswordForm
from taperplan.accounts.models import User
from taperplan.accounts.passwords import LeakedPasswordValidator

VALIDATOR = LeakedPasswordValidator()


@pytest.mark.parametrize(
    "leaked",
    [
        "password", "Password1234!", "123456789012", "qwertyuiopas", "P@ssw0rd2026",
        "dragonmonkey", "monkeymonkey", "abcabcabcabc", "drowssap1234", "1qaz2wsx3edc",
        "  letmein123456", "zyxwvutsrqpo", "!!!football!!!", "aeropostal123", "IloveYouMari",
        "irelandbridge222", "fallingstar23",
    ],
)  # fmt: skip
def test_a_leaked_password_and_its_ornaments_are_refused(leaked: str) -> None:
    with pytest.raises(ValidationError, match="leaked elsewhere"):
        VALIDATOR.validate(leaked)


def test_more_than_three_thousand_leaked_ones_have_the_length_that_is_asked() -> None:
    long_enough = [one for one in VALIDATOR.long_ones if len(one) >= 12]

    assert len(long_enough) == len(VALIDATOR.long_ones) > 3_000
    assert all(one == one.lower().strip() for one in long_enough)
    # Each is refused as it stands: nothing on the way there changes it.
    for one in sorted(long_enough)[::97]:
        with pytest.raises(ValidationError):
            VALIDATOR.validate(one)


@pytest.mark.parametrize(
    "good",
    [
        "a long enough passphrase",
        "correct horse battery",
        "Ünlösbar-7-Möwe",
        "x" * 5 + "kQz8-lmvu3",
    ],
)
def test_a_passphrase_is_not(good: str) -> None:
    VALIDATOR.validate(good)


def test_it_is_asked_at_every_door() -> None:
    kinds = [type(one) for one in get_default_password_validators()]
    assert LeakedPasswordValidator in kinds
    VALIDATOR.validate("a long enough passphrase" * 20)


@pytest.mark.django_db
def test_no_character_of_a_password_is_cut_off(clare: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    long = "a long enough passphrase " * 10
    form = NewPasswordForm({"password": f"{long}x ", "again": f"{long}x "}, user=clare)
    assert form.is_valid(), form.errors
    kept = make_password(form.cleaned_data["password"])
    assert check_password(f"{long}x ", kept)
    assert not check_password(f"{long}x", kept), "not even a blank at its end"
    assert not check_password(f"{long}y ", kept)
