"""A PostgreSQL of our own for one test run: made, started, thrown away."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def binaries() -> Path | None:
    """The folder of `initdb`: Debian keeps it off the PATH."""
    newest_first = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parent.parent.name),
        reverse=True,
    )
    if newest_first:
        return newest_first[0].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass(frozen=True)
class Cluster:
    """A server of our own: its address, and `control` to stop and start it again."""

    url: str
    control: Callable[..., None]

    def stop(self, mode: str = "immediate") -> None:
        self.control("stop", "--mode", mode)

    def start(self) -> None:
        self.control("start", "--wait", "--silent")


@contextlib.contextmanager
def throwaway(folder_of_binaries: Path) -> Iterator[str]:
    """Start a cluster in a temporary folder; yields its address. Stopped and removed after."""
    with cluster(folder_of_binaries) as made:
        yield made.url


@contextlib.contextmanager
def cluster(folder_of_binaries: Path, *, durable: bool = False) -> Iterator[Cluster]:
    """`durable`: what was committed stands after the server was killed, as a clinic runs it."""
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    password = secrets.token_urlsafe(16)
    port = _free_port()

    def run(*arguments: str | Path) -> None:
        done = subprocess.run(
            [*as_postgres, *map(str, arguments)],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            log = folder / "log"
            raise RuntimeError(
                f"{arguments[0]} failed:\n{done.stdout}{done.stderr}"
                + (log.read_text() if log.exists() else "")
            )

    try:
        (folder / "password").write_text(password)
        if as_postgres:
            for path in (folder, folder / "password"):
                shutil.chown(path, "postgres", "postgres")
        run(
            folder_of_binaries / "initdb", "--no-sync", "--username=tests", "--encoding=UTF8",
            "--locale=C.UTF-8", "--auth=scram-sha-256",
            f"--pwfile={folder / 'password'}", folder / "data",
        )  # fmt: skip
        quick = "" if durable else "-c fsync=off -c full_page_writes=off -c synchronous_commit=off "
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
            f"{quick}-c max_connections=60"
        )

        def control(*what: str) -> None:
            run(
                folder_of_binaries / "pg_ctl", *what, "--pgdata", folder / "data",
                "--log", folder / "log", *(("--options", options) if what[0] == "start" else ()),
            )  # fmt: skip

        made = Cluster(f"postgres://tests:{password}@127.0.0.1:{port}/postgres", control)
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
