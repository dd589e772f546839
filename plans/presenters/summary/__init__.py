"""A patient's record as the summary that the next clinician relies on.

It covers every plan that was ever signed. What a third person told in confidence is left out
and said to be left out; what was not asked is said to be not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.presenters.paper import footing, unprintable
from plans.presenters.summary.course import check_ins, flags_heading, open_flags, red_flags
from plans.presenters.summary.person import (
    assessment,
    background,
    identity,
    open_questions,
    person,
    provenance,
    shared_decision,
    sign_off,
    subtitle,
    summary_letterhead,
)
from plans.presenters.summary.plan import plan_part
from plans.presenters.summary.record import record_of
from plans.sheets.summary import Summary
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from patients.models import Patient
    from plans.presenters.paper import Printing


def summary(patient: Patient, printing: Printing) -> Summary:
    """The summary of `patient`, who comes with the clinic."""
    record = record_of(patient, printing)
    return Summary(
        language=printing.language,
        name=printing.titled(
            _("Clinician summary {reference}").format(reference=patient.reference), patient
        ),
        flags_heading=flags_heading(record),
        open_flags=tuple(open_flags(record)),
        title=_("Clinician summary"),
        subtitle=subtitle(record),
        letterhead=summary_letterhead(record),
        person=person(record),
        background=background(record),
        assessment=assessment(record),
        shared_decision=shared_decision(record),
        plans=tuple(plan_part(record, facts) for facts in record.plans),
        check_ins=check_ins(record),
        red_flags=red_flags(record),
        open_questions=open_questions(record),
        sign_off=sign_off(record),
        provenance=provenance(record),
        unprintable=unprintable(),
        footing=footing(patient, identity(record), printing),
    )
