"""System checks of the frame. Each has an id, and a sentence that says what to do."""

from __future__ import annotations
