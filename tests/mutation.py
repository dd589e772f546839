"""`python -m tests.mutation`: faults planted in `plans/rules`, and how many the tests notice.

Names of modules choose among them; `--every N` takes each Nth fault; `--again LOG` takes those
that an earlier run of the same source listed as not noticed. The survivors are listed in
`var/mutation.txt`; the figures of a whole run are kept in `docs/evidence/mutation.md`.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import pytest

from tests.harness.mutants import Hunt, Mutant

ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = ROOT / "docs" / "evidence" / "mutation.md"
SURVIVORS = ROOT / "var" / "mutation.txt"
TESTS = "tests/plans/rules"


def names() -> list[str]:
    """Every module of the rules."""
    import plans.rules

    return sorted(
        found.name for found in pkgutil.walk_packages(plans.rules.__path__, "plans.rules.")
    )


def line_of(mutant: Mutant) -> str:
    return f"{mutant.module} {mutant.function}:{mutant.line}: {mutant.what}"


def hunt(modules: Iterable[str], every: int, log: TextIO, again: Path | None = None) -> Hunt:
    lines = again.read_text(encoding="utf-8").splitlines() if again else []
    listed = {line.partition(": ")[2] for line in lines}

    def heard(mutant: Mutant, fate: str) -> None:
        if not fate.startswith("killed"):
            print(f"{fate}: {line_of(mutant)}", file=log, flush=True)

    def wanted(at: int, mutant: Mutant) -> bool:
        return at % every == 0 and (again is None or line_of(mutant) in listed)

    found = Hunt(
        modules=[importlib.import_module(name) for name in modules], wanted=wanted, heard=heard
    )
    code = pytest.main([TESTS, "-q", "-p", "no:cacheprovider"], plugins=[found])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(code)
    return found


def table(found: Hunt) -> list[str]:
    """One line for each module: faults, noticed, per cent."""
    planted = Counter(mutant.module for mutant, _fate in found.fates)
    killed = Counter(mutant.module for mutant, fate in found.fates if fate.startswith("killed"))
    lines = ["| module | faults | noticed | per cent |", "|---|---|---|---|"]
    for module in planted:
        share = 100 * killed[module] / planted[module]
        lines.append(f"| `{module}` | {planted[module]} | {killed[module]} | {share:.1f} |")
    share = 100 * killed.total() / max(planted.total(), 1)
    lines.append(f"| all | {planted.total()} | {killed.total()} | {share:.1f} |")
    return lines


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--again", type=Path)
    parser.add_argument("--log", type=Path, default=SURVIVORS)
    given = parser.parse_args(arguments)
    given.log.parent.mkdir(parents=True, exist_ok=True)
    with given.log.open("w", encoding="utf-8") as log:
        found = hunt(given.modules or names(), given.every, log, given.again)
        print("\n".join(table(found)), file=log)
    sys.stdout.write("\n".join(table(found)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
