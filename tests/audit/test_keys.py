"""The trail's key is replaced, and what stood under the old one is verified as before."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from taperplan import checks, health
from taperplan.audit import anchors, append_only, chain, journal, keys, trail
from taperplan.audit.keys import NoKeyError
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from pytest_django import Settings

    from taperplan.accounts.models import User

pytestmark = pytest.mark.django_db

OLD, NEW, NEWEST = "the old key of the trail", "the new key of it", "the one after that"


@pytest.fixture
def site(settings: Settings, tmp_path: Path, clare: User) -> Settings:
    """Three rows under the old key, anchored."""
    settings.TRAIL_ANCHORS = tmp_path / "anchors.jsonl"
    settings.TRAIL_JOURNAL = tmp_path / "journal.jsonl"
    settings.TRAIL_KEY, settings.TRAIL_KEYS_BEFORE = OLD, []
    some(clare, 3)
    anchors.write()
    return settings


def some(by: User, rows: int) -> None:
    for _row in range(rows):
        trail.record(Verb.SIGNED_IN, by, by=by)


def replace(settings: Settings, *, to: str, before: list[str], **how: bool) -> str:
    settings.TRAIL_KEY, settings.TRAIL_KEYS_BEFORE = to, before
    out = StringIO()
    call_command("replace_trail_key", stdout=out, **how)
    return out.getvalue()


def verified() -> str:
    out = StringIO()
    call_command("verify_trail", stdout=out)
    return out.getvalue()


def by_sql(statement: str, *values: str | int) -> None:
    append_only.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    append_only.install(connection)


def test_the_chain_closes_under_the_old_key_and_opens_under_the_new(
    site: Settings, clare: User
) -> None:
    replace(site, to=NEW, before=[OLD])
    some(clare, 2)
    anchors.write()

    closed, opened = AuditEvent.objects.filter(number__in=(4, 5)).order_by("number")
    assert (closed.verb, closed.key) == (Verb.TRAIL_KEY_CLOSED, keys.name(OLD))
    assert (opened.verb, opened.key) == (Verb.TRAIL_KEY_OPENED, keys.name(NEW))
    assert json.loads(closed.detail)["next"] == opened.key
    assert json.loads(opened.detail)["head"] == closed.digest
    assert "7 rows, whole" in verified()
    assert OLD not in closed.detail + opened.detail + closed.key
    assert replace(site, to=NEW, before=[OLD]).startswith("The trail is open under TRAIL_KEY")


def test_processes_that_hold_both_keys_go_over_together(site: Settings, clare: User) -> None:
    site.TRAIL_KEY, site.TRAIL_KEYS_BEFORE = NEW, [OLD]
    some(clare, 1)
    assert chain.opened(connection) == keys.name(OLD), "not before the command says so"

    call_command("replace_trail_key", stdout=StringIO())
    site.TRAIL_KEY, site.TRAIL_KEYS_BEFORE = OLD, [NEW]  # started a moment before
    some(clare, 1)

    assert chain.opened(connection) == keys.name(NEW)
    assert "7 rows, whole" in verified()


def test_without_the_key_that_it_is_open_under_nothing_is_written(
    site: Settings, clare: User
) -> None:
    site.TRAIL_KEY, site.TRAIL_KEYS_BEFORE = NEW, []

    with pytest.raises(NoKeyError, match="which is neither TRAIL_KEY"), transaction.atomic():
        some(clare, 1)
    with pytest.raises(CommandError, match="Add it to TRAIL_KEYS_BEFORE"):
        call_command("replace_trail_key")
    assert any("open under the key" in fault for fault in health.faults())
    assert "taperplan.E006" in [one.id for one in checks.every_guard_stands(None, ["default"])]
    assert AuditEvent.objects.count() == 3


def test_a_second_replacement_needs_all_three_to_verify(site: Settings, clare: User) -> None:
    replace(site, to=NEW, before=[OLD])
    some(clare, 1)
    replace(site, to=NEWEST, before=[NEW, OLD])
    some(clare, 1)
    assert "9 rows, whole" in verified()

    site.TRAIL_KEYS_BEFORE = [NEW]
    with pytest.raises(CommandError, match=r"^Row 1 is sealed with the key \w{12}, which is not"):
        verified()
    site.TRAIL_KEYS_BEFORE = [OLD]
    with pytest.raises(CommandError, match=r"^Row 5 is sealed with the key"):
        verified()


def forged(after: AuditEvent, key: str, verb: str = "viewed", detail: str = "") -> AuditEvent:
    row = AuditEvent(
        number=after.number + 1, at="", verb=verb, key=keys.name(key),
        detail=detail, previous=after.digest,
    )  # fmt: skip
    row.digest = chain.digest(row, key)
    return row


@pytest.mark.parametrize("how", ["plainly", "by opening it again", "by saying that one was lost"])
def test_whoever_finds_the_old_key_later_cannot_go_on_with_it(
    site: Settings, clare: User, how: str
) -> None:
    replace(site, to=NEW, before=[OLD])
    some(clare, 1)
    last = AuditEvent.objects.order_by("-number")[0]
    said = {"key": keys.name(OLD), "before": keys.name(NEW), "head": last.digest}
    match how:
        case "plainly":
            row = forged(last, OLD)
        case "by opening it again":
            row = forged(last, OLD, Verb.TRAIL_KEY_OPENED, json.dumps(said))
        case _:
            detail = json.dumps({**said, "lost": "yes"})
            row = forged(last, OLD, Verb.TRAIL_KEY_OPENED, detail)
    row.save(force_insert=True)

    with pytest.raises(CommandError, match=rf"^Row {row.number} is sealed with the key"):
        verified()


def test_the_old_rows_made_anew_with_the_old_key_do_not_meet_the_new(
    site: Settings, clare: User
) -> None:
    replace(site, to=NEW, before=[OLD])
    some(clare, 1)
    previous = chain.GENESIS
    for row in AuditEvent.objects.filter(number__lte=4).order_by("number"):
        row.actor_name, row.previous = "somebody else", previous
        row.digest = previous = chain.digest(row, OLD)
        by_sql(
            "UPDATE audit_auditevent SET actor_name = %s, previous = %s, digest = %s "
            "WHERE number = %s",
            row.actor_name, row.previous, row.digest, row.number,
        )  # fmt: skip

    assert next(trail.faults()) == (5, "does not follow the row before it")


@pytest.mark.parametrize("said", ["", "0123456789ab"])
def test_a_row_that_names_another_key_is_found(site: Settings, said: str) -> None:
    by_sql("UPDATE audit_auditevent SET key = %s WHERE number = 2", said)

    assert next(trail.faults())[0] == 2


def test_rows_from_before_keys_had_names_are_verified_and_gone_on_from(
    site: Settings, clare: User
) -> None:
    previous = chain.GENESIS
    for row in AuditEvent.objects.order_by("number"):
        row.key, row.previous = "", previous
        row.digest = previous = chain.digest(row, OLD)
        by_sql(
            "UPDATE audit_auditevent SET key = '', previous = %s, digest = %s WHERE number = %s",
            row.previous, row.digest, row.number,
        )  # fmt: skip
    Path(site.TRAIL_ANCHORS).unlink()
    site.TRAIL_KEY, site.TRAIL_KEYS_BEFORE = NEW, [OLD]

    some(clare, 1)
    assert chain.opened(connection) == keys.name(OLD)
    call_command("replace_trail_key", stdout=StringIO())
    some(clare, 1)

    assert "7 rows, whole" in verified()


def test_a_lost_key_ends_what_can_be_verified_and_says_so(site: Settings, clare: User) -> None:
    out = replace(site, to=NEW, before=[], lost=True)
    some(clare, 1)

    assert "trail opened under a key" in out
    opened = AuditEvent.objects.get(number=4)
    assert json.loads(opened.detail)["lost"] == "yes"
    assert "5 rows, whole" in verified()
    by_sql("UPDATE audit_auditevent SET actor_name = 'nobody' WHERE number = 5")
    with pytest.raises(CommandError, match=r"^Row 5 was changed"):
        verified()


def test_an_anchor_made_up_with_a_key_that_was_replaced_is_found(
    site: Settings, clare: User
) -> None:
    replace(site, to=NEW, before=[OLD])
    some(clare, 1)
    path = Path(site.TRAIL_ANCHORS)
    last = AuditEvent.objects.order_by("-number")[0]
    made_up = anchors.Anchor("2026-11-24T00:00:00+00:00", last.number, last.digest)
    line = {"at": made_up.at, "number": made_up.number, "digest": made_up.digest}
    sealed = {**line, "key": anchors._keyed(made_up, OLD)}
    path.write_text(f"{path.read_text()}{json.dumps(sealed)}\n", encoding="utf-8")

    with pytest.raises(CommandError, match="Line 2 of the anchors was changed"):
        verified()


def test_what_waits_in_the_journal_under_the_old_key_joins_whole(
    site: Settings, clare: User
) -> None:
    journal._keep(Verb.VIEWED, clare, patient=None, detail=None, by=clare)
    replace(site, to=NEW, before=[OLD])

    assert journal.join() == 1
    late = AuditEvent.objects.order_by("-number")[0]
    assert "changed" not in json.loads(late.detail)
    assert late.key == keys.name(NEW)
    assert "6 rows, whole" in verified()
