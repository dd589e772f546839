from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
_application = get_wsgi_application()
# All addresses and what answers them: loaded now, so that no one's first page waits for it.
get_resolver().reverse_dict  # noqa: B018  (asked for what it loads)

from taperplan.health import OnlyWhenWhole  # noqa: E402  (needs Django to be set up)

application = OnlyWhenWhole(_application)
# What is loaded once is never garbage: no search for garbage walks through it again.
gc.collect()
gc.freeze()
