"""The look at whole pages finds what it is for."""

from __future__ import annotations

import pytest

from tests.architecture.whole import unsound

PAGE = '<html lang="en"><head><title>Plans</title></head><body><h1>Plans</h1>{}</body></html>'


def test_a_whole_page_has_no_fault() -> None:
    form = '<form method="post"><input type="hidden" name="csrfmiddlewaretoken"></form>'

    assert unsound(PAGE.format(form)) == []


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (PAGE.format('<form method="post" action="/x/"></form>'), "carries no token"),
        (PAGE.format('<p id="a"></p><p id="a"></p>'), "two elements are called a"),
        (PAGE.format("<h1>Again</h1>"), "has 2 first headings"),
        (PAGE.replace(' lang="en"', "").format(""), "says no language"),
        (PAGE.replace("<title>Plans</title>", "").format(""), "has no title"),
        (PAGE.format("<p>Fraction(1, 2) mg</p>"), "shows 'Fraction('"),
    ],
)
def test_a_page_that_lacks_something_is_found(page: str, fault: str) -> None:
    assert any(fault in line for line in unsound(page))
