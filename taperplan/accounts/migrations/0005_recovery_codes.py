"""Recovery codes that the library kept as a seed become salted hashes. hand-made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def hash_codes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from taperplan.accounts.recovery import hashed

    authenticators = apps.get_model("mfa", "Authenticator")
    for row in authenticators.objects.filter(type="recovery_codes").iterator():
        if "seed" in row.data:
            authenticators.objects.filter(pk=row.pk).update(data=hashed(row.data))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_next_historicalclinic"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(hash_codes, migrations.RunPython.noop)]
