"""The downtime pack: what a clinic works from while the service does not answer.

Made for whoever treats patients in the clinic, so a restricted record, which only its care team
reaches, is not in it and not named, nor one that is archived. The doses of each day come from the
same function as every page.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from patients.models import Patient, of_one_person
from patients.presenters import banner
from patients.presenters.rows import standing
from patients.vocabulary import Kind
from plans.models import Escalation, FollowUp, Plan, Request, Version
from plans.models.catalogues import catalogue_of
from plans.models.schedules import schedules
from plans.presenters.calendar import act_word
from plans.presenters.chart import PlanFacts
from plans.presenters.dosing import dose_line
from plans.presenters.handout import STANDING, as_needed_lines
from plans.presenters.paper import labelled, letterhead, purpose, unprintable
from plans.presenters.summary.course import open_flag
from plans.presenters.summary.person import allergies, lines_of_rows
from plans.presenters.summary.plan import ends, next_step, plan_title
from plans.presenters.week import TRANSFERRED
from plans.rules import calendar
from plans.rules.check_in import AskedKind, Decision, How, Reporter, TakenAs
from plans.rules.holds import holding_on
from plans.rules.lifecycle import PlanState, state_word, version_on
from plans.rules.schedule import PatchAct, next_change
from plans.rules.symptoms import ASKED_AS_SAFETY, SAFETY_QUESTIONS, SUICIDE, Severity, Suicide
from plans.rules.vitals import Field
from plans.rules.wording import product_name
from plans.sheets.downtime import BlankCheckIn, Boxes, Cover, Lines, Room
from plans.sheets.handover import Handover
from plans.sheets.paper import (
    Column,
    Facts,
    Footing,
    Letterhead,
    Line,
    Listing,
    Passage,
    Person,
    Row,
    Run,
    plain,
    strong,
)
from taperplan import formats
from taperplan.accounts.models import Ladder, ProtocolText
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from patients.presenters import Banner
    from plans.rules.calendar import DayOf
    from plans.rules.symptoms import Symptom
    from plans.sheets.paper import OpenFlag, Section
    from taperplan.accounts.models import Clinic

_DAY = timedelta(days=1)
# The day on which it is made, and the next seven.
DAYS_AHEAD = 7
AT_ONCE = 100
OPEN_TO_ALL: dict[str, Any] = {"restricted": False, "archived_at": None}


@dataclass(frozen=True)
class Making:
    """The pack that is being made: whose, and when."""

    clinic: Clinic
    at: datetime

    @property
    def today(self) -> date:
        return self.clinic.day(self.at)

    @property
    def last(self) -> date:
        return self.today + DAYS_AHEAD * _DAY

    @property
    def made(self) -> str:
        return self.moment(self.at)

    def moment(self, moment: datetime) -> str:
        return formats.moment(moment.astimezone(self.clinic.zone))


@dataclass(frozen=True)
class Sheet:
    """One patient's sheet, and how the first sheet names it."""

    label: str
    row: Row
    paper: Handover


def under_treatment(clinic: Clinic) -> list[Any]:
    """The keys of whose sheets are in the pack, by name."""
    states = [*STANDING, TRANSFERRED]
    people = Patient.objects.under_care().filter(
        clinic=clinic, pk__in=_with_a_plan(clinic, states), **OPEN_TO_ALL
    )
    names = ("family_name", "given_names", "born", "pk")
    return list(people.order_by(*names).values_list("pk", flat=True))


def _with_a_plan(clinic: Clinic, states: list[str]) -> set[Any]:
    """Patients with a signed plan under way, those too to whose record theirs is joined."""
    rows = Version.objects.filter(
        plan__patient__in=Patient.objects.filter(clinic=clinic, **OPEN_TO_ALL),
        plan__state__in=states,
    )
    pairs = rows.values_list("plan__patient", "plan__patient__joined_to").distinct()
    return {joined or own for own, joined in pairs}


def sheets(making: Making, keys: Sequence[Any]) -> Iterator[Sheet]:
    """A sheet for each of them, some at a time: no clinic is held in memory as a whole."""
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        rows = Patient.objects.filter(pk__in=some).select_related("clinic")
        known = rows.in_bulk()
        people = [known[key] for key in some if key in known]
        about = _About(making, people)
        yield from (about.sheet(patient) for patient in people)


