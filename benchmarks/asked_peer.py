"""The plain admin's side of a benchmark."""

from __future__ import annotations

from typing import Any

from benchmarks import asking
from benchmarks.seed import SYLLABLES


def fill(patients: int, check_ins: int) -> None:
    # As a server starts it, and so on the other side.
    from django.db import connection

    import benchmarks.peer.wsgi  # noqa: F401

    if "records_patient" not in connection.introspection.table_names():
        from benchmarks.peer import seed

        seed.fill(patients=patients, check_ins=check_ins, told=asking.told)


def works() -> dict[str, Any]:
    from django.contrib.auth.models import User
    from django.test import Client

    from benchmarks.peer.records.models import CheckIn, Patient

    client = Client()
    client.force_login(User.objects.get(username="peer"))
    many = Patient.objects.count()

    def ok(answer: Any) -> None:
        if answer.status_code != 200:
            raise SystemExit(f"answered {answer.status_code}")

    def get(path: str) -> Any:
        return lambda: client.get(path), ok

    def save(number: int) -> Any:
        form = {
            "patient": str(100 + number % (many - 100)),
            "happened_at_0": "2026-11-21", "happened_at_1": f"10:{number % 60:02d}",
            "how": "phone", "decision": "continue", "note": "slept badly",
            "next_on": "2026-11-28",
            "symptom_set-TOTAL_FORMS": "5", "symptom_set-INITIAL_FORMS": "0",
        }  # fmt: skip
        for at in range(5):
            form |= {f"symptom_set-{at}-key": f"symptom {at}", f"symptom_set-{at}-severity": "mild"}
        before = CheckIn.objects.count()

        def saved(answer: Any) -> None:
            if answer.status_code != 302 or CheckIn.objects.count() != before + 1:
                raise SystemExit(f"not saved: {answer.status_code}")

        sent = asking.as_a_browser(form)
        asking.shown(client)
        return lambda: client.post("/admin/records/checkin/add/", *sent), saved

    return {
        "list": lambda n: get("/admin/records/patient/"),
        "search": lambda n: get(f"/admin/records/patient/?q={SYLLABLES[n % 60]}"),
        "page20": lambda n: get(f"/admin/records/patient/{100 + n % (many - 100)}/change/"),
        "page60": lambda n: get(f"/admin/records/patient/{1 + n % 20}/change/"),
        "save": save,
    }


def day() -> dict[str, Any]:
    """The index, the list, and of four patients: their page, a new check-in, all of them, the
    history of what was changed."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(username="peer"))
    pages = ["/admin/", "/admin/records/patient/"]
    for number in range(21, 25):
        pages += [
            f"/admin/records/patient/{number}/change/",
            "/admin/records/checkin/add/",
            "/admin/records/checkin/",
            f"/admin/records/patient/{number}/history/",
        ]
    return {"cookies": f"sessionid={client.cookies['sessionid'].value}", "pages": pages}


if __name__ == "__main__":
    asking.serve(fill, works, day)
