"""Plans: their draft, signing, versions, moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taperplan import tokens
from tests.access.engine import Row, administrators, clinical, prescribers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.access.world import World


def _token(purpose: str) -> Any:
    """A form's token, given to the prescriber of that clinic."""

    def data(world: World) -> Mapping[str, str]:
        return {"token": tokens.issue(world.people["prescriber"], purpose), "reason": "as agreed"}

    return data


def _saved(world: World) -> Mapping[str, str]:
    return {"whole": "yes", "revision": str(world.draft.revision), "title": world.words("mended")}


def _signed(world: World) -> Mapping[str, str]:
    return {"draft": str(world.draft.pk), "revision": str(world.draft.revision)}


def _number(world: World) -> int:
    return 1


ROWS = {
    "plans:plans": Row(get=clinical(200), post=prescribers(302), data=_token("begin a plan")),
    "plans:plan": Row(get=clinical(200)),
    "plans:version": Row(get=clinical(200), args={"number": _number}),
    # One version only: there is nothing to compare it with.
    "plans:compare": Row(get=clinical(302)),
    "plans:revise": Row(post=prescribers(302), data=_token("revise a plan")),
    "plans:draft": Row(get=prescribers(200), post=prescribers(302), data=_saved),
    "plans:discard": Row(
        get=prescribers(200),
        post=prescribers(302),
        data=lambda world: {"revision": str(world.draft.revision)},
    ),
    # The draft of the second version has no reason yet: refused, with sentences.
    "plans:sign": Row(get=prescribers(200), post=prescribers(422), data=_signed),
    # A draft is open on the plan: the forms are shown, and say what they wait for.
    **{
        f"plans:{name}": Row(get=prescribers(200), post=prescribers(422), data=_token("-"))
        for name in ("hold", "resume", "interrupt", "restart")
    },
    "plans:instruction": Row(get=clinical(200), post=clinical(422), data=_token("-")),
    "plans:told": Row(
        get=clinical(200), post=clinical(422), data=_token("-"), args={"number": _number}
    ),
    **{
        f"plans:{name}": Row(get=clinical(200))
        for name in ("calendar", "calendar-csv", "supply", "supply-csv")
    },
    "plans:schedule-csv": Row(get=clinical(200), args={"number": _number}),
    "plans:import-plan": Row(get=prescribers(200), post=prescribers(422), data=_token("-")),
    "plans:import-version": Row(get=prescribers(200), post=prescribers(422), data=_token("-")),
    "plans:arrangement": Row(
        get=clinical(200), post=prescribers(422), data=_token("-"), args={"number": _number}
    ),
    "plans:formulary": Row(get=administrators(200), post=administrators(422), data=_token("-")),
    "plans:formulary-csv": Row(get=administrators(200)),
    "plans:taken-over": Row(get=clinical(200), post=clinical(422), data=_token("-")),
    "plans:move": Row(
        get=prescribers(200),
        post=prescribers(302),
        data=_token("move a plan"),
        args={"move": lambda world: "stop"},
    ),
}
