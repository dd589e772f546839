"""What a web server calls. Loaded once, before it forks: `gunicorn --preload taperplan.wsgi`."""

from __future__ import annotations

import gc

# What is loaded once is never garbage: nothing searches through it, now or at a later turn.
gc.disable()

import os  # noqa: E402

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import get_resolver  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
_application = get_wsgi_application()
# All addresses and what answers them: loaded now, so that no one's first page waits for it.
get_resolver().reverse_dict  # noqa: B018  (asked for what it loads)

from taperplan.health import OnlyWhenWhole  # noqa: E402  (needs Django to be set up)

application = OnlyWhenWhole(_application)
gc.freeze()
gc.enable()
