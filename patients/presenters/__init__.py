"""What is shown of a person: finished words, as frozen dataclasses.

"" means that nobody has recorded it; the template says "not recorded". Not asked, none known
and not recorded are three different things and never stand for each other.
"""

from __future__ import annotations

from patients.presenters.banner import Banner, State, banner, patient_url, states
from patients.presenters.emergency import emergency_rows
from patients.presenters.history import last_amendment
from patients.presenters.intake import (
    answers,
    intake_page,
    intake_url,
    last_answer,
    part_title,
    record_title,
    record_url,
    signing_gaps,
    who_recorded,
)
from patients.presenters.listing import (
    PatientList,
    joinable_rows,
    patient_list,
    possible_rows,
    register_url,
    row_in_words,
    suggested,
)
from patients.presenters.rows import lines_of, title_of
from patients.presenters.words import person_in_words

__all__ = [
    "Banner",
    "PatientList",
    "State",
    "answers",
    "banner",
    "emergency_rows",
    "intake_page",
    "intake_url",
    "joinable_rows",
    "last_amendment",
    "last_answer",
    "lines_of",
    "part_title",
    "patient_list",
    "patient_url",
    "person_in_words",
    "possible_rows",
    "record_title",
    "record_url",
    "register_url",
    "row_in_words",
    "signing_gaps",
    "states",
    "suggested",
    "title_of",
    "who_recorded",
]
