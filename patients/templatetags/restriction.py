"""Whether a record is seen under emergency access, and until when; one query, if restricted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone

from taperplan import formats

if TYPE_CHECKING:
    from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def emergency_until(context: Context, patient: Any) -> str:
    """The clock time at which this person's emergency access ends, or ""."""
    request: Any = context.get("request")
    if not patient or request is None or not hasattr(request, "now"):
        return ""
    from patients.restriction import access_of

    found = access_of(request.user, patient, request.now)
    return formats.clock(timezone.localtime(found.until)) if found else ""
