"""A check-in as typed, read: what it says, what it still lacks, what cannot be read.

The answers are one flat document, name of the box -> the text that was typed. Nothing is
preset, so a box that is not in it, or is empty, is "not asked", "not recorded", "not typed".
A starred item counts from its confirming key on, in a draft as well; completing asks for more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from fractions import Fraction

from plans.rules import vitals
from plans.rules.schedule import DrugClass
from plans.rules.symptoms import (
    ASKED_AS_SAFETY,
    BY_KEY,
    CATALOGUE,
    OTHER_LINES,
    SAFETY_QUESTIONS,
    SUICIDAL_THOUGHTS,
    SUICIDE,
    SUICIDE_PLAN,
    Severity,
    Shape,
    State,
    Suicide,
    Symptom,
    label,
    rest,
    starred,
)
from plans.rules.vitals import Measured
from taperplan import formats, grammar
from taperplan.words import gettext as _
from taperplan.words import ngettext

Answers = Mapping[str, str]

NOTE_LIMIT = 4_000
LINE_LIMIT = 300
NAME_LIMIT = 200
AMOUNT_LINES = 12
SCALE_LINES = 4


class DraftState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    DISCARDED = "discarded"


class Kind(StrEnum):
    BASELINE = "baseline"
    FOLLOW_UP = "follow-up"


class How(StrEnum):
    VISIT = "visit"
    PHONE = "phone"
    VIDEO = "video"
    HOME = "home"
    WARD = "ward"

    @property
    def label(self) -> str:
        match self:
            case How.VISIT:
                return _("visit")
            case How.PHONE:
                return _("phone")
            case How.VIDEO:
                return _("video")
            case How.HOME:
                return _("home")
            case How.WARD:
                return _("ward")

    @property
    def heading(self) -> str:
        match self:
            case How.VISIT:
                return _("Check-in at a visit")
            case How.PHONE:
                return _("Check-in by phone")
            case How.VIDEO:
                return _("Check-in by video")
            case How.HOME:
                return _("Check-in at home")
            case How.WARD:
                return _("Check-in on the ward")


# Nobody of ours stands beside the patient then: where they are and a number are asked.
TELEPHONED = (How.PHONE, How.VIDEO)


class Reporter(StrEnum):
    PATIENT = "patient"
    CARER = "carer"
    OBSERVED = "observed"

    @property
    def label(self) -> str:
        match self:
            case Reporter.PATIENT:
                return _("patient")
            case Reporter.CARER:
                return _("carer")
            case Reporter.OBSERVED:
                return _("observed")


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not known"

    @property
    def label(self) -> str:
        match self:
            case YesNo.YES:
                return _("yes")
            case YesNo.NO:
                return _("no")
            case YesNo.NOT_KNOWN:
                return _("not known")


class TakenAs(StrEnum):
    PLANNED = "as planned"
    MISSED = "some missed"
    EXTRA = "extra"
    STOPPED = "stopped"
    RAN_OUT = "ran out"
    NOT_KNOWN = "not known"

    @property
    def label(self) -> str:
        match self:
            case TakenAs.PLANNED:
                return _("as planned")
            case TakenAs.MISSED:
                return _("some missed")
            case TakenAs.EXTRA:
                return _("extra taken")
            case TakenAs.STOPPED:
                return _("stopped")
            case TakenAs.RAN_OUT:
                return _("ran out")
            case TakenAs.NOT_KNOWN:
                return _("not known")


class AskedKind(StrEnum):
    HOLD = "hold"
    CHANGE = "change"
    STOP = "stop"

    @property
    def label(self) -> str:
        match self:
            case AskedKind.HOLD:
                return _("staying on the dose in force")
            case AskedKind.CHANGE:
                return _("a change of the plan")
            case AskedKind.STOP:
                return _("stopping the taper")


class Decision(StrEnum):
    CONTINUE = "continue"
    HOLD = "hold"
    CHANGE = "change the plan"
    STOP = "stop the taper"
    REFER = "refer"
    ESCALATE = "escalate"

    @property
    def label(self) -> str:
        match self:
            case Decision.CONTINUE:
                return _("continue")
            case Decision.HOLD:
                return _("stay on this dose")
            case Decision.CHANGE:
                return _("change the plan")
            case Decision.STOP:
                return _("stop the taper")
            case Decision.REFER:
                return _("refer")
            case Decision.ESCALATE:
                return _("escalate")

    @property
    def asked(self) -> AskedKind | None:
        """What a prescriber is asked for by it; the plan itself does not change."""
        match self:
            case Decision.HOLD:
                return AskedKind.HOLD
            case Decision.CHANGE:
                return AskedKind.CHANGE
            case Decision.STOP:
                return AskedKind.STOP
            case Decision.CONTINUE | Decision.REFER | Decision.ESCALATE:
                return None


class ContactHow(StrEnum):
    CALL = "call"
    MESSAGE = "message"
    LETTER = "letter"


class Scale(StrEnum):
    """Totals only, as the rater gave them. They track change; they do not decide a dose."""

    PHQ_9 = "PHQ-9"
    GAD_7 = "GAD-7"
    CIWA_AR = "CIWA-Ar"
    COWS = "COWS"
    CIWA_B = "CIWA-B"
    BWSQ = "BWSQ"
    DESS = "DESS"
    ISI = "ISI"
    C_SSRS = "C-SSRS"


# --- what the boxes are called ------------------------------------------------------------

SUICIDE_ANSWERS: Mapping[str, Suicide] = {
    "none": Suicide.NONE,
    "wish": Suicide.WISH,
    "thoughts": Suicide.THOUGHTS,
    "plan": Suicide.PLAN,
    "attempt": Suicide.ATTEMPT,
    "declined": Suicide.DECLINED,
    "not-asked": Suicide.NOT_ASKED_WHY,
}
_SAFETY_ANSWERS: Mapping[str, State] = {
    "no": State.NONE,
    "yes": State.PRESENT,
    "declined": State.DECLINED,
    "not-asked": State.NOT_ASKED_WHY,
}
_ROW_ANSWERS: Mapping[str, State] = {
    "none": State.NONE,
    "present": State.PRESENT,
    "declined": State.DECLINED,
}
_ITEM_NINE = "phq9-item9"
_ALSO = "suicide-also"


def box(key: str, part: str = "") -> str:
    """The name of a symptom's box: `s-tremor`, `s-tremor-severity`."""
    return f"s-{key}-{part}" if part else f"s-{key}"


