"""Plans: their draft, signing, versions, moves."""

from __future__ import annotations

import copy
import uuid
from datetime import timedelta
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


def _shifted(world: World) -> Mapping[str, str]:
    return {
        "step": "s2", "days": "3", "way": "later", "revision": str(world.draft.revision),
        "act": "confirm",
    }  # fmt: skip


def _signed(world: World) -> Mapping[str, str]:
    return {"draft": str(world.draft.pk), "revision": str(world.draft.revision)}


def _number(world: World) -> int:
    return 1


def _day(world: World, name: str, offset: int) -> dict[str, str]:
    """Three boxes, a day so far from today."""
    day = world.today + timedelta(days=offset)
    return {f"{name}_0": str(day.day), f"{name}_1": str(day.month), f"{name}_2": str(day.year)}


def no_draft(world: World) -> None:
    """One draft a plan: while one stands, nothing else is drafted."""
    from plans.actions import plan as actions
    from plans.models import Draft

    draft = Draft.objects.filter(plan=world.plan).select_related("plan__patient").first()
    if draft is not None:
        actions.discard(draft=draft, revision=draft.revision, now=world.now, by=world.clare)


def _signed_change(world: World, change: Any, **cells: str) -> None:
    """A change of the running plan, signed: what a resume or a restart needs."""
    from plans.actions import change as changes
    from plans.actions import plan as actions

    draft = changes.draft(
        key=uuid.uuid4(), plan=world.plan, change=change, now=world.now, by=world.clare
    )
    typed: Any = copy.deepcopy(draft.cells)
    typed["drugs"][0].update(cells)
    draft = actions.save(
        draft=draft, cells=typed, revision=draft.revision, now=world.now, by=world.clare
    )
    actions.sign(
        key=draft.pk, plan=draft.plan, revision=draft.revision, now=world.now,
        not_asked_reason="Asked at the next visit.", today=world.today, by=world.clare,
    )  # fmt: skip


def _waiting(world: World) -> None:
    """The plan stays on its dose until told; once."""
    from plans.actions import change as changes

    latest = changes.latest_of(world.plan)
    no_draft(world)
    if latest is not None and latest.kind == "hold":
        return
    stay = changes.staying(
        plan=world.plan, from_day=world.today, reason=world.words("wait"), today=world.today
    )
    _signed_change(world, stay, end="maintain", review_on=world.day(60))


def _away(world: World) -> None:
    """Somebody else sets the doses; once."""
    from plans.actions import change as changes

    latest = changes.latest_of(world.plan)
    no_draft(world)
    if latest is not None and latest.kind == "interrupt":
        return
    change = changes.interrupting(
        plan=world.plan, from_day=world.today, until=None, where=world.words("ward"),
        reason=world.words("fracture"),
    )  # fmt: skip
    _signed_change(world, change)


def _change(before: Any, from_day: int, **typed: str) -> Any:
    """A change of a running plan, typed and confirmed; `before` lays out what it changes."""

    def data(world: World) -> Mapping[str, str]:
        before(world)
        until = _day(world, "until", 4) if typed.get("ends") == "until" else {}
        return {
            **_day(world, "from_day", from_day), **until, **typed, "reason": world.words("agreed"),
            "token": tokens.issue(world.people["prescriber"], "change a running plan"),
            "act": "confirm",
        }  # fmt: skip

    return data


def _about(purpose: str, what: str, **typed: str) -> Any:
    """A form about one object, given to the prescriber of that clinic."""

    def data(world: World) -> Mapping[str, str]:
        about = f"{purpose}:{getattr(world, what).pk}"
        return {**typed, "token": tokens.issue(world.people["prescriber"], about)}

    return data


def _instruction(world: World) -> Mapping[str, str]:
    """Given by the prescriber, taken by the monitor."""
    taken = tokens.issue(world.people["monitor"], f"instruction:{world.plan.pk}")
    return {
        "given_by": str(world.clare.pk), "asked": "hold", "words": world.words("wait a week"),
        "read_back": "yes", "token": taken,
    }  # fmt: skip


