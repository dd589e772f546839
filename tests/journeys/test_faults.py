"""A mail server that is slow or silent, a notifier that is frozen, a database that is restarted,
a disk that is full: real ones, under a real server, with people saving all the while.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness import postgres
from tests.journeys.site import Answer, Site, Visitor, free_port
from tests.plans.notifications.servers import MailServer, mail_server

pytestmark = [pytest.mark.slow]
SEIZURE = {"s-seizure": "yes", "s-seizure-confirmed": "yes"}
# A slow machine takes its time to begin a process.
BEGINS = 240
Properties = Callable[[str, object], None]


def wait_for(done: Callable[[], bool], seconds: float) -> float:
    """How long it took."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < seconds, f"it did not come within {seconds} s"
        time.sleep(0.5)
    return time.monotonic() - began


def well(visitor: Visitor) -> bool:
    return visitor.ask("/healthz").status == 200


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, mail: MailServer) -> Site:
    return Site(f"sqlite:///{tmp_path / 'clinic.sqlite3'}", mail.port, free_port())


def raise_flag(visitor: Visitor, patient: str) -> Answer:
    path, form = visitor.new_check_in(patient)
    return visitor.ask(path, {**form, **SEIZURE})


def test_a_mail_server_that_answers_after_half_a_minute_is_told_once_by_two_notifiers(
    site: Site, mail: MailServer
) -> None:
    mail.slow["MESSAGE"] = 30
    visitor, (patient,) = site.make()
    with site.server(), site.notifier(), site.notifier():
        wait_for(lambda: well(visitor), BEGINS)
        raise_flag(visitor, patient)
        seen = set()
        until = time.monotonic() + 50
        while time.monotonic() < until:
            seen.add(well(visitor))
            time.sleep(2)
        # The one that waits is not the one that lives: the heartbeat went on.
        assert seen == {True}
        wait_for(lambda: site.stands()["sent"] != [], 30)
    assert len(mail.mails) == 1
    assert site.stands()["tries"] == 1


def test_a_mail_server_that_hangs_is_said_on_every_page_and_told_when_it_comes_back(
    site: Site, mail: MailServer, record_property: Properties
) -> None:
    mail.slow["MAIL"] = 300
    visitor, (patient,) = site.make()
    with site.server(), site.notifier():
        wait_for(lambda: well(visitor), BEGINS)
        raise_flag(visitor, patient)
        took = wait_for(lambda: "could not be delivered" in visitor.ask("/help/").body, 120)
        record_property("said_after_seconds", round(took))
        assert well(visitor)
        mail.slow.clear()
        record_property("told_after_seconds", round(wait_for(lambda: bool(mail.mails), 120)))
        wait_for(lambda: "could not be delivered" not in visitor.ask("/help/").body, 60)
    assert len(set(mail.ids())) == 1


def test_a_frozen_notifier_is_on_every_page_within_two_minutes_and_healthz_says_so(
    site: Site, mail: MailServer, record_property: Properties
) -> None:
    visitor, (patient,) = site.make()
    with site.server(), site.notifier() as worker:
        wait_for(lambda: well(visitor), BEGINS)
        worker.send_signal(signal.SIGSTOP)
        raise_flag(visitor, patient)
        took = wait_for(lambda: visitor.ask("/healthz").status == 503, 120)
        assert "No notifier is running" in visitor.ask("/help/").body
        assert "555-0100" in visitor.ask("/help/").body
        record_property("said_after_seconds", round(took))
        assert mail.mails == []
        worker.send_signal(signal.SIGCONT)
        wait_for(lambda: well(visitor), BEGINS)
        wait_for(lambda: len(mail.mails) == 1, 60)
        assert "No notifier is running" not in visitor.ask("/help/").body


# --- a database that is restarted ------------------------------------------------------------


def sent_until_taken(
    visitor: Visitor, patient: str, typed: dict[str, str], refused: list[Answer]
) -> None:
    """As a person does it: what was not saved is sent again from the page that says so."""
    path, form = visitor.new_check_in(patient, refused)
    answer = visitor.ask(path, {**form, **typed})
    for _try in range(240):
        if answer.status == 302:
            return
        assert answer.status == 503, str(answer)
        assert "Not saved" in answer.body
        refused.append(answer)
        time.sleep(0.25)
        answer = visitor.ask(path, answer.hidden())
    raise AssertionError("it was never taken")


