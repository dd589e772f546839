"""What people type, paste and send by mistake or on purpose: a sentence, and nothing lost."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from patients.models import OtherMedicine, Patient
from tests import doors
from tests.patients.sending import day, fields_of, send, text
from tests.patients.test_registering import REGISTER, ZOE

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize(
    ("born", "sentence"),
    [
        (("29", "2", "1957"), "29 2 1957 does not exist. 1957 had no leap day."),
        (("30", "2", "1957"), "30 2 1957 does not exist."),
        (("31", "12", "2199"), "31 Dec 2199 is still to come."),
        (("1", "1", "1"), "1 1 1"),
        (("1", "1", "0001"), "outside the years"),
        (("31", "12", "9999"), "outside the years"),
        (("1", "13", "1970"), "A year has twelve months."),
        (("", "3", "1970"), "Type the day too."),
        (("1", "3", ""), "Type the year too."),
        (("1", "3", "70"), "year"),
        (("\u0661", "3", "1970"), "is not a date"),
        (("\uff11", "3", "1970"), "is not a date"),
        (("1_0", "3", "1970"), "is not a date"),
        (("1e1", "3", "1970"), "is not a date"),
        (("-1", "3", "1970"), "is not a date"),
        (("", "", ""), "Nothing is typed here yet."),
        (("x" * 3_000, "3", "1970"), "too long"),
        (("\x00", "3", "1970"), "cannot be shown"),
    ],
)
def test_a_birth_date_that_cannot_be_is_said_and_kept(
    clare_client: doors.Client, born: tuple[str, str, str], sentence: str
) -> None:
    response = send(clare_client, REGISTER, **{**ZOE, **day("born", *born)})

    assert response.status_code == 200
    words = text(response).replace("\xa0", " ")
    assert sentence in words
    assert "Date of birth: " in words
    assert "1 thing to mend before this patient is registered" in words
    fields = fields_of(response)
    typed = {**ZOE, **day("born", *born)}
    for name, value in typed.items():
        assert fields[name] == value.replace("\x00", "\ufffd") or "\x00" in value
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("family_name", "", "Family name"),
        ("family_name", "   ", "Family name"),
        ("family_name", "'", "Type a name with at least one letter."),
        ("given_names", "---", "Type a name with at least one letter."),
        ("family_name", "a\x00b", "cannot be shown"),
        ("family_name", "a\u202eb", "turns the line around"),
        ("family_name", "a\nb", "Type this in one line."),
        ("family_name", "x" * 121, "121 characters. 120 characters are the most."),
        ("phone", "55-O1", "55-O1 is not a phone number."),
        ("phone", "\u0665\u0665\u0665\u0660", "is not a phone number."),
        ("number", "--", "at least one letter or digit"),
        ("issuer", "Eastfield", "Type the number that this issuer gave."),
        ("address", "x" * 501, "501 characters. 500 characters are the most."),
        ("sex", "robot", "Choose one of the answers shown."),
        ("language", "x" * 81, "81 characters. 80 characters are the most."),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field_and_in_the_summary(
    clare_client: doors.Client, field: str, typed: str, sentence: str
) -> None:
    given = {**ZOE, **({"number": ""} if field == "issuer" else {}), field: typed}

    response = send(clare_client, REGISTER, **given)

    words = text(response).replace("\xa0", " ")
    assert response.status_code == 200
    # Once in the summary, once at the field.
    assert words.count(sentence) >= 2
    fields = fields_of(response)
    for name, value in given.items():
        if name not in ("sex", field):
            assert fields[name] == value
    if "\x00" not in typed and "\n" not in typed and field != "sex":
        assert fields[field] == typed
    assert not Patient.objects.exists()


def test_every_message_is_tied_to_its_field(clare_client: doors.Client) -> None:
    page = send(clare_client, REGISTER, **day("born", "29", "2", "1957"), phone="x")
    body = page.content.decode()

    named = re.findall(r'aria-describedby="([^"]*)"', body)
    ids = set(re.findall(r'\bid="([^"]*)"', body))
    assert named
    for one in " ".join(named).split():
        assert one in ids
    targets = re.findall(r'<li><a href="#([^"]+)"', body.split("error-summary", 1)[1])
    assert targets
    assert set(targets) <= ids
    assert re.search(r"<title>4 errors: ", body)


@pytest.mark.parametrize(
    "name",
    ["O'Brien", "<script>alert(1)</script>", "=1+1", "Zoë", "Γιώργος", "Nguyễn", "山田", "محمد",
     "a" * 120, "x&y", "\"quoted\"", "{{ 7*7 }}", "%s", "Robert'); DROP TABLE"],
)  # fmt: skip
def test_a_name_is_kept_and_shown_letter_by_letter(clare_client: doors.Client, name: str) -> None:
    response = send(clare_client, REGISTER, **{**ZOE, "given_names": name})

    assert response.status_code == 302
    patient = Patient.objects.get()
    assert patient.given_names == name
    fields = fields_of(clare_client.get(reverse("patients:amend", args=[patient.pk, "names"])))
    assert fields["given_names"] == name
    for url in (reverse("patients:list"), reverse("patients:intake", args=[patient.pk])):
        assert "<script>alert" not in clare_client.get(url).content.decode()


def test_more_than_a_request_may_carry_is_refused_and_is_no_fault_of_the_server(
    clare_client: doors.Client, otto: Patient
) -> None:
    url = reverse("patients:record", args=[otto.pk, "decisions"])
    fields = {**fields_of(clare_client.get(url)), "options": "x" * 20_000_000}

    response = clare_client.post(url, fields)

    assert 400 <= response.status_code < 500


def test_a_note_of_ten_megabytes_is_refused_with_a_sentence_and_kept(
    clare_client: doors.Client, otto: Patient
) -> None:
    url = reverse("patients:record", args=[otto.pk, "decisions"])
    long = "x" * 10_000_000

    response = send(clare_client, url, options=long)

    assert "10,000,000 characters. 4,000 characters are the most." in text(response)
    assert fields_of(response)["options"] == long


def test_four_thousand_letters_without_a_blank_are_kept(
    clare_client: doors.Client, otto: Patient
) -> None:
    url = reverse("patients:record", args=[otto.pk, "decisions"])
    response = send(
        clare_client, url, options="x" * 4_000, wants="y", present="z", agreement="agreed",
        **day("decided_on", "1", "9", "2026"),
    )  # fmt: skip

    assert response.status_code == 302
    assert len(otto.decisions.get().options) == 4_000


@pytest.mark.parametrize(
    "body",
    [
        b"family_name=%ED%A0%80",
        b"family_name=%FF%FE",
        b"born_0=%00&born_1=%F0%28&born_2=%80",
        b"token=%F0%9F%92%8A&shown=%00",
        b"&&&===",
        b"family_name[]=1&family_name=2&family_name=3",
    ],
)
def test_bytes_that_are_no_text_are_no_fault_of_the_server(
    clare_client: doors.Client, body: bytes
) -> None:
    response = clare_client.post(REGISTER, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200
    assert not Patient.objects.exists()


@pytest.mark.parametrize("asked", ["\ud800", "a\udfff", "%", "\u202e", "\x00" * 50])
def test_no_search_is_a_fault_of_the_server(clare_client: doors.Client, asked: str) -> None:
    body = urlencode({"q": asked}, errors="surrogatepass").encode()
    kind = "application/x-www-form-urlencoded"
    page = reverse("patients:list")

    assert clare_client.post(page, body, content_type=kind, follow=True).status_code == 200
    assert clare_client.post(f"{page}suggestions/", body, content_type=kind).status_code == 200
    sealed = urlencode({"search": asked}, errors="replace")
    assert clare_client.get(f"{page}?{sealed}").status_code == 200


@pytest.mark.parametrize("field", ["seen", "revision"])
@pytest.mark.parametrize("value", ["", "-1", "x", "9" * 5_000, "1e9", "\u0661", "0x1"])
def test_a_hidden_figure_that_was_tampered_with_is_no_fault_of_the_server(
    clare_client: doors.Client, otto: Patient, field: str, value: str
) -> None:
    name = reverse("patients:assess", args=[otto.pk]) if field == "seen" else reverse(
        "patients:amend", args=[otto.pk, "contact"]
    )  # fmt: skip

    response = send(clare_client, name, **{field: value, "phone": "555-0160", "seizures": "no"})

    assert response.status_code in (200, 302)
    otto.refresh_from_db()


@pytest.mark.parametrize("word", ["differing", "keep-phone"])
def test_a_choice_between_versions_that_was_never_asked_is_no_fault_of_the_server(
    clare_client: doors.Client, otto: Patient, word: str
) -> None:
    url = reverse("patients:amend", args=[otto.pk, "contact"])
    fields = fields_of(clare_client.get(url))

    for value in ("phone", "clinic|revision", "|" * 5_000, "theirs"):
        response = clare_client.post(url, {**fields, word: value})
        assert response.status_code in (200, 302)


def test_a_medicine_is_kept_as_it_was_told(clare_client: doors.Client, otto: Patient) -> None:
    told = "1,5 mg?? 2x daily =1+1 <b>"

    send(
        clare_client, reverse("patients:record", args=[otto.pk, "medicines"]),
        name="inventostatin", taken_as=told, source="the patient",
        **day("as_of", "1", "9", "2026"),
    )  # fmt: skip

    assert OtherMedicine.objects.get().taken_as == told