def _table(purpose: str, role: str, rows: str, before: Any = None) -> Any:
    def data(world: World) -> Mapping[str, str]:
        if before is not None:
            before(world)
        return {"pasted": rows, "token": tokens.issue(world.people[role], purpose)}

    return data


def _arranged(world: World) -> Mapping[str, str]:
    return {
        "collections": world.day(0), **_day(world, "until", 6), "pack": "original",
        "taking": "home", "token": tokens.issue(world.people["prescriber"], "arrange supply"),
    }  # fmt: skip


def _taken_over(world: World) -> Mapping[str, str]:
    return {
        "set_by": world.words("Dr Sample"), "source": "a letter", "as_told": world.words("1 mg"),
        "token": tokens.issue(world.people["prescriber"], "take a plan over"),
    }  # fmt: skip


def _by_prescriber(status: int) -> dict[str, int | tuple[int, ...]]:
    """The token was given to the prescriber: from anybody else the form is shown again."""
    return {**clinical(422), "prescriber": status}


SCHEDULE = (
    "drug,role,class,end,form,strength,unit,parts,first day,days,time,quantity\n"
    "examplazepam,tapered,benzodiazepine,stop,tablet,1,mg,1,30 Nov 2026,7,morning,1\n"
)
FORMULARY = "drug,form,strength,unit\nexamplazepam,tablet,2,mg\n"


ROWS = {
    "plans:plans": Row(get=clinical(200), post=prescribers(302), data=_token("begin a plan")),
    "plans:plan": Row(get=clinical(200)),
    "plans:version": Row(get=clinical(200), args={"number": _number}),
    # One version only: there is nothing to compare it with.
    "plans:compare": Row(get=clinical(302)),
    "plans:revise": Row(post=prescribers(302), data=_token("revise a plan")),
    "plans:draft": Row(get=prescribers(200), post=prescribers(302), data=_saved),
    "plans:shift": Row(get=prescribers(200), post=prescribers(302), data=_shifted),
    "plans:discard": Row(
        get=prescribers(200),
        post=prescribers(302),
        data=lambda world: {"revision": str(world.draft.revision)},
    ),
    # The draft of the second version has no reason yet: refused, with sentences.
    "plans:sign": Row(get=prescribers(200), post=prescribers(422), data=_signed),
    **{
        f"plans:{name}": Row(get=prescribers(200), post=prescribers(302), data=data)
        for name, data in {
            "hold": _change(no_draft, 0, how_long="days", days="3"),
            "resume": _change(_waiting, 7),
            "interrupt": _change(no_draft, 1, ends="until", where="a ward"),
            "restart": _change(_away, 2, dates="later"),
        }.items()
    },
    "plans:instruction": Row(
        get=clinical(200),
        post={**clinical(422), "monitor": 302},
        data=_instruction,
    ),
    "plans:told": Row(
        get=clinical(200),
        post=_by_prescriber(302),
        data=_about("told", "version", audience="pharmacy", answer="told", how="phone"),
        args={"number": _number},
    ),
    **{
        f"plans:{name}": Row(get=clinical(200))
        for name in ("calendar", "calendar-csv", "supply", "supply-csv")
    },
    "plans:schedule-csv": Row(get=clinical(200), args={"number": _number}),
    "plans:import-plan": Row(
        get=prescribers(200),
        post=prescribers(302),
        data=_table("import a table", "prescriber", SCHEDULE),
    ),
    "plans:import-version": Row(
        get=prescribers(200),
        post=prescribers(302),
        data=_table("import a table", "prescriber", SCHEDULE, no_draft),
    ),
    "plans:arrangement": Row(
        get=clinical(200), post=prescribers(302), data=_arranged, args={"number": _number}
    ),
    "plans:formulary": Row(
        get=administrators(200),
        post=administrators(302),
        data=_table("import a table", "administrator", FORMULARY),
    ),
    "plans:formulary-csv": Row(get=administrators(200)),
    "plans:taken-over": Row(get=clinical(200), post=_by_prescriber(302), data=_taken_over),
    "plans:move": Row(
        get=prescribers(200),
        post=prescribers(302),
        data=_token("move a plan"),
        args={"move": lambda world: "stop"},
    ),
}
