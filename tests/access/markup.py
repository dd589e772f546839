"""`make markup`: the HTML of every page, judged by the Nu HTML checker (the W3C's validator).

No test by its name: it is run alone, for the checker needs Java. VNU names its jar (`npm install
vnu-jar` brings it). The pages are written to `var/markup`, which git ignores.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests import doors
from tests.access.pages import NAMES, pages

if TYPE_CHECKING:
    from tests.access.world import World

FOLDER = Path(__file__).resolve().parent.parent.parent / "var" / "markup"
ONLY = os.environ.get("ONLY", "")


def test_every_page_is_valid_html(world: World) -> None:
    world.fill()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name, url, person in pages([name for name in NAMES if ONLY in name], world):
        client = doors.signed_in(person) if person else doors.Client()
        response = client.get(url)
        (FOLDER / f"{name.replace(':', '.')}.html").write_bytes(response.content)
    made = list(FOLDER.glob("*.html"))
    assert made
    done = subprocess.run(
        [
            "java", "-Xss4m", "-jar", os.environ["VNU"], "--format", "json", "--skip-non-html",
            str(FOLDER),
        ],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    found = [
        f"{Path(one['url']).name}:{one.get('lastLine', 0)}: {one.get('subType') or one['type']}: "
        f"{one['message']} [{one.get('extract', '').strip()[:120]}]"
        for one in json.loads(done.stderr)["messages"]
        if one["type"] != "info" or one.get("subType") == "warning"
    ]
    (FOLDER / "found.txt").write_text("\n".join(sorted(found)))
    errors = [one for one in found if ": warning:" not in one]
    assert not errors, f"{len(errors)} errors in {len(made)} pages:\n" + "\n".join(errors[:50])
