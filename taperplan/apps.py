from __future__ import annotations

from django.apps import AppConfig


class TaperplanConfig(AppConfig):
    name = "taperplan"

    def ready(self) -> None:
        from django.utils import translation

        from taperplan import checks, migrating, words  # noqa: F401  (checks register themselves)

        words.install(words.Remembering(translation, translation.get_language))
        migrating.connect()