_FIXED = frozenset(
    {
        "how", "reported_by", "reporter_name", "where_now", "call_back", "as_on_file", "rest",
        "listed", "mood", "alcohol_and_drugs", "driving", "note", "in_confidence", "decision",
        "decision_reason", "no_next_reason", "correction_reason", "next_0", "next_1", "next_2",
        "happened_0", "happened_1", "happened_2", "happened_clock", "told_0", "told_1", "told_2",
        "told_clock", _ITEM_NINE, f"{_ITEM_NINE}-confirmed", SUICIDE,
    }
)  # fmt: skip
_SHAPES = re.compile(
    r"s-(?P<key>[a-z_0-9]{3,32})(-[a-z_]{2,20})?"
    r"|suicide-[a-z_]{2,20}"
    r"|t-[0-9a-f]{8}[a-z0-9]{1,12}(-[a-z_]{2,20})?"
    r"|a-[1-9][0-9]?-[a-z]{2,12}"
    r"|v-[a-z_]{3,16}(-sure)?"
    r"|scale-[1-9](-[a-z]{2,12})?"
)


def is_box(name: str) -> bool:
    """Whether a check-in has a box of this name; what else arrives is left alone."""
    if name in _FIXED:
        return True
    shape = _SHAPES.fullmatch(name)
    if shape is None or name == _ALSO:
        return False
    key = shape["key"]
    return key is None or key in BY_KEY or key in OTHER_LINES or key == SUICIDE


def confirming_box(key: str) -> str:
    """The box that the confirming key of a question fills; empty for what raises nothing."""
    if key in (SUICIDE, _ITEM_NINE):
        return f"{key}-confirmed"
    return box(key, "confirmed") if key in BY_KEY and BY_KEY[key].star else ""


def row_of(key: str) -> str:
    """The id of the row in which a question stands."""
    if key in (SUICIDE, SUICIDAL_THOUGHTS, SUICIDE_PLAN):
        return f"row-{SUICIDE}"
    return f"row-{key}" if key in BY_KEY or key in OTHER_LINES or key == _ITEM_NINE else "rest"


def state_of(answers: Answers, key: str) -> State | None:
    """What was answered about one item; None is "not asked". Suicide is read by `suicide_of`."""
    given = answers.get(box(key), "")
    return (_SAFETY_ANSWERS if key in ASKED_AS_SAFETY else _ROW_ANSWERS).get(given)


def suicide_of(answers: Answers) -> Suicide | None:
    return SUICIDE_ANSWERS.get(answers.get(SUICIDE, ""))


def _says_yes(answers: Answers, name: str) -> bool:
    return answers.get(name, "") == "yes"


# --- red flags in what is typed -------------------------------------------------------------


def pressed(answers: Answers) -> Mapping[str, bool]:
    """Every starred item that is answered present -> whether its confirming key was pressed."""
    found: dict[str, bool] = {}
    for symptom in starred():
        if symptom.key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN):
            continue
        if state_of(answers, symptom.key) is State.PRESENT:
            found[symptom.key] = _says_yes(answers, box(symptom.key, "confirmed"))
    answer = suicide_of(answers)
    if answer is not None and answer.item:
        found[answer.item] = _says_yes(answers, "suicide-confirmed")
    if answers.get(_ITEM_NINE, "") in ("1", "2", "3"):
        confirmed = _says_yes(answers, f"{_ITEM_NINE}-confirmed")
        found[SUICIDAL_THOUGHTS] = found.get(SUICIDAL_THOUGHTS, False) or confirmed
    if answers.get(_ALSO, ""):
        found[SUICIDAL_THOUGHTS] = True
    return found


