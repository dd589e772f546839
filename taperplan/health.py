"""Whether the service may be used: the database answers, and nothing that guards it is gone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from taperplan.audit import append_only, chain, keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

log = logging.getLogger(__name__)

# What else /healthz looks at; each gives what is wrong, in words for the log. None of it keeps
# the service from serving.
watched: list[Callable[[], list[str]]] = []

NOT_READY = (
    b"Not ready: the database does not answer, or a guard of its tables is missing. "
    b"Run manage.py migrate, then manage.py check --deploy --database default.\n"
)


def faults() -> list[str]:
    """What is wrong, in words for the log; empty when all is well."""
    try:
        missing = append_only.missing(connection)
        held = chain.stands(connection)
        opened = chain.opened(connection) if held else ""
    except DatabaseError as error:
        return [f"the database does not answer: {type(error).__name__}"]
    found = [f"the trigger {name} is missing" for name in missing]
    if opened and opened not in keys.held():
        found.append(f"the trail is open under the key {opened}, which is not given")
    return found if held else [*found, f"the function {chain.FUNCTION} is missing"]


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 or 503. What is wrong stands in the log, not in the answer."""
    found = faults()
    for look in watched:
        found += look()
    for fault in found:
        log.error("Not healthy: %s.", fault)
    return HttpResponse(
        "not well\n" if found else "well\n",
        status=HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK,
        content_type="text/plain",
    )


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process may be sent requests. A notifier that is gone is no reason not to."""
    found = faults() + _not_migrated()
    for fault in found:
        log.error("Not ready: %s.", fault)
    return HttpResponse(
        "not ready\n" if found else "ready\n",
        status=HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK,
        content_type="text/plain",
    )


_migrated = threading.Event()


def _not_migrated() -> list[str]:
    """Whether a table of ours is still to come. Tables newer than the code are no fault."""
    if _migrated.is_set():
        return []
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        waits = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        # Said already, by what looks at the database itself.
        return []
    if waits:
        return [f"the migration {migration} is not applied" for migration, _back in waits[:1]]
    _migrated.set()
    return []


HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": str(len(NOT_READY)),
    "Retry-After": "10",
}


class Guard:
    """Looks until every guard of the tables stands, then never again in this process."""

    def __init__(self) -> None:
        self._whole = False

    def lets_serve(self) -> bool:
        if not self._whole:
            found = faults()
            connection.close()
            for fault in found:
                log.critical("Refusing to serve: %s.", fault)
            self._whole = not found
        return self._whole


class OnlyWhenWhole:
    """Serves nothing while a guard is missing. Once all stood, it costs a request nothing."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._guard = Guard()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if self._guard.lets_serve():
            return self._application(environ, start_response)
        start_response("503 Service Unavailable", list(HEADERS.items()))
        return [NOT_READY]


class OnlyWhenWholeAsync:
    """The same door for an ASGI server."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application
        self._guard = Guard()

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        if scope["type"] != "http" or await sync_to_async(self._guard.lets_serve)():
            await self._application(scope, receive, send)
            return
        headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": NOT_READY})
