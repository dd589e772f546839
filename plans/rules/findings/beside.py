"""Against other plans of the patient, and against the days that are past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from plans.rules import wording
from plans.rules.findings.facts import (
    Case,
    Finding,
    FindingCode,
    about,
)
from plans.rules.past import past_differences
from plans.rules.schedule import (
    Schedule,
    expected_on,
)
from taperplan import formats
from taperplan.words import gettext as _


def other_plan(case: Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        plans = [o.plan for o in case.elsewhere if o.drug.casefold() == drug.name.casefold()]
        for plan in dict.fromkeys(plans):
            yield Finding(
                code=FindingCode.OTHER_PLAN,
                subject=about(drug.key, plan),
                sentence=_("{drug} is in two active plans.").format(drug=drug.name),
                detail=_("The other plan: {plan}.").format(plan=plan),
                where=f"drugs.{drug.key}.name",
                drug=drug.key,
            )


def past_differs(case: Case) -> Iterator[Finding]:
    if case.replaced is None or case.today is None:
        return
    for first, last in past_differences(case.schedule, case.replaced, before=case.today):
        yield Finding(
            code=FindingCode.PAST_DIFFERS,
            subject=about(first, last),
            sentence=_("{days}: past, and not as in the version replaced.").format(
                days=formats.day_range(first, last)
            ),
            detail=_("On {day}: {now} In the version replaced: {was}").format(
                day=formats.day(first),
                now=_day_in_words(case.schedule, first),
                was=_day_in_words(case.replaced, first),
            ),
            where="steps",
            day=first,
            last_day=last,
        )


def _day_in_words(schedule: Schedule, day: date) -> str:
    doses = [
        f"{wording.product_name(e.product, e.drug)} {formats.at(e.when.token)}, "
        f"{wording.dose_words(e.product, e.quantity)}"
        for e in expected_on(schedule, day)
    ]
    return ("; ".join(doses) or _("no dose stated")) + "."
