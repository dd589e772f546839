"""The addresses of the read-only interface, once: the URLs, the CapabilityStatement and the
OpenAPI description are all made from this table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from plans.rules.exchange import Part

if TYPE_CHECKING:
    from plans.fhir.writing import Resource

FHIR_JSON = "application/fhir+json"
# When the table below last changed; not the day on which somebody asks.
CHANGED = "2026-11-22"


class Kind(NamedTuple):
    """`part` None: comes with every key. `searched`: may be asked for by its patient."""

    name: str
    part: Part | None
    searched: bool = True


KINDS = (
    Kind("Organization", None, searched=False),
    Kind("Practitioner", None, searched=False),
    Kind("CarePlan", Part.PLANS),
    Kind("Goal", Part.PLANS),
    Kind("Medication", Part.PLANS, searched=False),
    Kind("MedicationRequest", Part.PLANS),
    Kind("DetectedIssue", Part.PLANS),
    Kind("Provenance", Part.PLANS),
    Kind("QuestionnaireResponse", Part.CHECK_INS),
    Kind("Observation", Part.CHECK_INS),
    Kind("MedicationStatement", Part.CHECK_INS),
    Kind("Flag", Part.RED_FLAGS),
    Kind("Task", Part.RED_FLAGS),
    Kind("Communication", Part.RED_FLAGS),
    Kind("Consent", Part.CONSENTS),
    Kind("DocumentReference", Part.PRINTS),
    Kind("AuditEvent", Part.TRAIL),
)
BY_NAME = {kind.name: kind for kind in KINDS}
READ_PATTERN = "|".join(("Patient", *(kind.name for kind in KINDS)))
SEARCH_PATTERN = "|".join(kind.name for kind in KINDS if kind.searched)
KEY_PATTERN = r"[A-Za-z0-9\-\.]{1,64}"


def outcome(code: str, words: str) -> Resource:
    """An answer that is no resource: why not."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": words}],
    }


def capability(base: str, version: str) -> Resource:
    patient = {
        "type": "Patient",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": "identifier", "type": "token"}],
        "operation": [
            {
                "name": "everything",
                "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
            }
        ],
    }
    return {
        "resourceType": "CapabilityStatement",
        "id": "taperplan",
        "status": "active",
        "date": CHANGED,
        "kind": "instance",
        "software": {"name": "taperplan", "version": version},
        "implementation": {"description": "Read-only, one patient at a time", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A key issued by the clinic, as a bearer token."},
                "resource": [patient, *(_capability(kind) for kind in KINDS)],
            }
        ],
    }


def _capability(kind: Kind) -> dict[str, Any]:
    if not kind.searched:
        return {"type": kind.name, "interaction": [{"code": "read"}]}
    return {
        "type": kind.name,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": "patient", "type": "reference"}],
    }


# --- OpenAPI -----------------------------------------------------------------------------------

_ERRORS = {
    "400": "The question cannot be read",
    "401": "No key, or one that opens nothing any more",
    "403": "The key does not reach so far",
    "404": "Nothing of that name that the key reaches",
    "429": "Too many questions in one minute",
}


def openapi(base: str) -> dict[str, Any]:
    """The same addresses for whoever tries or writes a program."""
    everything = _answer("searchset", [_in_path("id")])
    paths = {
        "/metadata": {"get": _open_answer("CapabilityStatement")},
        "/Patient": {"get": _answer("Bundle", [_in_query("identifier")])},
        "/Patient/{id}": {"get": _answer("Patient", [_in_path("id")])},
        "/Patient/{id}/$everything": {"get": everything},
    }
    for kind in KINDS:
        paths[f"/{kind.name}/{{id}}"] = {"get": _answer(kind.name, [_in_path("id")])}
        if kind.searched:
            paths[f"/{kind.name}"] = {"get": _answer("Bundle", [_in_query("patient")])}
    return {
        "openapi": "3.0.3",
        "info": {"title": "taperplan, FHIR R4, read-only", "version": CHANGED},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "resource": {
                    "type": "object",
                    "required": ["resourceType"],
                    "properties": {"resourceType": {"type": "string"}},
                }
            },
        },
        "security": [{"key": []}],
    }


def _content(what: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/resource"}
    return {"description": what, "content": {FHIR_JSON: {"schema": schema}}}


def _open_answer(what: str) -> dict[str, Any]:
    return {"security": [], "responses": {"200": _content(what)}}


def _answer(what: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    errors = {code: _content(words) for code, words in _ERRORS.items()}
    return {"parameters": parameters, "responses": {"200": _content(what), **errors}}


def _in_path(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{KEY_PATTERN}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 200}
    return {"name": name, "in": "query", "required": True, "schema": schema}
