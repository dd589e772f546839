from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from collections.abc import Callable


def _language() -> Callable[[], str | None]:
    """Where there is one language, nobody needs to ask which it is."""
    from django.conf import settings
    from django.utils import translation

    if len(settings.LANGUAGES) == 1:
        return lambda: None
    return translation.get_language


class TaperplanConfig(AppConfig):
    name = "taperplan"

    def ready(self) -> None:
        from django.utils import translation

        from taperplan import checks, migrating, words  # noqa: F401  (checks register themselves)

        words.install(words.Remembering(translation, _language()))
        migrating.connect()
