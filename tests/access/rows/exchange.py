"""Files for other programs, the keys to what programs may read, and the interface itself.

Whoever asks the interface without a key is refused alike, signed in or not: a session is no key.
What a key opens is tried in tests/plans/views/test_fhir.py.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from taperplan.accounts.access import OPEN_PAGES
from tests.access.engine import Row, administrators, clinical, everyone, prescribers

if TYPE_CHECKING:
    from tests.access.world import World

OPEN = everyone(200, stranger=200, anonymous=200, first_step=200)
NO_KEY = everyone(401, stranger=401, anonymous=401, first_step=401)
UNKNOWN = everyone(404, stranger=404, anonymous=404, first_step=404)


def _said(value: str, world: World) -> str:
    return value


def program(name: str, **args: str) -> Row:
    """An address that a key alone opens; POST is taken from nobody."""
    return Row(
        get=NO_KEY,
        post=everyone(405, stranger=405, anonymous=405, first_step=405),
        args={key: partial(_said, value) for key, value in args.items()},
        open_because=OPEN_PAGES[name],
    )


ROWS = {
    # An empty form is shown again with what it asks for.
    "plans:hand-over": Row(get=clinical(200), post=clinical(422)),
    "plans:take-over": Row(get=prescribers(200), post=prescribers(422)),
    "plans:worklist-table": Row(get=clinical(200)),
    "plans:figures": Row(get=clinical(200, administrator=200)),
    "plans:figures-table": Row(get=clinical(200, administrator=200)),
    "plans:programs": Row(get=administrators(200), post=administrators(422)),
    "plans:revoke-key": Row(post=administrators(302)),
    "plans:my-calendar": Row(get=clinical(200), post=clinical(422)),
    # Clare's own: nobody else has such an address.
    "plans:revoke-calendar": Row(post=clinical(302, monitor=404)),
    "plans:calendar-feed": Row(
        get=UNKNOWN,
        post=everyone(405, stranger=405, anonymous=405, first_step=405),
        args={"text": lambda world: "0" * 70},
        open_because=OPEN_PAGES["plans:calendar-feed"],
    ),
    "plans:fhir-metadata": Row(
        get=OPEN,
        post=everyone(405, stranger=405, anonymous=405, first_step=405),
        open_because=OPEN_PAGES["plans:fhir-metadata"],
    ),
    "plans:fhir-openapi": Row(
        get=OPEN,
        post=everyone(405, stranger=405, anonymous=405, first_step=405),
        open_because=OPEN_PAGES["plans:fhir-openapi"],
    ),
    "plans:fhir-patients": program("plans:fhir-patients"),
    "plans:fhir-everything": program("plans:fhir-everything", record_key="0"),
    "plans:fhir-search": program("plans:fhir-search", kind="CarePlan"),
    "plans:fhir-read": program("plans:fhir-read", kind="CarePlan", key="0"),
}
