"""What the environment says, read once when the site starts: a value that cannot be meant stops it
with a sentence that names the setting. No sentence repeats a value: it may be a secret.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv

_YES = frozenset({"true", "on", "yes", "y", "ok", "1"})
_NO = frozenset({"false", "off", "no", "n", "0"})


class Given(FileAwareEnv):
    """Each from the variable of its name, or from the file that `NAME_FILE` names.

    All raise ImproperlyConfigured.
    """

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except (OSError, UnicodeDecodeError):
            _refuse(f"{var}_FILE", "names a file of text that the site may read")

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        text = self.str(name, default="").strip()
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            _refuse(name, f"is a whole number from {least} to {most:,}")
        return int(text)

    def yes(self, name: str, *, default: bool) -> bool:
        text = self.str(name, default="").strip().lower()
        if not text:
            return default
        if text not in _YES | _NO:
            _refuse(name, "is true or false")
        return text in _YES

    def names(self, name: str, default: list[str]) -> list[str]:
        """Words with commas between them; none is empty."""
        text = self.str(name, default="")
        found = [word.strip() for word in text.split(",") if word.strip()]
        return found if found or name in self.ENVIRON else default

    def database(self, name: str, default: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}
        # Of an engine that it does not know the library warns with the whole address, password too.
        with warnings.catch_warnings(), suppress(ValueError, ImproperlyConfigured):
            warnings.simplefilter("ignore")
            found = dict(self.db_url_config(self.str(name, default=default)))
        if found.get("ENGINE") not in (
            "django.db.backends.sqlite3",
            "django.db.backends.postgresql",
        ):
            _refuse(name, "is postgres://user:password@host:port/name, or sqlite:////folder/file")
        return found

    def mail(self, name: str) -> dict[str, Any]:
        try:
            return dict(self.email_url_config(self.str(name)))
        except (KeyError, ValueError, ImproperlyConfigured):
            _refuse(name, "is smtp+tls://user:password@host:port, or another address of a server")

    def site(self, name: str, default: str) -> str:
        text = self.str(name, default="").strip().rstrip("/") or default
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            _refuse(name, "is the address of the site, https:// and its name, without a path")
        return text


def _refuse(name: str, what: str) -> NoReturn:
    message = f"{name} {what}. Mend it, or take it away."
    raise ImproperlyConfigured(message)
