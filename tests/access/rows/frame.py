"""The frame's own pages: the worklist, the patient's page, about, help, errors, components."""

from __future__ import annotations

from taperplan.accounts.access import OPEN_PAGES
from tests.access.engine import Row, clinical, everyone

OPEN = everyone(200, stranger=200, anonymous=200, first_step=200)

ROWS: dict[str, Row] = {
    # Whoever has no clinical role is led to the first room of their own.
    "plans:home": Row(
        get=clinical(200, administrator=302, auditor=302, records_officer=302, stranger=200)
    ),
    "plans:flags-now": Row(get=clinical(200)),
    "plans:alarms": Row(get=everyone((200, 204), stranger=(200, 204))),
    "plans:patient": Row(get=clinical(200)),
    "about": Row(get=OPEN, open_because=OPEN_PAGES["about"]),
    "accessibility": Row(get=OPEN, open_because=OPEN_PAGES["accessibility"]),
    "help": Row(get=everyone(200)),
    "help-topic": Row(get=everyone(200), args={"topic": lambda _world: "worklist"}),
    "components": Row(get=everyone(200)),
    # A page asks it whose session this is, before and after the second step.
    "session": Row(get=everyone(200, first_step=200), post=everyone(200, first_step=200)),
}