def raised(answers: Answers) -> frozenset[str]:
    """The starred items that these answers record present and confirmed."""
    return frozenset(key for key, confirmed in pressed(answers).items() if confirmed)


def to_be_confirmed(answers: Answers) -> tuple[str, ...]:
    """Pressed and not confirmed: kept, in red, and no check-in completes over it."""
    return tuple(key for key, confirmed in pressed(answers).items() if not confirmed)


def settle(old: Answers, new: Answers, *, free: Iterable[str] = ()) -> dict[str, str]:
    """`new`, but with every red flag that `old` raised still in it.

    What raised a red flag is taken back by an act of its own, with a reason; never by typing
    over it, by a stale page or by a box that did not arrive. `free`: items whose flag belongs
    to the check-in that this one corrects; they are answered anew and settled at completing.
    """
    settled = {name: text for name, text in new.items() if name != _ALSO}
    standing = raised(old) - frozenset(free)
    for key in standing - {SUICIDAL_THOUGHTS, SUICIDE_PLAN}:
        settled[box(key)] = old[box(key)]
        settled[box(key, "confirmed")] = "yes"
    _settle_suicide(old, settled, standing)
    return settled


def _settle_suicide(old: Answers, settled: dict[str, str], standing: frozenset[str]) -> None:
    before, now = suicide_of(old), suicide_of(settled)
    item = before.item if before is not None and _says_yes(old, "suicide-confirmed") else ""
    if item in standing:
        if item == SUICIDAL_THOUGHTS and now is not None and now.item == SUICIDE_PLAN:
            # It got worse: the first red flag stands, the second is raised beside it.
            settled[_ALSO] = SUICIDAL_THOUGHTS
        elif now is None or now.item != item:
            settled[SUICIDE] = old[SUICIDE]
            settled["suicide-confirmed"] = "yes"
        else:
            settled["suicide-confirmed"] = "yes"
    if old.get(_ALSO) and SUICIDAL_THOUGHTS in standing:
        settled[_ALSO] = SUICIDAL_THOUGHTS
    if SUICIDAL_THOUGHTS in standing and old.get(_ITEM_NINE, "") in ("1", "2", "3"):
        if settled.get(_ITEM_NINE, "") not in ("1", "2", "3"):
            settled[_ITEM_NINE] = old[_ITEM_NINE]
        settled[f"{_ITEM_NINE}-confirmed"] = old.get(f"{_ITEM_NINE}-confirmed", "")


def without(answers: Answers, key: str) -> dict[str, str]:
    """The answers once `key` is taken back: not asked again, everything else as it was."""
    names = {box(key), box(key, "confirmed")}
    if key == SUICIDAL_THOUGHTS:
        names = {_ALSO, _ITEM_NINE, f"{_ITEM_NINE}-confirmed"}
    answer = suicide_of(answers)
    if answer is not None and answer.item == key:
        names |= {SUICIDE, "suicide-confirmed"}
    return {name: text for name, text in answers.items() if name not in names}


def unconfirmed(answers: Answers) -> dict[str, str]:
    """The same answers with no confirming key pressed; the words stay."""
    return {
        name: text
        for name, text in answers.items()
        if not name.endswith("-confirmed") and name != _ALSO
    }


def red_flag_boxes(answers: Answers, keys: Iterable[str]) -> dict[str, str]:
    """The boxes that hold these red flags: what even a stale page may not lose."""
    kept: dict[str, str] = {}
    for key in keys:
        names = [n for n in answers if n == box(key) or n.startswith(f"{box(key)}-")]
        if key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN):
            names += [n for n in answers if n == SUICIDE or n.startswith(("suicide-", _ITEM_NINE))]
        kept |= {name: answers[name] for name in names}
    return kept


# --- what was read --------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    """What was typed in `where` cannot be read; it stays in its box."""

    where: str
    sentence: str


@dataclass(frozen=True)
class Missing:
    """`where` is the box to go to; `words` stands in "to complete"."""

    where: str
    words: str


@dataclass(frozen=True)
class OfferedDrug:
    key: str
    name: str


@dataclass(frozen=True)
class OfferedProduct:
    key: str
    label: str


@dataclass(frozen=True)
class Asking:
    """What stands around the boxes. `now` and `opened_at` carry the clinic's zone."""

    now: datetime
    opened_at: datetime
    classes: frozenset[DrugClass] = frozenset()
    drugs: tuple[OfferedDrug, ...] = ()
    products: tuple[OfferedProduct, ...] = ()
    phone: str = ""
    address: str = ""
    recorder: str = ""
    # Of a correction: the starred items that the corrected check-in recorded present.
    corrected_stars: frozenset[str] | None = None


