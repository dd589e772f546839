"""`make interchange`: two validators of others judge what a seeded clinic exports.

First they are shown faults that were planted: a judge that finds none of them judges nothing.
Without Node it says so and does nothing; with REQUIRE_ALL set that is a failure.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import tests.environment  # noqa: F401  (before Django reads its settings)
from tests.judges import ours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

HERE = Path(__file__).resolve().parent
KIND = re.compile(r'"resource":\{"resourceType":"(\w+)"')
PATIENTS = 200
PLANS = 100


def main() -> int:
    why_not = missing()
    if why_not:
        print(f"NOT RUN: {why_not}")
        return 1 if os.environ.get("REQUIRE_ALL") else 0
    began = time.monotonic()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
    import django

    django.setup()
    blind = list(not_found())
    for line in blind:
        print(f"NOT FOUND: {line}")
    bundles = list(exported())
    found, looked = judged(bundles)
    found += [f"no {kind} was looked at" for kind in not_exported(bundles)]
    for line in found[:50]:
        print(line)
    print(
        f"{looked} resources of {PATIENTS} patients and {PLANS} made-up plans, two validators: "
        f"{len(found)} faults; {time.monotonic() - began:.0f} s"
    )
    return 1 if found or blind else 0


def missing() -> str:
    if shutil.which("node") is None:
        return "the validators of FHIR need Node 18 or later, which was not found."
    if not (HERE / "node_modules" / "fhir").is_dir():
        return "the validators are not installed: run `make interchange`."
    return ""


def judged(bundles: Iterable[str]) -> tuple[list[str], int]:
    """Every fault that either of the two, or we, find; and how many resources they looked at."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, text in enumerate(bundles):
            path = Path(folder, f"{number:04d}.json")
            path.write_text(text, encoding="utf-8")
            names.append(path.name)
            found += [f"ours: {path.stem}: {fault}" for fault in ours.faults(text)]
        # Two at a time: most of it is one validator's arithmetic.
        halves = [part for part in (names[::2], names[1::2]) if part]
        running = [
            subprocess.Popen(
                ["node", str(HERE / "judge.mjs"), *half],
                cwd=folder,
                stdout=subprocess.PIPE,
                text=True,
            )
            for half in halves
        ]
        looked = 0
        for process in running:
            told, _nothing = process.communicate()
            *faults, last = [json.loads(line) for line in told.splitlines()] or [{}]
            if process.returncode or "looked" not in last:
                found.append("a validator broke off")
            looked += last.get("looked", 0)
            found += [f"{f['by']}: {f['file']}: {f['where']}: {f['fault']}" for f in faults]
    return found, looked


def exported() -> Iterable[str]:
    """The whole record of every patient of the seeded clinic, then the made-up plans."""
    from django.core.management import call_command

    from plans.fhir.bundle import COLLECTION, bundle
    from plans.presenters.exchange import Record
    from tests.judges import seeded

    call_command("migrate", verbosity=0)
    user = seeded.clinic()
    for patient in seeded.patients(user, PATIENTS):
        found = Record(patient, seeded.NOW.date()).resources()
        yield "".join(bundle(COLLECTION, found, base=seeded.BASE, key=str(patient.pk)))
    yield from seeded.strange_plans(PLANS)


def not_exported(bundles: Iterable[str]) -> list[str]:
    """Kinds that the interface names and of which nothing was exported."""
    from plans.fhir.routes import KINDS

    seen = {kind for text in bundles for kind in KIND.findall(text)}
    return sorted({kind.name for kind in KINDS} - seen)


# --- Faults that are planted ----------------------------------------------------------------------


def planted() -> Mapping[str, Callable[[dict[str, Any]], object]]:
    """A fault by name, put into a sound bundle's resources by kind."""

    def quantity(of: dict[str, Any]) -> Any:
        request = of["MedicationRequest"]
        return request["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]

    def repeat(of: dict[str, Any]) -> Any:
        return of["MedicationRequest"]["dosageInstruction"][0]["timing"]["repeat"]

    return {
        "a status of no list": lambda of: of["MedicationRequest"].update(status="bogus"),
        "a plan's status of no list": lambda of: of["CarePlan"].update(status="bogus"),
        "nobody's request": lambda of: of["MedicationRequest"].pop("subject"),
        "noise of a float": lambda of: quantity(of).update(value=0.30000000000000004),
        "a unit of no list": lambda of: quantity(of).update(code="tabs."),
        "a figure as text": lambda of: quantity(of).update(value="5"),
        "a time and an event at once": lambda of: repeat(of).update(timeOfDay=["08:00:00"]),
        "an event of no list": lambda of: repeat(of).update(when=["BED"]),
        "a day in words": lambda of: of["Patient"].update(birthDate="21 Nov 1956"),
        "an element of no kind": lambda of: of["Goal"].update(doseToTake=1),
        "an act that nobody did": lambda of: of["AuditEvent"].pop("agent"),
        "an act without its word": lambda of: of["AuditEvent"].pop("type"),
        "an act of a moment in words": lambda of: of["AuditEvent"].update(recorded="yesterday"),
        "an outcome of no list": lambda of: of["AuditEvent"].update(outcome="fine"),
        "an act on what is nowhere": lambda of: of["AuditEvent"]["entity"][0]["what"].update(
            reference="CarePlan/x"
        ),
        "a name whose mark says nothing": lambda of: of["Patient"]["name"][1]["extension"][0].pop(
            "url"
        ),
        "a reference to nothing": lambda of: of["Goal"]["subject"].update(reference="Patient/x"),
    }


def not_found() -> Iterable[str]:
    """The planted faults that nobody finds."""
    from tests.plans.fhir import facts

    sound = facts.exported(facts.published("C"))
    if judged([sound])[0]:
        yield "the sound bundle is found at fault"
    names, bundles = [], []
    for name, plant in planted().items():
        whole = json.loads(sound)
        plant({entry["resource"]["resourceType"]: entry["resource"] for entry in whole["entry"]})
        names.append(name)
        bundles.append(json.dumps(whole))
    found = "\n".join(judged(bundles)[0])
    for number, name in enumerate(names):
        if f"{number:04d}" not in found:
            yield name


if __name__ == "__main__":
    sys.exit(main())
