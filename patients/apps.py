from __future__ import annotations

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from patients import searching, watching
        from taperplan import health, migrating

        if watching.faults not in health.watched:
            health.watched.append(watching.faults)
        if searching.after_migrating not in migrating.after:
            migrating.before.append(searching.before_migrating)
            migrating.after.append(searching.after_migrating)
