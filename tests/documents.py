"""Writes the documents that are made from the code, or compares them (`--compare`).

`docs/data-model.md` from the models, `docs/states.md` from the transition tables,
`docs/access.md` from the roles and the rows of the access matrix, `docs/tables.md` from the
dictionaries of the tables.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from django.db import models

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("audit", "accounts", "patients", "plans")
MADE = "<!-- Made from the code by `make docs`; compared by `make check`. -->"


# --- The data model -------------------------------------------------------------------------


def data_model() -> str:
    from django.apps import apps

    from taperplan.audit import append_only

    lines = [
        "# The data model",
        "",
        MADE,
        "",
        "*mutable*: rows change, by compare-and-swap on their revision. *append-only*: triggers",
        "refuse UPDATE and DELETE. *sealed*: as append-only, and a trigger refuses a further row",
        "below a parent that stands. Nothing is ever deleted with what it points at.",
        "",
        "An exact number is two whole-number columns, `<name>_numerator` over",
        "`<name>_denominator`.",
    ]
    triggers: dict[str, list[str]] = {}
    for trigger in append_only.triggers():
        triggers.setdefault(trigger.table, []).append(trigger.name)
    for floor in FLOORS:
        lines += ["", f"## {floor}"]
        for model in sorted(apps.get_app_config(floor).get_models(), key=_name):
            lines += _table(model, append_only.declared(model).value, triggers)
    return "\n".join(lines) + "\n"


def _name(model: type[models.Model]) -> str:
    return model.__name__


def _table(
    model: type[models.Model], mutability: str, triggers: Mapping[str, list[str]]
) -> Iterator[str]:
    meta = model._meta
    yield ""
    yield f"### {model.__name__}"
    yield ""
    yield f"`{meta.db_table}`, {mutability}."
    yield ""
    yield "| column | kind |"
    yield "|---|---|"
    for column in meta.concrete_fields:
        yield f"| {column.column} | {_kind(column)} |"
    constraints = sorted(str(constraint.name) for constraint in meta.constraints)
    indexes = sorted(index.name for index in meta.indexes)
    for title, names in (
        ("Constraints", constraints),
        ("Indexes", indexes),
        ("Triggers", sorted(triggers.get(meta.db_table, []))),
    ):
        if names:
            yield ""
            yield f"{title}: {', '.join(f'`{name}`' for name in names)}."


def _kind(column: Any) -> str:
    target = column.related_model
    kind = f"-> {target.__name__}" if target else column.get_internal_type()
    if column.max_length and not target:
        kind += f" {column.max_length}"
    notes = [
        word
        for word, holds in (
            ("key", column.primary_key),
            ("unique", column.unique and not column.primary_key),
            ("may be null", column.null),
        )
        if holds
    ]
    return ", ".join([kind, *notes])


# --- The states -----------------------------------------------------------------------------


def states() -> str:
    from plans.rules import lifecycle, redflags

    lines = ["# The states", "", MADE]
    for title, table in (
        ("A plan", lifecycle.TRANSITIONS),
        ("A red flag", redflags.TRANSITIONS),
    ):
        moves = list(_moves(table))
        lines += ["", f"## {title}", "", "```mermaid", "stateDiagram-v2"]
        lines += [f"    {_id(source)} --> {_id(target)}: {verb}" for source, verb, target in moves]
        lines += ["```", "", "| from | move | to |", "|---|---|---|"]
        lines += [f"| {source} | {verb} | {target} |" for source, verb, target in moves]
    return "\n".join(lines) + "\n"


def _moves(table: Mapping[Any, Mapping[Any, Any]]) -> Iterator[tuple[str, ...]]:
    for source, moves in table.items():
        for verb, target in moves.items():
            yield (source.value if source else "(new)", verb.value, target.value)


def _id(state: str) -> str:
    return "[*]" if state == "(new)" else state.replace(" ", "_")


# --- Access -------------------------------------------------------------------------------


def access() -> str:
    from taperplan.accounts.roles import (
        PERMISSIONS,
        PRIVACY_LEAD_PERMISSIONS,
        PROTOCOL_OWNER_PERMISSIONS,
        Permission,
        Role,
    )
    from tests.access.engine import VISITORS, addresses
    from tests.access.rows import collected
    from tests.access.world import is_thing

    heads = [role.value.replace("_", " ") for role in Role] + [
        "protocol owner's mark",
        "privacy lead's mark",
    ]
    lines = ["# Who may do what", "", MADE, "", "## Roles", ""]
    lines += [f"| | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for permission in Permission:
        held = [permission in PERMISSIONS[role] for role in Role]
        held.append(permission in PROTOCOL_OWNER_PERMISSIONS)
        held.append(permission in PRIVACY_LEAD_PERMISSIONS)
        marks = " | ".join("yes" if holds else "" for holds in held)
        lines.append(f"| {permission.value} | {marks} |")
    lines += [
        "",
        "## Addresses",
        "",
        "What each address answers to whom: GET / POST. HEAD as GET; PUT, PATCH and DELETE are",
        "taken nowhere. *stranger*: a prescriber of another clinic, on an object of ours. *first",
        "step*: a prescriber who has given the password and not the second step.",
        "An object of another clinic and one that never was are answered alike. So are a",
        "restricted record, to whoever is not on its care team, and an archived one, to every",
        "clinician; their open red flags alone stay in reach.",
        "",
        f"| address | {' | '.join(visitor.replace('_', ' ') for visitor in VISITORS)} |",
        f"|---|{'---|' * len(VISITORS)}",
    ]
    rows = collected()
    opened = []
    for address in sorted(addresses(), key=lambda address: address.name):
        row = rows.get(address.name)
        if row is None:
            continue
        answers = [
            _answers(row, visitor, any(map(is_thing, address.parameters))) for visitor in VISITORS
        ]
        lines.append(f"| {address.name} | {' | '.join(answers)} |")
        if row.open_because:
            opened.append(f"- `{address.name}`: {row.open_because}")
    lines += ["", "## Open to everybody", "", *(opened or ["None."])]
    return "\n".join(lines) + "\n"


def _answers(row: Any, visitor: str, names_an_object: bool) -> str:
    def words(verb: str) -> str:
        codes = row.expected(verb, visitor, names_an_object=names_an_object)
        return " or ".join(str(code) for code in codes)

    return f"{words('GET')} / {words('POST')}"


# --- Tables ---------------------------------------------------------------------------------

_TABLES = """\
CSV in UTF-8 with commas and a mark at the start of the file, so that a spreadsheet knows the
letters. A cell that a spreadsheet would run as a formula (it begins with = + - @, a tab or a line
break) stands behind an apostrophe; reading our own file takes that apostrophe off again. A *day*
is 2026-11-30, a *moment* 2026-11-24T08:41:07+00:00; an *exact number* is 0.5, 12, 1/3 or 3 1/3. A
cell without a statement is empty, which is not 0.

