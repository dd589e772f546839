"""A PostgreSQL of our own for one test run: made, started, thrown away."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
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


@contextlib.contextmanager
def throwaway(folder_of_binaries: Path) -> Iterator[str]:
    """Start a cluster in a temporary folder; yields its address. Stopped and removed after."""
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
        run(
            folder_of_binaries / "pg_ctl", "start", "--wait", "--silent",
            "--pgdata", folder / "data", "--log", folder / "log",
            "--options", f"-p {port} -c listen_addresses=127.0.0.1 "
            f"-c unix_socket_directories='' -c fsync=off -c full_page_writes=off "
            "-c synchronous_commit=off -c max_connections=60",
        )  # fmt: skip
        try:
            yield f"postgres://tests:{password}@127.0.0.1:{port}/postgres"
        finally:
            run(
                folder_of_binaries / "pg_ctl", "stop", "--mode=immediate",
                "--pgdata", folder / "data",
            )  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
