"""Rota, hours, deputies and pager by their real pages: what is refused, and who is told."""

from __future__ import annotations

import html
import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from taperplan import tokens
from taperplan.accounts import actions
from taperplan.accounts.ladder import Standing
from taperplan.accounts.models import Absence, Clinic, Ladder, Membership, Rung, User, Webhook, Week
from taperplan.formats import NBSP
from tests.doors import Client

pytestmark = pytest.mark.django_db
# A Monday, 11:00 in Berlin.
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
EVERY_DAY = [str(day) for day in range(7)]


def week(
    by: User, *lines: dict[str, Any], number: int = 0, purpose: str = "week"
) -> dict[str, Any]:
    form: dict[str, Any] = {"number": str(number), "token": tokens.issue(by, purpose)}
    for place, line in enumerate(lines, start=1):
        whole = {"begins": "", "ends": "", **line}
        form |= {f"{name}_{place}": value for name, value in whole.items()}
    return form


def words(answer: Any) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).replace(NBSP, " ")


def told_now(clinic: Clinic, now: datetime = NOW) -> list[str]:
    return [to.address for rung in Standing(clinic, now).rungs for to in rung.to]


def on_the_rota(clinic: Clinic, ada: User) -> None:
    rung = actions.RungTyped(Rung.Who.ROTA, 5)
    actions.write_ladder(clinic=clinic, token=uuid.uuid4(), number=0, rungs=[rung], now=NOW, by=ada)


def test_a_rota_with_an_hour_that_nobody_has_is_refused_and_stays_typed(
    clinic: Clinic, ada: User, theo: User, clare: User, ada_client: Client
) -> None:
    page = reverse("accounts:rota")
    day = {"days": EVERY_DAY, "begins": "08:00", "ends": "18:00", "person": str(theo.pk)}
    night = {"days": EVERY_DAY[:6], "begins": "18:00", "ends": "08:00", "person": str(clare.pk)}
    answer = ada_client.post(page, week(ada, day, night))
    assert answer.status_code == 200
    # Sunday night, and so the morning of Monday.
    assert "Mon" in words(answer)
    assert "nobody" in words(answer).casefold()
    assert not Week.objects.exists()
    assert 'value="18:00"' in answer.content.decode()

    assert ada_client.post(page, week(ada, day, {**night, "days": EVERY_DAY})).status_code == 302
    on_the_rota(clinic, ada)
    assert told_now(clinic) == [theo.email]
    assert told_now(clinic, NOW.replace(hour=20)) == [clare.email]
    shown = ada_client.get(page).content.decode()
    assert shown.count("checked") == 14


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"days": ["0"], "begins": "", "ends": "08:00"}, "Type this, or take the days"),
        ({"begins": "08:00", "ends": "09:00"}, "Choose the days of this line."),
        ({"days": ["0"], "begins": "25:00", "ends": "08:00"}, "25:00"),
        ({"days": ["0"], "begins": "8", "ends": "٩:00"}, "٩:00"),
        ({"days": ["7"], "begins": "08:00", "ends": "09:00"}, "7"),
        ({"days": ["0"], "begins": "08:00", "ends": "09:00", "person": "nobody"}, "from the list"),
        ({}, "Type at least one line."),
    ],
)
def test_a_line_of_the_rota_that_makes_no_sense_is_refused(
    clinic: Clinic, ada: User, theo: User, ada_client: Client, line: dict[str, Any], sentence: str
) -> None:
    typed = {**({"person": str(theo.pk)} if line else {}), **line}
    answer = ada_client.post(reverse("accounts:rota"), week(ada, typed))
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert not Week.objects.exists()


def test_a_second_administrator_is_shown_what_the_first_has_saved_meanwhile(
    clinic: Clinic, ada: User, ada_client: Client
) -> None:
    page = reverse("accounts:notice-hours")
    open_now = {"days": EVERY_DAY[:5], "begins": "09:00", "ends": "17:00"}
    assert ada_client.post(page, week(ada, open_now)).status_code == 302
    late = ada_client.post(page, week(ada, {**open_now, "ends": "12:00"}))
    assert late.status_code == 409
    assert Week.objects.count() == 1
    # What was typed stands, to be looked at beside the other.
    assert 'value="12:00"' in late.content.decode()


def absence(by: User, **more: str) -> dict[str, str]:
    days = {"first_day": ("23", "11", "2026"), "last_day": ("27", "11", "2026")}
    form = {
        f"{name}_{place}": part for name, parts in days.items() for place, part in enumerate(parts)
    }
    return {**form, "token": tokens.issue(by, "absence"), **more}


