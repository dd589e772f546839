"""What would leave the records of patients unguarded, for whoever watches the service."""

from __future__ import annotations

from django.db import DatabaseError, connection

from patients import searching
from patients.keeping import DestructionPermit


def faults() -> list[str]:
    """In words for the log. A permit stands inside one transaction and nobody else ever sees it:
    one that is seen was written past the product, and rows could be deleted under it."""
    try:
        seen = DestructionPermit.objects.exists()
        missing = searching.missing(connection)
    except DatabaseError:
        # Said already, by what looks at the database itself.
        return []
    found = [
        f"the trigger {name} is missing, so a patient may not be found: run manage.py migrate"
        for name in missing
    ]
    return (
        found + ["a permit to destroy records stands: find out who wrote it, and delete it"] * seen
    )
