"""Which tests run where, and what is said about those that did not.

Marks given here, never by hand: `database` (needs a database, so it runs on both engines) and
`browser` (asks for a page). `slow` is written on a test that belongs to `make deep`;
`both_engines` on a browser test that runs on PostgreSQL too.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.harness.chromium import BROWSER_FIXTURES, executable
from tests.harness.databases import touches_the_database

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

# What pages say and how they look: the same on both engines once their statements are, and every
# page is asked for on both (tests/access/test_budgets.py). `make deep` runs these on PostgreSQL
# too, and what commits, locks or races runs on both always.
PAGES = ("plans/views", "plans/presenters", "plans/sheets", "plans/documents", "patients", "frame")
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
        if _is_about_pages(item):
            item.add_marker(pytest.mark.one_engine)
        if BROWSER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
            if executable() is None:
                item.add_marker(no_browser)


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
