"""An empty Debian becomes a site with TLS, and a later release, by the commands of the manual."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.drills import machine as drill
from tests.drills.site import ROOT, until

if TYPE_CHECKING:
    from tests.drills.machine import Machine

pytestmark = pytest.mark.slow
MANUAL = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
EVIDENCE = ROOT / "docs" / "evidence" / "install.md"
HOST = "clinic.example"
FIRST, NEXT = "taperplan-0.1.0", "taperplan-0.1.1"
SERVICES = ("taperplan-web", "taperplan-notifier", "taperplan-metrics")
# What `setup` asks for, in its order.
ANSWERS = "Drill clinic\nEurope/Berlin\nAda Sample\nada@clinic.example"


def section(title: str) -> str:
    begins = MANUAL.index(f"## {title}\n")
    return MANUAL[begins : MANUAL.find("\n## ", begins)]


def commands(title: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", section(title), re.DOTALL)


def settings() -> str:
    (found,) = re.findall(r"```\n(SECRET_KEY_FILE=.*?)```", section("Install"), re.DOTALL)
    return str(found)


def test_the_manual_still_has_the_blocks_that_the_drill_types() -> None:
    prepare, services, fetched, own, clinic = commands("Install")
    assert prepare.startswith("apt-get install")
    assert "systemctl enable --now taperplan-web" in services
    assert fetched.endswith("systemctl reload caddy\n")
    assert "site.crt" in own
    assert clinic.strip().endswith("manage.py setup")
    assert f"ALLOWED_HOSTS={HOST}" in settings()
    (upgrade,) = commands("Upgrade, and back")
    assert re.findall(r"deploy/release (\w+)", upgrade) == [
        "backup", "unpack", "migrate", "switch", "back",
    ]  # fmt: skip


def page(path: str, authority: Path) -> tuple[int, str]:
    """A page as somebody's browser asks for it, who trusts this authority and no other."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "20", "--cacert", str(authority),
         "--resolve", f"{HOST}:443:127.0.0.1", "--write-out", "\n%{http_code}",
         f"https://{HOST}{path}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    text, _cut, status = done.stdout.rpartition("\n")
    return int(status or 0), text


def is_there(authority: Path) -> bool:
    return page("/account/sign-in/", authority)[0] == 200


def test_the_manual_takes_an_empty_debian_to_a_site_with_tls_and_to_the_next_release() -> None:
    if why := drill.missing():
        pytest.skip(why)
    assert not drill.taken(), "these ports of the machine are in use"
    folder = Path(tempfile.mkdtemp(prefix="install-"))
    root = folder / "clinic"
    told: dict[str, str] = {}
    try:
        drill.empty(root)
        home = root / drill.GIVEN.strip("/")
        (home / "wheels").mkdir()
        drill.packages(home / "wheels")
        for name in (FIRST, NEXT):
            drill.release(home / f"{name}.tar.gz", name)
        authority = drill.certificate(home, HOST)
        with drill.booted(root) as server:
            told |= installed(server, authority)
            told |= works(server, authority)
        began = time.monotonic()
        with drill.booted(root) as server:
            until(lambda: is_there(authority), within=120, what="the site is there after a boot")
            told["switched off and on: from the switch to the first page"] = _took(began)
            told |= upgraded(server, authority)
        write(told)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def installed(server: Machine, authority: Path) -> dict[str, str]:
    """Every block of *Install*, in one shell as one person types them, the file between them."""
    prepare, services, _fetched, own, clinic = commands("Install")
    began = time.monotonic()
    server.type("apt-get update")
    environment = (
        f"cat > /etc/taperplan/environment <<'SETTINGS'\n{settings()}METRICS_PORT=9464\nSETTINGS\n"
    )
    # The archive and the certificate lie where whoever installs has put them.
    own = own.replace("site.crt site.key", f"{drill.GIVEN}/site.crt {drill.GIVEN}/site.key", 1)
    prepare = prepare.replace(f"tar -xf {FIRST}", f"tar -xf {drill.GIVEN}/{FIRST}")
    said = server.type(prepare + environment + services + own + clinic, typed=ANSWERS)
    until(lambda: is_there(authority), within=60, what="the site answers")
    took = time.monotonic() - began
    assert took < 15 * 60, took
    (link,) = re.findall(rf"^https://{HOST}(/\S+)$", said, re.MULTILINE)
    status, first = page(link, authority)
    assert status in (200, 302), first
    return {"from the first command to a page with TLS (at most 15 min)": _took(began)}


