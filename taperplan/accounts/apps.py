from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "taperplan.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from taperplan.accounts import checks, receivers, recovery  # noqa: F401  (they connect themselves)

        recovery.take_over()
