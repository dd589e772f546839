"""A site on the loopback address: PostgreSQL with a standby, two web instances, haproxy, people."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import secrets
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "drill"
PEOPLE = 4
PAUSE = 0.2


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def until(done: Callable[[], bool], *, within: float, what: str) -> float:
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > within:
            raise AssertionError(f"{what}: not within {within} s")
        time.sleep(0.1)
    return time.monotonic() - began


# --- PostgreSQL ---------------------------------------------------------------------------------


class Cluster:
    """A primary that answers a commit only when its standby has it too."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="drill-"))
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.ports = {"primary": free_port(), "standby": free_port()}

    def run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [*self._as, str(self._binaries / program), *map(str, arguments)],
            cwd=self.folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PGPASSWORD": PASSWORD},
        )  # fmt: skip
        assert not done.returncode, f"{program}: {done.stdout}{done.stderr}"

    def make(self) -> None:
        (self.folder / "password").write_text(PASSWORD)
        if self._as:
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, "postgres", "postgres")
        self.run(
            "initdb", "--username=tests", "--encoding=UTF8", "--locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={self.folder / 'password'}", self.folder / "primary",
        )  # fmt: skip
        self.start("primary")
        self.run(
            "pg_basebackup", f"--dbname={self._plain('primary')} application_name=standby",
            "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast",
            f"--pgdata={self.folder / 'standby'}",
        )  # fmt: skip
        self.start("standby")
        self.query("ALTER SYSTEM SET synchronous_standby_names = 'standby'", "primary")
        self.query("SELECT pg_reload_conf()", "primary")
        until(
            lambda: ("sync",) in self.query("SELECT sync_state FROM pg_stat_replication"),
            within=30, what="the standby follows",
        )  # fmt: skip

    def start(self, name: str) -> None:
        self.run(
            "pg_ctl", "start", "--wait", "--silent", "--pgdata", self.folder / name,
            "--log", self.folder / f"{name}.log", "--options",
            f"-p {self.ports[name]} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
            "-c max_connections=60 -c synchronous_commit=on",
        )  # fmt: skip

    def _plain(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.ports[name]} user=tests password={PASSWORD}"

    def query(self, sql: str, name: str = "primary") -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(f"{self._plain(name)} dbname=postgres", autocommit=True) as found:
            asked = found.execute(sql.encode())
            return asked.fetchall() if asked.description else []

    @property
    def url(self) -> str:
        both = ",".join(f"127.0.0.1:{port}" for port in self.ports.values())
        return f"postgres://tests:{PASSWORD}@{both}/postgres?target_session_attrs=read-write"

    def kill(self) -> None:
        """The primary, with -9."""
        pid = int((self.folder / "primary" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "--wait", "--pgdata", self.folder / "standby")

    def throw_away(self) -> None:
        for name in self.ports:
            with contextlib.suppress(AssertionError):
                self.run("pg_ctl", "stop", "--mode=immediate", "--pgdata", self.folder / name)
        shutil.rmtree(self.folder, ignore_errors=True)


# --- The web ------------------------------------------------------------------------------------


@dataclass
class Site:
    url: str
    folder: Path
    # What haproxy asks an instance: code from before /readyz has other pages that are open.
    asked: str = "/readyz"
    front: int = field(default_factory=free_port)
    webs: dict[str, int] = field(default_factory=lambda: {"a": free_port(), "b": free_port()})
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "taperplan.settings",
            "DATABASE_URL": self.url,
            "DATABASE_POOL_WAIT": "3",
            "SECRET_KEY": "drill " * 12,
            "TRAIL_KEY": "drill trail",
            "HTTPS": "false",
            "VAR_DIR": str(self.folder / "var"),
            "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "STATIC_ROOT": str(ROOT / "taperplan" / "static"),
            **self.settings,
        }

    def manage(self, *arguments: str, code: Path = ROOT) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.environment, cwd=code, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout

    def migrate(self, *, code: Path) -> int:
        """As `deploy/release migrate`. How often a table that was in use was tried again."""
        said = self.manage("migrate", "--noinput", "--verbosity", "0", "--gently", code=code)
        return int(re.findall(r"tried again (\d+) times", said)[0])

    def start(self, name: str, *, code: Path = ROOT) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [
                    sys.executable, "-m", "gunicorn", "taperplan.wsgi", "--workers", "1",
                    "--threads", "4", "--bind", f"127.0.0.1:{self.webs[name]}",
                    "--graceful-timeout", "20",
                ],
                env=self.environment, cwd=code, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        until(lambda: self.answers(self.webs[name]), within=90, what=f"{name} answers")

    def answers(self, port: int) -> bool:
        found = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            found.request("GET", self.asked, headers={"Host": "localhost"})
            with found.getresponse() as answer:
                return answer.status == 200
        except OSError:
            return False
        finally:
            found.close()

    def share_out(self) -> None:
        """haproxy in front of both; a request that no instance took is given to the other."""
        servers = "\n".join(
            f"    server {name} 127.0.0.1:{port} check inter 300 fall 2 rise 1"
            for name, port in self.webs.items()
        )
        (self.folder / "haproxy.cfg").write_text(
            f"""global
    stats socket {self.folder / "haproxy.sock"} level admin
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout queue 20s
    timeout check 10s
frontend site
    bind 127.0.0.1:{self.front}
    default_backend web
backend web
    option httpchk GET {self.asked}
    http-check send hdr Host localhost
    retries 3
    option redispatch
    retry-on conn-failure
{servers}
"""
        )
        self.processes["haproxy"] = subprocess.Popen(
            [shutil.which("haproxy") or "/usr/sbin/haproxy", "-f", self.folder / "haproxy.cfg"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(lambda: self.answers(self.front), within=30, what="haproxy answers")

    def tell_haproxy(self, words: str) -> str:
        with socket.socket(socket.AF_UNIX) as found:
            found.connect(str(self.folder / "haproxy.sock"))
            found.sendall(f"{words}\n".encode())
            answer = b""
            while piece := found.recv(4096):
                answer += piece
        return answer.decode()

    def takes_requests(self, name: str) -> bool:
        """Whether haproxy gives this instance requests: it looked, and found it ready."""
        rows = [line.split(",") for line in self.tell_haproxy("show stat").splitlines() if line]
        at = rows[0].index("status")
        return any(row[:2] == ["web", name] and row[at] == "UP" for row in rows[1:])

    def replace(self, name: str, *, code: Path) -> None:
        """No new request; those under way are finished; the other code; requests again."""
        self.tell_haproxy(f"set server web/{name} state drain")
        time.sleep(0.5)
        self.processes[name].terminate()
        self.processes[name].wait(40)
        self.start(name, code=code)
        self.tell_haproxy(f"set server web/{name} state ready")
        # Only then is the other one drained: else for a moment nobody answers.
        until(lambda: self.takes_requests(name), within=30, what=f"haproxy asks {name} again")

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait(20)


# --- The people ---------------------------------------------------------------------------------


@dataclass
class Load:
    """Clinicians who register patients, one after another, and look at the list between."""

    site: Site
    cookies: str
    tokens: list[tuple[str, str]]
    promised: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    bad: list[tuple[float, str]] = field(default_factory=list)
    good: list[float] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        self._threads = [
            threading.Thread(target=self._work, args=(number,)) for number in range(PEOPLE)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(90)

    def _work(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311  # made-up names
        while not self._stop.is_set():
            with self._lock:
                if not self.tokens:
                    return
                token, key = self.tokens.pop()
            family = "".join(chance.choices(string.ascii_lowercase, k=12)).capitalize()
            given = f"Probe{secrets.token_hex(4)}"
            born = date(1930, 1, 1) + timedelta(days=chance.randrange(29000))
            form = urlencode(
                {
                    "token": token, "family_name": family, "given_names": given,
                    "born_0": born.day, "born_1": born.month, "born_2": born.year,
                    "phone": "", "address": "", "language": "", "number": "", "issuer": "",
                    "sex": "", "shown": "",
                }
            )  # fmt: skip
            # As a person would: sent again until it is answered. The token makes it once.
            while not self._stop.is_set():
                if self.ask("POST", "/patients/register/", form) == 302:
                    with self._lock:
                        self.promised.add(key)
                    break
                time.sleep(0.5)
            self.ask("GET", "/patients/")
            time.sleep(PAUSE)

    def ask(self, verb: str, path: str, body: str = "") -> int:
        at = time.monotonic()
        headers = {
            "Host": "localhost", "Cookie": self.cookies, "X-CSRFToken": "c" * 32,
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        found = http.client.HTTPConnection("127.0.0.1", self.site.front, timeout=40)
        try:
            found.request(verb, path, body, headers)
            answer = found.getresponse()
            said = answer.read()
            status = answer.status
            if "/account/" in (answer.getheader("Location") or ""):
                # Sent to sign in: nothing was done.
                status = 401
            word = str(status)
            if status >= 500:
                # Whose answer it is: the site's own page, or haproxy's, which found nobody.
                word += " of haproxy" if b"No server is available" in said else " of the site"
        except OSError as error:
            status, word = 0, type(error).__name__
        except http.client.HTTPException as error:
            status, word = 0, type(error).__name__
        finally:
            found.close()
        with self._lock:
            self.answers[f"{verb} {word}"] += 1
            if status in (200, 302):
                self.good.append(time.monotonic())
            else:
                self.bad.append((at, f"{verb} {word}"))
        return status


PREPARE = """
import json, sys, django; django.setup()
from taperplan import tokens
from taperplan.accounts.models import User
from tests.doors import signed_in
theo = User.objects.get(email__startswith="theo")
client = signed_in(theo)
made = []
for _ in range(int(sys.argv[1])):
    token = tokens.issue(theo, "patients.register")
    made.append((token, tokens.read(token, theo, "patients.register").hex))
print(json.dumps([client.cookies["session"].value, made]))
"""


def people(site: Site, many: int, *, code: Path = ROOT) -> Load:
    import json

    done = subprocess.run(
        [sys.executable, "-c", PREPARE, str(many)],
        env=site.environment, cwd=code, capture_output=True, text=True, check=True,
    )  # fmt: skip
    session, tokens = json.loads(done.stdout)
    cookies = f"session={session}; csrf={'c' * 32}"
    return Load(site, cookies, [(token, key) for token, key in tokens])


@contextlib.contextmanager
def running(
    url: str, *, code: Path = ROOT, asked: str = "/readyz", settings: dict[str, str] | None = None
) -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="site-"))
    (folder / "var").mkdir()
    site = Site(url, folder, asked, settings=settings or {})
    try:
        site.manage("migrate", "--verbosity", "0", code=code)
        site.manage("createcachetable", code=code)
        site.manage("load_demo", code=code)
        for name in site.webs:
            site.start(name, code=code)
        site.share_out()
        yield site
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)


def stand(cluster: Cluster, name: str) -> set[str]:
    """The keys of every patient that this database holds."""
    rows = cluster.query("SELECT id FROM patients_patient", name)
    return {uuid.UUID(str(key)).hex for (key,) in rows}


def today() -> str:
    return f"{datetime.now(UTC):%d %b %Y, %H:%M} UTC"
