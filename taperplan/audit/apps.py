from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "taperplan.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from taperplan.audit import append_only, chain

        append_only.connect()
        chain.connect()
