"""Synthetic people and plans, obviously so. Each area keeps its own section."""

from __future__ import annotations
