"""Pages of the frame itself: purpose, help, the session's life, errors, every component."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import loader
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from taperplan import helping, not_saved, showroom

if TYPE_CHECKING:
    from django.http import HttpRequest

    from taperplan.accounts.http import ClinicianRequest


@require_safe
@login_not_required
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "taperplan/about.html")


@require_safe
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "taperplan/accessibility.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    words = {"topics": helping.TOPICS, "does_not": helping.DOES_NOT, "glossary": helping.GLOSSARY}
    return render(request, "taperplan/help.html", words)


@require_safe
def help_topic(request: HttpRequest, topic: str) -> HttpResponse:
    """One job, in a few steps."""
    found = helping.topic(topic)
    if found is None:
        raise Http404
    others = [one for one in helping.TOPICS if one is not found]
    return render(request, "taperplan/help_topic.html", {"topic": found, "others": others})


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, in both themes, on made-up figures."""
    return render(request, "taperplan/components.html", showroom.everything())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: ClinicianRequest) -> JsonResponse:
    """Whose session this is. A page that was covered asks it before it shows itself again.

    The answer carries a fresh token, because the old one ended with the old session; only pages
    of this site can read it.
    """
    return JsonResponse({"user": str(request.user.pk), "token": get_token(request)})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Stands alone: no query, no session, no context; whatever broke cannot break it too."""
    error = sys.exc_info()[1]
    if not_saved.is_of_the_database(error):
        return not_saved.page(request, error)
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)
