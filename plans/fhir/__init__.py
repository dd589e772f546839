"""Interchange in HL7 FHIR R4: facts of `plans.sheets.exchange` become plain dicts and text."""
