"""`python -m tests.mutation`: faults planted in `plans/rules`, and how many the tests notice.

Names of modules choose among them; `--every N` takes each Nth fault; `--jobs N` tries N at a time
while the machine is not busy. Those not noticed are listed in `var/mutation.txt`, and the table
below them; `--again LOG` takes those of earlier runs of the same source once more and counts on
from their tables, with all tests or those of `--tests`; `--write` puts the table into
`docs/evidence/mutation.md`.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TextIO

import pytest

from tests.harness.mutants import Hunt, Mutant

ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = ROOT / "docs" / "evidence" / "mutation.md"
SURVIVORS = ROOT / "var" / "mutation.txt"
TESTS = (
    "tests/plans/rules", "tests/frame/test_columns.py", "tests/architecture/test_documents.py",
)  # fmt: skip
# What costs each test more than most of them take, and notices nothing.
NOT_NEEDED = (
    "cacheprovider", "logging", "playwright", "randomly", "threadexception",
    "unraisableexception", "warnings",
)  # fmt: skip
HEAD = ["| module | faults | noticed | per cent |", "|---|---|---|---|"]
ALL = "all"


def names() -> list[str]:
    """Every module of the rules."""
    import plans.rules

    return sorted(
        found.name for found in pkgutil.walk_packages(plans.rules.__path__, "plans.rules.")
    )


def line_of(mutant: Mutant) -> str:
    return f"{mutant.module} {mutant.number} {mutant.function}:{mutant.line}: {mutant.what}"


@dataclass
class Count:
    """Faults and what became of them, module by module."""

    planted: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)
    survivors: list[str] = field(default_factory=list)
    """A line each: how it ended, and which fault it is."""

    @classmethod
    def read(cls, logs: Iterable[Path]) -> Count:
        """What earlier runs say, each of modules of its own."""
        count = cls()
        for line in chain.from_iterable(log.read_text("utf-8").splitlines() for log in logs):
            if line.startswith("| `"):
                module, planted, noticed, _share = line.strip("| ").split(" | ")
                count.planted[module.strip("`")] = int(planted)
                count.noticed[module.strip("`")] = int(noticed)
            elif not line.startswith("|"):
                count.survivors.append(line)
        return count

    def table(self) -> list[str]:
        lines = list(HEAD)
        for module in self.planted:
            lines.append(_row(f"`{module}`", self.planted[module], self.noticed[module]))
        lines.append(_row(ALL, self.planted.total(), self.noticed.total()))
        return lines


def _row(name: str, planted: int, noticed: int) -> str:
    return f"| {name} | {planted} | {noticed} | {100 * noticed / max(planted, 1):.1f} |"


def hunt(
    modules: Sequence[str],
    log: TextIO,
    *,
    every: int = 1,
    jobs: int = 1,
    enough: float = 10,
    again: Sequence[Path] = (),
    tests: Iterable[str] = TESTS,
) -> Count:
    count = Count()
    left: set[str] | None = None
    if again:
        count = Count.read(again)
        left = {line for line in count.survivors if line.partition(": ")[2].split()[0] in modules}
        count.survivors = [line for line in count.survivors if line not in left]
        left = {line.partition(": ")[2] for line in left}
    for line in count.survivors:
        print(line, file=log, flush=True)

    def heard(mutant: Mutant, fate: str) -> None:
        if left is None:
            count.planted[mutant.module] += 1
        if fate.startswith("killed"):
            count.noticed[mutant.module] += 1
        else:
            count.survivors.append(f"{fate}: {line_of(mutant)}")
            print(count.survivors[-1], file=log, flush=True)

    def wanted(mutant: Mutant) -> bool:
        return mutant.number % every == 0 and (left is None or line_of(mutant) in left)

    found = Hunt(
        modules=[importlib.import_module(name) for name in modules],
        wanted=wanted, heard=heard, jobs=jobs, enough=enough,
    )  # fmt: skip
    options = ["-q", "-s", "--assert=plain", "--tb=native"]
    options += [f"-pno:{plugin}" for plugin in NOT_NEEDED]
    code = pytest.main([*tests, *options], plugins=[found])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(code)
    return count


def write(table: Iterable[str]) -> None:
    """Put the table where the evidence has one, and leave what is written around it."""
    lines = EVIDENCE.read_text(encoding="utf-8").splitlines()
    first = lines.index(HEAD[0])
    after = next((at for at in range(first, len(lines)) if not lines[at].startswith("|")), None)
    lines[first:after] = table
    EVIDENCE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--enough", type=float, default=10)
    parser.add_argument("--again", nargs="+", type=Path, default=[])
    parser.add_argument("--tests", nargs="+", default=TESTS)
    parser.add_argument("--log", type=Path, default=SURVIVORS)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args(arguments)
    modules = given.modules or names()
    given.log.parent.mkdir(parents=True, exist_ok=True)
    written = given.log.with_suffix(".new")
    with written.open("w", encoding="utf-8") as log:
        count = hunt(
            modules, log,
            every=given.every, jobs=given.jobs, enough=given.enough,
            again=given.again, tests=given.tests,
        )  # fmt: skip
        print("\n".join(count.table()), file=log)
    written.rename(given.log)
    if given.write:
        write(count.table())
    sys.stdout.write("\n".join(count.table()) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
