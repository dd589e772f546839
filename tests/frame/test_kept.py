"""A kept statement answers as the query that it was made from, with each request's own values."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models import BooleanField, DecimalField, F, Q, Value
from django.utils import timezone

from patients.models import Patient, RecordNumber
from taperplan import kept
from taperplan.counting import TextsOf, texts_of
from tests.factories import PatientFactory, RecordNumberFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from taperplan.accounts.models import Clinic, User

ODD = ("it's", '"quoted"', "100 %s", "%(clinic)s %%", "a\\b", "", "?", ":named")


class Seen:
    """What went to the database."""

    def __init__(self) -> None:
        self.made: list[tuple[str, Any]] = []

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.made.append((sql, params))
        return execute(sql, params, many, context)


def people(clinic: uuid.UUID) -> QuerySet[Patient]:
    return Patient.objects.filter(clinic=clinic).order_by("family_name", "pk")


@pytest.mark.parametrize("odd", ODD)
def test_what_never_changes_is_said_as_it_is(clinic: Clinic, odd: str) -> None:
    for name in (odd or "Sample", "Other"):
        PatientFactory(clinic=clinic, family_name=name, died=name == "Other")

    def asked(values: kept.Values) -> Any:
        return (
            people(values.keys["clinic"])
            .filter(Q(family_name=odd) | Q(died_on=None, restricted=False))
            .annotate(
                text=Value(odd), minus=Value(-1), plus=F("revision") - Value(-2),
                yes=Value(True, output_field=BooleanField()),
                exact=Value(Decimal("1.50"), output_field=DecimalField(decimal_places=2)),
                one=Value(1),
            )
        )  # fmt: skip

    columns = (
        "pk", "family_name", "born", "restricted", "text", "minus", "plus", "yes", "exact", "one",
    )  # fmt: skip
    now = kept.about(clinic=clinic.pk)
    known = kept.Kept()
    for _again in range(2):
        found = list(known.rows("r", now, lambda marks: asked(marks).values(*columns)))
        assert found == list(asked(now).values(*columns))
        tuples = list(known.tuples("t", now, lambda marks: asked(marks).values_list(*columns)))
        assert tuples == list(asked(now).values_list(*columns))
        (patient,) = known.objects("o", now, lambda marks: asked(marks).select_related("clinic"))
        (same,) = asked(now)
        assert vars(patient).keys() - vars(same).keys() == set()
        assert {name: getattr(patient, name) for name in columns} == found[0]
        assert patient.clinic == clinic


def test_a_value_is_handed_over_once_and_everything_else_is_written_out(
    clinic: Clinic, clare: User
) -> None:
    PatientFactory(clinic=clinic)
    known, seen = kept.Kept(), Seen()

    def asked(marks: kept.Values) -> Any:
        return Patient.objects.visible_to(clare).filter(clinic=marks.keys["clinic"])

    # Whoever asks is no mark here, so the query is refused and not kept for everybody.
    with pytest.raises(ValueError, match="none of its marks"):
        known.objects("", kept.about(clinic=clinic.pk), asked)

    def marked(marks: kept.Values) -> Any:
        rows = people(marks.keys["clinic"]).filter(care_setting__in=["", "home", "residential"])
        return rows.filter(Q(registered_by__memberships__clinic=marks.keys["clinic"]))

    with connection.execute_wrapper(seen):
        known.objects("", kept.about(clinic=clinic.pk), marked)
    ((text, values),) = seen.made
    assert len(values) == 1
    assert text.count("%(p0)s") == 2
    assert "'residential'" in text


def test_words_and_days_that_somebody_typed_stay_out_of_the_text(clinic: Clinic) -> None:
    sample = PatientFactory(clinic=clinic, family_name="Sample")
    other = PatientFactory(clinic=clinic, family_name="Oth'er %s", born="1970-04-03")
    known, seen = kept.Kept(), Seen()

    def asked(values: kept.Values) -> Any:
        rows = Patient.objects.filter(clinic=values.keys["clinic"], born=values.days["born"])
        return rows.filter(family_name__begins=values.words["family"]).values_list("pk")

    for patient in (sample, other):
        patient.refresh_from_db()
    with connection.execute_wrapper(seen):
        for patient, typed in ((sample, "Sam"), (other, "Oth'er")):
            values = kept.Values(
                {"clinic": clinic.pk}, timezone.localdate(), timezone.now(),
                {"family": typed}, {"born": patient.born},
            )  # fmt: skip
            assert list(known.tuples("", values, asked)) == [(patient.pk,)]
    first, second = seen.made
    assert first[0] == second[0]
    assert "Sam" not in first[0]
    assert first[1] != second[1]


def test_time_is_the_request_s_own(clinic: Clinic) -> None:
    now = timezone.now()
    PatientFactory(clinic=clinic, family_name="New", changed_at=now - timedelta(hours=1))
    PatientFactory(clinic=clinic, family_name="Old", changed_at=now - timedelta(days=9))
    known = kept.Kept()

    def asked(values: kept.Values) -> Any:
        rows = Patient.objects.filter(changed_at__gt=values.now - timedelta(days=1))
        return rows.filter(born__lt=values.today).values_list("family_name")

    def names(days: int) -> list[str]:
        at = now - timedelta(days=days)
        values = kept.Values({}, at.date(), at)
        return sorted(name for (name,) in known.tuples("", values, asked))

    assert names(0) == ["New"]
    assert names(9) == ["New", "Old"]


def test_rows_are_changed_as_the_query_changes_them(clinic: Clinic, clare: User) -> None:
    begun = timezone.now() - timedelta(days=30)
    ours, theirs, nobodys = (PatientFactory(clinic=clinic, changed_at=begun) for _n in range(3))
    known, seen = kept.Kept(), Seen()

    def asked(values: kept.Values) -> Any:
        rows = Patient.objects.filter(
            pk=values.keys["who"], changed_at__lte=values.moments["before"]
        )
        died = values.days.get("died")
        changes: dict[str, Any] = {"changed_at": values.moments["at"], "died_on": died}
        changes |= {"died_told_by": "it's %s" if died else "", "registered_by": values.keys["by"]}
        return rows, changes

    for days, who in ((40, ours), (50, ours), (60, ours)):
        values = kept.Values(
            {"who": who.pk, "by": clare.pk}, timezone.localdate(), timezone.now(),
            {}, {"died": date(2026, 1, days - 39)},
            {"before": begun + timedelta(days=days - 1), "at": begun + timedelta(days=days)},
        )  # fmt: skip
        with connection.execute_wrapper(seen):
            assert known.update("", values, asked) == 1
        rows, changes = asked(replace(values, keys={**values.keys, "who": theirs.pk}))
        assert rows.update(**changes) == 1
        ours.refresh_from_db()
        theirs.refresh_from_db()
        columns = ("changed_at", "died_on", "died_told_by", "registered_by_id")
        assert [getattr(ours, name) for name in columns] == [
            getattr(theirs, name) for name in columns
        ]
    too_late = replace(values, moments={**values.moments, "before": begun})
    assert known.update("", too_late, asked) == 0
    alive = replace(values, days={}, moments=dict.fromkeys(values.moments, values.moments["at"]))
    assert known.update("alive", alive, asked) == 1
    ours.refresh_from_db()
    assert ours.died_on is None
    assert len({text for text, _values in seen.made}) == 1
    nobodys.refresh_from_db()
    assert nobodys.changed_at == begun


def test_postgresql_plans_a_text_that_is_asked_again_once(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none where a pooler lends a connection for one transaction; SQLite keeps its own."""
    patient = PatientFactory(clinic=clinic, family_name="Sample")

    def asked_and_planned(mark: str) -> int:
        known, seen = kept.Kept(), Seen()
        with connection.execute_wrapper(seen):
            for _time in range(4):
                found = known.tuples("", kept.about(clinic=clinic.pk), asked(mark))
                assert list(found) == [(patient.pk, mark)]
        assert len(seen.made) == 4
        if connection.vendor == "sqlite":
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{mark}%"]
            )
            return int(cursor.fetchone()[0])

    def asked(mark: str) -> Any:
        return lambda values: (
            people(values.keys["clinic"]).annotate(m=Value(mark)).values_list("pk", "m")
        )

    assert asked_and_planned("planned once") == (connection.vendor == "postgresql")
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert asked_and_planned("planned anew") == 0


