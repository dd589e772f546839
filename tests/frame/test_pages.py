"""The frame around every page, and the pages that are nothing but frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django import forms
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from taperplan import navigation, views
from tests import doors

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User

PURPOSE = (
    "taperplan records a schedule set by a clinician and adds up what was typed; it does not "
    "generate, convert or recommend doses."
)


def test_the_intended_purpose_stands_on_every_page(clare_client: Client) -> None:
    for address in ("/", "/help/", "/about/", "/accessibility/", "/components/", "/nowhere/"):
        assert PURPOSE in clare_client.get(address).content.decode(), address


def test_the_sign_in_page_says_what_it_does_and_does_not_do(db: None) -> None:
    page = Client().get("/account/sign-in/").content.decode()

    assert "Records a schedule set by a clinician" in page
    assert "It does not generate, convert or recommend doses." in page
    assert 'href="/verify/"' in page, "whoever holds a paper finds where to ask about it"


@pytest.mark.parametrize(
    ("who", "rooms"),
    [
        # Clare is the protocol owner: the clinic's texts wait for her there.
        ("clare", ["Worklist", "Patients", "Red flags", "Documents", "Clinic", "Help"]),
        ("theo", ["Worklist", "Patients", "Red flags", "Documents", "Help"]),
        ("ada", ["Accounts", "Clinic", "Symptoms", "Escalation", "Help"]),
        ("ole", ["Trail", "Help"]),
    ],
)
def test_the_top_bar_holds_the_rooms_of_a_persons_roles(
    who: str, rooms: list[str], request: pytest.FixtureRequest
) -> None:
    asking = RequestFactory().get("/")
    asking.user = request.getfixturevalue(who)

    assert [str(door.room.label) for door in navigation.doors(asking)] == rooms


def test_an_administrator_is_offered_no_patient(ada_client: Client) -> None:
    page = ada_client.get("/help/").content.decode()

    assert "/patients/" not in page
    assert "Worklist" not in page.split("<main")[0]


def test_the_current_room_is_marked(clare_client: Client) -> None:
    page = " ".join(clare_client.get("/patients/").content.decode().split())

    assert 'data-room="patients" aria-current="page"' in page
    assert page.count('data-room="worklist" aria-current') == 0


def test_a_demo_clinic_says_so_on_every_page(clinic: Clinic, clare: User) -> None:
    clinic.demo = True
    clinic.save()
    client = doors.signed_in(clare)

    for address in ("/", "/help/", "/patients/", "/nowhere/"):
        page = client.get(address, headers={"host": "localhost"}).content.decode()
        assert "Synthetic data" in page, address


def test_a_page_that_is_not_there_says_nothing_about_what_exists(clare_client: Client) -> None:
    unknown = clare_client.get("/patients/00000000-0000-4000-8000-000000000000/")
    nowhere = clare_client.get("/nowhere/")

    assert (unknown.status_code, nowhere.status_code) == (404, 404)
    assert "This page is not here" in unknown.content.decode()
    assert "00000000" not in unknown.content.decode()


def test_a_refused_page_says_whom_to_ask(ada_client: Client) -> None:
    response = ada_client.get("/patients/")

    assert response.status_code == 403
    assert "This page is not open to you" in response.content.decode()


def test_a_broken_page_stands_alone_and_leaks_nothing(rf: RequestFactory) -> None:
    """No context, no session, no user: what broke cannot break it too."""
    response = views.server_error(rf.get("/patients/?q=secret"))
    page = response.content.decode()

    assert response.status_code == 500
    assert "An open red flag does not wait for this page." in page
    assert "secret" not in page
    assert "{%" not in page


def test_a_form_of_an_earlier_session_is_refused_in_words(clare: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/account/sign-in/", {"login": clare.email, "password": "x"})

    assert response.status_code == 403
    assert "This form was from an earlier session" in response.content.decode()


def test_a_session_says_whose_it_is_and_nothing_else(clare: User, clare_client: Client) -> None:
    answer = clare_client.get("/session/").json()

    assert answer.pop("token")
    assert answer == {"user": str(clare.pk)}


def test_a_theme_is_a_setting_of_the_person(clare: User) -> None:
    assert 'data-bs-theme="system"' in Client().get("/about/").content.decode()
    clare.theme = "dark"
    clare.save()

    assert 'data-bs-theme="dark"' in doors.signed_in(clare).get("/").content.decode()


def test_nothing_of_a_page_is_kept_by_htmx(clare_client: Client) -> None:
    page = clare_client.get("/").content.decode()

    assert '"historyCacheSize":0' in page
    assert '"allowEval":false' in page
    assert '"selfRequestsOnly":true' in page


def test_single_letter_keys_are_off_for_whoever_switched_them_off(clare: User) -> None:
    clare.single_keys = False
    clare.save()

    assert "data-single-keys" not in doors.signed_in(clare).get("/").content.decode()


# --- errors of forms ------------------------------------------------------------------------------


class Wrong(forms.Form):
    name = forms.CharField(label="Family name")
    answer = forms.ChoiceField(
        label="Answer", widget=forms.RadioSelect, choices=[("y", "Yes"), ("n", "No")]
    )

    def clean(self) -> None:
        raise forms.ValidationError("The two do not fit together.")


def test_each_refusal_is_a_link_to_its_field_and_counts_in_the_title() -> None:
    form = Wrong({"name": "", "answer": ""})
    template = engines["django"].from_string(
        "{% load taperplan %}{% error_count as count %}{{ count }}|"
        '{% error_summary form before="it is saved" %}'
    )
    page = " ".join(template.render({"form": form}).split())

    assert page.startswith("3|")
    assert "3 things to mend before it is saved" in page
    assert 'role="alert" tabindex="-1"' in page
    assert '<a href="#id_name">Family name: This field is required.</a>' in page
    assert '<a href="#id_answer_0">Answer: This field is required.</a>' in page
    assert "<li>The two do not fit together.</li>" in page


def test_a_form_that_nobody_sent_has_nothing_to_mend() -> None:
    template = engines["django"].from_string(
        "{% load taperplan %}{% error_count as count %}{{ count }}{% error_summary form %}"
    )

    assert template.render({"form": Wrong()}).strip() == "0"


def test_what_somebody_typed_is_written_out_and_never_run() -> None:
    form = Wrong({"name": "<script>x</script>", "answer": ""})
    field = render_to_string("components/field.html", {"field": form["name"]})

    assert "<script>" not in field
    assert "&lt;script&gt;" in field
