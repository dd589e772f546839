"""The closed lists of words that describe a person and their care.

Pure Python: the tables keep the value, screens and paper say `words`. In every list that can be
left open, nothing recorded is the empty text and is none of these.
"""

from __future__ import annotations

from enum import StrEnum

from taperplan.words import gettext as _


class Answer(StrEnum):
    """Not asked is an answer of its own, never the same as no."""

    NOT_ASKED = "not asked"
    NO = "no"
    YES = "yes"

    @property
    def words(self) -> str:
        return {
            Answer.NOT_ASKED: _("not asked"),
            Answer.NO: _("no"),
            Answer.YES: _("yes"),
        }[self]


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        return {
            Sex.FEMALE: _("female"),
            Sex.MALE: _("male"),
            Sex.OTHER: _("other"),
            Sex.UNKNOWN: _("not known"),
        }[self]


class CareSetting(StrEnum):
    OUTPATIENT = "outpatient"
    INTENSIVE_OUTPATIENT = "intensive outpatient"
    PARTIAL_HOSPITAL = "partial hospital"
    INPATIENT = "inpatient"
    DETOXIFICATION_UNIT = "detoxification unit"

    @property
    def words(self) -> str:
        return {
            CareSetting.OUTPATIENT: _("outpatient"),
            CareSetting.INTENSIVE_OUTPATIENT: _("intensive outpatient"),
            CareSetting.PARTIAL_HOSPITAL: _("partial hospital"),
            CareSetting.INPATIENT: _("inpatient"),
            CareSetting.DETOXIFICATION_UNIT: _("detoxification unit"),
        }[self]


class Allergies(StrEnum):
    NOT_ASKED = "not asked"
    NONE_KNOWN = "none known"
    LISTED = "listed"

    @property
    def words(self) -> str:
        return {
            Allergies.NOT_ASKED: _("not asked"),
            Allergies.NONE_KNOWN: _("none known"),
            Allergies.LISTED: _("listed"),
        }[self]


class ContactKind(StrEnum):
    PHARMACY = "usual pharmacy"
    PRIMARY_CARE = "primary-care doctor"
    PRESCRIBER = "other prescriber"
    EMERGENCY = "emergency contact"
    SUPPORT = "support person"
    LEGAL = "legal representative"

    @property
    def words(self) -> str:
        return {
            ContactKind.PHARMACY: _("usual pharmacy"),
            ContactKind.PRIMARY_CARE: _("primary-care doctor"),
            ContactKind.PRESCRIBER: _("other prescriber"),
            ContactKind.EMERGENCY: _("emergency contact"),
            ContactKind.SUPPORT: _("support person"),
            ContactKind.LEGAL: _("legal representative"),
        }[self]


class ResultKind(StrEnum):
    PRESCRIPTION_MONITORING = "prescription-monitoring check"
    TOXICOLOGY = "toxicology"
    LABORATORY = "laboratory"

    @property
    def words(self) -> str:
        return {
            ResultKind.PRESCRIPTION_MONITORING: _("prescription-monitoring check"),
            ResultKind.TOXICOLOGY: _("toxicology"),
            ResultKind.LABORATORY: _("laboratory"),
        }[self]


class SupportKind(StrEnum):
    THERAPY = "therapy"
    GROUP_THERAPY = "group therapy"
    CBT = "CBT"
    CBT_I = "CBT-I"
    SUPPORT_GROUP = "support group"
    FAMILY = "family"
    EDUCATION = "education"
    RELAPSE_PREVENTION = "relapse prevention"
    AFTERCARE = "aftercare"
    OTHER = "other"

    @property
    def words(self) -> str:
        return {
            SupportKind.THERAPY: _("therapy"),
            SupportKind.GROUP_THERAPY: _("group therapy"),
            SupportKind.CBT: _("cognitive behavioural therapy (CBT)"),
            SupportKind.CBT_I: _("CBT for insomnia (CBT-I)"),
            SupportKind.SUPPORT_GROUP: _("support group"),
            SupportKind.FAMILY: _("family work"),
            SupportKind.EDUCATION: _("education"),
            SupportKind.RELAPSE_PREVENTION: _("relapse prevention"),
            SupportKind.AFTERCARE: _("aftercare"),
            SupportKind.OTHER: _("other"),
        }[self]


class Agreement(StrEnum):
    AGREED = "agreed"
    NOT_AGREED = "not agreed"

    @property
    def words(self) -> str:
        return {
            Agreement.AGREED: _("agreed"),
            Agreement.NOT_AGREED: _("not agreed"),
        }[self]


