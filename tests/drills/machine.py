"""An empty Debian that boots with systemd, in a container of this machine, and what is typed there.

It shares this machine's network: what it fetches comes from where this machine fetches, and its
site is reached at the loopback address. Nothing else of this machine is in it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.drills.site import ROOT, until

if TYPE_CHECKING:
    from collections.abc import Iterator

SUITE = "bookworm"
NEEDED = ("debootstrap", "systemd-nspawn", "nsenter", "openssl", "git")
# PostgreSQL, the site, Caddy with and without TLS, and Caddy's own door.
PORTS = (5432, 8000, 80, 443, 2019, 9464)
# Where on the machine lies what whoever installs has brought.
GIVEN = "/srv/given"
# Beyond Debian's smallest: what a server has from its installer.
INCLUDE = "systemd,systemd-sysv,dbus,ca-certificates,adduser"


def missing() -> str:
    """Why such a machine cannot be made here, or nothing."""
    if os.geteuid():
        return "only root can boot a container"
    absent = [name for name in NEEDED if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


def taken() -> list[int]:
    found = []
    for port in PORTS:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                found.append(port)
    return found


def empty(folder: Path) -> None:
    """Debian's smallest system with systemd, from the mirror that this machine uses.

    `DEBIAN_BASE` names one that was made before; it is copied.
    """
    if base := os.environ.get("DEBIAN_BASE"):
        _run("cp", "--archive", base, str(folder))
    else:
        _run(
            "debootstrap",
            "--variant=minbase",
            f"--include={INCLUDE}",
            SUITE,
            str(folder),
            _mirror(),
        )
    (folder / GIVEN.strip("/")).mkdir()
    apt = Path("/etc/apt")
    (folder / "etc/apt/sources.list").unlink(missing_ok=True)
    for name in ("sources.list", "sources.list.d", "apt.conf.d"):
        if (apt / name).is_dir():
            shutil.copytree(apt / name, folder / "etc/apt" / name, dirs_exist_ok=True)
        elif (apt / name).exists():
            shutil.copy(apt / name, folder / "etc/apt" / name)
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    certificates = "etc/ssl/certs/ca-certificates.crt"
    shutil.copy(Path("/") / certificates, folder / certificates)


def _mirror() -> str:
    said = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return next(line for line in said.stdout.splitlines() if line.endswith("/debian"))


def packages(folder: Path) -> None:
    """The wheels of the lock, fetched ahead: Python's packages are not what is timed."""
    _run(
        sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes",
        "--requirement", str(ROOT / "requirements.txt"), "--dest", str(folder),
    )  # fmt: skip


def release(file: Path, name: str) -> None:
    """The software as it is handed out: what is committed, under a folder of its version."""
    _run("git", "-C", str(ROOT), "archive", f"--prefix={name}/", f"--output={file}", "HEAD")


def certificate(folder: Path, host: str) -> Path:
    """`site.crt` and `site.key` for `host`, and the authority that a browser would trust."""
    authority = folder / "authority.crt"
    _run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=Authority of a drill", "-keyout", str(folder / "authority.key"),
        "-out", str(authority), "-addext", "basicConstraints=critical,CA:TRUE",
    )  # fmt: skip
    _run(
        "openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}",
        "-keyout", str(folder / "site.key"), "-out", str(folder / "site.csr"),
    )  # fmt: skip
    names = folder / "names"
    names.write_text(f"subjectAltName=DNS:{host}\n")
    _run(
        "openssl", "x509", "-req", "-in", str(folder / "site.csr"), "-days", "2",
        "-CA", str(authority), "-CAkey", str(folder / "authority.key"), "-CAcreateserial",
        "-extfile", str(names), "-out", str(folder / "site.crt"),
    )  # fmt: skip
    return authority


@dataclass
class Machine:
    """A booted system."""

    root: Path
    init: int

    def type(self, words: str, *, typed: str = "", within: float = 900) -> str:
        """What a shell of root says to `words`; one that fails ends the drill with its output."""
        done = subprocess.run(
            [*self._inside(), "/bin/bash", "-eu"],
            input=f"cd\n{words}\n" if not typed else _answering(words, typed),
            capture_output=True, text=True, check=False, timeout=within,
            env={
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": GIVEN, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
                "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{GIVEN}/wheels",
            },
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{words}\n\n{said[-4000:]}"
        return said

    def _inside(self) -> list[str]:
        return [
            "nsenter", "--target", str(self.init), "--mount", "--pid", "--uts", "--ipc",
            "--cgroup", "--root",
        ]  # fmt: skip


def _answering(words: str, typed: str) -> str:
    """The last command is one that asks: its answers stand ready."""
    return f"cd\n{words.rstrip()} <<'TYPED'\n{typed}\nTYPED\n"


@contextlib.contextmanager
def booted(root: Path) -> Iterator[Machine]:
    """The system switched on; and off again, by itself, as by its switch."""
    container = subprocess.Popen(
        ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe",
         f"--directory={root}", f"--machine={root.name}", "--boot"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: _init(container.pid) > 0, within=30, what="the machine boots")
        machine = Machine(root, _init(container.pid))
        until(lambda: _is_up(machine), within=120, what="systemd has started everything")
        yield machine
        machine.type("systemctl poweroff --no-block")
        container.wait(90)
    finally:
        if container.poll() is None:
            container.terminate()
            try:
                container.wait(60)
            except subprocess.TimeoutExpired:
                container.kill()
                container.wait(30)
        time.sleep(1)


def _init(outer: int) -> int:
    """The first process of the container: the child of whoever made it."""
    try:
        children = Path(f"/proc/{outer}/task/{outer}/children").read_text().split()
        for child in children:
            if "systemd" in Path(f"/proc/{child}/comm").read_text():
                return int(child)
    except OSError:
        pass
    return 0


def _is_up(machine: Machine) -> bool:
    try:
        return machine.type("systemctl is-system-running --wait || true").strip() == "running"
    except AssertionError:
        return False


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
