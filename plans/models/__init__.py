"""Facts and their constraints. What is sealed is never changed; see `mutability`."""

from __future__ import annotations
