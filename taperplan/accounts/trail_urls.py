"""The trail's pages. They stand above the audit room, which knows nobody's rights."""

from __future__ import annotations

from taperplan.rooms import Room
from taperplan.routes import path

trail = Room("taperplan.accounts.views.trail")

app_name = "audit"
urlpatterns = [path("", trail.rows, name="list"), path("file/", trail.trail_file, name="file")]