class _About:
    """What is read of several patients together."""

    def __init__(self, making: Making, people: list[Patient]) -> None:
        self.making = making
        keys = of_one_person(people)
        joined = Patient.objects.filter(pk__in=keys, joined_to__isnull=False)
        self._owner = dict(joined.values_list("pk", "joined_to"))
        # Of a record that was joined: its open red flags are in reach, restricted or not; the rest
        # is as before it was joined.
        open_to_all = list(
            Patient.objects.filter(pk__in=keys, **OPEN_TO_ALL).values_list("pk", flat=True)
        )
        self.plans: dict[Any, list[PlanFacts]] = defaultdict(list)
        self._read_plans(open_to_all)
        self.flags: dict[Any, list[Escalation]] = defaultdict(list)
        flags = Escalation.objects.still_open().filter(patient__in=keys)
        for flag in flags.select_related("acknowledged_by").order_by("level", "reported_at", "pk"):
            self.flags[self._whose(flag.patient_id)].append(flag)
        due = FollowUp.objects.filter(patient__in=people).values_list("patient", "due_on")
        self.due = dict(due)
        self.asked: dict[Any, list[Request]] = defaultdict(list)
        waiting = Request.objects.filter(patient__in=open_to_all).unanswered()
        for request in waiting.select_related("by", "given_by").order_by("at", "pk"):
            self.asked[self._whose(request.patient_id)].append(request)

    def _whose(self, key: Any) -> Any:
        return self._owner.get(key, key)

    def _read_plans(self, keys: list[Any]) -> None:
        today = self.making.today
        plans = Plan.objects.filter(patient__in=keys, state__in=[*STANDING, TRANSFERRED])
        signed: dict[Any, list[Version]] = defaultdict(list)
        versions = Version.objects.filter(plan__in=plans).select_related("plan", "signed_by")
        for version in versions.order_by("plan__begun_at", "plan", "number"):
            signed[version.plan_id].append(version)
        answering = {plan: _answering(found, today) for plan, found in signed.items()}
        found = schedules([version for some in answering.values() for version in some])
        for some in answering.values():
            plan = some[0].plan
            self.plans[self._whose(plan.patient_id)].append(
                PlanFacts(
                    plan=plan,
                    versions=tuple(some),
                    schedules={version.number: found[version.pk] for version in some},
                    check_ins=(),
                    flags=(),
                    today=today,
                    zone=self.making.clinic.zone,
                )
            )

    def sheet(self, patient: Patient) -> Sheet:
        making = self.making
        shown = banner(patient, making.today)
        flags = [open_flag(flag, making.moment) for flag in self.flags[patient.pk]]
        record = shown.record or patient.reference
        sections: list[Section] = []
        if asked := self.asked[patient.pk]:
            sections.append(_asked(making, asked))
        for facts in self.plans[patient.pk]:
            sections += _plan(making, facts)
        sections.append(self._people(patient, shown))
        name = formats.family_given(patient.family_name, patient.given_names)
        changes = [_next(making, facts) for facts in self.plans[patient.pk]]
        return Sheet(
            label=name,
            row=Row(
                (
                    strong(f"{name} ({patient.latin_name})" if patient.latin_name else name),
                    plain(formats.short_day(patient.born)),
                    plain(record),
                    strong(formats.number(len(flags))) if flags else plain(_("none")),
                    _below(changes),
                )
            ),
            paper=Handover(
                language=making.clinic.spoken,
                name=_("Downtime sheet {reference}").format(reference=patient.reference),
                flags_heading=_flags_heading(flags),
                open_flags=tuple(flags),
                title=_("Downtime sheet"),
                below=(strong(_("Made {when}").format(when=making.made)),),
                letterhead=_letterhead(making.clinic),
                person=_person(patient, shown, record),
                sections=tuple(sections),
                unprintable=unprintable(),
                footing=_footing(making, name, record, latin=patient.latin_name),
            ),
        )

    def _people(self, patient: Patient, shown: Banner) -> Facts:
        written = standing(patient)
        due = self.due.get(patient.pk)
        rows: list[tuple[str, Line]] = [
            (_("Next check-in"), strong(formats.day(due)) if due else plain(_("no date is set"))),
            (_("Allergies"), allergies(patient, written)),
            (
                _("Other medicines"),
                lines_of_rows(written[Kind.MEDICINE]) or plain(_("none recorded")),
            ),
            (_("Telephone"), strong(shown.telephone or _("not recorded"))),
        ]
        if shown.no_messages:
            rows.append((_("Messages"), strong(_("no messages"))))
        if patient.who_may_answer:
            rows.append((_("Who may answer"), plain(patient.who_may_answer)))
        rows.append(
            (
                _("People and services"),
                lines_of_rows(written[Kind.CONTACT]) or plain(_("none recorded")),
            )
        )
        return Facts(_("Contacts and care"), tuple(rows))


