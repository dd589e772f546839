"""An import as its pages show it: what a look found, who waits for a decision, how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q, Sum
from django.urls import reverse

from patients import importing
from patients.import_models import ImportState
from patients.models import Patient, PatientImport
from patients.presenters.banner import patient_url
from patients.presenters.words import person_in_words
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from taperplan.accounts.models import Clinic, User

# Decided so many at a time; faults shown so many.
HELD_SHOWN = 20
FAULTS_SHOWN = 50


@dataclass(frozen=True)
class ImportRow:
    """One import in the list of them."""

    name: str
    url: str
    when: str
    who: str
    state: str
    over: bool


@dataclass(frozen=True)
class Fault:
    line: str
    column: str
    sentence: str


@dataclass(frozen=True)
class Alike:
    words: str
    url: str = ""


@dataclass(frozen=True)
class HeldRow:
    name: str
    id: str
    line: str
    who: str
    born: str
    phone: str
    number: str
    alike: tuple[Alike, ...]
    why: str


@dataclass(frozen=True)
class Import:
    reference: str
    name: str
    revision: int
    state: str
    over: bool
    registering: bool
    when: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    missing: tuple[str, ...]
    faults: tuple[Fault, ...]
    fault_count: int
    more_faults: int
    held: tuple[HeldRow, ...]
    held_count: int
    fresh: int
    done: int
    of: int


def imports(clinic: Clinic, user: User) -> tuple[ImportRow, ...]:
    """Those that are not over, then the last ones that are."""
    rows = PatientImport.objects.visible_to(user).select_related("made_by").defer("content")
    return tuple(
        ImportRow(
            name=row.file_name,
            url=reverse("patients:import", kwargs={"patient_import": row.pk}),
            when=formats.moment(row.made_at.astimezone(clinic.zone)),
            who=row.made_by.name,
            state=state_words(ImportState(row.state)),
            over=row.ended_at is not None,
        )
        for row in _newest(rows)
    )


def _newest(rows: QuerySet[PatientImport]) -> list[PatientImport]:
    return sorted(rows.order_by("-made_at")[:20], key=lambda row: row.ended_at is not None)


def state_words(state: ImportState) -> str:
    return {
        ImportState.LOOKED: _("waits for somebody"),
        ImportState.REGISTERING: _("being registered"),
        ImportState.DONE: _("done"),
        ImportState.GIVEN_UP: _("given up"),
    }[state]


def import_page(found: PatientImport, user: User) -> Import:
    """Two statements: how far it is, and the records that held rows may be of."""
    done = found.batches.aggregate(done=Sum("many", filter=~Q(registered_at=None)), of=Sum("many"))
    said: dict[str, Any] = found.found
    state = ImportState(found.state)
    undecided = [row for row in said["held"] if str(row["line"]) not in found.decisions]
    held = undecided[:HELD_SHOWN]
    known = _known(held, user)
    faults = said["faults"]
    return Import(
        reference=found.reference,
        name=found.file_name,
        revision=found.revision,
        state=state_words(state),
        over=state.over,
        registering=state is ImportState.REGISTERING,
        when=formats.moment(found.made_at.astimezone(found.clinic.zone)),
        facts=_facts(found, len(undecided), done["done"] or 0),
        columns=tuple(said["columns"]),
        sample=tuple(tuple(row) for row in said["sample"]),
        missing=tuple(said["missing"]),
        faults=tuple(
            Fault(formats.number(line), column, sentence)
            for line, column, sentence in faults[:FAULTS_SHOWN]
        ),
        fault_count=said["fault_count"],
        more_faults=max(said["fault_count"] - FAULTS_SHOWN, 0),
        held=tuple(_held(row, known) for row in held),
        held_count=len(undecided),
        fresh=found.fresh,
        done=done["done"] or 0,
        of=done["of"] or 0,
    )


def _facts(found: PatientImport, held: int, done: int) -> tuple[tuple[str, str], ...]:
    rows = (
        (_("Rows in the file"), found.rows),
        (_("New, to be registered"), found.fresh),
        (_("Held for a decision"), held),
        (_("Said to be the same person"), found.found["dropped"]),
        (_("Registered"), max(done, found.here)),
    )
    return tuple((label, formats.number(many)) for label, many in rows)


def _known(held: list[dict[str, Any]], user: User) -> dict[str, Patient]:
    keys = {UUID(hex=one) for row in held for one in row["like"] if importing.is_key(one)}
    rows = Patient.objects.visible_to(user).filter(pk__in=keys)
    return {patient.pk.hex: patient for patient in rows}


def _held(row: dict[str, Any], known: dict[str, Patient]) -> HeldRow:
    alike = []
    for one in row["like"]:
        if one in known:
            patient = known[one]
            words = _("{name}, born {born}").format(
                name=person_in_words(patient), born=formats.short_day(patient.born)
            )
            alike.append(Alike(words, patient_url(patient)))
        elif not importing.is_key(one):
            alike.append(Alike(_("{line} of this file").format(line=one)))
    return HeldRow(
        name=f"line-{row['line']}",
        id=f"line_{row['line']}",
        line=formats.number(row["line"]),
        who=formats.family_given(row["family_name"], row["given_names"]),
        born=formats.short_day(date.fromisoformat(row["born"])),
        phone=row["phone"],
        number=row["number"],
        alike=tuple(alike),
        why=row["why"],
    )