def test_a_deputy_is_told_in_the_place_of_whoever_is_away_and_no_longer_once_ended(
    clinic: Clinic, ada: User, theo: User, clare: User, theo_client: Client, ada_client: Client
) -> None:
    actions.write_ladder(
        clinic=clinic, token=uuid.uuid4(), number=0, rungs=[(theo, 5)], now=NOW, by=ada
    )
    page = reverse("accounts:deputies")
    # Who is away is the person who writes it: no other can be named.
    form = absence(theo, deputy=str(clare.pk), person=str(clare.pk))
    for _twice in range(2):
        assert theo_client.post(page, form).status_code == 302
    row = Absence.objects.get()
    assert (row.person, row.deputy) == (theo, clare)
    assert told_now(clinic) == [clare.email]
    assert told_now(clinic, NOW.replace(day=28)) == [theo.email]
    # A deputy who is away too and names nobody who is there: better the person than nobody.
    Membership.objects.filter(user=clare).update(deactivated_at=NOW)
    assert told_now(clinic) == [theo.email]
    Membership.objects.filter(user=clare).update(deactivated_at=None)

    assert ada_client.post(reverse("accounts:end-absence", args=[row.pk])).status_code == 302
    assert told_now(clinic) == [theo.email]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"deputy": "self"}, "Choose somebody else as deputy."),
        ({"deputy": "ada"}, "Choose somebody from the list."),
        ({"deputy": ""}, "required"),
        ({"last_day_0": "20"}, "The last day lies before the first one."),
        ({"last_day_0": "31"}, "31"),
        ({"first_day_1": ""}, "Type the month too."),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused_and_stays_typed(
    clinic: Clinic, ada: User, theo: User, clare: User, theo_client: Client,
    typed: dict[str, str], sentence: str,
) -> None:  # fmt: skip
    people = {"self": str(theo.pk), "ada": str(ada.pk)}
    form = absence(theo, **{"deputy": str(clare.pk), **typed})
    form["deputy"] = people.get(form["deputy"], form["deputy"])
    answer = theo_client.post(reverse("accounts:deputies"), form)
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert 'value="2026"' in answer.content.decode()
    assert not Absence.objects.exists()


def test_an_address_that_no_pager_has_is_refused_and_stays_typed(
    clinic: Clinic, ada: User, ada_client: Client
) -> None:
    refused = {
        "ftp://pager.example/": "begins with https://",
        "pager.example": "begins with https://",
        "https://": "begins with https://",
        "https://name:word@pager.example/": "Leave name and password out",
    }
    for typed, sentence in refused.items():
        form = {"number": "0", "token": tokens.issue(ada, "pager"), "url": typed}
        answer = ada_client.post(reverse("accounts:pager"), form)
        assert answer.status_code == 200
        assert sentence in words(answer), typed
        assert f'value="{typed}"' in answer.content.decode()
    assert not Webhook.objects.exists()


def test_a_pager_s_secret_is_shown_to_administrators_and_a_rung_keeps_its_pager(
    clinic: Clinic, ada: User, theo: User, ada_client: Client, theo_client: Client
) -> None:
    page = reverse("accounts:pager")
    form = {"number": "0", "token": tokens.issue(ada, "pager"), "url": "https://pager.example/x"}
    assert ada_client.post(page, form).status_code == 302
    secret = Webhook.objects.get().shown_secret
    assert secret in ada_client.get(page).content.decode()
    assert theo_client.get(page).status_code == 403
    rung = actions.RungTyped(Rung.Who.PERSON, 5, channel=Rung.Channel.WEBHOOK, person=theo)
    actions.write_ladder(clinic=clinic, token=uuid.uuid4(), number=0, rungs=[rung], now=NOW, by=ada)
    gone = {"number": "1", "token": tokens.issue(ada, "pager"), "url": ""}
    answer = ada_client.post(page, gone)
    assert "A rung of the ladder uses the pager." in words(answer)
    assert Webhook.objects.count() == 1


def test_a_ladder_of_leavers_is_refused_when_it_is_typed(
    clinic: Clinic, ada: User, theo: User, ada_client: Client
) -> None:
    Membership.objects.filter(user=theo).update(deactivated_at=NOW)
    form = {"number": "0", "token": tokens.issue(ada, "ladder")}
    form |= {"person_1": str(theo.pk), "minutes_1": "10"}
    answer = ada_client.post(reverse("accounts:ladder"), form)
    assert "Choose somebody from the list." in words(answer)
    assert not Ladder.objects.exists()
