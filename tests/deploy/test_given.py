"""What a site is told in its environment: a value that cannot be meant stops it, by name."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

from taperplan.checks import keys_can_be_used, the_site_has_a_name
from taperplan.given import Given

ROOT = Path(__file__).resolve().parent.parent.parent
NEEDED = {"SECRET_KEY": "s" * 60, "TRAIL_KEY": "t" * 60, "HTTPS": "true"}
POSTGRES = {"DATABASE_URL": "postgres://taperplan@one.example/taperplan"}
CANNOT_BE_MEANT = [
    ("SECRET_KEY", " "),
    ("TRAIL_KEY", " "),
    ("DATABASE_URL", "somewhere"),
    ("DATABASE_URL", "mysql://user:hidden-word@one.example/clinic"),
    ("DATABASE_REPLICA_URL", "mysql://user:hidden-word@one.example/clinic"),
    ("DATABASE_POOL", "0"),
    ("DATABASE_POOL", "eight"),
    ("DATABASE_POOL_WAIT", "-1"),
    ("DATABASE_POOLER", "perhaps"),
    ("HTTPS", "sometimes"),
    ("PROXIES", "1.5"),
    ("SITE_URL", "clinic.example"),
    ("SITE_URL", "https://clinic.example/taper"),
    ("IDLE_TIMEOUT_MINUTES", "0"),
    ("SESSION_HOURS", "\u0663"),
    ("EMAIL_URL", "mail.example"),
    ("EMAIL_URL", "carrier-pigeon://user:hidden-word@mail.example"),
    ("BACKUP_KEEP_DAYS", "for ever"),
    ("DOWNTIME_KEEP", "0"),
    ("METRICS_PORT", "99999"),
    ("SEARCHES_A_MINUTE", "0"),
    ("FILES_AN_HOUR", "many"),
]


def started(monkeypatch: pytest.MonkeyPatch, **given: str) -> dict[str, Any]:
    for name in re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "taperplan/settings.py").read_text()):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    # The library keeps what it has read from a file for as long as the process lives.
    monkeypatch.setattr(Given, "ENVIRON", FileAwareMapping())
    for name, value in (NEEDED | POSTGRES | given).items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "taperplan" / "settings.py"))


@pytest.mark.parametrize(("name", "value"), CANNOT_BE_MEANT)
def test_a_site_does_not_start_with_what_cannot_be_meant_and_says_which_setting_it_is(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name} ") as refused:
        started(monkeypatch, **{name: value})
    assert "hidden-word" not in str(refused.value)


def test_a_site_starts_with_what_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    made = started(
        monkeypatch, DATABASE_POOL=" 3 ", HTTPS="No", ALLOWED_HOSTS="a.example, b.example,",
        SITE_URL="https://a.example/", EMAIL_URL="smtp+tls://user:word@mail.example:587",
    )  # fmt: skip
    assert made["DATABASES"]["default"]["OPTIONS"]["pool"]["max_size"] == 3
    assert made["HTTPS"] is False
    assert made["ALLOWED_HOSTS"] == ["a.example", "b.example"]
    assert made["SITE_URL"] == "https://a.example"
    assert made["EMAIL_HOST"] == "mail.example"


def test_behind_a_pooler_nothing_is_kept_beyond_a_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for said in ("true", "false"):
        made = started(monkeypatch, **POSTGRES, DATABASE_POOLER=said)["DATABASES"]["default"]
        assert made["DISABLE_SERVER_SIDE_CURSORS"] is (said == "true")


def test_a_value_comes_from_the_file_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "pool"
    file.write_text("5\n")
    made = started(monkeypatch, DATABASE_POOL_FILE=str(file))
    assert made["DATABASES"]["default"]["OPTIONS"]["pool"]["max_size"] == 5


@pytest.mark.parametrize("kind", ["absent", "a folder", "no text"])
def test_a_file_that_cannot_be_read_is_said_by_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "key"
    if kind == "a folder":
        file.mkdir()
    if kind == "no text":
        file.write_bytes(b"\xff\xfe")
    for name in ("SECRET_KEY", "EMAIL_URL", "DATABASE_POOL"):
        with pytest.raises(ImproperlyConfigured, match=f"^{name}_FILE names a file"):
            started(monkeypatch, **{f"{name}_FILE": str(file)})


def test_an_empty_file_is_a_setting_that_was_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "email-url"
    file.write_text("\n")
    assert started(monkeypatch, EMAIL_URL_FILE=str(file))["EMAIL_CONFIGURED"] is False


def _ids(found: list[checks.CheckMessage]) -> list[str | None]:
    return [one.id for one in found]


def test_a_key_that_cannot_be_used_is_said_when_the_site_is_checked(settings: LazySettings) -> None:
    settings.BACKUP_KEY, settings.BACKUP_KEYS_BEFORE = "c2hvcnQ=", ["not base64"]
    settings.DOWNTIME_KEY = "short"
    found = keys_can_be_used(None)
    assert _ids(found) == ["taperplan.E008", "taperplan.E008", "taperplan.E009"]
    assert "c2hvcnQ" not in str(found)
    settings.BACKUP_KEY, settings.BACKUP_KEYS_BEFORE, settings.DOWNTIME_KEY = "", [], ""
    assert keys_can_be_used(None) == []


def test_a_site_that_answers_to_any_name_is_said(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert _ids(the_site_has_a_name(None)) == ["taperplan.W002"]
    settings.ALLOWED_HOSTS = ["clinic.example"]
    assert the_site_has_a_name(None) == []


def test_every_setting_says_by_what_it_is_checked_and_what_stops_the_start_is_tried() -> None:
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = manual[manual.index("| setting |") : manual.index("## Whether it is well")]
    tried = {name for name, _value in CANNOT_BE_MEANT}
    for row in table.splitlines()[2:]:
        if not row:
            continue
        names, *_between, checked = (cell.strip() for cell in row.strip("|").split("|"))
        assert checked, row
        if "start:" in checked:
            assert tried & set(re.findall(r"`(\w+)`", names)), row