@dataclass(frozen=True)
class Present:
    key: str
    label: str
    by: Reporter
    event: bool
    severity: str = ""
    interference: int | None = None
    onset: str = ""
    note: str = ""
    how_many: int | None = None
    when_each: str = ""
    how_long: str = ""
    witnessed_by: str = ""
    injured: str = ""
    first_ever: str = ""
    ambulance_or_hospital: str = ""
    last_dose_before: str = ""


@dataclass(frozen=True)
class Declined:
    key: str
    label: str
    could_be_asked: bool
    why: str
    by: Reporter


@dataclass(frozen=True)
class SuicideDetail:
    asked_by: str = ""
    why_not: str = ""
    words: str = ""
    earlier_attempts: str = ""
    means: str = ""
    means_done: str = ""
    protects: str = ""
    safety_plan: str = ""
    copy_given: str = ""
    told: str = ""


@dataclass(frozen=True)
class TakenLine:
    drug: str
    answer: TakenAs
    note: str = ""
    last_product: str = ""
    last_strength: str = ""
    last_amount: str = ""
    last_when: str = ""
    in_hand: str = ""


@dataclass(frozen=True)
class AmountLine:
    product: str
    first_day: date
    last_day: date
    quantity: Fraction
    typed: str


@dataclass(frozen=True)
class ScaleLine:
    scale: Scale
    version: str
    total: Fraction
    rated_on: date
    rater: str


@dataclass(frozen=True)
class VitalLine:
    measured: Measured
    typed: str


@dataclass(frozen=True)
class Reading:
    """Everything that could be read. It can be completed when nothing is refused or missing."""

    refusals: tuple[Refusal, ...]
    missing: tuple[Missing, ...]
    raised: frozenset[str]
    how: How | None
    reported_by: Reporter | None
    reporter_name: str
    where_now: str
    call_back: str
    happened_at: datetime
    told_at: datetime
    present: tuple[Present, ...]
    declined: tuple[Declined, ...]
    denied: Mapping[str, tuple[str, ...]]
    rest_denied: bool
    suicide: Suicide | None
    suicide_detail: SuicideDetail
    vital_signs: tuple[VitalLine, ...]
    taken: tuple[TakenLine, ...]
    amounts: tuple[AmountLine, ...]
    scales: tuple[ScaleLine, ...]
    mood: str
    alcohol_and_drugs: str
    driving: str
    note: str
    in_confidence: bool
    decision: Decision | None
    decision_reason: str
    next_on: date | None
    no_next_reason: str
    correction_reason: str
    taken_back: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return not self.refusals and not self.missing

    @property
    def safety_open(self) -> bool:
        """Whether a safety question was declined or could not be asked."""
        return any(line.key in SAFETY_QUESTIONS for line in self.declined)


def read(answers: Answers, asking: Asking) -> Reading:
    """Read one document of answers. Never raises: what cannot be read is a refusal in it."""
    return _Reader(answers, asking).reading()


def happened_on(answers: Answers, otherwise: date) -> date:
    """The day that is typed for the check-in, where it can be read."""
    typed = " ".join(answers.get(f"happened_{place}", "").strip() for place in range(3))
    try:
        return grammar.date(typed)
    except grammar.Refused:
        return otherwise


def rest_of(answers: Answers, classes: Iterable[DrugClass]) -> tuple[Symptom, ...]:
    """What "none of the rest was present" denies, as things stand."""
    answered = [s.key for s in CATALOGUE if state_of(answers, s.key) is not None]
    return rest(answered, classes)


def unanswered_safety(answers: Answers) -> tuple[str, ...]:
    return tuple(
        key
        for key in SAFETY_QUESTIONS
        if (suicide_of(answers) if key == SUICIDE else state_of(answers, key)) is None
    )


