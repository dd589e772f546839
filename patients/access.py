"""How a view reaches a person's record: only through what its user may see.

Unknown and not yours are the same answer. Whoever is shown a page of a patient leaves a row in
the trail, whichever room drew the page.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import wraps
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from patients import searching
from patients.identity import (
    Identity,
    alike,
    digits,
    folded,
    same_phone,
    squeezed,
    wanted,
)
from patients.models import RECORDED, CareTeam, Consent, Patient, RecordNumber, SearchWord
from patients.vocabulary import Kind
from taperplan.accounts.models import Clinic, Membership
from taperplan.accounts.rights import asker, rights_of
from taperplan.audit import journal
from taperplan.audit.verbs import Verb
from taperplan.counting import AsKept, RowsOf, TextsOf
from taperplan.kept import Kept, Values, about

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from patients.models import PatientQuerySet, Recorded
    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import User

    View = Callable[..., HttpResponse]

PAGE = 50
SUGGESTED = 8
# Of more than so many, a list says only that they are more.
MOST = 500
# A word that more records share leads nobody: the list is walked until a page of them is met.
SHARED = 500
_FEW = 3
_YEAR = 4
_LAST_PAGE = 100_000
_LONGEST_OUTLINE = 2_000


def load_patient(view: View) -> View:
    """`patient: UUID` of the address becomes the `Patient`, with clinic and joined record.

    A page that is shown (not a redirect) is a view, and the trail says so.
    """

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, patient: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        found = _visible(request, patient)
        response = view(request, *args, patient=found, **kwargs)
        if response.status_code == 200:
            viewed(request, found)
        return response

    return loaded


_kept_patient, _kept_list, _kept_found = Kept(), Kept(), Kept()
_kept_hits, _kept_common, _kept_shared = Kept(most=200), Kept(most=200), Kept(most=200)


def _visible(request: ClinicianRequest, patient: uuid.UUID) -> Patient:
    """With clinic and joined record. Raises: Http404."""
    membership = request.user.membership
    if membership is None:
        raise Http404
    rights = rights_of(membership)

    def made(marks: Values) -> PatientQuerySet:
        user = asker(marks.keys["user"], marks.keys["clinic"], rights)
        visible = Patient.objects.visible_to(user).select_related("joined_to")
        return visible.filter(pk=marks.keys["patient"])

    keys = {"user": request.user.pk, "clinic": membership.clinic_id, "patient": patient}
    found = _kept_patient.objects(rights, about(keys, now=request.now), made)
    if not found:
        raise Http404
    # Nobody sees a patient of another clinic than the one that they work in.
    found[0].clinic = membership.clinic
    return found[0]


def viewed(request: ClinicianRequest, patient: Patient) -> None:
    """One row: this person was shown this page of this patient."""
    match = request.resolver_match
    page = match.view_name if match else ""
    detail = {"page": page}
    if not journal.record_read(
        Verb.VIEWED, patient, patient=patient, detail=detail, by=request.user
    ):
        request.journalled = True


def load_recorded(view: View) -> View:
    """`kind` and `recorded: UUID` become the row that stands, below a loaded patient."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest,
        *args: Any,
        patient: Patient,
        kind: Kind,
        recorded: uuid.UUID,
        **kwargs: Any,
    ) -> HttpResponse:
        rows = RECORDED[kind]._default_manager.filter(patient=patient).select_related("patient")
        row = get_object_or_404(rows, pk=recorded)
        return view(request, *args, patient=patient, kind=kind, recorded=row, **kwargs)

    return loaded


def is_standing(kind: Kind, row: Recorded) -> bool:
    """Whether nobody has corrected this row or struck it out."""
    return not row.struck and not RECORDED[kind]._default_manager.filter(replaces=row.pk).exists()


def values_of(kind: Kind, row: Recorded) -> dict[str, Any]:
    return {field: getattr(row, field) for field in RECORDED[kind].typed}


def number_of(patient: Patient, key: uuid.UUID) -> RecordNumber:
    return get_object_or_404(patient.numbers.select_related("patient"), pk=key)


def team_row_of(patient: Patient, key: uuid.UUID) -> CareTeam:
    return get_object_or_404(patient.team.select_related("patient", "user"), pk=key)


