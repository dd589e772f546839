"""No page holds a dose, a count, a volume or a duration that nobody typed.

Every page is asked for by everybody who may see it, with everything in the clinic, and every
form is sent empty, so that it comes back with its errors.
"""

from __future__ import annotations

import pytest

from tests import doors
from tests.access import rows
from tests.access.engine import ROLES, addresses, url_of
from tests.access.world import World
from tests.architecture.line import controls, crossings

ROWS = rows.collected()
SHOWN = {
    address.name: address
    for address in addresses()
    if address.name in ROWS
    and any(
        200 in ROWS[address.name].expected(verb, role, names_an_object=True)
        for role in ROLES
        for verb in ("GET", "POST")
    )
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_page_holds_no_figure_that_nobody_typed(name: str, world: World) -> None:
    world.fill()
    typed = world.typed()
    row, url = ROWS[name], url_of(ROWS[name], SHOWN[name], world)

    found = []
    for role in ROLES:
        client = doors.signed_in(world.people[role])
        for verb in ("GET", "POST"):
            if 200 in row.expected(verb, role, names_an_object=True):
                response = client.get(url) if verb == "GET" else client.post(url, {})
                if "html" in response.headers.get("Content-Type", ""):
                    page = response.content.decode()
                    found += [f"{verb} as {role}: {line}" for line in crossings(page, typed)]
    assert not found, "\n".join(found)


def test_the_figures_of_a_plan_are_among_those_looked_at(world: World) -> None:
    """A page whose figures are named so that the guard does not see them guards nothing."""
    world.fill()
    client = doors.signed_in(world.clare)
    seen = {
        control.name
        for name, address in SHOWN.items()
        if name.startswith("plans:") and "draft" in name
        for control in controls(
            client.get(url_of(ROWS[name], address, world)).content.decode()
        ).found
        if control.figure
    }

    for figure in ("quantity", "strength", "days", "maximum", "gap", "parts"):
        assert any(figure in name for name in seen), f"no input for {figure} is looked at: {seen}"
