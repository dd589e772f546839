"""A process of its own that is sent hostile files, one after the other, at the door of the site.

Prints a line of JSON for each: its status, what the page says, how long it took; last, the most
memory that the process ever had and how many rows there are of what a file could have left.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tests.environment  # noqa: F401  (before Django reads its settings)

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = b'{"resourceType":"Bundle","entry":['


def listed(entry: bytes, many: int) -> bytes:
    return HEAD + b",".join([entry] * many) + b"]}"


def files(theirs: bytes, ours: bytes) -> Iterator[tuple[str, bytes]]:
    from tests.plans.fhir.test_reading import HOSTILE, hl7_taper

    request = json.dumps({"resource": hl7_taper()}, separators=(",", ":")).encode()
    yield "10 MB of plans", listed(request, 10_500_000 // len(request))
    yield "10 MB of one text", HEAD + b'"' + b"x" * 10_000_000 + b'"]}'
    yield "100,000 entries", listed(b'{"resource":{}}', 100_000)
    yield "100,000 entries of 10 MB", listed(request[:90] + b'"}}' + b" " * 10, 100_000)
    yield "a million figures", HEAD + b"1," * 990_000 + b"1]}"
    yield "half a million lists", HEAD + b"[]," * 600_000 + b"[]]}"
    yield "as many values as are read", HEAD + b"1.5," * 399_000 + b"1]}"
    yield "as many empty things as are read", HEAD + b"{}," * 199_000 + b"{}]}"
    yield "a hundred thousand depths", HEAD + b"[" * 100_000
    yield "two thousand circles", listed(b"", 0)[:-2] + b",".join(_circles(2000)) + b"]}"
    text = hl7_taper()
    text["dosageInstruction"][0]["text"] = "<" * 1_900_000
    text["subject"] = "x"
    yield "signs that open nothing", json.dumps(text).encode()
    yield "a huge decimal", request[12:-1].replace(b'"value":4', b'"value":4e999999999')
    yield "a million digits", request[12:-1].replace(b'"value":4', b'"value":' + b"9" * 1_000_000)
    for name, (whole, _sentence) in HOSTILE.items():
        yield name, json.dumps(whole).encode()
    yield "another clinic's ids", theirs
    yield "another record's ids", ours


def _circles(many: int) -> Iterator[bytes]:
    for number in range(many):
        inside = {"reference": f"Medication/{(number + 1) % many}"}
        one = {
            "resourceType": "Medication",
            "id": str(number),
            "ingredient": [{"itemReference": inside}],
        }
        yield json.dumps({"resource": one}).encode()


def tell(**said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")


def peak() -> int:
    """In bytes, of this process alone: `getrusage` begins at the peak of whoever started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()

    from datetime import date

    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command
    from django.db.models import Model
    from django.urls import reverse

    from patients.models import Patient
    from plans.fhir.bundle import COLLECTION, bundle
    from plans.forms.exchange import TAKE_OVER
    from plans.models import Draft, Plan, TakenOver, TakenOverRow
    from plans.presenters.exchange import Record
    from taperplan import tokens
    from taperplan.accounts.models import Clinic
    from tests import doors, factories
    from tests.judges import seeded

    call_command("migrate", verbosity=0)
    clare = seeded.clinic()
    patient: Patient = factories.PatientFactory(clinic=clare.clinic, otto=True)
    twin: Patient = factories.PatientFactory(clinic=clare.clinic, born=patient.born)
    abroad = Clinic.objects.create(
        name="Southfield Test Clinic", time_zone="UTC", opened_at=seeded.NOW, opened_by=clare
    )
    factories.signed_plan(twin, clare)
    theirs: Patient = factories.PatientFactory(clinic=clare.clinic, born=date(1960, 1, 1))
    factories.signed_plan(theirs, clare)
    Patient.objects.filter(pk=theirs.pk).update(clinic=abroad)

    def exported(whose: Patient) -> bytes:
        found = Record(whose, seeded.NOW.date()).resources()
        return "".join(bundle(COLLECTION, found, base=seeded.BASE)).encode()

    client = doors.signed_in(clare)
    address = reverse("plans:take-over", kwargs={"patient": patient.pk})
    left: tuple[type[Model], ...] = (TakenOver, TakenOverRow, Draft, Plan)
    tell(name="", peak=peak())
    before = [model._default_manager.count() for model in left]
    for name, data in files(exported(theirs), exported(twin)):
        form: dict[str, Any] = {
            "file": SimpleUploadedFile("plan.json", data),
            "set_by": "Dr Eva Elsewhere",
            "source": "sent by the ward",
            "token": tokens.issue(clare, TAKE_OVER),
        }
        began = time.monotonic()
        answer = client.post(address, form)
        said = answer.context["form"].errors.get("file", [""])[0] if answer.context else ""
        tell(
            name=name,
            status=answer.status_code,
            said=said,
            seconds=time.monotonic() - began,
        )
    after = [model._default_manager.count() for model in left]
    tell(name="", peak=peak(), before=before, after=after)


if __name__ == "__main__":
    main()