def _answering(versions: list[Version], today: date) -> list[Version]:
    """Those that can answer for a day of the pack, and the newest."""
    before = version_on(versions, today - _DAY)
    return [one for one in versions if before is None or one.number >= before.number]


# --- one plan -------------------------------------------------------------------------------------
def _plan(making: Making, facts: PlanFacts) -> Iterator[Section]:
    today = making.today
    now = version_on(facts.versions, today)
    rows: list[tuple[str, Line]] = [
        (_("Plan"), strong(state_word(PlanState(facts.plan.state)))),
        (_("In force"), _version(making, now) if now else strong(_("no version is in force yet"))),
    ]
    rows += [
        (_("Signed, not yet in force"), _version(making, one)) for one in _coming(facts, today)
    ]
    if now is not None and holding_on(now.hold_from, now.hold_until, today):
        until = now.hold_until
        words = _("until {day}").format(day=formats.day(until)) if until else ""
        rows.append(
            (_("Staying on this dose"), strong(words or _("until a new version is signed")))
        )
    rows.append((_("Next change"), _next(making, facts)))
    rows.append((_("End"), plain("; ".join(ends(facts.schedule)) or _("not stated"))))
    for version in (now or facts.version,):
        if version.missed_dose_text:
            rows.append((_("Missed dose"), plain(version.missed_dose_text)))
        if version.team_text:
            rows.append((_("For the team"), plain(version.team_text)))
    yield Facts(plan_title(facts), tuple(rows))
    days = calendar.days(facts.versions, facts.schedules, today, making.last)
    yield Listing(
        heading=_("Doses, {days}").format(days=formats.day_range(today, making.last)),
        columns=(Column(_("Day"), 3), Column(_("Take"), 8)),
        rows=tuple(Row((strong(formats.day(one.day)), _doses(one))) for one in days),
        empty="",
    )
    schedule = facts.schedules[(now or facts.version).number]
    if needed := schedule.as_needed:
        lines = [line for one in needed for line in as_needed_lines(one, schedule)]
        yield Passage(_("As needed"), tuple(lines))


def _coming(facts: PlanFacts, today: date) -> list[Version]:
    now = version_on(facts.versions, today)
    return [
        one
        for one in facts.versions
        if one.in_force_from > today and (now is None or one.number > now.number)
    ]


def _version(making: Making, version: Version) -> Line:
    from_ = formats.day(version.in_force_from)
    if version.in_force_slot:
        from_ += ", " + formats.slot_name(version.in_force_slot).lower()
    words = _("version {number}, from {day}").format(number=version.number, day=from_)
    signed = _("; signed {when} by {name}").format(
        when=making.moment(version.signed_at), name=version.signed_by.name
    )
    return (Run(words, strong=True), Run(signed))


def _next(making: Making, facts: PlanFacts) -> Line:
    """The next change that is dated: of the version in force, unless another comes before it."""
    today = making.today
    now = version_on(facts.versions, today)
    coming = _coming(facts, today)
    if now is not None:
        change = next_change(facts.schedules[now.number], today)
        if not coming or (change is not None and change.day < coming[0].in_force_from):
            return next_step(_as_of(facts, now), today)
    if coming:
        words = _("version {number} from {day}").format(
            number=coming[0].number, day=formats.day(coming[0].in_force_from)
        )
        return strong(words)
    return next_step(facts, today)


def _as_of(facts: PlanFacts, version: Version) -> PlanFacts:
    kept = tuple(one for one in facts.versions if one.number <= version.number)
    return replace(facts, versions=kept)


def _doses(one: DayOf) -> Line:
    if one.away is not None:
        return strong(_("Set by {where}, not recorded here.").format(where=one.away.where))
    line: list[Run] = []
    for version, expected in one.doses:
        if line:
            line.append(Run("\n"))
        line.append(Run(f"{formats.slot_name(expected.when.token)}: "))
        dose = dose_line(expected.product, expected.drug, expected.quantity, named=True)
        line += dose
        if one.version is not None and version.number != one.version.number:
            line.append(Run(_(" (version {number})").format(number=version.number)))
    for worn in one.worn:
        if worn.act is PatchAct.APPLY:
            continue
        name = product_name(worn.product, worn.drug)
        words = _("{name}, applied {day}").format(name=name, day=formats.day(worn.applied_on))
        line += [Run("\n" if line else ""), Run(f"{act_word(worn.act)}: "), Run(words)]
    if line:
        return tuple(line)
    if one.version is None:
        return plain(_("no version in force"))
    return plain(_("nothing is stated for this day"))


