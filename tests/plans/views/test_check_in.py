"""The pages of check-ins: typed, saved by itself, completed, listed, corrected."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from patients.models import Patient
from plans.models import CheckIn, CheckInDraft, EnteredInError, Escalation, MissedCheckIn, Request
from taperplan import tokens
from taperplan.accounts.models import Clinic, User
from taperplan.formats import NBSP
from tests.doors import Client
from tests.factories import AnswerFactory, PatientFactory
from tests.plans.signing import a_plan, published, sign
from tests.plans.typing import NOW, ROUTINE, SEIZURE, completed, keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_that_day() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1)):
        yield


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


def new_url(patient: Patient) -> str:
    return reverse("plans:check-in-new", kwargs={"patient": patient.pk})


def draft_url(key: uuid.UUID) -> str:
    return reverse("plans:check-in-edit", kwargs={"check_in_draft": key})


def token(patient: Patient, by: User) -> str:
    return tokens.issue(by, f"check-in:{patient.pk}")


def routine(**more: str) -> dict[str, str]:
    """A next date that is still to come, whenever the tests run."""
    return {**ROUTINE, "next_2": "2099", **more}


def test_a_new_check_in_has_nothing_chosen(theo_client: Client, otto: Patient) -> None:
    body = theo_client.get(new_url(otto)).content.decode()
    form = body[body.index('id="check-in"') :]
    checked = [part for part in form.split("<input")[1:] if " checked" in part.split(">")[0]]
    assert all('value=""' in part for part in checked)
    assert 'name="suicide" id="suicide_0" value="none">' in form
    assert not CheckInDraft.objects.exists()


def test_only_a_link_that_says_how_fills_a_box(theo_client: Client, otto: Patient) -> None:
    page = theo_client.get(new_url(otto), {"how": "phone", "s-seizure": "no", "decision": "hold"})
    assert page.context["draft"].answers == {"how": "phone"}


def test_the_first_saving_makes_the_draft_and_names_its_address(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    answer = theo_client.post(
        new_url(otto),
        {"token": token(otto, theo), "revision": "0", "note": "tired", "act": "save"},
        headers={"Accept": "application/json"},
    )
    told = answer.json()
    draft = CheckInDraft.objects.get()
    assert told["url"] == draft_url(draft.pk)
    assert told["revision"] == 1
    assert "6 safety questions" in told["complete"]


def test_a_confirmed_star_comes_back_with_the_bar(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    answer = theo_client.post(
        new_url(otto),
        {"token": token(otto, theo), "revision": "0", "act": "save", **SEIZURE},
        headers={"Accept": "application/json"},
    )
    told = answer.json()
    assert told["raised"] == ["seizure"]
    assert "Emergency red flag open: seizure recorded present" in told["bar"]
    assert Escalation.objects.get().is_open


def test_without_script_the_confirming_button_raises(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    answer = theo_client.post(
        new_url(otto),
        {"token": token(otto, theo), "revision": "0", "s-seizure": "yes", "confirm": "seizure"},
    )
    assert Escalation.objects.get().symptom == "seizure"
    assert answer["Location"] == f"{draft_url(CheckInDraft.objects.get().pk)}#row-seizure"


def test_confirming_what_is_not_answered_raises_nothing(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    theo_client.post(
        new_url(otto), {"token": token(otto, theo), "revision": "0", "confirm": "seizure"}
    )
    assert not Escalation.objects.exists()


def test_completing_without_script(theo_client: Client, otto: Patient, theo: User) -> None:
    answer = theo_client.post(
        new_url(otto), {**routine(), "token": token(otto, theo), "revision": "0", "act": "complete"}
    )
    check_in = CheckIn.objects.get()
    assert answer["Location"] == reverse("plans:check-in", kwargs={"check_in": check_in.pk})
    page = theo_client.get(answer["Location"]).content.decode()
    assert "Check-in at a visit" in page
    assert "Nothing was recorded present." in page


def test_discarding_a_draft_asks_nothing_and_is_undone_by_one_button(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    draft = keep(otto, theo, {"note": "half a page"}, now=timezone.now()).draft
    address = reverse("plans:check-in-edit", kwargs={"check_in_draft": draft.pk})

    told = theo_client.post(address, {"act": "discard", "revision": "1"}, follow=True)

    assert f'<form method="post" action="{address}">' in told.content.decode()
    assert 'name="act" value="undo"' in told.content.decode()
    back = theo_client.post(address, {"act": "undo"}, follow=True)
    assert back.request["PATH_INFO"] == address
    assert "half a page" in back.content.decode()
    assert CheckInDraft.objects.get().state == "open"


def test_what_is_missing_is_said_with_everything_still_typed(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    typed = {"v-pulse": "920", "next_0": "31", "next_1": "2", "next_2": "2099", "note": "<b>=1+1"}
    answer = theo_client.post(
        new_url(otto), {**typed, "token": token(otto, theo), "revision": "0", "act": "complete"}
    )
    body = answer.content.decode()
    assert "beyond what a body can show" in body
    assert 'value="920"' in body
    assert "&lt;b&gt;=1+1" in body
    assert 'id="error-summary"' in body
    assert not CheckIn.objects.exists()


def test_a_nul_in_a_note_is_kept_visible_and_refused(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    answer = theo_client.post(
        new_url(otto),
        {**routine(note="a\x00b"), "token": token(otto, theo), "revision": "0", "act": "complete"},
    )
    assert "cannot be shown" in answer.content.decode()
    assert "\x00" not in CheckInDraft.objects.get().answers["note"]


def test_what_is_no_box_is_not_kept(theo_client: Client, otto: Patient, theo: User) -> None:
    theo_client.post(
        new_url(otto),
        {
            "token": token(otto, theo),
            "revision": "0",
            "recorded_by": "somebody",
            "patient": "x",
            "s-nonsense": "yes",
            "suicide-also": "suicidal_thoughts",
            "note": "kept",
        },
    )
    assert CheckInDraft.objects.get().answers == {"note": "kept"}


def test_a_token_of_somebody_else_makes_nothing(
    theo_client: Client, otto: Patient, clare: User
) -> None:
    answer = theo_client.post(
        new_url(otto), {"token": token(otto, clare), "revision": "0", "note": "mine"}
    )
    assert not CheckInDraft.objects.exists()
    assert "mine" in answer.content.decode()


def test_eight_equal_posts_are_one_check_in_and_one_red_flag(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    form = {**routine(**SEIZURE), "token": token(otto, theo), "revision": "0", "act": "complete"}
    places = {theo_client.post(new_url(otto), form)["Location"] for _time in range(8)}
    assert len(places) == 1
    assert CheckIn.objects.count() == 1
    assert Escalation.objects.count() == 1


def test_a_stale_page_shows_both_sides_and_neither_is_chosen(
    theo_client: Client, otto: Patient, theo: User, clare: User
) -> None:
    draft = keep(otto, theo, {"note": "one"}).draft
    keep(otto, clare, {"note": "two"}, key=draft.pk, revision=1)
    body = theo_client.post(
        draft_url(draft.pk), {"revision": "1", "note": "three", "act": "save"}
    ).content.decode()
    assert "Clare Exampleton saved this check-in meanwhile" in body
    assert "two" in body
    assert 'name="mine-note" value="three"' in body
    assert 'id="keep_note_yours" value="yours" checked' not in body
    answer = theo_client.post(
        draft_url(draft.pk),
        {
            "revision": "2",
            "note": "two",
            "act": "save",
            "differing": "note",
            "mine-note": "three",
            "keep-note": "yours",
        },
    )
    assert answer.status_code == 302
    assert CheckInDraft.objects.get().answers["note"] == "three"


def test_the_script_is_told_of_somebody_elses_saving(
    theo_client: Client, otto: Patient, theo: User, clare: User
) -> None:
    draft = keep(otto, theo, {"note": "one"}).draft
    keep(otto, clare, {"note": "two"}, key=draft.pk, revision=1)
    answer = theo_client.post(
        draft_url(draft.pk),
        {"revision": "1", "note": "three"},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 409
    assert "Clare Exampleton saved" in answer.json()["differs"]


def test_a_raised_star_is_taken_back_with_a_reason(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    draft = keep(otto, theo, SEIZURE).draft
    theo_client.post(
        draft_url(draft.pk),
        {"revision": "1", **SEIZURE, "take_back": "seizure", "why-seizure": "wrong line"},
    )
    assert Escalation.objects.get().state == "entered in error"
    assert "s-seizure" not in CheckInDraft.objects.get().answers


def test_the_rest_names_the_stars_that_it_denies(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    body = theo_client.get(new_url(otto)).content.decode()
    assert "It denies these too:" in body
    for star in ("delirium", "psychosis or paranoia", "catatonia", "abrupt stop or ran out"):
        assert star in body


def test_last_times_symptoms_come_first_to_answer_again(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    completed(
        otto,
        theo,
        {**ROUTINE, "s-tremor": "present", "s-tremor-severity": "severe", "v-bp_lying": "132/80"},
    )
    page = theo_client.get(new_url(otto)).context["page"]
    (row,) = page.rows
    assert (row.key, row.last, row.answer.value) == ("tremor", "severe", "")
    assert page.last.counts == "1 present: 1 severe"
    assert "132/80" in page.last.vitals


def test_what_was_expected_stands_beside_what_was_taken(
    theo_client: Client, otto: Patient, clare: User
) -> None:
    schedule = published("A")
    sign(a_plan(otto, clare), schedule, clare, in_force_from=date(2020, 1, 1))
    page = theo_client.get(new_url(otto)).context["page"]
    (row,) = page.taken
    assert row.drug == schedule.drugs[0].name
    assert row.answer.value == ""


def test_no_box_of_a_figure_carries_a_value_nobody_typed(
    theo_client: Client, otto: Patient, clare: User
) -> None:
    sign(a_plan(otto, clare), published("A"), clare, in_force_from=date(2020, 1, 1))
    body = theo_client.get(new_url(otto)).content.decode()
    for part in body.split("<input")[1:]:
        box = part.split(">")[0]
        if 'inputmode="decimal"' in box:
            assert 'value=""' in box
            for word in (" min=", " max=", " step=", " list=", "placeholder", "number"):
                assert word not in box


def test_a_draft_of_another_clinic_is_unknown(
    sam_client: Client, otto: Patient, theo: User
) -> None:
    draft = keep(otto, theo, {"note": "ours"}).draft
    assert sam_client.get(draft_url(draft.pk)).status_code == 404
    assert sam_client.post(draft_url(draft.pk), {"note": "theirs"}).status_code == 404
    assert sam_client.get(new_url(otto)).status_code == 404


def test_a_completed_draft_leads_to_its_check_in(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    check_in = completed(otto, theo)
    answer = theo_client.get(draft_url(check_in.pk))
    assert answer["Location"] == reverse("plans:check-in", kwargs={"check_in": check_in.pk})


def test_correcting_keeps_both_readable(theo_client: Client, otto: Patient, theo: User) -> None:
    first = completed(otto, theo)
    page = theo_client.get(reverse("plans:check-in", kwargs={"check_in": first.pk}))
    answer = theo_client.post(
        reverse("plans:check-in-correct", kwargs={"check_in": first.pk}),
        {"token": page.context["correct"]["token"].value()},
    )
    draft = CheckInDraft.objects.get(corrects=first)
    assert answer["Location"] == draft_url(draft.pk)
    body = theo_client.get(answer["Location"]).content.decode()
    assert "Correct a check-in" in body
    theo_client.post(
        draft_url(draft.pk),
        {
            **draft.answers,
            "note": "pulse forgotten",
            "correction_reason": "left out",
            "revision": "1",
            "act": "complete",
        },
    )
    second = CheckIn.objects.get(supersedes=first)
    old = theo_client.get(reverse("plans:check-in", kwargs={"check_in": first.pk})).content.decode()
    assert "Superseded by a correction" in old
    new = theo_client.get(reverse("plans:check-in", kwargs={"check_in": second.pk}))
    assert "left out" in new.content.decode()


def test_the_right_patient_is_searched_for_and_then_chosen(
    theo_client: Client, otto: Patient, theo: User, clinic: Clinic
) -> None:
    zoe = PatientFactory(clinic=clinic, zoe=True)
    wrong = completed(otto, theo)
    url = reverse("plans:check-in-error", kwargs={"check_in": wrong.pk})
    form = theo_client.get(url).context["form"]
    typed = {"token": form["token"].value(), "text": "two tabs open", "search": "Fixture"}
    asked = theo_client.post(url, typed)
    assert not EnteredInError.objects.exists()
    assert "FIXTURE, Zoë" in asked.content.decode()
    answer = theo_client.post(url, {**typed, "right": str(zoe.pk)})
    draft = CheckInDraft.objects.get(patient=zoe)
    assert answer["Location"] == draft_url(draft.pk)


def test_a_missed_check_in_is_recorded(theo_client: Client, otto: Patient, theo: User) -> None:
    completed(otto, theo, {**ROUTINE, "next_0": "24", "next_1": "11", "next_2": "2026"})
    from plans.models import FollowUp

    FollowUp.objects.update(due_on=date(2020, 1, 2))
    url = reverse("plans:check-in-missed", kwargs={"patient": otto.pk})
    form = theo_client.get(url).context["form"]
    typed = {"token": form["token"].value(), "tried": "called twice"}
    without_date = theo_client.post(url, {**typed, "next_how": "phone"})
    assert "Type the date of the next check-in too." in without_date.content.decode()
    dated = {"next_on_0": "3", "next_on_1": "1", "next_on_2": "2099", "next_how": "phone"}
    theo_client.post(url, {**typed, **dated})
    assert MissedCheckIn.objects.get().tried == "called twice"
    assert FollowUp.objects.get().due_on == date(2099, 1, 3)
    page = theo_client.get(reverse("plans:check-ins", args=[otto.pk])).content.decode()
    page = page.replace(NBSP, " ")
    assert "Next check-in due on Sat 3 Jan 2099, by telephone." in page


def test_a_prescriber_declines_what_was_asked_for(
    clare_client: Client, theo_client: Client, otto: Patient, theo: User
) -> None:
    completed(otto, theo, {**ROUTINE, "decision": "hold", "decision_reason": "sleep worse"})
    url = reverse("plans:request-decline", kwargs={"asked": Request.objects.get().pk})
    assert theo_client.get(url).status_code == 403
    form = clare_client.get(url).context["form"]
    clare_client.post(url, {"token": form["token"].value(), "text": "seen today"})
    assert not Request.objects.unanswered().exists()


def test_a_call_that_is_no_check_in_is_a_contact(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    url = reverse("plans:contact-new", kwargs={"patient": otto.pk})
    form = theo_client.get(url).context["form"]
    theo_client.post(
        url,
        {
            "token": form["token"].value(),
            "how": "call",
            "with_whom": "Ingrid Sample",
            "about": "found him shaking",
            "symptom": "seizure",
        },
    )
    assert Escalation.objects.get().symptom == "seizure"


@pytest.mark.parametrize("many", [1, 10, 60])
def test_the_list_is_bounded_in_rows_and_statements(
    theo_client: Client,
    otto: Patient,
    theo: User,
    many: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _time in range(many):
        completed(otto, theo, {**ROUTINE, "s-tremor": "present", "s-tremor-severity": "mild"})
    url = reverse("plans:check-ins", kwargs={"patient": otto.pk})
    theo_client.get(url)
    with django_assert_max_num_queries(18):
        page = theo_client.get(url)
    assert len(page.context["list"].rows) == min(many, 25)


def test_a_scale_of_alcohol_or_opioids_is_offered_where_their_use_is_recorded(
    theo_client: Client, otto: Patient, theo: User
) -> None:
    url = reverse("plans:check-in-new", args=[otto.pk])
    page = theo_client.get(url).content.decode()
    assert ('value="PHQ-9"' in page, 'value="COWS"' in page, 'value="CIWA-Ar"' in page) == (
        True, False, False,
    )  # fmt: skip
    # Each with its version, total, date and rater.
    assert all(f'name="scale-1-{part}"' in page for part in ("version", "total", "on", "rater"))
    told = {"patient": otto, "recorded_by": theo, "item": "sedatives"}
    AnswerFactory(**told, answer="yes", detail="alcohol daily")
    page = theo_client.get(url).content.decode()
    assert 'value="COWS"' in page
    assert 'value="CIWA-Ar"' in page
    AnswerFactory(**told, answer="no")
    # What somebody has chosen already stays to be seen, whatever is answered since.
    draft = keep(otto, theo, {"scale-1": "CIWA-Ar", "scale-1-total": "9"}, now=timezone.now()).draft
    page = theo_client.get(draft_url(draft.pk)).content.decode()
    assert 'value="CIWA-Ar" selected' in page
    assert 'value="COWS"' not in page
