from __future__ import annotations

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from patients import searching, watching
        from taperplan import health

        if watching.faults not in health.watched:
            health.watched.append(watching.faults)
        searching.connect()
