"""Facts about a schedule that a prescriber mends or accepts with a reason before signing.

Each names its step, day and figure. None says what to type, and none judges a dose: a gap, an
overlap, lower, same and higher are facts about one drug, never about rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from plans.rules.findings import beside, days, doses, refusing, totals
from plans.rules.findings.facts import REFUSED, Case, Elsewhere, Finding, FindingCode, Severity
from plans.rules.schedule import Schedule

__all__ = ["REFUSED", "Elsewhere", "Finding", "FindingCode", "Severity", "findings", "standing"]

_RULES = (
    refusing.end_before_start,
    refusing.no_stated_end,
    refusing.stop_without_last_day,
    refusing.stated_twice,
    refusing.unknown_product,
    days.gap,
    days.overlap,
    days.silent,
    doses.not_lower,
    doses.not_to_be_split,
    doses.no_maximum,
    doses.two_strengths,
    doses.ends_in_cycle,
    doses.ends_in_wear,
    totals.not_whole,
    totals.maintain_past_last_day,
    totals.days_differ,
    totals.supply_differs,
    beside.past_differs,
    beside.other_plan,
)


def findings(
    schedule: Schedule,
    *,
    today: date | None = None,
    replaced: Schedule | None = None,
    elsewhere: Iterable[Elsewhere | tuple[str, str]] = (),
    do_not_split: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Every finding, what refuses a signing first, then by step.

    ``replaced`` is the schedule of the version that this one replaces; with ``today``, past days
    are compared with it. ``elsewhere``: drugs of the patient's other active plans.
    ``do_not_split``: keys of products that the clinic marks so, whatever the plan says.
    """
    case = Case(
        schedule=schedule,
        today=today,
        replaced=replaced,
        elsewhere=tuple(Elsewhere(*other) for other in elsewhere),
        do_not_split=do_not_split,
    )
    found = [finding for rule in _RULES for finding in rule(case)]
    found.sort(key=lambda f: (f.severity is not Severity.REFUSE, f.number or 0))
    return tuple(found)


def standing(
    found: Iterable[Finding], accepted: Iterable[tuple[str, str, str]]
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...]]:
    """Part findings into those still open, and those accepted with their reason.

    ``accepted`` holds (code, subject, reason); one without a reason accepts nothing, and what
    refuses a signing cannot be accepted.
    """
    reasons = {(code, subject): reason for code, subject, reason in accepted if reason.strip()}
    still_open: list[Finding] = []
    settled: list[tuple[Finding, str]] = []
    for finding in found:
        reason = reasons.get((finding.code.value, finding.subject))
        if reason is None or finding.severity is Severity.REFUSE:
            still_open.append(finding)
        else:
            settled.append((finding, reason))
    return tuple(still_open), tuple(settled)
