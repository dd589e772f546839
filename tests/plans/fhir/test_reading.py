"""Somebody else's plan is read as told; what is strange in it is named, what is hostile refused."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plans.fhir.reading import MOST_BYTES, Refused, Told, read
from tests.plans.fhir import facts
from tests.plans.fhir.reader import Site
from tests.plans.rules.published import PUBLISHED


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as found:
        read(data)
    return found.value.sentence


def dosage(number: int, text: str, first: str, last: str, tablets: Any = 4) -> dict[str, Any]:
    return {
        "sequence": number,
        "text": text,
        "timing": {
            "repeat": {
                "boundsPeriod": {"start": first, "end": last},
                "frequency": 1,
                "period": 1,
                "periodUnit": "d",
            }
        },
        "doseAndRate": [{"doseQuantity": {"value": tablets, "unit": "TAB"}}],
    }


def hl7_taper() -> dict[str, Any]:
    """The shape and the figures of HL7's own published tapering order: its text says 7 days where
    its dates hold 5, and 21 days of supply are asked for."""
    return {
        "resourceType": "MedicationRequest",
        "id": "medrx0303",
        "contained": [
            {
                "resourceType": "Medication",
                "id": "med0311",
                "code": {"coding": [{"display": "Prednisone 5mg tablet (Product)"}]},
            }
        ],
        "status": "active",
        "intent": "order",
        "medicationReference": {"reference": "#med0311"},
        "requester": {"reference": "Practitioner/f007", "display": "Patrick Pump"},
        "dosageInstruction": [
            dosage(1, "4 tablets daily for 7 days", "2015-01-16", "2015-01-20"),
            dosage(2, "2 tablets daily for 7 days", "2015-01-23", "2015-01-30", 2),
            dosage(3, "1 tablet daily for 7 days", "2015-01-31", "2015-02-06", 1),
        ],
        "dispenseRequest": {"expectedSupplyDuration": {"value": 21, "unit": "days"}},
    }


def told(resource: Any) -> Told:
    return read(json.dumps(resource).encode())


def test_hl7_s_own_taper_is_read_and_its_contradictions_are_named() -> None:
    found = told(hl7_taper())

    assert [dose.quantity for dose in found.doses] == ["4", "2", "1"]
    assert {dose.drug for dose in found.doses} == {"Prednisone 5mg tablet (Product)"}
    assert (found.first, found.last) == (date(2015, 1, 16), date(2015, 2, 6))
    assert found.set_by == "Patrick Pump"
    assert found.findings == (
        "MedicationRequest 1.dosageInstruction 1: its text says 7 days, its dates hold 5.",
        "MedicationRequest 1.dosageInstruction 2: its text says 7 days, its dates hold 8.",
        "MedicationRequest 1: the supply lasts 21 days, the dosages hold 20.",
    )


@pytest.mark.parametrize("letter", PUBLISHED)
def test_what_we_export_is_taken_over_dose_by_dose(letter: str) -> None:
    text = facts.exported(facts.published(letter))
    found = read(text.encode())

    stated = [
        (given["timing"]["repeat"]["boundsPeriod"]["start"], str(
            given["doseAndRate"][0]["doseQuantity"]["value"]))
        for request in Site(text).all("MedicationRequest")
        for given in request["dosageInstruction"]
    ]  # fmt: skip
    assert [(str(dose.first), dose.quantity) for dose in found.doses] == stated
    assert found.findings == ()
    assert {one.where.rpartition(".")[2] for one in found.not_understood} <= {
        "DetectedIssue",
        "extension",
    }
    assert found.set_by == "Clare Exampleton"
    assert read(text.encode()) == found


def test_a_quantity_stays_the_text_that_it_was() -> None:
    data = json.dumps(hl7_taper()).replace('"value": 4,', '"value": 4.500,').encode()

    assert read(data).doses[0].quantity == "4.500"


def test_what_is_not_understood_is_listed_with_its_place() -> None:
    strange = hl7_taper()
    first = strange["dosageInstruction"][0]
    first["timing"]["repeat"] |= {"when": ["ACM"], "offset": 30}
    first["doseAndRate"] = [{"doseRange": {"low": {"value": 1}, "high": {"value": 2}}}]
    first["modifierExtension"] = [{"url": "urn:x", "valueBoolean": True}]
    strange["doNotPerform"] = True

    found = told(strange)

    assert [one.where.removeprefix("MedicationRequest 1.") for one in found.not_understood] == [
        "doNotPerform",
        "dosageInstruction 1.modifierExtension",
        "dosageInstruction 1.timing.repeat.offset",
        "dosageInstruction 1.doseAndRate",
        "dosageInstruction 1.timing.repeat.when",
    ]
    assert found.doses[0].quantity == ""
    assert "no quantity stated" in found.doses[0].line


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "It is not JSON."),
        (b"\xff\xfe", "It is not JSON."),
        (b"[]", "It is not a FHIR resource."),
        (b'{"resourceType": 5}', "It is not a FHIR resource."),
        (b'{"resourceType": "Bundle"}', "The bundle is empty."),
        (b'{"resourceType": "Bundle", "entry": 5}', "The bundle is empty."),
        (b'{"resourceType": "Patient"}',
         "It holds no medication request, so there is no plan in it."),
        (b'{"resourceType": "MedicationRequest"}',
         "No dosage stands in it, so there is nothing to take over."),
        (b"[" * 100_000, "It is nested too deeply."),
        (b" " * (MOST_BYTES + 1), "The file is longer than 2 MB."),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    assert refused(data) == sentence


def test_a_hostile_bundle_is_refused_in_little_memory() -> None:
    entries = b",".join([b'{"resource":{"resourceType":"Basic"}}'] * 40_000)
    many = b'{"resourceType":"Bundle","entry":[' + entries + b"]}"
    large = b'{"resourceType":"Bundle","entry":[' + b'"x",' * 2_600_000 + b'"x"]}'
    circle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {**hl7_taper(), "medicationReference": {"reference": "Medication/a"}}},
            {"resource": {"resourceType": "Medication", "id": "a",
                          "code": {"text": "<script>alert(1)</script>\u202eb"},
                          "ingredient": [{"itemReference": {"reference": "Medication/a"}}]}},
        ],
    }  # fmt: skip
    huge = json.dumps(hl7_taper()).replace('"value": 4,', '"value": 1e999999999,').encode()
    long = json.dumps(hl7_taper()).replace('"value": 4,', f'"value": {"9" * 9000},').encode()
    tracemalloc.start()

    assert refused(many) == "The bundle has more than 2000 entries."
    assert refused(large) == "The file is longer than 2 MB."
    assert told(circle).doses[0].drug == "<script>alert(1)</script>b"
    assert read(huge).doses[0].quantity == "1e999999999"
    assert read(long).doses[0].quantity == ""

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000


LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats()
NODE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["text", "timing", "repeat", "boundsPeriod", "start", "end", "when",
                         "doseAndRate", "doseQuantity", "value", "unit", "reference", "coding"]),
        inner, max_size=4), max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dosages=NODE, medication=NODE, requester=NODE)
def test_wrong_kinds_anywhere_are_read_or_refused(
    dosages: Any, medication: Any, requester: Any
) -> None:
    resource = {
        "resourceType": "MedicationRequest",
        "medicationReference": medication,
        "medicationCodeableConcept": medication,
        "requester": requester,
        "contained": medication,
        "dosageInstruction": [dosages, {"timing": dosages, "doseAndRate": dosages}],
        "dispenseRequest": dosages,
    }

    found = told(resource)

    assert found.doses
    assert len(found.as_told) < 10_000
