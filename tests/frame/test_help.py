"""Help: a page and a picture for each job, the words, the keys, what the software does not do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plans.presenters import choices
from plans.rules.paper import DocumentKind
from taperplan import helping, looks
from taperplan.navigation import ROLE_WORDS
from tests import doors
from tests.harness.chromium import assert_fits, assert_no_violations

if TYPE_CHECKING:
    from taperplan.accounts.models import User
    from tests.harness.chromium import OpenPage

PICTURES = Path(__file__).parents[2] / "taperplan" / "static" / "taperplan" / "help"
# What a page may weigh, less what every page does.
HEAVIEST = 55_000


def test_every_job_has_its_picture_and_no_picture_is_left_over() -> None:
    assert {one.picture for one in helping.TOPICS} == {path.name for path in PICTURES.iterdir()}
    for path in PICTURES.iterdir():
        assert path.stat().st_size < HEAVIEST, path.name
    assert all(one.shows for one in helping.TOPICS)


def test_help_leads_to_each_job_and_says_what_the_software_does_not_do(clare: User) -> None:
    client = doors.signed_in(clare)

    shown = client.get("/help/").content.decode()

    for one in helping.TOPICS:
        assert f'href="/help/{one.key}/"' in shown
        page = client.get(f"/help/{one.key}/")
        assert page.status_code == 200
        assert str(one.steps[0]).split("'")[0] in page.content.decode()
    assert "It fills in no figure" in shown
    assert client.get("/help/no-such-job/").status_code == 404


# What a tag says that needs no explaining.
PLAIN = {
    "Open", "Today", "Soon", "Due today", "Review due", "Invited", "Closed", "Deactivated", "Died",
}  # fmt: skip


def test_every_word_that_a_state_a_role_or_a_paper_has_is_explained() -> None:
    said = " ".join(str(word) for _about, words in helping.GLOSSARY for word, _says in words)
    shown = {
        *(str(look.word) for look in looks.TAGS.values()),
        *(str(word) for word in ROLE_WORDS.values()),
        *(str(word) for _key, word in choices.ROLES),
        *(kind.words for kind in DocumentKind),
    } - PLAIN
    unexplained = [word for word in shown if word.lower() not in said.lower()]
    assert not unexplained
    words = [str(word) for _about, words in helping.GLOSSARY for word, _says in words]
    assert len(words) == len(set(words))


@pytest.mark.sweep
@pytest.mark.parametrize("width", [390])
def test_a_page_of_help_is_read_on_a_phone(clare: User, browser_page: OpenPage, width: int) -> None:
    page = browser_page(clare, width=width)
    for address in ("/help/", "/help/worklist/"):
        page.goto(address)
        assert_no_violations(page)
        assert_fits(page)
