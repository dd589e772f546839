"""What first pages of a server would wait for, done ahead: every view imported, every template
read, and the statements of the frame and the worklist written for each sort of person there is.
"""

from __future__ import annotations

import uuid
from types import SimpleNamespace

from django.conf import settings
from django.db import connection
from django.template import TemplateSyntaxError
from django.template.loader import get_template
from django.utils import timezone

from plans.presenters import frame, home
from taperplan import rooms
from taperplan.accounts.models import Membership
from taperplan.accounts.rights import asker, rights_of
from taperplan.accounts.roles import Permission


def warm() -> None:
    rooms.open_all()
    templates()
    statements()
    # The thread that asked here answers no page: each that does has a connection of its own.
    connection.close()


def templates() -> None:
    folder = settings.BASE_DIR / "templates"
    for file in folder.rglob("*.html"):
        try:
            get_template(file.relative_to(folder).as_posix())
        except TemplateSyntaxError:  # the page says so, to whoever opens it
            continue


def statements() -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    nobody = uuid.uuid4()
    for rights in {rights_of(membership) for membership in Membership.objects.all()}:
        person = asker(nobody, nobody, rights)
        if not person.may(Permission.VIEW_PATIENTS):
            continue
        asking = SimpleNamespace(
            user=person, clinic=person.membership and person.membership.clinic, today=today, now=now
        )
        frame.prepare(asking)
        home.prepare(person, now, today)
