"""System checks of the frame. Each has an id, and a sentence that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Critical, Error, Tags, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ViewDoesNotExist
from django.db import connections

from taperplan import rooms
from taperplan.audit import append_only, chain, keys

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORTEST_SECRET = 32


@register(Tags.database, deploy=True)
def every_guard_stands(
    app_configs: object, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Runs with `check --deploy --database default`; never before migrating, which mends it."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        tables = set(connection.introspection.table_names())
        if "audit_auditevent" not in tables:
            continue
        guarded = {
            trigger.name: trigger.table for trigger in append_only.standing_on(connection.vendor)
        }
        found += [
            Critical(
                f"The trigger {name} is missing in {alias}: its table could be rewritten.",
                hint="Run manage.py migrate, which puts it back. Then find out who took it.",
                id="taperplan.E001",
            )
            for name in append_only.missing(connection)
            if guarded[name] in tables
        ]
        if not chain.stands(connection):
            found.append(
                Critical(
                    f"The function {chain.FUNCTION} is missing in {alias}: no row of the trail "
                    "could be written.",
                    hint="Run manage.py migrate, which puts it back.",
                    id="taperplan.E004",
                )
            )
            continue
        if (opened := chain.opened(connection)) and opened not in keys.held():
            found.append(
                Critical(
                    f"The trail in {alias} is open under the key {opened}, which this site "
                    "does not hold: no row of it could be written.",
                    hint="Put that key into TRAIL_KEY, or into TRAIL_KEYS_BEFORE beside a new one.",
                    id="taperplan.E006",
                )
            )
    return found


@register(Tags.security, deploy=True)
def secrets_are_secret(app_configs: object, **_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = [
        Critical(
            f"{name} has fewer than {SHORTEST_SECRET} characters.",
            hint=f"Set {name}, or better {name}_FILE, to a long random text.",
            id="taperplan.E002",
        )
        for name in ("SECRET_KEY", "TRAIL_KEY")
        if len(getattr(settings, name)) < SHORTEST_SECRET
    ]
    if settings.SECRET_KEY == settings.TRAIL_KEY:
        found.append(
            Caution(
                "SECRET_KEY and TRAIL_KEY are the same.",
                hint="Give the trail a key of its own, kept apart from the database.",
                id="taperplan.W001",
            )
        )
    return found


@register(Tags.security, deploy=True)
def keys_can_be_used(app_configs: object, **_: Any) -> list[CheckMessage]:
    """Found out on the day on which they are set, and not on the evening that needs them."""
    # What seals backups is read with the first key, not with every server.
    from taperplan.backups.container import BackupError, Key

    found: list[CheckMessage] = []
    for name, texts in (
        ("BACKUP_KEY", [settings.BACKUP_KEY]),
        ("BACKUP_KEYS_BEFORE", settings.BACKUP_KEYS_BEFORE),
    ):
        try:
            for text in filter(None, texts):
                Key(text)
        except BackupError as fault:
            found.append(
                Critical(
                    f"{name}: {fault}",
                    hint="manage.py backup --new-key prints one that can be used.",
                    id="taperplan.E008",
                )
            )
    if settings.DOWNTIME_KEY and len(settings.DOWNTIME_KEY) < SHORTEST_SECRET:
        found.append(
            Critical(
                f"DOWNTIME_KEY has fewer than {SHORTEST_SECRET} characters: no downtime pack is "
                "made with it.",
                hint="Set DOWNTIME_KEY_FILE to the file of a long random text.",
                id="taperplan.E009",
            )
        )
    return found


@register(Tags.security, deploy=True)
def the_site_has_a_name(app_configs: object, **_: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Caution(
            "ALLOWED_HOSTS lets anybody call the site by any name.",
            hint="Name the site's own names, with commas.",
            id="taperplan.W002",
        )
    ]


@register(Tags.urls)
def every_address_is_answered(app_configs: object, **_: Any) -> list[CheckMessage]:
    """What a server would otherwise find out when somebody asks for the page."""
    found: list[CheckMessage] = []
    for named in rooms.named_views():
        try:
            named.view  # noqa: B018  (asked for what it imports)
        except (ImportError, ViewDoesNotExist) as error:
            found.append(
                Error(
                    f"Nothing answers the address of {named!r}: {error}",
                    hint="Write the view, or its name in the addresses as it is.",
                    id="taperplan.E007",
                )
            )
    return found
