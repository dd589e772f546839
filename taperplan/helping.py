"""The pages of help: one for each job, in a few steps, with a picture of the demo clinic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Topic:
    """`picture`: a file of `static/taperplan/help`, made by `make screenshots`; `shows` says it."""

    key: str
    title: StrOrPromise
    about: StrOrPromise
    steps: tuple[StrOrPromise, ...]
    keys: tuple[tuple[str, StrOrPromise], ...] = ()
    picture: str = ""
    shows: StrOrPromise = ""
    notes: tuple[StrOrPromise, ...] = ()


TOPICS: tuple[Topic, ...] = (
    Topic(
        "worklist",
        _("See who waits"),
        _("The worklist is the first page. Groups stand in the order of what cannot wait."),
        (
            _("Read the groups from the top: red flags, then check-ins that are late or due."),
            _("Choose Mine or Team. The figure beside each says how much waits for an act there."),
            _("Choose one kind under Show. The choice is kept in the address, for a bookmark."),
            _("Press the button of a row to act, or the name to open the patient."),
        ),
        keys=(
            ("j k", _("next row, row before")),
            ("Enter", _("open the row")),
            ("a", _("act on the row")),
            ("g t", _("mine or team")),
        ),
        picture="worklist.png",
        shows=_("The worklist of the demo clinic: a red flag, two late check-ins, one due today."),
        notes=(
            _("A red flag of anybody in the clinic stands on both lists."),
            _("Whoever died, was transferred or is joined to another record is on neither."),
        ),
    ),
    Topic(
        "find-a-patient",
        _("Find a patient"),
        _("One search for names, dates of birth, record numbers and phone numbers."),
        (
            _("Press / or the search of the top bar; on a phone, Search at the bottom."),
            _("Type parts of names in any order. Accents, capitals and apostrophes do not matter."),
            _("Or type a date of birth, as 21 Nov 1956 or 21.11.1956, a record or phone number."),
            _("Choose with the arrow keys and Enter, or tap. Enter alone shows the whole list."),
        ),
        keys=(("/", _("search")), ("Esc", _("close the list"))),
        picture="search.png",
        shows=_("Two letters typed into the search, and the patients found below it."),
        notes=(_("Restricted records are found by their care team only."),),
    ),
    Topic(
        "check-in",
        _("Record a check-in"),
        _("What happened since the last one. A draft is kept with every answer."),
        (
            _("Open the patient and press Record a check-in."),
            _("Answer each safety question. No answer is set beforehand."),
            _("Go through the symptoms of last time, then add what is present besides."),
            _("Say what was taken, as told. Not known stays not known."),
            _("State the decision and type the date of the next check-in. Then complete."),
        ),
        keys=(
            ("c", _("record a check-in, on a patient's page")),
            ("n y", _("no, yes, on a safety question")),
            ("Ctrl Enter", _("complete")),
        ),
        picture="check-in.png",
        shows=_("The safety questions of a check-in, none of them answered yet."),
        notes=(
            _("A starred answer raises its red flag at once, in a draft too."),
            _("A completed check-in is never edited: a correction supersedes it."),
        ),
    ),
    Topic(
        "stay",
        _("Stay on a dose"),
        _("The step goes on and the next change waits. Staying on a dose never means stop."),
        (
            _("Open the patient's plan and press Stay on this dose."),
            _("Type from which day and until when, or leave the end open, and the reason."),
            _("Read the dates before and after. Doses are as they were signed."),
            _("A prescriber signs it as a new version. Print the new handout."),
        ),
        keys=(("h", _("stay or change the plan, on a patient's page")),),
        picture="plan.png",
        shows=_("A plan of an invented drug, with its versions and what can be done with it."),
        notes=(_("Until it is signed it stands above the plan as asked for, not yet signed."),),
    ),
    Topic(
        "red-flag",
        _("Answer a red flag"),
        _("What was recorded is told to people until somebody says: I am dealing with it."),
        (
            _("Press Acknowledge. Your name and the time are written down."),
            _("Read what your clinic does, and call. The numbers are large for that."),
            _("Write each call down, reached or not."),
            _("Record the outcome, then close."),
        ),
        keys=(("g r", _("red flags")),),
        picture="red-flag.png",
        shows=_("An open red flag of the demo clinic: what the clinic does, and where it stands."),
        notes=(
            _("It cannot be closed without an outcome and a contact, or what was done instead."),
        ),
    ),
    Topic(
        "print",
        _("Print the week's handouts"),
        _("One file for everybody whose doses change this week; each patient on a new sheet."),
        (
            _("Open Documents, then This week's handouts."),
            _("Choose paper and letters. Who is left out stands below, with the reason."),
            _("Press Print. What was printed is kept byte for byte."),
            _("For one patient, press Print handout on their page."),
        ),
        keys=(("p", _("print a handout, on a patient's page")),),
        picture="documents.png",
        shows=_("The documents of the demo clinic."),
        notes=(_("An open red flag is never printed on a handout; it is named before printing."),),
    ),
    Topic(
        "plan",
        _("Type a plan"),
        _("Every figure of a schedule is typed by a prescriber. The software adds up."),
        (
            _("Begin a plan: name each product with its form and strength."),
            _("Type each step: first day, how long, and how many at each time of day."),
            _("Read what each cell says below it, and the computed day totals beside."),
            _("Mend or accept each finding with a reason. Then sign."),
        ),
        keys=(
            ("Enter", _("down")),
            ("Ctrl D", _("copy the row, quantities blank")),
            ("Ctrl Z", _("undo")),
        ),
        picture="grid.png",
        shows=_("The step grid with two invented drugs, typed cells and computed totals."),
        notes=(_("A signed version never changes. A change is a new version."),),
    ),
)

DOES_NOT: tuple[StrOrPromise, ...] = (
    _("It makes no step: each is typed by a prescriber."),
    _("It fills in no figure: a field for a dose, a count or a length is blank until typed."),
    _("It converts no drug into another and sums no two drugs."),
    _("It rounds no typed dose and looks for no combination of tablets."),
    _("It checks no interactions and no allergies; it shows what was recorded."),
    _("It gives no score a meaning, no reduction a colour and no plan a mark."),
    _("It sends nothing to patients. They get paper from you."),
    _("It does not replace your clinic's emergency procedure. It shows its text and numbers."),
)

# By what they are about. Every word that a tag, a role, a level or a paper can show is here.
GLOSSARY: tuple[tuple[StrOrPromise, tuple[tuple[StrOrPromise, StrOrPromise], ...]], ...] = (
    (
        _("What was not said"),
        (
            (_("none"), _("Asked, and the answer was none; or a dose of nothing, typed.")),
            (_("not asked"), _("Nobody asked.")),
            (_("not recorded"), _("Nobody wrote it down. It is never read as none or as 0.")),
            (
                _("not typed"),
                _("A cell of the schedule that is empty: no statement, neither a dose nor none."),
            ),
            (_("declined"), _("Asked, and the person would not or could not answer.")),
            (
                _("could not be asked"),
                _("A safety question that nobody could ask, with the reason. It stays open."),
            ),
            (_("computed"), _("Added up from what was typed. Nothing else makes a figure.")),
        ),
    ),
    (
        _("The plan"),
        (
            (_("plan"), _("What is to be taken, from its first day to a stated end, in versions.")),
            (_("draft"), _("What is being typed. Nothing of it is in force.")),
            (
                _("version"),
                _("The whole schedule as signed. It never changes; a later one replaces it."),
            ),
            (_("in force"), _("The version that counts on a day, from the day typed in it.")),
            (
                _("superseded"),
                _("Replaced by a later version, or by a correction; still readable."),
            ),
            (_("step"), _("Days with the same doses.")),
            (_("pattern"), _("Every day, every so many days, chosen weekdays, or a cycle.")),
            (
                _("as needed"),
                _("Taken when needed, up to the maximum typed, apart by the gap typed."),
            ),
            (_("product"), _("A drug in one form and one strength.")),
            (
                _("do not split"),
                _("A product whose parts are not given; a half of it is a finding."),
            ),
            (
                _("finding"),
                _("A fact about a schedule, mended or accepted with a reason before signing."),
            ),
            (
                _("lower, same, higher"),
                _("What a step is beside the step before it: a fact about one drug, no mark."),
            ),
            (
                _("staying on this dose"),
                _("The step goes on, and the next change waits. It never means stop."),
            ),
            (
                _("interruption, interrupted"),
                _("Days on which others set the doses, or none is taken here."),
            ),
            (
                _("restart"),
                _("Going on after an interruption or a stop, by a version that is signed."),
            ),
            (
                _("asked for, not yet signed"),
                _("A change somebody wants. The plan is as signed until a prescriber answers."),
            ),
            (
                _("instruction by telephone"),
                _("A prescriber's words, written down by who took them, signed or rejected later."),
            ),
            (_("taken over"), _("Set elsewhere, kept as told. It was not signed here.")),
            (_("told list"), _("Who knows of a version: the patient, the pharmacy and others.")),
            (_("formulary"), _("The clinic's list of forms and strengths that are to be had.")),
            (_("supply arrangement"), _("When, how and by whom the medicine is collected.")),
        ),
    ),
    (
        _("A drug's part in a plan"),
        (
            (_("tapered"), _("Its dose is brought down, as typed.")),
            (_("introduced in a cross-taper"), _("Begun while another drug is brought down.")),
            (_("unchanged beside it"), _("Kept as it is meanwhile.")),
            (_("supportive"), _("Given for what the change brings with it.")),
            (_("rescue"), _("For a moment that the plan names; as needed.")),
            (
                _("stop, maintain, refer"),
                _("How a drug's schedule ends, as its prescriber states."),
            ),
        ),
    ),
    (
        _("Where a plan stands"),
        (
            (_("active"), _("A signed version is in force, or will be.")),
            (_("aftercare"), _("After the last dose: check-ins go on.")),
            (_("completed"), _("It came to its stated end.")),
            (_("stopped"), _("Ended before its stated end, with the reason.")),
            (
                _("transferred"),
                _("Taken on by a named receiver who accepted. Until then check-ins stay due."),
            ),
            (_("lost to contact"), _("Nobody reaches the patient; it is written down since when.")),
            (
                _("entered in error"),
                _("On the wrong patient, or a mistake. It stays readable, with the reason."),
            ),
        ),
    ),
    (
        _("The check-in"),
        (
            (_("check-in"), _("What was asked and told on one occasion.")),
            (_("baseline"), _("A check-in before any version is in force.")),
            (_("contact"), _("A call, message or letter that is no check-in.")),
            (
                _("safety question"),
                _("Seizure, hallucination, confusion, suicide, loss of consciousness, overdose."),
            ),
            (_("event"), _("Something that happened at a time, such as a fall: how many, when.")),
            (_("interference"), _("How much a symptom gets in the way of the day, 0 to 3.")),
            (_("scale total"), _("What a rater counted. It tracks change and decides no dose.")),
            (
                _("told in confidence"),
                _("By a third person. Left out of a patient's copy until a clinician decides."),
            ),
            (_("decision"), _("What the clinician decides. The plan changes when it is signed.")),
            (
                _("overdue"),
                _("The date that a clinician set has passed, and nothing was recorded."),
            ),
            (
                _("risk-benefit review"),
                _("Looking at the whole again, on a date a clinician sets."),
            ),
        ),
    ),
    (
        _("Red flags"),
        (
            (_("red flag"), _("Something recorded that people are told of at once.")),
            (_("starred"), _("Raises a red flag when it is recorded present.")),
            (_("emergency"), _("Told now, at any hour.")),
            (_("same day"), _("Told in the clinic's hours.")),
            (_("ladder"), _("Who is told, in which order, and after how many minutes.")),
            (_("rung"), _("One place on the ladder: people, a rota, or a shared address.")),
            (_("rota, deputy"), _("Who is on by weekday and hour; who answers for somebody away.")),
            (_("acknowledged"), _("A named person says: I am dealing with it.")),
            (_("outcome"), _("What became of it. Without one a red flag is not closed.")),
            (
                _("limit"),
                _("A figure of a vital sign that a person typed; beyond it a flag is raised."),
            ),
        ),
    ),
    (
        _("Paper"),
        (
            (_("patient handout"), _("The schedule that a patient takes home.")),
            (_("diary sheet"), _("A blank sheet on which a patient writes what was taken.")),
            (
                _("supply sheet for the pharmacy"),
                _("What is collected when, and by whom. No prescription."),
            ),
            (
                _("clinician summary"),
                _("The course so far, with every red flag and open question."),
            ),
            (
                _("red-flag handover sheet"),
                _("For an emergency team: situation, background, acts."),
            ),
            (_("transfer package"), _("What goes with a patient to another team, in one file.")),
            (_("downtime pack"), _("Sheets made beforehand, for hours without this software.")),
            (_("check code"), _("Printed on each page; tells whether that paper still counts.")),
        ),
    ),
    (
        _("People and records"),
        (
            (_("prescriber"), _("Types the schedule and signs it.")),
            (_("monitor"), _("Records check-ins and contacts; asks for changes, signs none.")),
            (
                _("administrator"),
                _("Looks after accounts and the clinic's settings; sees no patient."),
            ),
            (_("auditor"), _("Reads the trail and nothing else.")),
            (
                _("records officer"),
                _("Makes a patient's copy and keeps to the periods of keeping."),
            ),
            (_("protocol owner"), _("The prescriber who confirms the clinic's texts and levels.")),
            (_("privacy lead"), _("Is told of each emergency access, and reviews it.")),
            (_("care team"), _("Who looks after a patient. It decides what is on My list.")),
            (_("restricted"), _("A record that its care team alone finds and opens.")),
            (
                _("emergency access"),
                _("Opening a restricted record for an hour, with a reason that is reviewed."),
            ),
            (_("archived"), _("In no list and no search any more; kept until its period is over.")),
            (_("consent"), _("Who may tell whom what, for what purpose and until when.")),
            (_("disclosure"), _("What left the clinic: to whom, on what ground, when.")),
            (_("trail"), _("Who saw and did what, when. Nobody can change it.")),
        ),
    ),
)


def topic(key: str) -> Topic | None:
    return next((one for one in TOPICS if one.key == key), None)