def _asked(making: Making, asked: Sequence[Request]) -> Passage:
    lines = []
    for request in asked:
        who = request.given_by.name if request.given_by else request.by.name
        lines.append(
            strong(
                _("{what}, since {when} ({who}): {words}").format(
                    what=AskedKind(request.asked).label,
                    when=making.moment(request.at),
                    who=who,
                    words=request.words,
                )
            )
        )
    return Passage(_("Asked for, not yet signed"), tuple(lines), bullets=True)


def _person(patient: Patient, shown: Banner, record: str) -> Person:
    first = [part for part in (shown.sex, shown.speaks) if part]
    if shown.prefers:
        first.append(_("prefers {}").format(shown.prefers))
    dot = " \N{MIDDLE DOT} "
    return Person(
        name=shown.name,
        born=labelled(_("born"), shown.born),
        identifier=labelled(_("record"), record),
        details=(dot.join(first),) if first else (),
        latin=patient.latin_name,
    )


def _flags_heading(flags: Sequence[OpenFlag]) -> str:
    words = ngettext("{n} red flag is open", "{n} red flags are open", len(flags))
    return words.format(n=len(flags))


def _below(lines: Sequence[Line]) -> Line:
    found: list[Run] = []
    for line in lines:
        found += [Run("\n"), *line] if found else line
    return tuple(found)


def _letterhead(clinic: Clinic) -> Letterhead:
    head = letterhead(clinic)
    if not clinic.out_of_hours:
        return head
    words = _("out of hours {number}").format(number=clinic.out_of_hours)
    return Letterhead(name=head.name, hours=words, phone=head.phone)


def _footing(making: Making, name: str, identity: str, *, latin: str = "") -> Footing:
    words = _("Downtime pack, made {when}. Not for the patient.").format(when=making.made)
    if making.clinic.demo:
        words = _("Synthetic data, no real person.") + " " + words
    return Footing(
        name=name,
        identity=identity,
        printed=words,
        purpose=purpose(),
        page=_("Page {page} of {pages}"),
        latin=latin,
    )


# --- the first sheet ------------------------------------------------------------------------------
def cover(making: Making, rows: Sequence[Row]) -> Cover:
    clinic = making.clinic
    return Cover(
        language=making.clinic.spoken,
        name=_("Downtime pack"),
        author=clinic.name,
        title=_("Downtime pack"),
        below=(
            strong(clinic.name),
            strong(_("Made {when}").format(when=making.made)),
        ),
        sections=(
            _contents(making, len(rows)),
            _numbers(clinic),
            *_protocols(clinic),
            _ladder(clinic),
            _afterwards(),
            Listing(
                heading=_("Patients in this pack"),
                columns=(
                    Column(_("Patient"), 4),
                    Column(_("Born"), 2),
                    Column(_("Record"), 3),
                    Column(_("Open red flags"), 1),
                    Column(_("Next change"), 5),
                ),
                rows=tuple(rows),
                empty=_("No plan is under way."),
            ),
        ),
        unprintable=unprintable(),
        footing=_footing(making, clinic.name, _("first sheet")),
    )


def _contents(making: Making, many: int) -> Facts:
    return Facts(
        _("This pack"),
        (
            (_("Patients"), strong(formats.number(many))),
            (_("Doses of"), strong(formats.day_range(making.today, making.last))),
            (
                _("Not in it"),
                plain(
                    _(
                        "What was signed, told or reported after it was made. Restricted records: "
                        "their care team keeps papers of its own."
                    )
                ),
            ),
        ),
    )


def _numbers(clinic: Clinic) -> Facts:
    rows = (
        (_("Telephone"), clinic.telephone),
        (_("Hours"), clinic.hours),
        (_("Out of hours"), clinic.out_of_hours),
        (_("Emergency"), clinic.emergency),
        (_("Crisis line"), clinic.crisis),
    )
    return Facts(
        _("Numbers"),
        tuple((label, strong(value or _("not recorded"))) for label, value in rows),
    )


def _protocols(clinic: Clinic) -> Iterator[Passage]:
    kinds = (ProtocolText.Kind.EMERGENCY, ProtocolText.Kind.SAME_DAY)
    found = dict(
        ProtocolText.objects.in_force(clinic).filter(kind__in=kinds).values_list("kind", "text")
    )
    for kind in kinds:
        text = found.get(kind.value, "")
        yield Passage(str(kind.label), (plain(text or _("No text is confirmed.")),))


