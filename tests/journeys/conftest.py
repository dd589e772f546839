from __future__ import annotations

from tests.access.conftest import other_world, world

__all__ = ["other_world", "world"]
