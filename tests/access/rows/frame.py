"""The frame's own pages: about, health, errors, components."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.access.engine import Row

ROWS: dict[str, Row] = {}
