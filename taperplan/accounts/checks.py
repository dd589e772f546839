"""System checks of what clinics typed against what the installation allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.checks import CheckMessage, Critical, Tags, register
from django.db import connections

from taperplan.accounts import pagers
from taperplan.accounts.models import Clinic, Webhook

if TYPE_CHECKING:
    from collections.abc import Sequence


@register(Tags.database, deploy=True)
def every_pager_is_allowed(
    app_configs: object, databases: Sequence[str] | None = None, **_: object
) -> list[CheckMessage]:
    """Runs with `check --deploy --database default`."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if Webhook._meta.db_table not in connections[alias].introspection.table_names():
            continue
        for clinic in Clinic.objects.using(alias):
            pager = Webhook.objects.using(alias).in_force(clinic)
            if pager is not None and not pagers.allowed(pager.url):
                found.append(
                    Critical(
                        f"The pager of clinic {clinic.pk} is not in PAGER_HOSTS: no message "
                        "reaches it.",
                        hint="Add its host to PAGER_HOSTS, or let the clinic type another.",
                        id="taperplan.E005",
                    )
                )
    return found
