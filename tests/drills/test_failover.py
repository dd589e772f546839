"""The primary is killed under load, the standby promoted; a web instance is killed: what was
answered as saved is there, and the site comes back by itself."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.drills import site as drill
from tests.harness import postgres

pytestmark = pytest.mark.slow
EVIDENCE = drill.ROOT / "docs" / "evidence" / "failover.md"


def test_no_promised_record_is_lost_when_the_primary_is_killed_and_then_a_web_instance(
    request: pytest.FixtureRequest,
) -> None:
    binaries = postgres.binaries()
    if binaries is None or not Path(shutil.which("haproxy") or "/usr/sbin/haproxy").exists():
        pytest.skip("no PostgreSQL or no haproxy found")
    cluster = drill.Cluster(binaries)
    try:
        cluster.make()
        with drill.running(cluster.url) as site:
            load = drill.people(site, 2000)
            load.begin()
            time.sleep(8)
            before = len(load.promised)

            killed = time.monotonic()
            cluster.kill()
            time.sleep(3)
            cluster.promote()
            promoted = time.monotonic()
            back = drill.until(
                lambda: any(at > promoted for at in load.good), within=60, what="the web is back"
            )
            time.sleep(6)

            web = time.monotonic()
            os.kill(_workers(site.processes["a"].pid)[0], signal.SIGKILL)
            os.kill(site.processes["a"].pid, signal.SIGKILL)
            time.sleep(8)
            load.end()

            here = drill.stand(cluster, "standby")
            lost = load.promised - here
            trail = site.manage("verify_trail")
        assert before > 5
        assert len(load.promised) > before + 5
        assert not lost
        assert "whole" in trail
        after_kill = [word for at, word in load.bad if at > web]
        _write(load, before, promoted - killed, back, lost, after_kill)
    finally:
        cluster.throw_away()


def _workers(master: int) -> list[int]:
    found = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(one) for one in found]


def _write(
    load: drill.Load, before: int, outage: float, back: float, lost: set[str], after: list[str]
) -> None:
    answers = ", ".join(f"{word}: {many}" for word, many in sorted(load.answers.items()))
    EVIDENCE.write_text(
        f"""# The primary killed under load, then a web instance

`tests/drills/test_failover.py`, {drill.today()}, on one machine of {os.cpu_count()} cores (load
average {os.getloadavg()[0]:.1f}). Two web instances of one process and four threads behind haproxy,
PostgreSQL with one streaming standby, `synchronous_commit = on` with that standby named;
`DATABASE_URL` names both servers with `target_session_attrs=read-write`. {drill.PEOPLE} clinicians
register patients and look at the list; a form that was not answered is sent again with its token.

| | |
|---|---|
| answered as saved before the primary was killed with -9 | {before} |
| from the kill to the end of the promotion (by the drill, 3 s of it waiting) | {outage:.1f} s |
| from then to the first page, no web process restarted | {back:.1f} s |
| answered as saved in all | {len(load.promised)} |
| of these not in the promoted database | {len(lost)} |
| requests that failed after one web instance was killed with -9, its worker too | {len(after)} |

Every answer: {answers}.

With an asynchronous standby the loss window is what the primary had not yet sent when it died; the
drill does not measure it.
""",
        encoding="utf-8",
    )
