"""The symptom catalogue: what can be asked at a check-in, in this product's own neutral words.

Symptoms have four states: not asked, asked and none, present, declined or could not answer.
Not asked is the absence of any answer; it is never stored and never a default.
Codes are SNOMED CT and stand only where one was given; unsure means no code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from plans.rules.schedule_words import DrugClass
from taperplan.words import gettext


def gettext_noop(message: str) -> str:
    """Marks a message for translation; it is translated when it is shown."""
    return message


_ = gettext_noop


class Group(StrEnum):
    NEUROLOGICAL = "neurological"
    PERCEPTUAL = "perceptual"
    COGNITIVE = "cognitive"
    MOOD = "mood and behaviour"
    SLEEP = "sleep"
    AUTONOMIC = "autonomic, chest"
    GUT = "gut"
    PAIN = "musculoskeletal, pain"
    ILLNESS = "the illness itself"
    SAFETY = "safety events"
    OPIOID = "opioid"
    CORTICOSTEROID = "corticosteroid"
    ANTIDEPRESSANT = "antidepressant"
    OTHER = "other"

    @property
    def label(self) -> str:
        return gettext(self.value)


class Shape(StrEnum):
    """What is asked about an item that is present."""

    SEVERITY = "severity"
    EVENT = "event"
    PRESENCE = "presence"


class State(StrEnum):
    """What was answered. No row at all means not asked."""

    NONE = "none"
    PRESENT = "present"
    DECLINED = "declined"
    NOT_ASKED_WHY = "could not be asked"


class Severity(StrEnum):
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Suicide(StrEnum):
    """The answers to the suicide question, in the order of their keys 1 to 6; none is preset."""

    NONE = "none"
    WISH = "wish to be dead"
    THOUGHTS = "thoughts"
    PLAN = "thoughts with plan or means"
    ATTEMPT = "attempt or self-harm since"
    DECLINED = "declined"
    NOT_ASKED_WHY = "could not be asked"

    @property
    def item(self) -> str:
        """The catalogue item that this answer records present, or nothing."""
        match self:
            case Suicide.WISH | Suicide.THOUGHTS:
                return SUICIDAL_THOUGHTS
            case Suicide.PLAN | Suicide.ATTEMPT:
                return SUICIDE_PLAN
            case _:
                return ""


SUICIDAL_THOUGHTS = "suicidal_thoughts"
SUICIDE_PLAN = "suicide_plan"
SUICIDE = "suicide"
OTHER = "other"
# What unanswered calls are told as: no item of the catalogue, so no check-in can answer it.
UNANSWERED_CALLS = "unanswered_calls"
OTHER_LINES = ("other_1", "other_2", "other_3")
# Of what a clinic calls an item.
LABEL_LIMIT = 120


@dataclass(frozen=True)
class Symptom:
    """One item. `star`: recorded present, it raises a red flag.

    `fixed`: an emergency at any severity, which nobody can lower, relabel or retire.
    `classes` empty: listed whatever the drug; else only beside drugs of those classes.
    `also`: further words by which a search finds it; never shown.
    """

    key: str
    group: Group
    name: str
    star: bool = False
    fixed: bool = False
    shape: Shape = Shape.SEVERITY
    classes: frozenset[DrugClass] = frozenset()
    code: str = ""
    question: str = ""
    note_name: str = ""
    also: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return gettext(self.name)

    @property
    def asked_as(self) -> str:
        """The safety question, in words to read aloud."""
        return gettext(self.question) if self.question else self.label

    @property
    def note_label(self) -> str:
        return gettext(self.note_name) if self.note_name else gettext("In the person's words")


_OPIOID = frozenset({DrugClass.OPIOID})
_CORTICOSTEROID = frozenset({DrugClass.CORTICOSTEROID})
_ANTIDEPRESSANT = frozenset({DrugClass.ANTIDEPRESSANT})
_N, _P, _C, _M = Group.NEUROLOGICAL, Group.PERCEPTUAL, Group.COGNITIVE, Group.MOOD
_EVENT, _PRESENCE = Shape.EVENT, Shape.PRESENCE

CATALOGUE: tuple[Symptom, ...] = (
    # neurological
    Symptom(
        "seizure",
        _N,
        _("seizure"),
        star=True,
        fixed=True,
        shape=_EVENT,
        code="91175000",
        question=_("A seizure or fit?"),
        also=("fit", "convulsion"),
    ),
    Symptom(
        "loss_of_consciousness",
        _N,
        _("loss of consciousness"),
        star=True,
        shape=_EVENT,
        question=_("Lost consciousness or fainted?"),
        also=("faint", "blackout", "passed out"),
    ),
    Symptom("hard_to_wake", _N, _("hard to wake"), star=True, also=("sedation", "coma")),
    Symptom("tremor", _N, _("tremor"), code="26079004", also=("shaking",)),
    Symptom("twitching", _N, _("muscle twitching or jerks"), also=("myoclonus",)),
    Symptom("involuntary_movements", _N, _("involuntary movements")),
    Symptom("unsteady_gait", _N, _("unsteady gait"), also=("balance", "walking")),
    Symptom("dizziness", _N, _("dizziness"), code="404640003", also=("light-headed",)),
    Symptom("vertigo", _N, _("vertigo"), also=("spinning",)),
    Symptom("headache", _N, _("headache"), code="25064002"),
    Symptom("numbness", _N, _("numbness or pins and needles"), also=("tingling",)),
    Symptom("skin_crawling", _N, _("skin-crawling sensation"), also=("formication",)),
    Symptom("electric_shocks", _N, _("electric-shock sensations"), also=("brain zaps",)),
    Symptom("slurred_speech", _N, _("slurred speech")),
    Symptom("restless_legs", _N, _("restless legs"), also=("akathisia",)),
    # perceptual
    Symptom(
        "hallucination",
        _P,
        _("hallucination (seen, heard, felt)"),
        star=True,
        fixed=True,
        code="7011001",
        question=_("Seen, heard or felt things that others do not?"),
        also=("voices", "visions"),
    ),
    Symptom("perceptual_distortion", _P, _("perceptual distortion")),
    Symptom("sensitivity", _P, _("sensitivity to light, sound, smell or touch")),
    Symptom("blurred_vision", _P, _("blurred vision"), also=("eyes", "sight")),
    Symptom("tinnitus", _P, _("tinnitus"), also=("ringing", "ears")),
    Symptom("altered_taste", _P, _("altered taste")),
    # cognitive
    Symptom(
        "confusion",
        _C,
        _("confusion or disorientation"),
        star=True,
        question=_("Confused, or not knowing where or when they are?"),
    ),
    Symptom("delirium", _C, _("delirium"), star=True, code="2776000"),
    Symptom("poor_concentration", _C, _("poor concentration")),
    Symptom("memory_problems", _C, _("memory problems"), also=("forgetful",)),
    Symptom(
        "unreal", _C, _("feeling unreal or detached"), also=("derealisation", "depersonalisation")
    ),
    # mood and behaviour
    Symptom("anxiety", _M, _("anxiety"), code="48694002"),
    Symptom("panic_attack", _M, _("panic attack"), code="225624000"),
    Symptom("worry", _M, _("worry or fearfulness")),
    Symptom("irritability", _M, _("irritability")),
    Symptom("agitation", _M, _("agitation")),
    Symptom("anger", _M, _("anger or aggression")),
    Symptom("harm_to_others", _M, _("thoughts or threats of harming others"), star=True),
    Symptom("low_mood", _M, _("low mood"), also=("depressed",)),
    Symptom("mood_swings", _M, _("mood swings")),
    Symptom("elevated_mood", _M, _("elevated mood"), also=("mania",)),
    Symptom("psychosis", _M, _("psychosis or paranoia"), star=True),
    Symptom("catatonia", _M, _("catatonia"), star=True),
    Symptom(
        SUICIDAL_THOUGHTS,
        _M,
        _("wish to be dead or suicidal thoughts"),
        star=True,
        shape=_PRESENCE,
        code="6471006",
        question=_("A wish to be dead, thoughts of suicide, or self-harm?"),
    ),
    Symptom(
        SUICIDE_PLAN,
        _M,
        _("suicide plan, attempt or self-harm"),
        star=True,
        shape=_PRESENCE,
    ),
    Symptom("craving", _M, _("craving")),
    # sleep
    Symptom("insomnia", Group.SLEEP, _("insomnia"), code="193462001", also=("sleepless",)),
    Symptom("unrefreshing_sleep", Group.SLEEP, _("unrefreshing sleep")),
    Symptom("nightmares", Group.SLEEP, _("nightmares"), also=("dreams",)),
    Symptom("fatigue", Group.SLEEP, _("fatigue"), also=("tired",)),
    Symptom("drowsiness", Group.SLEEP, _("drowsiness"), also=("sleepy",)),
    # autonomic, chest
    Symptom("sweating", Group.AUTONOMIC, _("sweating")),
    Symptom("palpitations", Group.AUTONOMIC, _("palpitations"), code="80313002"),
    Symptom("chest_pain", Group.AUTONOMIC, _("chest pain")),
    Symptom("mouth", Group.AUTONOMIC, _("dry mouth or excess saliva")),
    Symptom("fever_or_chills", Group.AUTONOMIC, _("fever or chills")),
    Symptom("shortness_of_breath", Group.AUTONOMIC, _("shortness of breath")),
    Symptom(
        "slow_breathing",
        Group.AUTONOMIC,
        _("slow, shallow or stopped breathing"),
        star=True,
        also=("apnoea",),
    ),
    # gut
    Symptom("nausea", Group.GUT, _("nausea"), code="422587007"),
    Symptom(
        "vomiting",
        Group.GUT,
        _("vomiting"),
        note_name=_("Were doses kept down? In the person's words"),
    ),
    Symptom("diarrhoea", Group.GUT, _("diarrhoea"), also=("diarrhea",)),
    Symptom("abdominal_cramp", Group.GUT, _("abdominal cramp"), also=("stomach", "belly")),
    Symptom("appetite_loss", Group.GUT, _("appetite or weight loss")),
    # musculoskeletal, pain
    Symptom("muscle_tension", Group.PAIN, _("muscle tension or stiffness")),
    Symptom("muscle_pain", Group.PAIN, _("muscle pain, cramp or spasm")),
    Symptom("pain", Group.PAIN, _("pain new or worse")),
    # the illness itself
    Symptom(
        "illness_returned",
        Group.ILLNESS,
        _("return of the illness that the drug was given for"),
        also=("relapse", "recurrence"),
    ),
    # safety events
    Symptom("fall", Group.SAFETY, _("fall"), shape=_EVENT),
    Symptom("injury", Group.SAFETY, _("injury"), shape=_EVENT),
    Symptom(
        "overdose",
        Group.SAFETY,
        _("overdose"),
        star=True,
        shape=_EVENT,
        question=_("An overdose, or more than was prescribed at once?"),
    ),
    Symptom("hospital_visit", Group.SAFETY, _("hospital or emergency visit"), shape=_EVENT),
    Symptom("abrupt_stop", Group.SAFETY, _("abrupt stop or ran out"), star=True, shape=_PRESENCE),
    Symptom("extra_doses", Group.SAFETY, _("extra doses"), shape=_PRESENCE),
    Symptom("pregnancy", Group.SAFETY, _("pregnancy"), shape=_PRESENCE),
    # class sets
    Symptom("yawning", Group.OPIOID, _("yawning"), classes=_OPIOID),
    Symptom("runny_nose", Group.OPIOID, _("runny nose or eyes"), classes=_OPIOID),
    Symptom("gooseflesh", Group.OPIOID, _("gooseflesh"), classes=_OPIOID),
    Symptom("wide_pupils", Group.OPIOID, _("wide pupils"), classes=_OPIOID),
    Symptom("bone_ache", Group.OPIOID, _("bone or joint ache"), classes=_OPIOID),
    Symptom(
        "collapse",
        Group.CORTICOSTEROID,
        _("collapse or great weakness"),
        star=True,
        classes=_CORTICOSTEROID,
    ),
    Symptom(
        "fainting_on_standing",
        Group.CORTICOSTEROID,
        _("fainting on standing"),
        classes=_CORTICOSTEROID,
    ),
    Symptom(
        "illness_now",
        Group.CORTICOSTEROID,
        _("fever or other illness now"),
        classes=_CORTICOSTEROID,
    ),
    Symptom("crying_spells", Group.ANTIDEPRESSANT, _("crying spells"), classes=_ANTIDEPRESSANT),
)

BY_KEY: dict[str, Symptom] = {symptom.key: symptom for symptom in CATALOGUE}

# In the order in which they are asked. Suicide is one question over two catalogue items.
SAFETY_QUESTIONS: tuple[str, ...] = (
    "seizure",
    "hallucination",
    "confusion",
    "loss_of_consciousness",
    SUICIDE,
    "overdose",
)
# Items that a safety question answers, so no symptom row repeats them.
ASKED_AS_SAFETY: frozenset[str] = frozenset(SAFETY_QUESTIONS) - {SUICIDE} | {
    SUICIDAL_THOUGHTS,
    SUICIDE_PLAN,
}


@cache
def starred() -> tuple[Symptom, ...]:
    return tuple(symptom for symptom in CATALOGUE if symptom.star)


def is_starred(key: str) -> bool:
    return key in BY_KEY and BY_KEY[key].star
