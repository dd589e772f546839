"""What every page is given.

Apart from the frame itself, which brings what is known of red flags and of what waits: the page
for signing in is drawn without having read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    from plans.presenters import frame

    return frame.frame(request)