def test_no_more_sorts_are_kept_than_wanted(clinic: Clinic) -> None:
    known = kept.Kept(most=3)
    for sort in range(8):
        known.raw(sort, kept.about(clinic=clinic.pk), lambda marks: people(marks.keys["clinic"]))
        assert len(known._made) <= 3


def test_a_question_without_an_answer_asks_nothing(clinic: Clinic) -> None:
    known, seen = kept.Kept(), Seen()
    values = kept.about(clinic=clinic.pk)
    with connection.execute_wrapper(seen):
        for _again in range(2):
            assert known.objects("", values, lambda _marks: Patient.objects.filter(pk__in=[])) == []
    assert seen.made == []


def test_texts_within_texts_are_read_however_the_engine_hands_them_on() -> None:
    assert texts_of('[["a", 1]]') == texts_of([["a", 1]]) == [["a", 1]]
    assert texts_of(None) == texts_of("") == texts_of([]) == []


def test_texts_of_other_rows_come_in_their_order(clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic)
    for number, issuer in (("2", 'a"b'), ("1", "é\\"), ("3", "")):
        RecordNumberFactory(patient=patient, number=number, issuer=issuer)
    PatientFactory(clinic=clinic, family_name="Without")
    rows = RecordNumber.objects.filter(patient__family_name=patient.family_name)
    listed = TextsOf(rows.order_by("number").values_list("issuer", "number"))

    found = people(clinic.pk).annotate(listed=listed).values_list("family_name", "listed")
    texts = {name: texts_of(said) for name, said in found}
    assert texts[patient.family_name] == [["é\\", "1"], ['a"b', "2"], ["", "3"]]
    none = TextsOf(RecordNumber.objects.none().values_list("issuer"))
    assert texts_of(people(clinic.pk).values_list(none)[0][0]) == []
