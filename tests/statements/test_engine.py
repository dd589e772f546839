"""What is asked of the engine itself."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_postgresql_compiles_no_statement_to_machine_code() -> None:
    """It would cost every page more than a second where answering costs three milliseconds."""
    if connection.vendor == "sqlite":
        # SQLite compiles nothing, whatever a statement costs.
        assert "options" not in connection.settings_dict["OPTIONS"]
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
