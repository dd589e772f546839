"""What a page may ask of the database, and that it asks no more when there is more to show."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from taperplan.audit import trail
from tests import doors
from tests.access import rows
from tests.access.crowd import crowd, deepen
from tests.access.engine import addresses, url_of
from tests.access.world import World

FRAME = 3
LIST = 10
PAGE = 18
# Pages that show many patients at once.
LISTS = frozenset({"patients:list"})
ROWS = rows.collected()
PAGES = {
    address.name: address
    for address in addresses()
    if address.name in ROWS
    and 200 in ROWS[address.name].expected("GET", "prescriber", names_an_object=True)
    and not ROWS[address.name].open_because
}


def _most(name: str) -> int:
    return LIST if name in LISTS else PAGE


def _statements(client: doors.Client, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    asked = [query["sql"] for query in captured.captured_queries]
    # Once a minute a session and its person are marked as seen: that is counted where it is
    # looked for, not on whichever page the minute ends.
    seen = any(sql.startswith("UPDATE") and "last_seen" in sql for sql in asked)
    return _statements(client, url) if seen else asked


def test_the_frame_costs_three_statements(world: World) -> None:
    world.fill()
    client = doors.signed_in(world.clare)

    # A page of the frame's own: what it asks is what every page asks.
    asked = _statements(client, reverse("help"))

    assert len(asked) <= FRAME, "\n".join(asked)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(2, marks=pytest.mark.one_engine),
        pytest.param(10, marks=pytest.mark.sweep),
        pytest.param(100, marks=pytest.mark.slow),
    ],
)
def test_a_page_stays_inside_its_statements_and_asks_no_more_when_there_is_more_to_show(
    world: World, more: int
) -> None:
    world.fill()
    client = doors.signed_in(world.clare)
    urls = {name: url_of(ROWS[name], address, world) for name, address in PAGES.items()}
    before = {name: _statements(client, url) for name, url in urls.items()}
    dear = [
        f"{name}: {len(asked)}\n    " + "\n    ".join(sql[:200] for sql in asked)
        for name, asked in before.items()
        if len(asked) > _most(name)
    ]
    assert not dear, "\n".join(dear)

    crowd(world, more)
    deepen(world, more)
    grown = []
    for name, url in urls.items():
        after = _statements(client, url)
        if len(after) > len(before[name]):
            added = "\n    ".join(sql[:200] for sql in after if sql not in before[name])
            grown.append(f"{name}: {len(before[name])}, then {len(after)}\n    {added}")
    assert not grown, "\n".join(grown)
    assert list(trail.faults()) == []
