"""No page holds a dose, a count, a volume or a duration that nobody typed.

Every page is asked for by everybody who may see it, with everything in the clinic, and every
form is sent empty, so that it comes back with its errors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from tests import doors
from tests.access import rows
from tests.access.engine import ROLES, addresses, url_of
from tests.access.world import World
from tests.architecture.line import controls, crossings
from tests.architecture.whole import unsound

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = rows.collected()
SHOWN = {
    address.name: address
    for address in addresses()
    if address.name in ROWS
    and any(
        {200, 422} & set(ROWS[address.name].expected(verb, role, names_an_object=True))
        for role in ROLES
        for verb in ("GET", "POST")
    )
}


# Shows every component in every state, in no form that is sent.
SHOWROOM = "components"
NAMES = sorted(SHOWN.keys() - {SHOWROOM})
DOZENS = [NAMES[at : at + 12] for at in range(0, len(NAMES), 12)]


@pytest.mark.one_engine
@pytest.mark.parametrize("names", DOZENS, ids=lambda names: f"{names[0]} to {names[-1]}")
def test_pages_are_whole_and_hold_no_figure_that_nobody_typed(
    names: list[str], world: World
) -> None:
    world.fill()
    typed = world.typed()

    found = [
        f"{name}: {verb} as {role}: {line}"
        for name in names
        for role, verb, page in _pages(name, world)
        for line in (*crossings(page, typed), *unsound(page))
    ]
    assert not found, "\n".join(found)


def _pages(name: str, world: World) -> Iterator[tuple[str, str, str]]:
    """The page as everybody sees it, and as it comes back when sent empty."""
    row, url = ROWS[name], url_of(ROWS[name], SHOWN[name], world)
    for role in ROLES:
        client = doors.signed_in(world.people[role])
        for verb in ("GET", "POST"):
            if set(row.expected(verb, role, names_an_object=True)) & {200, 422}:
                with transaction.atomic():
                    response = client.get(url) if verb == "GET" else client.post(url, {})
                    transaction.set_rollback(True)
                if "html" in response.headers.get("Content-Type", ""):
                    yield role, verb, response.content.decode()


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

    # A cell of the grid is named by its step, its group of days and its column.
    assert any(re.fullmatch(r"steps\.s\d+\.\d+\.c\d+", name) for name in seen), seen
    for figure in ("strength", "days", "parts", "stated_supply", "wear_hours"):
        assert any(figure in name for name in seen), f"no input for {figure} is looked at: {seen}"
