"""What each address answers, to whom: one module an area, each with its ROWS."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.access.engine import Row


def collected() -> dict[str, Row]:
    """Every row of every area; an address named twice is an error."""
    rows: dict[str, Row] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        for name, row in importlib.import_module(module.name).ROWS.items():
            if name in rows:
                message = f"{name} has two rows; the second is in {module.name}"
                raise ValueError(message)
            rows[name] = row
    return rows
