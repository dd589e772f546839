"""Every form, sent what no form sends: never an answer of 500."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from tests import doors
from tests.access import rows
from tests.access.engine import ROLES, addresses, url_of
from tests.access.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = rows.collected()
NASTY = (
    "", " ", "0", "-1", "1_5", "1e400", "NaN", "٣", "9" * 400, "\0", "\ud800", "\u202eabc", "'; --",
    "<script>x</script>", "{{7*7}}", "%s%n", "../../etc/passwd", "=1+1", "on", "None", "null", "[]",
    "{}", "a\r\nSet-Cookie: x=1", "00000000-0000-0000-0000-000000000000", "2026-02-30", "31", "99",
    "x" * 5_000, "é" * 300, "🙂", "1/0", "0/0", "true", "undefined", "patient", "\t", "&amp;",
)  # fmt: skip
NAME = re.compile(r'<(?:input|select|textarea)[^>]*?\sname="([^"]+)"')
ROUNDS = 6


def names_on(page: str) -> list[str]:
    return sorted(set(NAME.findall(page)))


@pytest.mark.slow
@pytest.mark.one_engine
@pytest.mark.parametrize("seed", [1, 2])
def test_no_form_answers_with_500_whatever_it_is_sent(
    seed: int, world: World, record_property: Callable[[str, object], None]
) -> None:
    world.fill()
    chance = random.Random(seed)  # noqa: S311  (repeatable, no secret)
    known = {address.name: address for address in addresses()}
    broken: list[str] = []
    sent = 0
    for name, row in sorted(ROWS.items()):
        if row.post == 405:
            continue
        url = url_of(row, known[name], world)
        role = next(
            (one for one in ROLES if row.expected("POST", one, names_an_object=True)[0] < 400),
            "prescriber",
        )
        client = doors.signed_in(world.people[role])
        client.raise_request_exception = False
        valid: dict[str, Any] = dict(row.data(world)) if row.data else {}
        with transaction.atomic():
            drawn = client.get(url)
            transaction.set_rollback(True)
        body = drawn.content.decode("utf-8", "replace") if not drawn.streaming else ""
        fields = sorted({*names_on(body), *valid, "token", "why", "note"} - {"csrfmiddlewaretoken"})
        for _round in range(ROUNDS):
            typed = {one: chance.choice(NASTY) for one in fields if chance.random() < 0.8}
            # Half of them with what is right but for one field, so that later steps are reached.
            if valid and chance.random() < 0.5:
                typed = {**valid, chance.choice(fields): chance.choice(NASTY)}
            with transaction.atomic():
                answer = client.post(url, _as_bytes(typed))
                sent += 1
                if answer.status_code >= 500:
                    broken.append(f"{name} as {role}: {answer.status_code} {typed!r:.300}")
                transaction.set_rollback(True)
    record_property("forms sent", sent)
    assert sent > 400
    assert not broken, "\n".join(broken[:20])


def _as_bytes(typed: dict[str, Any]) -> dict[str, Any]:
    """A lone surrogate goes over the wire as the bytes a browser would make of it."""
    return {
        name: value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        if isinstance(value, str)
        else value
        for name, value in typed.items()
    }


def test_the_fields_of_a_page_are_found() -> None:
    page = '<input type="text" name="why"><select id="x" name="kind"></select><textarea name="n">'
    assert names_on(page) == ["kind", "n", "why"]
