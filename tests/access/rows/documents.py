"""Documents: lists, the form of a print, the bytes, the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plans.rules.patient_texts import text_sets
from tests.access.engine import Row, administrators, clinical, prescribers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.access.world import World


def words_read(world: World) -> Mapping[str, Any]:
    return {"digest": text_sets()[0].digest}


ROWS = {
    "plans:documents": Row(get=clinical(200)),
    "plans:patient-documents": Row(get=clinical(200)),
    # An empty form is shown again with what it asks for.
    "plans:print-document": Row(get=clinical(200), post=clinical(422)),
    "plans:document": Row(get=clinical(200)),
    "plans:chart": Row(get=clinical(200)),
    "plans:chart-dark": Row(get=clinical(200)),
    # Clare and Sam are the protocol owners of their clinics.
    "plans:patient-texts": Row(get=administrators(200, prescriber=200, stranger=200)),
    "plans:confirm-patient-text": Row(
        post=prescribers(302),
        args={"key": lambda world: "every_plan"},
        data=words_read,
    ),
}
