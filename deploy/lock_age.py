"""Whether the locked list of what runs is as young as docs/security.md promises.

python deploy/lock_age.py requirements.in                  ends with 1 when it is older
python deploy/lock_age.py requirements.in --locked-now     writes today's date there
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

PROMISED = timedelta(days=90)
_LOCKED = re.compile(r"^# Locked on (\d{4}-\d{2}-\d{2})\b.*$", re.MULTILINE)


def fault(text: str, today: date) -> str:
    """What is wrong with the list, in a sentence; empty when nothing is."""
    said = _LOCKED.findall(text)
    if len(said) != 1:
        return "It does not say once when it was locked. Run make lock."
    age = today - date.fromisoformat(said[0])
    if age > PROMISED:
        return f"It was locked {age.days} days ago; {PROMISED.days} are promised. Run make lock."
    return ""


def locked(text: str, today: date) -> str:
    return _LOCKED.sub(f"# Locked on {today.isoformat()} (written by make lock).", text)


def main(path: Path, *how: str) -> int:
    today, text = datetime.now(UTC).date(), path.read_text(encoding="utf-8")
    if "--locked-now" in how:
        path.write_text(locked(text, today), encoding="utf-8")
        return 0
    wrong = fault(text, today)
    sys.stdout.write(f"{path.name}: {wrong or 'locked within the time promised.'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
