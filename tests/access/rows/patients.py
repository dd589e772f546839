"""Patients: the list, the intake, every form of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patients.vocabulary import Kind
from tests.access.engine import Row, clinical, prescribers, records_officers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.access.world import World

READ = Row(get=clinical(200))
# What is searched for is sent, and leads to the address of what is found.
SEARCH = Row(get=clinical(200), post=clinical(302))
# An empty form is shown again with what it asks for.
FORM = Row(get=clinical(200), post=clinical(200))


PRIVACY_LEAD = prescribers(200)


def form(**args: Callable[[World], object]) -> Row:
    return Row(get=clinical(200), post=clinical(200), args=args)


def allergy(world: World) -> str:
    return Kind.ALLERGY.value


def reason(world: World) -> Mapping[str, str]:
    return {"why": "typed in error"}


# The records officer's: names are read there by nobody else.
OFFICER = frozenset({"records_officer"})
RECORD = Row(get=records_officers(200), shown_to=OFFICER)
RECORD_FORM = Row(get=records_officers(200), post=records_officers(200), shown_to=OFFICER)


ROWS = {
    "patients:records": Row(
        get=records_officers(200), post=records_officers(302), shown_to=OFFICER
    ),
    "patients:retention": RECORD_FORM,
    "patients:record-kept": RECORD,
    "patients:accounting": RECORD,
    "patients:copy": RECORD_FORM,
    "patients:archive": RECORD_FORM,
    "patients:hold": RECORD_FORM,
    "patients:hold-end": RECORD_FORM,
    "patients:destroy": RECORD_FORM,
    "patients:suggestions": Row(post=clinical(200)),
    "patients:list": SEARCH,
    "patients:register": FORM,
    "patients:imports": FORM,
    "patients:import": READ,
    "patients:import-columns": Row(post=clinical(200)),
    "patients:import-decide": Row(post=clinical(302)),
    "patients:import-start": Row(post=clinical(302)),
    "patients:import-next": Row(post=clinical(302)),
    "patients:import-give-up": Row(post=clinical(302)),
    "patients:intake": READ,
    "patients:history": READ,
    "patients:assess": FORM,
    "patients:no-allergies": Row(post=clinical(302)),
    "patients:record": form(kind=allergy),
    "patients:correct": form(kind=allergy),
    "patients:strike": form(kind=allergy),
    "patients:withdraw-consent": FORM,
    "patients:amend": form(part=lambda world: "contact"),
    "patients:add-number": FORM,
    "patients:withdraw-number": Row(get=clinical(200), post=clinical(302), data=reason),
    "patients:team": FORM,
    "patients:team-off": Row(get=clinical(200), post=clinical(302)),
    "patients:died": FORM,
    "patients:transferred": FORM,
    "patients:take-back": Row(get=clinical(200), post=clinical(302), data=reason),
    "patients:restrict": FORM,
    "patients:emergency": FORM,
    # The privacy lead's: nobody of the matrix holds the mark but the prescriber of the world.
    "patients:reviews": Row(get=PRIVACY_LEAD),
    "patients:review": Row(get=PRIVACY_LEAD, post=PRIVACY_LEAD),
    "patients:find-to-join": SEARCH,
    "patients:join": FORM,
    "patients:part": FORM,
}
