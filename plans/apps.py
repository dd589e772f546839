from __future__ import annotations

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from patients import keeping
        from plans.notifications import life
        from plans.presenters.going_on import obstacle
        from taperplan import health

        if life.faults not in health.watched:
            health.watched.append(life.faults)
        if obstacle not in keeping.obstacles:
            keeping.obstacles.append(obstacle)
