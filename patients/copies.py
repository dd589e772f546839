"""A patient's whole record as one file: a page to read, the same as data, every print.

Made by walking the tables (`records.rows_of`), so that what a later table holds is in it too.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import uuid
import zipfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.html import escape

from patients.models import Disclosure
from patients.records import as_data, in_order, rows_of
from patients.vocabulary import Ground
from taperplan.accounts.models import ProtocolText, User
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from patients.models import Patient

# Messages to our own people: who was told, not what was written about the patient.
_OURS = frozenset({"outbox", "sending"})
# Prints that may hold a note told in confidence.
_MAY_TELL = frozenset({"summary", "handover", "transfer"})
IN_MEMORY = 4_000_000


@dataclass(frozen=True)
class Wish:
    key: uuid.UUID
    recipient: str
    ground: Ground
    why: str


def copy_of(*, patient: Patient, wish: Wish, now: datetime, by: User) -> IO[bytes]:
    """The file, with its row of the patient's accounting. The same form makes one disclosure."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    with transaction.atomic():
        Disclosure.objects.get_or_create(
            pk=uuid.uuid5(wish.key, "copy"),
            defaults={
                "patient": patient,
                "recipient": wish.recipient,
                "what": _("Copy of the whole record"),
                "ground": wish.ground.value,
                "why": wish.why,
                "disclosed_at": now,
                "disclosed_by": by,
            },
        )
        count = _write(file, patient, wish, now)
        trail.record(
            Verb.EXPORTED,
            patient,
            patient=patient,
            detail={"what": "whole record", "ground": wish.ground.value, "rows": str(count)},
            by=by,
        )
    file.seek(0)
    return file


def _write(file: IO[bytes], patient: Patient, wish: Wish, now: datetime) -> int:
    tables: dict[str, list[dict[str, Any]]] = {}
    sums: dict[str, str] = {}
    people: set[Any] = set()
    left_out = 0
    for_patient = wish.ground is Ground.PATIENT
    confided = False

    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), content)
            sums[name] = hashlib.sha256(content).hexdigest()

        rows = {
            model: keys
            for model, keys in rows_of([patient]).items()
            if model._meta.model_name not in _OURS
        }
        for model, row in in_order(rows):
            data = as_data(row)
            if for_patient and _told_in_confidence(data):
                confided, left_out = True, left_out + 1
                data = _without_note(data)
            tables.setdefault(str(model._meta.verbose_name), []).append(data)
            people |= {
                data[field.attname]
                for field in row._meta.concrete_fields
                if field.related_model is User
            }
        for name, content, kind in _prints(rows):
            if confided and kind in _MAY_TELL:
                left_out += 1
                continue
            put(name, content)
        names = {str(key): name for key, name in _names(people)}
        whole = {"tables": tables, "people": names}
        put("record.json", json.dumps(whole, cls=DjangoJSONEncoder, indent=1).encode())
        put("record.html", _page(patient, tables, names, now).encode())
        put("READ ME.txt", _read_me(patient, left_out, now).encode())
        put("manifest.json", json.dumps(dict(sorted(sums.items())), indent=1).encode())
    return sum(map(len, tables.values()))


def _told_in_confidence(data: dict[str, Any]) -> bool:
    answers = data.get("answers")
    marked = answers.get("in_confidence", "") if isinstance(answers, dict) else ""
    return bool(data.get("in_confidence")) or bool(marked)


def _without_note(data: dict[str, Any]) -> dict[str, Any]:
    said = _("left out: told in confidence by a third person")
    if isinstance(data.get("answers"), dict):
        return {**data, "answers": {**data["answers"], "note": said}}
    return {**data, "note": said}


def _prints(rows: dict[type[models.Model], set[Any]]) -> Iterator[tuple[str, bytes, str]]:
    """What was printed, byte for byte, one after the other."""
    for model, keys in rows.items():
        held = [one for one in model._meta.concrete_fields if isinstance(one, models.BinaryField)]
        for key in sorted(keys, key=str) if held else ():
            row: Any = model._base_manager.get(pk=key)
            for field in held:
                kind = getattr(row, "kind", "")
                content = bytes(getattr(row, field.attname))
                yield f"documents/{kind}-{row.reference}.pdf", content, kind


def _names(people: set[Any]) -> list[tuple[Any, str]]:
    return list(User.objects.filter(pk__in=people - {None}).values_list("pk", "name"))


def _page(
    patient: Patient,
    tables: dict[str, list[dict[str, Any]]],
    people: dict[str, str],
    now: datetime,
) -> str:
    parts = [
        "<!DOCTYPE html><html lang='en'><meta charset='utf-8'>",
        f"<title>{escape(patient.reference)}</title>",
        f"<h1>{escape(_('Whole record'))} {escape(patient.reference)}</h1>",
        f"<p>{escape(patient.clinic.name)}, {now:%Y-%m-%d %H:%M} UTC</p>",
    ]
    for title in sorted(tables):
        parts.append(f"<h2>{escape(title.capitalize())}</h2>")
        for data in tables[title]:
            parts.append("<dl>")
            for name, value in data.items():
                if value in (None, "", [], {}):
                    continue
                said = people.get(str(value), value)
                words = name.removesuffix("_id").replace("_", " ")
                parts.append(f"<dt><b>{escape(words)}</b></dt><dd>{escape(said)}</dd>")
            parts.append("</dl><hr>")
    return "\n".join(parts) + "</html>\n"


def _read_me(patient: Patient, left_out: int, now: datetime) -> str:
    lines = [
        _("The whole record {reference}, {when} UTC.").format(
            reference=patient.reference, when=f"{now:%Y-%m-%d %H:%M}"
        ),
        _("record.html: to read. record.json: the same as data. documents: every print."),
        _("manifest.json: the SHA-256 of each file."),
    ]
    if notice := ProtocolText.objects.part_2_notice(patient.clinic):
        lines += ["", notice, ""]
    if left_out:
        lines.append(
            _("Left out, because a third person told it in confidence: {n}.").format(n=left_out)
        )
    return "\n".join(lines) + "\n"
