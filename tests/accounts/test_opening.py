"""The checklist, and opening for patients."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from plans.rules import redflags
from taperplan import tokens
from taperplan.accounts import actions, checklist
from taperplan.accounts.checklist import Snapshot
from taperplan.accounts.models import (
    Absence,
    Clinic,
    Confirmation,
    Ladder,
    LevelSet,
    ProtocolText,
    Rung,
    TestAcknowledgement,
    TestMessage,
    TimeLimits,
    User,
    Webhook,
    Week,
    WeekSpan,
)
from taperplan.accounts.models.protocol import LOWERABLE
from taperplan.accounts.refusals import DiffersError, NotDoneError
from taperplan.accounts.snapshot import take
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.conftest import person
from tests.doors import Client

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
Kind = ProtocolText.Kind
COMPLETE = Snapshot(
    protocol_owner=True,
    levels_confirmed=True,
    emergency_text_confirmed=True,
    same_day_text_confirmed=True,
    texts_unconfirmed=0,
    people_on_ladder=2,
    time_limits=True,
    test_acknowledged=True,
    emergency_number=True,
    out_of_hours_number=True,
    crisis_number=True,
)


@pytest.fixture
def closed(clinic: Clinic) -> Clinic:
    """A clinic that has not opened, with no number typed."""
    Clinic.objects.filter(pk=clinic.pk).update(
        opened_at=None, opened_by=None, emergency="", out_of_hours="", crisis=""
    )
    clinic.refresh_from_db()
    return clinic


def write(
    clinic: Clinic, by: User, kind: str = "emergency", text: str = "Call.", number: int = 0
) -> ProtocolText:
    return actions.write_text(
        clinic=clinic,
        token=uuid.uuid4(),
        kind=Kind(kind),
        number=number,
        text=text,
        now=NOW,
        by=by,
    )


def ladder(clinic: Clinic, by: User, *people: User, number: int = 0) -> Ladder:
    return actions.write_ladder(
        clinic=clinic,
        token=uuid.uuid4(),
        number=number,
        rungs=[(one, 10) for one in people],
        now=NOW,
        by=by,
    )


def make_ready(clinic: Clinic, ada: User, clare: User, theo: User) -> None:
    for kind in (Kind.EMERGENCY, Kind.SAME_DAY):
        actions.confirm_text(text=write(clinic, ada, kind), now=NOW, by=clare)
    levels = actions.write_levels(
        clinic=clinic, token=uuid.uuid4(), number=0, same_day=["abrupt_stop"], now=NOW, by=ada
    )
    actions.confirm_levels(levels=levels, now=NOW, by=clare)
    ladder(clinic, ada, clare, theo)
    actions.write_time_limits(
        clinic=clinic, token=uuid.uuid4(), number=0, emergency=15, same_day=240, now=NOW, by=ada
    )
    sent = actions.send_test(clinic=clinic, token=uuid.uuid4(), to=theo, now=NOW, by=ada)
    actions.acknowledge_test(message=sent, now=NOW, by=theo)
    actions.amend_clinic(
        clinic=clinic,
        revision=clinic.revision,
        changes={"emergency": "555-0199", "out_of_hours": "555-0100", "crisis": "555-0188"},
        by=ada,
    )


# --- The checklist ------------------------------------------------------------------------


def test_a_complete_clinic_misses_nothing() -> None:
    assert checklist.missing(COMPLETE) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"protocol_owner": False}, "no prescriber is the protocol owner"),
        ({"levels_confirmed": False}, "the levels of symptoms are not confirmed"),
        ({"emergency_text_confirmed": False}, "emergency red flag is not confirmed"),
        ({"same_day_text_confirmed": False}, "same-day red flag is not confirmed"),
        ({"texts_unconfirmed": 1}, "a text was written and not confirmed"),
        ({"people_on_ladder": 1}, "fewer than two people"),
        ({"time_limits": False}, "the time limits of both levels are not typed"),
        ({"test_acknowledged": False}, "no test message was acknowledged"),
        ({"emergency_number": False}, "the emergency number is not typed"),
        ({"out_of_hours_number": False}, "the out-of-hours number is not typed"),
        ({"crisis_number": False}, "the number of the crisis line is not typed"),
    ],
)
def test_each_line_is_missed_by_itself(change: dict[str, Any], words: str) -> None:
    (line,) = checklist.missing(dataclasses.replace(COMPLETE, **change))

    assert words in line.missing


def test_a_new_clinic_misses_everything_but_what_nobody_wrote() -> None:
    assert len(checklist.lines(Snapshot())) == 11
    assert len(checklist.missing(Snapshot())) == 10


def test_a_clinic_opens_when_every_line_is_done(
    closed: Clinic, ada: User, clare: User, theo: User, ada_client: Client
) -> None:
    page = reverse("accounts:open-clinic")
    answer = ada_client.post(page, follow=True).content.decode()
    assert "Not yet: " in answer
    closed.refresh_from_db()
    assert not closed.open_for_patients

    make_ready(closed, ada, clare, theo)
    closed.refresh_from_db()
    assert take(closed) == COMPLETE
    ada_client.post(page)

    closed.refresh_from_db()
    assert closed.open_for_patients
    assert closed.opened_by == ada
    assert AuditEvent.objects.filter(verb=Verb.CLINIC_OPENED).count() == 1


def test_the_demo_is_always_open(closed: Clinic) -> None:
    closed.demo = True

    assert closed.open_for_patients


def test_the_snapshot_costs_the_same_however_much_was_written(
    closed: Clinic, ada: User, clare: User, theo: User, django_assert_num_queries: Any
) -> None:
    make_ready(closed, ada, clare, theo)
    for number in range(1, 9):
        write(closed, ada, text=f"Call {number}.", number=number)
    with django_assert_num_queries(9, exact=False):
        take(closed)


def test_somebody_who_left_no_longer_counts_on_the_ladder(
    closed: Clinic, ada: User, clare: User, theo: User
) -> None:
    make_ready(closed, ada, clare, theo)
    actions.deactivate(membership=theo.memberships.get(), now=NOW, by=ada)
    closed.refresh_from_db()

    words = {line.missing for line in checklist.missing(take(closed))}
    assert words == {
        "fewer than two people stand on the escalation ladder",
        "no test message was acknowledged by somebody on the ladder",
    }
    assert [one for one, _minutes in Ladder.objects.standing_rungs(closed)] == [clare]


# --- Texts --------------------------------------------------------------------------------


def test_a_text_is_in_force_once_it_is_confirmed(closed: Clinic, ada: User, clare: User) -> None:
    first = write(closed, ada)
    assert list(ProtocolText.objects.in_force(closed)) == []

    actions.confirm_text(text=first, now=NOW, by=clare)
    second = write(closed, ada, text="Call twice.", number=1)

    assert list(ProtocolText.objects.in_force(closed)) == [first]
    assert list(ProtocolText.objects.newest(closed)) == [second]


@pytest.mark.parametrize("who", ["ada", "theo", "sam"])
def test_only_the_protocol_owner_of_the_clinic_confirms(
    closed: Clinic, ada: User, theo: User, sam: User, who: str
) -> None:
    text = write(closed, ada)

    with pytest.raises(NotDoneError, match="Only the protocol owner"):
        actions.confirm_text(text=text, now=NOW, by={"ada": ada, "theo": theo, "sam": sam}[who])


def test_a_wording_that_was_changed_meanwhile_is_not_confirmed(
    closed: Clinic, ada: User, clare: User
) -> None:
    read = write(closed, ada)
    write(closed, ada, text="Call twice.", number=1)

    with pytest.raises(NotDoneError, match="Read it again"):
        actions.confirm_text(text=read, now=NOW, by=clare)


def test_confirming_twice_is_once(closed: Clinic, ada: User, clare: User) -> None:
    text = write(closed, ada)
    for _time in range(2):
        actions.confirm_text(text=text, now=NOW, by=clare)

    assert Confirmation.objects.count() == 1


def test_two_who_write_at_once_see_both(closed: Clinic, ada: User) -> None:
    write(closed, ada, text="Theirs.")

    with pytest.raises(DiffersError) as differs:
        write(closed, ada, text="Ours.")
    (line,) = differs.value.differences
    assert (line.stands, line.sent) == ("Theirs.", "Ours.")
    assert ProtocolText.objects.count() == 1


def test_writing_and_confirming_by_the_real_forms(
    closed: Clinic, ada: User, clare: User, ada_client: Client, clare_client: Client
) -> None:
    page = reverse("accounts:text", args=["emergency"])
    form = {"text": "Call.\nStay.", "number": 0, "token": tokens.issue(ada, "clinic-text")}
    for _time in range(2):
        assert ada_client.post(page, form)["Location"] == reverse("accounts:texts")
    text = ProtocolText.objects.get()
    confirm = reverse("accounts:confirm-text", args=[text.pk])
    assert ada_client.post(confirm).status_code == 403
    assert "Confirm this wording" in clare_client.get(reverse("accounts:texts")).content.decode()

    clare_client.post(confirm)

    assert text.confirmation.confirmed_by == clare
    assert "in force" in ada_client.get(reverse("accounts:texts")).content.decode()


def test_a_stale_text_form_shows_both_and_chooses_neither(
    closed: Clinic, ada: User, ada_client: Client
) -> None:
    page = reverse("accounts:text", args=["emergency"])
    form = {"text": "Ours.", "number": 0, "token": tokens.issue(ada, "clinic-text")}
    write(closed, ada, text="Theirs.")

    shown = ada_client.post(page, form)
    assert shown.status_code == 409
    body = shown.content.decode()
    assert "Theirs." in body
    assert "Ours." in body
    again = {**form, "number": 1, "differs": ["all"]}
    assert ada_client.post(page, again).status_code == 409
    assert ProtocolText.objects.count() == 1
    assert ada_client.post(page, {**again, "keep_all": "theirs"}).status_code == 302
    assert ProtocolText.objects.count() == 1
    assert ada_client.post(page, {**again, "keep_all": "yours"}).status_code == 302
    assert ProtocolText.objects.newest(closed).get().text == "Ours."


@pytest.mark.parametrize("typed", ["", "   ", "a\0b", "x" * 8001])
def test_a_text_that_cannot_be_kept_is_refused(
    closed: Clinic, ada: User, ada_client: Client, typed: str
) -> None:
    form = {"text": typed, "number": 0, "token": tokens.issue(ada, "clinic-text")}

    answer = ada_client.post(reverse("accounts:text", args=["emergency"]), form)
    assert answer.status_code == 200
    assert not ProtocolText.objects.exists()


def test_another_clinics_text_is_out_of_reach(
    closed: Clinic, ada: User, sam_client: Client
) -> None:
    text = write(closed, ada)

    assert sam_client.post(reverse("accounts:confirm-text", args=[text.pk])).status_code == 404


# --- Levels -------------------------------------------------------------------------------


def test_only_two_items_can_be_lowered_and_the_catalogue_agrees() -> None:
    assert set(LOWERABLE) == set(redflags.LOWERABLE)


def test_what_is_always_an_emergency_cannot_be_written_down(closed: Clinic, ada: User) -> None:
    with pytest.raises(ValueError, match="always an emergency"):
        actions.write_levels(
            clinic=closed, token=uuid.uuid4(), number=0, same_day=["seizure"], now=NOW, by=ada
        )


def test_no_level_is_chosen_beforehand(closed: Clinic, ada_client: Client) -> None:
    assert "checked" not in ada_client.get(reverse("accounts:levels")).content.decode()


def test_levels_by_the_real_forms(
    closed: Clinic, ada: User, ada_client: Client, clare_client: Client
) -> None:
    page = reverse("accounts:levels")
    form = {"number": 0, "token": tokens.issue(ada, "levels"), "suicidal_thoughts": "emergency"}
    assert ada_client.post(page, form).status_code == 200, "one item has no level yet"
    assert ada_client.post(page, {**form, "abrupt_stop": "same_day"}).status_code == 302
    levels = LevelSet.objects.get()
    assert levels.same_day == ["abrupt_stop"]
    assert LevelSet.objects.in_force(closed) is None

    clare_client.post(reverse("accounts:confirm-levels", args=[levels.pk]))

    assert LevelSet.objects.in_force(closed) == levels
    assert clare_client.post(page, {**form, "abrupt_stop": "emergency"}).status_code == 403
    assert LevelSet.objects.count() == 1, "the protocol owner confirms and does not write"


# --- Ladder, limits, test message ---------------------------------------------------------


def test_nothing_of_the_ladder_is_set_beforehand(closed: Clinic, ada_client: Client) -> None:
    body = ada_client.get(reverse("accounts:ladder")).content.decode()

    for name in ("minutes_1", "emergency_minutes", "same_day_minutes"):
        (field,) = [part for part in body.split("<input ") if f'name="{name}"' in part]
        tag = field.split(">")[0]
        assert not any(word in tag for word in ("value=", "placeholder", "min=", "max=", "list="))


def test_a_ladder_by_the_real_form(
    closed: Clinic, ada: User, clare: User, theo: User, ada_client: Client
) -> None:
    page = reverse("accounts:ladder")
    form = {
        "number": 0,
        "token": tokens.issue(ada, "ladder"),
        "person_1": str(theo.pk),
        "minutes_1": "10",
        "person_3": str(clare.pk),
        "minutes_3": "20",
    }
    for _time in range(2):
        assert ada_client.post(page, form).status_code == 302

    assert Ladder.objects.standing_rungs(closed) == [(theo, 10), (clare, 20)]
    assert Ladder.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"minutes_1": ""}, "Type the minutes for this rung."),
        ({"minutes_1": "0"}, "Type at least 1 minute."),
        ({"minutes_1": "1,5"}, "1,5 has a comma."),
        ({"minutes_1": "-1"}, "-1"),
        ({"minutes_1": "1e400"}, "1e400"),
        ({"minutes_1": "٣"}, "٣"),
        ({"person_1": "", "minutes_1": "10"}, "Choose who stands on this rung."),
        ({"person_2": "same", "minutes_2": "5"}, "Each person stands on one rung."),
        ({"person_1": "nobody"}, "Choose somebody from the list."),
        ({"person_1": "", "minutes_1": ""}, "Put at least one person on the ladder."),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused_and_stays_typed(
    closed: Clinic, ada: User, theo: User, ada_client: Client, typed: dict[str, str], sentence: str
) -> None:
    form = {"number": "0", "token": tokens.issue(ada, "ladder")}
    form |= {"person_1": str(theo.pk), "minutes_1": "10", **typed}
    form |= {name: str(theo.pk) for name, value in form.items() if value == "same"}

    answer = ada_client.post(reverse("accounts:ladder"), form)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Ladder.objects.exists()


def test_an_administrator_without_a_clinical_role_stands_on_no_rung(
    closed: Clinic, ada: User, sam: User
) -> None:
    for stranger in (ada, sam):
        with pytest.raises(NotDoneError, match="who can act on a red flag"):
            ladder(closed, ada, stranger)


def test_two_ladders_at_once_show_both(closed: Clinic, ada: User, clare: User, theo: User) -> None:
    ladder(closed, ada, clare)

    with pytest.raises(DiffersError) as differs:
        ladder(closed, ada, theo)
    (line,) = differs.value.differences
    assert line.stands == "Clare Exampleton, by email, 10 min"
    assert line.sent == "Theo Mocksen, by email, 10 min"


def test_time_limits_by_the_real_form(closed: Clinic, ada: User, ada_client: Client) -> None:
    page = reverse("accounts:time-limits")
    form = {
        "number": 0,
        "token": tokens.issue(ada, "time-limits"),
        "emergency_minutes": "15",
        "same_day_minutes": "",
    }
    assert "Nothing is typed here yet." in ada_client.post(page, form).content.decode()
    form["same_day_minutes"] = "240"
    assert ada_client.post(page, form).status_code == 302
    stale = {**form, "emergency_minutes": "30", "token": tokens.issue(ada, "time-limits")}
    assert ada_client.post(page, stale).status_code == 409

    assert TimeLimits.objects.get().emergency_minutes == 15


def test_a_test_message_is_answered_by_whom_it_was_sent_to(
    closed: Clinic,
    ada: User,
    theo: User,
    ada_client: Client,
    theo_client: Client,
    clare_client: Client,
) -> None:
    ladder(closed, ada, theo)
    form = {"to": str(theo.pk), "token": tokens.issue(ada, "test-message")}
    for _time in range(2):
        assert ada_client.post(reverse("accounts:send-test"), form).status_code == 302
    message = TestMessage.objects.get()
    page = reverse("accounts:test-message", args=[message.pk])
    assert page in theo_client.get(reverse("accounts:me")).content.decode()

    assert theo_client.get(page).status_code == 200
    assert not TestAcknowledgement.objects.exists(), "opening acknowledges nothing"
    for somebody_else in (clare_client, ada_client):
        assert somebody_else.post(page).status_code == 404
    for _time in range(2):
        assert theo_client.post(page).status_code == 302

    assert TestAcknowledgement.objects.get().by == theo
    assert page not in theo_client.get(reverse("accounts:me")).content.decode()


def test_a_test_message_goes_to_somebody_on_the_ladder(closed: Clinic, ada: User) -> None:
    off = person("Olaf Off", closed, monitor=True)

    with pytest.raises(NotDoneError, match="somebody on the ladder"):
        actions.send_test(clinic=closed, token=uuid.uuid4(), to=off, now=NOW, by=ada)


# --- Numbers and hours --------------------------------------------------------------------


def numbers(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    kept = ("name", "telephone", "hours", "out_of_hours", "emergency", "crisis", "time_zone")
    return {
        **{name: getattr(clinic, name) for name in kept},
        "paper": clinic.paper,
        "clock": clinic.clock,
        "week_begins": clinic.week_begins,
        "file_title": clinic.file_title,
        "revision": clinic.revision,
        **changes,
    }


def test_numbers_are_kept_with_who_changed_them(
    clinic: Clinic, ada: User, ada_client: Client
) -> None:
    page = reverse("accounts:numbers")

    assert ada_client.post(page, numbers(clinic, crisis="+49 30 555-0100")).status_code == 302

    clinic.refresh_from_db()
    assert clinic.crisis == "+49 30 555-0100"
    newest = clinic.history.first()
    assert newest is not None
    assert newest.history_user == ada
    assert AuditEvent.objects.get(verb=Verb.CLINIC_AMENDED).detail == '{"fields": "crisis"}'


def test_two_who_change_different_numbers_lose_neither(
    clinic: Clinic, ada: User, ada_client: Client
) -> None:
    page = reverse("accounts:numbers")
    first, second = numbers(clinic, crisis="555-0001"), numbers(clinic, telephone="555-0002")
    ada_client.post(page, first)

    shown = ada_client.post(page, second)

    assert shown.status_code == 409
    assert 'name="keep_crisis"' in shown.content.decode()
    settled = {**second, "revision": 2, "differs": ["crisis", "telephone"]}
    settled |= {"keep_crisis": "theirs", "keep_telephone": "yours"}
    assert ada_client.post(page, settled).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.crisis, clinic.telephone) == ("555-0001", "555-0002")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("telephone", "call us"),
        ("time_zone", "Mars/Olympus"),
        ("paper", "A5"),
        ("clock", "13"),
        ("week_begins", "friday"),
        ("file_title", "number"),
        ("name", ""),
        ("hours", "x" * 201),
    ],
)
def test_a_number_that_is_none_is_refused(
    clinic: Clinic, ada_client: Client, field: str, typed: str
) -> None:
    answer = ada_client.post(reverse("accounts:numbers"), numbers(clinic, **{field: typed}))

    assert answer.status_code == 200
    clinic.refresh_from_db()
    assert clinic.revision == 1


def test_whether_it_is_a_demo_or_open_is_nobodys_to_type(
    closed: Clinic, ada_client: Client
) -> None:
    ada_client.post(reverse("accounts:numbers"), numbers(closed, demo="on", opened_at="2026-01-01"))

    closed.refresh_from_db()
    assert not closed.open_for_patients


# --- What the database refuses ------------------------------------------------------------


def test_the_database_refuses_nonsense_about_the_clinic(
    closed: Clinic, ada: User, clare: User
) -> None:
    text, stamp = write(closed, ada), {"written_at": NOW, "written_by": ada}
    levels = LevelSet.objects.create(clinic=closed, number=1, same_day=[], **stamp)
    stands = ladder(closed, ada, clare)
    open_ladder = {
        "ladder_id": uuid.uuid4(),
        "who": "person",
        "person": clare,
        "channel": "email",
        "minutes": 5,
        "position": 1,
    }
    week = {"id": uuid.uuid4(), "clinic": closed, "kind": "rota", "number": 1, **stamp}
    span = {"week_id": week["id"], "position": 1, "days": 1, "begins": "08:00", "ends": "17:00"}
    away = {"clinic": closed, "person": clare, "first_day": NOW.date(), **stamp}
    refused: list[tuple[Any, dict[str, Any]]] = [
        (Clinic, {"name": "", "time_zone": "UTC"}),  # clinic_has_a_name
        (Clinic, {"name": "x", "time_zone": "UTC", "opened_at": NOW}),  # clinic_opened_by_somebody
        # protocol_text_numbered_once, protocol_text_says_something
        (ProtocolText, {"clinic": closed, "kind": "emergency", "number": 1, "text": "x", **stamp}),
        (ProtocolText, {"clinic": closed, "kind": "same_day", "number": 1, "text": "", **stamp}),
        # level_set_numbered_once, ladder_numbered_once
        (LevelSet, {"clinic": closed, "number": 1, **stamp}),
        (Ladder, {"clinic": closed, "number": 1, **stamp}),
        # confirmation_of_one_thing
        (Confirmation, {"confirmed_at": NOW, "confirmed_by": clare}),
        (
            Confirmation,
            {"text": text, "levels": levels, "confirmed_at": NOW, "confirmed_by": clare},
        ),
        # rung_minutes_typed
        (Rung, {**open_ladder, "minutes": 0}),
        # rung_names_whom, rung_channel_known
        (Rung, {**open_ladder, "person": None}),
        (Rung, {**open_ladder, "who": "rota"}),
        (Rung, {**open_ladder, "who": "shared", "person": None}),
        (Rung, {**open_ladder, "channel": "pigeon"}),
        # week_span_has_a_day
        (WeekSpan, {**span, "days": 0}),
        (WeekSpan, {**span, "days": 128}),
        # absence_deputy_is_another, absence_ends_after_it_begins
        (Absence, {**away, "deputy": clare, "last_day": NOW.date()}),
        (Absence, {**away, "deputy": ada, "last_day": NOW.date() - timedelta(days=1)}),
        # time_limits_typed
        (
            TimeLimits,
            {
                "clinic": closed,
                "number": 1,
                "emergency_minutes": 0,
                "same_day_minutes": 1,
                **stamp,
            },
        ),
    ]
    for model, values in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**values)
    for twice in ({"position": 1, "person": ada}, {"position": 2, "person": clare}):
        # rung_position_once, rung_person_once
        with pytest.raises(IntegrityError), transaction.atomic():
            Rung.objects.bulk_create([Rung(**open_ladder), Rung(**{**open_ladder, **twice})])
    # week_span_position_once, week_numbered_once, webhook_numbered_once
    with pytest.raises(IntegrityError), transaction.atomic():
        WeekSpan.objects.bulk_create([WeekSpan(**span), WeekSpan(**span)])
    for model, values in ((Week, week), (Webhook, {"clinic": closed, "number": 1, **stamp})):
        model.objects.create(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**{**values, "id": uuid.uuid4()})
    limits = {"clinic": closed, "number": 7, "emergency_minutes": 1, "same_day_minutes": 1}
    TimeLimits.objects.create(**limits, **stamp)
    with pytest.raises(IntegrityError), transaction.atomic():  # time_limits_numbered_once
        TimeLimits.objects.create(**limits, **stamp)
    with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
        Rung.objects.create(
            ladder=stands, position=9, who="person", person=ada, channel="email", minutes=5
        )
    with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
        WeekSpan.objects.create(**span)


def test_what_was_written_is_never_rewritten(closed: Clinic, ada: User) -> None:
    text = write(closed, ada)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ProtocolText.objects.filter(pk=text.pk).update(text="Something else.")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        text.delete()
