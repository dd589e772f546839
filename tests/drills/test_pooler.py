"""Behind a pooler in transaction mode, with fewer connections than people; then it gives none, then
the database takes no changes: reads go on where they can, and both end without a hand."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.drills import site as drill
from tests.harness import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
EVIDENCE = drill.ROOT / "docs" / "evidence" / "pooler.md"
# Fewer than the threads of the two instances.
LENT = 3
WAITS = 4


@contextlib.contextmanager
def pooled(url: str, folder: Path) -> Iterator[tuple[str, str]]:
    """pgbouncer in front of `url`: the address through it, and that of its own console."""
    behind = urlsplit(url)
    port = drill.free_port()
    (folder / "users.txt").write_text(f'"{behind.username}" "{behind.password}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"""[databases]
* = host=127.0.0.1 port={behind.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder / "users.txt"}
admin_users = {behind.username}
pool_mode = transaction
default_pool_size = {LENT}
max_client_conn = 100
query_wait_timeout = {WAITS}
"""
    )
    command = [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", str(folder / "pgbouncer.ini")]
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "postgres", "postgres")
        command = ["runuser", "-u", "postgres", "--", *command]
    pooler = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    through = f"postgres://{behind.username}:{behind.password}@127.0.0.1:{port}"
    try:
        drill.until(lambda: answers(through + behind.path), within=20, what="the pooler answers")
        yield through + behind.path, f"{through}/pgbouncer"
    finally:
        pooler.terminate()
        pooler.wait(20)


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def tell(url: str, words: str) -> None:
    with psycopg.connect(url, autocommit=True) as found:
        found.execute(words.encode())


def test_a_pooler_lends_few_connections_then_none_and_then_nothing_may_be_changed() -> None:
    binaries = postgres.binaries()
    if binaries is None or not Path(shutil.which("pgbouncer") or "/usr/sbin/pgbouncer").exists():
        pytest.skip("no PostgreSQL or no pgbouncer found")
    cluster = drill.Cluster(binaries)
    folder = cluster.folder / "pooler"
    try:
        cluster.make()
        folder.mkdir()
        direct = f"postgres://tests:{drill.PASSWORD}@127.0.0.1:{cluster.ports['primary']}/postgres"
        tell(direct, "ALTER DATABASE postgres SET jit = off")
        with (
            pooled(direct, folder) as (url, console),
            drill.running(url, settings={"DATABASE_POOLER": "true"}) as site,
        ):
            load = drill.people(site, 2000)
            load.begin()
            time.sleep(12)
            quiet, before = list(load.bad), len(load.promised)

            # It lends none: who asks is told so, and is not left waiting.
            tell(console, "PAUSE")
            time.sleep(10)
            tell(console, "RESUME")
            resumed = time.monotonic()
            back = drill.until(
                lambda: any(at > resumed for at in load.good), within=60, what="it is back"
            )
            time.sleep(WAITS + 2)

            # The database takes no changes: lists are shown, nobody is registered.
            tell(direct, "ALTER SYSTEM SET default_transaction_read_only = on")
            tell(direct, "SELECT pg_reload_conf()")
            time.sleep(3)
            closed, standing = time.monotonic(), len(load.promised)
            # Everybody is sending a form again and again; one of them looks at the list.
            pages = [load.ask("GET", "/patients/") for _n in range(5)]
            reads = pages.count(200)
            time.sleep(3)
            opened = time.monotonic()
            frozen = [word for at, word in load.bad if closed < at < opened]
            stood_still = len(load.promised) == standing
            tell(direct, "ALTER SYSTEM RESET default_transaction_read_only")
            tell(direct, "SELECT pg_reload_conf()")
            time.sleep(10)
            load.end()
            lost = load.promised - drill.stand(cluster, "primary")
            trail = site.manage("verify_trail")
        assert not quiet
        assert before > 5
        # Without the database no instance is ready, and haproxy then says so itself.
        assert all(word.split(" of ")[0] in ("GET 503", "POST 503") for _at, word in load.bad)
        assert set(frozen) <= {"POST 503 of the site"}
        assert stood_still
        assert reads == len(pages)
        assert len(load.promised) > standing
        assert not lost
        assert "whole" in trail
        _write(load, before, back, reads, len(frozen))
    finally:
        cluster.throw_away()


def _write(load: drill.Load, before: int, back: float, reads: int, frozen: int) -> None:
    said = ", ".join(f"{word}: {many}" for word, many in sorted(load.answers.items()))
    EVIDENCE.write_text(
        f"""# Behind a pooler, without a connection, without a change

`tests/drills/test_pooler.py`, {drill.today()}, on one machine of {os.cpu_count()} cores (load
average {os.getloadavg()[0]:.1f}). Two web instances of four threads, `DATABASE_POOLER=true`, behind
pgbouncer in transaction mode that lends {LENT} connections; {drill.PEOPLE} clinicians register
patients and look at the list.

| | |
|---|---|
| answered as saved before anything was done to it, no request failing | {before} |
| the pooler lends nothing for 10 s; from then to the first page, nothing restarted | {back:.1f} s |
| the database takes no changes for 8 s: pages shown meanwhile | {reads} |
| forms answered "not saved" meanwhile (503), each sent again and saved afterwards | {frozen} |
| answered as saved in all | {len(load.promised)}, all of them there; the trail is whole |

Every answer: {said}.
""",
        encoding="utf-8",
    )
