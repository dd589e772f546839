"""A clinic's existing patients, from a table: what each column is, what each row says, who may be
somebody who is here already. Nothing is guessed: what cannot be read is named by line and column,
and who may be the same person waits for a person.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from patients import actions
from patients.identity import Identity, alike, digits, folded, squeezed
from patients.models import NAME, Patient, RecordNumber
from patients.vocabulary import Sex
from taperplan import grammar
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.tables import Fault
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from taperplan.accounts.models import Clinic, User
    from taperplan.tables import Row, Table

NUMBER_LENGTH = 60
ADDRESS_LENGTH = 500
LANGUAGE_LENGTH = 80
MOST_BYTES = 100_000_000
MOST_ROWS = 200_000
REQUIRED = ("family_name", "given_names", "born")
# What a column may be called, folded and without blanks.
NAMES: Mapping[str, tuple[str, ...]] = {
    "family_name": ("familyname", "lastname", "surname"),
    "given_names": ("givennames", "givenname", "firstname", "firstnames", "forenames"),
    "preferred_name": ("preferredname", "prefers", "preferstobecalled"),
    "born": ("born", "dateofbirth", "birthdate", "dob"),
    "sex": ("sex",),
    "phone": ("phone", "telephone", "phonenumber"),
    "address": ("address", "homeaddress"),
    "language": ("language",),
    "number": ("number", "recordnumber", "patientnumber"),
    "issuer": ("issuer", "issuedby"),
}
DECISION = "decision"
NEW, SAME = "new", "same"
LINE = "line"


@dataclass(frozen=True)
class Mapped:
    """What each of our fields is read from, and the columns that nothing is read from."""

    columns: Mapping[str, str]
    left_out: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in REQUIRED if name not in self.columns)


def mapped(columns: Sequence[str], said: Mapping[str, str]) -> Mapped:
    """`said` names columns of another name; every other is known by its own."""
    found = dict(said)
    for name, known in NAMES.items():
        if name in found:
            continue
        for column in columns:
            word = squeezed(column.replace("_", " "))
            if column not in found.values() and word in (squeezed(name.replace("_", " ")), *known):
                found[name] = column
                break
    taken = set(found.values())
    return Mapped(found, tuple(column for column in columns if column not in taken))


@dataclass(frozen=True)
class Person:
    """One row that can be read."""

    key: uuid.UUID
    line: int
    identity: Identity
    number: str = ""
    issuer: str = ""

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        return ((self.issuer, self.number),) if self.number else ()


def people(
    table: Table, mapping: Mapped, *, file: str, today: date
) -> tuple[list[Person], list[Fault]]:
    """Every row that can be read, and every fault of the others. `file` is the file's digest: with
    the line it makes the key, so that the same row comes in once however often it is sent."""
    found: list[Person] = []
    faults: list[Fault] = []
    for row in table.rows:
        reading = _Reading(row, mapping)
        identity = Identity(
            family_name=reading.name("family_name"),
            given_names=reading.name("given_names"),
            preferred_name=reading.line("preferred_name", NAME),
            born=reading.born(today),
            sex=reading.sex(),
            phone=reading.phone(),
            address=reading.text("address", ADDRESS_LENGTH),
            language=reading.line("language", LANGUAGE_LENGTH),
        )
        number = reading.line("number", NUMBER_LENGTH)
        issuer = reading.line("issuer", NAME)
        if number and not squeezed(number):
            reading.fault("number", _("A record number has at least one letter or digit."))
        if reading.faults:
            faults += reading.faults
            continue
        key = uuid.uuid5(uuid.NAMESPACE_OID, f"{file}:{row.line}")
        found.append(Person(key, row.line, identity, number, issuer))
    return found, faults


class _Reading:
    def __init__(self, row: Row, mapping: Mapped) -> None:
        self._row, self._columns = row, mapping.columns
        self.faults: list[Fault] = []

    def fault(self, name: str, sentence: str) -> None:
        self.faults.append(self._row.fault(self._columns.get(name, name), sentence))

    def text(self, name: str, most: int) -> str:
        text = self._row[self._columns[name]].strip() if name in self._columns else ""
        if len(text) > most:
            words = _("This has {length} characters. {most} are the most.")
            self.fault(name, words.format(length=len(text), most=most))
        return text

    def line(self, name: str, most: int) -> str:
        text = self.text(name, most)
        if "\n" in text or "\r" in text:
            self.fault(name, _("This is one line."))
        return text

    def name(self, name: str) -> str:
        text = self.line(name, NAME)
        if not folded(text):
            self.fault(name, _("A name has at least one letter."))
        return text

    def born(self, today: date) -> date:
        text = self.line("born", NAME)
        try:
            born = grammar.date(text, today=today)
        except grammar.Refused as refused:
            self.fault("born", str(refused))
            return today
        if born > today:
            self.fault("born", _("This day has not come yet."))
        return born

    def sex(self) -> str:
        text = self.line("sex", NAME).lower()
        if text and text not in set(Sex):
            words = ", ".join(word.value for word in Sex)
            self.fault("sex", _("One of these, or nothing: {words}.").format(words=words))
        return text

    def phone(self) -> str:
        text = self.line("phone", NAME)
        if not text:
            return ""
        try:
            return grammar.phone(text)
        except grammar.Refused as refused:
            self.fault("phone", str(refused))
            return ""


# --- who may be here already --------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A record, or a line of the same file, as far as it is compared. `said` is the record's key
    or "line 7"."""

    said: str
    born: date
    words: frozenset[str]
    phone: str


