"""What a site is installed with: the units and the compose file hold, every setting is told."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
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


def test_loading_the_server_opens_no_connection_that_its_workers_would_share() -> None:
    """The units load it once and fork: a connection from before would be everybody's."""
    counted = (
        "import taperplan.wsgi\n"
        "from django.db import connections\n"
        "print([one.connection for one in connections.all()])"
    )
    done = subprocess.run(
        [sys.executable, "-c", counted], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[None]"
    web = (ROOT / "deploy" / "systemd" / "taperplan-web.service").read_text()
    assert "gunicorn --preload taperplan.wsgi" in web
    # As benchmarks/service.py starts it too.
    assert "Environment=MALLOC_ARENA_MAX=1\n" in web


REPLICA = "postgres://reader:word@standby.example/taperplan?sslmode=verify-full"


def _with_a_replica(database: str) -> subprocess.CompletedProcess[str]:
    told = "from taperplan import settings as s; print(s.DATABASES['replica']['OPTIONS'])"
    environment = {**os.environ, "DATABASE_URL": database, "DATABASE_REPLICA_URL": REPLICA}
    return subprocess.run(
        [sys.executable, "-c", told],
        capture_output=True, text=True, check=False, cwd=ROOT, env=environment,
    )  # fmt: skip


def test_a_standby_is_asked_as_its_own_address_says() -> None:
    options = _with_a_replica("postgres://writer:word@one.example/taperplan?sslmode=prefer").stdout

    assert "'sslmode': 'verify-full'" in options
    assert "'target_session_attrs': 'any'" in options


def test_a_standby_beside_sqlite_is_refused_with_a_sentence() -> None:
    assert "leave it out" in _with_a_replica("sqlite:///:memory:").stderr.splitlines()[-1]


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


def test_the_programs_of_the_containers_dump_and_restore_the_database_beside_them() -> None:
    """pg_dump refuses a newer server; an older one refuses a setting that pg_restore 17 sends."""
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    image = (ROOT / "deploy" / "Containerfile").read_text()
    (programs,) = re.findall(r"postgresql-client-(\d+)", image)
    assert compose["services"]["database"]["image"] == f"postgres:{programs}"
    # The release of Debian that has them, by its name.
    assert re.search(r"^FROM python:[\d.]+-slim-bookworm$", image, re.MULTILINE)
    assert programs == "15"


def test_the_files_of_secrets_are_readable_by_the_user_that_the_containers_run_as() -> None:
    text = (ROOT / "deploy" / "compose.yaml").read_text()
    image = (ROOT / "deploy" / "Containerfile").read_text()
    (user,) = re.findall(r"chown (\d+) secrets/\*", text)
    assert f"--uid {user} --create-home taperplan" in image
    assert image.rstrip().endswith("USER taperplan")


def test_what_stands_before_the_server_asks_whether_it_is_ready_by_the_name_of_the_site() -> None:
    """Asked by an address, the server says 400, and nobody would ever be let through."""
    text = (ROOT / "deploy" / "Caddyfile").read_text()
    (site,) = re.findall(r"^(\S+) \{$", text, re.MULTILINE)
    assert re.findall(r"health_headers \{\s+Host (\S+)\s+\}", text) == [site]


def test_every_setting_is_told() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "taperplan/settings.py").read_text()))
    table = OPERATING[OPERATING.index("## Settings") : OPERATING.index("## Whether it is well")]
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", table)) - {"NAME_FILE"}
    assert read - told == set(), "read and not told"
    assert told - read - {"VAR_DIR"} <= {"NAME_FILE"}, "told and not read"


def test_every_command_of_the_manual_exists() -> None:
    named = set(re.findall(r"manage\.py (\w+)", OPERATING))
    assert named <= _commands() | {"migrate", "createcachetable", "collectstatic", "check"}


def _bill() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "deploy/bill.py", "requirements.txt"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_bill_names_every_package_of_the_lock_with_its_version() -> None:
    lock = (ROOT / "requirements.txt").read_text()
    bill = _bill()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    named = {(one["name"], one["version"]) for one in bill["components"]}
    assert named == set(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", lock, re.MULTILINE))
    assert all(one["properties"] for one in bill["components"])


def _schema() -> jsonschema_rs.Draft7Validator:
    vendor = ROOT / "tests" / "vendor"
    beside = {
        "http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json": "cyclonedx-spdx",
        "http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json": "cyclonedx-jsf-0.82",
    }
    registry = jsonschema_rs.Registry(
        [
            (url, json.loads((vendor / f"{name}.schema.json").read_text()))
            for url, name in beside.items()
        ]
    )
    schema = json.loads((vendor / "cyclonedx-1.5.schema.json").read_text(encoding="utf-8"))
    return jsonschema_rs.Draft7Validator(schema, registry=registry)


def test_the_bill_is_cyclonedx_by_its_own_schema() -> None:
    made = _bill()
    schema = _schema()
    assert [error.message for error in schema.iter_errors(made)] == []
    # Every package says its licence and where it is from.
    assert all(one["purl"].startswith("pkg:pypi/") for one in made["components"])
    planted = [
        {**made, "bomFormat": "SPDX"},
        {**made, "more": 1},
        {**made, "components": [{"name": "django", "version": "5.2"}]},
        {**made, "components": [{**made["components"][0], "licenses": [{"license": {}}]}]},
        {**made, "components": [made["components"][0]] * 2},
    ]
    for wrong in planted:
        assert not schema.is_valid(wrong)


def test_a_release_is_switched_to_and_back_by_one_command_each(tmp_path: Path) -> None:
    said = tmp_path / "said"
    for name in ("taperplan-1", "taperplan-2"):
        python = tmp_path / name / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(f'#!/bin/sh\necho "{name} $VAR_DIR $@" >> {said}\n')
        python.chmod(0o755)
    (tmp_path / "environment").write_text("VAR_DIR=there\n")
    (tmp_path / "current").symlink_to(tmp_path / "taperplan-1")
    environment = {
        **os.environ,
        "TAPERPLAN_HOME": str(tmp_path),
        "TAPERPLAN_ENVIRONMENT": str(tmp_path / "environment"),
        "TAPERPLAN_AS": "env",
        "TAPERPLAN_RESTART": "true",
        "TAPERPLAN_TRY_RESTART": "true",
    }

    def release(*words: str) -> int:
        command = [str(ROOT / "deploy" / "release"), *words]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    def runs() -> str:
        return (tmp_path / "current").resolve().name

    assert release("backup") == 0
    assert release("migrate", "taperplan-2") == 0
    assert runs() == "taperplan-1"
    assert release("switch", "taperplan-2") == 0
    assert runs() == "taperplan-2"
    assert release("back") == 0
    assert runs() == "taperplan-1"
    assert release("switch", "taperplan-3") != 0
    assert runs() == "taperplan-1"
    assert said.read_text().splitlines() == [
        "taperplan-1 there manage.py backup",
        "taperplan-1 there manage.py verify_backup",
        "taperplan-2 there manage.py migrate --noinput --gently",
        "taperplan-2 there manage.py createcachetable",
        "taperplan-2 there manage.py collectstatic --noinput",
    ]
