"""A table of existing patients, from the file to the last row that is registered.

Sent, looked at, mended by mapping and decisions, then registered batch by batch: each all or
nothing, each an arrival of its own, so that whoever is cut off goes on where it stopped.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from patients import importing
from patients.identity import Identity
from patients.import_models import FILE_NAME, ImportBatch, ImportState, PatientImport
from patients.importing import Held, Person
from taperplan import tables
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from taperplan.accounts.models import Clinic, User

# A page answers within seconds; a longer table comes in by `manage.py import_patients`.
MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
AT_ONCE = 100
# So many faults are kept to be shown; all are counted.
FAULTS_KEPT = 200


def begin(
    *, token: uuid.UUID, clinic: Clinic, file_name: str, data: bytes, now: datetime, by: User
) -> PatientImport:
    """Keep the table and look at it. Nobody is registered.

    Raises:
        tables.Unreadable: it is no table.
        NotDoneError: the clinic is not open for patients.
    """
    before = PatientImport.objects.filter(pk=token, clinic=clinic).first()
    if before is not None:
        return before
    if not clinic.open_for_patients:
        raise NotDoneError(
            _("The clinic is not open for patients yet. Its checklist says what is missing.")
        )
    table = tables.read(data, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    made = PatientImport(
        pk=token,
        clinic=clinic,
        file_name=file_name[:FILE_NAME],
        sha256=importing.digest(data),
        content=data,
        mapping=dict(importing.mapped(table.columns, {}).columns),
        decisions={},
        revision=1,
        made_at=now,
        made_by=by,
    )
    _look(made, table, clinic.day(now))
    with transaction.atomic():
        made.save(force_insert=True)
        trail.record(Verb.IMPORT_BEGUN, made, clinic=clinic, detail={"rows": str(made.rows)}, by=by)
    return made


def remap(
    *, found: PatientImport, mapping: Mapping[str, str], revision: int, now: datetime, by: User
) -> PatientImport:
    """Read our fields from other columns, and look again."""
    with transaction.atomic():
        found = _locked(found, revision, ImportState.LOOKED)
        table = _table(found)
        if unknown := set(mapping.values()) - set(table.columns):
            raise NotDoneError(_("There is no column {name}.").format(name=min(unknown)))
        found.mapping = {name: mapping[name] for name in importing.NAMES if mapping.get(name)}
        return _looked(found, table, now, by, Verb.IMPORT_MAPPED)


def decide(
    *, found: PatientImport, decisions: Mapping[int, str], revision: int, now: datetime, by: User
) -> PatientImport:
    """Of rows that may be of somebody who is here: each is new, or the same person."""
    with transaction.atomic():
        found = _locked(found, revision, ImportState.LOOKED)
        held = {row["line"] for row in found.found["held"]}
        known = {line: word for line, word in decisions.items() if line in held}
        if not set(known.values()) <= {importing.NEW, importing.SAME}:
            raise NotDoneError(_("Say of each row that it is new, or the same person."))
        if not known:
            raise NotDoneError(_("Say of at least one row what it is."))
        tried_again = {line for line, word in known.items() if word == importing.NEW}
        aside = [row for row in found.found["aside"] if row["line"] not in tried_again]
        found.found = {**found.found, "aside": aside}
        found.decisions = {**found.decisions, **{str(line): word for line, word in known.items()}}
        return _looked(found, _table(found), now, by, Verb.IMPORT_DECIDED)


def start(*, found: PatientImport, revision: int, now: datetime, by: User) -> PatientImport:
    """Lay out the batches of everybody who is new and not held. They are registered by `go_on`.

    Who was registered by hand since the last look is found once more, and held.
    """
    with transaction.atomic():
        found = _locked(found, revision, ImportState.LOOKED)
        table = _table(found)
        new = _look(found, table, found.clinic.day(now))
        if found.found["fault_count"] or found.found["missing"]:
            raise NotDoneError(_("Mend what is above first. Nobody is registered."))
        if not new:
            raise NotDoneError(_("There is nobody to register."))
        found.batches.filter(registered_at=None).delete()
        first = found.batches.count() + 1
        ImportBatch.objects.bulk_create(
            ImportBatch(
                patient_import=found,
                number=first + n // AT_ONCE,
                people=[_kept(person) for person in new[n : n + AT_ONCE]],
                many=len(new[n : n + AT_ONCE]),
            )
            for n in range(0, len(new), AT_ONCE)
        )
        found.state = ImportState.REGISTERING.value
        return _saved(found, Verb.IMPORT_STARTED, by, {"rows": str(len(new))})


def go_on(*, found: PatientImport, now: datetime, by: User) -> PatientImport:
    """Register the next batch, all of it or nothing. After the last one it looks once more.

    A row that cannot be registered (its number was given to somebody meanwhile) is put aside with
    the reason; the rest of its batch comes in with the next arrival.
    """
    with transaction.atomic():
        found = _locked(found, None, ImportState.REGISTERING)
        batch = found.batches.filter(registered_at=None).order_by("number").first()
        if batch is None:
            return _after_the_last(found, now, by)
        people = [_person(row) for row in batch.people or ()]
        try:
            with transaction.atomic():
                importing.write(found.clinic, people, file=found.sha256, now=now, by=by)
        except importing.RowRefusedError as refused:
            return _put_aside(found, batch, refused, by)
        batch.people, batch.registered_at = None, now
        batch.save(update_fields=["people", "registered_at"])
        if not found.batches.filter(registered_at=None).exists():
            return _after_the_last(found, now, by)
        return found


def give_up(*, found: PatientImport, revision: int, now: datetime, by: User) -> PatientImport:
    """Keep nothing of the file. Who is registered stays registered."""
    with transaction.atomic():
        found = _locked(found, revision, None)
        return _over(found, ImportState.GIVEN_UP, Verb.IMPORT_GIVEN_UP, now, by)


# --- within ---------------------------------------------------------------------------------------


def _locked(found: PatientImport, revision: int | None, state: ImportState | None) -> PatientImport:
    found = (
        PatientImport.objects.select_for_update(no_key=True, of=("self",))
        .select_related("clinic")
        .get(pk=found.pk)
    )
    if ImportState(found.state).over:
        raise NotDoneError(_("This import is over."))
    if (revision is not None and found.revision != revision) or (
        state is not None and found.state != state.value
    ):
        raise NotDoneError(_("Somebody went on with this import meanwhile. Look at it again."))
    return found


def _table(found: PatientImport) -> tables.Table:
    return tables.read(bytes(found.content or b""), most_bytes=MOST_BYTES, most_rows=MOST_ROWS)


def _looked(
    found: PatientImport, table: tables.Table, now: datetime, by: User, verb: Verb
) -> PatientImport:
    new = _look(found, table, found.clinic.day(now))
    if found.rows and not (new or found.found["held"] or found.found["fault_count"]):
        return _over(found, ImportState.DONE, Verb.IMPORT_DONE, now, by)
    return _saved(found, verb, by)


def _look(found: PatientImport, table: tables.Table, today: date) -> list[Person]:
    """Write down what the table would do now; the new ones who are not held."""
    mapping = importing.Mapped(found.mapping, ())
    people: list[Person] = []
    faults: list[tables.Fault] = []
    if not mapping.missing:
        people, faults = importing.people(table, mapping, file=found.sha256, today=today)
    decided = {int(line): word for line, word in found.decisions.items()}
    aside = {row["line"]: row for row in found.found["aside"]} if found.found else {}
    sorted_ = importing.sort(found.clinic, [] if faults else people, decided)
    # What was put aside stays with its reason until somebody says that it is the same person.
    new = [person for person in sorted_.new if person.line not in aside]
    held = [_said(one) for one in sorted_.held]
    held += [
        {**_said(Held(person, ())), "why": aside[person.line]["why"]}
        for person in sorted_.new
        if person.line in aside
    ]
    found.rows = len(table.rows)
    found.fresh = 0 if faults else len(new)
    found.here = sorted_.here
    found.state = ImportState.LOOKED.value
    found.found = {
        "columns": list(table.columns),
        "sample": [[row[column][:60] for column in table.columns] for row in table.rows[:3]],
        "missing": list(mapping.missing),
        "faults": [[one.line, one.column, one.sentence] for one in faults[:FAULTS_KEPT]],
        "fault_count": len(faults),
        "held": held,
        "dropped": sorted_.dropped,
        "aside": list(aside.values()),
    }
    return [] if faults else new


def _said(one: Held) -> dict[str, Any]:
    person = one.person
    return {
        "line": person.line,
        "family_name": person.identity.family_name,
        "given_names": person.identity.given_names,
        "born": person.identity.born.isoformat(),
        "phone": person.identity.phone,
        "number": person.number,
        "like": list(one.like),
        "why": "",
    }


def _put_aside(
    found: PatientImport, batch: ImportBatch, refused: importing.RowRefusedError, by: User
) -> PatientImport:
    rest = [row for row in batch.people or () if row["line"] != refused.line]
    batch.people, batch.many = rest, len(rest)
    batch.save(update_fields=["people", "many"])
    found.found = {
        **found.found,
        "aside": [*found.found["aside"], {"line": refused.line, "why": refused.sentence}],
    }
    return _saved(found, Verb.IMPORT_ROW_ASIDE, by)


def _after_the_last(found: PatientImport, now: datetime, by: User) -> PatientImport:
    return _looked(found, _table(found), now, by, Verb.IMPORT_LOOKED)


def _over(
    found: PatientImport, state: ImportState, verb: Verb, now: datetime, by: User
) -> PatientImport:
    found.state, found.content, found.ended_at = state.value, None, now
    found.found = {
        "columns": [], "sample": [], "missing": [], "faults": [], "fault_count": 0, "held": [],
        "dropped": found.found["dropped"], "aside": [],
    }  # fmt: skip
    found.batches.filter(registered_at=None).delete()
    return _saved(found, verb, by, {"registered": str(registered(found))})


def registered(found: PatientImport) -> int:
    return sum(found.batches.exclude(registered_at=None).values_list("many", flat=True))


def _saved(
    found: PatientImport, verb: Verb, by: User, detail: Mapping[str, str] | None = None
) -> PatientImport:
    found.revision += 1
    found.save()
    trail.record(verb, found, clinic=found.clinic, detail=detail, by=by)
    return found


def _kept(person: Person) -> dict[str, Any]:
    row = {**asdict(person), "key": person.key.hex}
    row["identity"]["born"] = person.identity.born.isoformat()
    kept: dict[str, Any] = json.loads(json.dumps(row))
    return kept


def _person(row: Mapping[str, Any]) -> Person:
    identity = {**row["identity"], "born": date.fromisoformat(row["identity"]["born"])}
    return Person(
        UUID(hex=row["key"]), row["line"], Identity(**identity), row["number"], row["issuer"]
    )
