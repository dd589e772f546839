"""Every page that an address shows, each with the first who may see it: what axe reads and what
`make screenshots` takes pictures of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import doors
from tests.access import rows
from tests.access.engine import ROLES, addresses, url_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taperplan.accounts.models import User
    from tests.access.world import World

ROWS = rows.collected()
VISITORS = (*ROLES, "anonymous")
SHOWN = {
    address.name: address
    for address in addresses()
    if address.name in ROWS
    and any(
        200 in ROWS[address.name].expected("GET", visitor, names_an_object=True)
        for visitor in VISITORS
    )
}
NAMES = sorted(SHOWN)


def pages(names: Iterable[str], world: World) -> Iterator[tuple[str, str, User | None]]:
    """Name, address and visitor of whole pages; files and parts of a page are left out."""
    for name in names:
        row, url = ROWS[name], url_of(ROWS[name], SHOWN[name], world)
        visitor = next(v for v in VISITORS if 200 in row.expected("GET", v, names_an_object=True))
        person = world.people.get(visitor)
        client = doors.signed_in(person) if person else doors.Client()
        response = client.get(url)
        if "html" in response.headers.get("Content-Type", "") and b"<main" in response.content:
            yield name, url, person
