"""Every address answers as its row says, to everybody."""

from __future__ import annotations

import pytest

from tests.access import rows
from tests.access.engine import Row, addresses, clinical, faults
from tests.access.world import World

ADDRESSES = {address.name: address for address in addresses()}
ROWS = rows.collected()


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    missing, idle = sorted(ADDRESSES.keys() - ROWS.keys()), sorted(ROWS.keys() - ADDRESSES.keys())

    assert not missing, "without a row: " + ", ".join(missing)
    assert not idle, "rows without an address: " + ", ".join(idle)


# A dozen addresses share one world: laying it out costs as much as trying one of them. What a
# request writes is taken back, so each finds the world as it was.
NAMES = sorted(ADDRESSES.keys() & ROWS.keys())
DOZENS = [NAMES[at : at + 12] for at in range(0, len(NAMES), 12)]


# Whole, it is a matter of minutes: `make sweeps`. In short, `make test` asks every third dozen.
@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("names", "whole"),
    [
        *(
            pytest.param(names, False, id=f"{names[0]} to {names[-1]}, in short")
            for names in DOZENS[::3]
        ),
        *(
            pytest.param(names, True, id=f"{names[0]} to {names[-1]}", marks=pytest.mark.sweep)
            for names in DOZENS
        ),
    ],
)
def test_addresses_answer_as_their_rows_say(
    names: list[str], whole: bool, world: World, other_world: World
) -> None:
    world.fill()
    other_world.fill()

    found = [
        line
        for name in names
        for line in faults(ROWS[name], ADDRESSES[name], world, other_world, whole=whole)
    ]
    assert not found, "\n".join(found)


# --- The matrix finds what it is for ----------------------------------------------------------

READ = Row(get=clinical(200))
ACT = Row(post=clinical(200))


def _found(name: str, row: Row, world: World, other: World) -> str:
    address = next(address for address in addresses() if address.name == name)
    return "\n".join(faults(row, address, world, other))


@pytest.mark.urls("tests.access.planted")
@pytest.mark.parametrize(("name", "row"), [("sound", READ), ("sound_act", ACT)])
def test_sound_addresses_pass(name: str, row: Row, world: World, other_world: World) -> None:
    assert _found(name, row, world, other_world) == ""


@pytest.mark.one_engine
@pytest.mark.urls("tests.access.planted")
@pytest.mark.parametrize(
    ("name", "row", "found"),
    [
        (
            "role_forgotten",
            READ,
            ("GET as auditor on our object: 200, not (403,)", "shows 'Ourmark'"),
        ),
        (
            "clinic_forgotten",
            READ,
            (
                "GET as stranger on our object: 200, not (404,)",
                "GET as prescriber on another clinic's: 200, not (404,)",
            ),
        ),
        ("told_apart", READ, ("differs from the answer for no object",)),
        (
            "any_verb",
            READ,
            (
                "DELETE as prescriber on it: 200, not refused",
                "POST as prescriber on our object: 200, not (405,)",
            ),
        ),
        (
            "reading_writes",
            READ,
            ("GET as prescriber on our object: wrote ['patients_patient']",),
        ),
        ("session_forgotten", READ, ("GET as anonymous on our object: 200, not (302,)",)),
        ("forged", ACT, ("a forged form was taken",)),
        ("list_of_all", READ, ("GET as stranger on it: shows 'Ourmark'",)),
    ],
)
def test_a_planted_fault_is_found(
    name: str, row: Row, found: tuple[str, ...], world: World, other_world: World
) -> None:
    world.fill()
    other_world.fill()

    told = _found(name, row, world, other_world)
    for line in found:
        assert line in told
