"""A statement whose text is kept says what the same statement, made afresh, would say."""

from __future__ import annotations

import gc
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import F, OuterRef, Subquery
from django.db.models.sql.query import Query

from taperplan import kept
from taperplan.accounts.models import Clinic, Membership, User
from taperplan.kept import Kept, Values

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from pytest_django import DjangoAssertNumQueries

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def values(clinic: Clinic, *, now: datetime = NOW) -> Values:
    return Values({"clinic": clinic.pk}, TODAY, now)


def opened_before(asked: Values) -> QuerySet[Any, dict[str, Any]]:
    """A clinic, if it opened more than an hour ago."""
    since = asked.now - timedelta(hours=1)
    found: Any = Clinic.objects.filter(pk=asked.keys["clinic"], opened_at__lt=since)
    return found.values("pk", "name", "opened_at")  # type: ignore[no-any-return]


def test_values_are_put_into_a_text_that_was_made_for_somebody_else(
    clinic: Clinic, other_clinic: Clinic
) -> None:
    question = Kept()
    made: list[Values] = []

    def make(asked: Values) -> QuerySet[Any, dict[str, Any]]:
        made.append(asked)
        return opened_before(asked)

    assert list(question.rows("anybody", values(other_clinic), make)) == []
    (row,) = question.rows("anybody", values(clinic), make)

    # Keys and moments come back as what they are, not as the engine writes them.
    assert row == {"pk": clinic.pk, "name": clinic.name, "opened_at": clinic.opened_at}
    assert clinic.opened_at is not None
    early = values(clinic, now=clinic.opened_at + timedelta(minutes=59))
    assert list(question.rows("anybody", early, make)) == []
    late = values(clinic, now=clinic.opened_at + timedelta(minutes=61))
    assert len(list(question.rows("anybody", late, make))) == 1
    # Made once, and for nobody.
    assert len(made) == 1
    assert made[0].keys["clinic"] not in (clinic.pk, other_clinic.pk)


def test_each_sort_of_asker_has_a_text_of_its_own(clinic: Clinic) -> None:
    question = Kept()

    def nothing(asked: Values) -> QuerySet[Any, dict[str, Any]]:
        return opened_before(asked).filter(name="")

    assert len(list(question.rows("all", values(clinic), opened_before))) == 1
    assert list(question.rows("none", values(clinic), nothing)) == []


def test_asking_is_one_statement(
    clinic: Clinic, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    question = Kept()
    for _ in range(2):
        with django_assert_num_queries(1):
            list(question.rows("anybody", values(clinic), opened_before))


@pytest.mark.parametrize(
    "own",
    [
        lambda clinic: {"pk": clinic.pk},
        lambda _: {"opened_at__lt": datetime(2026, 1, 5, 9, tzinfo=UTC)},
        lambda _: {"opened_at__date__lt": TODAY},
    ],
    ids=["a key", "a moment", "a day"],
)
def test_a_value_of_the_first_asker_is_refused(clinic: Clinic, own: Any) -> None:
    """Or everybody after them would be answered with it."""

    def make(_: Values) -> QuerySet[Any, dict[str, Any]]:
        found: Any = Clinic.objects.filter(**own(clinic))
        return found.values("pk")  # type: ignore[no-any-return]

    with pytest.raises(ValueError, match="none of its marks"):
        Kept().rows("anybody", values(clinic), make)


def test_the_time_that_a_query_reads_for_itself_is_put_in_anew(clinic: Clinic) -> None:
    person = User.objects.create_user(email="p@northfield.example", name="Pia Probe")
    person.last_seen = NOW
    person.save()

    def seen_before_now(asked: Values) -> QuerySet[Any, dict[str, Any]]:
        found: Any = User.objects.filter(pk=asked.keys["person"], last_seen__lt=kept.now())
        return found.values("pk")  # type: ignore[no-any-return]

    question = Kept()

    def found(now: datetime) -> int:
        keys = {"person": person.pk}
        return len(list(question.rows("", Values(keys, TODAY, now), seen_before_now)))

    assert [found(NOW + timedelta(seconds=1)), found(NOW - timedelta(seconds=1))] == [1, 0]


def test_a_day_keeps_its_distance_from_today(clinic: Clinic) -> None:
    question = Kept()

    def opened_on_or_after_tomorrow(asked: Values) -> QuerySet[Any, dict[str, Any]]:
        day = asked.today + timedelta(days=1)
        found: Any = Clinic.objects.filter(pk=asked.keys["clinic"], opened_at__date__gte=day)
        return found.values("pk")  # type: ignore[no-any-return]

    def found(today: date) -> int:
        asked = Values({"clinic": clinic.pk}, today, NOW)
        return len(list(question.rows("", asked, opened_on_or_after_tomorrow)))

    assert [found(date(2026, 1, 4)), found(date(2026, 1, 5))] == [1, 0]


def test_objects_come_with_what_the_query_adds_to_them(
    clinic: Clinic, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = User.objects.create_user(email="q@northfield.example", name="Quinn Probe")
    Membership.objects.create(user=person, clinic=clinic, monitor=True)

    def made(asked: Values) -> QuerySet[Membership]:
        rows = Membership.objects.filter(user=asked.keys["person"]).select_related("clinic")
        return rows.annotate(called=F("user__name")).order_by("pk")[:1]

    question = Kept()
    for _ in range(2):
        with django_assert_num_queries(1):
            (found,) = question.objects("", kept.about(person=person.pk), made)
            named = found.clinic.name, found.called  # type: ignore[attr-defined]
        assert (named, found.monitor) == ((clinic.name, "Quinn Probe"), True)
        # It is a row of its own, and may be written.
        found.save()


def test_rows_come_in_the_order_in_which_they_are_named(clinic: Clinic) -> None:
    def made(asked: Values) -> QuerySet[Clinic, tuple[Any, ...]]:
        return Clinic.objects.filter(pk=asked.keys["clinic"]).values_list("name", "pk")

    assert list(Kept().tuples("", kept.about(clinic=clinic.pk), made)) == [(clinic.name, clinic.pk)]


def test_what_nobody_can_be_shown_is_not_asked(
    clinic: Clinic, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    question = Kept()
    for _ in range(2):
        with django_assert_num_queries(0):
            asked = kept.about(clinic=clinic.pk)
            assert question.objects("", asked, lambda _: Clinic.objects.none()) == []
            assert list(question.tuples("", asked, lambda _: Clinic.objects.none())) == []


def test_a_kept_statement_does_not_hold_the_query_that_it_was_made_from(clinic: Clinic) -> None:
    """A large one is megabytes, and each sort of asker has one of their own."""

    def made(asked: Values) -> QuerySet[Any, dict[str, Any]]:
        people = User.objects.filter(memberships__clinic=OuterRef("pk")).order_by("name")
        rows: Any = Clinic.objects.filter(pk=asked.keys["clinic"]).annotate(
            first=Subquery(people.values("name")[:1])
        )
        return rows.values("name", "first")  # type: ignore[no-any-return]

    question = Kept()
    before = _queries_held()
    for _ in range(2):
        (row,) = question.rows("", kept.about(clinic=clinic.pk), made)
        assert row == {"name": clinic.name, "first": None}

    assert _queries_held() == before


def _queries_held() -> int:
    gc.collect()
    return sum(type(one) is Query for one in gc.get_objects())
