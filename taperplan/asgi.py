from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
_application = get_asgi_application()

from taperplan.health import OnlyWhenWholeAsync  # noqa: E402  (needs Django to be set up)

application = OnlyWhenWholeAsync(_application)
