from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.identity import (
    LONGEST_SEARCH,
    alike,
    digits,
    folded,
    name_search,
    same_phone,
    squeezed,
    wanted,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Zoë", "zoe"),
        ("O'Brien", "obrien"),
        ("O\u2019Brien", "obrien"),
        ("Γιώργος", "γιωργοσ"),
        ("ΔΕΊΓΜΑ", "δειγμα"),
        ("Łukasz Ångström", "lukasz angstrom"),
        ("Straße", "strasse"),
        ("Þór", "thor"),
        ("<script>", "script"),
        ("=1+1", "1 1"),
        ("\u202eabc\x00", "abc"),
        ("\ud800", ""),
        ("---", ""),
    ],
)
def test_case_diacritics_and_signs_do_not_count_in_a_search(typed: str, kept: str) -> None:
    assert folded(typed) == kept


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_and_no_text_breaks_it(typed: str) -> None:
    once = folded(typed)

    assert folded(once) == once
    assert squeezed(typed) == once.replace(" ", "")


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=120))
def test_what_is_searched_in_always_fits_its_index(
    family: str, given_names: str, other: str
) -> None:
    assert len(name_search(family, given_names, other)) <= LONGEST_SEARCH


def test_every_word_of_a_name_is_led_by_a_blank() -> None:
    assert name_search("O'Brien-Beispiel", "Zoë") == " obrien beispiel o brien zoe"


@pytest.mark.parametrize(
    ("typed", "words", "days"),
    [
        ("otto sample", ("otto", "sample"), ()),
        ("21 Nov 1956", (), (date(1956, 11, 21),)),
        ("sample 21.11.1956", ("sample",), (date(1956, 11, 21),)),
        ("1956-11-21", (), (date(1956, 11, 21),)),
        ("November 21, 1956", (), (date(1956, 11, 21),)),
        ("21 11 1956 otto", ("otto",), (date(1956, 11, 21),)),
        ("3/4/1970", (), (date(1970, 4, 3), date(1970, 3, 4))),
        ("DEMO 0042 17", ("demo", "0042", "17"), ()),
        ("555-0142", ("5550142",), ()),
        ("(555) 0142", ("555", "0142"), ()),
        ("29 2 1957", ("29", "2", "1957"), ()),
        ("31 13 9999", ("31", "13", "9999"), ()),
        ("1 1 0001", (), (date(1, 1, 1),)),
        ("   ", (), ()),
        ("'", (), ()),
        ("\x00", (), ()),
    ],
)
def test_a_search_is_read_as_names_numbers_and_birth_dates(
    typed: str, words: tuple[str, ...], days: tuple[date, ...]
) -> None:
    found = wanted(typed)

    assert (found.words, found.days) == (words, days)
    assert found.nothing == (not words and not days)


@given(st.text(max_size=400))
def test_no_search_breaks_the_reading(typed: str) -> None:
    assert len(wanted(typed).words) <= 12


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("5550142", "5550142", True),
        ("495550142", "05550142", True),
        ("555014", "555015", False),
        ("0142", "0142", False),
        ("", "", False),
    ],
)
def test_a_phone_is_the_same_with_and_without_its_country_code(
    one: str, other: str, same: bool
) -> None:
    assert same_phone(one, other) is same


def test_similar_names_are_found_alike_and_others_are_not() -> None:
    assert alike(["sample", "otto"], ["sample", "ottilie"])
    assert alike(["meier"], ["meyer"])
    assert not alike(["sample", "otto"], ["fixture", "zoe"])


def test_only_ascii_digits_make_a_phone_number() -> None:
    assert digits("+49 (555) 0142 \u0663") == "495550142"
