"""Run in a copy of the code: writes migrations as the next release could bring them, a table each.

Tables that every request reads or writes get a column; one gets an index and a constraint too; a
new table leads to two of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter

BUSY = (
    ("accounts", "user"), ("accounts", "clinic"), ("accounts", "membership"),
    ("audit", "auditevent"),
    ("patients", "patient"), ("patients", "historicalpatient"), ("patients", "recordnumber"),
    ("plans", "plan"), ("plans", "version"), ("plans", "checkin"), ("plans", "escalation"),
    ("plans", "followup"),
)  # fmt: skip


def column() -> models.Field[Any, Any]:
    return models.CharField(max_length=40, null=True)


def wanted() -> list[tuple[str, list[Operation]]]:
    found: list[tuple[str, list[Operation]]] = [
        (app, [migrations.AddField(model, "planted", column())]) for app, model in BUSY
    ]
    found.append(
        (
            "patients",
            [
                migrations.AddIndex(
                    "patient", models.Index(fields=["planted"], name="patient_planted")
                ),
                migrations.AddConstraint(
                    "patient",
                    models.CheckConstraint(
                        condition=~models.Q(planted="never"), name="patient_planted_never"
                    ),
                ),
            ],
        )
    )
    found.append(
        (
            "plans",
            [
                migrations.CreateModel(
                    "Planted",
                    [
                        ("id", models.BigAutoField(primary_key=True)),
                        (
                            "patient",
                            models.ForeignKey("patients.patient", models.PROTECT, related_name="+"),
                        ),
                        (
                            "by",
                            models.ForeignKey("accounts.user", models.PROTECT, related_name="+"),
                        ),
                    ],
                )
            ],
        )
    )
    return found


def main() -> None:
    django.setup()
    leaves = dict(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())
    for number, (app, operations) in enumerate(wanted()):
        migration = migrations.Migration(f"{9000 + number}_planted", app)
        after = [(app, leaves[app]), *((one, leaves[one]) for one in ("patients", "accounts"))]
        vars(migration).update(operations=operations, dependencies=list(dict.fromkeys(after)))
        leaves[app] = migration.name
        folder = Path(apps.get_app_config(app).path) / "migrations"
        text = MigrationWriter(migration).as_string()
        (folder / f"{migration.name}.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
