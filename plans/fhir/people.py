"""The patient, the clinic and whoever signed or recorded something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.fhir.writing import OWN, Resource, day, element, resource, text, to

if TYPE_CHECKING:
    from plans.sheets.exchange import Named, Subject

# A name written in the letters of another script, by HL7's own extension: ABC is an alphabet.
_LATIN = {
    "url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
    "valueCode": "ABC",
}
_GENDERS = frozenset({"female", "male", "other", "unknown"})


def patient(subject: Subject) -> Resource:
    names = [
        element(
            use="official",
            text=text(f"{subject.given} {subject.family}"),
            family=text(subject.family),
            given=[text(subject.given)] if subject.given.strip() else [],
        )
    ]
    if subject.preferred.strip():
        names.append({"use": "usual", "text": text(subject.preferred)})
    if subject.latin.strip():
        names.append({"extension": [_LATIN], "text": text(subject.latin)})
    return resource(
        "Patient",
        subject.key,
        identifier=[
            element(
                value=text(number.number),
                assigner=element(display=text(number.issuer or subject.clinic.name)),
            )
            for number in subject.numbers
        ],
        name=names,
        telecom=[{"system": "phone", "value": text(subject.phone)}] if subject.phone else [],
        gender=subject.sex if subject.sex in _GENDERS else None,
        birthDate=day(subject.born),
        deceasedDateTime=day(subject.died_on),
        address=[{"text": text(subject.address)}] if subject.address.strip() else [],
        communication=[{"language": {"text": text(subject.language)}}]
        if subject.language.strip()
        else [],
        managingOrganization=to("Organization", subject.clinic.key),
        link=[{"other": to("Patient", subject.joined_to), "type": "replaced-by"}]
        if subject.joined_to
        else [],
    )


def organization(clinic: Named) -> Resource:
    return resource(
        "Organization",
        clinic.key,
        identifier=[{"system": f"{OWN}clinic", "value": clinic.key}],
        name=text(clinic.name),
        telecom=[{"system": "phone", "value": text(clinic.phone)}] if clinic.phone else [],
    )


def practitioner(person: Named) -> Resource:
    return resource("Practitioner", person.key, name=[{"text": text(person.name)}])
