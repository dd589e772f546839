"""Which tests run where, and what is said about those that did not.

Marks given here, never by hand: `database` (needs a database, so it runs on both engines),
`browser` (asks for a page) and `property` (tries many made-up cases; `make test` a third of
them, `make sweeps` and a plain `pytest` all). `slow` is written on a test that belongs to
`make deep`, `sweep` on one that belongs to `make sweeps`, `both_engines` on a browser test that
runs on PostgreSQL too.
"""

from __future__ import annotations

import functools
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.harness.chromium import BROWSER_FIXTURES, executable
from tests.harness.databases import touches_the_database

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

# What pages say and how they look: the same on both engines once their statements are, and every
# page is asked for on both (tests/access/test_budgets.py). `make deep` runs these on PostgreSQL
# too, and what commits, locks or races runs on both always.
PAGES = ("plans/views", "plans/presenters", "plans/sheets", "plans/documents", "patients", "frame")
LONGEST = "test_a_clinics_day_by_keyboard_alone"
# Set by tests/run.py for `make test`.
FEWER_CASES = bool(os.environ.get("FEWER_CASES"))
NOTHING_MAY_BE_SKIPPED = bool(os.environ.get("REQUIRE_ALL"))


# First, so that `-m` sees the marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    no_browser = pytest.mark.skip(
        reason="no Chromium found: install it, or name it in the variable CHROMIUM"
    )
    for item in items:
        if touches_the_database(item):
            item.add_marker(pytest.mark.database)
        test: Any = getattr(item, "obj", None)
        if getattr(test, "is_hypothesis_test", False):
            item.add_marker(pytest.mark.property)
            if FEWER_CASES:
                _try_fewer(test)
        if _is_about_pages(item):
            item.add_marker(pytest.mark.one_engine)
        if BROWSER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
            if not _names_a_browser(item.path):
                # tests/run.py looks for browser tests only in files that say so.
                message = f"{item.nodeid} takes a browser through a fixture of another file"
                raise pytest.UsageError(message)
            if executable() is None:
                item.add_marker(no_browser)


def _try_fewer(test: Any) -> None:
    """A third of the cases. Where hypothesis keeps what was set is its own affair, so it is asked
    for here alone."""
    given = test._hypothesis_internal_use_settings
    few = hypothesis.settings(given, max_examples=max(1, given.max_examples // 3))
    test._hypothesis_internal_use_settings = few


@pytest.hookimpl(specname="pytest_collection_modifyitems", trylast=True)
def longest_first(items: list[pytest.Item]) -> None:
    """So that no process is left alone at the end with the day of a whole clinic."""
    items.sort(key=lambda item: LONGEST not in item.nodeid)


@functools.cache
def _names_a_browser(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return any(name in text for name in BROWSER_FIXTURES)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what collecting made out of every later search for garbage: a fifth of the run."""
    gc.collect()
    gc.freeze()


def _is_about_pages(item: pytest.Item) -> bool:
    where = item.path.relative_to(item.config.rootpath / "tests").as_posix()
    commits = any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
    return where.startswith(PAGES) and not commits


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"NOT RUN: {count} x {reason.removeprefix('Skipped: ')}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if NOTHING_MAY_BE_SKIPPED and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
