"""What the fields take, what they refuse and in which words."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from taperplan import tokens
from taperplan.fields import (
    ChoiceField,
    CountField,
    DayField,
    DaysField,
    LineField,
    NoteField,
    PhoneField,
    QuantityField,
    TokenField,
)

if TYPE_CHECKING:
    from taperplan.accounts.models import User


def refusal(field: forms.Field, typed: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    return " ".join(refused.value.messages)


def drawn(field: forms.Field, typed: Any = None) -> str:
    form = type("Form", (forms.Form,), {"it": field})
    return str(form(None if typed is None else typed)["it"])


@pytest.mark.parametrize(
    ("typed", "read"),
    [("0.5", Fraction(1, 2)), ("1/2", Fraction(1, 2)), ("1 1/2", Fraction(3, 2)), ("0", 0)],
)
def test_a_figure_is_read_exactly_as_it_was_typed(typed: str, read: Fraction) -> None:
    assert QuantityField().clean(typed) == read


def test_an_empty_figure_is_no_figure_and_never_nought() -> None:
    assert QuantityField(required=False).clean("") is None
    assert QuantityField(required=False).clean("   ") is None


@pytest.mark.parametrize(
    "typed", ["1,5", "1_5", "1e400", "NaN", "-1", ".5", "5.", "1.5.5", "٣", "\uff13", "1" * 65]
)
def test_a_figure_with_two_meanings_or_none_is_refused_in_a_sentence(typed: str) -> None:
    assert refusal(QuantityField(), typed).endswith(".")


def test_a_field_for_a_figure_presets_bounds_and_suggests_nothing() -> None:
    for field in (QuantityField(), CountField(), DaysField()):
        html = drawn(field)
        assert 'type="text"' in html
        assert 'inputmode="decimal"' in html
        assert 'autocomplete="off"' in html
        for never in ("placeholder", "min=", "max=", "step=", "list=", "value="):
            assert never not in html, never


def test_a_date_is_three_boxes_and_keeps_what_was_typed() -> None:
    html = drawn(DayField(label="Date"), {"it_0": "29", "it_1": "2", "it_2": "1957"})

    for box, typed in (("it_0", "29"), ("it_1", "2"), ("it_2", "1957")):
        assert f'name="{box}" value="{typed}"' in html
    assert "does not exist" in refusal(DayField(), ["29", "2", "1957"])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["3", "", "1970"], "Type the month too."),
        (["3", "", ""], "Type the month and year too."),
        (["31", "4", "2026"], "April has 30 days."),
        (["1", "13", "2026"], "does not exist"),
        (["1", "1", "26"], "has no full year"),
        (["x", "y", "z"], "Type day, month and year"),
    ],
)
def test_a_date_that_is_none_says_what_is_wrong(typed: list[str], said: str) -> None:
    assert said in refusal(DayField(), typed)


def test_a_birth_date_to_come_is_refused() -> None:
    today = date(2026, 11, 24)

    assert DayField(not_after=today).clean(["24", "11", "2026"]) == today
    assert "is still to come" in refusal(DayField(not_after=today), ["25", "11", "2026"])


def test_no_answer_is_chosen_beforehand() -> None:
    field = ChoiceField(choices=[("no", "No"), ("yes", "Yes")], look="segments")

    assert "checked" not in drawn(field)
    assert refusal(field, "") == "Choose one answer."
    assert refusal(field, "maybe") == "Choose one of the answers shown."


def test_a_note_too_long_is_refused_with_both_lengths_and_nothing_is_cut() -> None:
    assert NoteField(limit=10).clean("a" * 10) == "a" * 10
    assert refusal(NoteField(limit=10), "a" * 1_234) == (
        "This has 1,234 characters. 10 characters are the most."
    )


@pytest.mark.parametrize("letter", ["\x00", "\ud800", "\u202e", "\x1b", "\u2066"])
def test_a_letter_that_no_printer_shows_is_refused(letter: str) -> None:
    assert "Type it again." in refusal(NoteField(), f"well{letter}ness")


@pytest.mark.parametrize(
    "name", ["O'Brien", "<script>", "=1+1", "Zoë", "Γιώργος", "李", "D\u2019Arc"]
)
def test_a_name_is_kept_as_it_was_typed(name: str) -> None:
    assert LineField().clean(name) == name


def test_a_name_is_one_line() -> None:
    assert refusal(LineField(), "Otto\nBcc: x") == "Type this in one line."


def test_a_phone_number_with_a_letter_is_refused() -> None:
    assert PhoneField().clean("+49 30 555-0142") == "+49 30 555-0142"
    assert "is not a phone number" in refusal(PhoneField(), "55-O1")


def test_a_form_is_good_for_the_person_and_the_purpose_it_was_given_for(
    clare: User, theo: User
) -> None:
    field = TokenField(user=clare, purpose="register")
    given = tokens.issue(clare, "register")

    assert field.clean(given) == tokens.read(given, clare, "register")
    for wrong in ("", "x", tokens.issue(theo, "register"), tokens.issue(clare, "sign")):
        assert "Open it again." in refusal(field, wrong)
