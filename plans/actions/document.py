"""Printing: a sheet is made and set outside any transaction, then kept with its bytes, the row
of the patient's accounting and the row of the trail, all in one.

The form's token becomes the document's key, so the same form is one print, however often it
arrives. Documents are set by a library that is loaded only here, when somebody prints.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from patients.models import Disclosure
from patients.vocabulary import Ground
from plans.models import Document, Escalation, Plan, Step, Version
from plans.presenters.diary import days_of, diary
from plans.presenters.handout import STANDING, handout
from plans.presenters.handover import cover, handover
from plans.presenters.paper import Printing
from plans.presenters.summary import summary
from plans.presenters.supply_sheet import supply_sheet
from plans.presenters.week import left_out_sheet
from plans.rules.paper import (
    CHECK_CODE_LENGTH,
    CHECK_CODE_LETTERS,
    DocumentKind,
    NotPrintable,
    PageSize,
    PrintSize,
    Recipient,
    check_of_a_plan,
)
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from patients.models import Consent, Patient
    from plans.documents.style import Printed
    from plans.presenters.week import Week, WeekLine
    from taperplan.accounts.models import Clinic, User


@dataclass(frozen=True)
class Wish:
    """What is to be printed, how, for whom and on what ground."""

    kind: DocumentKind
    page: PageSize
    size: PrintSize
    recipient: Recipient
    recipient_name: str = ""
    ground: Ground | None = None
    consent: Consent | None = None
    why: str = ""
    # Where it is received, and of an emergency what it is.
    facility: str = ""
    emergency: str = ""
    # Of a diary sheet: which step (a key of its version), and whether its head names nobody.
    step: str = ""
    discreet: bool = False
    # The open red flags that whoever prints was shown, where the paper is for the patient.
    flags_seen: frozenset[uuid.UUID] = frozenset()


def print_document(
    *,
    key: uuid.UUID,
    patient: Patient,
    plan: Plan | None,
    wish: Wish,
    now: datetime,
    by: User,
) -> tuple[Document, bool]:
    """The print of this form, and whether this arrival made it. `patient` comes with the clinic.

    Raises:
        NotPrintable: a draft, a plan that is over, a red flag that nobody was shown.
    """
    before = _made(key, patient)
    if before is not None:
        return before, False
    version = _version(wish.kind, plan, patient) if wish.kind.of_a_version else None
    step = _step(version, wish)
    flags = _open_flags(patient)
    if wish.kind is DocumentKind.HANDOVER:
        _check_flagged(patient)
    _check_flags(wish, flags)
    code = "".join(secrets.choice(CHECK_CODE_LETTERS) for _letter in range(CHECK_CODE_LENGTH))
    printing = Printing(clinic=patient.clinic, by=by, at=now, code=code)
    printed = _set(patient, version, step, wish, printing)
    try:
        with transaction.atomic():
            _check_still_so(patient, version, flags)
            disclosure = _disclose(key, patient, version, wish, now=now, by=by)
            document = Document.objects.create(
                id=key,
                patient=patient,
                kind=wish.kind.value,
                plan=version.plan if version is not None else None,
                version=version,
                step=step,
                page_size=wish.page.value,
                print_size=wish.size.value,
                language=printing.language,
                recipient=wish.recipient.value,
                recipient_name=wish.recipient_name,
                disclosure=disclosure,
                open_flags=len(flags),
                content=printed.content,
                sha256=hashlib.sha256(printed.content).hexdigest(),
                check_code=code,
                pages=printed.pages,
                unprintable=printed.unprintable,
                printed_at=now,
                printed_by=by,
            )
            trail.record(
                Verb.PRINTED,
                document,
                patient=patient,
                detail={
                    "kind": wish.kind.value,
                    "version": version.reference if version is not None else "",
                    "recipient": wish.recipient.value,
                    "ground": wish.ground.value if wish.ground is not None else "",
                    "open red flags": str(len(flags)),
                    "letters not printed": str(printed.unprintable),
                },
                by=by,
            )
    except IntegrityError:
        # The same form arrived twice at once, and the other was first.
        if (before := _made(key, patient)) is not None:
            return before, False
        raise
    return document, True


def print_week(
    *,
    key: uuid.UUID,
    week: Week,
    page: PageSize,
    size: PrintSize,
    clinic: Clinic,
    now: datetime,
    by: User,
) -> Iterator[bytes]:
    """This week's handouts as one file, piece by piece: each is printed, kept and disclosed on
    its own as it is reached, and let go. The same key gives the same prints again.

    The last sheet lists whoever is left out, those too who could not be printed just now.
    """
    from plans.documents import bundle
    from plans.documents import left_out as left_out_paper

    def parts() -> Iterator[bundle.Part]:
        others: list[tuple[WeekLine, str]] = []
        wish = Wish(
            kind=DocumentKind.HANDOUT,
            page=page,
            size=size,
            recipient=Recipient.PATIENT,
            ground=Ground.PATIENT,
        )
        for line in week.printed:
            try:
                document, _made = print_document(
                    key=uuid.uuid5(key, str(line.plan.pk)),
                    patient=line.plan.patient,
                    plan=line.plan,
                    wish=wish,
                    now=now,
                    by=by,
                )
            except NotPrintable as refused:
                others.append((line, refused.sentence))
                continue
            yield bundle.Part(bytes(document.content), f"{line.patient}, {line.what}")
        sheet = left_out_sheet(clinic, week, others, by=by, at=now)
        yield bundle.Part(left_out_paper.render(sheet, page=page).content, sheet.title)

    return bundle.bundled(
        parts(),
        title=_("Handouts, {week}").format(week=week.words),
        author=clinic.name,
        language=clinic.spoken,
    )


def reprint(*, document: Document, by: User) -> bytes:
    """The very bytes that were printed then."""
    content = bytes(document.content)
    trail.record(Verb.REPRINTED, document, patient=document.patient, by=by)
    return content


def same(document: Document, wish: Wish, plan: Plan | None) -> bool:
    """Whether a print that an earlier arrival made is what this one asks for."""
    return (
        document.kind,
        document.page_size,
        document.print_size,
        document.recipient,
        document.recipient_name,
        document.plan_id,
        document.step.key if document.step is not None else "",
    ) == (
        wish.kind.value,
        wish.page.value,
        wish.size.value,
        wish.recipient.value,
        wish.recipient_name,
        plan.pk if plan is not None and wish.kind.of_a_version else None,
        wish.step if wish.kind is DocumentKind.DIARY else "",
    )


def _made(key: uuid.UUID, patient: Patient) -> Document | None:
    """What an earlier arrival of this form has printed."""
    found = (
        Document.objects.without_content().select_related("version", "step").filter(pk=key).first()
    )
    if found is not None and found.patient_id != patient.pk:
        raise NotPrintable(_("This form belongs to another patient. Open it again."))
    return found


def _newest(plan: Plan) -> Version | None:
    return (
        Version.objects.filter(plan=plan)
        .select_related("plan__patient__clinic", "signed_by", "replaces")
        .order_by("-number")
        .first()
    )


def _version(kind: DocumentKind, plan: Plan | None, patient: Patient) -> Version | None:
    """The newest signed version of the plan: the only one that is printed anew."""
    if plan is None:
        raise NotPrintable(_("Choose the plan that is printed."))
    version = _newest(plan)
    check_of_a_plan(
        kind,
        state=plan.state,
        signed=version is not None,
        patient_died=patient.died_on is not None,
    )
    return version


def _step(version: Version | None, wish: Wish) -> Step | None:
    """The step of a diary sheet, as a row of the version that is printed."""
    if wish.kind is not DocumentKind.DIARY:
        return None
    found = Step.objects.filter(version=version, key=wish.step).first()
    if found is None:
        raise NotPrintable(_("Choose the step whose days stand on the diary sheet."))
    return found


def _check_flagged(patient: Patient) -> None:
    if not Escalation.objects.about(patient).exclude(state="entered in error").exists():
        raise NotPrintable(_("No red flag is recorded, so there is nothing to hand over."))


def _open_flags(patient: Patient) -> list[Escalation]:
    return list(
        Escalation.objects.about(patient).still_open().order_by("level", "reported_at", "pk")
    )


def _check_flags(wish: Wish, flags: list[Escalation]) -> None:
    """Paper that leaves with the patient names no red flag; whoever prints it has seen them."""
    unseen = [flag.label for flag in flags if flag.pk not in wish.flags_seen]
    if wish.kind.names_no_flag and unseen:
        raise NotPrintable(
            _("A red flag is open: {flags}. Say that you know of it.").format(
                flags=", ".join(unseen)
            )
        )


def _check_still_so(patient: Patient, version: Version | None, flags: list[Escalation]) -> None:
    """Whether what was set a moment ago is still what the record says."""
    if (
        version is not None
        and Version.objects.filter(plan=version.plan_id, number__gt=version.number).exists()
    ):
        raise NotPrintable(_("A new version was signed meanwhile. Print again."))
    if {flag.pk for flag in _open_flags(patient)} != {flag.pk for flag in flags}:
        raise NotPrintable(_("A red flag was raised or closed meanwhile. Print again."))


def _set(
    patient: Patient, version: Version | None, step: Step | None, wish: Wish, printing: Printing
) -> Printed:
    """Make the sheet, then set it. The library is loaded here and nowhere else."""
    match wish.kind:
        case DocumentKind.SUMMARY:
            from plans.documents import summary as summary_paper

            return summary_paper.render(summary(patient, printing), page=wish.page)
        case DocumentKind.HANDOVER:
            from plans.documents import handover as handover_paper

            return handover_paper.render(handover(patient, printing), page=wish.page)
        case DocumentKind.TRANSFER:
            return _package(patient, wish, printing)
        case DocumentKind.HANDOUT | DocumentKind.DIARY | DocumentKind.SUPPLY:
            if version is None:
                raise NotPrintable(_("Choose the plan that is printed."))
            return _of_version(version, step, wish, printing)


def _of_version(version: Version, step: Step | None, wish: Wish, printing: Printing) -> Printed:
    if wish.kind is DocumentKind.SUPPLY:
        from plans.documents import supply as supply_paper

        return supply_paper.render(supply_sheet(version, printing), page=wish.page)
    if wish.kind is DocumentKind.DIARY and step is not None:
        from plans.documents import diary as diary_paper

        days = version.schedule().step(step.key)
        if days_of(days, printing.today)[0] > days_of(days, printing.today)[1]:
            raise NotPrintable(_("The days of this step are over."))
        sheet = diary(version, days, printing, discreet=wish.discreet)
        return diary_paper.render(sheet, page=wish.page, size=wish.size)
    from plans.documents import handout as paper

    return paper.render(handout(version, printing), page=wish.page, size=wish.size)


def _package(patient: Patient, wish: Wish, printing: Printing) -> Printed:
    """Cover, summary, and of each plan that goes on its handout and supply sheet, as one file."""
    from plans.documents import bundle, style
    from plans.documents import handover as handover_paper

    parts: list[tuple[str, Printed]] = []
    whole = replace(wish, kind=DocumentKind.SUMMARY)
    parts.append((DocumentKind.SUMMARY.words, _set(patient, None, None, whole, printing)))
    for version in _going_on(patient):
        for kind in (DocumentKind.HANDOUT, DocumentKind.SUPPLY):
            label = _("{kind}, {title}, version {number}").format(
                kind=kind.words,
                title=version.title or version.plan.title or version.plan.reference,
                number=version.number,
            )
            one = replace(wish, kind=kind)
            parts.append((label, _of_version(version, None, one, printing)))
    recipient = wish.recipient_name or wish.recipient.words
    ground = wish.ground.words if wish.ground is not None else ""
    contents = [
        ngettext("{what}: {n} page", "{what}: {n} pages", printed.pages).format(
            what=label, n=printed.pages
        )
        for label, printed in parts
    ]
    front = cover(patient, printing, recipient=recipient, ground=ground, contents=contents)
    parts.insert(0, (front.title, handover_paper.render(front, page=wish.page)))
    content = b"".join(
        bundle.bundled(
            [bundle.Part(printed.content, label) for label, printed in parts],
            title=front.name,
            author=front.letterhead.name,
            language=front.language,
        )
    )
    return style.Printed(
        content=content,
        pages=sum(printed.pages for _label, printed in parts),
        unprintable=sum(printed.unprintable for _label, printed in parts),
    )


def _going_on(patient: Patient) -> list[Version]:
    """The newest version of each plan that still says what to take."""
    plans = Plan.objects.filter(patient=patient, state__in=STANDING).order_by("begun_at", "pk")
    return [version for plan in plans if (version := _newest(plan)) is not None]


def _disclose(
    key: uuid.UUID,
    patient: Patient,
    version: Version | None,
    wish: Wish,
    *,
    now: datetime,
    by: User,
) -> Disclosure | None:
    """The row of the patient's accounting; none for what stays with our own team."""
    if wish.recipient is Recipient.OWN_TEAM:
        return None
    if wish.ground is None:
        raise NotPrintable(_("Say on what ground it is given."))
    what = wish.kind.words
    if version is not None:
        what = _("{kind}, plan version {number}").format(kind=what, number=version.number)
    return Disclosure.objects.create(
        id=uuid.uuid5(key, "disclosure"),
        patient=patient,
        recipient=wish.recipient_name or wish.recipient.words,
        what=what,
        subject=f"D-{key.hex[:8]}",
        ground=wish.ground.value,
        consent=wish.consent,
        why=wish.why,
        facility=wish.facility,
        emergency=wish.emergency,
        disclosed_at=now,
        disclosed_by=by,
    )
