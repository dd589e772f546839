"""What signing waits for: things refused, not typed, open, and what was accepted, in this order."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plans.presenters.grid.around import Around
from plans.presenters.grid.shown import Counts, FindingRow
from plans.rules.draft import Refusal
from plans.rules.findings import Finding, Severity
from taperplan import formats


@dataclass(frozen=True)
class Found:
    around: Around

    def rows(self) -> tuple[FindingRow, ...]:
        rows = [
            FindingRow(
                id=slug("refused", refusal.where),
                state="refuses",
                fact=self.fact(refusal),
                detail="",
                to=self.around.to(refusal.where),
            )
            for refusal in self.around.reading.refusals
            if not refusal.missing
        ]
        rows += [
            self.finding_row(finding)
            for finding in self.around.open
            if finding.severity is Severity.REFUSE
        ]
        rows += self.missing_rows()
        rows += [
            self.finding_row(finding)
            for finding in self.around.open
            if finding.severity is not Severity.REFUSE
        ]
        rows += [
            FindingRow(
                id=slug("finding", finding.code.value, finding.subject),
                state="accepted",
                fact=finding.sentence,
                detail=_("Accepted: “%(reason)s”") % {"reason": reason},
                to=self.around.to(finding.where),
                accept=f"accept.{finding.code.value}|{finding.subject}",
                reason=reason,
                reopen=f"{finding.code.value}|{finding.subject}",
            )
            for finding, reason in self.around.accepted
        ]
        return tuple(rows)

    def finding_row(self, finding: Finding) -> FindingRow:
        by_reason_line = finding.where.endswith(".reason")
        acceptable = finding.severity is not Severity.REFUSE and not by_reason_line
        name = f"accept.{finding.code.value}|{finding.subject}"
        return FindingRow(
            id=slug("finding", finding.code.value, finding.subject),
            state="refuses" if finding.severity is Severity.REFUSE else "open",
            fact=finding.sentence,
            detail=finding.detail,
            to=self.around.to(finding.where),
            accept=name if acceptable else "",
            reason=self.reason_typed(finding) if acceptable else "",
        )

    def reason_typed(self, finding: Finding) -> str:
        return next(
            (
                line["reason"]
                for line in self.around.doc["acceptances"]
                if (line["code"], line["subject"]) == (finding.code.value, finding.subject)
            ),
            "",
        )

    @staticmethod
    def fact(refusal: Refusal) -> str:
        return f"{refusal.place}: {refusal.sentence}" if refusal.place else refusal.sentence

    def missing_rows(self) -> list[FindingRow]:
        """What nobody typed yet, one row for each thing of the plan."""
        things: dict[str, list[Refusal]] = defaultdict(list)
        for refusal in self.around.reading.refusals:
            # A drug comes with its first product, so one line speaks for both.
            if refusal.missing and refusal.where != "drugs":
                head, _dot, rest = refusal.where.partition(".")
                things[f"{head}.{rest.split('.')[0]}" if rest else head].append(refusal)
        rows = []
        for thing, refusals in things.items():
            place, _comma, _cell = refusals[0].place.partition(", ")
            cells = [r.place.partition(", ")[2] for r in refusals]
            named = [cell for cell in cells if cell]
            if len(refusals) > 1 and len(named) == len(refusals):
                fact = _("%(thing)s: %(cells)s not typed") % {
                    "thing": place,
                    "cells": formats.listing(named),
                }
                detail = ""
            else:
                fact = refusals[0].sentence
                detail = " ".join(r.sentence for r in refusals[1:])
            rows.append(
                FindingRow(
                    id=slug("missing", thing),
                    state="missing",
                    fact=f"{fact[:1].upper()}{fact[1:]}".rstrip("."),
                    detail=detail,
                    to=self.around.to(refusals[0].where),
                    remove_step=thing.partition(".")[2] if thing.startswith("steps.") else "",
                )
            )
        return rows

    @staticmethod
    def counts(rows: tuple[FindingRow, ...]) -> Counts:
        states = Counter(row.state for row in rows)
        return Counts(
            refused=states["refuses"],
            missing=states["missing"],
            open=states["open"],
            accepted=states["accepted"],
        )


def counts_words(counts: Counts) -> str:
    """As "3 open, 1 accepted"."""
    parts = []
    if counts.waits:
        parts.append(ngettext("%(n)d open", "%(n)d open", counts.waits) % {"n": counts.waits})
    if counts.accepted:
        parts.append(
            ngettext("%(n)d accepted", "%(n)d accepted", counts.accepted) % {"n": counts.accepted}
        )
    return ", ".join(parts) or _("none")


def waits_words(counts: Counts) -> str:
    """What signing waits for, in words; "" when nothing."""
    parts = []
    if counts.refused:
        parts.append(
            ngettext("%(n)d refused", "%(n)d refused", counts.refused) % {"n": counts.refused}
        )
    if counts.missing:
        parts.append(
            ngettext("%(n)d not typed", "%(n)d not typed", counts.missing) % {"n": counts.missing}
        )
    if counts.open:
        parts.append(ngettext("%(n)d finding", "%(n)d findings", counts.open) % {"n": counts.open})
    return _("Waits for %(what)s") % {"what": formats.listing(parts)} if parts else ""


def slug(*parts: str) -> str:
    return f"f-{digest(*parts)}"


def digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode("utf-8", "replace")).hexdigest()[:12]
