"""How a long command shows how far it is: a line that moves on a terminal, else a line a part."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_WIDTH = 24


class Progress:
    """Called with what is done, how much of it, and of how much."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._moves = self._out.isatty()
        self._shown: tuple[str, int] = ("", -1)

    def __call__(self, what: str, done: int, total: int) -> None:
        share = min(done * 100 // total, 100) if total else 100
        if (what, share) == self._shown:
            return
        self._shown = (what, share)
        if self._moves:
            bar = "█" * (share * _WIDTH // 100)
            end = "\n" if share == 100 else ""
            self._out.write(f"\r{what:<22} {bar:<{_WIDTH}} {share:3d} %{end}")
            self._out.flush()
        elif share == 100:
            self._out.write(f"{what}: done\n")
