"""The product's side of a benchmark: the demo's clinicians, signed in, over many patients."""

from __future__ import annotations

from typing import Any

from benchmarks import asking
from benchmarks.seed import LONGEST, SYLLABLES


def fill(patients: int, check_ins: int) -> None:
    # As a server starts it, and so on the other side.
    from django.db import connection

    import taperplan.wsgi  # noqa: F401

    if "patients_patient" not in connection.introspection.table_names():
        from benchmarks import seed

        seed.fill(patients=patients, check_ins=check_ins, told=asking.told)


def works() -> dict[str, Any]:

    from django.http import HttpRequest, HttpResponse
    from django.template import loader
    from django.urls import path, reverse

    from patients.models import Patient
    from taperplan import searches
    from taperplan import urls as addresses
    from taperplan.accounts.models import User
    from tests.doors import signed_in

    def framed(request: HttpRequest) -> HttpResponse:
        return HttpResponse(loader.get_template("base.html").render({}, request))

    addresses.urlpatterns += [
        path("empty/", lambda request: HttpResponse("ok")),
        path("framed/", framed),
    ]
    theo = User.objects.get(email__startswith="theo")
    client = signed_in(theo)
    client.defaults["HTTP_HOST"] = "localhost"
    numbered = Patient.objects.filter(numbers__number__startswith="SEED").order_by(
        "numbers__number"
    )
    fuller = list(numbered[:20])
    longest = numbered[LONGEST]
    others = list(numbered[100:400])

    def ok(answer: Any) -> None:
        if answer.status_code != 200:
            raise SystemExit(f"answered {answer.status_code}")

    def get(address: str) -> Any:
        return lambda: client.get(address), ok

    def page(patient: Patient) -> Any:
        return get(reverse("plans:patient", kwargs={"patient": patient.pk}))

    def save(number: int) -> Any:
        return _save(client, theo, others[number % len(others)])

    return {
        "empty": lambda n: get("/empty/"),
        "framed": lambda n: get("/framed/"),
        "list": lambda n: get(reverse("patients:list")),
        "search": lambda n: get(
            reverse("patients:list") + f"?search={searches.sealed(theo, SYLLABLES[n % 60])}"
        ),
        "page20": lambda n: page(others[n % len(others)]),
        "page500": lambda n: page(longest),
        "page60": lambda n: page(fuller[n % len(fuller)]),
        "save": save,
    }


def check_in_form(by: Any, patient: Any) -> dict[str, str]:
    """A check-in with five symptoms as the browser sends it when it is completed."""
    from datetime import timedelta

    from django.utils import timezone

    from plans.rules.symptoms import ASKED_AS_SAFETY
    from taperplan import tokens

    next_on = timezone.now() + timedelta(days=7)
    form = {
        "token": tokens.issue(by, f"check-in:{patient.pk}"), "act": "complete", "revision": "0",
        "how": "visit", "reported_by": "patient", "suicide": "none",
        "decision": "continue", "note": "slept badly",
        "next_0": str(next_on.day), "next_1": str(next_on.month), "next_2": str(next_on.year),
    }  # fmt: skip
    form |= {f"s-{question}": "no" for question in ASKED_AS_SAFETY}
    for symptom in ("tremor", "nausea", "sweating", "insomnia", "headache"):
        form |= {f"s-{symptom}": "present", f"s-{symptom}-severity": "mild"}
    return form


def _save(client: Any, by: Any, patient: Any) -> Any:
    from django.urls import reverse

    from plans.models import CheckIn

    address = reverse("plans:check-in-new", kwargs={"patient": patient.pk})
    form = check_in_form(by, patient)
    before = CheckIn.objects.count()

    def saved(answer: Any) -> None:
        if answer.status_code != 302 or CheckIn.objects.count() != before + 1:
            text = answer.content.decode()
            summary = text[text.find("error-summary") :][:900]
            raise SystemExit(f"not saved: {answer.status_code} {summary}")

    sent = asking.as_a_browser(form)
    asking.shown(client)
    return lambda: client.post(address, *sent), saved


def day() -> dict[str, Any]:
    """The worklist, the list, and of four patients: their page, a new check-in, all of them, what
    was printed."""
    from django.urls import reverse

    from patients.models import Patient
    from taperplan.accounts.models import User
    from tests.doors import signed_in

    theo = User.objects.get(email__startswith="theo")
    session = signed_in(theo).cookies["session"].value
    seeded = Patient.objects.filter(numbers__number__startswith="SEED").order_by("numbers__number")
    pages = [reverse("plans:home"), reverse("patients:list")]
    for patient in seeded[20:24]:
        pages += [
            reverse(f"plans:{name}", kwargs={"patient": patient.pk})
            for name in ("patient", "check-in-new", "check-ins", "patient-documents")
        ]
    return {"cookies": f"session={session}", "pages": pages}


if __name__ == "__main__":
    asking.serve(fill, works, day)
