"""A process of its own that is really killed, by SIGKILL, at the n-th step of what it does."""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest
from django.db import connection, connections

# Steps: before and after each statement, each commit, each word to and from the mail server.
_WIRE = (
    (smtplib.SMTP, "_get_socket"),
    (smtplib.SMTP, "send"),
    (smtplib.SMTP, "getreply"),
)
_FELL = 7


def killed_at(place: int, act: Callable[[], object]) -> bool:
    """Do `act` in a process that is killed at this step; False when it came to its end before.

    The process shares nothing but the database and the network: it opens connections of its own.
    """
    _let_go_of_connections()
    child = os.fork()
    if not child:
        _do_and_end(place, act)
    _pid, how = os.waitpid(child, 0)
    if os.WIFSIGNALED(how):
        assert os.WTERMSIG(how) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(how) == 0, "it fell over by itself"
    return False


def _let_go_of_connections() -> None:
    for one in connections.all(initialized_only=True):
        one.close()
        if getattr(one, "pool", None):
            one.close_pool()  # type: ignore[attr-defined]


def _do_and_end(place: int, act: Callable[[], object]) -> NoReturn:
    try:
        with _steps(place):
            act()
    except BaseException:  # noqa: BLE001  # nothing of this process may go on as the test
        os._exit(_FELL)
    _let_go_of_connections()
    os._exit(0)


@contextlib.contextmanager
def _steps(place: int) -> Iterator[None]:
    seen = [0]

    def step() -> None:
        seen[0] += 1
        if seen[0] == place:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(real: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **given: Any) -> Any:
            step()
            answer = real(*args, **given)
            step()
            return answer

        return stepped

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return around(execute)(sql, params, many, context)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(statement):
        patch.setattr(connection, "_commit", around(getattr(connection, "_commit")))  # noqa: B009
        for kind, name in _WIRE:
            patch.setattr(kind, name, around(getattr(kind, name)))
        yield