def consent_of(patient: Patient, key: uuid.UUID) -> Consent:
    return get_object_or_404(patient.consents.select_related("patient"), pk=key)


def other_record(user: User, key: uuid.UUID) -> Patient:
    """Another record of the same clinic: one to join to. 404 where it is not visible."""
    return get_object_or_404(Patient.objects.visible_to(user), pk=key)


class Listed(NamedTuple):
    """What a list says of a patient, by the names of the patient's own columns, and the numbers
    as issuer and number, oldest first, those of joined records among them."""

    pk: uuid.UUID
    family_name: str
    given_names: str
    preferred_name: str
    born: date
    phone: str
    care_setting: str
    restricted: bool
    died_on: date | None
    died_told_by: str
    transferred_to: str
    transfer_accepted_on: date | None
    numbers: str

    @property
    def joined_to(self) -> None:
        """A list holds nobody's joined record."""


@dataclass(frozen=True)
class Found:
    """One page of those who are found; `more` where there are more than `count`, and nobody
    counted how many. Then `follows` says whether another page comes."""

    rows: tuple[Listed, ...]
    number: int
    count: int
    more: bool = False
    follows: bool = False

    @property
    def start(self) -> int:
        return (self.number - 1) * PAGE + 1 if self.count else 0

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1 if self.rows else 0

    @property
    def newer(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        return self.number + 1 if self.follows or self.number * PAGE < self.count else None


def find(user: User, text: str = "", *, mine: bool = False, page: int | str = 1) -> Found:
    """Patients by parts of names in any order, birth date, record number or phone; those whose
    record changed last first. A joined record is found as the one that it is joined to.

    Three queries at most, and one more where joined records are met.
    """
    if not text.strip():
        return _all(user, page, mine=mine)
    sought = _sought(text)
    if not mine and _is_shared(user, sought):
        return _walked(user, sought, _number(page), mine=mine)
    keys = _found(user, sought, mine=mine)
    if keys is None:
        return _walked(user, sought, _number(page), mine=mine, at_least=MOST)
    shown = Paginator(range(len(keys)), PAGE).get_page(page)
    first = max(shown.start_index() - 1, 0)
    return Found(_in_order(keys[first : first + PAGE]), shown.number, len(keys))


def _number(page: int | str) -> int:
    typed = str(page)[:9]
    number = int(typed) if typed.isascii() and typed.isdigit() else 1
    return min(max(number, 1), _LAST_PAGE)


def _all(user: User, page: int | str, *, mine: bool) -> Found:
    """A page of everybody. They are counted up to `MOST`; further pages come one by one."""
    if page == "1" and (first_page := _first(user, mine=mine)) is not None:
        return first_page
    rows = _of_list(user, mine=mine)
    count = rows[: MOST + 1].count()
    if count > MOST:
        first = (_number(page) - 1) * PAGE
        some = _listed(rows[first : first + PAGE + 1])
        if some:
            return Found(some[:PAGE], first // PAGE + 1, MOST, more=True, follows=len(some) > PAGE)
    shown = Paginator(range(min(count, MOST)), PAGE).get_page(page)
    first = max(shown.start_index() - 1, 0)
    some = _listed(rows[first : first + PAGE])
    return Found(some, shown.number, min(count, MOST), more=count > MOST)


def _first(user: User, *, mine: bool) -> Found | None:
    """The page that is opened most, in one statement: None where nobody is on it."""
    if user.membership is None:
        return None
    rights = rights_of(user.membership)

    def made(marks: Values) -> QuerySet[Patient, tuple[Any, ...]]:
        rows = _of_list(asker(marks.keys["user"], marks.keys["clinic"], rights), mine=mine)
        counted = RowsOf(rows.order_by().values("pk")[: MOST + 1])
        return _columns(rows.annotate(counted=counted), "counted")[:PAGE]

    asked = about(now=timezone.now(), user=user.pk, clinic=user.membership.clinic_id)
    found = list(_kept_list.tuples((rights, mine), asked, made))
    if not found:
        return None
    count: int = found[0][-1]
    more = count > MOST
    listed = tuple(Listed._make(row[:-1]) for row in found)
    return Found(listed, 1, min(count, MOST), more=more, follows=more)


def _columns(rows: PatientQuerySet, *more: str) -> QuerySet[Patient, tuple[Any, ...]]:
    """In the order of `Listed`."""
    head = OuterRef(OuterRef("pk"))
    # One list of records, each by an index: for "theirs, or of one of these" PostgreSQL reads every
    # number there is, once for each patient of the page.
    theirs = Patient.objects.filter(Q(pk=head) | Q(joined_to=head)).values("pk")
    numbers = RecordNumber.objects.filter(patient__in=theirs, withdrawn_at=None).order_by(
        "recorded_at", "pk"
    )
    listed = TextsOf(numbers.values_list("issuer", "number"))
    return rows.annotate(listed_numbers=listed).values_list(
        *Listed._fields[:-1], "listed_numbers", *more
    )


def _listed(rows: PatientQuerySet) -> tuple[Listed, ...]:
    return tuple(Listed._make(row) for row in _columns(rows))


def suggested(user: User, text: str) -> list[Patient]:
    """The few that the list below the search shows while one types, found as `find` finds them;
    those whose record changed last where nothing is typed yet. Four queries, one for numbers."""
    rows = _of_list(user).prefetch_related("numbers")
    if not text.strip():
        return list(rows[:SUGGESTED])
    sought = _sought(text)
    keys = None if _is_shared(user, sought) else _found(user, sought)
    if keys is None:
        visible, values = Patient.objects.visible_to(user), (sought.words, sought.days)
        beside = visible if sought.leading(visible, *values).exists() else None
        return list(sought.walking(rows, *values, beside=beside)[:SUGGESTED])
    few = [_key(key) for key in keys[:SUGGESTED]]
    by_key = Patient.objects.in_bulk(few)
    found = [by_key[key] for key in few if key in by_key]
    prefetch_related_objects(found, "numbers")
    return found


def _of_list(user: User, *, mine: bool = False) -> PatientQuerySet:
    rows = Patient.objects.visible_to(user).standing().order_by("-changed_at", "pk")
    return rows.cared_for_by(user) if mine else rows


def _found(user: User, sought: _Sought, *, mine: bool = False) -> list[Any] | None:
    """The keys of those who are asked for, or to whom a record is joined that is asked for, as the
    database keeps them; those whose record changed last first. None where they are more than
    `MOST`: nobody reads so many, and a database that stops there answers a single letter as soon
    as a whole name."""
    if sought.nothing or user.membership is None:
        return []
    rights = rights_of(user.membership)

    def made(marks: Values) -> QuerySet[Patient, tuple[Any, ...]]:
        asker_ = asker(marks.keys["user"], marks.keys["clinic"], rights)
        visible = Patient.objects.visible_to(asker_)
        if mine:
            # Theirs are few: of each the words are asked.
            team = CareTeam.objects.filter(user=asker_, until=None).order_by().values("patient")
            joined = Patient.objects.filter(joined_to__in=team).order_by().values("pk")
            hit = sought.having(visible, marks.words, marks.days).filter(
                pk__in=team.union(joined, all=True)
            )
        else:
            hit = sought.of(visible, marks.words, marks.days)
        return hit.values_list(AsKept("changed_at"), "pk", "joined_to")[: MOST + 1]

    asked = sought.by(user, user.membership.clinic_id)
    found = sought.kept_in(_kept_hits).raw((rights, mine, sought.shape), asked, made)
    if len(found) > MOST:
        return None
    heads = {head for _at, _key, head in found if head is not None}
    standing = {(at, key) for at, key, head in found if head is None}
    if heads:
        joined = _of_list(user, mine=mine).filter(pk__in=heads)
        standing |= set(_as_kept(joined.values_list(AsKept("changed_at"), "pk").order_by()))
    by_key = sorted(standing, key=itemgetter(1))
    return [key for _at, key in sorted(by_key, key=itemgetter(0), reverse=True)]


def _as_kept(rows: QuerySet[Any, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """As the database keeps them: of a thousand rows fifty are shown, and only theirs are read
    as keys and moments."""
    try:
        text, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _key(kept: Any) -> uuid.UUID:
    return kept if isinstance(kept, uuid.UUID) else uuid.UUID(kept)


def _in_order(kept: Sequence[Any]) -> tuple[Listed, ...]:
    """Of keys that were found among the visible ones."""
    keys = [_key(key) for key in kept]

    def made(marks: Values) -> QuerySet[Patient, tuple[Any, ...]]:
        return _columns(Patient.objects.filter(pk__in=list(marks.keys.values())))

    if not keys:
        return ()
    named = about({f"patient{n}": key for n, key in enumerate(keys)})
    rows = {row[0]: Listed._make(row) for row in _kept_found.tuples(len(keys), named, made)}
    return tuple(rows[key] for key in keys if key in rows)


def _is_shared(user: User, sought: _Sought) -> bool:
    """Whether one word is asked for that more than `SHARED` records have, whoever may see those:
    to read each of them, from as many places of the table, takes longer than to walk the list."""
    if len(sought.shapes) != 1 or sought.days or user.membership is None:
        return False

    def made(marks: Values) -> QuerySet[Clinic, tuple[Any, ...]]:
        found = sought.shapes[0].rows(marks.words["word0"], marks.words.get("phone0", ""))
        counted = RowsOf(found.values("patient_key")[: SHARED + 1])
        return Clinic.objects.filter(pk=marks.keys["clinic"]).values_list(counted)

    asked = sought.by(user, user.membership.clinic_id)
    ((count,),) = _kept_shared.raw(sought.shape, asked, made)
    return bool(count > SHARED)


def _walked(user: User, sought: _Sought, number: int, *, mine: bool, at_least: int = 0) -> Found:
    """Of very many, a page of those whose record changed last. Nobody counts them: it is known
    that there are `at_least` so many, and whether a page follows."""
    first = (number - 1) * PAGE
    rows, led = _met(user, sought, first, mine=mine, beside=False)
    # Whether joined records lead to others too, the rows say. Where there are none, nobody did.
    if led or not rows:
        rows, _led = _met(user, sought, first, mine=mine, beside=True)
    if number > 1 and not rows:
        return _walked(user, sought, 1, mine=mine, at_least=at_least)
    follows, end = len(rows) > PAGE, first + min(len(rows), PAGE)
    return Found(
        tuple(rows[:PAGE]),
        number,
        max(end, at_least) if follows else end,
        more=follows,
        follows=follows,
    )


def _met(
    user: User, sought: _Sought, first: int, *, mine: bool, beside: bool
) -> tuple[list[Listed], bool]:
    """A page and one more, and whether a joined record leads to somebody else; `beside`: with
    whom it leads to."""
    if user.membership is None:
        return [], False
    rights = rights_of(user.membership)

    def made(marks: Values) -> QuerySet[Patient, tuple[Any, ...]]:
        asker_ = asker(marks.keys["user"], marks.keys["clinic"], rights)
        rows, visible = _of_list(asker_, mine=mine), Patient.objects.visible_to(asker_)
        led = Exists(sought.leading(visible, marks.words, marks.days))
        met = sought.walking(
            rows.annotate(led=led), marks.words, marks.days, beside=visible if beside else None
        )
        return _columns(met, "led")[first : first + PAGE + 1]

    kept, asked = sought.kept_in(_kept_common), sought.by(user, user.membership.clinic_id)
    found = list(kept.tuples((rights, mine, beside, first, sought.shape), asked, made))
    return [Listed._make(row[:-1]) for row in found], bool(found and found[0][-1])


def hits(visible: PatientQuerySet, text: str) -> PatientQuerySet:
    sought = _sought(text)
    if sought.nothing:
        return visible.none()
    return sought.of(visible, sought.words, sought.days)


@dataclass(frozen=True)
class _WordShape:
    """What a word may be. A name that begins so; with `number` also a record number that holds
    it; in digits alone also a phone or a year of birth. `common`: most patients have a number
    that holds so little. `letter`: a single one."""

    number: bool
    phone: bool
    year: bool
    common: bool
    letter: bool

    @property
    def everywhere(self) -> bool:
        return self.common or self.letter

    def rows(self, word: str, without_noughts: str) -> QuerySet[SearchWord]:
        found = Q(kind=searching.NAME, word__begins=word)
        if self.number:
            found |= Q(kind=searching.NUMBER, word__begins=word)
        if self.phone:
            found |= Q(kind=searching.PHONE, word__begins=without_noughts)
        if self.year:
            found |= Q(kind=searching.YEAR, word=word)
        return SearchWord.objects.filter(found)


@dataclass(frozen=True)
class _Sought:
    """What is asked for: every word, and one of the days. The statement hangs on the shapes, and
    not on what was typed."""

    shapes: tuple[_WordShape, ...]
    words: Mapping[str, str]
    days: Mapping[str, date]

    @property
    def nothing(self) -> bool:
        return not self.shapes and not self.days

    @property
    def shape(self) -> tuple[tuple[_WordShape, ...], int]:
        return self.shapes, len(self.days)

    def by(self, user: User, clinic: uuid.UUID) -> Values:
        keys = {"user": user.pk, "clinic": clinic}
        return Values(keys, timezone.localdate(), timezone.now(), self.words, self.days)

    def kept_in(self, kept: Kept) -> Kept:
        """Statements for many words are written for once."""
        return kept if len(self.shapes) <= _FEW else Kept()

    def of(
        self, visible: PatientQuerySet, words: Mapping[str, str], days: Mapping[str, date]
    ) -> PatientQuerySet:
        """Those who are found, by the index of words."""
        return visible.filter(self._every(words, days, "pk", lambda shape: not shape.common))

    def having(
        self, visible: PatientQuerySet, words: Mapping[str, str], days: Mapping[str, date]
    ) -> PatientQuerySet:
        """The same, where others than the words say whom to look at: each asks for its own."""
        return visible.filter(self._every(words, days, "pk", lambda _shape: False))

    def walking(
        self,
        ordered: PatientQuerySet,
        words: Mapping[str, str],
        days: Mapping[str, date],
        beside: PatientQuerySet | None = None,
    ) -> PatientQuerySet:
        """The same, met one by one in the order of the list: for words so common that a page of
        them is met soon. Keys that a word names are listed once, but for a single letter, which
        names half of everybody. `beside`: and those to whom one of these is joined."""
        ordered = ordered.alias(walked=AsKept("pk"))
        met = self._every(words, days, "walked", lambda shape: not shape.everywhere)
        if beside is not None:
            met |= Q(walked__in=self.leading(beside, words, days).values("joined_to"))
        return ordered.filter(met)

    def leading(
        self, visible: PatientQuerySet, words: Mapping[str, str], days: Mapping[str, date]
    ) -> PatientQuerySet:
        """The joined records among those who are found. They are few, and each asks for its own
        words: so written that SQLite begins with them and not with everybody of the clinic."""
        seen = Exists(visible.filter(pk=OuterRef("pk")))
        named = self._every(words, days, "pk", lambda _shape: False)
        return Patient.objects.filter(named, seen, joined_to__isnull=False)

    def _every(
        self,
        words: Mapping[str, str],
        days: Mapping[str, date],
        key: str,
        listed: Callable[[_WordShape], bool],
    ) -> Q:
        every = Q(born__in=list(days.values())) if days else Q()
        for place, shape in enumerate(self.shapes):
            found = shape.rows(words[f"word{place}"], words.get(f"phone{place}", ""))
            if listed(shape):
                every &= Q(**{f"{key}__in": found.values("patient_key")})
            else:
                every &= Q(Exists(found.filter(patient_key=OuterRef("pk"))))
        return every


def _sought(text: str) -> _Sought:
    asked = wanted(text)
    number = any(letter.isdigit() for word in asked.words for letter in word)
    shapes, words = [], {}
    for place, typed in enumerate(asked.words):
        digits_alone = typed.isdigit()
        phone = digits_alone and typed.isascii()
        word = words[f"word{place}"] = typed[: searching.LONGEST]
        if phone:
            words[f"phone{place}"] = word.lstrip("0") or word
        common = digits_alone and len(typed.lstrip("0")) < _FEW
        shapes.append(
            _WordShape(number, phone, phone and len(word) == _YEAR, common, len(word) == 1)
        )
    days = {f"day{place}": day for place, day in enumerate(asked.days)}
    return _Sought(tuple(shapes), words, days)


def others(user: User, patient: Patient, text: str) -> list[Patient]:
    """Records that may be joined to this one, with their numbers: what was searched for, or
    those that may be of the same person."""
    if text.strip():
        rows = hits(Patient.objects.visible_to(user), text).standing()
        return list(
            rows.exclude(pk=patient.pk)
            .prefetch_related("numbers")
            .order_by("-changed_at", "pk")[:PAGE]
        )
    identity = Identity(patient.family_name, patient.given_names, patient.born, phone=patient.phone)
    return [one for one in possible_duplicates(patient.clinic, identity) if one.pk != patient.pk]


def clinicians(clinic: Clinic) -> list[tuple[str, str]]:
    """Key and name of everybody who treats patients here, by name. One query."""
    rows = (
        Membership.objects.standing()
        .filter(Q(prescriber=True) | Q(monitor=True), clinic=clinic)
        .select_related("user")
        .order_by("user__name")
    )
    return [(str(row.user_id), row.user.name) for row in rows]


def prescribers(clinic: Clinic) -> list[tuple[str, str]]:
    """Key and name of everybody who signs plans here, by name. One query."""
    rows = (
        Membership.objects.standing()
        .filter(prescriber=True, clinic=clinic)
        .select_related("user")
        .order_by("user__name")
    )
    return [(str(row.user_id), row.user.name) for row in rows]


def clinician(clinic: Clinic, key: str) -> User:
    rows = Membership.objects.standing().filter(clinic=clinic).select_related("user")
    return get_object_or_404(rows, user=key).user


def is_registered(clinic: Clinic, key: uuid.UUID) -> bool:
    """Whether this form's record stands already."""
    return Patient.objects.filter(clinic=clinic, pk=key).exists()


def searched(request: ClinicianRequest, found: int) -> None:
    """A search shows names: the trail keeps that it was made and how many it found."""
    detail = {"found": str(found)}
    if not journal.record_read(Verb.SEARCHED, detail=detail, by=request.user):
        request.journalled = True


def holder_of(clinic: Clinic, issuer: str, number: str) -> Patient | None:
    """Whose record number this is already."""
    row = (
        RecordNumber.objects.select_related("patient")
        .filter(
            clinic=clinic,
            issuer_search=squeezed(issuer)[:240],
            number_search=squeezed(number)[:120],
            withdrawn_at=None,
        )
        .first()
    )
    return row.patient if row else None


def possible_duplicates(
    clinic: Clinic, identity: Identity, numbers: Sequence[tuple[str, str]] = ()
) -> tuple[Patient, ...]:
    """Records that may be of the same person: the same birth date and a similar name, the same
    full name, the same phone, or the same number from another issuer. One query."""
    phone = digits(identity.phone)
    names = folded(f"{identity.family_name} {identity.given_names}").split()
    asked = Q(born=identity.born)
    for name in folded(identity.family_name).split()[:4]:
        asked |= Q(name_search__contains=f" {name}")
    if len(phone) >= 6:
        asked |= Q(phone_search__endswith=phone.lstrip("0")[-6:])
    wanted_numbers = [squeezed(number) for _issuer, number in numbers]
    if wanted_numbers:
        rows = RecordNumber.objects.filter(
            patient=OuterRef("pk"), number_search__in=wanted_numbers, withdrawn_at=None
        )
        asked |= Q(Exists(rows))
    candidates = (
        Patient.objects.filter(clinic=clinic, joined_to=None, restricted=False, archived_at=None)
        .filter(asked)
        .prefetch_related("numbers")
        .order_by("-changed_at", "pk")[:_LONGEST_OUTLINE]
    )
    return tuple(
        patient
        for patient in candidates
        if _may_be(patient, identity, names, phone, wanted_numbers)
    )[:10]


def _may_be(
    patient: Patient, identity: Identity, names: list[str], phone: str, numbers: list[str]
) -> bool:
    theirs = patient.name_search.split()
    if patient.born == identity.born and alike(names, theirs):
        return True
    if set(names) <= set(theirs):
        return True
    if phone and same_phone(phone, patient.phone_search):
        return True
    return any(
        row.number_search in numbers for row in patient.numbers.all() if row.withdrawn_at is None
    )