class TeamRole(StrEnum):
    PRESCRIBER = "prescriber"
    MONITOR = "monitor"

    @property
    def words(self) -> str:
        return {
            TeamRole.PRESCRIBER: _("prescriber"),
            TeamRole.MONITOR: _("monitor"),
        }[self]


class Kind(StrEnum):
    """What is written down about a person row by row; the value stands in addresses."""

    ALLERGY = "allergies"
    MEDICINE = "medicines"
    CONTACT = "contacts"
    DECISION = "decisions"
    SUPPORT = "supports"
    REVERSAL = "reversal-medicine"
    RESULT = "results"
    REVIEW = "reviews"
    CONSENT = "consents"

    @property
    def words(self) -> str:
        """One of them, as it stands in a heading or a sentence."""
        return {
            Kind.ALLERGY: _("allergy"),
            Kind.MEDICINE: _("other medicine"),
            Kind.CONTACT: _("contact"),
            Kind.DECISION: _("shared decision"),
            Kind.SUPPORT: _("support"),
            Kind.REVERSAL: _("overdose-reversal medicine"),
            Kind.RESULT: _("result"),
            Kind.REVIEW: _("risk-benefit review"),
            Kind.CONSENT: _("consent"),
        }[self]


class Ground(StrEnum):
    """On what ground something about the patient left the clinic."""

    CONSENT = "consent"
    TREATMENT = "treatment"
    EMERGENCY = "emergency"
    LAW = "law"
    PATIENT = "patient"

    @property
    def words(self) -> str:
        return {
            Ground.CONSENT: _("the patient's consent"),
            Ground.TREATMENT: _("treatment"),
            Ground.EMERGENCY: _("an emergency"),
            Ground.LAW: _("the law"),
            Ground.PATIENT: _("given to the patient"),
        }[self]


class IdentityPart(StrEnum):
    """A part of who somebody is, amended by itself."""

    NAMES = "names"
    CONTACT = "contact"
    NEEDS = "needs"
    CARE_SETTING = "care-setting"


class Item(StrEnum):
    """One question of the assessment: not asked, no, or yes with a detail."""

    INDICATION = "indication"
    TAKEN = "taken"
    EARLIER_ATTEMPTS = "earlier attempts"
    SEIZURES = "seizures"
    WITHDRAWAL_DELIRIUM = "withdrawal delirium"
    EPILEPSY = "epilepsy"
    SEDATIVES = "sedatives"
    SUBSTANCE_USE = "substance use"
    TRAUMA = "trauma"
    SELF_HARM = "self-harm"
    MENTAL_ILLNESS = "mental illness"
    PREGNANCY = "pregnancy"
    FRAILTY = "frailty"
    ORGANS = "organs"
    DRIVING = "driving"
    LIVING = "living"
    PEOPLE = "people"
    RISK_AT_HOME = "risk at home"
    SUPPORT = "support"

    @property
    def key(self) -> str:
        """How forms name it."""
        return self.value.replace(" ", "-")

    @property
    def words(self) -> str:
        return {
            Item.INDICATION: _("Indication"),
            Item.TAKEN: _("What was taken, how much and for how long"),
            Item.EARLIER_ATTEMPTS: _("Earlier attempts and how they went"),
            Item.SEIZURES: _("History of seizures"),
            Item.WITHDRAWAL_DELIRIUM: _("History of delirium or hallucinations in withdrawal"),
            Item.EPILEPSY: _("Epilepsy"),
            Item.SEDATIVES: _("Opioid, alcohol or other sedative use"),
            Item.SUBSTANCE_USE: _("Substance-use disorder, in the person or the family"),
            Item.TRAUMA: _("Trauma"),
            Item.SELF_HARM: _("Suicidal thoughts or self-harm"),
            Item.MENTAL_ILLNESS: _("Severe mental illness"),
            Item.PREGNANCY: _("Pregnant or breastfeeding"),
            Item.FRAILTY: _("Frailty and falls"),
            Item.ORGANS: _("Breathing, liver or kidney disease"),
            Item.DRIVING: _("Driving or machinery"),
            Item.LIVING: _("Living situation"),
            Item.PEOPLE: _("People around them"),
            Item.RISK_AT_HOME: _("Someone else at risk at home"),
            Item.SUPPORT: _("Support"),
        }[self]
