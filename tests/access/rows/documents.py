"""Documents: lists, the form of a print, the bytes, the chart."""

from __future__ import annotations

from tests.access.engine import Row, clinical

ROWS = {
    "plans:documents": Row(get=clinical(200)),
    "plans:patient-documents": Row(get=clinical(200)),
    # An empty form is shown again with what it asks for.
    "plans:print-document": Row(get=clinical(200), post=clinical(422)),
    "plans:document": Row(get=clinical(200)),
    "plans:chart": Row(get=clinical(200)),
    "plans:chart-dark": Row(get=clinical(200)),
}
