"""What a site is installed with: the units and the compose file hold, every setting is told."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
UNITS = sorted((ROOT / "deploy" / "systemd").glob("taperplan-*"))
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
# Where the units look for the software: not on the machine that tests it.
ABSENT = re.compile(r"Command /opt/taperplan/\S+ is not executable")


def _commands() -> set[str]:
    return {path.stem for path in ROOT.glob("*/**/management/commands/*.py")}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_no_fault_in_a_unit(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if not ABSENT.search(line)]
    assert not said


def test_units_and_containers_run_commands_that_exist() -> None:
    texts = [path.read_text() for path in UNITS] + [(ROOT / "deploy/compose.yaml").read_text()]
    named = set(re.findall(r'manage\.py"?,? "?(\w+)', "\n".join(texts)))
    theirs = {"migrate", "createcachetable", "collectstatic"}
    assert {"run_notifier", "backup", "verify_backup"} <= named
    assert named <= _commands() | theirs


def test_the_compose_file_gives_every_service_its_secrets() -> None:
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    declared = set(compose["secrets"])
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= declared
    for name in ("web", "notifier", "migrate"):
        environment = compose["services"][name]["environment"]
        files = {Path(path).name for key, path in environment.items() if key.endswith("_FILE")}
        assert files == set(compose["services"][name]["secrets"])
    # Nothing but this machine reaches the server: TLS stands before it.
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_every_setting_is_told() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "taperplan/settings.py").read_text()))
    table = OPERATING[OPERATING.index("## Settings") : OPERATING.index("## Whether it is well")]
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", table)) - {"NAME_FILE"}
    assert read - told == set(), "read and not told"
    assert told - read - {"VAR_DIR"} <= {"NAME_FILE"}, "told and not read"


def test_every_command_of_the_manual_exists() -> None:
    named = set(re.findall(r"manage\.py (\w+)", OPERATING))
    assert named <= _commands() | {"migrate", "createcachetable", "collectstatic", "check"}
