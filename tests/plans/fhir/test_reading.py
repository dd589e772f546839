"""Somebody else's plan is read as told; what is strange in it is named, what is hostile refused."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plans.fhir.guard import MOST_BYTES, Refused
from plans.fhir.reading import Told, read
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


def bundle(*found: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in found]}


def medication(key: str, inside: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Medication",
        "id": key,
        "ingredient": [{"itemReference": {"reference": f"Medication/{inside}"}}],
        **more,
    }


def of(**more: Any) -> dict[str, Any]:
    return {**hl7_taper(), **more}


CIRCLE = "Its references go round in a circle, by way of {}."
KIND = "{} is of another kind than FHIR R4 has there."
SCRIPT = "A text in it holds a script or a part of a page. That is no plan."
FIGURE = "The figure {} is larger or longer than any that a person writes."
FIRST = "MedicationRequest 1.dosageInstruction 1"


def dosed(**more: Any) -> dict[str, Any]:
    return of(dosageInstruction=[{**dosage(1, "", "2015-01-16", "2015-01-20"), **more}])


HOSTILE: dict[str, tuple[Any, str]] = {
    "a medicine inside itself": (
        bundle(of(medicationReference={"reference": "Medication/a"}), medication("a", "a")),
        CIRCLE.format("Medication/a"),
    ),
    "two medicines inside each other": (
        bundle(hl7_taper(), medication("b", "a"), medication("a", "b")),
        CIRCLE.format("Medication/a"),
    ),
    "a contained medicine inside itself": (
        of(contained=[{"id": "x", "ingredient": [{"itemReference": {"reference": "#x"}}]}]),
        CIRCLE.format("MedicationRequest/medrx0303#x"),
    ),
    "a plan that replaces itself": (
        bundle(
            hl7_taper(),
            {"resourceType": "CarePlan", "id": "p", "replaces": [{"reference": "CarePlan/p"}]},
        ),
        CIRCLE.format("CarePlan/p"),
    ),
    "an order that came before itself": (
        of(priorPrescription={"reference": "https://x.example/MedicationRequest/medrx0303"}),
        CIRCLE.format("MedicationRequest/medrx0303"),
    ),
    "an entry that is a text": (
        {"resourceType": "Bundle", "entry": ["x"]}, KIND.format("entry 1"),
    ),
    "a resource that is a list": (
        {"resourceType": "Bundle", "entry": [{"resource": []}]}, KIND.format("entry 1.resource"),
    ),
    "a kind that is a figure": (bundle({"resourceType": 5}), "Resource 1 does not say what it is."),
    "dosages as a text": (
        of(dosageInstruction="4 tablets"), KIND.format("MedicationRequest 1.dosageInstruction"),
    ),
    "a dosage that is a figure": (of(dosageInstruction=[4]), KIND.format(FIRST)),
    "a timing that is a list": (dosed(timing=[]), KIND.format(f"{FIRST}.timing")),
    "a quantity as a text": (
        dosed(doseAndRate=[{"doseQuantity": {"value": "4"}}]),
        KIND.format(f"{FIRST}.doseAndRate 1.doseQuantity.value"),
    ),
    "as needed, in words": (
        dosed(asNeededBoolean="false"), KIND.format(f"{FIRST}.asNeededBoolean"),
    ),
    "a day that is a figure": (
        dosed(timing={"repeat": {"boundsPeriod": {"start": 20150116}}}),
        KIND.format(f"{FIRST}.timing.repeat.boundsPeriod.start"),
    ),
    "a text that is nothing": (dosed(text=None), KIND.format(f"{FIRST}.text")),
    "a subject as a text": (of(subject="Patient/1"), KIND.format("MedicationRequest 1.subject")),
    "a script as a medicine": (
        of(medicationReference={"display": "<script>alert(1)</script>"}), SCRIPT,
    ),
    "a script as whoever ordered it": (
        of(requester={"display": "Eva < IMG src=x onerror=alert(1)>"}), SCRIPT,
    ),
    "a script as what is said": (dosed(text="x <a href='javascript:alert(1)'>"), SCRIPT),
    "a script where we read nothing": (dosed(site={"text": "<b onclick=alert(1)>"}), SCRIPT),
    "two patients": (
        bundle(
            of(subject={"reference": "Patient/1"}),
            of(id="b", subject={"reference": "Patient/2"}),
        ),
        "It speaks of more than one patient.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_refused_with_a_sentence(name: str) -> None:
    resource, sentence = HOSTILE[name]

    assert refused(json.dumps(resource).encode()) == sentence


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        ("1e999999999", "1e999999999"), ("1E+7", "1E+7"), ("1e-99", "1e-99"),
        ("9" * 9000, "9" * 24 + "..."), ("0." + "3" * 40, "0." + "3" * 22 + "..."),
    ],
)  # fmt: skip
def test_a_figure_that_nobody_writes_is_refused_wherever_it_stands(figure: str, shown: str) -> None:
    for place in ('"value": 4,', '"sequence": 1,', '"value": 21,'):
        name = place.partition(":")[0]
        data = json.dumps(hl7_taper()).replace(place, f"{name}: {figure},").encode()
        assert refused(data) == FIGURE.format(shown)


def test_what_is_no_figure_of_json_is_refused() -> None:
    for figure in ("NaN", "Infinity", "-Infinity", "0x10"):
        data = json.dumps(hl7_taper()).replace('"value": 4,', f'"value": {figure},').encode()
        assert refused(data) == "It is not JSON."


def test_letters_that_are_not_seen_are_taken_off_and_what_does_nothing_stays_a_text() -> None:
    found = told(of(medicationReference={"display": "A\u202eb\u200b <b>5</b> mg, <5 years"}))

    assert found.doses[0].drug == "Ab <b>5</b> mg, <5 years"


def test_whom_it_is_about_is_read_with_it() -> None:
    found = told(
        bundle(
            of(subject={"reference": "https://x.example/fhir/Patient/p1"}),
            {
                "resourceType": "Patient",
                "id": "p1",
                "name": [{"family": "Sample"}],
                "birthDate": "1956-11-21",
            },
        )
    ).about

    assert found is not None
    assert (found.key, found.name, found.born) == ("p1", "Sample", date(1956, 11, 21))


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

    try:
        found = told(resource)
    except Refused:
        return
    assert found.doses
    assert len(found.as_told) < 10_000
