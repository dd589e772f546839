"""Facts and their constraints. What is sealed is never changed; see `mutability`."""

from __future__ import annotations

from plans.models.catalogue import CatalogueEntry, EntryConfirmation
from plans.models.check_in import (
    CheckIn,
    CheckInDraft,
    Contact,
    DeclinedSymptom,
    EnteredInError,
    FollowUp,
    MissedCheckIn,
    PresentSymptom,
    Request,
    RequestAnswer,
    ScaleTotal,
    Taken,
    TakenAmount,
    VitalSign,
)
from plans.models.document import Document
from plans.models.escalation import Escalation, EscalationMove
from plans.models.exchange import AccessKey
from plans.models.formulary import FormularyEntry
from plans.models.handover import HandoverNote
from plans.models.limits import LimitConfirmation, LimitSet, VitalLimit
from plans.models.notice import Heartbeat, Outbox, Sending
from plans.models.patient_text import ConfirmedTextSet, WithdrawnTextSet
from plans.models.plan import (
    Acceptance,
    Draft,
    Move,
    Plan,
    Told,
    Version,
)
from plans.models.reach import CallAttempt, CallLimit
from plans.models.restored import GapAnswer, Released, held, since_restored
from plans.models.schedule import AsNeeded, Dose, Drug, Product, Step
from plans.models.supply import AsNeededSupply, Collection, Supply
from plans.models.taken_over import TakenOver, TakenOverRow

__all__ = [
    "Acceptance",
    "AccessKey",
    "AsNeeded",
    "AsNeededSupply",
    "CallAttempt",
    "CallLimit",
    "CatalogueEntry",
    "CheckIn",
    "CheckInDraft",
    "Collection",
    "ConfirmedTextSet",
    "Contact",
    "DeclinedSymptom",
    "Document",
    "Dose",
    "Draft",
    "Drug",
    "EnteredInError",
    "EntryConfirmation",
    "Escalation",
    "EscalationMove",
    "FollowUp",
    "FormularyEntry",
    "GapAnswer",
    "HandoverNote",
    "Heartbeat",
    "LimitConfirmation",
    "LimitSet",
    "MissedCheckIn",
    "Move",
    "Outbox",
    "Plan",
    "PresentSymptom",
    "Product",
    "Released",
    "Request",
    "RequestAnswer",
    "ScaleTotal",
    "Sending",
    "Step",
    "Supply",
    "Taken",
    "TakenAmount",
    "TakenOver",
    "TakenOverRow",
    "Told",
    "Version",
    "VitalLimit",
    "VitalSign",
    "WithdrawnTextSet",
    "held",
    "since_restored",
]
