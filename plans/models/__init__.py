"""Facts and their constraints. What is sealed is never changed; see `mutability`."""

from __future__ import annotations

from plans.models.plan import (
    Acceptance,
    Draft,
    Move,
    Plan,
    TakenOver,
    Told,
    Version,
)
from plans.models.schedule import AsNeeded, Dose, Drug, Product, Step, schedules
from plans.models.supply import AsNeededSupply, Collection, Supply

__all__ = [
    "Acceptance",
    "AsNeeded",
    "AsNeededSupply",
    "Collection",
    "Dose",
    "Draft",
    "Drug",
    "Move",
    "Plan",
    "Product",
    "Step",
    "Supply",
    "TakenOver",
    "Told",
    "Version",
    "schedules",
]
