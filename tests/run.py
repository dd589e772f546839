"""`make test`: everything on SQLite, what touches a database on PostgreSQL, then a browser.

Says at the end what it did not run, and why. With REQUIRE_ALL set, that is a failure.
Arguments are passed on to pytest.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time

from tests.harness import chromium, postgres

QUICK = "not browser and not slow"


def main() -> int:
    arguments = sys.argv[1:]
    failed: list[str] = []
    missing: list[str] = []
    lines: list[str] = []

    def pytest(title: str, mark: str, database: str | None = None) -> None:
        print(f"\n=== {title}", flush=True)
        environment = {**os.environ, "TEST_DATABASE_URL": database or ""}
        began = time.monotonic()
        code = subprocess.call(
            [sys.executable, "-m", "pytest", "-n", "2", "-m", mark, *arguments],
            env=environment,
        )
        # 5: nothing of this kind was chosen, which the arguments may have brought about.
        if code and not (code == 5 and arguments):
            failed.append(title)
        lines.append(f"{title}: {'failed' if code else 'passed'}, {time.monotonic() - began:.0f} s")

    with contextlib.ExitStack() as stack:
        named = os.environ.get("TEST_DATABASE_URL") or None
        binaries = postgres.binaries()
        pytest("SQLite", QUICK)
        if named is None and binaries is not None:
            named = stack.enter_context(postgres.throwaway(binaries))
        if named is None:
            missing.append(
                "PostgreSQL: no initdb found. Install PostgreSQL, or set TEST_DATABASE_URL."
            )
        else:
            pytest("PostgreSQL", f"database and {QUICK}", named)
        if chromium.executable() is None:
            missing.append("Browser: no Chromium found. Install it, or set CHROMIUM.")
        else:
            pytest("Chromium, on SQLite", "browser and not slow")
            if named is not None:
                pytest("Chromium, on PostgreSQL", "browser and both_engines and not slow", named)

    print("\n=== In short")
    for line in [*lines, *(f"NOT RUN: {reason}" for reason in missing)]:
        print(line)
    if missing and os.environ.get("REQUIRE_ALL"):
        print("REQUIRE_ALL is set, and something was not run: this is a failure.")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
