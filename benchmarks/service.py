"""What a service costs and keeps: memory and start of two workers, eight writers, a backup.

Each is measured on real servers on the loopback address, started and ended here.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
WARM = 40
# Of a day's pages, by four people at once: every worker has answered each.
ROUNDS = 8
# So long that a server that gives memory back has done so.
REST = 6
SERVER = ("--workers", "2", "--threads", "4")
# As deploy/systemd starts it: loaded once, before the workers are forked; one heap for all threads.
DEPLOYED = ("--preload",)
ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(
    wsgi: str, environment: Mapping[str, str], flags: Sequence[str] = DEPLOYED
) -> Iterator[tuple[int, int]]:
    """A gunicorn of two workers: its port and its process."""
    port = free_port()
    server = subprocess.Popen(  # noqa: S603  # our own modules
        [sys.executable, "-m", "gunicorn", wsgi, "--bind", f"127.0.0.1:{port}", *SERVER,
         *flags],
        env={**os.environ, **environment}, cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(40)


def asked(
    port: int, path: str, *, cookies: str = "", body: str = "", token: str = ""
) -> tuple[int, bytes]:
    found = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Host": "localhost", "Cookie": cookies}
    if body:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token}
    try:
        found.request("POST" if body else "GET", path, body or None, headers)
        answer = found.getresponse()
        return answer.status, answer.read()
    finally:
        found.close()


def start_and_memory(
    wsgi: str,
    path: str,
    environment: Mapping[str, str],
    flags: Sequence[str],
    day: Mapping[str, Any],
) -> dict[str, float]:
    """Seconds until the first page is answered, and of all its processes: their processor's time
    until then, MB after some such pages, MB after rounds of those of a day."""
    began = time.perf_counter()
    with serving(wsgi, environment, flags) as (port, pid):
        while True:
            try:
                status, _page = asked(port, path)
            except OSError:
                time.sleep(0.01)
                continue
            if status == 200:
                break
            raise SystemExit(f"{wsgi} answered {status}")
        start, worked = time.perf_counter() - began, _worked(pid)
        for _n in range(WARM):
            asked(port, path)
        signing_in = _memory(pid)

        def opened(page: str) -> None:
            status, _page = asked(port, page, cookies=day["cookies"])
            if status != 200:
                raise SystemExit(f"{page} answered {status}")

        with ThreadPoolExecutor(4) as people:
            list(people.map(opened, day["pages"] * ROUNDS))
        # The last answers are here before their requests have ended.
        time.sleep(REST)
        used = _memory(pid)
        return {"start": start, "worked": worked, "memory": signing_in, "used": used}


def _processes(pid: int) -> tuple[str, ...]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return (str(pid), *children)


def _worked(pid: int) -> float:
    """Seconds of the processor, of the master and its workers."""
    ticks = 0
    for one in _processes(pid):
        told = Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    """Shared pages counted once: the proportional sets of the master and its workers."""
    total = 0
    for one in _processes(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def backup(environment: Mapping[str, str], folder: Path) -> dict[str, float]:
    """Seconds of a backup and of its verified restore, and its size in MB."""
    key = _manage(environment, "backup", "--new-key").strip()
    given = {**environment, "BACKUP_KEY": key, "BACKUP_DIR": str(folder / "backups")}
    began = time.perf_counter()
    _manage(given, "backup")
    made = time.perf_counter()
    _manage(given, "verify_backup")
    verified = time.perf_counter()
    file = max((folder / "backups").glob("*.backup"))
    size = file.stat().st_size / 1e6
    file.unlink()
    return {"backup": made - began, "verify": verified - made, "size": size}


def seeded(environment: Mapping[str, str], patients: int, check_ins: int) -> None:
    """An empty database, filled."""
    subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-m", "benchmarks.seed", f"--patients={patients}",
         f"--check-ins={check_ins}"],
        env={**os.environ, **environment}, cwd=ROOT, check=True,
    )  # fmt: skip


def _manage(environment: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "manage.py", *words],
        env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


def writers(environment: Mapping[str, str], *, many: int, saves: int) -> dict[str, float]:
    """So many people complete check-ins at once, each of a patient of their own, over HTTP."""
    for words in (("migrate", "--verbosity", "0"), ("createcachetable",), ("load_demo",)):
        _manage(environment, *words)
    done = subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-m", "benchmarks.service", str(many), str(saves)],
        env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    prepared: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    faults: list[str] = []
    with serving("taperplan.wsgi", environment) as (port, _pid):
        while True:
            try:
                asked(port, "/about/")
                break
            except OSError:
                time.sleep(0.05)

        def write(forms: list[list[str]]) -> None:
            for path, body in forms:
                try:
                    status, _page = asked(
                        port, path, cookies=prepared["cookies"], body=body, token="c" * 32
                    )
                except (OSError, http.client.HTTPException) as error:
                    faults.append(type(error).__name__)
                    continue
                if status != 302:
                    faults.append(str(status))

        threads = [threading.Thread(target=write, args=(forms,)) for forms in prepared["forms"]]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
    counted = _manage(environment, "shell", "--no-imports", "-c", _COUNT.format(prepared["before"]))
    found = int(counted.strip().splitlines()[-1])
    return {"errors": len(faults), "found": found, "promised": many * saves, "seconds": took}


_COUNT = "from plans.models import CheckIn; print(CheckIn.objects.count() - {})"


def prepare(many: int, saves: int) -> None:
    """The session, and every form that will be sent, each with a token of its own."""
    import django

    django.setup()
    from django.urls import reverse

    from benchmarks.asked_ours import check_in_form
    from patients.models import Patient
    from plans.models import CheckIn
    from taperplan.accounts.models import User
    from tests.doors import signed_in

    theo = User.objects.get(email__startswith="theo")
    session = signed_in(theo).cookies["session"].value
    patients = list(Patient.objects.visible_to(theo).standing().order_by("pk")[:many])
    forms = [
        [
            (
                reverse("plans:check-in-new", kwargs={"patient": patient.pk}),
                urlencode(check_in_form(theo, patient)),
            )
            for _n in range(saves)
        ]
        for patient in patients
    ]
    told = {
        "cookies": f"session={session}; csrf={'c' * 32}",
        "before": CheckIn.objects.count(),
        "forms": forms,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    prepare(int(sys.argv[1]), int(sys.argv[2]))
