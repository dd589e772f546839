"""Making the downtime pack of one clinic: a file that its passphrase opens anywhere.

The passphrase is made from a secret of the site and the clinic's own key, so that one clinic's
opens no other's, and nothing but that one secret has to be kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import tempfile
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from plans.presenters.downtime import Making, blank_check_in, cover, sheets, under_treatment
from plans.rules.paper import PageSize
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from plans.sheets.handover import Handover
    from plans.sheets.paper import Row
    from taperplan.accounts.models import Clinic

    Told = Callable[[str, int, int], None]

SHORTEST_SECRET = 32
_LETTERS, _GROUP = 25, 5
BLANK_COPIES = 2


class NoPackError(Exception):
    """Names why no pack was made, as a sentence for whoever runs the command."""


def passphrase(secret: str, clinic: Clinic) -> str:
    """As "abcde-fghij-...": 125 bits, in letters and figures that nobody mixes up."""
    if len(secret) < SHORTEST_SECRET:
        raise NoPackError(
            f"DOWNTIME_KEY needs at least {SHORTEST_SECRET} characters. Keep it in the file that "
            "DOWNTIME_KEY_FILE names."
        )
    digest = hmac.new(secret.encode(), clinic.pk.bytes, hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode().lower()[:_LETTERS]
    return "-".join(letters[n : n + _GROUP] for n in range(0, _LETTERS, _GROUP))


def name_of(clinic: Clinic, at: datetime) -> str:
    return f"taperplan-downtime-{clinic.reference}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.pdf"


def make(*, clinic: Clinic, folder: Path, secret: str, now: datetime, told: Told) -> Path:
    """The sealed file in `folder`; nothing of it stands there until it is whole, and nothing
    that is not sealed stands on a disk at all. Times are written as the clinic's clock is read."""
    with clinic.speaking():
        return _make(clinic=clinic, folder=folder, secret=secret, now=now, told=told)


def _make(*, clinic: Clinic, folder: Path, secret: str, now: datetime, told: Told) -> Path:
    from plans.documents import bundle, downtime, sealing

    opens = passphrase(secret, clinic)
    making = Making(clinic, now)
    page = PageSize(clinic.paper)
    keys = under_treatment(clinic)
    rows: list[Row] = []
    parts: list[bundle.Part] = []
    for number, sheet in enumerate(sheets(making, keys), start=1):
        parts.append(bundle.Part(_set(sheet.paper, page), sheet.label))
        rows.append(sheet.row)
        told("Setting sheets", number, len(keys))

    def all_parts() -> Iterator[bundle.Part]:
        first = downtime.render_cover(cover(making, rows), page=page)
        yield bundle.Part(first.content, _("First sheet"))
        yield from parts
        blank = downtime.render_blank(blank_check_in(making), page=page)
        for _copy in range(BLANK_COPIES):
            yield bundle.Part(blank.content, _("Blank check-in"))

    title = _("Downtime pack, {when}").format(when=making.made)
    pieces = bundle.bundled(
        all_parts(),
        title=title,
        author=clinic.name,
        language=clinic.spoken,
        seal=sealing.Seal(opens),
    )
    to, digest = _put(folder, name_of(clinic, now), pieces)
    trail.record(
        Verb.DOWNTIME_PACK,
        clinic,
        clinic=clinic,
        detail={"patients": str(len(rows)), "sha256": digest[:16]},
        by=None,
    )
    return to


def _set(sheet: Handover, page: PageSize) -> bytes:
    from plans.documents import handover

    return handover.render(sheet, page=page).content


def _put(folder: Path, name: str, pieces: Iterable[bytes]) -> tuple[Path, str]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    to, digest = folder / name, hashlib.sha256()
    handle, waiting = tempfile.mkstemp(prefix=".taperplan-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as out:
            for piece in pieces:
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        Path(waiting).rename(to)
    except BaseException:
        Path(waiting).unlink(missing_ok=True)
        raise
    return to, digest.hexdigest()


def thin(folder: Path, clinic: Clinic, *, keep: int) -> list[Path]:
    """Remove all but the newest `keep` of this clinic: an old plan at hand is a hazard."""
    found = sorted(folder.glob(f"taperplan-downtime-{clinic.reference}-*.pdf"), reverse=True)
    gone = found[keep:]
    for path in gone:
        path.unlink()
    return gone