@dataclass
class Others:
    """Everybody who is here, and everybody who came before in the file. Held in memory: a search
    of the tables for each of 100,000 rows would read each of them as often."""

    _born: dict[date, list[Known]] = field(default_factory=lambda: defaultdict(list))
    _word: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    _phone: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    _number: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, clinic: Clinic, leaving_out: set[uuid.UUID]) -> Others:
        found = cls()
        # As when somebody is registered by hand, nobody is led to a restricted record by a name.
        people = Patient.objects.filter(clinic=clinic, joined_to=None)
        closed = set(
            people.filter(Q(restricted=True) | Q(archived_at__isnull=False)).values_list(
                "pk", flat=True
            )
        )
        leaving_out = leaving_out | closed
        rows = people.values_list("pk", "born", "name_search", "phone_search")
        for key, born, words, phone in rows.iterator(chunk_size=5000):
            if key not in leaving_out:
                found._add(Known(key.hex, born, frozenset(words.split()), phone))
        numbers = RecordNumber.objects.filter(clinic=clinic, withdrawn_at=None)
        for key, number in numbers.values_list("patient_id", "number_search").iterator(
            chunk_size=5000
        ):
            if key not in leaving_out:
                found._number[number].append(key.hex)
        return found

    def add(self, person: Person) -> None:
        said = _("line {line}").format(line=person.line)
        one = person.identity
        self._add(Known(said, one.born, _words(one), digits(one.phone)))
        if person.number:
            self._number[squeezed(person.number)].append(said)

    def _add(self, known: Known) -> None:
        self._born[known.born].append(known)
        for word in known.words:
            self._word[word].append(known)
        if len(known.phone) >= 6:
            self._phone[known.phone.lstrip("0")[-6:]].append(known)

    def like(self, person: Person) -> list[str]:
        """The same rules as when somebody is registered by hand: the same birth date and a similar
        name, the same full name, the same phone, the same number."""
        one, words = person.identity, _words(person.identity)
        found = {k.said for k in self._born.get(one.born, ()) if alike(words, k.words)}
        rarest = min((self._word.get(word, []) for word in words), key=len, default=[])
        found |= {known.said for known in rarest if words <= known.words}
        phone = digits(one.phone)
        if len(phone) >= 6:
            found |= {known.said for known in self._phone.get(phone.lstrip("0")[-6:], ())}
        if person.number:
            found |= set(self._number.get(squeezed(person.number), ()))
        return sorted(found)[:10]


def _words(identity: Identity) -> frozenset[str]:
    return frozenset(folded(f"{identity.family_name} {identity.given_names}").split())


@dataclass(frozen=True)
class Held:
    """`like`: keys of records, and lines of the same file."""

    person: Person
    like: tuple[str, ...]

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(f"P-{one[:8]}" if is_key(one) else one for one in self.like)


def is_key(said: str) -> bool:
    return len(said) == 32 and " " not in said


@dataclass(frozen=True)
class Sorted:
    """What is to come in, what is here from an earlier run, what waits for a person."""

    new: tuple[Person, ...]
    here: int
    held: tuple[Held, ...]
    dropped: int


def sort(clinic: Clinic, found: Iterable[Person], decided: Mapping[int, str]) -> Sorted:
    """`decided`: line -> "new" or "same", as a person wrote it down."""
    rows = list(found)
    keys = {person.key for person in rows}
    here = {
        key
        for key in Patient.objects.filter(clinic=clinic).values_list("pk", flat=True).iterator()
        if key in keys
    }
    others = Others.of(clinic, here)
    new: list[Person] = []
    held: list[Held] = []
    dropped = 0
    for person in rows:
        if decided.get(person.line) == SAME:
            dropped += 1
            continue
        like = [] if person.key in here else others.like(person)
        if like and decided.get(person.line) != NEW:
            held.append(Held(person, tuple(like)))
            continue
        others.add(person)
        if person.key not in here:
            new.append(person)
    return Sorted(tuple(new), len(here), tuple(held), dropped)


class RowRefusedError(NotDoneError):
    """One row cannot be registered, and so none of its batch is."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def write(clinic: Clinic, batch: Sequence[Person], *, file: str, now: datetime, by: User) -> None:
    """All of these, or none. A row that came in before is found and left as it is."""
    with transaction.atomic():
        for person in batch:
            try:
                actions.register(
                    clinic=clinic,
                    token=person.key,
                    identity=person.identity,
                    numbers=person.numbers,
                    now=now,
                    by=by,
                )
            except NotDoneError as refused:
                raise RowRefusedError(person.line, refused.sentence) from refused
        detail = {"rows": str(len(batch)), "file": file[:16]}
        trail.record(Verb.PATIENTS_IMPORTED, clinic, detail=detail, by=by)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