*schedule*, *calendar*, *check-ins* and *supply* of a record: *Documents, Hand over a file*,
accounted for as every file that leaves; of one plan: its pages, the same rows by the same code.
*worklist*: `/worklist.csv`; *figures*: `/clinic/figures.csv`. Each is in the trail.

Every table is read back by the dictionary that wrote it: `manage.py read_table TABLE FILE` gives
its rows, the very values that were written, and refuses a cell that we would not have written
with its line and column. A schedule also comes back into the site, as a draft (*Import a table*).
The others are not written into the database by a file: days and totals follow from the signed
versions, a check-in is sealed by whoever held it, a worklist and figures are what waits and what
was counted at one moment."""


def tables() -> str:
    from plans.rules.columns import EVERY

    lines = ["# Tables", "", MADE, "", _TABLES]
    for dictionary in EVERY.values():
        lines += ["", f"## {dictionary.name}", "", dictionary.says, ""]
        lines += ["| column | holds | |", "|---|---|---|"]
        lines += [f"| {one.name} | {one.holds.value} | {one.says} |" for one in dictionary.columns]
    return "\n".join(lines) + "\n"


WRITTEN: dict[str, Callable[[], str]] = {
    "docs/data-model.md": data_model,
    "docs/states.md": states,
    "docs/access.md": access,
    "docs/tables.md": tables,
}


def stale() -> list[str]:
    """The documents that no longer say what the code does."""
    found = []
    for name, write in WRITTEN.items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != write():
            found.append(name)
    return found


def main() -> int:
    import os

    import tests.environment  # noqa: F401  (before Django reads its settings)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
    import django

    django.setup()
    if "--compare" in sys.argv:
        for name in stale():
            print(f"{name} does not say what the code does: run `make docs`.")
        return bool(stale())
    for name, write in WRITTEN.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write(), encoding="utf-8")
        print(f"{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
