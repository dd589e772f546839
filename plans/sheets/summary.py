"""The clinician's summary, in finished words."""

from __future__ import annotations

from dataclasses import dataclass

from plans.sheets.chart import Chart
from plans.sheets.paper import (
    Facts,
    Footing,
    Letterhead,
    Line,
    Listing,
    OpenFlag,
    Passage,
    Person,
)


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One plan of the patient; a patient may have several."""

    heading: str
    """Empty when it is the only one: the title names it already."""
    situation: Facts
    chart: Chart | None
    schedule: Listing
    texts: tuple[Line, ...]
    as_needed: Passage | None
    supply: Listing
    versions: Listing
    told: Listing


@dataclass(frozen=True, slots=True)
class Summary:
    """Every word of a summary, in the order in which it is read."""

    language: str
    name: str
    """The document's own title for a reader's window; never a person's name."""
    flags_heading: str
    open_flags: tuple[OpenFlag, ...]
    title: str
    subtitle: str
    letterhead: Letterhead
    person: Person
    background: Facts
    assessment: Facts
    shared_decision: Facts
    plans: tuple[PlanPart, ...]
    check_ins: Listing
    red_flags: Listing
    open_questions: Passage
    sign_off: Facts
    provenance: Passage
    unprintable: str
    """What stands at the end when a letter could not be printed; has {mark}."""
    footing: Footing