class _Reader:
    """Reads section by section, in the order of the page, and keeps what it refused."""

    def __init__(self, answers: Answers, asking: Asking) -> None:
        self.answers = answers
        self.asking = asking
        self.refusals: list[Refusal] = []
        self.missing: list[Missing] = []
        self.denied: dict[str, list[str]] = {}
        self.present: list[Present] = []
        self.declined: list[Declined] = []

    # --- boxes

    def refuse(self, where: str, sentence: str) -> None:
        self.refusals.append(Refusal(where, sentence))

    def lacks(self, where: str, words: str) -> None:
        self.missing.append(Missing(where, words))

    def text(self, name: str, limit: int = LINE_LIMIT) -> str:
        typed = self.answers.get(name, "").replace("\r\n", "\n").strip()
        if len(typed) > limit:
            self.refuse(
                name,
                ngettext(
                    "This has {length} characters. {limit} character is the most.",
                    "This has {length} characters. {limit} characters are the most.",
                    limit,
                ).format(length=formats.number(len(typed)), limit=formats.number(limit)),
            )
            return ""
        if fault := _unkeepable(typed):
            self.refuse(name, fault)
            return ""
        if limit <= LINE_LIMIT and any(letter in typed for letter in "\n\r\t"):
            self.refuse(name, _("Type this in one line."))
            return ""
        return typed

    def note(self, name: str) -> str:
        return self.text(name, NOTE_LIMIT)

    def choice(self, name: str, words: type[StrEnum]) -> str:
        given = self.answers.get(name, "")
        if not given:
            return ""
        if given not in [word.value for word in words]:
            self.refuse(name, _("Choose one of the answers shown."))
            return ""
        return given

    def day(self, name: str) -> date | None:
        parts = [self.answers.get(f"{name}_{place}", "").strip() for place in range(3)]
        if not any(parts):
            return None
        words = (_("day"), _("month"), _("year"))
        open_ = [word for word, part in zip(words, parts, strict=True) if not part]
        if open_:
            self.refuse(name, _("Type the {missing} too.").format(missing=formats.listing(open_)))
            return None
        return self.one_line_day(name, " ".join(parts))

    def one_line_day(self, name: str, typed: str) -> date | None:
        if fault := _unkeepable(typed):
            self.refuse(name, fault)
            return None
        try:
            return grammar.date(typed, today=self.asking.now.date())
        except grammar.Refused as refused:
            self.refuse(name, refused.sentence)
            return None

    def number(self, name: str, typed: str) -> Fraction | None:
        try:
            return grammar.quantity(typed)
        except grammar.Refused as refused:
            self.refuse(name, refused.sentence)
            return None

    # --- the check-in itself

    def reading(self) -> Reading:
        how, reported_by = self.how(), self.reported_by()
        reporter = reported_by or Reporter.PATIENT
        where_now, call_back = self.where(how)
        happened_at = self.moment("happened")
        told_at = self.moment("told", happened_at if self.typed_moment("happened") else None)
        self.safety(reporter)
        suicide, detail = self.suicide(reporter)
        self.rows(reporter)
        self.corrections()
        vital_signs = self.vital_signs()
        taken, amounts = self.taken(), self.amounts()
        scales = self.scales(happened_at.date())
        note = self.note("note")
        decision = self.decision()
        next_on = self.next_day(happened_at.date())
        return Reading(
            happened_at=happened_at,
            told_at=told_at,
            how=how,
            reported_by=reported_by,
            reporter_name=self.text("reporter_name", NAME_LIMIT),
            where_now=where_now,
            call_back=call_back,
            suicide=suicide,
            suicide_detail=detail,
            rest_denied=self.answers.get("rest", "") == "none",
            vital_signs=vital_signs,
            taken=taken,
            amounts=amounts,
            scales=scales,
            mood=self.note("mood"),
            alcohol_and_drugs=self.note("alcohol_and_drugs"),
            driving=self.note("driving"),
            note=note,
            in_confidence=self.confidence(note),
            decision=decision,
            decision_reason=self.why(decision),
            next_on=next_on,
            no_next_reason=self.no_next(next_on),
            correction_reason=self.correction_reason(),
            taken_back=self.taken_back(),
            present=tuple(self.present),
            declined=tuple(self.declined),
            denied={who: tuple(keys) for who, keys in self.denied.items() if keys},
            raised=raised(self.answers),
            # Last, once every section has spoken.
            refusals=tuple(self.refusals),
            missing=tuple(self.missing),
        )

    def how(self) -> How | None:
        given = self.choice("how", How)
        if not given:
            self.lacks("how_0", _("How: visit, phone, video, home or ward"))
            return None
        return How(given)

    def reported_by(self) -> Reporter | None:
        given = self.choice("reported_by", Reporter)
        if not given:
            self.lacks("reported_by_0", _("Who told it"))
            return None
        return Reporter(given)

    def where(self, how: How | None) -> tuple[str, str]:
        where_now = self.text("where_now")
        call_back = self.answers.get("call_back", "").strip()
        if call_back:
            try:
                call_back = grammar.phone(call_back)
            except grammar.Refused as refused:
                self.refuse("call_back", refused.sentence)
                call_back = ""
        if _says_yes(self.answers, "as_on_file"):
            where_now = where_now or self.asking.address or _("at home")
            call_back = call_back or self.asking.phone
        if how in TELEPHONED:
            if not where_now:
                self.lacks("where_now", _("Where the patient is now"))
            if not call_back:
                self.lacks("call_back", _("A number to call back"))
        return where_now, call_back

    def typed_moment(self, name: str) -> bool:
        names = (f"{name}_0", f"{name}_1", f"{name}_2", f"{name}_clock")
        return any(self.answers.get(box_, "").strip() for box_ in names)

    def moment(self, name: str, otherwise: datetime | None = None) -> datetime:
        """A typed day and clock time; nothing typed is the time at which the form was opened."""
        # A clock that was set back between opening and completing makes no future of it.
        fallback = min(otherwise or self.asking.opened_at, self.asking.now)
        if not self.typed_moment(name):
            return fallback
        day = self.day(name)
        typed_clock = self.answers.get(f"{name}_clock", "").strip()
        if day is None and not any(r.where == name for r in self.refusals):
            self.refuse(name, _("Type the day too."))
        if day is None:
            return fallback
        if not typed_clock:
            self.refuse(f"{name}_clock", _("Type the time of day too, as told."))
            return fallback
        try:
            clock = grammar.clock(typed_clock)
        except grammar.Refused as refused:
            self.refuse(f"{name}_clock", refused.sentence)
            return fallback
        return self.existing(name, day, clock, fallback)

    def existing(self, name: str, day: date, clock: time, fallback: datetime) -> datetime:
        zone = self.asking.now.tzinfo
        moment = datetime.combine(day, clock, tzinfo=zone)
        if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(
            tzinfo=None
        ):
            self.refuse(
                f"{name}_clock",
                _("{clock} does not exist on {day}: the clocks went forward then.").format(
                    clock=formats.clock(clock), day=formats.short_day(day)
                ),
            )
            return fallback
        if moment > self.asking.now:
            self.refuse(name, _("{when} is still to come.").format(when=formats.moment(moment)))
            return fallback
        return moment

    # --- symptoms

    def by(self, key: str, reporter: Reporter) -> Reporter:
        given = self.choice(box(key, "by"), Reporter)
        return Reporter(given) if given else reporter

    def safety(self, reporter: Reporter) -> None:
        lacking = unanswered_safety(self.answers)
        if lacking:
            where = "suicide_0" if lacking[0] == SUICIDE else f"{box(lacking[0])}_0"
            self.lacks(
                where,
                ngettext("{n} safety question", "{n} safety questions", len(lacking)).format(
                    n=len(lacking)
                ),
            )
        for key in SAFETY_QUESTIONS:
            if key != SUICIDE:
                self.item(BY_KEY[key], reporter)

    def rows(self, reporter: Reporter) -> None:
        for symptom in CATALOGUE:
            if symptom.key not in ASKED_AS_SAFETY:
                self.item(symptom, reporter)
        for key in OTHER_LINES:
            words = self.text(box(key, "words"), NAME_LIMIT)
            state = state_of(self.answers, key)
            if state is State.PRESENT and not words:
                self.lacks(box(key, "words"), _("What the other symptom is"))
            elif words and state is State.PRESENT:
                self.add_present(key, words, Shape.SEVERITY, reporter, star=False)
        if self.answers.get("rest", "") == "none":
            denied = self.denied.setdefault(reporter.value, [])
            denied.extend(s.key for s in rest_of(self.answers, self.asking.classes))
        for key in to_be_confirmed(self.answers):
            where = (
                "suicide-confirmed"
                if key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN)
                else box(key, "confirmed")
            )
            self.lacks(where, _("{label}: to be confirmed").format(label=_upper(label(key))))

    def item(self, symptom: Symptom, reporter: Reporter) -> None:
        key, state = symptom.key, state_of(self.answers, symptom.key)
        if state is None:
            if self.answers.get(box(key), ""):
                self.refuse(box(key), _("Choose one of the answers shown."))
            return
        by = self.by(key, reporter)
        if state is State.NONE:
            self.denied.setdefault(by.value, []).append(key)
        elif state is State.PRESENT:
            self.add_present(key, symptom.label, symptom.shape, by, star=symptom.star)
        else:
            self.add_declined(key, symptom.label, state, by)

    def add_declined(self, key: str, words: str, state: State, by: Reporter) -> None:
        why = self.note(box(key, "why"))
        asked = state is State.DECLINED
        if not asked and not why:
            self.lacks(
                box(key, "why"),
                _("{label}: why it could not be asked").format(label=_upper(words)),
            )
        self.declined.append(Declined(key, words, asked, why, by))

    def add_present(self, key: str, words: str, shape: Shape, by: Reporter, *, star: bool) -> None:
        event = shape is Shape.EVENT
        severity = "" if event else self.choice(box(key, "severity"), Severity)
        if shape is Shape.SEVERITY and not severity and not star:
            self.lacks(
                f"{box(key, 'severity')}_0", _("{label}: severity").format(label=_upper(words))
            )
        self.present.append(
            Present(
                key=key,
                label=words,
                by=by,
                event=event,
                severity=severity,
                interference=None if event else self.interference(key),
                onset=self.text(box(key, "onset")),
                note=self.note(box(key, "note")),
                how_many=self.how_many(key) if event else None,
                when_each=self.text(box(key, "when_each")) if event else "",
                how_long=self.text(box(key, "how_long")) if event else "",
                witnessed_by=self.text(box(key, "witnessed_by")) if event else "",
                injured=self.choice(box(key, "injured"), YesNo) if event else "",
                first_ever=self.choice(box(key, "first_ever"), YesNo) if event else "",
                ambulance_or_hospital=self.choice(box(key, "ambulance"), YesNo) if event else "",
                last_dose_before=self.text(box(key, "last_dose")) if event else "",
            )
        )

    def interference(self, key: str) -> int | None:
        given = self.answers.get(box(key, "interference"), "")
        if given in ("0", "1", "2", "3"):
            return int(given)
        if given:
            self.refuse(box(key, "interference"), _("Choose one of the answers shown."))
        return None

    def how_many(self, key: str) -> int | None:
        typed = self.answers.get(box(key, "how_many"), "").strip()
        if not typed:
            return None
        try:
            many = grammar.count(typed)
        except grammar.Refused as refused:
            self.refuse(box(key, "how_many"), refused.sentence)
            return None
        if many == 0:
            self.refuse(box(key, "how_many"), _("It is recorded present, so at least one."))
            return None
        return many

    def suicide(self, reporter: Reporter) -> tuple[Suicide | None, SuicideDetail]:
        answer = suicide_of(self.answers)
        by = self.by("suicide", reporter)
        detail = SuicideDetail(
            asked_by=self.text("suicide-asked_by", NAME_LIMIT),
            why_not=self.note("suicide-why"),
            words=self.note("suicide-words"),
            earlier_attempts=self.note("suicide-earlier_attempts"),
            means=self.note("suicide-means"),
            means_done=self.note("suicide-means_done"),
            protects=self.note("suicide-protects"),
            safety_plan=self.note("suicide-safety_plan"),
            copy_given=self.choice("suicide-copy_given", YesNo),
            told=self.note("suicide-told"),
        )
        items = {key for key in pressed(self.answers) if key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN)}
        for key in sorted(items):
            words = detail.words if answer is not None and answer.item == key else ""
            self.present.append(Present(key, label(key), by, event=False, note=words))
        match answer:
            case None:
                if self.answers.get(SUICIDE, ""):
                    self.refuse(SUICIDE, _("Choose one of the answers shown."))
            case Suicide.NONE | Suicide.WISH | Suicide.THOUGHTS:
                denied = {SUICIDAL_THOUGHTS, SUICIDE_PLAN} - items
                self.denied.setdefault(by.value, []).extend(sorted(denied))
            case Suicide.DECLINED | Suicide.NOT_ASKED_WHY:
                asked = answer is Suicide.DECLINED
                words = BY_KEY[SUICIDAL_THOUGHTS].asked_as
                if not asked and not detail.why_not:
                    self.lacks("suicide-why", _("Suicide: why it could not be asked"))
                self.declined.append(Declined(SUICIDE, words, asked, detail.why_not, by))
            case Suicide.PLAN | Suicide.ATTEMPT:
                pass
        return answer, detail

    def corrections(self) -> None:
        """A star that the corrected check-in had, and this one has not, goes with a reason."""
        for key in sorted(self.lost_stars()):
            if not self.note(box(key, "removed")):
                self.lacks(
                    box(key, "removed"),
                    _("{label}: why the red flag was an error").format(label=_upper(label(key))),
                )

    def lost_stars(self) -> frozenset[str]:
        return (self.asking.corrected_stars or frozenset()) - raised(self.answers)

    def taken_back(self) -> Mapping[str, str]:
        return {key: self.answers.get(box(key, "removed"), "").strip() for key in self.lost_stars()}

    def correction_reason(self) -> str:
        if self.asking.corrected_stars is None:
            return ""
        reason = self.note("correction_reason")
        if not reason:
            self.lacks("correction_reason", _("The reason for the correction"))
        return reason

    # --- figures

    def vital_signs(self) -> tuple[VitalLine, ...]:
        found: list[VitalLine] = []
        for place in vitals.Field:
            name = f"v-{place.value}"
            typed = self.answers.get(name, "")
            if fault := _unkeepable(typed):
                self.refuse(name, fault)
                continue
            try:
                figures = vitals.read(place, typed)
            except grammar.Refused as refused:
                self.refuse(name, refused.sentence)
                continue
            sure = self.answers.get(f"{name}-sure", "") == typed.strip()
            if any(figure.unlikely for figure in figures) and not sure:
                self.lacks(
                    f"{name}-sure",
                    _("{label} {typed}: read again").format(
                        label=place.label, typed=grammar.echo(typed.strip())
                    ),
                )
            found.extend(VitalLine(figure, typed.strip()) for figure in figures)
        return tuple(found)

    def taken(self) -> tuple[TakenLine, ...]:
        lines = []
        for drug in self.asking.drugs:
            name = f"t-{drug.key}"
            parts = {
                part: self.text(f"{name}-{part}")
                for part in ("last_product", "last_strength", "last_amount", "last_when", "in_hand")
            }
            note = self.note(f"{name}-note")
            answer = self.choice(name, TakenAs)
            if answer:
                lines.append(TakenLine(drug.key, TakenAs(answer), note, **parts))
            elif note or any(parts.values()):
                self.lacks(f"{name}_0", _("What was taken of {drug}").format(drug=drug.name))
        return tuple(lines)

    def amounts(self) -> tuple[AmountLine, ...]:
        lines = []
        products = {product.key for product in self.asking.products}
        for place in range(1, AMOUNT_LINES + 1):
            name = f"a-{place}"
            product, first, last, typed = (
                self.answers.get(f"{name}-{part}", "").strip()
                for part in ("product", "from", "to", "quantity")
            )
            if not any((product, first, last, typed)):
                continue
            line = self.amount(name, (product, first, last, typed), products)
            if line is not None:
                lines.append(line)
        return tuple(lines)

    def amount(
        self, name: str, typed: tuple[str, str, str, str], products: set[str]
    ) -> AmountLine | None:
        product, first, last, quantity = typed
        if product not in products:
            self.refuse(f"{name}-product", _("Choose the product."))
        first_day = self.amount_day(f"{name}-from", first)
        last_day = self.amount_day(f"{name}-to", last) if last else first_day
        if not quantity:
            self.refuse(f"{name}-quantity", _("Type how many were taken on each of these days."))
            return None
        exact = self.number(f"{name}-quantity", quantity)
        if first_day is None or last_day is None or exact is None or product not in products:
            return None
        if last_day < first_day:
            self.refuse(f"{name}-to", _("The last day is before the first."))
            return None
        return AmountLine(product, first_day, last_day, exact, quantity)

    def amount_day(self, name: str, typed: str) -> date | None:
        if not typed:
            self.refuse(name, _("Type the day."))
            return None
        day = self.one_line_day(name, typed)
        if day is not None and day > self.asking.now.date():
            self.refuse(name, _("{day} is still to come.").format(day=formats.short_day(day)))
            return None
        return day

    def scales(self, happened_on: date) -> tuple[ScaleLine, ...]:
        lines: list[ScaleLine] = []
        given = self.answers.get(_ITEM_NINE, "")
        if given and given not in ("0", "1", "2", "3"):
            self.refuse(_ITEM_NINE, _("Choose one of the answers shown."))
        for place in range(1, SCALE_LINES + 1):
            name = f"scale-{place}"
            chosen = self.choice(name, Scale)
            typed = self.answers.get(f"{name}-total", "").strip()
            if not chosen and not typed:
                continue
            if not chosen:
                self.refuse(name, _("Choose the scale."))
                continue
            if any(line.scale.value == chosen for line in lines):
                self.refuse(name, _("This scale is above already."))
                continue
            total = self.number(f"{name}-total", typed)
            rated_on = self.scale_day(f"{name}-on", happened_on)
            if total is None or rated_on is None:
                continue
            lines.append(
                ScaleLine(
                    scale=Scale(chosen),
                    version=self.text(f"{name}-version", NAME_LIMIT),
                    total=total,
                    rated_on=rated_on,
                    rater=self.text(f"{name}-rater", NAME_LIMIT) or self.asking.recorder,
                )
            )
        return tuple(lines)

    def scale_day(self, name: str, happened_on: date) -> date | None:
        typed = self.answers.get(name, "").strip()
        if not typed:
            return happened_on
        day = self.one_line_day(name, typed)
        if day is not None and day > self.asking.now.date():
            self.refuse(name, _("{day} is still to come.").format(day=formats.short_day(day)))
            return None
        return day

    # --- what was decided

    def confidence(self, note: str) -> bool:
        marked = _says_yes(self.answers, "in_confidence")
        if marked and not note:
            self.lacks("note", _("The note that was told in confidence"))
        return marked

    def decision(self) -> Decision | None:
        given = self.choice("decision", Decision)
        return Decision(given) if given else None

    def why(self, decision: Decision | None) -> str:
        reason = self.note("decision_reason")
        if decision is None:
            self.lacks("decision_0", _("The decision"))
        elif decision is not Decision.CONTINUE and not reason:
            self.lacks("decision_reason", _("The reason for the decision"))
        return reason

    def next_day(self, happened_on: date) -> date | None:
        day = self.day("next")
        if day is not None and day < happened_on:
            self.refuse(
                "next",
                _("{day} is before this check-in.").format(day=formats.short_day(day)),
            )
            return None
        return day

    def no_next(self, next_on: date | None) -> str:
        reason = self.note("no_next_reason")
        if next_on is not None and reason:
            self.refuse("no_next_reason", _("A next date is typed as well. Keep one of the two."))
            return ""
        if next_on is None and not reason:
            self.lacks("next_0", _("The next check-in date"))
        return reason


# How a NUL is kept in a draft, where no database keeps the character itself; still refused.
NUL = "\u2400"
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _unkeepable(text: str) -> str:
    """Why no table, file or printer keeps this text; empty when all of them do."""
    for letter in text:
        if letter in "\n\r\t":
            continue
        if letter == NUL or unicodedata.category(letter) in ("Cc", "Cs"):
            return _("This holds a character that cannot be shown. Type it again.")
        if letter in _TURNING:
            return _("This holds a hidden mark that turns the line around. Type it again.")
    return ""


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
