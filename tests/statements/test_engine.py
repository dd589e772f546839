"""What is asked of the engine itself."""

from __future__ import annotations

import os
import subprocess
import sys

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


def test_what_the_environment_asks_of_postgresql_is_not_hidden() -> None:
    """An upgrade waits for no table for long, and says so by this variable (deploy/release)."""
    said = (
        "from taperplan import settings as s; print(s.DATABASES['default']['OPTIONS']['options'])"
    )
    asked = subprocess.run(
        [sys.executable, "-c", said],
        env={
            **os.environ,
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "PGOPTIONS": "-c lock_timeout=500ms",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert asked.strip() == "-c lock_timeout=500ms -c jit=off"