def _ladder(clinic: Clinic) -> Listing:
    rungs = Ladder.objects.standing_rungs(clinic)
    return Listing(
        heading=_("Who is told of a red flag, in this order"),
        columns=(
            Column(_("Who"), 3),
            Column(_("Telephone"), 3),
            Column(_("Minutes before the next"), 2),
        ),
        rows=tuple(
            Row(
                (
                    strong(person.name),
                    strong(person.telephone or _("not recorded")),
                    plain(formats.number(minutes)),
                )
            )
            for person, minutes in rungs
        ),
        empty=_("Nobody is named by person. Ask whoever is on call."),
    )


def _afterwards() -> Passage:
    return Passage(
        _("When the service answers again"),
        tuple(
            plain(words)
            for words in (
                _("Red flags first: report each, with the time at which it happened."),
                _("Then every check-in, with the day and time at which it happened and was told."),
                _("Keep the paper until somebody else has compared it with the record."),
                _("Then destroy this pack as the clinic destroys patient papers."),
            )
        ),
        bullets=True,
    )


# --- a blank check-in -----------------------------------------------------------------------------
def blank_check_in(making: Making) -> BlankCheckIn:
    """What a check-in asks, with this clinic's own symptoms; nothing on it is filled in."""
    clinic = making.clinic
    catalogue = catalogue_of(clinic)
    symptoms = [one for one in catalogue.symptoms if one.key not in ASKED_AS_SAFETY]
    known = {one.key: one for one in catalogue.symptoms}
    asked = [known[key] for key in SAFETY_QUESTIONS if key != SUICIDE]
    safety = tuple(_first_capital(one.asked_as) for one in asked)
    flagged = _("A star is a red flag when present: act now, as the first sheet says.")
    return BlankCheckIn(
        language=making.clinic.spoken,
        name=_("Check-in on paper"),
        author=clinic.name,
        title=_("Check-in on paper"),
        below=(
            strong(clinic.name),
            plain(_("For when the service does not answer. It is entered later, as it was then.")),
        ),
        parts=(
            Lines(
                _("Who and when"),
                _("What"),
                _("Write here"),
                (
                    _("Family and given names"),
                    _("Born"),
                    _("Record number"),
                    _("Plan version on the sheet"),
                    _("Happened: day and time"),
                    _("Told to us: day and time"),
                    _("How ({words})").format(words=", ".join(how.label for how in How)),
                    _("Told by ({words})").format(words=", ".join(who.label for who in Reporter)),
                    _("Where now, number to call back"),
                    _("Written by"),
                ),
            ),
            Boxes(
                _("Safety questions, all of them"),
                _("Question"),
                (_("None"), _("Present"), _("Declined"), _("Could not be asked")),
                safety,
                _("Present is a red flag: act now, as the first sheet says."),
            ),
            Boxes(
                _("Suicide"),
                _("Answer, one of these"),
                (_("Tick one"),),
                tuple(_first_capital(_(answer.value)) for answer in Suicide),
                _("Write below who asked, in which words it was answered, and what was done."),
            ),
            Room(_("What is present: what, when each, how long, who saw it, last dose before"), 4),
            Boxes(
                _("Taken since the last check-in"),
                _("Drug"),
                tuple(_first_capital(one.label) for one in TakenAs),
                ("", "", ""),
                _("Where not as planned, write day and amount below."),
            ),
            Room(_("Amounts, last dose taken, what is left in hand"), 3),
            Boxes(
                _("Symptoms"),
                _("Symptom; star: red flag"),
                (_("None"), *(_first_capital(_(one.value)) for one in Severity), _("Declined")),
                (*(_starred(one) for one in symptoms), "", "", ""),
                flagged,
            ),
            Lines(
                _("Measured"),
                _("What"),
                _("Figure and unit"),
                tuple(
                    f"{field.label} ({' / '.join(unit.value for unit in field.units)})"
                    for field in Field
                ),
            ),
            Boxes(
                _("Decision"),
                "",
                tuple(_first_capital(one.label) for one in Decision),
                (_("Decided"),),
            ),
            Lines(
                _("Afterwards"),
                _("What"),
                _("Write here"),
                (
                    _("Why, where not to continue"),
                    _("Next check-in: day, how"),
                    _("Entered by, compared by"),
                ),
            ),
            Room(_("Notes"), 6),
        ),
        unprintable=unprintable(),
        footing=_footing(making, _("Blank check-in"), _("name and birth date") + " " + "_" * 32),
    )


def _starred(symptom: Symptom) -> str:
    return _first_capital(symptom.label) + (" *" if symptom.star else "")


def _first_capital(words: str) -> str:
    return words[:1].upper() + words[1:]
