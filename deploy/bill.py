"""A bill of what runs, as CycloneDX 1.5: every package of a lock with its version and hashes.

python deploy/bill.py requirements.txt
"""

from __future__ import annotations

import json
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: str) -> dict[str, Any]:
    found = list(_PACKAGE.finditer(lock))
    ends = [match.start() for match in found[1:]] + [len(lock)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "taperplan"}},
        "components": [
            _component(match[1], match[2], _HASH.findall(lock[match.end() : end]))
            for match, end in zip(found, ends, strict=True)
        ],
    }


def _component(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    key = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
    made: dict[str, Any] = {
        "type": "library", "name": name, "version": version, "purl": key, "bom-ref": key,
        # One of each file that may be installed, by machine; the lock takes no other.
        "properties": [{"name": "lock:sha256", "value": one} for one in hashes],
    }  # fmt: skip
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return made
    licence = about.get("License-Expression") or about.get("License")
    if licence and "\n" not in licence:
        made["licenses"] = [{"license": {"name": licence}}]
    return made


if __name__ == "__main__":
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    sys.stdout.write(json.dumps(bill(text), indent=2) + "\n")
