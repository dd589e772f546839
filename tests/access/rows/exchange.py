"""Files for other programs."""

from __future__ import annotations

from tests.access.engine import Row, clinical

ROWS = {
    # An empty form is shown again with what it asks for.
    "plans:hand-over": Row(get=clinical(200), post=clinical(422)),
}
