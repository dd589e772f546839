"""The environment of the tests, set before Django reads its settings.

Loaded with `-p tests.environment`, which is earlier than any conftest.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "tests-only")
os.environ.setdefault("TRAIL_KEY", "tests-only-trail")
os.environ.setdefault("HTTPS", "false")
os.environ.setdefault("PAGER_HOSTS", "pager.example,127.0.0.1:*,localhost:*,127.0.0.0/8")
os.environ.setdefault(
    "STATICFILES_BACKEND", "django.contrib.staticfiles.storage.StaticFilesStorage"
)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or "sqlite:///:memory:"
# Nothing is collected for tests; whitenoise only asks that its folder stands.
os.environ.setdefault(
    "STATIC_ROOT", str(Path(__file__).resolve().parent.parent / "taperplan" / "static")
)
# Playwright runs an event loop beside the tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
