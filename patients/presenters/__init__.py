"""What is shown of a person: finished words, as frozen dataclasses.

"" means that nobody has recorded it; the template says "not recorded". Not asked, none known
and not recorded are three different things and never stand for each other.
"""

from __future__ import annotations

from patients.presenters.banner import Banner, State, banner, patient_url, states
from patients.presenters.intake import answers, intake_page, last_answer, signing_gaps
from patients.presenters.listing import PatientList, patient_list, possible_rows
from patients.presenters.words import person_in_words

__all__ = [
    "Banner",
    "PatientList",
    "State",
    "answers",
    "banner",
    "intake_page",
    "last_answer",
    "patient_list",
    "patient_url",
    "person_in_words",
    "possible_rows",
    "signing_gaps",
    "states",
]
