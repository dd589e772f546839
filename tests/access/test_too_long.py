"""Ten megabytes in any box: a sentence that says how much it holds, and all of it still there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from tests import doors
from tests.access import rows
from tests.access.engine import ROLES, addresses, url_of

if TYPE_CHECKING:
    from tests.access.world import World

pytestmark = [pytest.mark.slow, pytest.mark.one_engine]

LONG = "x" * 10_000_000
SAID = re.compile(r"10,000,000 characters|too long for this field")
ROWS = rows.collected()
# Forms that record something, and show themselves again when refused.
FORMS = {
    address.name: address
    for address in addresses()
    if address.name in ROWS
    and ROWS[address.name].data is not None
    and any(200 in ROWS[address.name].expected("GET", role, names_an_object=True) for role in ROLES)
}
# What is typed here is kept as a draft whatever it is; the page then says what is wrong.
DRAFTS = {"plans:draft", "plans:check-in-edit", "plans:check-in-new"}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_ten_megabytes_are_refused_with_a_sentence_and_kept(name: str, world: World) -> None:
    world.fill()
    row = ROWS[name]
    role = next(r for r in ROLES if 200 in row.expected("GET", r, names_an_object=True))
    client = doors.signed_in(world.people[role])
    url = url_of(row, FORMS[name], world)
    page = client.get(url).content.decode()
    form = page[page.index("<main") :]
    boxes = re.findall(r'<textarea[^>]*?name="([^"_][^"]*)"', form)
    boxes += re.findall(r'<input type="text"[^>]*?name="([^"_][^"]*)"', form)
    assert row.data is not None
    for box in [box for box in boxes if "__" not in box][:3]:
        data = {**row.data(world), box: LONG}
        if name in DRAFTS:
            # Everything that the page sends, as it stands.
            there = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', form))
            data = {**there, **data, "act": "complete"}
        with transaction.atomic():
            answer = client.post(url, data, follow=True)
            transaction.set_rollback(True)
        assert answer.status_code in (200, 422), (box, answer.status_code)
        shown = answer.content.decode()
        assert SAID.search(shown), f"{name}: nothing is said of {box}"
        assert LONG in shown, f"{name}: what was typed in {box} is gone"
