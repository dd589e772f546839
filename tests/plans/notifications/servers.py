"""A real mail server and a real webhook receiver on this machine, with the moods of real ones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage


@dataclass
class MailServer:
    """What arrived, and how the server behaves: at which word it refuses, breaks off or waits."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    # A command (MAIL, RCPT, DATA, MESSAGE) and the answer that it gets instead of 250.
    answers: dict[str, str] = field(default_factory=dict)
    # Taken, and the line cut before the answer: the sender cannot know that it arrived.
    cut_after_data: bool = False
    # Seconds before each of these commands is answered.
    slow: dict[str, float] = field(default_factory=dict)
    port: int = 0

    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    def to(self, address: str) -> list[str]:
        """The Message-IDs that arrived for one person, in order."""
        found = zip(self.recipients, self.ids(), strict=True)
        return [key for recipient, key in found if recipient == address]

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = await self._answer("MAIL")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = await self._answer("RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        answer = await self._answer("MESSAGE")
        if not answer.startswith("250"):
            return answer
        mail: Any = message_from_bytes(envelope.content, policy=default)
        for address in envelope.rcpt_tos:
            self.mails.append(mail)
            self.recipients.append(address)
        if self.cut_after_data:
            transport: Any = server.transport
            transport.abort()
        return answer

    async def _answer(self, word: str) -> str:
        if wait := self.slow.get(word):
            await asyncio.sleep(wait)
        return self.answers.get(word, "250 OK")


@contextlib.contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    handler = MailServer()
    controller = Controller(handler, hostname="127.0.0.1", port=port or _free_port())
    controller.start()
    handler.port = controller.port
    try:
        yield handler
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Call:
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.body)
        return found


@dataclass
class Pager:
    calls: list[Call] = field(default_factory=list)
    status: int = 200
    wait: float = 0
    url: str = ""


@contextlib.contextmanager
def pager() -> Iterator[Pager]:
    """A receiver of webhooks."""
    state = Pager()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.calls.append(Call(headers, body))
            time.sleep(state.wait)
            self.send_response(state.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/page"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
