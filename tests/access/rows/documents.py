"""Documents: lists, the form of a print, the bytes, the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plans.rules.patient_texts import text_sets
from taperplan.accounts.access import OPEN_PAGES
from tests.access.engine import Row, administrators, clinical, everyone, prescribers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.access.world import World


def words_read(world: World) -> Mapping[str, Any]:
    return {"digest": text_sets()[0].digest}


OPEN = everyone(200, stranger=200, anonymous=200, first_step=200)

ROWS = {
    "plans:documents": Row(get=clinical(200)),
    "plans:patient-documents": Row(get=clinical(200)),
    # An empty form is shown again with what it asks for.
    "plans:print-document": Row(get=clinical(200), post=clinical(422)),
    "plans:document": Row(get=clinical(200)),
    "plans:chart": Row(get=clinical(200)),
    "plans:chart-days": Row(get=clinical(200)),
    "plans:chart-table": Row(get=clinical(200)),
    "plans:chart-dark": Row(get=clinical(200)),
    # Clare and Sam are the protocol owners of their clinics.
    "plans:patient-texts": Row(get=administrators(200, prescriber=200, stranger=200)),
    "plans:confirm-patient-text": Row(
        post=prescribers(302),
        args={"key": lambda world: "every_plan"},
        data=words_read,
    ),
    # Nothing is confirmed in this world, so there is nothing to withdraw.
    "plans:withdraw-patient-text": Row(
        get=prescribers(404),
        post=prescribers(404),
        args={"key": lambda world: "every_plan"},
    ),
    "plans:week": Row(get=clinical(200), post=clinical(422)),
    # A code of nobody's is unknown to everybody.
    "plans:verify": Row(
        get=OPEN,
        post=OPEN,
        data=lambda world: {"code": "7K4M-PQ9X-RTCA"},
        open_because=OPEN_PAGES["plans:verify"],
    ),
}