def test_postgresql_restarted_while_people_save_and_are_told_loses_nothing(
    mail: MailServer, record_property: Properties
) -> None:
    binaries = postgres.binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    many = 40
    with postgres.cluster(binaries, durable=True) as cluster:
        site = Site(cluster.url, mail.port, free_port())
        visitor, patients = site.make(many)
        refused: list[Answer] = []
        failures: list[BaseException] = []

        def save(mine: list[str]) -> None:
            me = Visitor(site.origin, dict(visitor.cookies))
            try:
                for patient in mine:
                    sent_until_taken(me, patient, {**SEIZURE, "note": patient}, refused)
            except BaseException as error:  # noqa: BLE001  # shown below, in the test's own thread
                failures.append(error)

        with site.server(), site.notifier():
            wait_for(lambda: well(visitor), BEGINS)
            people = [threading.Thread(target=save, args=(patients[n::2],)) for n in range(2)]
            for one in people:
                one.start()
            for mode in ("immediate", "fast", "immediate"):
                time.sleep(2)
                cluster.stop(mode)
                time.sleep(3)
                cluster.start()
            for one in people:
                one.join(300)
            assert failures == []
            record_property("not_saved_at_first", len(refused))
            record_property("well_after_seconds", round(wait_for(lambda: well(visitor), 120)))
            wait_for(lambda: len(set(mail.ids())) >= many, 180)
        stands = site.stands()
    assert sorted(map(str, stands["flags"])) == sorted(patients)  # type: ignore[call-overload]
    assert sorted(map(str, stands["drafts"])) == sorted(patients)  # type: ignore[call-overload]
    assert stands["open"] == stands["moves"] == many
    assert stands["faults"] == []
    assert refused, "the database was never missed"
    for reference in stands["references"]:  # type: ignore[attr-defined]
        told = {str(mail["Message-ID"]) for mail in mail.mails if reference in mail["Subject"]}
        assert len(told) == 1, reference


# --- a disk that is full ---------------------------------------------------------------------


@contextlib.contextmanager
def small_disk() -> Iterator[tuple[Path, str]]:
    """A file system of a few megabytes where this user may mount one; else a quota on files."""
    folder = Path(tempfile.mkdtemp(prefix="small-disk-"))
    mounted = (
        os.geteuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)],
            check=False, capture_output=True,
        ).returncode == 0
    )  # fmt: skip
    try:
        yield folder, "tmpfs" if mounted else "quota"
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def filled(folder: Path, how: str, processes: list[subprocess.Popen[bytes]]) -> Iterator[None]:
    if how == "tmpfs":
        with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            for size in (65536, 4096, 512):
                with contextlib.suppress(OSError):
                    while filler.write(b"x" * size) == size:
                        pass
        yield
        (folder / "filler").unlink()
        return
    # No file of the database may grow.
    largest = min(
        path.stat().st_size for path in folder.glob("clinic.sqlite3*") if path.stat().st_size
    )
    before = [resource.prlimit(one.pid, resource.RLIMIT_FSIZE) for one in processes]
    for one in processes:
        resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (largest, before[0][1]))
    yield
    for one, limit in zip(processes, before, strict=True):
        resource.prlimit(one.pid, resource.RLIMIT_FSIZE, limit)


def test_a_full_disk_under_sqlite_keeps_the_draft_and_loses_nothing(
    mail: MailServer, record_property: Properties
) -> None:
    with small_disk() as (folder, how):
        record_property("disk", how)
        site = Site(f"sqlite:///{folder / 'clinic.sqlite3'}", mail.port, free_port())
        visitor, patients = site.make(30)
        with site.server() as server, site.notifier() as worker:
            wait_for(lambda: well(visitor), BEGINS)
            first = raise_flag(visitor, patients[0])
            assert first.status == 302
            wait_for(lambda: len(mail.mails) == 1, 60)
            forms = [visitor.new_check_in(patient) for patient in patients[1:]]
            with filled(folder, how, [server, worker]):
                answers = [
                    visitor.ask(path, {**form, **SEIZURE, "note": 'said "so" <i> ' * 280})
                    for path, form in forms
                ]
                refused = [one for one in answers if one.status == 503]
                assert refused, "the disk was never full"
                assert {one.status for one in answers} <= {302, 503}
                for one in refused:
                    assert "Not saved" in one.body
                    assert "paper fallback" in one.body
                record_property("not_saved_at_first", len(refused))
            # Sent again from the page that said so, each is taken once.
            for (path, _form), answer in zip(forms, answers, strict=True):
                if answer.status == 503:
                    assert visitor.ask(path, answer.hidden()).status == 302
            again = visitor.ask(first.to)
            assert again.status == 200
            wait_for(lambda: len(set(mail.ids())) >= len(patients), 120)
            wait_for(lambda: well(visitor), BEGINS)
        stands = site.stands()
    assert sorted(map(str, stands["flags"])) == sorted(patients)  # type: ignore[call-overload]
    assert sorted(map(str, stands["drafts"])) == sorted(patients)  # type: ignore[call-overload]
    assert stands["faults"] == []
