"""The whole of a check-in, read section by section in the order of the page."""

from __future__ import annotations

from plans.rules.check_in.asked import Asked
from plans.rules.check_in.boxes import NAME_LIMIT, Answers
from plans.rules.check_in.decided import Decided
from plans.rules.check_in.figures import Figures
from plans.rules.check_in.flags import raised
from plans.rules.check_in.occasion import Occasion
from plans.rules.check_in.reading import Asking, Reading
from plans.rules.check_in.section import Sheet
from plans.rules.check_in_words import Reporter


def read(answers: Answers, asking: Asking) -> Reading:
    """Read one document of answers. Never raises: what cannot be read is a refusal in it."""
    sheet = Sheet(answers, asking)
    occasion, asked = Occasion(sheet), Asked(sheet)
    figures, decided = Figures(sheet), Decided(sheet)
    how, reported_by = occasion.how(), occasion.reported_by()
    reporter = reported_by or Reporter.PATIENT
    where_now, call_back = occasion.where(how)
    happened_at = occasion.moment("happened")
    told_at = occasion.moment("told", happened_at if occasion.typed_moment("happened") else None)
    asked.safety(reporter)
    suicide, detail = asked.suicide(reporter)
    asked.rows(reporter)
    asked.corrections()
    vital_signs = figures.vital_signs()
    taken, amounts = figures.taken(), figures.amounts()
    scales = figures.scales(happened_at.date())
    note = decided.note("note")
    decision = decided.decision()
    next_on = decided.next_day(happened_at.date())
    return Reading(
        happened_at=happened_at,
        told_at=told_at,
        how=how,
        reported_by=reported_by,
        reporter_name=occasion.text("reporter_name", NAME_LIMIT),
        where_now=where_now,
        call_back=call_back,
        suicide=suicide,
        suicide_detail=detail,
        rest_denied=answers.get("rest", "") == "none",
        vital_signs=vital_signs,
        taken=taken,
        amounts=amounts,
        scales=scales,
        mood=decided.note("mood"),
        alcohol_and_drugs=decided.note("alcohol_and_drugs"),
        driving=decided.note("driving"),
        note=note,
        in_confidence=decided.confidence(note),
        decision=decision,
        decision_reason=decided.why(decision),
        next_on=next_on,
        next_how=decided.next_how(next_on),
        no_next_reason=decided.no_next(next_on),
        correction_reason=decided.correction_reason(),
        taken_back=asked.taken_back(),
        present=tuple(asked.present),
        declined=tuple(asked.declined),
        denied={who: tuple(keys) for who, keys in asked.denied.items() if keys},
        raised=raised(answers),
        # Last, once every section has spoken.
        refusals=tuple(sheet.refusals),
        missing=tuple(sheet.missing),
    )
