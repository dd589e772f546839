"""What a web server calls. Loaded once, before it forks: `gunicorn --preload taperplan.wsgi`."""

from __future__ import annotations

import gc

# What is loaded once is never garbage: nothing searches through it, now or at a later turn.
gc.disable()

import os  # noqa: E402

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.template.loader import get_template  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
_application = get_wsgi_application()

from taperplan import heap, rooms  # noqa: E402  (needs Django to be set up)
from taperplan.health import OnlyWhenWhole  # noqa: E402

# What the first page needs, once for all workers: the name of every address, the view behind
# this one and the template that it is drawn with. The rest comes with whoever asks for it.
rooms.open_one("account_login")
get_template("account/login.html")

heap.watch()
application = OnlyWhenWhole(_application)
gc.freeze()
gc.enable()
