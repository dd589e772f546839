from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
_application = get_wsgi_application()

from taperplan.health import OnlyWhenWhole  # noqa: E402  (needs Django to be set up)

application = OnlyWhenWhole(_application)