def works(server: Machine, authority: Path) -> dict[str, str]:
    """Every service and every timer does what it is there for."""
    units = sorted(path.name for path in (ROOT / "deploy" / "systemd").iterdir())
    for unit in units:
        if unit.endswith(".timer"):
            server.type(f"systemctl is-active {unit} && systemctl start {unit[:-6]}.service")
        elif f"{unit[:-8]}.timer" not in units:
            server.type(f"systemctl is-active {unit}")
    assert server.type("systemctl --failed --no-legend").strip() == ""
    assert page("/healthz", authority)[0] == 200
    assert page("/readyz", authority)[0] == 200
    assert "taperplan_requests" in server.type(
        "/opt/taperplan/current/.venv/bin/python -c 'import urllib.request as u;"
        'print(u.urlopen("http://127.0.0.1:9464/metrics").read().decode())\''
    )
    kept = server.type("find /var/lib/taperplan -name '*.backup' | wc -l").strip()
    assert int(kept) == 1
    redirected = subprocess.run(
        ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}",
         "--resolve", f"{HOST}:80:127.0.0.1", f"http://{HOST}/"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert redirected.stdout == f"308 https://{HOST}/"
    # Nobody else on the machine reads a secret.
    open_to_all = server.type(
        "find /etc/taperplan /etc/caddy/site.key /var/lib/taperplan"
        " -path /var/lib/taperplan/static -prune -o -type f -perm /007 -print"
    )
    assert open_to_all.strip() == ""
    score = server.type("systemd-analyze security --no-pager taperplan-web | tail -n 1")
    (exposure,) = re.findall(r"([\d.]+) \w+", score)
    return {
        "services running, timers waiting, each of their jobs done once": str(len(units)),
        "exposure of the web service, by `systemd-analyze security` (0 least, 10 most)": exposure,
    }


def running(server: Machine, service: str) -> str:
    """The release that the processes of a service stand in."""
    found = server.type(f"readlink /proc/$(systemctl show -p MainPID --value {service})/cwd")
    return Path(found.strip()).name


def upgraded(server: Machine, authority: Path) -> dict[str, str]:
    """Each step of the manual's upgrade, and back."""
    (block,) = commands("Upgrade, and back")
    told = {}
    steps = block.replace("taperplan-NEW.tar.gz", f"{drill.GIVEN}/{NEXT}.tar.gz")
    steps = steps.replace("taperplan-NEW", NEXT)
    runs = FIRST
    for line in steps.splitlines():
        if not line.startswith("deploy/release"):
            continue
        command = line.split("#")[0].strip()
        step = command.split()[1]
        began = time.monotonic()
        server.type(f"cd /opt/taperplan/current && {command}")
        runs = {"switch": NEXT, "back": FIRST}.get(step, runs)
        until(lambda: is_there(authority), within=60, what=f"the site answers after {step}")
        told[f"upgrade: `deploy/release {step}`, until the site answers"] = _took(began)
        now = server.type("readlink -f /opt/taperplan/current").strip()
        assert Path(now).name == runs
        for service in SERVICES:
            assert running(server, service) == runs, f"{service} after {step}"
    return told


def _took(began: float) -> str:
    return f"{time.monotonic() - began:.0f} s"


def write(told: dict[str, str]) -> None:
    rows = "\n".join(f"| {what} | {value} |" for what, value in told.items())
    load = f"{os.getloadavg()[0]:.1f}"
    EVIDENCE.write_text(
        f"""# From an empty Debian to a site with TLS, and to the next release

`tests/drills/test_install.py`, {datetime.now(UTC):%d %b %Y, %H:%M} UTC, on one machine of
{os.cpu_count()} cores (load average {load}). Debian 12's smallest system boots with systemd in a
container; the commands of [operating.md](../operating.md), *Install* and *Upgrade*, are read from
that page and typed there as they stand. Debian's packages come over the network, Python's were
fetched before by the lock. The certificate is of an authority of its own, and the pages are asked
for by a client that trusts no other.

| | |
|---|---|
{rows}

A plain request is sent on to TLS, `/healthz` and `/readyz` answer 200, the metrics are there, a
backup was made and proved, and nobody else on the machine reads a secret.
""",
        encoding="utf-8",
    )
